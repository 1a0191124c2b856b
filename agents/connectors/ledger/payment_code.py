"""The code on an invoice that a banking app scans: account, amount and number are filled in by themselves.

Source: EPC069-12, version 002, UTF-8, error correction M. The reference is the number of the invoice as plain text,
since that is what stands on the invoice and what movements of the bank are matched by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segno.helpers import make_epc_qr

from agents.connectors.sepa import EURO, MAX_AMOUNT, MAX_NAME_CHARS, is_account, is_bic, packed

if TYPE_CHECKING:
    from agents.connectors.ledger.paper import Paper
    from agents.connectors.letterhead import Letterhead

Modules = tuple[tuple[bool, ...], ...]


def payment_code(paper: Paper, ours: Letterhead) -> Modules | None:
    """The rows of the code, True is dark, without the quiet zone of four modules around it.

    None where nothing is to be paid by it: a credit note, another currency, no account in the SEPA area, or too much.
    """
    iban, bic, amount = packed(ours.iban), packed(ours.bic), paper.totals.gross
    if paper.credits or paper.currency != EURO or not 0 < amount <= MAX_AMOUNT or not is_account(iban):
        return None
    code = make_epc_qr(
        name=ours.company[:MAX_NAME_CHARS].strip(),
        iban=iban,
        amount=amount,
        text=paper.number,
        bic=bic if is_bic(bic) else None,
        encoding="utf-8",
    )
    return tuple(tuple(map(bool, row)) for row in code.matrix)
