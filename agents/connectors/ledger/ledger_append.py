"""The one way anything is added to the ledger: under a lock, checked before it is written, never over a change.

A running number is never given twice: the highest one is kept in the state folder too, since a sync service may bring
an older ledger back. Source of the steps: ADR on the embedded ledger.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from agents.connectors.book_keeping import MAIN
from agents.connectors.contract import sha256_hex
from agents.connectors.ledger.beancount_file import load, new_errors, syntax_problems
from agents.connectors.ledger.ledger import Ledger
from agents.connectors.ledger.ledger_cache import LedgerCache
from agents.connectors.ledger.ledger_files import highest_number, ledger_texts, month_file, new_month_text
from agents.connectors.ledger.quick_check import quick_check
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.vault import files as vault_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

LOCK = "ledger.lock"
NUMBERS = "ledger-numbers.json"
LOCK_TIMEOUT_S = 60.0
TRIES = 5
BILLS = "BILL"  # counted by themselves: only numbers that we give to others must have no gap


class FileWriter(Protocol):
    """The two ways files come into the vault, as `agents.vault.files` offers them."""

    def write_new(self, path: Path, content: bytes) -> None:
        """Create; raises FileExistsError when another file is there."""
        ...

    def write_over(self, path: Path, content: bytes, expect: str | None = None) -> None:
        """Replace, if the present bytes still have the SHA-256 `expect`; raises ChangedMeanwhile."""
        ...


class LedgerAppend:
    """Appends to the month files of the ledger in `root`."""

    def __init__(
        self, root: Path, state: Path, writer: FileWriter = vault_files, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        self.root = root
        self.cache = LedgerCache(root, state)
        self._state = state
        self._writer = writer
        self._lock_timeout_s = lock_timeout_s

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While nobody else of us appends.

        Raises:
            Transient: another process holds the lock.
        """
        lock = FileLock(self._state / LOCK, timeout=self._lock_timeout_s)
        try:
            lock.acquire()
        except Timeout as err:
            raise Transient("Another process works on the ledger.", hint="Wait for it to end.") from err
        try:
            yield
        finally:
            lock.release()

    def readable(self) -> dict[str, str]:
        """The text of every ledger file.

        Raises:
            NeedsOwner: one cannot be read.
        """
        return ledger_texts(self.root)

    def checked(self, before: Ledger, after: Mapping[str, str], what: str) -> Ledger:
        """The ledger as it will be.

        Raises:
            NotAllowed: it has an error that it did not have before; `what` names what is appended.
        """
        if before.is_known and not before.errors and (quick := quick_check(before, after, self.root)):
            return quick
        loaded = load(after, MAIN, self.root)
        if loaded.errors:
            for error in new_errors(before.errors, loaded.errors):
                hint = f"Look at {error.file}:{error.line} and put the ledger in order."
                raise NotAllowed(f"The ledger refuses {what}: {error.message}", hint=hint)
        return Ledger(after, lambda: loaded)

    def written(self, ledger: Ledger) -> None:
        """Keep in mind what the ledger is now, if nothing is wrong with it."""
        if not ledger.errors:
            self.cache.keep(ledger)

    def write(self, month: str, old: str | None, new: str, what: str) -> bool:
        """Put a month file in its place; False when it changed meanwhile and all is to be done again.

        Raises:
            OutcomeUnknown: the disk refused, perhaps after the bytes arrived.
        """
        try:
            if old is None:
                self._writer.write_new(self.root / month, new.encode())
            else:
                self._writer.write_over(self.root / month, new.encode(), sha256_hex(old.encode()))
        except (vault_files.ChangedMeanwhile, FileExistsError):
            return False
        except OSError as err:
            hint = f"Look for {what} in {month} before approving again."
            raise OutcomeUnknown(f"The ledger could not be written to its end: {err.strerror}", hint=hint) from err
        return True

    def write_beside(self, path: str, content: bytes) -> None:
        """Write a document that an entry will name.

        Raises:
            Transient: nothing is booked yet.
        """
        try:
            self._writer.write_over(self.root / path, content)
        except OSError as err:
            raise Transient(f"The PDF could not be written: {err.strerror}", hint="Free some disk space.") from err

    def next_number(self, texts: Mapping[str, str], prefix: str, day: date) -> str:
        """The next running number: invoices and credit notes share one row of numbers, bills have their own."""
        series = prefix if prefix == BILLS else ""
        highest = max(highest_number(texts.values(), day.year, series), self._numbers().get(f"{series}{day.year}", 0))
        return f"{prefix}-{day:%Y}-{highest + 1:04}"

    def keep_number(self, number: str) -> None:
        """Remember that this number is given.

        Raises:
            OutcomeUnknown: the disk refused; the entry stands.
        """
        prefix, year, running = number.split("-")
        series = prefix if prefix == BILLS else ""
        kept = json.dumps(self._numbers() | {f"{series}{year}": int(running)}, sort_keys=True)
        try:
            vault_files.write_over(self._state / NUMBERS, kept.encode())
        except OSError as err:
            hint = f"Look for {number} in the ledger before approving again."
            raise OutcomeUnknown(f"The number could not be kept: {err.strerror}", hint=hint) from err

    def _numbers(self) -> dict[str, int]:
        try:
            kept = json.loads((self._state / NUMBERS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        except OSError as err:
            hint = f"Look at {NUMBERS} in the state folder."
            raise NeedsOwner(f"The numbers given so far cannot be read: {err.strerror}", hint=hint) from err
        given = kept.items() if isinstance(kept, dict) else ()
        return {str(year): number for year, number in given if isinstance(number, int)}


def changed_meanwhile() -> Transient:
    """What is said when the ledger never holds still."""
    return Transient("The ledger changes all the time.", hint="Close the program that writes into Accounting/.")


def appended(texts: Mapping[str, str], snippets: Iterable[tuple[date, str]]) -> dict[str, str]:
    """The month files with these entries at their ends, by path; only those that change."""
    changed: dict[str, str] = {}
    for day, snippet in snippets:
        month = month_file(day)
        old = changed[month] if month in changed else texts.get(month, new_month_text(day))
        changed[month] = old + ("" if old.endswith("\n") else "\n") + "\n" + snippet
    return changed


def with_accounts(opened: set[str], entry: str, opens: Mapping[str, str], what: str) -> str:
    """The entry with the directives that open what is not in `opened` yet, which then is; `opens` by account.

    Raises:
        NotAllowed: it is no ledger entry.
    """
    missing = {account: text for account, text in opens.items() if account not in opened}
    opened.update(missing)
    snippet = "".join(f"{text}\n" for text in missing.values()) + entry
    for problem in syntax_problems(snippet):
        raise NotAllowed(f"{what} cannot be written as a ledger entry: {problem}", hint="Reject the proposal.")
    return snippet
