"""How far the events were followed is kept, also past many that are no concern; each that is one is taken in once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.autonomy import following
from agents.autonomy.following import Follower
from agents.durability.journal import newest_seq, read_meta
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from agents.durability.transitions import Writing
    from tests.autonomy.house import House


class Wanted(Follower):
    """Takes in events of one kind."""

    POSITION = "wanted"

    def concerns(self, event: Mapping[str, Any]) -> bool:
        return event.get("action_type") == "task.filed"

    def take_in(self, writing: Writing, events: Sequence[Mapping[str, Any]]) -> None:
        for each in events:
            writing.record(Transition(Fact("runner", "contact.seen", str(each["target"])), "See it"))


def happens(house: House, *actions: str) -> None:
    for number, action in enumerate(actions):
        with house.recorder.begin() as writing:
            writing.record(Transition(Fact("runner", action, f"it-{number}"), "Something"))


def position(house: House) -> int:
    with house.journal.begin() as sql:
        return int(read_meta(sql, Wanted.POSITION, "0"))


def all_of(follower: Follower) -> None:
    while follower.look():
        pass


def test_a_start_begins_where_the_last_one_ended_though_nothing_was_of_concern(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 4)
    happens(house, *["task.planned"] * 12)
    all_of(Wanted(house.recorder))
    with house.journal.begin() as sql:
        newest = newest_seq(sql)
    assert newest - position(house) < following.BATCH


def test_each_event_is_taken_in_once_by_whoever_follows_next(house: House) -> None:
    happens(house, "task.planned", "task.filed", "task.filed")
    all_of(Wanted(house.recorder))
    assert Wanted(house.recorder).look() == 0
    happens(house, "task.filed")
    assert Wanted(house.recorder).look() == 1
