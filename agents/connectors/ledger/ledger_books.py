"""The owner's books as beancount files in the vault: numbers, PDFs and safe appends.

Everything up to the append happens under one lock in the state folder, so a running number is never given twice. The
PDF is written before the entry: the entry is the effect, and a PDF whose number no entry has is only a draft.
Source of the append's steps: ADR on the embedded ledger.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from agents.clock import as_local
from agents.connectors.contract import Absent, CannotKnow, Document, Found, sha256_hex
from agents.connectors.ledger.account_names import receivable
from agents.connectors.ledger.beancount_file import load, new_errors, syntax_problems
from agents.connectors.ledger.booked import receipt_of, totals_of
from agents.connectors.ledger.entry import NewEntry, entry_text, open_text
from agents.connectors.ledger.invoice_words import words_of
from agents.connectors.ledger.ledger_files import (
    MAIN,
    Unreadable,
    document_file,
    highest_number,
    is_opened,
    month_file,
    new_month_text,
    places_of,
    read_ledger,
)
from agents.connectors.ledger.letterhead import read_letterhead
from agents.connectors.ledger.paper import Paper, PaperLine
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.vault import files as vault_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext, Lookup, Receipt
    from agents.connectors.ledger.actions import InvoiceCreate, InvoiceCredit
    from agents.connectors.ledger.beancount_file import Loaded, Transaction
    from agents.connectors.ledger.letterhead import Letterhead

LOCK = "ledger.lock"
NUMBERS = "ledger-numbers.json"
LOCK_TIMEOUT_S = 60.0
TRIES = 5


class FileWriter(Protocol):
    """The two ways files come into the vault, as `agents.vault.files` offers them."""

    def write_new(self, path: Path, content: bytes) -> None:
        """Create; raises FileExistsError when another file is there."""
        ...

    def write_over(self, path: Path, content: bytes, expect: str | None = None) -> None:
        """Replace, if the present bytes still have the SHA-256 `expect`; raises ChangedMeanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not booked yet, with the paper it belongs to."""

    entry: NewEntry
    pdf: bytes


@dataclass(frozen=True, slots=True)
class _Now:
    """When an entry is made: `at` in UTC, `day` as the owner's calendar says."""

    at: datetime
    day: date


class LedgerBooks:
    """Books kept in `Accounting/`."""

    def __init__(
        self, context: ConnectorContext, writer: FileWriter = vault_files, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        self._root = context.vault
        self._state = context.state
        self._clock = context.clock
        self._writer = writer
        self._lock_timeout_s = lock_timeout_s

    def find(self, key: str) -> Lookup:
        """Look the key up in every ledger file; CannotKnow when one cannot be read or the entry is damaged."""
        texts = read_ledger(self._root)
        if isinstance(texts, Unreadable):
            return CannotKnow(f"The ledger cannot be searched: {texts}. Was this entry booked?")
        return self._find_in(texts, key)

    def issue(self, order: InvoiceCreate, key: str) -> Receipt:
        """Book an invoice and write its PDF; with the same key again, the receipt of the first time."""

        def draft(texts: Mapping[str, str], now: _Now) -> Draft:
            number = self._next_number(texts, "INV", now.day)
            due = now.day + timedelta(days=order.due_days)
            letterhead = read_letterhead(self._root)
            lines = tuple(PaperLine(x.text, x.quantity, x.unit, x.price, x.tax, x.net) for x in order.lines)
            paper = Paper(number, now.day, due, order.customer, order.email, lines, order.totals, order.currency)
            return _draft(paper, letterhead, key, now)

        return self._book(key, draft)

    def credit(self, order: InvoiceCredit, key: str) -> Receipt:
        """Book the credit note of a whole invoice, as the invoice turned round and linked to it."""

        def draft(texts: Mapping[str, str], now: _Now) -> Draft:
            loaded = load(texts, MAIN, self._root)
            invoice = _creditable(loaded, order)
            number = self._next_number(texts, "CN", now.day)
            return _draft_credit(number, invoice, order, read_letterhead(self._root), (key, now))

        return self._book(key, draft)

    def _find_in(self, texts: Mapping[str, str], key: str) -> Lookup:
        places = places_of(texts, key)
        if not places:
            return Absent()
        booked = load(texts, MAIN, self._root).by_meta("key", key)
        receipt = receipt_of(booked[0]) if len(booked) == 1 else None
        if receipt is None:
            return CannotKnow(
                f"The ledger names this entry at {', '.join(places)}, but it cannot be read. Is it booked?"
            )
        return Found(receipt)

    def _book(self, key: str, draft: Callable[[Mapping[str, str], _Now], Draft]) -> Receipt:
        at = self._clock.now()
        now = _Now(at, as_local(at).date())
        with self._locked():
            for _ in range(TRIES):
                texts = self._readable()
                match self._find_in(texts, key):
                    case Found(receipt):
                        return receipt
                    case CannotKnow(question):
                        raise OutcomeUnknown(question, hint="Look at the entry in the ledger before approving again.")
                    case Absent():
                        booked = self._append(texts, draft(texts, now))
                if booked is not None:
                    return booked
        raise Transient("The ledger changes all the time.", hint="Close the program that writes into Accounting/.")

    def _append(self, texts: Mapping[str, str], draft: Draft) -> Receipt | None:
        """Append the entry to its month; None when the file changed meanwhile and all is to be done again."""
        entry, month = draft.entry, month_file(draft.entry.day)
        old = texts.get(month)
        new = _appended(old if old is not None else new_month_text(entry.day), _snippet(texts, entry))
        receipt = self._checked(texts, {**texts, month: new}, entry)
        self._write_pdf(draft)
        try:
            if old is None:
                self._writer.write_new(self._root / month, new.encode())
            else:
                self._writer.write_over(self._root / month, new.encode(), sha256_hex(old.encode()))
            self._keep_number(entry)
        except (vault_files.ChangedMeanwhile, FileExistsError):
            return None
        except OSError as err:
            hint = f"Look for {entry.number} in {month} before approving again."
            raise OutcomeUnknown(f"The ledger could not be written to its end: {err.strerror}", hint=hint) from err
        return receipt

    def _checked(self, before: Mapping[str, str], after: Mapping[str, str], entry: NewEntry) -> Receipt:
        """The receipt as it will be read back, if the whole ledger takes the entry without a new error."""
        loaded = load(after, MAIN, self._root)
        if loaded.errors:
            known = load(before, MAIN, self._root).errors
            for error in new_errors(known, loaded.errors):
                hint = f"Look at {error.file}:{error.line} and put the ledger in order."
                raise NotAllowed(f"The ledger refuses {entry.number}: {error.message}", hint=hint)
        booked = loaded.by_meta("key", entry.key)
        receipt = receipt_of(booked[0]) if len(booked) == 1 else None
        if receipt is None:
            raise NeedsOwner(
                f"The ledger does not read what is appended to {month_file(entry.day)}.",
                hint=f'Close what is left open in that file, and include "20[0-9][0-9]/*.beancount" in {MAIN}.',
            )
        return receipt

    def _write_pdf(self, draft: Draft) -> None:
        try:
            self._writer.write_over(self._root / draft.entry.document.path, draft.pdf)
        except OSError as err:
            raise Transient(f"The PDF could not be written: {err.strerror}", hint="Free some disk space.") from err

    def _next_number(self, texts: Mapping[str, str], prefix: str, day: date) -> str:
        highest = max(highest_number(texts.values(), day.year), self._numbers().get(str(day.year), 0))
        return f"{prefix}-{day:%Y}-{highest + 1:04}"

    def _numbers(self) -> dict[str, int]:
        """The highest number we gave per year: a sync service may bring an older ledger back, a number never."""
        try:
            kept = json.loads((self._state / NUMBERS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        except OSError as err:
            hint = f"Look at {NUMBERS} in the state folder."
            raise NeedsOwner(f"The numbers given so far cannot be read: {err.strerror}", hint=hint) from err
        given = kept.items() if isinstance(kept, dict) else ()
        return {str(year): number for year, number in given if isinstance(number, int)}

    def _keep_number(self, entry: NewEntry) -> None:
        _, year, running = entry.number.split("-")
        kept = json.dumps(self._numbers() | {year: int(running)}, sort_keys=True)
        vault_files.write_over(self._state / NUMBERS, kept.encode())

    def _readable(self) -> dict[str, str]:
        texts = read_ledger(self._root)
        if isinstance(texts, Unreadable):
            raise NeedsOwner(f"The ledger cannot be read: {texts}", hint=f"Restore {texts.file} from the history.")
        return texts

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(self._state / LOCK, timeout=self._lock_timeout_s)
        try:
            lock.acquire()
        except Timeout as err:
            raise Transient("Another process works on the ledger.", hint="Wait for it to end.") from err
        try:
            yield
        finally:
            lock.release()


def _draft(paper: Paper, letterhead: Letterhead, key: str, now: _Now, subject: str = "") -> Draft:
    from agents.connectors.ledger.invoice_pdf import render_pdf  # noqa: PLC0415 (fpdf is heavy, used rarely)

    pdf = render_pdf(paper, letterhead)
    path = document_file(paper.number)
    document = Document(path.rsplit("/", 1)[-1], sha256_hex(pdf), path)
    entry = NewEntry(
        number=paper.number,
        key=key,
        day=now.day,
        at=now.at,
        customer=paper.customer,
        email=paper.email,
        subject=subject or paper.lines[0].text,
        totals=paper.totals,
        currency=paper.currency,
        document=document,
        due=paper.due,
        credits=paper.credits,
    )
    return Draft(entry, pdf)


def _draft_credit(
    number: str, invoice: Transaction, order: InvoiceCredit, letterhead: Letterhead, made: tuple[str, _Now]
) -> Draft:
    key, now = made
    sums = totals_of(invoice)
    if sums is None or (sums[0].gross, sums[1]) != (order.total, order.currency):
        hint = f"Compare the proposal with {invoice.file}:{invoice.line}."
        raise NotAllowed(f"{order.number} in the ledger is not over {order.total} {order.currency}.", hint=hint)
    words = words_of(letterhead.language)
    about = words.credit_line.format(number=order.number, day=words.day(invoice.day))
    lines = tuple(PaperLine(about, None, "", None, each.rate, each.net) for each in sums[0].rates)
    email = invoice.meta.get("email", "")
    paper = Paper(
        number, now.day, None, order.customer, email, lines, sums[0], order.currency, order.number, order.reason
    )
    return _draft(paper, letterhead, key, now, f"credits {order.number} {order.reason}")


def _creditable(loaded: Loaded, order: InvoiceCredit) -> Transaction:
    """The invoice to be credited: ours, of this customer, and not credited before."""
    found = [each for each in loaded.by_meta("number", order.number) if "invoice" in each.tags]
    if len(found) != 1 or found[0].payee != order.customer:
        hint = f"Look for {order.number} in the ledger."
        raise NotAllowed(f"The ledger holds no single invoice {order.number} to {order.customer}.", hint=hint)
    if earlier := loaded.by_meta("credits", order.number):
        place = f"{earlier[0].file}:{earlier[0].line}"
        raise NotAllowed(f"{order.number} is credited already.", hint=f"Look at {place}.")
    return found[0]


def _snippet(texts: Mapping[str, str], entry: NewEntry) -> str:
    opened = is_opened(texts.values(), receivable(entry.customer))
    snippet = ("" if opened else open_text(entry.customer, entry.day) + "\n") + entry_text(entry)
    for problem in syntax_problems(snippet):
        raise NotAllowed(f"{entry.number} cannot be written as a ledger entry: {problem}", hint="Reject the proposal.")
    return snippet


def _appended(old: str, snippet: str) -> str:
    return old + ("" if old.endswith("\n") else "\n") + "\n" + snippet
