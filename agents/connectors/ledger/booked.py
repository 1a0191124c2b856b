"""Reads a receipt, or an invoice to be credited, back from the ledger. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.connectors.books import RateTotal, Totals, amount_text
from agents.connectors.contract import Document, Receipt
from agents.connectors.ledger.account_names import BANK, CASH
from agents.connectors.ledger.entry import INCOME, UTC_FORMAT, VAT

if TYPE_CHECKING:
    from agents.connectors.ledger.beancount_file import Posting, Transaction

RECEIVABLES, PAYABLES = "Assets:AR:", "Liabilities:AP:"


def receipt_of(booked: Transaction) -> Receipt | None:
    """The receipt of an invoice or a credit note we booked; None when somebody changed it beyond reading."""
    meta = booked.meta
    try:
        number, document = (
            meta["number"],
            Document(PurePosixPath(meta["document"]).name, meta["sha256"], meta["document"]),
        )
        at = datetime.strptime(meta["at"], UTC_FORMAT).replace(tzinfo=UTC)
        currency = _currency(booked)
    except (KeyError, ValueError, StopIteration):
        return None
    details = {"number": number, "total": amount_text(abs(_owed(booked)), currency)}
    details |= {"due": meta["due"]} if "due" in meta else {}
    details |= {"credits": meta["credits"]} if "credits" in meta else {}
    return Receipt(
        provider="ledger",
        provider_id=number,
        at=at,
        summary=f"{number} · ledger {PurePosixPath(booked.file).stem} line {booked.line}",
        documents=(document,),
        paths=(booked.file, document.path),
        details=details,
    )


def totals_of(invoice: Transaction) -> tuple[Totals, str] | None:
    """The sums and the currency of a booked invoice; None when its legs no longer say them."""
    nets: dict[Decimal, Decimal] = {}
    vats: dict[Decimal, Decimal] = {}
    try:
        for leg in invoice.postings:
            if leg.account in {INCOME, VAT}:
                sums, rate = (nets if leg.account == INCOME else vats), Decimal(leg.meta["rate"])
                sums[rate] = sums.get(rate, Decimal("0.00")) - leg.amount
        currency = _currency(invoice)
    except (KeyError, InvalidOperation, StopIteration):
        return None
    rates = tuple(RateTotal(rate, nets[rate], vats.get(rate, Decimal("0.00"))) for rate in sorted(nets))
    sums_up = Totals(rates)
    return (sums_up, currency) if sums_up.gross == _owed(invoice) else None


def _owed(booked: Transaction) -> Decimal:
    return sum((leg.amount for leg in booked.postings if leg.account.startswith(RECEIVABLES)), Decimal("0.00"))


def _currency(booked: Transaction) -> str:
    return next(leg.currency for leg in booked.postings if leg.account.startswith(RECEIVABLES))


def moved_leg(entry: Transaction) -> Posting:
    """The leg of a movement that is on the owner's money: the first such one, wherever an owner put it."""
    return next((leg for leg in entry.postings if leg.account.startswith((BANK, CASH))), entry.postings[0])
