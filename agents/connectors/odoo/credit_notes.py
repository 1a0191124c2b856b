"""Credit notes of whole invoices in Odoo: the same lines turned round, posted, and matched with what is open."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import RateTotal, Totals
from agents.connectors.odoo.documents import LINE, MOVE, POSTED, REJECT, Draft, money
from agents.connectors.odoo.numbering import ORIGIN, was_moved, with_number
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from datetime import date

    from pydantic import JsonValue

    from agents.connectors.invoice_orders import InvoiceCredit
    from agents.connectors.odoo.documents import Posted
    from agents.connectors.odoo.records import Values
    from agents.connectors.odoo.writing import Writing

COPIED = ("name", "quantity", "price_unit", "discount")
FIELDS = (
    *("name", ORIGIN, "partner_id", "commercial_partner_id", "currency_id"),
    *("amount_untaxed", "amount_tax", "amount_total"),
)


class CreditNotes:
    """Writes credit notes into one Odoo."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def post(self, order: InvoiceCredit, key: str, day: date) -> Posted:
        """Post it once and match it with what is open of the invoice; raises as `Documents.post`."""
        if order.lines:
            hint = "Make it in Odoo, or credit the whole invoice."
            raise NotAllowed(f"In Odoo a part of {order.number} cannot be credited from here.", hint=hint)
        invoice = self._invoice(order, key)
        net, vat = money(invoice["amount_untaxed"]), money(invoice["amount_tax"])
        number = number_of(invoice)
        draft = Draft(
            key=key,
            kind="out_refund",
            partner=reference(invoice["partner_id"]),
            day=day,
            currency=reference(invoice["currency_id"]),
            totals=Totals((RateTotal(Decimal(0), net, vat),)),
            head={"reversed_entry_id/.id": number, "ref": f"{order.number} {order.reason}".strip()},
            lines=self._lines(number),
        )
        made = self._writing.documents.post(draft)
        lines = self._writing.entries.open_lines([number, made.number])
        for each in lines[made.number]:  # Odoo has matched them when it posted it, as far as it could
            self._writing.entries.match(number_of(each), lines[number])
        return made

    def _invoice(self, order: InvoiceCredit, key: str) -> Values:
        """The invoice to be credited: of this customer, over this total, and not credited before.

        Raises:
            NotAllowed: there is none.
        """
        records = self._writing.records
        domain: list[JsonValue] = [["move_type", "=", "out_invoice"], ["state", "=", POSTED]]
        found = records.search(MOVE, [*domain, *with_number([order.number])], FIELDS)
        if len(found) != 1 or name_of(found[0]["commercial_partner_id"]) != order.customer:
            raise NotAllowed(f"Odoo holds no single invoice {order.number} to {order.customer}.", hint=REJECT)
        (invoice,) = found
        if was_moved(invoice):  # what is here of it is what was open, without its revenue and its VAT
            hint = "Write the credit note in Odoo, with the lines and taxes of the invoice's paper."
            raise NotAllowed(f"{order.number} was issued in other books and moved over.", hint=hint)
        if (money(invoice["amount_total"]), name_of(invoice["currency_id"])) != (order.total, order.currency):
            raise NotAllowed(f"{order.number} in Odoo is not over {order.total} {order.currency}.", hint=REJECT)
        reversed_: list[JsonValue] = [["reversed_entry_id", "=", invoice["id"]], ["state", "=", POSTED]]
        earlier = records.search(MOVE, reversed_, ["name"])
        ours = records.find(key) if earlier else None
        if others := [text(each["name"]) for each in earlier if each["id"] != ours]:
            raise NotAllowed(f"{order.number} is credited already, as {others[0]}.", hint=REJECT)
        return invoice

    def _lines(self, invoice: int) -> list[dict[str, JsonValue]]:
        """The lines somebody wrote, with the same accounts and taxes; sums are compared before it is posted."""
        domain: list[JsonValue] = [["move_id", "=", invoice], ["display_type", "=", "product"]]
        rows = self._writing.records.search(LINE, domain, [*COPIED, "account_id", "tax_ids"])
        return [_turned(each) for each in sorted(rows, key=number_of)]


def _turned(line: Values) -> dict[str, JsonValue]:
    copied: dict[str, JsonValue] = {name: line[name] or "" for name in COPIED}
    return copied | {"account_id/.id": reference(line["account_id"]), "tax_ids/.id": _joined(line["tax_ids"])}


def _joined(numbers: JsonValue) -> str:
    return ",".join(str(each) for each in numbers) if isinstance(numbers, list) else ""
