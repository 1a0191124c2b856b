"""Whom the owner deals with: read from the chain of events, event by event, and written into contacts and promises.

A contact is made for whoever an approved mail or invoice went to; a mail of theirs moves its last day. A promise is
noted when its words say so plainly: ours from mails the owner approved, theirs from mails of contacts. A contact
tells that there is a promise and until when, never its words: what others wrote must not count as ours later.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from agents.autonomy.contact_notes import HISTORY, Since, contact_path, render_contact
from agents.autonomy.following import Follower
from agents.clock import as_local
from agents.connectors.contacts.reader import Contact, ContactBook, by_way
from agents.connectors.contacts.values import MAX_LINE_CHARS, Values, is_mail, one_line
from agents.connectors.email.quotes import quoted_reply_removed
from agents.durability.domain_rows import domains_of
from agents.durability.promise_rows import OURS, THEIRS, PromiseRow, add_promise
from agents.durability.proposal_rows import find_proposal
from agents.durability.task_persistence import TaskRow, find_task
from agents.durability.transitions import Transition
from agents.reasoning.promises import promises_in
from agents.security.audit_logger import Fact
from agents.vault.layout import note_id
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.durability.transitions import Recorder, Writing

MAIL, INVOICE = "email.send", "invoice.create"
TOLD = frozenset({"effect.done", "task.filed"})
_MANY_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")


@dataclass(slots=True)
class _Round:
    """One look: the contacts by way, and what was written in it: the last day of each contact, by path."""

    by_way: dict[str, list[Contact]]
    days: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)  # address -> path

    def path_of(self, address: str) -> str:
        """The note of whoever has this address; empty when there is none."""
        known = self.by_way.get(address.casefold())
        return known[0].path if known else self.made.get(address.casefold(), "")


class People(Follower):
    """Follows what happened in one vault."""

    POSITION = "people"

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder)
        self._book = ContactBook(recorder.store.root)

    def concerns(self, event: Mapping[str, Any]) -> bool:
        """Whether something left, or came."""
        return event.get("action_type") in TOLD

    def take_in(self, writing: Writing, events: Sequence[Mapping[str, Any]]) -> None:
        """Write down whom an effect or a mail was about."""
        now = _Round(by_way(self._book.look()))
        for fields in events:
            if fields["action_type"] == "effect.done":
                self._effect(writing, now, str(fields["target"]), str(fields["timestamp"]))
            else:
                self._mail(writing, now, str(fields["target"]))

    def _effect(self, writing: Writing, now: _Round, proposal: str, at: str) -> None:
        """Something left with the owner's yes: we deal with whoever got it, and our mail may promise something."""
        row = find_proposal(writing.sql, proposal)
        task = find_task(writing.sql, row.task) if row else None
        if row is None or task is None or row.action_name not in {MAIL, INVOICE}:
            return
        said = json.loads(row.action)
        address = str(said.get("to") or said.get("email") or task.sender)
        if not is_mail(address):
            return
        company, name = _named(str(said.get("customer", ""))), ""
        if task.sender.casefold() == address.casefold():
            name = _named(str(json.loads(task.view)["sender_name"]))
        values = Values(name="" if name == company else name, company=company, emails=(address,))
        day = as_local(datetime.fromisoformat(at)).date()
        self._deal(writing, now, task, values, day)
        if row.action_name == MAIL:
            for each in promises_in(quoted_reply_removed(str(said.get("body", ""))), day):
                promise = PromiseRow(OURS, address.casefold(), each.words, each.due.isoformat(), task.id, row.id, at)
                self._promise(writing, now, promise)

    def _deal(self, writing: Writing, now: _Round, task: TaskRow, values: Values, day: date) -> None:
        """The note of a contact: made when there is none, else its last day moves and an empty company is filled."""
        address = values.emails[0]
        if now.path_of(address):
            self._seen_on(writing, now, address, task.id, day, values.company)
            return
        domain = domains_of(writing.sql, [task.id])[task.id]
        name = note_id(day, "contact", "people", address.casefold())
        line = f"- {day} first dealt with, in [[{task.id}]]"
        text = render_contact(name, values, Since(day, ("mail",), domain, line))
        fact = Fact("runner", "contact.added", name, task.id)
        writing.record(Transition(fact, f"Add {name}", (Operation("create", contact_path(name), text=text),)))
        now.made[address.casefold()] = contact_path(name)
        now.days[contact_path(name)] = day.isoformat()

    def _seen_on(self, writing: Writing, now: _Round, address: str, task: str, day: date, company: str = "") -> None:
        """The last day a contact was seen, once a day, and by mail."""
        path, known = now.path_of(address), now.by_way.get(address.casefold())
        last = now.days.get(path, known[0].last_seen if known else "")
        if last >= day.isoformat():
            return
        now.days[path] = day.isoformat()
        filled = (EditText("default", company, "company"),) if company else ()
        edits = (*filled, EditText("item", "mail", "channels"), EditText("property", day.isoformat(), "last_seen"))
        fact = Fact("runner", "contact.seen", _stem(path), task)
        writing.record(Transition(fact, f"See {_stem(path)}", (Operation("edit", path, edits=edits),)))

    def _mail(self, writing: Writing, now: _Round, name: str) -> None:
        """A mail came: when it is of a contact, that was their last day, and it may promise something."""
        task = find_task(writing.sql, name)
        if task is None or not task.sender or not now.path_of(task.sender):
            return
        view = json.loads(task.view)
        self._seen_on(writing, now, task.sender, task.id, as_local(datetime.fromisoformat(task.created_at)).date())
        if view["flags"]:
            return  # whoever wrote it may be another one
        day = as_local(datetime.fromisoformat(view["received"])).date()
        for each in promises_in(quoted_reply_removed(str(view["text"])), day):
            sender = task.sender.casefold()
            promise = PromiseRow(THEIRS, sender, each.words, each.due.isoformat(), name, name, view["received"])
            self._promise(writing, now, promise)

    def _promise(self, writing: Writing, now: _Round, row: PromiseRow) -> None:
        number = add_promise(writing.sql, row)
        if not number:
            return
        who = "you promised something" if row.said_by == OURS else "they promised something"
        line = EditText(
            "line", f"- {row.said_at[:10]} {who} by {row.due}, in [[{row.task}]] (promise {number})", HISTORY
        )
        path = now.path_of(row.other)
        operations = (Operation("edit", path, edits=(line,)),) if path else ()
        fact = Fact("runner", "promise.noted", f"promise-{number}", row.task, {"kind": row.said_by, "until": row.due})
        writing.record(Transition(fact, f"Note promise {number}", operations))


def _named(text: str) -> str:
    """A name from outside as a contact may have it; empty for what is more than a name: an address, a number."""
    name = one_line(text, MAX_LINE_CHARS)
    return "" if "@" in name or "://" in name or _MANY_DIGITS.search(name) else name


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".md")
