"""Credit notes in Odoo: the lines of a whole invoice turned round, or a part of it; matched with what is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import CENT, RateTotal, Totals
from agents.connectors.credit_notes import checked_credit
from agents.connectors.odoo.credited import NO_TAX, as_creditable, invoice_named, notes_of, read_credited
from agents.connectors.odoo.documents import LINE, REJECT, Draft, money
from agents.connectors.odoo.records import name_of, number_of, reference
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from pydantic import JsonValue

    from agents.connectors.invoice_orders import InvoiceCredit
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.credited import Credited, Part
    from agents.connectors.odoo.documents import Posted
    from agents.connectors.odoo.records import Values
    from agents.connectors.odoo.writing import Writing

COPIED = ("name", "quantity", "price_unit", "discount")


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is taken back: the sums, the lines that say it, and the VAT of each tax, as far as `slack` from Odoo's."""

    totals: Totals
    lines: Sequence[Values]
    taxes: Mapping[int, Decimal] = field(default_factory=dict)
    slack: Decimal = Decimal(0)


class CreditNotes:
    """Writes credit notes into one Odoo."""

    def __init__(self, writing: Writing, chart: Chart) -> None:
        self._writing = writing
        self._chart = chart

    def post(self, order: InvoiceCredit, key: str, day: date) -> Posted:
        """Post it once and match it with what is open of the invoice; raises as `Documents.post`."""
        invoice = invoice_named(self._writing.records, order.number)
        number, notes = number_of(invoice), notes_of(self._writing.records, invoice)
        if ours := self._writing.records.find(key) if notes else None:
            notes = [each for each in notes if each != ours]
        taken = self._part(order, invoice, notes) if order.lines or notes else self._whole(order, invoice)
        draft = Draft(
            key=key,
            kind="out_refund",
            partner=reference(invoice["partner_id"]),
            day=day,
            currency=reference(invoice["currency_id"]),
            totals=taken.totals,
            head={"reversed_entry_id/.id": number, "ref": f"{order.number} {order.reason}".strip()},
            lines=taken.lines,
            taxes=taken.taxes,
            slack=taken.slack,
        )
        made = self._writing.documents.post(draft)
        lines = self._writing.entries.open_lines([number, made.number])
        for each in lines[made.number]:  # Odoo has matched them when it posted it, as far as it could
            self._writing.entries.match(number_of(each), lines[number])
        return made

    def _whole(self, order: InvoiceCredit, invoice: Values) -> _Taken:
        """All of an invoice of which nothing was credited: the lines somebody wrote, with the same accounts and taxes.

        Raises:
            NotAllowed: it is another customer's, or not over this total.
        """
        if name_of(invoice["commercial_partner_id"]) != order.customer:
            raise NotAllowed(f"Odoo holds no single invoice {order.number} to {order.customer}.", hint=REJECT)
        if (money(invoice["amount_total"]), name_of(invoice["currency_id"])) != (order.total, order.currency):
            raise NotAllowed(f"{order.number} in Odoo is not over {order.total} {order.currency}.", hint=REJECT)
        domain: list[JsonValue] = [["move_id", "=", number_of(invoice)], ["display_type", "=", "product"]]
        rows = self._writing.records.search(LINE, domain, [*COPIED, "account_id", "tax_ids"])
        net, vat = money(invoice["amount_untaxed"]), money(invoice["amount_tax"])
        lines = [_turned(each) for each in sorted(rows, key=number_of)]
        return _Taken(Totals((RateTotal(Decimal(0), net, vat),)), lines)

    def _part(self, order: InvoiceCredit, invoice: Values, notes: Sequence[int]) -> _Taken:
        """A part of it, or what earlier credit notes left; raises as `checked_credit`."""
        found = read_credited(self._writing.records, self._chart, invoice, notes)
        sums = checked_credit(as_creditable(found), order)
        lines = [*_wanted(order, found)] if order.lines else [*_rest(order, found)]
        return _Taken(sums, lines, found.taxes(sums), CENT * (1 + found.notes))


def _wanted(order: InvoiceCredit, found: Credited) -> Iterable[Values]:
    for each in order.lines:
        yield _line(each.text or order.number, each.net, found.at(each.tax, each.text))


def _rest(order: InvoiceCredit, found: Credited) -> Iterable[Values]:
    return (_line(order.number, part.net, part) for part in found.parts if part.net)


def _line(said: str, net: Decimal, part: Part) -> Values:
    taxes = "" if part.tax == NO_TAX else str(part.tax)
    amount: dict[str, JsonValue] = {"name": said, "quantity": 1.0, "price_unit": float(net)}
    return amount | {"account_id/.id": part.account, "tax_ids/.id": taxes}


def _turned(line: Values) -> dict[str, JsonValue]:
    copied: dict[str, JsonValue] = {name: line[name] or "" for name in COPIED}
    return copied | {"account_id/.id": reference(line["account_id"]), "tax_ids/.id": _joined(line["tax_ids"])}


def _joined(numbers: JsonValue) -> str:
    return ",".join(str(each) for each in numbers) if isinstance(numbers, list) else ""
