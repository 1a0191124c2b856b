"""Killed at any moment of the walk: nothing is lost, nothing happens twice, and the record stays whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.faults.failpoints import run_until, steps_of
from tests.faults.promises import assert_kept, assert_whole, crumbs_in
from tests.faults.stage import PARTS
from tests.flows.programs import command_line, started
from tests.flows.steps import BOOKED, only

if TYPE_CHECKING:
    from tests.faults.stage import Part, Stage
    from tests.faults.sweeping import Sweep
    from tests.flows.employee import Employee

A_WHOLE_SWEEP_S = 3600
BY_CHANCE = 4  # by so many steps one run differs from another: the last ones may not be there to be killed at


@pytest.mark.timeout(A_WHOLE_SWEEP_S)
@pytest.mark.parametrize("part", PARTS)
def test_killed_before_any_lasting_step_the_next_run_ends_it_once(stage: Stage, sweep: Sweep, part: Part) -> None:
    with stage.play(part) as employee:
        steps = steps_of(employee)
        assert_kept(employee, stage.server, stage.undisturbed[part])
    assert len(steps) > 100
    for last in sweep.of("killed before a lasting step", len(steps), few=7):
        with stage.play(part) as employee:
            ended = run_until(employee, last)
            assert ended.killed or last >= len(steps) - BY_CHANCE, (last, steps[last], ended)
            assert_kept(employee, stage.server, stage.undisturbed[part])


def effects(employee: Employee) -> dict[str, int]:
    """How often the invoice is booked, and how often its mail lies in the Outbox."""
    return {"booked": len(re.findall(BOOKED, employee.ledger())), "sent": len(employee.outbox())}


def test_a_walk_killed_again_and_again_even_while_it_recovers_comes_to_its_end(employee: Employee) -> None:
    kills = 0
    PARTS["mail dropped"](employee)
    for action in ("invoice.create", "email.send", ""):
        last = 0
        while run_until(employee, last).killed:
            last += 17
            kills += 1
        if action:
            employee.approve(only(employee.pending(action)))
    assert kills > 10
    assert effects(employee) == {"booked": 1, "sent": 1}
    assert employee.status()["done"] == 1
    assert not [each for folder in ("In_Progress", "Approved", "Plans") for each in employee.notes(folder)]
    assert employee.ids("needs_action") == []
    assert_whole(employee)


def test_killed_while_it_sends_it_never_sends_twice_and_asks_only_when_it_cannot_know(stage: Stage) -> None:
    part = "mail approved"
    with stage.play(part) as employee:
        steps = steps_of(employee)
    *_, data, content, farewell = [at for at, step in enumerate(steps) if step == "smtplib.send"]
    taken = content + 1  # the server has the mail, and nothing here says so yet
    for last, sent, in_doubt in ((data, 0, True), (content, 0, True), (taken, 1, True), (farewell, 1, False)):
        with stage.play(part) as employee:
            assert run_until(employee, last).killed, last
            employee.once()
            assert len(stage.server.received) == sent, last
            assert len(employee.questions()) == in_doubt, last
            assert assert_kept(employee, stage.server, stage.undisturbed[part]) == in_doubt, last
            assert employee.status()["done"] == 1, last
            assert employee.ids("approved") == employee.ids("questions") == []
            assert employee.outbox() == []


def test_what_killed_writes_left_anywhere_is_gone_after_the_next_run(employee: Employee) -> None:
    crumb = ".ai-employee-0123456789abcdef.tmp"
    for folder in (employee.vault, employee.vault / "Inbox", employee.state, employee.state / "history.git/info"):
        (folder / crumb).write_bytes(b"half")
    lock = employee.state / "history.git/refs/heads/main.lock"
    lock.write_bytes(b"")
    assert len(crumbs_in(employee.room)) == 5
    employee.once()
    assert crumbs_in(employee.room) == []


def test_the_real_command_killed_from_outside_goes_on_where_it_was(employee: Employee) -> None:
    PARTS["mail dropped"](employee)
    for folder, action in (("In_Progress", ""), ("Pending_Approval", "invoice.create"), ("Done", "email.send")):
        with started(employee, *command_line(employee, "run", "--once")) as program:
            program.until(lambda at=folder: employee.notes(at))  # type: ignore[misc]
            program.process.kill()
            program.ends()
        employee.once()
        if action:
            employee.approve(only(employee.pending(action)))
    employee.once()
    assert effects(employee) == {"booked": 1, "sent": 1}
    assert employee.status()["done"] == 1
    assert_whole(employee)


def test_two_runs_at_once_leave_the_work_to_one_of_them(employee: Employee) -> None:
    PARTS["mail dropped"](employee)
    line = command_line(employee, "run", "--once")
    with started(employee, *line) as first, started(employee, *line) as second:
        codes = {first.ends(), second.ends()}
    assert codes in ({0}, {0, 1})
    assert only(employee.pending("invoice.create"))
    assert_whole(employee)
