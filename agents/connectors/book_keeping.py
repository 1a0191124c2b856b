"""Who keeps the owner's books: the embedded ledger, or Odoo since a day. Said once, by a line of the ledger itself.

`2026-12-01 event "books" "odoo"` in Accounting/main.beancount: it lies with the books, so that a lost state folder does
not bring invoices into the wrong ones. The last such line counts. `books switch` alone writes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from agents.errors import NeedsOwner, NotAllowed
from agents.vault.files import MISSING, read_regular
from agents.vault.note import Problem

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "Accounting/main.beancount"
MAX_MAIN_BYTES = 1_000_000
LEDGER, ODOO = "ledger", "odoo"
TITLES = {LEDGER: "the ledger in Accounting/", ODOO: "Odoo"}
KEEPERS = tuple(TITLES)
_EVENT = re.compile(r'^([0-9]{4}-[0-9]{2}-[0-9]{2})[ \t]+event[ \t]+"books"[ \t]+"([^"\n]*)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Who keeps the books (one of `KEEPERS`), and since which day; None: from the beginning."""

    keeper: str
    since: date | None = None


def keeping_of(root: Path) -> Keeping:
    """Who keeps the books of the vault (`root`: our folder in it) now; the ledger where nothing says otherwise.

    Raises:
        NeedsOwner: the file cannot be read, or names what is no keeper of books.
    """
    content = read_regular(root / MAIN, MAX_MAIN_BYTES)
    if content == MISSING:
        return Keeping(LEDGER)
    if isinstance(content, Problem):
        raise NeedsOwner(f"{MAIN} cannot be read: {content.message}", hint="Restore it from a backup.")
    said = _EVENT.findall(content.decode(errors="replace"))
    if not said:
        return Keeping(LEDGER)
    day, keeper = said[-1]
    try:
        since = date.fromisoformat(day)
    except ValueError:
        since = None
    if since is None or keeper not in KEEPERS:
        line = f'{day} event "books" "{keeper}"'
        raise NeedsOwner(f"{MAIN} says {line}", hint=f"It may name one of {', '.join(KEEPERS)}, with a day.")
    return Keeping(keeper, since)


def refuse_unless_kept_by(root: Path, keeper: str) -> None:
    """Books that are not the owner's any more take nothing in: a yes to the old ones is none to these.

    Raises:
        NotAllowed: somebody else keeps them now.
        NeedsOwner: as `keeping_of`.
    """
    now = keeping_of(root)
    if now.keeper != keeper:
        since = f" since {now.since}" if now.since else ""
        said = f"your books are kept by {TITLES[now.keeper]}{since}, not by {TITLES[keeper]}"
        raise NotAllowed(said, hint=f"Let it be proposed again: it goes to {TITLES[now.keeper]} then.")


def keeping_line(keeping: Keeping) -> str:
    """The line that says it, without its end."""
    return f'{keeping.since} event "books" "{keeping.keeper}"'
