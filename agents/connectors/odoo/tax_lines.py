"""The VAT of a draft in Odoo, put right by the cents in which the parts of an invoice differ from the whole.

Odoo reckons VAT from the net of each document; the last part of an invoice has what rounding kept back of the others.
What somebody enters for a tax of a draft, Odoo keeps as long as its lines stay as they are.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import cents
from agents.connectors.odoo.records import name_of, number_of, reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from agents.connectors.odoo.records import Records

LINE, SHARE = "account.move.line", "account.tax.repartition.line"


def set_taxes(records: Records, key: str, number: int, taxes: Mapping[int, Decimal], slack: Decimal) -> bool:
    """Whether any tax of the draft of a credit note was changed; one that is off by more than `slack` is left alone."""
    domain: list[JsonValue] = [["move_id", "=", number], ["tax_line_id", "in", [*taxes]]]
    rows = records.search(LINE, domain, ("tax_line_id", "amount_currency"))
    is_changed = False
    for tax, wanted in taxes.items():
        own = {number_of(each): each for each in rows if reference(each["tax_line_id"]) == tax}
        there = sum((cents(Decimal(str(each["amount_currency"]))) for each in own.values()), Decimal(0))
        if there == wanted or abs(there - wanted) > slack or len(own) > 1:
            continue
        if own:
            records.do(LINE, "write", [*own], {"vals": {"amount_currency": float(wanted)}})
        else:
            records.write(LINE, [_line(records, key, number, tax) | {"amount_currency": float(wanted)}])
        is_changed = True
    return is_changed


def _line(records: Records, key: str, number: int, tax: int) -> dict[str, JsonValue]:
    """A line for a tax that came to nothing, with a key of ours."""
    domain: list[JsonValue] = [["tax_id", "=", tax], ["document_type", "=", "refund"], ["repartition_type", "=", "tax"]]
    (share, *_) = records.search(SHARE, domain, ("account_id", "tax_id"))
    return {
        "id": f"{key}_tax_{tax}",
        "move_id/.id": number,
        "name": name_of(share["tax_id"]),
        "tax_repartition_line_id/.id": number_of(share),
        "account_id/.id": reference(share["account_id"]) or "",
    }
