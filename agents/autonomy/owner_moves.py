"""What the owner said with files: decisions about proposals, answers, dragged tasks; and what lies where it may not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.approval.assistants import GOES_ON, objection
from agents.approval.expiry import waits_until
from agents.approval.gate import Found, Kind, Verdict, judge
from agents.autonomy.approved_strangers import Strangers
from agents.autonomy.conflict_copies import contradicted
from agents.autonomy.controls import Controls
from agents.autonomy.dragged_tasks import DraggedTasks
from agents.autonomy.pauses import Pauses
from agents.autonomy.read_notes import ReadNotes, kept_marks
from agents.autonomy.twin_folders import TwinFolders
from agents.durability.alerts import raise_alert
from agents.durability.journal import newest_seq
from agents.durability.statements import parts_of_ids
from agents.durability.transitions import Transition
from agents.durability.waiting_rows import overdue_ids, waiting_among, waiting_ids, waiting_rows, waiting_times
from agents.security.audit_logger import Fact
from agents.security.secret_patterns import kinds_in, masked
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, CLAIMED, DONE, PENDING, REJECTED
from agents.vault.note import MAX_NOTE_BYTES, Problem
from agents.vault.store import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.approval.decisions import Decisions, Policy
    from agents.approval.expiry import Period
    from agents.autonomy.places import Entry, Places, Signature
    from agents.autonomy.turns import Turns
    from agents.connectors.contract import Action
    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.transitions import Recorder

DECIDING = (APPROVED, REJECTED, PENDING)
DISAGREE = "a conflict copy of it says no; keep the note that is right and delete the other"


class OwnerMoves:
    """Reads the folders in which the owner speaks."""

    def __init__(
        self,
        recorder: Recorder,
        places: Places,
        decisions: Decisions,
        turns: Turns,
        models: Mapping[str, type[Action]],
        policy: Callable[[], Policy],
    ) -> None:
        self._recorder = recorder
        self._places = places
        self._decisions = decisions
        self._models = models
        self._policy = policy
        self._clock = recorder.clock
        self._judged: dict[str, tuple[tuple[str, Signature], ...]] = {}
        self._shown = Pauses(recorder.clock)
        self._pending = self._folder(PENDING)
        self._rejected = ReadNotes(places, recorder.clock, REJECTED)
        self._expected: tuple[int, int] = (-1, -1)
        self._missing: set[str] = set()
        self._strangers = Strangers(recorder, places, self._pending, self._rejected)
        self._twins = TwinFolders(recorder, places)
        self._away: tuple[Period, ...] = ()
        self._expiry: dict[str, datetime] = {}
        self.controls = Controls(recorder, turns)
        self._dragged = DraggedTasks(recorder, places, turns, self.controls, self._folder(CLAIMED))
        self.questions = turns.questions

    def _folder(self, folder: str) -> ReadNotes:
        """A folder in which thousands may wait, with what is kept of it."""
        return ReadNotes(self._places, self._clock, folder, lambda: kept_marks(self._recorder.journal, folder))

    def look(self) -> int:
        """Take in everything the owner said since the last look; how many things that were."""
        self._twins.look()
        moved = self.controls.run.look() + self._proposals()
        moved += self._strangers.look() + self.questions.look() + self._dragged.look()
        for notes in (self._pending, self._dragged.claimed):
            if notes.is_to_keep():
                with self._recorder.journal.begin() as sql:
                    notes.keep(sql)
        return moved

    def _proposals(self) -> int:
        """Only what may have something to say is loaded: what lies where it says something, is gone, or is overdue."""
        unread = [*self._pending.look(), *self._rejected.look(), *self._places.entries(APPROVED)]
        names = {entry.stem for entry in unread}
        with self._recorder.journal.begin() as sql:
            says = names | self._not_lying(sql)
            overdue = overdue_ids(sql, self._clock.now())
        if says or overdue:
            self._follow_away()
        with self._recorder.journal.begin() as sql:
            waiting = waiting_among(sql, says | self._expired(sql, overdue - says))
        self._judged = {name: self._judged[name] for name in waiting if name in self._judged}
        return sum(self._decide(row) for some in parts_of_ids(waiting) for row in self._rows(some))

    def _follow_away(self) -> None:
        away = self._policy().away
        if away != self._away:
            self._away = away
            self._expiry.clear()

    def _expired(self, sql: Connection, overdue: set[str]) -> set[str]:
        """Those of which the time is over too when the time away does not count; reckoned once for each."""
        if not self._away:
            return overdue
        self._expiry = {name: until for name, until in self._expiry.items() if name in overdue}
        for name, (created, expires) in waiting_times(sql, overdue - self._expiry.keys()).items():
            self._expiry[name] = waits_until(created, expires, self._away)
        return {name for name in overdue if self._expiry[name] <= self._clock.now()}

    def _rows(self, names: list[str]) -> list[ProposalRow]:
        with self._recorder.journal.begin() as sql:
            return waiting_rows(sql, names)

    def _not_lying(self, sql: Connection) -> set[str]:
        """The proposals that wait and have no note in Pending_Approval."""
        standing = (self._pending.changes, newest_seq(sql))
        if standing != self._expected:
            self._expected = standing
            missing = self._pending.expect({f"{each}.md" for each in waiting_ids(sql)})
            self._missing = {name.removesuffix(".md") for name in missing}
        return self._missing

    def _decide(self, row: ProposalRow) -> int:
        entries = self.entries(row.id)
        if links := [entry for entry in entries if entry.kind == "link"]:
            return sum(self._strangers.remove_link(entry) for entry in links)
        overdue = self._clock.now() >= waits_until(row.created, row.expires, self._away)
        if not entries and not overdue:
            return self._show_again(row)
        seen = tuple((entry.folder, entry.signature) for entry in entries)
        if self._judged.get(row.id) == seen and not overdue:
            return 0
        verdict = self._verdict(row, entries)
        waits = isinstance(verdict, Verdict) and verdict.kind is Kind.WAIT
        # only what is said must be said completely; a note that says nothing is read again when it changes
        if not all(self._places.is_quiet(entry) if waits else self._places.settled(entry) for entry in entries):
            return 0
        self._judged[row.id] = seen
        if waits:
            if [entry.folder for entry in entries] == [PENDING]:
                self._pending.read(entries[0])
            return 0
        return self._hold(row, verdict) if isinstance(verdict, Problem) else self._settle(row, verdict, entries)

    def _verdict(self, row: ProposalRow, entries: list[Entry]) -> Verdict | Problem:
        notes = self.read(entries)
        if isinstance(notes, Problem):
            return notes
        verdict = judge(row, notes, self._clock.now(), self._models, away=self._away)
        if verdict.kind in {Kind.APPROVE, Kind.EDITED} and (words := self.objection(row.id)):
            return Verdict(Kind.HOLD, verdict.how, words)
        is_plain = verdict.kind is Kind.APPROVE and not verdict.code
        if (is_plain or verdict.kind is Kind.EDITED) and (words := self.doubt(entries)):
            return Verdict(Kind.HOLD, verdict.how, words)
        return _without_secrets(verdict)

    def objection(self, proposal: str) -> str:
        """Why a yes to this proposal does not count: a conflict copy of its note says no. Empty when none does."""
        return DISAGREE if contradicted(self._places, self._recorder.store, proposal) else ""

    def doubt(self, entries: Iterable[Entry], said_s: float | None = None) -> str:
        """Why a yes in these notes, or typed at `said_s`, may be an assistant's; empty when no session went on."""
        moments = [*(each.changed_s for each in entries), *([] if said_s is None else [said_s])]
        with self._recorder.journal.begin() as sql:
            return objection(sql, self._clock, moments)

    def entries(self, proposal: str) -> list[Entry]:
        """What has the name of this proposal's note in the folders that decide."""
        return [entry for folder in DECIDING if (entry := self._places.entry(folder, f"{proposal}.md"))]

    def read(self, entries: list[Entry]) -> list[Found] | Problem:
        """The notes, or why one of them cannot be read."""
        notes = []
        for entry in entries:
            content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
            if isinstance(content, Problem):
                return Problem(content.line, f"{entry.folder}: {content.message}")
            notes.append(Found(entry.folder, content.decode(errors="replace")))
        return notes

    def _settle(self, row: ProposalRow, verdict: Verdict, entries: list[Entry]) -> int:
        if verdict.reason in {DISAGREE, GOES_ON}:
            del self._judged[row.id]  # the copy may go, or the session end, while the note stays as it is
        here = [entry.folder for entry in entries]
        order = (REJECTED, *DECIDING) if verdict.kind is Kind.REJECT else DECIDING
        folder = next((each for each in order if each in here), "")
        if not self._decisions.settle(row, verdict, folder, self._policy()):
            del self._judged[row.id]
            return 0
        return 0 if verdict.kind is Kind.HOLD else 1

    def _hold(self, row: ProposalRow, problem: Problem) -> int:
        with self._recorder.begin() as writing:
            raise_alert(writing, row.id, f"{row.id} is held: {problem.message}.", self._clock.now())
        return 0

    def _show_again(self, row: ProposalRow) -> int:
        """Deleting a pending note is no decision: it is written again. In Done it lies until it expires."""
        if not self._shown.due(row.id) or self._places.find(f"{row.id}.md", DONE):
            return 0
        self._shown.tried(row.id)
        with self._recorder.begin() as writing:
            fact = Fact("runner", "proposal.shown_again", row.id, row.task, {"digest": row.digest})
            operation = Operation("create", f"{PENDING}/{row.id}.md", text=row.note)
            writing.record(Transition(fact, f"Show {row.id} again", (operation,)))
        return 1


def _without_secrets(verdict: Verdict) -> Verdict:
    """The same with no secret in the owner's reason; an order they edited one into is shown again as it was."""
    if verdict.action is not None and (kinds := kinds_in(verdict.action.canonical().decode())):
        return Verdict(Kind.UNREADABLE, verdict.how, f"there is a secret in it: {kinds}")
    return replace(verdict, reason=masked(verdict.reason))
