"""The Monday briefing, by its job and over the command line: filed once, the same bytes, one signed commit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agents.console.briefing import by_request
from agents.console.wiring import open_house
from agents.durability.task_persistence import RequestRow
from agents.vault.note import Note, read_note
from tests.flows.employee import mail, request
from tests.stock_git import git

if TYPE_CHECKING:
    import pytest

    from tests.clock import FrozenClock
    from tests.flows.employee import Employee

NAME = "2026-11-30-ceo-briefing"


def test_the_week_is_told_on_monday_and_told_the_same_again(wall: FrozenClock, employee: Employee) -> None:
    employee.once()
    employee.drop("first.eml", mail(request()))
    employee.once()
    (booked,) = employee.pending("invoice.create")
    employee.approve(booked)
    employee.once()
    (waits,) = employee.pending("email.send")
    assert not (employee.vault / "Briefings" / f"{NAME}.md").exists()
    wall.set(datetime(2026, 11, 30, 7, 1, tzinfo=UTC))
    employee.once()
    place = employee.vault / "Briefings" / f"{NAME}.md"
    text = place.read_text(encoding="utf-8")
    note = read_note(text)
    assert isinstance(note, Note)
    assert (str(note.properties["from"]), str(note.properties["to"])) == ("2026-11-23", "2026-11-29")
    assert f"[[{waits.stem}|open]]" in text
    assert f"- [[{booked.stem}]] " in text
    assert "950.00" in text
    head = git(employee.vault, "log", "--format=%s", "--", f"Briefings/{NAME}.md")
    assert head == f"Write the briefing {NAME}"
    shown = employee.said("brief")
    assert shown.startswith("# Monday briefing, week 48\n")
    assert "Recorded: brief week" in shown
    employee.once()
    assert place.read_text(encoding="utf-8") == text
    assert f"wrote {NAME} about week 48" in employee.said("log")
    assert "All holds." in employee.said("verify")


def test_a_briefing_follows_what_changed_and_keeps_what_the_owner_wrote(wall: FrozenClock, employee: Employee) -> None:
    del wall
    employee.said("brief")
    employee.once()
    place = employee.vault / "Briefings" / "2026-11-23-ceo-briefing.md"
    first = place.read_text(encoding="utf-8")
    place.write_text(first.replace("begin %%\n", "begin %%\nCall the bank.\n"), encoding="utf-8")
    employee.drop("first.eml", mail(request()))
    employee.once()
    machine = json.loads(employee.said("brief", "--json"))
    assert [each["note"] for each in machine["decisions"]] == employee.ids("pending_approval")
    employee.said("brief")
    employee.once()
    second = place.read_text(encoding="utf-8")
    assert "Call the bank." in second
    assert f"[[{employee.ids('pending_approval')[0]}|open]]" in second


def test_the_briefing_of_a_week_long_over_stays_as_it_was(wall: FrozenClock, employee: Employee) -> None:
    employee.said("brief", "--on", "2026-11-23")
    employee.once()
    place = employee.vault / "Briefings" / "2026-11-23-ceo-briefing.md"
    text = place.read_text(encoding="utf-8")
    wall.set(datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    employee.drop("first.eml", mail(request()))
    employee.once()
    assert "as it was written then" in employee.said("brief", "--on", "2026-11-24")
    assert place.read_text(encoding="utf-8") == text
    made_up = sorted(each.name for each in (employee.vault / "Briefings").glob("*-briefing.md"))
    assert made_up == ["2026-11-23-ceo-briefing.md", f"{NAME}.md", "2026-12-01-monthly-briefing.md"]
    assert "is still to come" in employee.call("brief", "--on", "2026-12-02").output


def test_a_briefing_that_cannot_be_is_not_made_and_says_why(
    wall: FrozenClock, employee: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    del wall
    for name, value in employee.settings.items():
        if value:
            monkeypatch.setenv(name, value)
    house = open_house(employee.vault)
    try:
        ask = RequestRow(1, "", "brief", "week", "2026-12-30", "vault", "pending", "")
        assert "is still to come" in by_request(house, ask)
        assert by_request(house, replace(ask, target="decade")) == "there is no such briefing"
    finally:
        house.close()
    assert not list((employee.vault / "Briefings").iterdir())
