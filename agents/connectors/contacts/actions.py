"""What can be done with contacts: take in what a file of cards says, and make one note of two."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.connectors.contacts.values import Values
from agents.connectors.contract import Action, Row, Stakes

MAX_CHANGES = 500  # what one proposal can show and one owner can read
Stem = Annotated[str, Field(max_length=200, pattern=r"^[^/\\\x00-\x1f]*$")]
File = Annotated[str, Field(pattern=r"^sha-[0-9a-f]{16}\.vcf$")]


class Change(BaseModel):
    """One contact: `note` is the note that gets the values in addition; empty = they make a new one."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    note: Stem = ""
    values: Values


class _Filing(Action):
    """Nothing leaves, and what is there stays."""

    def recipient(self) -> str:
        """Nobody outside."""
        return ""

    @property
    def stakes(self) -> Stakes:
        """Only notes in the vault change."""
        return Stakes.FILING


class ImportContacts(_Filing):
    """Take in what the cards of a file say: new notes, and what is new to contacts there are."""

    action: Literal["contacts.import"] = "contacts.import"
    file: File
    changes: Annotated[tuple[Change, ...], Field(min_length=1, max_length=MAX_CHANGES)]

    def title(self) -> str:
        """'Take in 3 new contacts and add to 1 that is known?'."""
        new, more = self.numbers
        parts = [f"take in {_many(new, 'new contact')}"] if new else []
        parts += [f"add to {_many(more, 'contact')} you have"] if more else []
        return f"{' and '.join(parts).capitalize()}?"

    @property
    def numbers(self) -> tuple[int, int]:
        """How many are new, and how many are added to."""
        new = sum(not each.note for each in self.changes)
        return new, len(self.changes) - new

    def rows(self) -> tuple[Row, ...]:
        """The file, and every contact in a line of its own."""
        new = "".join(f"{each.values.summary()}\n" for each in self.changes if not each.note)
        more = "".join(f"{each.note}: {each.values.summary()}\n" for each in self.changes if each.note)
        listed = (Row("new", new, "changes"), Row("added to contacts you have", more, "changes"))
        return (Row("file", self.file, "file"), *(each for each in listed if each.value))

    def undo(self) -> str:
        """The notes can be edited like any other."""
        return "no, but each note is yours to edit or delete"

    @property
    def recipient_argument(self) -> str:
        """Where the contacts come from decides, since there is no recipient."""
        return "changes"


class MergeContacts(_Filing):
    """Make one note of two: `keep` gets what `other` has in addition, `other` goes to Done."""

    action: Literal["contacts.merge"] = "contacts.merge"
    keep: Annotated[Stem, Field(min_length=1)]
    other: Annotated[Stem, Field(min_length=1)]
    keep_is: Annotated[str, Field(max_length=2_000)] = ""
    other_is: Annotated[str, Field(max_length=2_000)] = ""
    shared: Annotated[str, Field(max_length=300)] = ""

    def title(self) -> str:
        """'Are these two one contact: make one note of them?'."""
        return "Are these two one contact: make one note of them?"

    def rows(self) -> tuple[Row, ...]:
        """Both notes, and what they share."""
        return (
            Row("stays", f"{self.keep}: {self.keep_is}", "keep"),
            Row("is added to it and goes to Done", f"{self.other}: {self.other_is}", "other"),
            Row("they share", self.shared, "shared"),
        )

    def undo(self) -> str:
        """The other note lies in Done as it was."""
        return "no, but the other note lies in Done as it was"

    @property
    def recipient_argument(self) -> str:
        """Where the note was named decides, since there is no recipient."""
        return "keep"


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
