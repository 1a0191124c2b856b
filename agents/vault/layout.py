"""The folders of the vault, the names in it, and who may move what where. Pure.

Paths are posix and relative to our root.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

INBOX = "Inbox"
NEEDS_ACTION = "Needs_Action"
IN_PROGRESS = "In_Progress"
PLANS = "Plans"
PENDING = "Pending_Approval"
APPROVED = "Approved"
REJECTED = "Rejected"
DONE = "Done"
QUARANTINE = "Quarantine"
OUTBOX = "Outbox"
BRIEFINGS = "Briefings"
ACCOUNTING = "Accounting"
SOCIAL = "Social"
CONTACTS = "Contacts"
FILES = "Files"
TASK_KINDS = ("email", "file", "ask", "meeting", "webhook")  # what the names of tasks may say they are
LOGS = "Logs"
HEALTH = "Health"
SCHEDULES = "Schedules"

WORKER = "runner"
CLAIMED = f"{IN_PROGRESS}/{WORKER}"
DASHBOARD_NOTE = "Dashboard.md"
HANDBOOK_NOTE = "Company_Handbook.md"
GOALS_NOTE = "Business_Goals.md"
ASK_NOTE = "Ask.md"
SCHEDULES_NOTE = "Schedules.md"
PRIVACY_NOTE = "Privacy.md"
BANKS = f"{ACCOUNTING}/Banks"
RATES_NOTE = f"{ACCOUNTING}/Rates.md"
RUNNER_NOTE = f"{HEALTH}/runner.md"
STOP_NOTE = "STOP.md"

FOLDERS = (
    INBOX,
    NEEDS_ACTION,
    CLAIMED,
    PLANS,
    PENDING,
    APPROVED,
    REJECTED,
    DONE,
    QUARANTINE,
    OUTBOX,
    BRIEFINGS,
    ACCOUNTING,
    SOCIAL,
    CONTACTS,
    FILES,
    LOGS,
    HEALTH,
    SCHEDULES,
)
"""What `init` makes."""


class Mover(StrEnum):
    """Who moves a note."""

    OWNER = "owner"
    RUNNER = "runner"
    WATCHER = "watcher"
    AGENT = "agent"


_NEW = ""  # the source of a note that is created
_MOVES: Mapping[Mover, Mapping[str, frozenset[str]]] = {
    Mover.RUNNER: {
        _NEW: frozenset({each.split("/")[0] for each in FOLDERS} - {APPROVED}),
        INBOX: frozenset({FILES, QUARANTINE}),
        NEEDS_ACTION: frozenset({NEEDS_ACTION, IN_PROGRESS, DONE, QUARANTINE}),
        IN_PROGRESS: frozenset({IN_PROGRESS, NEEDS_ACTION, DONE, QUARANTINE}),
        PLANS: frozenset({PLANS, DONE, QUARANTINE}),
        CONTACTS: frozenset({DONE}),
        LOGS: frozenset({LOGS}),
        PENDING: frozenset({PENDING, NEEDS_ACTION, REJECTED, DONE, QUARANTINE}),
        APPROVED: frozenset({PENDING, NEEDS_ACTION, REJECTED, DONE, QUARANTINE}),
        REJECTED: frozenset({REJECTED, DONE, QUARANTINE}),
        DONE: frozenset({DONE, NEEDS_ACTION, IN_PROGRESS, PLANS, QUARANTINE}),
        QUARANTINE: frozenset({QUARANTINE, DONE}),
    },
    Mover.WATCHER: {_NEW: frozenset({NEEDS_ACTION, FILES, QUARANTINE}), INBOX: frozenset({FILES, QUARANTINE})},
    Mover.AGENT: {NEEDS_ACTION: frozenset({IN_PROGRESS}), IN_PROGRESS: frozenset({NEEDS_ACTION})},
}

_OURS = (
    r"(?:(?:plan-)?\d{4}-\d\d-\d\d-[a-z0-9-]+|stop|pause|drain|ask"
    r"|dashboard|company_handbook|business_goals|rates|schedules)"
)
_CONFLICT_WORDS = (
    r"conflicted copy"  # Obsidian Sync, Dropbox, Nextcloud
    r"|in konflikt stehende kopie|copie en conflit|copia en conflicto|copia in conflitto"  # Dropbox, translated
    r"|case conflict|selective sync conflict|unicode encoding conflict"  # Dropbox
    r"|sfconflict"  # Seafile
)
_CONFLICT = re.compile(
    rf".*\([^()]*(?:{_CONFLICT_WORDS})[^()]*\).*"
    r"|.*\.sync-conflict-\d{8}-\d{6}.*"  # Syncthing
    r"|.*_conflict-\d{8}.*"  # ownCloud, older Nextcloud
    r"|.*\.conflict\d*(?:\.[a-z0-9]+)?"  # Resilio
    r"|conflict-files-obsidian-git\.md"
    # iCloud `x 2.md`, Google Drive `x (1).md`, Finder `x copy.md`, Explorer `x - Copy.md`: the owner's own files
    # are named so too, hence only for names that are ours
    rf"|{_OURS}(?: \d+| ?\(\d+\)| copy(?: \d+)?| - copy(?: \(\d+\))?)\.md",
    re.DOTALL,
)
_COPY_OF_WORD = re.compile(r"(?: ?[(\d.-]| copy|_conflict).*", re.DOTALL)
_NOTE_NAME = re.compile(r"[a-z0-9-]{1,100}\.md")
_KIND = re.compile(r"[a-z][a-z0-9-]{0,40}")


def may_move(mover: Mover, source: str, target: str) -> bool:
    """Whether the table of legal moves allows it; `source` "" creates. The owner may move anything anywhere."""
    if mover is Mover.OWNER:
        return True
    return _top_folder(target) in _MOVES[mover].get(_top_folder(source) if source else _NEW, frozenset())


def note_id(day: date, kind: str, source: str, source_id: str) -> str:
    """The basename that is unique for ever: day, kind, and 10 hex digits of SHA-256 over source and source id.

    Raises:
        ValueError: the kind is not `[a-z][a-z0-9-]*`.
    """
    if not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is no kind of note")
    digest = hashlib.sha256(f"{source}\0{source_id}".encode(errors="surrogatepass")).hexdigest()
    return f"{day.isoformat()[:10]}-{kind}-{digest[:10]}"


def month_folder(base: str, day: date) -> str:
    """The shard of an archive: `Done/2026-11`."""
    return f"{base}/{day.year:04d}-{day.month:02d}"


def is_note_name(name: str) -> bool:
    """Whether it can be the file name of a note we made."""
    return _NOTE_NAME.fullmatch(name) is not None


def is_conflict_copy(name: str) -> bool:
    """Whether a sync tool or a file manager made this copy; it is held, never acted on."""
    return _CONFLICT.fullmatch(name.casefold()) is not None


def is_runner_note(name: str) -> bool:
    """Whether this file in Health is the note of who runs, or a copy that a sync tool made of it."""
    low = name.casefold()
    return low.startswith("runner") and low.endswith(".md")


def is_stop(name: str) -> bool:
    """Whether this file halts every effect: STOP.md in any case, a conflict copy of it, or not yet downloaded."""
    return is_word_note(name, "stop")


def is_word_note(name: str, word: str) -> bool:
    """Whether this file says one word to the employee: WORD.md in any case, a conflict copy, or not yet downloaded."""
    low = name.casefold()
    if low in {word, f"{word}.md", f"{word}.txt", f"{word}.md.md", f".{word}.md.icloud"}:
        return True
    return low.startswith(word) and bool(_COPY_OF_WORD.fullmatch(low, len(word))) and is_conflict_copy(name)


def _top_folder(path: str) -> str:
    """`.` for a path that may lead elsewhere, and for one outside every folder; the table does not know it."""
    parts = path.split("/")
    return parts[0] if len(parts) > 1 and not {"", ".", ".."} & set(parts) else "."
