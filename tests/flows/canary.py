"""One secret of each kind, and everywhere it could have leaked to: files, git objects, the journal's columns."""

from __future__ import annotations

import sqlite3
import subprocess
from email.message import EmailMessage
from typing import TYPE_CHECKING

from tests.security.secret_samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.flows.employee import Employee

SHORT = 8  # characters; a value that is shorter is looked for with the words around it
TEXT = "\n\n".join(whole for _, (whole, _) in SAMPLES)
LINE = " ; ".join(whole for _, (whole, _) in SAMPLES if "\n" not in whole)
TOKEN = next(value for kind, (_, value) in SAMPLES if kind == "GitHub token")


def _needle(whole: str, value: str) -> bytes:
    """What tells this secret from anything else: its longest line, with the words around when it is short."""
    return max((value if len(value) >= SHORT else whole).splitlines(), key=len).strip().encode()


NEEDLES = {_needle(whole, value): kind for kind, (whole, value) in SAMPLES}


def leaks(content: bytes) -> set[str]:
    """The kinds of planted secrets that stand in these bytes, also behind the backslashes of markdown and JSON."""
    bare = content.replace(b"\\", b"")
    return {kind for needle, kind in NEEDLES.items() if needle in content or needle in bare}


def full_mail(number: int) -> bytes:
    """A mail with secrets in subject, sender, body, an attachment's name and its text."""
    mail = EmailMessage()
    mail["From"] = f'"Anna {TOKEN}" <anna@client.example>'
    mail["To"] = "owner@studio.example"
    mail["Subject"] = f"Access: {LINE}"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    mail["Message-ID"] = f"<canary-{number}@client.example>"
    mail.set_content(f"Hello,\n\nhere is everything.\n\n{TEXT}\n", cte="base64")
    mail.add_attachment(f"Keep it safe.\n{TEXT}\n", filename=f"{TOKEN}.txt")
    return mail.as_bytes()


def files(folder: Path) -> dict[str, set[str]]:
    """Every file below the folder that holds a planted secret, and which kinds."""
    found = {
        each.relative_to(folder).as_posix(): leaks(each.read_bytes())
        for each in folder.rglob("*")
        if each.is_file() and not each.is_symlink()
    }
    return {path: kinds for path, kinds in found.items() if kinds}


def git_objects(employee: Employee) -> bytes:
    """Every object of the history in plain: blobs, trees with their names, commits with their messages."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    done = subprocess.run(command, cwd=employee.state / "history.git", capture_output=True, check=True)
    return done.stdout


def journal_columns(employee: Employee) -> dict[str, set[str]]:
    """Every text of the journal that holds a planted secret, by table and column."""
    with sqlite3.connect(f"file:{employee.state / 'journal.sqlite'}?mode=ro", uri=True) as sql:
        found = dict(_columns(sql))
    return {name: kinds for name, kinds in found.items() if kinds}


def _columns(sql: sqlite3.Connection) -> Iterator[tuple[str, set[str]]]:
    tables = [row[0] for row in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        rows = sql.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (the name is from the database itself)
        names = [each[0] for each in rows.description]
        columns = zip(*rows, strict=True)
        for name, values in zip(names, columns, strict=False):
            yield f"{table}.{name}", leaks("\n".join(map(str, values)).encode())
