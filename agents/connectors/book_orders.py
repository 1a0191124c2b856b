"""What else is written into the books: bills, expenses, and what the bank moved with what each movement was for.

Amounts are positive unless said otherwise, with two places; a category is a name of the owner's chart ('Office').
The models are canonical, as those of invoices: the same order in other words has the same bytes.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents.connectors.books import amount_text, totals
from agents.connectors.contract import Action, Money, Row, Stakes
from agents.connectors.invoice_orders import Currency, Name, Number, Percent, Price, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agents.connectors.books import Totals

MAX_COSTS, MAX_PARTS, MAX_MOVES, SHOWN_MOVES = 50, 50, 500, 40
MAX_ROWS_TEXT_CHARS, MAX_CATEGORY_CHARS = 120, 40
CATEGORY_PATTERN = r"^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$"

Category = Annotated[str, Field(pattern=CATEGORY_PATTERN, max_length=MAX_CATEGORY_CHARS)]
AccountName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$", max_length=40)]
Amount = Annotated[Price, Field(gt=0, decimal_places=2)]
Signed = Annotated[Price, Field(decimal_places=2)]
NothingOrMore = Annotated[Price, Field(ge=0, decimal_places=2)]
Rate = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]
Line = Annotated[Text, Field(max_length=300)]


class _Model(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class Cost(_Model):
    """What was bought: `net` before VAT, `tax` in percent, of which the owner gets the VAT back."""

    category: Category
    net: Amount
    tax: Percent = Decimal(0)


class Part(_Model):
    """What of a payment goes to one invoice or bill, in the currency of that document."""

    number: Number
    amount: Amount


class Payment(_Model):
    """A movement that pays documents of one customer or vendor.

    `fee` was kept by whoever passed the money on. What is left of the movement stays to the party's credit, until it is
    applied to a document: a prepayment, or too much.
    """

    kind: Literal["payment"] = "payment"
    party: Name
    vendor: bool = False
    parts: Annotated[tuple[Part, ...], Field(max_length=MAX_PARTS)] = ()
    fee: NothingOrMore = Decimal("0.00")


class Spending(_Model):
    """A movement that bought something at once; the costs with their VAT are the movement."""

    kind: Literal["spending"] = "spending"
    costs: Annotated[tuple[Cost, ...], Field(min_length=1, max_length=MAX_COSTS)]
    receipt: Line = ""


class Transfer(_Model):
    """A movement from or to another account of the owner's, or their private money (`Private`)."""

    kind: Literal["transfer"] = "transfer"
    account: AccountName


class Unexplained(_Model):
    """A movement nobody knows the reason of yet."""

    kind: Literal["unexplained"] = "unexplained"


Reason = Annotated[Payment | Spending | Transfer | Unexplained, Field(discriminator="kind")]


class Move(_Model):
    """One movement on a bank account and what it was for; `amount` is more than nothing when money came in.

    `iban` is the account of the other side, so that one that changes is noticed.
    """

    bank_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]
    day: date
    amount: Signed
    party: Line = ""
    text: Line = ""
    iban: Annotated[str, Field(pattern=r"^[A-Z0-9]{0,34}$")] = ""
    reason: Reason = Unexplained()

    @model_validator(mode="after")
    def _moves_something(self) -> Self:
        if self.amount == 0:
            raise ValueError("a movement of 0.00 is none")
        return self


class BillBook(Action):
    """Take in the bill of a vendor. `rate` is what one unit of its currency costs in that of the books, if another."""

    action: Literal["bill.book"] = "bill.book"
    vendor: Name
    reference: Annotated[Text, Field(min_length=1, max_length=80)]
    day: date
    due: date
    costs: Annotated[tuple[Cost, ...], Field(min_length=1, max_length=MAX_COSTS)]
    currency: Currency
    rate: Rate | None = None
    receipt: Line = ""

    @property
    def totals(self) -> Totals:
        """Its sums by VAT rate."""
        return sums_of(self.costs)

    @property
    def money(self) -> Money:
        """What is owed from now on."""
        return Money(self.totals.gross, self.currency)

    @property
    def stakes(self) -> Stakes:
        """The books say that it is owed; nothing is paid."""
        return Stakes.FILING

    def recipient(self) -> str:
        """The vendor's name."""
        return self.vendor

    def title(self) -> str:
        """'Book the bill 4711 of Paper & Co over 119.00 EUR?'."""
        return f"Book the bill {self.reference} of {self.vendor} over {amount_text(self.totals.gross, self.currency)}?"

    def rows(self) -> tuple[Row, ...]:
        """Who, when, and what for."""
        return (
            Row("vendor", self.vendor, "vendor"),
            Row("their number", self.reference, "reference"),
            Row("of", str(self.day), "day"),
            Row("due", str(self.due), "due"),
            *_cost_rows(self.costs, self.currency),
            Row("total", amount_text(self.totals.gross, self.currency)),
        )

    def undo(self) -> str:
        """By an entry that turns it round."""
        return "yes, by an entry of your own in the books"


class BankBook(Action):
    """Write movements of one account into the books; those that are there already, by `bank_id`, are left out.

    `closing` is what the bank says was on the account at the end of `closed_on`: the books must come to the same.
    """

    action: Literal["bank.book"] = "bank.book"
    account: AccountName
    currency: Currency
    moves: Annotated[tuple[Move, ...], Field(max_length=MAX_MOVES)] = ()
    closing: Signed | None = None
    closed_on: date | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.closing is None) != (self.closed_on is None):
            raise ValueError("a closing balance needs its day, and a day its balance")
        if not self.moves and self.closing is None:
            raise ValueError("neither a movement nor a balance")
        _refuse_twins(self.moves)
        return self

    @property
    def stakes(self) -> Stakes:
        """The books follow the bank; no money moves."""
        return Stakes.FILING

    def recipient(self) -> str:
        """The account."""
        return self.account

    def title(self) -> str:
        """'Book 12 movements of Checking?'."""
        many = "movement" if len(self.moves) == 1 else "movements"
        return f"Book {len(self.moves)} {many} of {self.account}?"

    def rows(self) -> tuple[Row, ...]:
        """Every movement and what it was for, as far as a page holds them, and the balance."""
        told = (Row("account", self.account, "account"), *_move_rows(self.moves, self.currency))
        if self.closing is None:
            return told
        return (*told, Row("balance", f"{amount_text(self.closing, self.currency)} on {self.closed_on}", "closing"))

    def undo(self) -> str:
        """By entries that turn them round."""
        return "yes, by entries of your own in the books"


class BankExplain(Action):
    """Say what movements of one account were for that are in the books as unexplained, as they are there.

    One that is there as a cost without a receipt may be said anew, with its receipt.
    """

    action: Literal["bank.explain"] = "bank.explain"
    account: AccountName
    currency: Currency
    moves: Annotated[tuple[Move, ...], Field(min_length=1, max_length=MAX_MOVES)]

    @model_validator(mode="after")
    def _explains_each_once(self) -> Self:
        _refuse_twins(self.moves)
        if any(isinstance(each.reason, Unexplained) for each in self.moves):
            raise ValueError("what explains a movement says what it was for")
        return self

    @property
    def stakes(self) -> Stakes:
        """Only the books change."""
        return Stakes.FILING

    def recipient(self) -> str:
        """The account."""
        return self.account

    def title(self) -> str:
        """'Book what 2 movements of Checking were for?'."""
        many = "movement" if len(self.moves) == 1 else "movements"
        return f"Book what {len(self.moves)} {many} of {self.account} {'was' if len(self.moves) == 1 else 'were'} for?"

    def rows(self) -> tuple[Row, ...]:
        """Which movements, and what each was for."""
        return (Row("account", self.account, "account"), *_move_rows(self.moves, self.currency))

    def cautions(self) -> tuple[str, ...]:
        """How much was bought without a receipt that is known: a line of a bank proves no VAT."""
        spent = [each.reason for each in self.moves if isinstance(each.reason, Spending)]
        bare = sum(not each.receipt and not sums_of(each.costs).vat for each in spent)
        words = "of these movements: without one it is booked as cost whole, and no VAT comes back"
        return (f"no receipt is known for {bare} {words}",) if bare else ()

    def undo(self) -> str:
        """By entries that turn them round."""
        return "yes, by entries of your own in the books"


class CreditApply(Action):
    """Use what stands to a party's credit for their documents: a prepayment, or what was paid too much."""

    action: Literal["credit.apply"] = "credit.apply"
    party: Name
    vendor: bool = False
    day: date
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=MAX_PARTS)]

    @property
    def stakes(self) -> Stakes:
        """Only the books change."""
        return Stakes.FILING

    def recipient(self) -> str:
        """The party's name."""
        return self.party

    def title(self) -> str:
        """'Use the credit of Acme Ltd for INV-2026-0003?'."""
        return f"Use the credit of {self.party} for {', '.join(each.number for each in self.parts)}?"

    def rows(self) -> tuple[Row, ...]:
        """Whose credit, and what for."""
        return (
            Row("party", self.party, "party"),
            *(Row(each.number, amount_text(each.amount), "parts") for each in self.parts),
        )

    def undo(self) -> str:
        """By an entry that turns it round."""
        return "yes, by an entry of your own in the books"


def _refuse_twins(moves: Sequence[Move]) -> None:
    if len({each.bank_id for each in moves}) < len(moves):
        raise ValueError("two movements have the same bank_id")
    spent = (each.reason for each in moves if isinstance(each.reason, Spending))
    named = [each.receipt for each in spent if each.receipt]
    if len(set(named)) < len(named):
        raise ValueError("two movements have the same receipt")


BookOrder = BillBook | BankBook | BankExplain | CreditApply


def sums_of(costs: Iterable[Cost]) -> Totals:
    """The sums of some costs, by VAT rate."""
    return totals((each.net, each.tax) for each in costs)


def reason_text(reason: Payment | Spending | Transfer | Unexplained) -> str:
    """'payment of Acme Ltd: INV-2026-0001 950.00'."""
    match reason:
        case Payment():
            parts = ", ".join(f"{each.number} {amount_text(each.amount)}" for each in reason.parts)
            fee = f", fee {amount_text(reason.fee)}" if reason.fee else ""
            return f"payment {'to' if reason.vendor else 'of'} {reason.party}: {parts or 'on account'}{fee}"
        case Spending():
            costs = (f"{each.category} {amount_text(each.net)} + {each.tax} % VAT" for each in reason.costs)
            return ", ".join((*costs, *([f"receipt {reason.receipt}"] if reason.receipt else ())))
        case Transfer():
            return f"transfer, {reason.account}"
        case Unexplained():
            return "not explained yet"


def _cost_rows(costs: Iterable[Cost], currency: str) -> Iterable[Row]:
    for at, each in enumerate(costs, 1):
        yield Row(f"cost {at}", f"{each.category}: {amount_text(each.net, currency)} + {each.tax} % VAT", "costs")


def _move_rows(moves: Sequence[Move], currency: str) -> Iterable[Row]:
    yield from (Row(f"{each.day}", _move_text(each, currency), "moves") for each in moves[:SHOWN_MOVES])
    if more := len(moves[SHOWN_MOVES:]):
        yield Row("and", f"{more} more", "moves")


def _move_text(move: Move, currency: str) -> str:
    said = " · ".join(part for part in (move.party, move.text) if part)[:MAX_ROWS_TEXT_CHARS]
    return f"{amount_text(move.amount, currency)} · {said} · {reason_text(move.reason)}"
