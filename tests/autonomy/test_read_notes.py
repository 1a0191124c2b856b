"""Promises about folders in which thousands wait: what changed is seen, what lies there costs nothing, restarts too."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, update

from agents.autonomy import dragged_tasks
from agents.autonomy.places import Places
from agents.autonomy.read_notes import LOOK_EVERY_S, MANY, ReadNotes
from agents.durability import read_notes as kept
from agents.durability.schema import META, READ_NOTES
from agents.vault.files import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from agents.vault.note import Problem
    from tests.autonomy.house import House
    from tests.clock import FrozenClock

FOLDER = "Pending_Approval"


@dataclass
class Slow(Places):
    """A disk on which each look at a whole folder takes a tenth of a second, and a system that tells what changed."""

    room: Path
    time: FrozenClock
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(self.room, self.time, 0.0, self._news)

    def _news(self) -> frozenset[str]:
        news = frozenset(self.told)
        self.told.clear()
        return news

    def signatures(self, folder: str) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
        self.time.advance(0.1)
        return super().signatures(folder)


@pytest.fixture
def places(tmp_path: Path, clock: FrozenClock) -> Slow:
    found = Slow(tmp_path, clock)
    found.prepare()
    for number in range(3):
        (tmp_path / FOLDER / f"{number}.md").write_text("words\n", encoding="utf-8")
    return found


def names(notes: ReadNotes, places: Places) -> list[str]:
    """What is to be read at the next tick."""
    places.begin()
    return [entry.name for entry in notes.look()]


def all_read(places: Slow, clock: FrozenClock) -> ReadNotes:
    """A folder whose notes were all read, a while ago."""
    notes = ReadNotes(places, clock, FOLDER)
    assert names(notes, places) == ["0.md", "1.md", "2.md"]
    for entry in notes.look():
        notes.read(entry)
    assert names(notes, places) == []
    return notes


def touched_in_place(path: Path, words: str) -> None:
    """Written without any change of the folder it lies in."""
    with path.open("r+", encoding="utf-8") as file:
        file.write(words)


def test_what_was_read_is_not_read_again_and_nothing_is_looked_at_until_something_is_told(
    places: Slow, clock: FrozenClock, tmp_path: Path
) -> None:
    notes = all_read(places, clock)
    looks = notes.looks
    touched_in_place(tmp_path / FOLDER / "1.md", "a yes, or so")
    clock.advance(10)
    assert (names(notes, places), notes.looks) == ([], looks)
    places.told.add("Approved")
    assert (names(notes, places), notes.looks) == ([], looks)
    places.told.add(FOLDER)
    assert (names(notes, places), notes.looks) == (["1.md"], looks + 1)


def test_what_was_not_told_is_found_by_itself_within_a_minute(places: Slow, clock: FrozenClock, tmp_path: Path) -> None:
    notes = all_read(places, clock)
    touched_in_place(tmp_path / FOLDER / "1.md", "a yes, or so")
    clock.advance(LOOK_EVERY_S - 1)  # sooner, did a look take less than the tenth of a second
    assert names(notes, places) == []
    clock.advance(1)
    assert names(notes, places) == ["1.md"]


@pytest.mark.parametrize("change", ["new", "gone", "renamed"])
def test_what_comes_and_goes_is_seen_without_being_told(
    places: Slow, clock: FrozenClock, tmp_path: Path, change: str
) -> None:
    notes = all_read(places, clock)
    folder = tmp_path / FOLDER
    os.utime(folder, ns=(0, 0))
    names(notes, places)
    if change == "new":
        (folder / "new.md").write_text("words\n", encoding="utf-8")
    elif change == "gone":
        (folder / "1.md").unlink()
    else:
        (folder / "1.md").rename(folder / "new.md")
    assert names(notes, places) == ([] if change == "gone" else ["new.md"])
    assert notes.expect({"0.md", "1.md", "2.md"}) == (set() if change == "new" else {"1.md"})


def test_where_nobody_tells_everything_is_looked_at_each_time(clock: FrozenClock, tmp_path: Path) -> None:
    places = Places(tmp_path, clock, quiet_s=0.0)
    places.prepare()
    notes = ReadNotes(places, clock, FOLDER)
    for look in range(1, 4):
        names(notes, places)
        assert notes.looks == look


def test_a_note_that_nobody_expects_any_more_is_read_again(places: Slow, clock: FrozenClock) -> None:
    notes = all_read(places, clock)
    assert notes.expect({"0.md", "2.md", "elsewhere.md"}) == {"elsewhere.md"}
    assert names(notes, places) == ["1.md"]


def test_marks_are_kept_when_many_changed_or_nothing_does_any_more(
    places: Slow, clock: FrozenClock, tmp_path: Path
) -> None:
    for number in range(MANY):
        (tmp_path / FOLDER / f"more-{number:03}.md").write_text("words\n", encoding="utf-8")
    notes = ReadNotes(places, clock, FOLDER, dict)
    for entry in notes.look()[:-1]:
        notes.read(entry)
    assert notes.is_to_keep()
    few = ReadNotes(places, clock, FOLDER, dict)
    few.read(few.look()[0])
    assert [few.is_to_keep(), few.is_to_keep()] == [False, True]
    nothing = ReadNotes(places, clock, FOLDER)
    nothing.read(nothing.look()[0])
    assert [nothing.is_to_keep(), nothing.is_to_keep()] == [False, False]


@contextmanager
def loaded(house: House) -> Iterator[list[str]]:
    """The statements that read whole proposals or tasks, notes included, while it is open."""
    found: list[str] = []

    def ran(_sql: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT") and ("proposals.note" in statement or "tasks.note" in statement):
            found.append(statement)

    engine: Engine = house.journal._engine  # noqa: SLF001 (nothing else sees the statements)
    event.listen(engine, "before_cursor_execute", ran)
    yield found
    event.remove(engine, "before_cursor_execute", ran)


def crowd(house: House) -> list[str]:
    for number in range(5):
        house.mail("send lamp", number)
    house.once()
    house.once()
    return house.waiting()


def waits(house: House) -> None:
    """One round in which nothing happens."""
    house.places.begin()
    house.parts.moves.look()


def test_who_waits_is_loaded_when_something_changed_and_never_for_waiting(house: House) -> None:
    waiting = crowd(house)
    with loaded(house) as statements:
        waits(house)
    assert statements == []
    house.set(waiting[0], "decision", "later")
    with loaded(house) as statements:
        waits(house)
    assert len(statements) == 1
    assert house.waiting() == waiting


def test_who_waits_longer_since_the_owner_was_away_is_not_loaded_at_each_look(house: House) -> None:
    waiting = crowd(house)
    goals = house.vault / "Business_Goals.md"
    goals.write_text("---\naway: 2026-11-25..2026-12-04\n---\n", encoding="utf-8")
    house.once()
    house.clock.advance(12 * 86_400)  # five days after the expiry that was sealed
    house.once()
    with loaded(house) as statements:
        waits(house)
    assert (statements, house.waiting()) == ([], waiting)
    house.clock.advance(6 * 86_400)
    house.once()
    assert house.waiting() == []


def test_notes_of_tasks_that_are_not_begun_are_read_once_and_when_they_change(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def reads(path: Path, most: int) -> bytes | Problem:
        read.append(path.stem)
        return read_regular(path, most)

    monkeypatch.setattr(dragged_tasks, "read_regular", reads)
    house.start()
    house.mail("send lamp", 1)
    house.mail("send lamp", 2)
    house.sweep()
    waits(house)
    assert sorted({*read}) == sorted(house.tasks())
    read.clear()
    waits(house)
    assert read == []
    changed, _same = house.tasks()
    house.set(changed, "priority", "urgent")
    waits(house)
    assert {*read} == {changed}


def test_after_a_restart_only_what_changed_is_read(house: House) -> None:
    waiting = crowd(house)
    house.once()
    house.stop()
    house.set(waiting[1], "decision", "approve")
    house.start()
    with loaded(house) as statements:
        house.parts.places.begin()
        house.parts.moves.look()
    assert len([each for each in statements if "proposals.note" in each]) == 2  # who may have spoken, and that one
    assert sorted(house.proposals("approved")) == [waiting[1]]
    house.once()
    assert house.courier.sent == ["send lamp"]


@pytest.mark.parametrize("lost", ["another program", "no marks"])
def test_without_marks_that_count_everything_is_read_once_more(
    house: House, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    waiting = crowd(house)
    house.once()
    house.stop()
    house.set(waiting[0], "decision", "reject")
    if lost == "another program":
        monkeypatch.setattr(kept, "ROOMS", house.room)
        with house.journal.begin() as sql:  # marks as if this very note had been read as it is now
            entry = house.places.entry(FOLDER, f"{waiting[0]}.md")
            assert entry is not None
            mark = kept.mark_of(entry.signature)
            sql.execute(update(READ_NOTES).where(READ_NOTES.c.name == entry.name).values(mark=mark))
    else:
        with house.journal.begin() as sql:
            sql.execute(READ_NOTES.delete())
    house.start()
    house.once()
    assert house.row(waiting[0]).state == "rejected"


def test_the_program_is_known_by_the_code_that_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in kept.READING:
        (tmp_path / room).mkdir()
    monkeypatch.setattr(kept, "ROOMS", tmp_path)
    before = kept.program()
    (tmp_path / "approval/gate.py").write_text("WAIT = 1\n", encoding="utf-8")
    assert kept.program() != before


def test_a_proposal_by_command_whose_note_lies_there_as_ever_goes_its_way(house: House) -> None:
    waiting = crowd(house)
    house.command("approve", waiting[2])
    house.once()
    assert house.courier.sent == ["send lamp"]
    assert house.folder(waiting[2]).startswith("Done")


def test_a_note_of_a_decided_proposal_that_comes_back_unchanged_is_put_back(house: House) -> None:
    """The same file, moved away and back: its signature says nothing happened, the journal knows better."""
    waiting = crowd(house)
    house.command("reject", waiting[0])
    house.once()
    assert house.folder(waiting[0]) == "Rejected"
    house.move(waiting[0], FOLDER)
    house.once()
    assert house.folder(waiting[0]) == "Rejected"


def test_a_link_in_rejected_that_came_again_within_a_minute_is_removed_all_the_same(house: House) -> None:
    (proposal, *_) = crowd(house)
    for _ in range(2):
        (house.vault / "Rejected" / f"{proposal}.md").symlink_to("/nowhere")
        house.once()
    house.clock.advance(61)
    house.once()
    assert not (house.vault / "Rejected" / f"{proposal}.md").is_symlink()
    assert house.row(proposal).state == "waiting"


def test_a_journal_of_before_gets_the_questions_answered_from_an_index(house: House) -> None:
    with house.journal.begin() as sql:
        for name in ("ix_proposals_due", "ix_proposals_queue", "ix_tasks_queue", "ix_transitions_uncommitted"):
            sql.exec_driver_sql(f"DROP INDEX {name}")
        assert sql.execute(META.select()).first()
    house.start()
    with house.journal.begin() as sql:
        plan = sql.exec_driver_sql("EXPLAIN QUERY PLAN SELECT id FROM proposals WHERE state = 'waiting'").all()
        uncommitted = "EXPLAIN QUERY PLAN SELECT * FROM transitions WHERE applied IS 1 AND commit_id = ''"
        later = sql.exec_driver_sql(uncommitted).all()
    assert "COVERING INDEX" in str(plan)
    assert "ix_transitions_uncommitted" in str(later)


@pytest.mark.parametrize("folder", [FOLDER, "Rejected", "Approved", "Needs_Action", "In_Progress/runner"])
def test_a_name_that_is_no_text_stops_no_look(house: House, folder: str) -> None:
    waiting = crowd(house)
    os.close(os.open(os.fsencode(house.vault / folder) + b"/\xff.md", os.O_CREAT | os.O_WRONLY))
    house.command("approve", waiting[0])
    house.once()
    house.restart()
    assert house.courier.sent == ["send lamp"]
