"""The mails that answer each other, as another assistant gets to see them. Reads only."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from agents.durability.bounce_rows import FAILED, bounces_about
from agents.durability.mail_replies import linked_tasks
from agents.durability.proposal_rows import proposals_of
from agents.durability.task_persistence import find_task
from agents.servers.mail_view import Thread, ThreadMail
from agents.servers.waiting_view import MAX_SHOWN, MAX_WORD_CHARS, Sender, quoted_sender
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from agents.durability.bounce_rows import BounceRow
    from agents.durability.task_persistence import TaskRow

SENT = "email.send"


def thread_of(sql: Connection, row: TaskRow, is_private: Callable[[str], bool]) -> Thread:
    """The mails that came and were sent in the tasks that answer each other, oldest first; nothing of private ones."""
    tasks = linked_tasks(sql, row.id, MAX_SHOWN)
    shown = [task for task in tasks if not is_private(task)]
    mails = [mail for task in shown for mail in _mails(sql, task)]
    mails.sort(key=lambda mail: (datetime.fromisoformat(mail.at), mail.task))
    return Thread(mails=tuple(mails), left_out=len(tasks) - len(shown))


def _mails(sql: Connection, task: str) -> Iterator[ThreadMail]:
    row = find_task(sql, task)
    if row is None:
        return
    view = json.loads(row.view)
    yield ThreadMail(task=task, sent=False, at=view["received"], from_outside=Sender(**quoted_sender(view)))
    for each in proposals_of(sql, task):
        if each.action_name == SENT and each.state == "done":
            mail = json.loads(each.action)
            to, subject = (property_text(mail[name], MAX_WORD_CHARS) for name in ("to", "subject"))
            words = Sender(sender_name="sent with the owner's yes", sender_address=to, subject=subject)
            at = json.loads(each.receipt)["at"] if each.receipt else each.decided_at
            became = _became(bounces_about(sql, each.id))
            yield ThreadMail(task=task, sent=True, at=at, became=became, from_outside=words)


def _became(notices: Sequence[BounceRow]) -> str:
    """What the worst of these notices says, the newest of its kind, in our own words."""
    worst = max(notices, key=lambda each: (each.outcome == FAILED, each.at), default=None)
    return f"{'came back' if worst.outcome == FAILED else 'late'}: {worst.why}" if worst else ""
