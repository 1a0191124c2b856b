"""Files as they lie in a vault, with a modification time the test chooses."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.clock import NOON

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

LONG_AGO = NOON - timedelta(hours=1)


def written(path: Path, content: bytes | str, at: datetime = LONG_AGO) -> Path:
    """The file with this content, last changed at this moment; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def mail(number: int = 1, *, subject: str = "Invoice please", body: str = "Hello", date: str | None = None) -> str:
    """A plain mail with its own Message-ID."""
    return (
        f"From: Acme Ltd <billing@client.example>\nTo: owner@studio.example\nSubject: {subject}\n"
        f"Date: {date or 'Mon, 23 Nov 2026 09:00:00 +0000'}\nMessage-ID: <m{number}@client.example>\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
    )


def with_attachment(name: str, content: str, media_type: str = "text/csv") -> str:
    """A mail with one attached text."""
    return (
        "From: Acme Ltd <billing@client.example>\nSubject: See attached\nMessage-ID: <attached@client.example>\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n"
        f'--b\nContent-Type: {media_type}\nContent-Disposition: attachment; filename="{name}"\n\n{content}\n--b--\n'
    )


def snapshot(root: Path) -> dict[str, tuple[str, int]]:
    """Every file below the root with its digest and modification time; links by their target."""
    return {
        str(path.relative_to(root)): (
            str(path.readlink()) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest(),
            path.lstat().st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
