"""The simulated owner: speaks with files as owners do, changes their mind, and knows what they said yes to."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulation.mails import mail

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulation.clock import SimulatedClock
    from tests.simulation.dice import Dice

PENDING, APPROVED, REJECTED = "Pending_Approval", "Approved", "Rejected"
DECIDING = (PENDING, APPROVED, REJECTED)
NO = re.compile(r"(?m)^(reject: true|decision: reject)$")
EDITS = (
    (re.compile(r'(?m)^(subject: )"?([^"\n]*)"?$'), r'\1"Kindly: \2"'),
    (re.compile(r"quantity: \S+?([,}])"), r"quantity: 3\1"),
)
NOBODY_KNOWS = re.compile(r"(?m)^# Did this happen\? (\S+):")


@dataclass
class Owner:
    """Sits before one vault. `knows` says whether the effect of a proposal happened, when somebody asks the service."""

    vault: Path
    clock: SimulatedClock
    dice: Dice
    knows: Callable[[str], bool]
    sent: list[bytes] = field(default_factory=list)
    agreed: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)  # in which round a note was laid into Rejected
    put_back: set[str] = field(default_factory=set)  # finished tasks that were dragged to Needs_Action
    thrown_away: set[str] = field(default_factory=set)  # those of them that were deleted there
    meddled: set[str] = field(default_factory=set)  # notes that were copied, deleted, or laid where they do not belong
    edited: set[str] = field(default_factory=set)
    kept: list[tuple[str, str]] = field(default_factory=list)  # what was approved once, to be laid there again
    round: int = 0
    files: int = 0

    # ---- what the owner does; each returns what to tell, empty = there was nothing to do ----

    def drops_a_mail(self) -> str:
        number = len(self.sent) + 1
        return self._drop(mail(self.dice, number), f"mail {number}")

    def drops_it_again(self) -> str:
        return self._drop(self.dice.pick(self.sent), "the same mail again") if self.sent else ""

    def drops_another_under_the_same_id(self) -> str:
        if not self.sent:
            return ""
        number = 1 + self.dice.below(len(self.sent))
        return self._drop(mail(self.dice, number, f"Postscript {self.files}\n"), f"another mail under id {number}")

    def writes_a_request(self) -> str:
        ask = self.vault / "Ask.md"
        if not ask.is_file():
            return ""
        words = f"Invoice Harbour Bakery for {1 + self.dice.below(9)} hours of design"
        self._write(ask, ask.read_text(encoding="utf-8").rstrip("\n") + f"\n{words}\n")
        return words

    def approves(self) -> str:
        return self._drag(PENDING, APPROVED)

    def rejects(self) -> str:
        return self._drag(PENDING, REJECTED)

    def takes_it_back(self) -> str:
        """Drags a note out of Approved or Rejected again."""
        note = self._some(APPROVED, REJECTED)
        if note is None:
            return ""
        self.meddled.add(note.stem)
        return self._move(note, self.dice.pick([each for each in DECIDING if each != note.parent.name]))

    def copies(self) -> str:
        """Lays a copy into another of the folders that decide."""
        note = self._some(*DECIDING)
        if note is None:
            return ""
        folder = self.dice.pick([each for each in DECIDING if each != note.parent.name])
        target = self.vault / folder / note.name
        if target.exists():
            return ""
        self.meddled.add(note.stem)
        self._put(target, note.read_text(encoding="utf-8"))
        return f"{note.stem} from {note.parent.name} also into {folder}"

    def syncs_badly(self) -> str:
        """A sync tool leaves a conflict copy."""
        note = self._some(PENDING, APPROVED, "In_Progress/runner", "Needs_Action")
        if note is None:
            return ""
        shape = self.dice.pick(
            ("{} (conflicted copy 2061-11-22).md", "{}.sync-conflict-20611122-101500-ABCDEFG.md", "{} 2.md")
        )
        target = note.with_name(shape.format(note.stem))
        if target.exists():
            return ""
        self._write(target, note.read_text(encoding="utf-8"))
        return target.name

    def ticks(self) -> str:
        """Says it in the note: a checkbox, both, or the property `decision`."""
        note = self._some(PENDING)
        if note is None:
            return ""
        text = note.read_text(encoding="utf-8")
        words = {
            "approve": 6,
            "reject": 3,
            "both": 1,
            "decision: approve": 3,
            "decision: reject": 2,
            "decision: later": 1,
        }
        word = self.dice.weighted(words)
        names = ("approve", "reject") if word == "both" else (word,)
        for name in names:
            text = re.sub(rf"(?m)^{name.split(':')[0]}:.*$", name if ":" in name else f"{name}: true", text, count=1)
        if word.endswith("approve"):
            self._agree(note.stem, text)
        self._write(note, text)
        return f"{word} in {note.stem}"

    def edits_the_block(self) -> str:
        """Changes what will run, and perhaps moves it to Approved in the same breath."""
        note = self._some(PENDING, APPROVED)
        if note is None:
            return ""
        self.edited.add(note.stem)
        text = note.read_text(encoding="utf-8")
        head, mark, block = text.partition("yaml action\n")
        for pattern, words in EDITS:
            block = pattern.sub(words, block, count=1)
        if self.dice.chance(10):
            block = block.replace(":", ": {", 1)  # no longer readable
        self._write(note, head + mark + block)
        return f"{note.stem}" + (", " + self._move(note, APPROVED) if self.dice.chance(60) else "")

    def edits_the_text(self) -> str:
        note = self._some(PENDING, APPROVED)
        if note is None:
            return ""
        self.edited.add(note.stem)
        text = note.read_text(encoding="utf-8")
        self._write(note, text.replace("**Why:**", "My own words. **Why:**", 1))
        return f"{note.stem}" + (", " + self._move(note, APPROVED) if self.dice.chance(60) else "")

    def writes_into_a_task(self) -> str:
        note = self._some("In_Progress/runner", "Plans", "Needs_Action")
        if note is None:
            return ""
        self._write(note, note.read_text(encoding="utf-8").rstrip("\n") + "\n\nA line of mine.\n")
        return note.stem

    def deletes(self) -> str:
        note = self._some(PENDING, APPROVED, "Needs_Action", "In_Progress/runner", "Plans")
        if note is None:
            return ""
        self.meddled.add(note.stem)
        if note.parent.name == "Needs_Action" and note.stem in self.put_back:
            self.thrown_away.add(note.stem)
        note.unlink()
        return f"{note.stem} from {note.parent.name}"

    def deletes_what_we_generate(self) -> str:
        name = self.dice.pick(("Dashboard.md", "Health/runner.md", "Tasks.base"))
        (self.vault / name).unlink(missing_ok=True)
        return name

    def writes_a_note_of_their_own(self) -> str:
        self.files += 1
        self._write(self.vault / f"Contacts/person-{self.files % 4}.md", f"A person, {self.files}\n")
        return f"person-{self.files % 4}"

    def writes_stop(self) -> str:
        self._write(self.vault / self.dice.pick(("STOP.md", "stop.md")), "")
        return "everything"

    def removes_stop(self) -> str:
        found = [each for each in ("STOP.md", "stop.md") if (self.vault / each).exists()]
        for each in found:
            (self.vault / each).unlink()
        return ", ".join(found)

    def answers(self) -> str:
        """One question; about an effect in doubt the owner looks at the service and says the truth."""
        questions = [each for each in self._notes("Needs_Action") if "-question-" in each.name]
        if not questions:
            return ""
        note = self.dice.pick(questions)
        text = note.read_text(encoding="utf-8")
        boxes = [each for each in re.findall(r"(?m)^- \[ \] (.*)$", text) if "something else" not in each]
        if doubt := NOBODY_KNOWS.search(text):
            boxes = boxes[:1] if self.knows(doubt[1]) else boxes[1:]
        if not boxes:
            return ""
        box = self.dice.pick(boxes)
        if self.dice.chance(50):
            text = text.replace(f"- [ ] {box}", f"- [x] {box}", 1)
        else:
            text = re.sub(r"(?m)^answer:.*$", f'answer: "{re.sub(r" [(]looks like.*", "", box)}"', text, count=1)
        self._write(note, text)
        return f"{box!r} in {note.stem}"

    def puts_a_task_back(self) -> str:
        """Drags a finished task to Needs_Action."""
        done = [each for each in self._notes("Done/*") if re.search(r"-(email|ask|file)-[0-9a-f]{10}$", each.stem)]
        if not done:
            return ""
        note = self.dice.pick(done)
        target = self.vault / "Needs_Action" / note.name
        if target.exists():
            return ""
        note.rename(target)
        self.put_back.add(note.stem)
        return note.stem

    def closes_a_task(self) -> str:
        note = self._some("In_Progress/runner")
        if note is None:
            return ""
        target = self.vault / "Done" / note.name
        if target.exists():
            return ""
        note.rename(target)
        return note.stem

    def plays_it_again(self) -> str:
        """Lays an old approved note into Approved once more, as a backup or a thief would."""
        if not self.kept:
            return ""
        name, text = self.dice.pick(self.kept)
        other = self.dice.chance(30)
        target = self.vault / APPROVED / (f"{name}-new.md" if other else f"{name}.md")
        if target.exists():
            return ""
        self.meddled.add(name)
        self._put(target, text)
        return target.name

    # ---- hands ----

    def has_said_no(self, proposal: str) -> bool:
        """Whether the note has lain in Rejected since before this round."""
        laid = self.refused.get(proposal, self.round)
        return laid < self.round and (self.vault / REJECTED / f"{proposal}.md").is_file()

    def agrees_by_command(self, proposal: str, sealed: str) -> None:
        """Says `approve`; what they read is the note as it lies there, else as it was filed."""
        found = [self.vault / folder / f"{proposal}.md" for folder in DECIDING]
        texts = [each.read_text(encoding="utf-8") for each in found if each.is_file()]
        for text in texts or [sealed]:
            self._agree(proposal, text)

    def _agree(self, proposal: str, text: str) -> None:
        if not NO.search(text):
            self.agreed.setdefault(proposal, []).append(text)
            self.kept.append((proposal, text))

    def _drag(self, source: str, target: str) -> str:
        note = self._some(source)
        return self._move(note, target) if note else ""

    def _move(self, note: Path, folder: str) -> str:
        target = self.vault / folder / note.name
        if target == note or target.exists() or not note.exists():
            return ""
        self._laid(target, note.read_text(encoding="utf-8"))
        note.rename(target)
        return f"{note.stem} from {note.parent.name} to {folder}"

    def _put(self, target: Path, text: str) -> None:
        self._laid(target, text)
        self._write(target, text)

    def _laid(self, target: Path, text: str) -> None:
        if target.parent.name == APPROVED:
            self._agree(target.stem, text)
        if target.parent.name == REJECTED:
            self.refused[target.stem] = self.round

    def _drop(self, content: bytes, words: str) -> str:
        self.files += 1
        path = self.vault / f"Inbox/{self.files}.eml"
        path.write_bytes(content)
        self._touch(path)
        if content not in self.sent:
            self.sent.append(content)
        return words

    def _notes(self, *folders: str) -> list[Path]:
        return [path for folder in folders for path in sorted(self.vault.glob(f"{folder}/*.md"))]

    def _some(self, *folders: str) -> Path | None:
        """A note the employee made, in one of the folders."""
        found = [
            each
            for each in self._notes(*folders)
            if re.fullmatch(r"[a-z0-9-]+", each.stem) and "-alert-" not in each.name
        ]
        return self.dice.pick(found) if found else None

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        self._touch(path)

    def _touch(self, path: Path) -> None:
        now = self.clock.now().timestamp()
        os.utime(path, (now, now))


WITH_FILES: dict[Callable[[Owner], str], int] = {
    Owner.drops_a_mail: 14,
    Owner.drops_it_again: 2,
    Owner.drops_another_under_the_same_id: 2,
    Owner.writes_a_request: 3,
    Owner.approves: 22,
    Owner.rejects: 5,
    Owner.takes_it_back: 5,
    Owner.copies: 3,
    Owner.syncs_badly: 2,
    Owner.ticks: 8,
    Owner.edits_the_block: 4,
    Owner.edits_the_text: 2,
    Owner.writes_into_a_task: 2,
    Owner.deletes: 3,
    Owner.deletes_what_we_generate: 1,
    Owner.writes_a_note_of_their_own: 1,
    Owner.writes_stop: 3,
    Owner.removes_stop: 6,
    Owner.answers: 12,
    Owner.puts_a_task_back: 3,
    Owner.closes_a_task: 1,
    Owner.plays_it_again: 3,
}
"""What the owner can do at any moment, also in the middle of a step of the process, and how often it is drawn."""
