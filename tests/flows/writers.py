"""Processes of their own that all want something of one vault at the same time."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from click.testing import CliRunner

from agents.console import commands, requesting
from tests.faults.forked import CONTEXT
from tests.flows.employee import mail, request

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess

    from tests.flows.employee import Employee

PATIENCE_S = 240.0
LOOK_EVERY_S = 0.05


def began(employee: Employee, work: Callable[..., None], *details: object) -> ForkServerProcess:
    """Start a writer."""
    process = CONTEXT.Process(target=work, args=(employee, *details))
    process.start()
    return process


def ended(*writers: ForkServerProcess) -> None:
    """Wait for writers; each must end well."""
    for each in writers:
        each.join(PATIENCE_S)
        assert each.exitcode == 0


def drops_mails(employee: Employee, first: int, last: int) -> None:
    """A mail rule that puts mails into the Inbox, whole at once; few of one sender."""
    for number in range(first, last):
        parts = employee.vault / "Inbox" / f".part-{number}"
        sender = f"Acme Ltd <billing@client{number // 10}.example>"
        parts.write_text(mail(request(f"{number} hours"), number=number, sender=sender), encoding="utf-8")
        parts.rename(employee.vault / "Inbox" / f"{number}.eml")


def asks(employee: Employee, first: int, last: int) -> None:
    """The owner's scripts: `ask`, again and again."""
    for number in range(first, last):
        _said(employee, "ask", f"Invoice Harbour Bakery for {number} hours of design")


def says(employee: Employee, word: str, *names: str) -> None:
    """`approve` or `reject` for each name; by then another process may have said something else."""
    for name in names:
        _said(employee, word, name, may_be_late=True)


def answers(employee: Employee, text: str, *names: str) -> None:
    """`answer` for each question."""
    for name in names:
        _said(employee, "answer", name, text, may_be_late=True)


def _said(employee: Employee, *words: str, may_be_late: bool = False) -> None:
    os.environ.update({name: value for name, value in employee.settings.items() if value is not None})
    result = CliRunner().invoke(commands.cli, [*words, "--vault", str(employee.vault)], catch_exceptions=False)
    assert result.exit_code == 0 or (may_be_late and result.exit_code == requesting.UNKNOWN_ID), result.output


def until(holds: Callable[[], object]) -> None:
    """Wait for a condition."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
        if holds():
            return
        pause.wait(LOOK_EVERY_S)
    raise AssertionError("it never came to be")
