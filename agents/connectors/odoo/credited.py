"""What Odoo says of an invoice that is to be credited: what each tax rate has left after its credit notes. Reads only.

Only taxes in percent that are added to the price can be told apart; where a line has another one, it is not plain what
a part of the invoice comes to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import CENT, RateTotal, Totals, shortest
from agents.connectors.credit_notes import HINT, Creditable
from agents.connectors.odoo.documents import LINE, MOVE, NOTHING, POSTED, REJECT, money
from agents.connectors.odoo.numbering import ORIGIN, was_moved, with_number
from agents.connectors.odoo.parties import PARTNER
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.connectors.odoo.standing_documents import day_of
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.records import Records

    Row = Mapping[str, JsonValue]

FIELDS = (
    *("name", ORIGIN, "partner_id", "commercial_partner_id", "currency_id", "invoice_date", "date"),
    *("amount_untaxed", "amount_tax", "amount_total"),
)
LINES = ("move_id", "display_type", "name", "account_id", "tax_ids", "tax_line_id", "amount_currency")
NO_TAX = 0


@dataclass(slots=True)
class Part:
    """What is left, before VAT, of the lines on one account with one tax. `said`: the words of those lines."""

    tax: int
    rate: Decimal
    account: int
    net: Decimal = NOTHING
    said: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Credited:
    """An invoice with its credit notes; `notes` counts them, those that are not posted left aside."""

    invoice: Row
    notes: int
    left: Totals
    parts: tuple[Part, ...]

    def at(self, rate: Decimal, said: str) -> Part:
        """The part at a rate to which a line with these words belongs: the one that says them, else the largest."""
        of_rate = [each for each in self.parts if each.rate == rate]
        return max(of_rate, key=lambda each: (said in each.said, each.net))

    def taxes(self, sums: Totals) -> dict[int, Decimal]:
        """The VAT of some sums by the tax that reckons it, where a rate has only one."""
        found: dict[int, Decimal] = {}
        for each in sums.rates:
            taxes = {part.tax for part in self.parts if part.rate == each.rate} - {NO_TAX}
            found |= {tax: each.vat for tax in taxes if len(taxes) == 1}
        return found


def invoice_named(records: Records, number: str) -> Row:
    """The posted invoice of a number, to be credited.

    Raises:
        NotAllowed: there is no single one, or it was issued in other books.
    """
    domain: list[JsonValue] = [["move_type", "=", "out_invoice"], ["state", "=", POSTED]]
    found = records.search(MOVE, [*domain, *with_number([number])], FIELDS)
    if len(found) != 1:
        raise NotAllowed(f"Odoo holds no single invoice {number}.", hint=REJECT)
    if was_moved(found[0]):  # what is here of it is what was open, without its revenue and its VAT
        hint = "Write the credit note in Odoo, with the lines and taxes of the invoice's paper."
        raise NotAllowed(f"{number} was issued in other books and moved over.", hint=hint)
    return found[0]


def notes_of(records: Records, invoice: Row) -> list[int]:
    """The posted credit notes of an invoice, ours and the owner's own."""
    domain: list[JsonValue] = [["reversed_entry_id", "=", invoice["id"]], ["state", "=", POSTED]]
    return [number_of(each) for each in records.search(MOVE, domain, ["name"])]


def read_credited(records: Records, chart: Chart, invoice: Row, notes: Sequence[int]) -> Credited:
    """What the credit notes of an invoice have left of it.

    Raises:
        NotAllowed: it cannot be told which part of it has which tax.
    """
    number = number_of(invoice)
    domain: list[JsonValue] = [["move_id", "in", [number, *notes]], ["display_type", "in", ["product", "tax"]]]
    rows = sorted(records.search(LINE, domain, LINES), key=number_of)
    parts: dict[tuple[int, int], Part] = {}
    vats: dict[Decimal, Decimal] = {}
    for row in rows:
        amount = -money(row["amount_currency"])  # what an invoice asks for is a credit on the other side
        if row["display_type"] == "tax":
            rate = _rate(chart, reference(row["tax_line_id"]))
            vats[rate] = vats.get(rate, NOTHING) + amount
        else:
            tax, account = _tax(row), reference(row["account_id"])
            part = parts.setdefault((tax, account), Part(tax, _rate(chart, tax), account))
            part.net += amount
            part.said.add(text(row["name"]))
    _refuse_other_taxes(chart, [each for each in rows if reference(each["move_id"]) == number], invoice)
    nets: dict[Decimal, Decimal] = {}
    for part in parts.values():
        nets[part.rate] = nets.get(part.rate, NOTHING) + part.net
    rates = (RateTotal(rate, nets.get(rate, NOTHING), vats.get(rate, NOTHING)) for rate in sorted({*nets, *vats}))
    left = Totals(tuple(each for each in rates if each.net or each.vat))
    return Credited(invoice, len(notes), left, tuple(parts.values()))


def creditable(records: Records, chart: Chart, number: str) -> Creditable:
    """The invoice of this number with what its credit notes have left of it, whatever day they are of.

    Raises:
        NotAllowed: there is no single one, or it cannot be told what was credited at which rate.
    """
    invoice = invoice_named(records, number)
    found = read_credited(records, chart, invoice, notes_of(records, invoice))
    email = records.read(PARTNER, reference(invoice["partner_id"]), ["email"])["email"]
    return as_creditable(found, text(email))


def as_creditable(found: Credited, email: str = "") -> Creditable:
    """The same as whoever asks for a credit note knows it."""
    invoice = found.invoice
    return Creditable(
        number=text(invoice["name"]),
        customer=name_of(invoice["commercial_partner_id"]),
        email=email,
        day=day_of(invoice),
        currency=name_of(invoice["currency_id"]),
        left=found.left,
        credited=money(invoice["amount_total"]) - found.left.gross,
    )


def _tax(line: Row) -> int:
    taxes = line["tax_ids"] if isinstance(line["tax_ids"], list) else []
    if len(taxes) > 1:
        raise NotAllowed("A line has several taxes, and it is not plain what a part of it comes to.", hint=HINT)
    return next((each for each in taxes if isinstance(each, int)), NO_TAX)


def _rate(chart: Chart, tax: int) -> Decimal:
    if tax == NO_TAX:
        return Decimal(0)
    for each in chart.taxes:
        if each.number == tax:
            return shortest(each.rate)
    raise NotAllowed("A line has a tax that is not a percentage added to the price.", hint=HINT)


def _refuse_other_taxes(chart: Chart, lines: Sequence[Row], invoice: Row) -> None:
    """A tax of which somebody has changed the rate since says nothing of what was asked for."""
    nets: dict[int, list[Decimal]] = {}
    vats: dict[int, Decimal] = {}
    for row in lines:
        amount = -money(row["amount_currency"])
        if row["display_type"] == "product":
            nets.setdefault(_tax(row), []).append(amount)
        else:
            tax = reference(row["tax_line_id"])
            vats[tax] = vats.get(tax, NOTHING) + amount
    whole = sum((sum(each, NOTHING) for each in nets.values()), sum(vats.values(), NOTHING))
    reckoned = {tax: sum(amounts, NOTHING) * _rate(chart, tax) / 100 for tax, amounts in nets.items()}
    off = (abs(vats.get(tax, NOTHING) - vat) > CENT * len(nets[tax]) for tax, vat in reckoned.items())
    if whole != money(invoice["amount_total"]) or any(off):
        said = f"The VAT of {text(invoice['name'])} is not that of the rates its taxes have now."
        raise NotAllowed(said, hint="Make the credit note in Odoo.")
