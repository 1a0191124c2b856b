"""What other processes ask about people: changes of contacts with the owner's yes, and what became of a promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.contact_changes import REQUEST, ContactChanges
from agents.autonomy.contact_notes import HISTORY
from agents.clock import as_local
from agents.connectors.contacts.reader import ContactBook, by_way
from agents.durability.promise_rows import ENDS, OPEN, end_promise, find_promise
from agents.durability.task_persistence import settle_request
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.durability.promise_rows import PromiseRow
    from agents.durability.task_persistence import RequestRow
    from agents.durability.transitions import Recorder

PROMISE = "promise"  # the kind of a request: its target is the number, its text one of `ENDS`
MAX_DIGITS = 9


def people_requests(recorder: Recorder) -> Mapping[str, Callable[[RequestRow], str]]:
    """Who carries them out, by the kind of the request."""
    return {REQUEST: ContactChanges(recorder).by_request, PROMISE: lambda row: _end(recorder, row)}


def _end(recorder: Recorder, row: RequestRow) -> str:
    """The owner says what became of a promise; why it cannot be, or empty."""
    number = int(row.target) if row.target.isdecimal() and len(row.target) <= MAX_DIGITS else 0
    now = recorder.clock.now()
    with recorder.journal.begin() as sql:
        promise = find_promise(sql, number)
    if promise is None:
        return "no promise has this number"
    if row.text not in ENDS or promise.state != OPEN:
        return "" if promise.state == row.text else f"it is {promise.state} already"
    line = EditText("line", f"- {as_local(now).date()} promise {number} {row.text}", HISTORY)
    path = _note_of(recorder, promise)
    operations = (Operation("edit", path, edits=(line,)),) if path else ()
    with recorder.begin() as writing:
        end_promise(writing.sql, number, row.text, now.isoformat())
        fact = Fact("owner", f"promise.{row.text}", f"promise-{number}", promise.task, approved_by="owner")
        writing.record(Transition(fact, f"Promise {number}: {row.text}", operations))
        settle_request(writing.sql, row.number, "done", "")
    return ""


def _note_of(recorder: Recorder, promise: PromiseRow) -> str:
    """The note of the other side, or empty."""
    known = by_way(ContactBook(recorder.store.root).look()).get(promise.other)
    return known[0].path if known else ""
