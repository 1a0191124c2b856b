"""Plugins that save a proposal in their own way: a yes still counts, and a real change still comes back as read."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.console.wiring import House, open_house
from agents.console.workshop import build_runner
from agents.settings import Settings
from tests.clock import FrozenClock
from tests.flows.attacks import alerts, booked, nothing_ran
from tests.flows.steps import done_note, only, proposed_invoice
from watchers.hints import Hints

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flows.employee import Employee


def head_rewritten(text: str, change: Callable[[list[str]], list[str]]) -> str:
    _, head, body = text.split("---\n", 2)
    return "---\n" + "".join(f"{line}\n" for line in change(head.splitlines())) + "---\n" + body


def linter_sorts_keys(text: str) -> str:
    return head_rewritten(text, sorted)


def linter_keeps_its_own_times(text: str) -> str:
    """The rule "YAML Timestamp", set to the keys `created` and `modified` in a format of the owner's."""
    moved = re.sub(r"(?m)^created: .*$", "created: Wednesday, November 25th 2026, 9:14:07 am", text)
    return head_rewritten(moved, lambda lines: [*lines, "modified: 2026-11-25T10:00:00+01:00", "title: Invoice"])


def owner_tags_it(text: str) -> str:
    return text.replace("tags: [proposal]\n", "tags:\n  - proposal\n  - urgent\n  - year/2026\n")


def dates_with_a_blank(text: str) -> str:
    return re.sub(r"(?m)^(created|expires): (\S+)T(\d\d:\d\d):\d\d$", r"\1: \2 \3", with_whole_minutes(text))


def with_whole_minutes(text: str) -> str:
    """What cannot be kept by such a format is no example: seconds stay when there are some."""
    return text if re.search(r"(?m)^expires: .*:00$", text) else re.sub(r"(?m)^(expires: \S+)T(.*)$", r"\1 \2", text)


def other_quotes(text: str) -> str:
    quoted = re.compile(r"(\w+): ([A-Za-z][\w .-]*)")
    return head_rewritten(
        text, lambda lines: [quoted.sub(r"\1: '\2'", line) if quoted.fullmatch(line) else line for line in lines]
    )


def numbers_without_zeros(text: str) -> str:
    return text.replace("amount: 1130.50\n", "amount: 1130.5\n")


def windows_editor(text: str) -> str:
    return "\ufeff" + text.replace("\n", "\r\n")


def trailing_blanks_and_lines(text: str) -> str:
    return "\n".join(f"{line}  " for line in text.split("\n")) + "\n\n\n"


def comments_dropped_and_empty_keys_written(text: str) -> str:
    return re.sub(r"(?m)^(decision|reason):\s*$", r'\1: ""', text)


REWRITES = [
    linter_sorts_keys,
    linter_keeps_its_own_times,
    owner_tags_it,
    dates_with_a_blank,
    other_quotes,
    numbers_without_zeros,
    comments_dropped_and_empty_keys_written,
    trailing_blanks_and_lines,
    windows_editor,
]


def ticked(text: str) -> str:
    """What Obsidian's property editor writes."""
    return re.sub(r"(?m)^approve: [^\s\r]+", "approve: true", text)


@pytest.mark.parametrize("way", ["moved", "ticked"])
def test_after_every_plugin_a_yes_still_counts_and_counts_once(employee: Employee, way: str) -> None:
    note = proposed_invoice(employee)
    text = note.read_text(encoding="utf-8")
    for rewrite in REWRITES:
        text = rewrite(text)
        note.write_bytes(text.encode())
        employee.once()
        assert nothing_ran(employee), rewrite
        assert note.is_file(), rewrite
    note.write_bytes((text if way == "moved" else ticked(text)).encode())
    if way == "moved":
        employee.approve(note)
    employee.once()
    assert booked(employee) == 1
    assert alerts(employee) == ""
    assert "All holds" in employee.said("verify")


def test_after_each_plugin_alone_a_yes_counts(employee: Employee) -> None:
    for number, rewrite in enumerate(REWRITES, start=1):
        note = proposed_invoice(employee, number)
        note.write_bytes(rewrite(note.read_text(encoding="utf-8")).encode())
        employee.approve(note)
        employee.once()
        assert booked(employee) == number, rewrite


def test_a_real_change_under_a_plugins_rewriting_comes_back_as_read(employee: Employee) -> None:
    note = proposed_invoice(employee)
    text = note.read_text(encoding="utf-8").replace('price: "95.00"', 'price: "9.50"')
    for rewrite in REWRITES:
        text = rewrite(text)
    note.write_bytes(ticked(text).encode())
    employee.once()
    assert nothing_ran(employee)
    again = only(employee.pending("invoice.create"))
    assert "# Read as: Create an invoice over 113.05 EUR" in again.read_text(encoding="utf-8")
    assert "proposed again as" in done_note(employee, note)


def test_a_changed_expiry_under_a_plugins_rewriting_is_shown_again(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    later = re.sub(r"(?m)^expires: \d{4}", "expires: 2099", linter_sorts_keys(sealed))
    note.write_text(ticked(later), encoding="utf-8")
    employee.once()
    assert nothing_ran(employee)
    assert note.read_text(encoding="utf-8") == sealed
    assert "you changed the text, not the order" in alerts(employee)


def run_later(employee: Employee, days: float) -> None:
    """`run --once` so many days from now, by the machine's clock."""
    settings = Settings(state=employee.state, quiet_s=0)
    real = open_house(employee.vault, settings)
    house = House(real.place, real.state, settings, FrozenClock(datetime.now(UTC) + timedelta(days=days)))  # noqa: TID251 (the note was sealed by the real clock)
    wake = threading.Event()
    runner = build_runner(house, wake, Hints(house.place.root, wake), lambda _words: None)
    runner.start(take_over=True)
    runner.once()
    runner.leave()
    house.close()


@pytest.mark.parametrize("way", ["moved", "ticked", "edited"])
def test_an_expired_proposal_is_filed_with_one_line_and_never_runs(employee: Employee, way: str) -> None:
    note = proposed_invoice(employee)
    text = note.read_text(encoding="utf-8")
    note.write_text({"moved": text, "ticked": ticked(text), "edited": text.replace('"95.00"', '"9.50"')}[way], "utf-8")
    if way != "ticked":
        employee.approve(note)
    run_later(employee, 7.5)
    assert nothing_ran(employee)
    assert re.search(r"- \d\d:\d\d expired .*; nothing was done", done_note(employee, note))
    assert not list((employee.vault / "Approved").glob("*.md"))


def test_an_approval_just_in_time_counts(employee: Employee) -> None:
    note = proposed_invoice(employee)
    employee.approve(note)
    run_later(employee, 6.9)
    assert booked(employee) == 1
