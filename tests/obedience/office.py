"""A vault in the middle of its work: something done, something that waits, a question, something paused and private."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.autonomy.founding import Place, open_place
from tests.flows.employee import Employee, mail, request
from tests.flows.steps import only, proposed_invoice

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-5d1c0ffee7"
Snapshot = dict[str, tuple[int, int, str]]


@dataclass(frozen=True)
class Office:
    """The vault, and the ids an attacker may know."""

    employee: Employee

    @property
    def place(self) -> Place:
        return open_place(self.employee.vault)

    @property
    def vault(self) -> Path:
        return self.employee.vault

    @property
    def pending(self) -> Path:
        """The mail that waits for a yes."""
        return only(list((self.vault / "Pending_Approval").glob("*-email-send-*.md")))

    @property
    def done(self) -> Path:
        """The invoice that was approved and done."""
        return only(list(self.vault.glob("Done/*/*-invoice-create-*.md")))

    @property
    def question(self) -> Path:
        """What the owner was asked about a mail nobody understands."""
        return only(list((self.vault / "Needs_Action").glob("*-question-*.md")))

    def task(self, words: str) -> Path:
        """The note of the open task with these words."""
        notes = (self.vault / "In_Progress/runner").glob("*.md")
        return only([each for each in notes if words in each.read_text(encoding="utf-8")])

    def effects(self) -> tuple[str, list[str]]:
        """What the providers know: the books, and the mails that went out."""
        return self.employee.ledger(), sorted(each.name for each in (self.vault / "Outbox").glob("*.eml"))

    def states(self) -> dict[str, str]:
        """How each proposal stands, by its id."""
        return {row[0]: row[1] for row in self.sql("SELECT id, state FROM proposals")}

    def begun(self) -> list[str]:
        """The proposals whose effect was begun, whatever became of it."""
        return [row[0] for row in self.sql("SELECT id FROM proposals WHERE intent_at != '' ORDER BY id")]

    def counts(self) -> dict[str, int]:
        """How many rows each table of the journal has."""
        tables = [row[0] for row in self.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: int(self.sql(f'SELECT count(*) FROM "{name}"')[0][0]) for name in tables}  # noqa: S608

    def sql(self, query: str) -> list[tuple[str, ...]]:
        """What the journal says."""
        with closing(sqlite3.connect(f"file:{self.employee.state / 'journal.sqlite'}?mode=ro", uri=True)) as sql:
            return sql.execute(query).fetchall()


def opened(room: Path) -> Office:
    """The office, made by real runs."""
    employee = Employee(room).init()
    employee.approve(proposed_invoice(employee))
    employee.drop("unclear.eml", mail(f"Zorgle frim blat. Our word for you: {CANARY}", number=2, subject="Hm"))
    employee.drop("other.eml", mail(request("3 hours"), number=3, sender="Berta <berta@client.example>"))
    employee.once()
    office = Office(employee)
    other = office.task("berta@client.example")
    employee.said("pause", other.stem)
    employee.once()
    return office


def copied(office: Office, room: Path) -> Office:
    """The same vault and state folder elsewhere, to do with as one likes."""
    shutil.copytree(office.employee.room, room, symlinks=True)
    return Office(Employee(room))


def everything(folder: Path) -> Snapshot:
    """Each file, folder and link below: its mode, when it was changed last, and its content."""
    return {
        path.relative_to(folder).as_posix(): (path.lstat().st_mode, path.lstat().st_mtime_ns, _content(path))
        for path in folder.rglob("*")
    }


def _content(path: Path) -> str:
    if path.is_symlink():
        return str(path.readlink())
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """The names of what is new, gone or other than before."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
