"""The code on an invoice that a banking app scans: account, amount and number are filled in by themselves.

Source: EPC069-12, version 002, UTF-8, error correction M. The reference is the number of the invoice as plain text,
since that is what stands on the invoice and what movements of the bank are matched by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segno.helpers import make_epc_qr

from agents.connectors.sepa import EURO, MAX_AMOUNT, MAX_NAME_CHARS, is_account, is_bic, needs_bic, packed

if TYPE_CHECKING:
    from agents.connectors.ledger.paper import Paper
    from agents.connectors.letterhead import Letterhead

MAX_NAME_BYTES = 200  # all of it has 331 at most
Modules = tuple[tuple[bool, ...], ...]


def payment_code(paper: Paper, ours: Letterhead) -> Modules | None:
    """The rows of the code, True is dark, without the quiet zone of four modules around it.

    None where nothing is to be paid by it: a credit note, another currency, no account in the SEPA area, beyond the EEA
    without its BIC, or too much.
    """
    iban, bic, amount = packed(ours.iban), packed(ours.bic), paper.totals.gross
    is_told = is_account(iban) and (is_bic(bic) or not needs_bic(iban))
    if paper.credits or paper.currency != EURO or not 0 < amount <= MAX_AMOUNT or not is_told:
        return None
    name = ours.company[:MAX_NAME_CHARS].encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip()
    known_bic = bic if is_bic(bic) else None
    code = make_epc_qr(name=name, iban=iban, amount=amount, text=paper.number, bic=known_bic, encoding="utf-8")
    return tuple(tuple(map(bool, row)) for row in code.matrix)
