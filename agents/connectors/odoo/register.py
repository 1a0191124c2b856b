"""The documents that an order names, and the credits of its parties, as Odoo has them now; for the checks before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from agents.connectors.books import InvoiceStanding, Unclear
from agents.connectors.contract import Money
from agents.connectors.odoo.documents import LINE, MOVE, NOTHING, POSTED, money
from agents.connectors.odoo.entries import LEFT
from agents.connectors.odoo.numbering import ORIGIN, called, with_number_or_crediting
from agents.connectors.odoo.records import name_of, number_of, reference, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.books import Standing
    from agents.connectors.odoo.records import Records

    Row = Mapping[str, JsonValue]

DOCUMENTS = {False: ("out_invoice", "out_receipt"), True: ("in_invoice", "in_receipt")}
TYPES = {False: "asset_receivable", True: "liability_payable"}
FIELDS = (
    *("name", "move_type", "commercial_partner_id", "currency_id", "invoice_date", "date", "invoice_date_due", "ref"),
    *("amount_total", "amount_total_signed", "amount_residual", "reversed_entry_id", "payment_state", ORIGIN),
)


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice or bill with its credit notes.

    `open` is what is still owed, less than nothing when something is owed back; `credited` what credit notes took back.
    `ledger_account` is where it is owed; `refunds` are its credit notes.
    """

    number: int
    name: str
    party: str
    partner: int
    is_vendors: bool
    total: Money
    open: Decimal
    credited: Decimal
    due: date
    rate: str = ""
    ledger_account: int = 0
    refunds: tuple[int, ...] = ()

    @property
    def account(self) -> str:
        """A credit of the party can be put to any of its documents."""
        return self.party


@dataclass(frozen=True, slots=True)
class Credit:
    """A line on which something is left that was paid and is put to no document; `left` is more than nothing."""

    line: int
    partner: int
    party: str
    currency: str
    left: Decimal
    ledger_account: int


@dataclass(frozen=True, slots=True)
class Register:
    """One side of the books, as far as an order needs it."""

    found: Mapping[str, Document] = field(default_factory=dict)
    loose: tuple[Credit, ...] = ()

    def documents(self) -> Mapping[str, Document]:
        """The documents that the order names, by number."""
        return self.found

    def credits(self, today: date) -> dict[tuple[str, str], Decimal]:
        """What stands now to the credit of a party, by its name and currency."""
        del today
        sums: dict[tuple[str, str], Decimal] = {}
        for each in self.loose:
            place = (each.party, each.currency)
            sums[place] = sums.get(place, NOTHING) + each.left
        return sums

    def standing(self, number: str, today: date, *, with_credit: bool = True) -> Standing:
        """How a document stands now, credits that name none left aside."""
        del today, with_credit
        if (found := self.found.get(number)) is None:
            return Unclear(number, f"Odoo holds no {number}.")
        return InvoiceStanding(number, found.total, found.open, found.due, found.credited)


class RegisterReader:
    """Reads what an order names."""

    def __init__(self, records: Records, home: str) -> None:
        self._records = records
        self._home = home

    def read(self, numbers: Iterable[str], *, vendor: bool, credit_of: int | None = None) -> Register:
        """The documents of these numbers; `credit_of`: and what stands to the credit of this contact."""
        wanted = [*dict.fromkeys(numbers)]
        found = self._documents(wanted, vendor=vendor) if wanted else {}
        return Register(found, self._credits(credit_of, vendor=vendor) if credit_of else ())

    def _documents(self, wanted: list[str], *, vendor: bool) -> dict[str, Document]:
        rows = self._records.search(MOVE, [["state", "=", POSTED], *with_number_or_crediting(wanted)], FIELDS)
        invoices = [row for row in rows if row["move_type"] in DOCUMENTS[vendor] and called(row) in wanted]
        numbers: list[JsonValue] = [row["id"] for row in invoices]
        domain: list[JsonValue] = [["move_id", "in", numbers], ["account_type", "=", TYPES[vendor]]]
        lines = self._records.search(LINE, domain, ["move_id", "account_id"]) if invoices else []
        accounts = {reference(each["move_id"]): reference(each["account_id"]) for each in lines}
        return {called(row): self._document(row, refunds_of(row, rows), accounts) for row in invoices}

    def _document(self, row: Row, refunds: list[Row], accounts: Mapping[int, int]) -> Document:
        number, currency = number_of(row), name_of(row["currency_id"])
        return Document(
            number=number,
            name=called(row),
            is_vendors=text(row["move_type"]) in DOCUMENTS[True],
            party=name_of(row["commercial_partner_id"]),
            partner=reference(row["commercial_partner_id"]),
            total=Money(money(row["amount_total"]), currency),
            open=money(row["amount_residual"]) - sum((money(each["amount_residual"]) for each in refunds), NOTHING),
            credited=sum((money(each["amount_total"]) for each in refunds), NOTHING),
            due=due_of(row),
            rate="" if currency == self._home else rate_of(row),
            ledger_account=accounts.get(number, 0),
            refunds=tuple(number_of(each) for each in refunds),
        )

    def _credits(self, partner: int, *, vendor: bool) -> tuple[Credit, ...]:
        """Lines that are no documents' own, in the order in which they are used up."""
        domain: list[JsonValue] = [
            ["partner_id", "=", partner],
            ["account_type", "=", TYPES[vendor]],
            ["parent_state", "=", POSTED],
            ["move_type", "=", "entry"],
            ["reconciled", "=", False],
        ]
        sign = 1 if vendor else -1
        rows = self._records.search(LINE, domain, (*LEFT, "currency_id", "partner_id", "date"))
        return tuple(
            Credit(
                line=number_of(row),
                partner=partner,
                party=name_of(row["partner_id"]),
                currency=name_of(row["currency_id"]),
                left=sign * money(row["amount_residual_currency"]),
                ledger_account=reference(row["account_id"]),
            )
            for row in sorted(rows, key=lambda each: (text(each["date"]), number_of(each)))
        )


def refunds_of(invoice: Row, rows: Iterable[Row]) -> list[Row]:
    """The credit notes of an invoice among some documents."""
    return [each for each in rows if reference(each["reversed_entry_id"]) == invoice["id"] and _is_refund(each)]


def rate_of(row: Row) -> str:
    """What one unit of a document's currency was worth in that of the books when it was booked."""
    total = money(row["amount_total"])
    return str(abs(money(row["amount_total_signed"])) / total) if total else ""


def due_of(row: Row) -> date:
    """When a document is due."""
    return date.fromisoformat(text(row["invoice_date_due"]) or text(row["invoice_date"]) or text(row["date"]))


def _is_refund(row: Row) -> bool:
    return text(row["move_type"]).endswith("_refund")
