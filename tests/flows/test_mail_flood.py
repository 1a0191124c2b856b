"""Very many mails and very large ones, over the command line from a real server: none lost, none a task too many."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.faults.failpoints import run_until, steps_of
from tests.flows.mailbox import Mailbox, sending_server
from tests.flows.steps import only, proposed_invoice
from tests.watchers.samples import mail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.flows.employee import Employee
    from tests.standins.dovecot import Dovecot

LIMIT = 20
LARGE = 30_000_000


@pytest.fixture
def mailbox(employee: Employee, dovecot: Dovecot) -> Iterator[Mailbox]:
    """An owner whose empty mailbox is connected and was looked into."""
    with sending_server(dovecot) as server:
        made = Mailbox(employee, server, dovecot).connected()
        employee.once()
        yield made


def lists(mailbox: Mailbox) -> list[Path]:
    return sorted((mailbox.employee.vault / "Files").rglob("*-mails-*.md"))


def listed(mailbox: Mailbox) -> list[int]:
    """The numbers that the listed mails have in their subjects."""
    text = "".join(each.read_text(encoding="utf-8") for each in lists(mailbox))
    return sorted(int(each) for each in re.findall(r"(?m)^- .*`Number (\d+)` from ", text))


def own_tasks(mailbox: Mailbox) -> list[int]:
    """The numbers of the mails that became tasks."""
    found = (re.search(r"(?m)^subject: Number (\d+)$", each.read_text(encoding="utf-8")) for each in mailbox.tasks())
    return sorted(int(each[1]) for each in found if each)


def numbered(number: int) -> str:
    return mail(number, subject=f"Number {number}")


def test_very_many_mails_of_one_sender_are_listed_and_told_of_once(mailbox: Mailbox) -> None:
    mailbox.keeping.deliver(*map(numbered, range(130)))
    mailbox.employee.once()
    assert (own_tasks(mailbox), len(mailbox.tasks())) == (list(range(LIMIT)), LIMIT + 1)
    assert listed(mailbox) == list(range(30, 130))  # the newest hundred
    (note,) = lists(mailbox)
    assert "... and 10 more" in note.read_text(encoding="utf-8")
    told = [each for each in mailbox.alerts() if "Very many mails" in each]
    assert f"It is `billing@client.example`. The list is [[{note.stem}]]." in only(told)
    assert len(list((mailbox.employee.vault / "Files").rglob("*.eml"))) == 130
    before = mailbox.notes()
    mailbox.employee.once()
    assert (mailbox.notes(), set(mailbox.keeping.flags())) == (before, {""})
    assert "listed it with others in" in mailbox.employee.said("log")
    assert "All holds" in mailbox.employee.said("verify")


def test_the_owner_says_how_many_are_too_many(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_EMPLOYEE_FLOOD_PER_HOUR", "3")
    mailbox.keeping.deliver(*map(numbered, range(7)))
    mailbox.employee.once()
    assert (own_tasks(mailbox), listed(mailbox)) == ([0, 1, 2], [3, 4, 5, 6])


def test_killed_before_any_lasting_step_of_a_flood_no_mail_is_lost_or_listed_twice(mailbox: Mailbox) -> None:
    mailbox.keeping.deliver(*map(numbered, range(LIMIT)))
    mailbox.employee.once()
    numbers, kills = count(LIMIT), 0
    mailbox.keeping.deliver(numbered(next(numbers)))
    steps = steps_of(mailbox.employee)
    for last in range(0, len(steps), max(1, len(steps) // 8)):
        some = [next(numbers) for _ in range(2)]
        mailbox.keeping.deliver(*map(numbered, some))
        kills += run_until(mailbox.employee, last).killed
        mailbox.employee.once()
        wanted = list(range(LIMIT)), list(range(LIMIT, some[-1] + 1))
        assert (own_tasks(mailbox), listed(mailbox)) == wanted, (last, steps[last])
    assert kills >= 4
    assert len(mailbox.tasks()) == LIMIT + 1
    assert "All holds" in mailbox.employee.said("verify")


def test_mail_that_comes_while_too_many_proposals_wait_is_filed_and_not_begun(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AI_EMPLOYEE_MAX_OPEN_PROPOSALS", "1")
    employee = mailbox.employee
    proposed_invoice(employee, 1)
    employee.drop("two.eml", (employee.vault / "Files").rglob("*.eml").__next__().read_bytes().replace(b"flow-1", b"x"))
    employee.once()
    assert any("nothing new is begun" in each for each in mailbox.alerts())
    mailbox.keeping.deliver(numbered(1))
    employee.once()
    (note,) = [each for each in mailbox.tasks() if "subject: Number 1\n" in each.read_text(encoding="utf-8")]
    assert note.parent.name == "Needs_Action"
    assert mailbox.keeping.flags() == [""]


def test_a_mail_of_thirty_megabytes_is_read_in_part_and_the_batch_beside_it_whole(mailbox: Mailbox) -> None:
    large = f"{mail(1, subject='Number 1')}{'x' * 75}\n" + f"{'y' * 75}\n" * (LARGE // 76)
    mailbox.keeping.deliver(numbered(0), large, numbered(2))
    mailbox.employee.once()
    assert own_tasks(mailbox) == [0, 1, 2]
    (note,) = [each for each in mailbox.tasks() if "subject: Number 1\n" in (each.read_text(encoding="utf-8"))]
    assert "larger than 25 MB: only its beginning was read; open it in your mail program" in note.read_text("utf-8")
    assert max(each.stat().st_size for each in (mailbox.employee.vault / "Files").rglob("*.eml")) == 25_000_000
    before = mailbox.notes()
    mailbox.employee.once()
    assert (mailbox.notes(), mailbox.keeping.flags()) == (before, ["", "", ""])
