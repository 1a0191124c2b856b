"""Promises about limits: never more than the owner allows leave within a window, whatever is killed in between."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.autonomy_orchestrator import Runner
from agents.clock import as_local
from agents.durability.proposal_rows import intents_since
from agents.errors import Transient
from tests.autonomy.house import Killed

if TYPE_CHECKING:
    from tests.autonomy.house import House

BUSY = Transient("the courier is busy", hint="Wait.")
HOUR_S = 3600.0


def limit(house: House, *rows: str) -> None:
    table = "# Handbook\n## Limits\n| action | at most | per |\n| --- | --- | --- |\n"
    (house.vault / "Company_Handbook.md").write_text(table + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def approved(house: House, number: int) -> list[str]:
    """So many parcels, each with its yes; their proposals in the order of their ids."""
    for each in range(number):
        house.mail(f"send lamp-{each:02}", each)
    house.once()
    found = [row.id for row in house.sees().pending]
    for name in found:
        house.move(name, "Approved")
    return sorted(found)


def local(moment: datetime) -> str:
    return as_local(moment).strftime("%Y-%m-%d %H:%M")


def test_ten_an_hour_are_ten_an_hour_and_the_rest_says_until_when(house: House) -> None:
    limit(house, "| parcel.send | 10 | hour |")
    approved(house, 25)
    began = house.clock.now()
    house.once()
    assert len(house.courier.sent) == 10
    says = house.parts.effects.says
    assert len(says) == 15
    opens = [wait.until for wait in house.sees().limited.values()]
    assert opens == sorted(each for each in opens if each)
    assert [each for each in opens if each and each < began + timedelta(hours=2)] == opens[:10]
    assert f"there is room again at {local(began + timedelta(hours=1))}" in next(iter(says.values()))
    page = (house.vault / "Dashboard.md").read_text(encoding="utf-8")
    assert page.count("your limit of 10 parcel.send per hour is reached; there is room again at") == 15
    house.clock.advance(HOUR_S - 1)
    house.once()
    assert len(house.courier.sent) == 10
    house.clock.advance(1)
    house.restart()
    assert len(house.courier.sent) == 20
    house.clock.advance(HOUR_S)
    house.once()
    assert (len(house.courier.sent), house.parts.effects.says, house.sees().limited) == (25, {}, {})
    assert house.is_sound()


def test_urgent_ones_come_first_when_the_window_opens_again(house: House) -> None:
    limit(house, "| parcel.send | 1 | hour |")
    approved(house, 4)
    house.once()
    waiting = [*house.sees().limited]
    for name, priority in zip(waiting, ("low", "normal", "urgent"), strict=True):
        house.set(house.row(name).task, "priority", priority) if priority != "normal" else None
    house.once()
    assert [*house.sees().limited] == [waiting[2], waiting[1], waiting[0]]
    for _ in range(3):
        house.clock.advance(HOUR_S)
        house.once()
    things = [json.loads(house.row(name).action)["thing"] for name in (waiting[2], waiting[1], waiting[0])]
    assert house.courier.sent[1:] == [f"send {each}" for each in things]


@pytest.mark.parametrize("failpoint", ["intent", "before effect", "after effect"])
def test_killed_in_between_it_counts_once_and_never_more_leave(house: House, failpoint: str) -> None:
    limit(house, "| parcel.* | 3 | hour |")
    approved(house, 6)
    house.failpoint = failpoint
    for _ in range(2):
        with pytest.raises(Killed):
            house.restart()
    house.failpoint = ""
    house.restart()
    assert len(house.courier.sent) == 3
    with house.journal.begin() as sql:
        assert len(intents_since(sql, house.clock.now() - timedelta(hours=1))) == 3
    house.clock.advance(HOUR_S)
    house.restart()
    assert len(house.courier.sent) == 6
    assert house.is_sound()


def test_what_was_begun_does_not_wait_for_the_window_and_takes_one_place(house: House) -> None:
    limit(house, "| parcel.send | 2 | hour |")
    approved(house, 3)
    house.courier.before = BUSY
    house.once()
    house.courier.before = None
    house.clock.advance(60)
    house.once()
    assert len(house.courier.sent) == 2
    assert len(house.sees().limited) == 1


def test_a_try_long_after_the_first_one_needs_a_place_again(house: House) -> None:
    """A service that was down for hours: what was begun meanwhile does not leave all at once."""
    limit(house, "| parcel.send | 2 | hour |")
    approved(house, 6)
    house.courier.before = BUSY
    for _ in range(3):
        house.once()
        house.clock.advance(HOUR_S)
    house.courier.before = None
    sent = []
    for _ in range(3):
        house.once()
        sent.append(len(house.courier.sent))
        house.clock.advance(HOUR_S)
    assert sent == [2, 4, 6]


def test_a_limit_that_was_lowered_counts_for_what_was_begun_long_ago_too(house: House) -> None:
    limit(house, "| parcel.send | 4 | hour |")
    approved(house, 4)
    house.courier.before = BUSY
    house.once()
    house.courier.before = None
    limit(house, "| parcel.send | 1 | hour |")
    house.clock.advance(2 * HOUR_S)
    house.once()
    assert len(house.courier.sent) == 1
    assert sum("your limit of 1 parcel.send per hour is reached" in each for each in house.reports) == 3
    house.clock.advance(HOUR_S)
    house.restart()
    assert len(house.courier.sent) == 2


def test_each_kind_has_its_own_window_and_a_full_one_holds_nothing_else(house: House) -> None:
    limit(house, "| parcel.send | 1 | hour |", "| parcel.recall | 1 | day |")
    first, _second = approved(house, 2)
    house.once()
    done = next(each for each in (first, _second) if house.row(each).state == "done")
    house.command("undo", done)
    house.once()
    (recall,) = house.waiting()
    house.move(recall, "Approved")
    house.once()
    assert [each.split()[0] for each in house.courier.sent] == ["send", "recall"]


def test_a_limit_nobody_can_read_lets_nothing_through_until_it_is_mended(house: House) -> None:
    limit(house, "| parcel.send | ten | hour |")
    (proposal,) = approved(house, 1)
    house.once()
    assert house.courier.sent == []
    assert "line 5 of Company" in house.parts.effects.says[proposal]
    assert house.parts.effects.opens_in_s() == float("inf")
    assert [each for each in house.alerts() if "line 5: 'ten' is no whole number" in each]
    limit(house, "| parcel.send | 10 | hour |")
    house.once()
    assert len(house.courier.sent) == 1


def test_a_yes_taken_back_while_it_waits_for_room_counts_as_no(house: House) -> None:
    limit(house, "| parcel.send | 1 | hour |")
    approved(house, 2)
    house.once()
    (held,) = house.sees().limited
    house.move(held, "Rejected")
    house.clock.advance(HOUR_S)
    house.once()
    assert (len(house.courier.sent), house.row(held).state) == (1, "rejected")


def test_a_watching_run_wakes_when_the_window_opens(house: House) -> None:
    limit(house, "| parcel.send | 1 | minute |")
    approved(house, 2)
    end, rounds = threading.Event(), []

    def before_wait() -> None:
        rounds.append((house.clock.now(), len(house.courier.sent)))
        if len(rounds) == 3:
            end.set()

    Runner(house.recorder, replace(house.parts, before_wait=before_wait), scan_every_s=600.0).watch(end)
    (began, first), (woke, second) = rounds[:2]
    assert (first, second) == (1, 2)
    assert timedelta(seconds=59) < woke - began <= timedelta(minutes=1)


def test_status_says_what_is_held_and_until_when(house: House) -> None:
    limit(house, "| parcel.send | 1 | hour |", "| safe.empty | 0 | week |")
    approved(house, 2)
    began = house.clock.now()
    house.once()
    (held,) = house.sees().limited
    assert house.sees().machine_view()["held_by_limits"] == [
        {"id": held, "limit": "1 parcel.send per hour", "until": as_local(began + timedelta(hours=1)).isoformat()}
    ]


def test_an_idle_run_with_something_held_changes_nothing(house: House) -> None:
    limit(house, "| parcel.send | 1 | hour |")
    approved(house, 3)
    house.once()
    house.stop()
    before = (house.git("rev-parse", "HEAD"), len(house.events()), len(house.reports))
    house.clock.advance(60)
    house.once()
    assert (house.git("rev-parse", "HEAD"), len(house.events()), len(house.reports) - 2) == before
