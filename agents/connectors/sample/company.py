"""The sample company: two years of a small design studio, up to the day before a day. Pure.

The same seed and day give the same story. Everything is asked and paid for in euros, from one account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from agents.connectors.book_orders import (
    BankBook,
    BillBook,
    Move,
    Part,
    Payment,
    Spending,
    Transfer,
    Unexplained,
)
from agents.connectors.books import amount_text
from agents.connectors.invoice_orders import InvoiceCredit
from agents.connectors.sample.costs import bills, costs
from agents.connectors.sample.dice import Dice, sample_iban
from agents.connectors.sample.drafts import Movement, Span, bank_day
from agents.connectors.sample.sales import sales
from agents.connectors.sample.story import Label, Step, Story
from agents.connectors.sample.vendors import TAX_OFFICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.connectors.sample.drafts import Document

CURRENCY = "EUR"
ACCOUNT = "Business"  # not Checking: the statement in the sample inbox is of that one, and still to be booked
SEED = 1
RECEIPTS_KEPT = 88  # of a hundred purchases
NO_RECEIPT = frozenset({"Rent", "Salaries", "Bank-Fees"})  # what needs none
VAT_DAY, VAT_ACCOUNT = 10, "VAT-Paid"
RECEIPTS = "Accounting/Receipts"


def sample_story(today: date, seed: int = SEED, account: str = ACCOUNT) -> Story:
    """Two years up to the day before `today`; `account` is what the books call that of the bank."""
    span, dice = Span(today), Dice(seed)
    invoices, paid = sales(span, dice)
    owed, bills_paid = bills(span, dice)
    spent = costs(span, dice)
    documents = sorted([*invoices, *owed], key=lambda each: (each.day, each.key))
    moved = [*paid, *bills_paid, *spent, *_vat(span, documents, spent)]
    telling = _Telling(dice, documents, account)
    steps = (*telling.documents(span), *telling.statements(span, moved))
    steps = tuple(sorted(steps, key=lambda each: (each.day, isinstance(each.order, BankBook))))
    return Story(seed, today, steps, tuple(telling.labels()), telling.receipts)


def _vat(span: Span, documents: Iterable[Document], spent: Iterable[Movement]) -> Iterator[Movement]:
    """What is due for each quarter, on the tenth of the second month after it; less than nothing comes back."""
    due: dict[tuple[int, int], Decimal] = {}
    for booked, vat in (*map(_vat_of, documents), *map(_input_vat, spent)):
        of = (booked.year, (booked.month - 1) // 3)
        due[of] = due.get(of, Decimal(0)) + vat
    for (year, quarter), amount in sorted(due.items()):
        months = year * 12 + quarter * 3 + 4  # counted from 0: the second month after the quarter
        day = bank_day(date(months // 12, months % 12 + 1, VAT_DAY))
        if amount and span.has(day):
            text = f"VAT {year} quarter {quarter + 1}"
            yield Movement(day, -amount, TAX_OFFICE, text, Transfer(account=VAT_ACCOUNT))


def _vat_of(document: Document) -> tuple[date, Decimal]:
    vat = document.order.totals.vat
    if document.credited or isinstance(document.order, BillBook):
        vat = Decimal(0) if document.credited else -vat
    return document.day, vat


def _input_vat(spent: Movement) -> tuple[date, Decimal]:
    paid = sum((each.net for each in spent.reason.costs), Decimal(0)) if isinstance(spent.reason, Spending) else None
    return spent.day, Decimal(0) if paid is None else paid + spent.amount


@dataclass
class _Telling:
    """Drafts become orders: documents get numbers, movements get ids, purchases get receipts."""

    dice: Dice
    drafts: list[Document]
    account: str
    receipts: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)
    _odd: list[tuple[Movement, str]] = field(default_factory=list)

    def documents(self, span: Span) -> Iterator[Step]:
        """Each invoice, bill and credit note with the number that the ledger gives it."""
        credited = [(each.credited, 1, each) for each in self.drafts if each.credited and span.has(each.credited)]
        counted: dict[tuple[bool, int], int] = {}
        for day, is_credit, draft in sorted(
            [*((each.day, 0, each) for each in self.drafts), *credited], key=lambda each: each[:2]
        ):
            is_bill = isinstance(draft.order, BillBook)
            counted[is_bill, day.year] = counted.get((is_bill, day.year), 0) + 1
            prefix = "BILL" if is_bill else "CN" if is_credit else "INV"
            number = f"{prefix}-{day.year}-{counted[is_bill, day.year]:04}"
            if is_credit:
                yield Step(day, self._credit(draft), number)
                continue
            self._numbers[draft.key] = number
            order = draft.order
            if isinstance(order, BillBook):
                receipt = self._receipt(day, number, order.vendor, draft.total)
                order = order.model_copy(update={"receipt": receipt})
            yield Step(day, order, number)

    def _credit(self, draft: Document) -> InvoiceCredit:
        return InvoiceCredit(
            number=self._numbers[draft.key],
            reason="The colours were not as agreed",
            customer=draft.order.recipient(),
            total=draft.total,
            currency=CURRENCY,
        )

    def statements(self, span: Span, moved: Iterable[Movement]) -> Iterator[Step]:
        """The movements, one statement each month, with what is on the account at its end."""
        ordered = sorted(moved, key=lambda each: (each.day, each.party, each.text, each.amount))
        balance = Decimal("0.00")
        for (year, month), group in groupby(ordered, key=lambda each: (each.day.year, each.day.month)):
            moves = []
            for at, each in enumerate(group, 1):
                moves.append(self._move(each, f"S{each.day:%Y%m%d}-{at:03}"))
                balance += each.amount
            after = date(year + month // 12, month % 12 + 1, 1)
            closed = min(after - timedelta(days=1), span.last)
            order = BankBook(
                account=self.account, currency=CURRENCY, moves=tuple(moves), closing=balance, closed_on=closed
            )
            yield Step(closed, order)

    def _move(self, draft: Movement, bank_id: str) -> Move:
        if draft.oddity:
            self._odd.append((draft, bank_id))
        return Move(
            bank_id=bank_id,
            day=draft.day,
            amount=draft.amount,
            party=draft.party,
            text=draft.text or self._numbers[draft.pays],
            iban=sample_iban(draft.iban or draft.party),
            reason=self._reason(draft, bank_id),
        )

    def _reason(self, draft: Movement, bank_id: str) -> Payment | Spending | Transfer | Unexplained:
        is_vendor = draft.amount < 0
        if draft.pays:
            part = Part(number=self._numbers[draft.pays], amount=abs(draft.amount))
            return Payment(party=draft.party, vendor=is_vendor, parts=(part,))
        if draft.on_account:
            return Payment(party=draft.party, vendor=is_vendor)
        match draft.reason:
            case Spending(costs=(cost, *_)) as spending:
                needs_none = cost.category in NO_RECEIPT
                if needs_none or not self.dice.happens(RECEIPTS_KEPT, bank_id, draft.party):
                    return spending
                name = self._receipt(draft.day, bank_id, draft.party, -draft.amount)
                return spending.model_copy(update={"receipt": name})
            case Transfer() as transfer:
                return transfer
            case _:
                return Unexplained()

    def _receipt(self, day: date, name: str, party: str, total: Decimal) -> str:
        """A heading in the note of its month, which holds the receipts of the sample."""
        place = f"{RECEIPTS}/{day:%Y-%m}.md#{name}"
        self.receipts[place] = f"{party}, {day}, {amount_text(total, CURRENCY)} with VAT"
        return place

    def labels(self) -> Iterator[Label]:
        """What is odd on purpose, by kind and party."""

        def about(each: tuple[Movement, str]) -> tuple[str, str]:
            return each[0].oddity or "", each[0].party

        for (_, party), group in groupby(sorted(self._odd, key=lambda each: (*about(each), each[1])), key=about):
            found = [*group]
            last, _ = found[-1]
            if last.oddity:
                yield Label(last.oddity, party, abs(last.amount), tuple(bank_id for _, bank_id in found))
