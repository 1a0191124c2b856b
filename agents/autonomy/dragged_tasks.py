"""Task notes the owner moved, deleted or corrected: put back is a new turn, in Done is closed, deleted is rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.autonomy.controls import control_in
from agents.autonomy.learning import learn, moved_away
from agents.autonomy.owner_category import new_word, remember, remembered
from agents.autonomy.owner_domain import new_domain, take_domain
from agents.autonomy.owner_priority import new_priority, take_priority
from agents.autonomy.pauses import Pauses
from agents.autonomy.queries import named_since, task_states
from agents.autonomy.read_notes import ReadNotes
from agents.autonomy.shelving import done_folder
from agents.durability.control_rows import drop_hold
from agents.durability.domain_rows import domains_of
from agents.durability.journal import newest_seq
from agents.durability.priorities import priorities_of
from agents.durability.task_persistence import add_reopening, find_task, questions_of, update_task
from agents.durability.transitions import Transition, local_text
from agents.durability.waiting_rows import BEGUN, open_among, tasks_standing
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import CLAIMED, DONE, NEEDS_ACTION, PLANS, is_note_name
from agents.vault.note import MAX_NOTE_BYTES
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import Connection

    from agents.autonomy.controls import Controls
    from agents.autonomy.places import Entry, Places
    from agents.autonomy.turns import Turns
    from agents.durability.transitions import Recorder


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A task's priority and domain."""

    priority: str
    domain: str

    def changed(self, content: bytes) -> _Sorted | None:
        """What the owner wrote into its note instead, each empty where it is as we know it; None = all is."""
        found = _Sorted(new_priority(content, self.priority), new_domain(content, self.domain))
        return found if found.priority or found.domain else None


def _sorted_as(sql: Connection, tasks: Collection[str]) -> Callable[[str], _Sorted]:
    """What tells how each of these tasks is sorted."""
    priorities, domains = priorities_of(sql, tasks), domains_of(sql, tasks)
    return lambda task: _Sorted(priorities[task], domains[task])


class DraggedTasks:
    """Compares where task notes lie with what the journal says of the tasks."""

    def __init__(
        self, recorder: Recorder, places: Places, turns: Turns, controls: Controls, claimed: ReadNotes
    ) -> None:
        self._recorder = recorder
        self._places = places
        self._turns = turns
        self._controls = controls
        self._shelf = turns.shelf
        self._clock = recorder.clock
        self._restored = Pauses(recorder.clock)
        self._new = ReadNotes(places, recorder.clock, NEEDS_ACTION)
        self._others: set[str] = set()
        self._heard = -1
        self._expected = (-1, -1)
        self._missing: set[str] = set()
        self.claimed = claimed

    def look(self) -> int:
        """Follow the owner; how many tasks moved."""
        back, new = self._lying()
        moved = sum(self._put_back(entry) for entry in back)
        lying = {entry.name: entry for entry in self.claimed.look()}
        with self._recorder.journal.begin() as sql:
            open_tasks = open_among(sql, self._not_lying(sql) | {entry.stem for entry in lying.values()})
            known = _sorted_as(sql, [*open_tasks, *(entry.stem for entry in new)])
        moved += sum(self._hear(entry, known(entry.stem)) for entry in new)
        for task in open_tasks:
            entry = lying.get(f"{task}.md")
            moved += self._correct(task, entry, known(task)) if entry else self._follow(task)
        return moved

    def _lying(self) -> tuple[list[Entry], list[Entry]]:
        """Notes in Needs_Action that are not known to say nothing: of tasks taken up already, and of those not yet."""
        lying = [entry for entry in self._new.look() if entry.kind == "file" and is_note_name(entry.name)]
        with self._recorder.journal.begin() as sql:
            self._hear_of_others(sql)
            states = task_states(sql, [entry.stem for entry in lying])
        for entry in lying:
            if entry.stem not in states:  # a question or an alert, until an event about it says more
                self._new.read(entry)
                self._others.add(entry.name)
        back = [entry for entry in lying if states.get(entry.stem) in {*BEGUN, "done"}]
        return back, [entry for entry in lying if states.get(entry.stem) == "filed"]

    def _hear_of_others(self, sql: Connection) -> None:
        """What is no task rests until an event names it, which may have made it one; others say nothing of it."""
        since, self._heard = self._heard, newest_seq(sql)
        if self._others and since != self._heard:
            named = self._others & {f"{each}.md" for each in named_since(sql, since)}
            self._others -= named
            self._new.doubt(named)

    def _not_lying(self, sql: Connection) -> set[str]:
        """The open tasks that have no note in In_Progress."""
        standing = (self.claimed.changes, newest_seq(sql))
        if standing != self._expected:
            self._expected = standing
            self._new.expect({f"{each}.md" for each in tasks_standing(sql, "filed")} | self._others)
            missing = self.claimed.expect({f"{each}.md" for each in tasks_standing(sql, *BEGUN)})
            self._missing = {name.removesuffix(".md") for name in missing}
        return self._missing

    def _put_back(self, entry: Entry) -> int:
        """A task in Needs_Action again: its next turn. Effects never repeat, since its proposals are known."""
        task = entry.stem
        if self._places.find(entry.name, CLAIMED) or not self._places.settled(entry):
            return 0
        with self._recorder.begin() as writing:
            add_reopening(writing.sql, task, self._clock.now().isoformat())
            drop_hold(writing.sql, task)
            update_task(writing.sql, task, state="waiting")
            reopened = Fact("owner", "task.reopened", task, task, approved_by="owner")
            writing.record(Transition(reopened, f"Reopen {task}", author="owner", paths=(entry.path,)))
            line = EditText("line", f"- {self._time()} put back by owner", "History")
            operations = (
                *self._shelf.bring(entry.name, (NEEDS_ACTION,), CLAIMED, line),
                *self._shelf.bring(f"plan-{entry.name}", (PLANS, DONE), PLANS),
            )
            writing.record(Transition(Fact("runner", "task.claimed", task, task), f"Claim {task}", operations))
        self._controls.holds.changed()
        return 1

    def _follow(self, task: str) -> int:
        """An open task has no note in In_Progress: see where the owner has put it."""
        here = self._places.find(f"{task}.md", NEEDS_ACTION, DONE)
        if here is None:
            return self._restore(task)
        return 0 if here.folder == NEEDS_ACTION else self._close(task, here)

    def _close(self, task: str, here: Entry) -> int:
        with self._recorder.begin() as writing:
            update_task(writing.sql, task, state="done")
            closed = Fact("owner", "task.closed", task, task, approved_by="owner")
            paths = (here.path, f"{CLAIMED}/{here.name}")
            writing.record(Transition(closed, f"Close {task}", author="owner", paths=paths))
            learn(writing, moved_away(task, questions_of(writing.sql, task)), self._clock.now())
            self._turns.end(writing, task)
            done = done_folder(self._clock.now())
            operations = self._shelf.bring(f"plan-{here.name}", (PLANS,), done)
            if here.folder == DONE:  # archives are kept by month
                operations = (*operations, *self._shelf.aside(f"{done}/{here.name}"))
                operations = (*operations, Operation("move", here.path, f"{done}/{here.name}"))
            filed = Fact("runner", "plan.closed", f"plan-{task}", task)
            writing.record(Transition(filed, f"Close the plan of {task}", operations))
        return 1

    def _restore(self, task: str) -> int:
        """An open task's note is gone: nothing gets lost, it is written again."""
        if not self._restored.due(task):
            return 0
        self._restored.tried(task)
        with self._recorder.begin() as writing:
            row = find_task(writing.sql, task)
            text = row.note if row else ""
            fact = Fact("runner", "task.shown_again", task, task)
            operation = Operation("create", f"{CLAIMED}/{task}.md", text=text)
            writing.record(Transition(fact, f"Show {task} again", (operation,)))
        return 1

    def _hear(self, entry: Entry, known: _Sorted) -> int:
        """A word of control, another priority or another domain in the note of a task that is not begun."""
        content = self._content(entry)
        order, wanted = control_in(content.decode(errors="replace"))[1], known.changed(content)
        if not self._is_complete(entry, said=bool(order or wanted)):
            return 0
        self._new.read(entry)
        moved = self._sort(entry, wanted)
        return moved + (self._controls.by_note(entry.stem, entry, content) if order else 0)

    def _content(self, entry: Entry) -> bytes:
        found = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
        return found if isinstance(found, bytes) else b""

    def _is_complete(self, entry: Entry, *, said: bool) -> bool:
        """Whether it is read for good: only what is said must be complete; else it is read again when it changes."""
        return self._places.settled(entry) if said else self._places.is_quiet(entry)

    def _sort(self, entry: Entry, wanted: _Sorted | None) -> int:
        """Take in another priority or domain; how many changed."""
        if wanted is None:
            return 0
        moved = take_priority(self._recorder, entry, wanted.priority) if wanted.priority else 0
        return moved + (take_domain(self._recorder, entry, wanted.domain) if wanted.domain else 0)

    def _correct(self, task: str, entry: Entry, known: _Sorted) -> int:
        """The owner wrote into the note: a word of control, how it is sorted, or another category: a new turn."""
        if entry.kind != "file":
            return 0
        content = self._content(entry)
        text = content.decode(errors="replace")
        word, order, wanted = self._new_word(task, text), control_in(text)[1], known.changed(content)
        if not self._is_complete(entry, said=bool(word or order or wanted)):
            return 0
        self.claimed.read(entry)
        moved = self._sort(entry, wanted)
        if order:
            return moved + self._controls.by_note(task, entry, content)
        return moved + (self._recategorise(task, entry, word) if word else 0)

    def _recategorise(self, task: str, entry: Entry, word: str) -> int:
        """A new turn, with the owner's word."""
        with self._recorder.begin() as writing:
            remember(writing.sql, task, word)
            update_task(writing.sql, task, state="claimed")
            fact = Fact("owner", "task.recategorised", task, task, approved_by="owner")
            writing.record(Transition(fact, f"Recategorise {task}", author="owner", paths=(entry.path,)))
        return 1

    def _new_word(self, task: str, text: str) -> str:
        with self._recorder.journal.begin() as sql:
            row = find_task(sql, task)
            return new_word(text, row, remembered(sql, task)) if row and row.state == "waiting" else ""

    def _time(self) -> str:
        return local_text(self._clock.now())
