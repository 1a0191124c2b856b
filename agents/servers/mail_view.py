"""What another assistant gets to see of tasks and their texts. Pure."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from agents.autonomy.assistant_proposals import OPEN_TASKS
from agents.servers.waiting_view import MAX_WORD_CHARS, NOTICE, Sender, Shown, quoted_sender
from agents.vault.neutralize import Caps, fenced, property_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agents.durability.task_persistence import TaskRow

MAX_TASKS = 50
MAX_FILES = 10
TEXT_CAPS = Caps(max_bytes=24_000, max_lines=600, max_columns=1_000)
FILE_CAPS = Caps(max_bytes=8_000, max_lines=200, max_columns=1_000)


class TaskLine(Shown):
    """One open task. `kind`: 'email', 'file', 'ask', 'meeting' or 'webhook'.

    `state`: 'filed', 'claimed', 'waiting'; `received`: ISO 8601.
    """

    id: str
    kind: str
    state: str
    received: str
    from_outside: Sender


class TaskList(Shown):
    """The open tasks, newest first; `left_out` is how many are not listed: older ones, and private ones."""

    notice: str = NOTICE
    tasks: tuple[TaskLine, ...]
    left_out: int


class OutsideFile(Shown):
    """A file that came with a task; `stored` is its name in the vault, `text` empty when it is no text."""

    stored: str
    sent_name: str
    media_type: str
    size_bytes: int
    text: str


class OutsideText(Sender):
    """What came, in a fence it cannot leave, with invisible characters shown. `warnings` say what is odd about it."""

    text: str
    warnings: tuple[str, ...]
    files: tuple[OutsideFile, ...]


class TaskText(Shown):
    """One task with its text."""

    notice: str = NOTICE
    id: str
    kind: str
    state: str
    category: str
    received: str
    can_be_answered: bool
    from_outside: OutsideText


class DraftedWords(Shown):
    """The mail as it would go out; subject and text are the caller's own."""

    to: str
    subject: str
    body: str


class Draft(Shown):
    """A reply as it would go out. Nothing was filed. `can_be_proposed`: False when `objections` say why not."""

    notice: str = NOTICE
    task: str
    can_be_proposed: bool
    objections: tuple[str, ...]
    from_outside: DraftedWords


class HitWords(Shown):
    """What it is about, and where in it the words stand."""

    title: str
    excerpt: str


class Hit(Shown):
    """A task or a note in which the words stand; `task` is empty for other notes, `path` for tasks without one."""

    task: str
    path: str
    from_outside: HitWords


class Hits(Shown):
    """What was found, the best first; private notes are not searched."""

    notice: str = NOTICE
    hits: tuple[Hit, ...]


class ThreadMail(Shown):
    """One mail of a thread. `task` is the task it became, or of which it was sent; `sent`: whether we sent it.

    `became`: 'came back' or 'late' and why, when a mail server said so of a mail that was sent.
    """

    task: str
    sent: bool
    at: str
    became: str = ""
    from_outside: Sender


class Thread(Shown):
    """The mails that answer each other, oldest first; `left_out` counts private ones."""

    notice: str = NOTICE
    mails: tuple[ThreadMail, ...]
    left_out: int


def task_list(rows: Sequence[TaskRow], is_private: Callable[[str], bool]) -> TaskList:
    """The first of these tasks that are not private."""
    lines = tuple(map(_line, islice((row for row in rows if not is_private(row.id)), MAX_TASKS)))
    return TaskList(tasks=lines, left_out=len(rows) - len(lines))


def _line(row: TaskRow) -> TaskLine:
    view = json.loads(row.view)
    quoted = Sender(**quoted_sender(view))
    return TaskLine(id=row.id, kind=view["kind"], state=row.state, received=view["received"], from_outside=quoted)


def task_text(row: TaskRow) -> TaskText:
    """One task with its text and the texts of its files."""
    view = json.loads(row.view)
    quoted = OutsideText(
        **quoted_sender(view),
        text=fenced(view["text"], caps=TEXT_CAPS),
        warnings=tuple(property_text(flag, MAX_WORD_CHARS) for flag in view["flags"]),
        files=tuple(_file(each) for each in view["attachments"][:MAX_FILES]),
    )
    return TaskText(
        id=row.id,
        kind=view["kind"],
        state=row.state,
        category=property_text(row.category),
        received=view["received"],
        can_be_answered=bool(view.get("reply_to") or row.sender) and row.state in OPEN_TASKS,
        from_outside=quoted,
    )


def _file(attachment: dict[str, str]) -> OutsideFile:
    text = attachment["text"]
    return OutsideFile(
        stored=attachment["stored"],
        sent_name=property_text(attachment["sent_name"]),
        media_type=property_text(attachment["media_type"], 100),
        size_bytes=int(attachment["size_bytes"]),
        text=fenced(text, caps=FILE_CAPS) if text else "",
    )
