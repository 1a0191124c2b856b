"""What the owner keeps private does not go through the doors for other assistants either."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from agents.errors import NeedsOwner, NotAllowed
from agents.servers.autonomy_mcp_server import AutonomyDoor
from tests.flows.employee import Employee, mail
from tests.flows.steps import only
from tests.servers.replies import PLEASE, recorded, task_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic import BaseModel

    from agents.servers.email_mcp_server import MailDoor

MARK = "Acme"


@pytest.fixture
def autonomy(door: MailDoor) -> AutonomyDoor:
    """The other door of the same vault."""
    return AutonomyDoor(door.place, door.state)


def note_of(employee: Employee, task: str) -> Path:
    return only([each for each in employee.vault.rglob(f"{task}.md") if "Plans" not in each.parts])


def hide(employee: Employee, task: str) -> None:
    """The owner marks the note of a task as private."""
    note = note_of(employee, task)
    text = note.read_text(encoding="utf-8")
    note.write_text(text.replace(f"id: {task}", f"id: {task}\nprivate: true"), encoding="utf-8")


def move_away(employee: Employee, task: str) -> None:
    """The owner moves it into a folder of theirs."""
    (employee.vault / "Private").mkdir()
    note_of(employee, task).rename(employee.vault / "Private" / f"{task}.md")


def break_it(employee: Employee, task: str) -> None:
    """Nobody can read what the note says."""
    note_of(employee, task).write_bytes(b"---\nprivate: \xff\n---\n")


def said(answer: BaseModel) -> str:
    return json.dumps(answer.model_dump(mode="json"))


@pytest.mark.parametrize("keep", [hide, move_away, break_it], ids=["property", "folder", "unreadable"])
def test_nothing_of_a_private_task_is_shown(
    employee: Employee, door: MailDoor, autonomy: AutonomyDoor, keep: Callable[[Employee, str], None]
) -> None:
    task = task_of(employee)
    shows: list[Callable[[], BaseModel]] = [door.list_tasks, door.list_waiting, autonomy.overview]
    assert all(MARK in said(show()) for show in shows)
    keep(employee, task)
    assert not any(MARK in said(show()) for show in shows)
    assert door.list_tasks().left_out == 1
    assert door.list_waiting().left_out == 1
    for refused in (door.read_task, autonomy.explain_task):
        with pytest.raises(NotAllowed, match="private"):
            refused(task)
    with pytest.raises(NotAllowed, match="private"):
        door.propose_reply(task, **PLEASE)
    assert recorded(employee) == 0


@pytest.mark.parametrize("keep", [hide, move_away, break_it], ids=["property", "folder", "unreadable"])
def test_no_note_about_a_private_task_is_shown_or_found_either(
    employee: Employee, door: MailDoor, keep: Callable[[Employee, str], None]
) -> None:
    task = task_of(employee)
    notes = [each.relative_to(employee.vault).as_posix() for each in employee.vault.rglob("*.md")]
    about = [path for path in notes if task in (employee.vault / path).read_text(encoding="utf-8")]
    assert {path.partition("/")[0] for path in about} >= {"In_Progress", "Plans", "Pending_Approval"}
    assert MARK in said(door.search(MARK))
    keep(employee, task)
    for path in (*about, "Dashboard.md"):
        with pytest.raises(NotAllowed, match="no note here that may be shown"):
            door.note(path)
    assert door.search(MARK).hits == ()
    assert "# " in door.note("Company_Handbook.md")


def test_other_tasks_are_shown_as_before(employee: Employee, door: MailDoor) -> None:
    task = task_of(employee)
    employee.drop("other.eml", mail("Hello?", number=2, sender="Berta <berta@client.example>"))
    employee.once()
    hide(employee, task)
    shown = door.list_tasks()
    assert [each.from_outside.sender_name for each in shown.tasks] == ["Berta"]
    assert "Hello?" in door.read_task(shown.tasks[0].id).from_outside.text


def test_a_finished_task_can_be_private_too(employee: Employee, door: MailDoor) -> None:
    task = task_of(employee)
    employee.said("cancel", task)
    employee.once()
    assert MARK in said(door.read_task(task))
    hide(employee, task)
    with pytest.raises(NotAllowed, match="private"):
        door.read_task(task)


def test_while_nobody_knows_what_is_private_the_doors_show_nothing(
    employee: Employee, door: MailDoor, autonomy: AutonomyDoor
) -> None:
    (employee.vault / "Company_Handbook.md").unlink()
    for refused in (door.list_tasks, door.list_waiting, autonomy.overview, autonomy.list_waits):
        with pytest.raises(NeedsOwner, match="nobody knows what is private"):
            refused()


def test_a_note_that_is_being_moved_is_looked_at_again_before_it_counts_as_private(
    employee: Employee, door: MailDoor
) -> None:
    task = task_of(employee)
    note = note_of(employee, task)
    twin = note.with_suffix(".moving")
    twin.hardlink_to(note)  # for a moment a note that moves has two names, and is read under neither
    moved = threading.Timer(0.1, twin.unlink)
    moved.start()
    assert not door.privacy()(task)
    moved.join()
