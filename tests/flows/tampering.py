"""Whoever can write vault and state folder, with stock git, sed and an editor for SQLite."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.flows.steps import only, proposed_mail
from tests.stock_git import git

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from click.testing import Result

    from tests.flows.employee import Employee

PARTS = ("Vault", "state")


@dataclass(frozen=True)
class Intruder:
    """Works on the vault of one employee whose walk is finished."""

    employee: Employee

    @property
    def vault(self) -> Path:
        return self.employee.vault

    @property
    def git_dir(self) -> Path:
        return self.employee.state / "history.git"

    @property
    def log(self) -> Path:
        return only(list((self.vault / "Logs").glob("*.jsonl")))

    def done(self, kind: str) -> Path:
        """The note of a done proposal."""
        return only(list(self.vault.glob(f"Done/*/*-{kind}-*.md")))

    def sed(self, script: str, path: Path) -> None:
        """Edit a file in place; the test fails when that changes nothing."""
        before = path.read_bytes()
        subprocess.run(["sed", "-i", script, str(path)], check=True)
        assert path.read_bytes() != before

    def git(self, *words: str) -> str:
        """Stock git in the vault, through the pointer."""
        return git(self.vault, *words)

    def commit(self, message: str = "vault backup: 2026-11-23 12:00:00") -> str:
        """Commit everything, as the owner or a plugin of theirs does; the first ten digits of its id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.head()

    def head(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name)[:10]

    def lines(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()

    def line_of(self, kind: str) -> int:
        """The number of the last event of a kind, which is also its line in the log."""
        return max(number for number, line in enumerate(self.lines(), 1) if f'"{kind}"' in line)

    def write_log(self, lines: Iterable[str]) -> None:
        self.log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def sql(self, statement: str, *values: object) -> None:
        """Change the journal; the test fails when that changes nothing."""
        with closing(sqlite3.connect(self.employee.state / "journal.sqlite")) as journal, journal:
            assert journal.execute(statement, values).rowcount

    def write_chain(self, lines: Iterable[str]) -> None:
        """Make the journal's chain these lines; every other column stays as it is."""
        with closing(sqlite3.connect(self.employee.state / "journal.sqlite")) as journal, journal:
            kept = journal.execute('SELECT file, target, task, "transition" FROM chain ORDER BY seq').fetchall()
            journal.execute("DELETE FROM chain")
            for (file, *_), line in zip(kept, lines, strict=False):
                fields = json.loads(line)
                number = next(row[3] for row in kept if row[1] == fields["target"])
                row = (fields["seq"], line, digest(line), file, True, fields["target"], fields["task"], number)
                journal.execute("INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def object_file(self, name: str) -> Path:
        """The file of an object of the history."""
        oid = self.git("rev-parse", name)
        path = self.git_dir / "objects" / oid[:2] / oid[2:]
        path.chmod(0o644)
        return path

    def verify(self) -> Result:
        return self.employee.call("verify")

    def report(self) -> dict[str, list[str]]:
        return dict(json.loads(self.employee.call("verify", "--json").stdout))


def digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def rechained(lines: Iterable[str]) -> list[str]:
    """The events numbered and chained anew, as if nothing else had ever been there."""
    before, chained = "0" * 64, []
    for seq, line in enumerate(lines, 1):
        chained.append(
            json.dumps({**json.loads(line), "seq": seq, "prev": before}, sort_keys=True, separators=(",", ":"))
        )
        before = digest(chained[-1])
    return chained


def walk(employee: Employee) -> None:
    """A whole walk: an invoice and its mail, each approved and done."""
    employee.approve(proposed_mail(employee))
    employee.once()


def keep(employee: Employee, kept: Path) -> None:
    """Copy vault and state folder as they are now."""
    for part in PARTS:
        shutil.copytree(employee.room / part, kept / part, symlinks=True)


def put_back(employee: Employee, kept: Path, *parts: str) -> None:
    """Make vault and state folder, or some part of them, what they were when they were kept."""
    for part in parts or PARTS:
        place = employee.room / part
        if place.is_dir():
            shutil.rmtree(place)
            shutil.copytree(kept / part, place, symlinks=True)
        else:
            shutil.copy2(kept / part, place)


def everything(employee: Employee) -> dict[str, tuple[int, int, str]]:
    """Each file and folder of vault and state folder: its mode, when it was changed last, and its content."""
    paths = (path for part in PARTS for path in (employee.room / part).rglob("*"))
    return {
        path.relative_to(employee.room).as_posix(): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in paths
    }


def assert_named(intruder: Intruder, *words: str) -> None:
    """`verify` ends with 1, and one line of what is broken says all these words."""
    result = intruder.verify()
    assert result.exit_code == 1, result.output
    broken = [line for line in result.output.splitlines() if line.startswith("broken")]
    assert any(all(word in line for word in words) for line in broken), broken


def assert_holds(intruder: Intruder) -> None:
    result = intruder.verify()
    assert result.exit_code == 0, result.output
