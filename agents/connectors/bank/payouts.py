"""Reports of payment services, known by their heading and read whole or refused with a sentence for the owner. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.bank import payout_paypal, payout_stripe
from agents.connectors.bank.csv_recognition import first_rows
from agents.connectors.bank.decoding import decode
from agents.connectors.bank.payout_paypal import read_paypal
from agents.connectors.bank.payout_sheet import columns_of
from agents.connectors.bank.payout_stripe import read_stripe
from agents.connectors.bank.refusal import MAX_BYTES, Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.connectors.bank.payout_report import Report

_SERVICES = (
    (payout_stripe.WORDS, payout_stripe.NEEDED, read_stripe),
    (payout_paypal.WORDS, payout_paypal.NEEDED, read_paypal),
)


def is_report(content: bytes) -> bool:
    """Whether a file begins with the heading of a report that is known here."""
    return _reader(content) is not None


def read_report(content: bytes) -> Report | Refusal:
    """The report; a refusal where not all of it can be read, and where it is none."""
    reader = _reader(content)
    if reader is None or len(content) > MAX_BYTES:
        return Refusal("The file is no report of Stripe or PayPal, or it is too large.", "Export a shorter time.")
    try:
        return reader(decode(content))
    except RefusedError as err:
        return err.refusal


def _reader(content: bytes) -> Callable[[str], Report] | None:
    first = [*first_rows(content, 1)]
    for words, needed, reader in _SERVICES:
        if any(needed <= columns_of(cells, words).keys() for cells in first):
            return reader
    return None
