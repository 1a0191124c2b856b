"""What is to be done about the wish to have bills paid: a question, or one proposal of a file for the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.autonomy.code_brain import Subject, ended_words, is_left_out, last_of, since_reopened
from agents.autonomy.payment_brain import CATEGORY
from agents.connectors.books import cents
from agents.connectors.payment.actions import BillPayment, PaymentPrepare
from agents.connectors.payment.checks import open_bill, refuse_what_is_not_owed
from agents.connectors.sepa import packed, spaced
from agents.errors import WAITS, EmployeeError
from agents.reasoning.brain import AskOwner, Choice, ProposeAction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from agents.autonomy.payment_brain import Wish
    from agents.connectors.book_figures import BookReports, OpenDocument
    from agents.reasoning.brain import Decision, Facts, Outcome

KEY = "payment"
SUBJECT = Subject("payment", CATEGORY, "Have bills paid")
MYSELF = Choice("I pay it myself")
ENDS = {
    "done": "the file for your bank is made; give it to your bank, nothing was sent",
    "rejected": "no file was made, as you said",
    "expired": "no answer in time; no file was made",
    "failed": "no file was made",
}


class PaymentTasks:
    """Decides about wishes. `reports`: the figures of the books as they are now."""

    def __init__(self, root: Path, reports: Callable[[], BookReports]) -> None:
        self._root = root
        self._reports = reports

    def decide(self, wish: Wish, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:
        """The next move."""
        since = since_reopened(outcomes)
        last = last_of(since, KEY)
        if is_left_out(since):
            return SUBJECT.end(ENDS["rejected"])
        if last is not None and last.kind in ENDS:
            return SUBJECT.end(ended_words(ENDS, last))
        try:
            return self._proposed(wish, since, facts)
        except WAITS:
            raise
        except EmployeeError as err:
            return SUBJECT.end(f"no file was made: {err} {err.hint}")
        except ValidationError as err:
            return SUBJECT.end(f"no file was made: {err.errors()[0]['msg'].removeprefix('Value error, ')}")

    def _proposed(self, wish: Wish, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:
        reports = self._reports()
        items, known = reports.payables(facts.today), reports.ibans()
        bills = [open_bill(items, number) for number in wish.numbers]
        if len({each.party for each in bills}) > 1 and (wish.iban or wish.bic):
            return SUBJECT.end(
                "no file was made: these bills are of several vendors; name the account of one at a time"
            )
        if wish.amount is not None and len(bills) > 1:
            return SUBJECT.end("no file was made: pay a part of one bill at a time")
        accounts = {each.party: wish.iban or _answered(each.party, outcomes) for each in bills}
        if packed(MYSELF.text) in accounts.values():
            return SUBJECT.end("no file was made: you pay it yourself")
        for party, iban in accounts.items():
            if not iban and len(known.get(party, ())) != 1:
                return _which(party, known.get(party, ()))
        payments = tuple(_payment(each, wish, accounts[each.party], known.get(each.party, ())) for each in bills)
        order = PaymentPrepare(payments=payments, day=wish.day)
        refuse_what_is_not_owed(order, reports, self._root, facts.today)
        said = any(accounts.values()) or wish.amount is not None
        provenance = {"payments": "owner" if said else "books", "day": "owner" if wish.day else "computed"}
        move = ProposeAction(KEY, order, provenance, "", tuple(_told(bills, wish, facts.today)))
        return SUBJECT.waits("Have a file made that pays what you said", move)


def _payment(bill: OpenDocument, wish: Wish, iban: str, known: tuple[str, ...]) -> BillPayment:
    return BillPayment(
        number=bill.number,
        vendor=bill.party,
        iban=iban or known[0],
        amount=cents(bill.open if wish.amount is None else wish.amount),
        reference=bill.reference or bill.number,
        bic=wish.bic,
        known_ibans=known,
    )


def _told(bills: list[OpenDocument], wish: Wish, today: date) -> Iterator[str]:
    """What the owner is to know besides the payments."""
    for each in bills:
        if wish.day and wish.day > each.due:
            yield f"{each.number} is due on {each.due}, before the day you named"
    if wish.day and wish.day < today:
        yield f"⚠ {wish.day} is over; it is paid as soon as may be"


def _answered(party: str, outcomes: tuple[Outcome, ...]) -> str:
    """The account the owner named for a vendor when they were asked."""
    said = [each.value for each in outcomes if each.key == _question(party) and each.kind == "answered"]
    return packed(said[-1]) if said else ""


def _question(party: str) -> str:
    return f"account of {party}"


def _which(party: str, known: tuple[str, ...]) -> Decision:
    why = "The books know several." if known else "The books know none yet: take it from the bill, and compare."
    ask = AskOwner(_question(party), f"Which account (IBAN) of {party} is to be paid? {why}", _choices(known))
    return SUBJECT.waits("Find out where it is to be paid to", ask)


def _choices(known: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(spaced(each)) for each in known) or (MYSELF,)
