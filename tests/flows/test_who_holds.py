"""One machine, several runs: the second says who holds the vault, and a killed one holds nothing."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock

from agents.console.holder import LOCK, NOTE
from tests.flows.programs import Program, command_line, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.flows.employee import Employee


@contextmanager
def watching(employee: Employee) -> Iterator[Program]:
    with started(employee, *command_line(employee, "run")) as program:
        program.until(lambda: "Watching. Ctrl-C ends." in program.said())
        yield program


def test_the_second_run_and_status_say_which_process_holds_the_vault_since_when(employee: Employee) -> None:
    with watching(employee) as program:
        kept = json.loads((employee.state / NOTE).read_text(encoding="utf-8"))
        second = employee.call("run", "--once")
        assert second.exit_code == 1
        who = f"process {program.process.pid} on {kept['node']}, since "
        assert f"Another `run` on this machine holds the vault: {who}" in second.output
        status = employee.status()
        assert status["running"] is True
        assert status["runner"] == {"pid": program.process.pid, "since": kept["since"], "node": kept["node"]}
        assert f"`run` is at work: {who}" in employee.said("status")
        assert program.signal(signal.SIGINT) == 0
    assert not (employee.state / NOTE).exists()
    assert (employee.status()["running"], employee.status()["runner"]) == (False, None)
    assert "at work" not in employee.said("status")


def test_after_the_holder_was_killed_the_next_run_starts_at_once(employee: Employee) -> None:
    with watching(employee) as program:
        program.signal(signal.SIGKILL)
    assert (employee.state / NOTE).is_file()
    assert (employee.status()["running"], employee.status()["runner"]) == (False, None)
    employee.once()


def test_what_a_killed_run_left_never_speaks_for_another_one(employee: Employee) -> None:
    with watching(employee) as program:
        program.signal(signal.SIGKILL)
    left = (employee.state / NOTE).read_text(encoding="utf-8")
    with FileLock(employee.state / LOCK):
        for note in (left, "", "{", "[]", '{"pid": "x", "since": "", "node": ""}'):
            (employee.state / NOTE).write_text(note, encoding="utf-8")
            second = employee.call("run", "--once")
            assert second.exit_code == 1
            assert "holds the vault: it does not say which." in second.output
            assert str(program.process.pid) not in second.output
        assert (employee.status()["running"], employee.status()["runner"]) == (True, None)
