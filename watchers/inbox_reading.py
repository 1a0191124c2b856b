"""One entry of the inbox becomes an event, a reason to leave it, or nothing (it changed while it was read)."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agents.connectors.email.reader import read_mail
from agents.vault.files import read_regular
from agents.vault.neutralize import property_text
from agents.vault.note import Problem
from watchers.contract import Event, Left, OriginKind, StoredFile
from watchers.mail_event import content_sha256, mail_event
from watchers.scans import with_scanned_text
from watchers.stored_file import TEXT_EXTENSIONS, extension_of, read_text, stored_file

if TYPE_CHECKING:
    from watchers.inbox_listing import Entry

MAX_FILE_BYTES = 25_000_000


def read_entry(entry: Entry, now: datetime) -> Event | Left | None:
    """What the entry is; None = it changed or vanished meanwhile, look again."""
    if not stat.S_ISREG(entry.status.st_mode):
        return _irregular(entry, now)
    if reason := _reason_not_to_read(entry.status):
        return _without_content(entry, moment(entry), OriginKind.UNREAD, reason)
    content = read_regular(entry.location, MAX_FILE_BYTES)
    if _changed(entry):
        return None
    if isinstance(content, Problem):
        return Left(entry.path, content.message)
    if not content and entry.path.lower().endswith(".md"):
        return Left(entry.path, "an empty note; it is read once something is written")
    return _event(entry, content, now)


def moment(entry: Entry) -> datetime:
    """When the file was last written, by its own word (aware, UTC)."""
    return datetime.fromtimestamp(min(max(entry.status.st_mtime, 0.0), 4e9), tz=UTC)


def _changed(entry: Entry) -> bool:
    try:
        status = entry.location.lstat()
    except OSError:
        return True
    before = entry.status
    return (status.st_ino, status.st_size, status.st_mtime_ns) != (before.st_ino, before.st_size, before.st_mtime_ns)


def _irregular(entry: Entry, now: datetime) -> Event | None:
    mode = entry.status.st_mode
    if stat.S_ISLNK(mode):
        try:
            target = os.fsencode(entry.location.readlink()).decode(errors="backslashreplace")
        except OSError:  # gone since it was listed
            return None
        return _without_content(
            entry, now, OriginKind.LINK, f"a link to {property_text(target)}; links are not followed"
        )
    what = "a folder named like a mail" if stat.S_ISDIR(mode) else "a pipe, socket or device, no file"
    return _without_content(entry, now, OriginKind.OTHER, what)


def _reason_not_to_read(status: os.stat_result) -> str | None:
    if status.st_size > MAX_FILE_BYTES:
        return f"larger than {MAX_FILE_BYTES // 1_000_000} MB"
    if status.st_nlink > 1:
        return "the file has a second name elsewhere (a hard link); copy it instead"
    return None


def _without_content(entry: Entry, at: datetime, origin_kind: OriginKind, reason: str) -> Event:
    status = entry.status
    identity = f"{origin_kind}\0{entry.path}\0{status.st_size}\0{status.st_mtime_ns}\0{reason}"
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return Event(
        source="file",
        source_id=digest,
        occurred_at=at,
        content_sha256=digest,
        kind="file",
        origin=entry.path,
        origin_kind=origin_kind,
        problem=Problem(0, reason),
    )


def _event(entry: Entry, content: bytes, now: datetime) -> Event:
    name = entry.location.name
    if name.lower().endswith(".eml"):
        mail = read_mail(content)
        if isinstance(mail, Problem):
            return _unreadable(entry, content, mail)
        return replace(
            mail_event(mail, content, name, moment(entry), now),
            origin=entry.path,
            origin_sha256=hashlib.sha256(content).hexdigest(),
            origin_kind=OriginKind.FILE,
        )
    if not content:
        return _unreadable(entry, content, Problem(0, "the file is empty"))
    if extension_of(name) in TEXT_EXTENSIONS and isinstance(text := read_text(content), Problem):
        return _unreadable(entry, content, text)
    file, flags = with_scanned_text(*stored_file(content, name))
    digest = hashlib.sha256(content).hexdigest()
    return Event(
        source="file",
        source_id=digest,
        occurred_at=moment(entry),
        content_sha256=content_sha256(content),
        kind="file",
        origin=entry.path,
        origin_sha256=digest,
        flags=flags,
        attachments=(file,),
    )


def _unreadable(entry: Entry, content: bytes, problem: Problem) -> Event:
    digest = hashlib.sha256(content).hexdigest()
    name = entry.location.name
    return Event(
        source="file",
        source_id=digest,
        occurred_at=moment(entry),
        content_sha256=content_sha256(content),
        kind="file",
        origin=entry.path,
        origin_sha256=digest,
        original=StoredFile(content, extension_of(name), name, "application/octet-stream"),
        problem=problem,
    )
