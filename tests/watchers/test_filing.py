"""Many events in one transaction end as if each had one of its own, for a fixed number of statements."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import event as events

from agents.durability.task_persistence import TaskRow, add_task
from agents.vault.layout import note_id
from tests.clock import NOON
from tests.watchers.samples import mail, written
from watchers.filing import Filing
from watchers.first_priority import FirstPriority
from watchers.inbox_watcher import InboxWatcher
from watchers.mail_flood import MailFlood

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tests.autonomy.house import House


def arrive(house: House, *contents: str) -> None:
    for number, content in enumerate(contents):
        written(house.vault / f"Inbox/{number:04d}.eml", content)


def what_happened(house: House) -> list[object]:
    return [each["action_type"] for each in house.events() if each["actor"] != "owner"]


def test_the_same_id_with_the_same_and_with_other_bytes_in_one_sweep(house: House) -> None:
    arrive(house, mail(body="first"), mail(body="other"), mail(body="first"), mail(body="other"))
    assert house.sweep() == 4
    assert len(house.tasks()) == 2
    assert what_happened(house)[-4:] == ["task.filed", "task.filed", "event.seen_again", "event.seen_again"]
    flagged = [task for task in house.tasks() if "this one says something else" in house.text(task)]
    assert ["other" in house.text(task) for task in flagged] == [True]
    assert house.sweep() == 0
    house.once()
    assert house.is_sound()


def test_what_cannot_be_read_is_told_in_its_place_between_the_others(house: House) -> None:
    arrive(house, mail(1), mail(2))
    written(house.vault / "Inbox/0000a.txt", b"no text \x00")
    house.sweep()
    assert what_happened(house)[-4:] == ["task.filed", "file.quarantined", "alert.filed", "task.filed"]
    house.once()
    assert house.is_sound()


def test_ids_that_collide_twice_are_still_told_apart(house: House) -> None:
    known = "<m1@client.example>"
    with house.journal.begin() as sql:
        for identity in (known, f"{known}\0{2}"):
            taken = note_id(NOON.date(), "email", "email", identity)
            add_task(sql, TaskRow(taken, NOON.isoformat(), "done", 0, "", "{}", "", "", "", ""))
    arrive(house, mail(1), mail(2))
    house.sweep()
    third = note_id(NOON.date(), "email", "email", f"{known}\0{3}")
    assert house.task(third).state == "filed"


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The statements that the journal is asked meanwhile."""
    said: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    with house.journal.begin() as sql:
        engine = sql.engine
    events.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        events.remove(engine, "before_cursor_execute", note)


def test_ten_times_as_many_files_cost_as_many_statements(house: House) -> None:
    costs = []
    for number in (20, 200):
        for each in range(number):
            written(house.vault / f"Inbox/{each}.txt", f"file {each} of {number}")
        house.recorder.flush()  # what waits already shares a commit with a hundred at most
        with counted(house) as said:
            assert house.sweep() == number
        costs.append(len(said))
    assert costs[1] == costs[0]


def test_an_id_that_was_given_in_the_same_transaction_is_taken(house: House) -> None:
    arrive(house, mail(1))
    (event,) = InboxWatcher(house.vault, 0.0).scan(NOON).events
    taken = note_id(NOON.date(), event.kind, event.source, event.source_id)
    with house.recorder.begin() as writing:
        flood = MailFlood(writing, [event], NOON, 20, FirstPriority(house.vault))
        filing = Filing(writing, [event], NOON.date(), clean=True, flood=flood)
        assert filing.free_id(event, event.source_id) == taken
        seen = {"source": "file", "source_id": "another", "content_sha256": "", "task": taken, "seen_at": ""}
        filing.add(seen, TaskRow(taken, NOON.isoformat(), "filed", 0, "", "{}", "", "", "", ""))
        assert filing.free_id(event, event.source_id) != taken
