"""The tools that read: tasks, notes, contacts and books. Private ones are not given; what came from outside says so."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.connectors.books import Unclear, amount_text
from agents.reasoning.phrases import folded
from agents.reasoning.tool_desk import failed, said
from agents.reasoning.toolbox import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.books import Standing
    from agents.reasoning.brain import TaskView
    from agents.reasoning.tool_desk import Desk
    from agents.reasoning.tool_wire import ReadBooks, ReadNote, ReadTask, Search
    from agents.reasoning.toolbox import ToolAnswer

MAX_CONTACTS = 5
MAX_CONTACT_CHARS = 4_000
MAX_INVOICES = 50


def read_task(desk: Desk, asked: ReadTask) -> ToolAnswer:
    """The task of this turn, or another one."""
    is_this = asked.task in {"", desk.task.id}
    task = desk.task if is_this else desk.ports.library.task(asked.task)
    return failed("No task you may read has this id.") if task is None else said(*_task(desk, task))


def _task(desk: Desk, task: TaskView) -> Iterator[Part | str]:
    known = "known" if task.sender_known else "new"
    about = "a request of the owner" if task.kind == "ask" else f"{task.kind}, its sender is {known}"
    yield f"Task {task.id}: {about}, {task.received.isoformat()}."
    source = f"mail:{task.id}"
    if task.kind == "ask":
        yield task.text
    else:
        answers = f"\nReply-To: {task.reply_to}" if task.reply_to else ""
        head = f"From: {task.sender_name} <{task.sender_address}>{answers}\nSubject: {task.subject}"
        yield desk.outside(source, f"{head}\nMessage id: {task.message_id}\n\n{task.text}")
    for each in task.attachments:
        yield desk.outside(source, f"File {each.sent_name} ({each.media_type}):\n{each.text or '(no text)'}")


def read_note(desk: Desk, asked: ReadNote) -> ToolAnswer:
    """A note by its path or name."""
    note = desk.ports.library.note(asked.note)
    if isinstance(note, str):
        return failed(note)
    text = f"{note.path}\n\n{note.text}"
    return said("Path and text of the note:", desk.outside(_source(note.path), text))


def search_vault(desk: Desk, asked: Search) -> ToolAnswer:
    """Notes in which words stand."""
    hits = desk.ports.library.search(asked.words)
    if not hits:
        return said("No note you may read holds these words.")
    texts = (f"{each.path}\n{each.title}\n{each.excerpt}" for each in hits)
    parts = (desk.outside(_source(hit.path), text) for hit, text in zip(hits, texts, strict=True))
    return said(f"{len(hits)} notes, the best first: path, title, excerpt.", *parts)


def read_contacts(desk: Desk, asked: Search) -> ToolAnswer:
    """Contacts whose name or text holds the words."""
    wanted = folded(asked.words).split()
    shown = [each for each in desk.ports.library.contacts() if each.may_leave]
    found = [each for each in shown if all(word in folded(f"{each.name} {each.text}") for word in wanted)]
    if not found or not wanted:
        return said("No contact you may read is like that.")
    found.sort(key=lambda each: not all(word in folded(each.name) for word in wanted))
    more = f" The first {MAX_CONTACTS}:" if len(found) > MAX_CONTACTS else ""
    texts = (f"{each.name}\n{each.text}"[:MAX_CONTACT_CHARS] for each in found[:MAX_CONTACTS])
    return said(f"{len(found)} contacts of the owner.{more}", *(Part(each, outside=True) for each in texts))


def read_books(desk: Desk, asked: ReadBooks) -> ToolAnswer:
    """How invoices stand: one, those of a customer, or all that are open."""
    wanted = folded(asked.words).strip()
    library = desk.ports.library
    found = {
        number: each
        for number, each in library.books().items()
        if (wanted in folded(f"{number} {each.customer}") if wanted else _is_open(each.standing))
    }
    told = library.may_tell(found) if found else ()
    rows = [_row(number, each.customer, each.standing) for number, each in found.items() if number in told]
    if not rows:
        return said("The books hold no such invoice." if wanted else "No invoice is open.")
    more = f" The last {MAX_INVOICES}:" if len(rows) > MAX_INVOICES else ""
    table = Part("\n".join(rows[-MAX_INVOICES:]), outside=True)
    return said(f"{len(rows)} invoices: number, customer, total, what is open, when it was due.{more}", table)


def _is_open(standing: Standing) -> bool:
    return isinstance(standing, Unclear) or not standing.is_paid


def _row(number: str, customer: str, standing: Standing) -> str:
    if isinstance(standing, Unclear):
        return f"{number} | {customer} | unclear: {standing.why}"
    total = amount_text(standing.total.amount, standing.total.currency)
    rest = f"paid {standing.paid_on}" if standing.is_paid else f"open {amount_text(standing.open)}"
    return f"{number} | {customer} | {total} | {rest} | due {standing.due}"


def _source(path: str) -> str:
    """What a value that stands in a note is said to come from."""
    return f"note:{PurePosixPath(path).stem}"
