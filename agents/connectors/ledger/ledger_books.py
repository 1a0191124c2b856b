"""The owner's books as beancount files in the vault: numbers, PDFs and safe appends.

Everything up to the append happens under one lock in the state folder, so a running number is never given twice. The
PDF is written before the entry: the entry is the effect, and a PDF whose number no entry has is only a draft.
Source of the append's steps: ADR on the embedded ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.book_keeping import LEDGER, MAIN, refuse_unless_kept_by
from agents.connectors.contract import Absent, CannotKnow, Document, Found, sha256_hex
from agents.connectors.credit_notes import checked_credit
from agents.connectors.ledger.account_names import receivable
from agents.connectors.ledger.booked import receipt_of
from agents.connectors.ledger.credited import credit_paper, creditable
from agents.connectors.ledger.entry import NewEntry, entry_text, open_text
from agents.connectors.ledger.invoice_words import words_of
from agents.connectors.ledger.ledger_append import (
    LOCK_TIMEOUT_S,
    TRIES,
    LedgerAppend,
    appended,
    changed_meanwhile,
    with_accounts,
)
from agents.connectors.ledger.ledger_files import (
    Unreadable,
    document_file,
    month_file,
    opened_accounts,
    places_of,
    read_ledger,
)
from agents.connectors.ledger.ledger_records import LedgerRecords
from agents.connectors.ledger.paper import Paper, PaperLine
from agents.connectors.letterhead import read_letterhead
from agents.errors import NeedsOwner, OutcomeUnknown
from agents.vault import files as vault_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from agents.connectors.book_orders import BookOrder
    from agents.connectors.contract import ConnectorContext, Lookup, Receipt
    from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
    from agents.connectors.ledger.ledger import Ledger
    from agents.connectors.ledger.ledger_append import FileWriter
    from agents.connectors.letterhead import Letterhead


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not booked yet, with the paper it belongs to."""

    entry: NewEntry
    path: str
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
        self._clock = context.clock
        self._append = LedgerAppend(context.vault, context.state, writer, lock_timeout_s)
        self._records = LedgerRecords(self._append, context.clock)

    def find(self, key: str) -> Lookup:
        """Look the key up in every ledger file; CannotKnow when one cannot be read or the entry is damaged."""
        texts = read_ledger(self._append.root)
        if isinstance(texts, Unreadable):
            return CannotKnow(f"The ledger cannot be searched: {texts}. Was this entry booked?")
        return self._find_in(texts, key)

    def issue(self, order: InvoiceCreate, key: str) -> Receipt:
        """Book an invoice and write its PDF; with the same key again, the receipt of the first time."""

        def draft(texts: Mapping[str, str], now: _Now) -> Draft:
            number = self._append.next_number(texts, "INV", now.day)
            due = now.day + timedelta(days=order.due_days)
            letterhead = read_letterhead(self._append.root)
            lines = tuple(PaperLine(x.text, x.quantity, x.unit, x.price, x.tax, x.net) for x in order.lines)
            paper = Paper(number, now.day, due, order.customer, order.email, lines, order.totals, order.currency)
            return self._drafted(paper, letterhead, (key, now))

        return self._book(key, draft)

    def credit(self, order: InvoiceCredit, key: str) -> Receipt:
        """Book the credit note of an invoice or a part of it, as the invoice turned round and linked to it."""

        def draft(texts: Mapping[str, str], now: _Now) -> Draft:
            invoice = creditable(self._append.cache.ledger(texts).whole(), order.number)
            sums = checked_credit(invoice, order)
            letterhead = read_letterhead(self._append.root)
            number = self._append.next_number(texts, "CN", now.day)
            paper = credit_paper(
                number, now.day, (invoice, sums), order, words_of(letterhead.language, letterhead.words)
            )
            return self._drafted(paper, letterhead, (key, now), f"credits {order.number} {order.reason}")

        return self._book(key, draft)

    def find_record(self, order: BookOrder, key: str) -> Lookup:
        """Whether all of an order is in the ledger."""
        return self._records.find(order, key)

    def record(self, order: BookOrder, key: str) -> Receipt:
        """Write a bill, movements of the bank or what they were for."""
        refuse_unless_kept_by(self._append.root, LEDGER)
        return self._records.record(order, key)

    def _drafted(self, paper: Paper, letterhead: Letterhead, made: tuple[str, _Now], subject: str = "") -> Draft:
        from agents.connectors.ledger.invoice_pdf import render_pdf  # noqa: PLC0415 (fpdf is heavy, used rarely)
        from agents.connectors.ledger.logo import read_logo  # noqa: PLC0415 (Pillow too)

        return _draft(paper, render_pdf(paper, letterhead, read_logo(self._append.root)), made, subject)

    def _find_in(self, texts: Mapping[str, str], key: str) -> Lookup:
        places = places_of(texts, key)
        if not places:
            return Absent()
        booked = self._append.cache.ledger(texts).by_key(key)
        receipt = receipt_of(booked[0]) if len(booked) == 1 else None
        if receipt is None:
            return CannotKnow(
                f"The ledger names this entry at {', '.join(places)}, but it cannot be read. Is it booked?"
            )
        return Found(receipt)

    def _book(self, key: str, draft: Callable[[Mapping[str, str], _Now], Draft]) -> Receipt:
        refuse_unless_kept_by(self._append.root, LEDGER)
        at = self._clock.now()
        now = _Now(at, as_local(at).date())
        with self._append.locked():
            for _ in range(TRIES):
                texts = self._append.readable()
                match self._find_in(texts, key):
                    case Found(receipt):
                        return receipt
                    case CannotKnow(question):
                        raise OutcomeUnknown(question, hint="Look at the entry in the ledger before approving again.")
                    case Absent():
                        booked = self._appended(texts, draft(texts, now))
                if booked is not None:
                    return booked
        raise changed_meanwhile()

    def _appended(self, texts: Mapping[str, str], draft: Draft) -> Receipt | None:
        """Append the entry to its month; None when the file changed meanwhile and all is to be done again."""
        entry = draft.entry
        opens = {receivable(entry.customer): open_text(entry.customer)}
        snippet = with_accounts(opened_accounts(texts.values()), entry_text(entry), opens, entry.number)
        ((month, new),) = appended(texts, [(entry.day, snippet)]).items()
        after = self._append.checked(self._append.cache.ledger(texts), {**texts, month: new}, entry.number)
        receipt = _read_back(after, entry)
        self._append.write_beside(draft.path, draft.pdf)
        if not self._append.write(month, texts.get(month), new, entry.number):
            return None
        self._append.written(after)
        self._append.keep_number(entry.number)
        return receipt


def _read_back(ledger: Ledger, entry: NewEntry) -> Receipt:
    """The receipt as it will be read from the ledger."""
    booked = ledger.by_key(entry.key)
    receipt = receipt_of(booked[0]) if len(booked) == 1 else None
    if receipt is None:
        raise NeedsOwner(
            f"The ledger does not read what is appended to {month_file(entry.day)}.",
            hint=f'Close what is left open in that file, and include "20[0-9][0-9]/*.beancount" in {MAIN}.',
        )
    return receipt


def _draft(paper: Paper, pdf: bytes, made: tuple[str, _Now], subject: str) -> Draft:
    key, now = made
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
    return Draft(entry, path, pdf)
