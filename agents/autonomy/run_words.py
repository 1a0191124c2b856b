"""The owner's words about the whole run: pause, resume, drain; by command, or by PAUSE.md and DRAIN.md in the root.

The newest word wins. A note is a word when it appears or is written again, and when the last of its name goes; what
lies there unchanged says nothing new. So `resume` takes the notes away that it overrules (ADR 0032).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.autonomy.shelving import done_folder
from agents.connectors.contract import sha256_hex
from agents.durability.control_rows import DRAIN, EVERYTHING, HoldRow, add_hold, drop_hold
from agents.durability.journal import read_meta, write_meta
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.note import MAX_NOTE_BYTES
from agents.vault.store import Operation
from agents.vault.word_notes import word_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.autonomy.holds import Holds
    from agents.durability.transitions import Recorder, Writing

NAMES = {"pause": EVERYTHING, "drain": DRAIN}  # what a note of this name, and a command of this word, holds
DRAINED = "drained"
LIFTED = "The last run ended because you said drain; this one takes in new tasks again."
STANDING = {
    EVERYTHING: "Everything is paused: no turn is taken and nothing approved is done until you say resume.",
    DRAIN: "You said drain: this run ends when what is begun is done.",
}
ENDED = "Drained: what was begun is done as far as it goes without you. The next `run` takes in new tasks again."


@dataclass(frozen=True, slots=True)
class Idle:
    """Why a word led to nothing. `refused`: the owner must hear it; otherwise it holds already."""

    words: str
    refused: bool = True


class RunWords:
    """Carries them out."""

    def __init__(self, recorder: Recorder, holds: Holds) -> None:
        self._recorder = recorder
        self._holds = holds
        self._clock = recorder.clock
        self._seen: dict[str, dict[str, str]] = {}

    def say(self, writing: Writing, word: str, how: str) -> Idle | None:
        """Carry out `pause`, `resume` or `drain` inside a transaction."""
        if word == "resume":
            return self._resume(writing, how)
        if word not in NAMES:
            return Idle(f"name the task: {word} TASK")
        if not self._hold(writing, word, how):
            return Idle("that holds already", refused=False)
        return None

    def look(self) -> int:
        """Take in what PAUSE.md and DRAIN.md say; how many words that were."""
        return sum(self._look_for(word) for word in NAMES)

    def begin(self) -> tuple[str, ...]:
        """A run begins: what an earlier one was told to drain is over; what the owner must know, in words."""
        with self._recorder.journal.begin() as sql:
            drained = bool(read_meta(sql, DRAINED))
        if drained:
            with self._recorder.begin() as writing:
                write_meta(writing.sql, DRAINED, "")
                drop_hold(writing.sql, DRAIN)
                fact = Fact("runner", "run.drain_lifted", "vault", parameters={"how": "a new run"})
                writing.record(Transition(fact, "Take in new tasks again", tuple(self._taken_away(writing, "drain"))))
            self._holds.changed()
            return (LIFTED,)
        return tuple(words for name, words in STANDING.items() if name in self._holds.known())

    def finish(self) -> str:
        """A drained run ends: the next one lifts it. What to tell the owner."""
        with self._recorder.begin() as writing:
            write_meta(writing.sql, DRAINED, self._clock.now().isoformat())
            writing.record(Transition(Fact("runner", "run.drained", "vault"), "End as drained"))
        return ENDED

    def _hold(self, writing: Writing, word: str, how: str, paths: tuple[str, ...] = ()) -> bool:
        if not add_hold(writing.sql, HoldRow(NAMES[word], self._clock.now().isoformat(), how)):
            return False
        said = {"how": how}
        if word == "pause":
            fact = Fact("owner", "run.paused", "vault", parameters=said, approved_by="owner")
            writing.record(Transition(fact, "Pause everything", author="owner", paths=paths))
        else:
            fact = Fact("owner", "run.draining", "vault", parameters=said, approved_by="owner")
            writing.record(Transition(fact, "Begin nothing new", author="owner", paths=paths))
        return True

    def _resume(self, writing: Writing, how: str) -> Idle | None:
        dropped = [drop_hold(writing.sql, name) for name in NAMES.values()]
        if not any(dropped):
            return Idle("nothing is paused", refused=False)
        fact = Fact("owner", "run.resumed", "vault", parameters={"how": how}, approved_by="owner")
        operations = [each for word in NAMES for each in self._taken_away(writing, word)]
        writing.record(Transition(fact, "Go on with everything", tuple(operations), "owner"))
        return None

    def _taken_away(self, writing: Writing, word: str) -> Iterator[Operation]:
        """What removes the notes that are overruled; words in them are kept in Done."""
        notes = word_notes(self._recorder.store.root, word) or {}
        for name in tuple(notes):
            content = read_regular(self._recorder.store.root / name, MAX_NOTE_BYTES)
            if not isinstance(content, bytes):
                continue  # a link, or not downloaded yet: it stays, and says nothing until it changes
            digest = sha256_hex(content)
            if content.strip():
                kept = f"{done_folder(self._clock.now())}/{word}-{digest[:10]}.md"
                yield Operation("create", kept, text=content.decode(errors="replace"))
            yield Operation("remove", name, blob=digest)
            del notes[name]
        self._remember(writing, word, notes)

    def _look_for(self, word: str) -> int:
        notes = word_notes(self._recorder.store.root, word)
        if notes is None or notes == (before := self._seen_before(word)):
            return 0
        with self._recorder.begin() as writing:
            said = self._read(writing, word, before, notes)
            self._remember(writing, word, notes)
        self._holds.changed()
        return int(said)

    def _read(self, writing: Writing, word: str, before: dict[str, str], notes: dict[str, str]) -> bool:
        written = tuple(name for name, mark in notes.items() if before.get(name) != mark)
        if written:
            return self._hold(writing, word, f"by {written[0]}", written)
        if notes or not drop_hold(writing.sql, NAMES[word]):
            return False
        how = {"how": f"by deleting {word.upper()}.md"}
        if word == "pause":
            fact = Fact("owner", "run.resumed", "vault", parameters=how, approved_by="owner")
        else:
            write_meta(writing.sql, DRAINED, "")
            fact = Fact("owner", "run.drain_lifted", "vault", parameters=how, approved_by="owner")
        writing.record(Transition(fact, "Go on", author="owner", paths=tuple(before)))
        return True

    def _seen_before(self, word: str) -> dict[str, str]:
        if word not in self._seen:
            with self._recorder.journal.begin() as sql:
                self._seen[word] = json.loads(read_meta(sql, f"notes {word}", "{}"))
        return self._seen[word]

    def _remember(self, writing: Writing, word: str, notes: dict[str, str]) -> None:
        write_meta(writing.sql, f"notes {word}", json.dumps(notes))
        self._seen.pop(word, None)  # read again when it is durable
