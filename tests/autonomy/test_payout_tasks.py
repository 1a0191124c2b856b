"""A report of a payment service: each payout joins its movement of the bank, whichever comes first, or it is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_tables import TableTasks
from agents.autonomy.bank_tasks import BankTasks
from agents.autonomy.dropped_slips import Kept
from agents.autonomy.payout_moves import is_here
from agents.autonomy.payout_tasks import AFTER, NONE_OF_THESE, WHICH
from agents.connectors.bank.payout_matching import CREDIT_OF, LEAVE
from agents.connectors.book_orders import BankExplain, Payout, Unexplained
from agents.errors import LockedOut, Transient
from agents.reasoning.brain import AskOwner, Condition, Decision, Outcome, ProposeAction, WaitUntil
from tests.autonomy.test_bank_tasks import ended, reports, task
from tests.autonomy.test_receipt_tasks import Drawer
from tests.connectors.bank.payout_files import charged, moved, paypal, stripe
from tests.connectors.books_hand import open_of, perform
from tests.connectors.books_story import bank, closing, day, invoice, named
from tests.connectors.ledger.ledger_room import MANUAL
from tests.reasoning.builders import answered, facts

if TYPE_CHECKING:
    from agents.connectors.book_figures import BookReports
    from agents.errors import EmployeeError
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

NORTHWIND = charged(1, "1190.00", "17.51", "1172.49", customer_name="Northwind Ltd", invoice="INV-2026-0001")
GLOBEX = charged(2, "119.00", "2.04", "116.96", customer_name="Globex", description="Order 12")
REPORT = stripe(NORTHWIND, GLOBEX)  # 1,289.45, of which 19.55 is the fee


@pytest.fixture
def books(books: EmbeddedLedger) -> EmbeddedLedger:
    """Books with three invoices of early November."""
    orders = (
        ("11-05", invoice("Northwind", ("1000.00", "19"))),  # INV-2026-0001 1,190.00
        ("11-06", invoice("Globex", ("100.00", "19"))),  # 0002 119.00
        ("11-07", invoice("Initech", ("50.00", "0"))),  # 0003 50.00
    )
    perform(books, orders)
    return books


def came(
    books: EmbeddedLedger, amount: str = "1289.45", on: str = "11-21", party: str = "Stripe", *, at: int = 300
) -> None:
    """A movement that nobody has explained."""
    perform(books, [(on, named(party, bank(f"p{at}", on, amount, Unexplained())))], first=at)


def decided(books: EmbeddedLedger, text: str, *outcomes: Outcome, held: Kept | None = None) -> Decision:
    tasks = BankTasks(lambda: reports(books))
    drawer = Drawer(held or Kept())
    decision = TableTasks(books.room.vault, tasks, lambda: reports(books), drawer).decide(
        task("payouts.csv"), text.encode(), outcomes, facts()
    )
    assert decision is not None
    assert decision.rule == "payout"
    return decision


def proposed(decision: Decision) -> tuple[BankExplain, ProposeAction]:
    (move,) = decision.moves
    assert isinstance(move, ProposeAction), move
    assert isinstance(move.action, BankExplain)
    assert set(move.provenance) == {row.argument for row in move.action.rows()} | {"currency"}
    return move.action, move


def asked(decision: Decision) -> AskOwner:
    (move,) = decision.moves
    assert isinstance(move, AskOwner), move
    return move


def waits(decision: Decision) -> WaitUntil:
    (move,) = decision.moves
    assert isinstance(move, WaitUntil), move
    return move


def said(order: BankExplain) -> list[tuple[str, str | None, Decimal]]:
    """The shares of the only movement."""
    (move,) = order.moves
    assert isinstance(move.reason, Payout)
    return [(each.party, each.number, each.amount) for each in move.reason.shares]


PAID = [("Northwind", "INV-2026-0001", Decimal("1190.00")), ("Globex", "INV-2026-0002", Decimal("119.00"))]


def test_a_payout_whose_movement_is_booked_is_proposed_with_its_invoices_and_its_fee(books: EmbeddedLedger) -> None:
    came(books)
    order, move = proposed(decided(books, REPORT))
    assert said(order) == PAID
    (explained,) = order.moves
    assert isinstance(explained.reason, Payout)
    assert (explained.reason.service, explained.reason.fee) == ("Stripe", Decimal("19.55"))
    assert move.provenance["moves"] == "note:sha-0123456789abcdef"
    assert move.warnings == ("by name and amount only: Globex, 119.00 EUR, Order 12: INV-2026-0002",)
    perform(books, [("11-22", order)], first=900)
    assert [row[:2] for row in open_of(reports(books).receivables(day("11-30")))] == [
        ("INV-2026-0003", Decimal("50.00"))
    ]
    outcome = Outcome(move.key, "done", order)
    assert ended(decided(books, REPORT, outcome)) == "2026-11-20, 1,289.45 EUR: booked as you said"
    again = ended(decided(books, REPORT))  # dropped a second time
    assert again == "2026-11-20, 1,289.45 EUR: it is booked and explained already"


def test_a_report_that_comes_first_waits_for_its_movement(books: EmbeddedLedger) -> None:
    wait = waits(decided(books, REPORT))
    assert wait.conditions == (Condition("moved", "1289.45 EUR 2026-11-20"),)
    assert "give the bank's next statement" in wait.why
    (condition,) = wait.conditions
    today = day("11-21")
    assert not is_here(reports(books), condition.about, today)
    came(books, "1289.44", at=301)
    came(books, "1289.45", "11-29", at=302)  # too late to be it
    assert is_here(reports(books), condition.about, today)  # the bank is in beyond the week
    assert "no movement of the bank of this amount" not in ended(decided(books, REPORT))
    came(books)
    assert is_here(reports(books), condition.about, today)
    assert said(proposed(decided(books, REPORT))[0]) == PAID


def test_what_the_bank_tells_of_the_service_and_does_not_add_up_is_told_and_not_booked(books: EmbeddedLedger) -> None:
    came(books, "1280.00")
    assert waits(decided(books, REPORT))  # another payout, and this one may come tomorrow
    perform(books, [("11-30", closing("11-30", "1280.00"))], first=310)
    told = ended(decided(books, REPORT))
    assert "the report does not add up to what came: Checking, 2026-11-21, 1,280.00 EUR, Stripe" in told
    assert reports(books).unexplained(day("11-30")).amounts == {"EUR": Decimal("1280.00")}


def test_when_the_week_is_over_and_nothing_came_that_is_said(books: EmbeddedLedger) -> None:
    came(books, "5.00", "11-27", party="Nobody")
    assert waits(decided(books, stripe(NORTHWIND, GLOBEX | {"automatic_payout_effective_at": "2026-11-21"})))
    perform(books, [("11-29", closing("11-29", "5.00"))], first=310)
    assert ended(decided(books, REPORT)).endswith("no movement of the bank of this amount came within a week")


def test_of_two_movements_the_one_that_names_the_service_is_taken_and_else_the_owner_says(
    books: EmbeddedLedger,
) -> None:
    came(books, party="Eve")
    came(books, at=301)
    (move,) = proposed(decided(books, REPORT))[0].moves
    assert move.bank_id == "p301"
    came(books, at=302)
    came(books, on="11-24", at=303)  # farther from its day
    question = asked(decided(books, REPORT))
    assert (question.key, len(question.choices)) == (f"{WHICH}po_1", 3)
    (move,) = proposed(decided(books, REPORT, answered(question.key, question.choices[1].text)))[0].moves
    assert move.bank_id == "p302"
    none = ended(decided(books, REPORT, answered(question.key, NONE_OF_THESE)))
    assert none == "2026-11-20, 1,289.45 EUR: not booked: you said that it is none of these movements"


def test_a_payment_that_is_not_plain_is_asked_and_nothing_of_its_payout_is_booked_before(books: EmbeddedLedger) -> None:
    came(books)
    unknown = stripe(NORTHWIND, GLOBEX | {"customer_name": "Somebody"})
    question = asked(decided(books, unknown))
    assert question.key == "paid:txn_2"
    assert [each.text for each in question.choices] == ["INV-2026-0002, Globex, 119.00 EUR open", LEAVE]
    for answer in (question.choices[0].text, "inv-2026-0002"):
        assert said(proposed(decided(books, unknown, answered(question.key, answer)))[0]) == PAID
    as_credit = proposed(decided(books, unknown, answered(question.key, "Globex")))[0]
    assert said(as_credit)[1] == ("Globex", None, Decimal("119.00"))
    again = asked(decided(books, unknown, answered(question.key, "INV-2026-0003")))  # 50.00 are open
    assert again.question.startswith("Nothing open of your books fits INV-2026-0003. ")
    left = ended(decided(books, unknown, answered(question.key, LEAVE)))
    assert left == "2026-11-20, 1,289.45 EUR: it stays unexplained, as you said: Somebody, 119.00 EUR, Order 12"
    assert "stays unexplained" in ended(decided(books, unknown, Outcome(question.key, "skipped")))


def test_several_doubts_are_one_question(books: EmbeddedLedger) -> None:
    came(books)
    text = stripe(
        *(each | {"customer_name": "Globex Inc", "payment_metadata[invoice]": ""} for each in (NORTHWIND, GLOBEX))
    )
    question = asked(decided(books, text.replace("Order 12", "for INV-2026-0001 and INV-2026-0002")))
    assert question.question == "What was paid through Stripe?"
    assert [each.key for each in question.parts] == ["paid:txn_1", "paid:txn_2"]
    assert [each.text for each in question.parts[1].choices] == [
        "INV-2026-0001, Northwind, 1,190.00 EUR open",
        "INV-2026-0002, Globex, 119.00 EUR open",
        f"{CREDIT_OF}Globex",
        LEAVE,
    ]
    answers = [answered("paid:txn_1", "INV-2026-0001"), answered("paid:txn_2", f"{CREDIT_OF}Globex")]
    assert [number for _, number, _ in said(proposed(decided(books, text, *answers))[0])] == ["INV-2026-0001", None]


BACK = charged(3, "-19.00", "0.00", "-19.00", reporting_category="refund", charge_id="ch_00000002")


def test_what_went_back_is_of_the_invoice_that_was_paid(books: EmbeddedLedger) -> None:
    came(books, "1270.45")
    order, _ = proposed(decided(books, stripe(BACK, NORTHWIND, GLOBEX)))
    assert said(order) == [*PAID, ("Globex", "INV-2026-0002", Decimal("-19.00"))]
    perform(books, [("11-22", order)], first=900)
    assert open_of(reports(books).receivables(day("11-22")))[0][:2] == ("INV-2026-0002", Decimal("19.00"))


def test_a_refund_or_a_chargeback_of_an_earlier_report_names_its_invoice_or_is_asked(books: EmbeddedLedger) -> None:
    came(books)
    perform(books, [("11-22", proposed(decided(books, REPORT))[0])], first=900)
    later = {"automatic_payout_id": "po_2", "automatic_payout_effective_at": "2026-11-24"}
    back = BACK | later | {"reporting_category": "dispute", "fee": "15.00", "net": "-34.00", "customer_name": "Globex"}
    came(books, "-34.00", "11-24", at=301)
    order, _ = proposed(decided(books, stripe(back | {"description": "Dispute of INV-2026-0002"})))
    assert said(order) == [("Globex", "INV-2026-0002", Decimal("-19.00"))]
    question = asked(decided(books, stripe(back)))
    assert question.question.startswith("Of which invoice did this go back: Globex, -19.00 EUR")
    assert [each.text for each in question.choices] == [LEAVE]  # nothing of theirs is open
    for wrong in ("INV-2026-0003", "INV-2026-0099", "the second"):
        assert asked(decided(books, stripe(back), answered(question.key, wrong))).question.startswith("Nothing open")
    assert said(proposed(decided(books, stripe(back), answered(question.key, "INV-2026-0002")))[0]) == said(order)


def test_two_payments_cannot_both_be_of_the_rest_of_one_invoice(books: EmbeddedLedger) -> None:
    twice = stripe(
        NORTHWIND, charged(2, "1190.00", "17.51", "1172.49", customer_name="Northwind", invoice="INV-2026-0001")
    )
    came(books, "2344.98")
    assert asked(decided(books, twice)).key == "paid:txn_2"


def test_an_invoice_in_another_currency_is_paid_with_what_it_came_to(books: EmbeddedLedger) -> None:
    perform(books, [("11-08", invoice("Hooli", ("100.00", "0"), currency="USD"))], first=20)  # INV-2026-0004
    usd = {"customer_facing_amount": "100.00", "customer_facing_currency": "usd"}
    row = charged(1, "92.00", "3.00", "89.00", customer_name="Hooli", **usd)
    came(books, "89.00")
    order, _ = proposed(decided(books, stripe(row)))
    (move,) = order.moves
    assert isinstance(move.reason, Payout)
    (share,) = move.reason.shares
    assert (share.number, share.amount, share.worth) == ("INV-2026-0004", Decimal("100.00"), Decimal("92.00"))
    perform(books, [("11-22", order)], first=900)
    assert [row[0] for row in open_of(reports(books).receivables(day("11-22")))][-1] == "INV-2026-0003"
    back = charged(2, "-46.00", "0.00", "-46.00", reporting_category="refund", description="INV-2026-0004")
    later = {
        "automatic_payout_id": "po_2",
        "automatic_payout_effective_at": "2026-11-24",
        "customer_facing_currency": "usd",
    }
    came(books, "-46.00", "11-24", at=301)
    order, _ = proposed(decided(books, stripe(back | later | {"customer_facing_amount": "-50.00"})))
    assert said(order) == [("Hooli", "INV-2026-0004", Decimal("-50.00"))]


def test_what_went_back_is_in_the_currency_of_the_invoice_whatever_the_customer_paid_in(books: EmbeddedLedger) -> None:
    perform(books, [("11-08", invoice("Hooli", ("100.00", "0"), currency="USD"))], first=20)  # INV-2026-0004
    usd = {"customer_facing_currency": "usd"}
    back = {"reporting_category": "refund"}
    euros = GLOBEX | usd | {"customer_facing_amount": "129.00"}
    less = BACK | usd | {"customer_facing_amount": "-20.60"}
    came(books, "97.96")
    assert said(proposed(decided(books, stripe(euros, less)))[0])[1] == ("Globex", "INV-2026-0002", Decimal("-19.00"))

    dollars = charged(4, "92.00", "3.00", "89.00", customer_name="Hooli", customer_facing_amount="100.00", **usd)
    half = charged(
        5, "-46.00", "0.00", "-46.00", charge_id="ch_00000004", customer_facing_amount="-50.00", **usd | back
    )
    came(books, "43.00", at=301)
    order, _ = proposed(decided(books, stripe(dollars, half)))
    assert said(order)[1] == ("Hooli", "INV-2026-0004", Decimal("-50.00"))
    untold = half | {"customer_facing_amount": "", "customer_facing_currency": ""}
    assert asked(decided(books, stripe(dollars, untold))).key == "paid:txn_5"


def test_the_payouts_of_a_month_are_one_proposal_and_the_rest_waits(books: EmbeddedLedger) -> None:
    def row(at: int, on: str, **changed: str) -> dict[str, str]:
        return charged(
            at, "10.00", "0.50", "9.50", automatic_payout_id=f"po_{at}", automatic_payout_effective_at=on, **changed
        )

    name = {"customer_name": "Initech", "description": "INV-2026-0003"}
    text = stripe(*(row(at, f"2026-11-{at:02}", **name) for at in (10, 17, 24)), row(26, "2026-11-26", **name))
    came(books, "9.50", "11-11", at=301)
    came(books, "9.50", "11-18", at=302)
    order, move = proposed(decided(books, text))
    assert [each.bank_id for each in order.moves] == ["p301", "p302"]
    perform(books, [("11-19", order)], first=900)
    done = Outcome(move.key, "done", order)
    wait = waits(decided(books, text, done))
    assert [each.about for each in wait.conditions] == ["9.50 EUR 2026-11-24", "9.50 EUR 2026-11-26"]
    assert "and 1 more" in wait.why
    came(books, "9.50", "11-24", at=303)
    came(books, "9.50", "11-27", at=304)
    second, move = proposed(decided(books, text, done))
    assert [each.bank_id for each in second.moves] == ["p303", "p304"]
    no = Outcome(move.key, "rejected", second, reason="later")
    assert ended(decided(books, text, done, no)).count("not booked, as you said") == 2
    failed = Outcome(move.key, "failed", second, reason="the ledger was busy")
    assert "it could not be booked: the ledger was busy" in ended(decided(books, text, done, failed))


def test_one_movement_is_never_two_payouts_of_one_report(books: EmbeddedLedger) -> None:
    name = {"customer_name": "Initech", "description": "INV-2026-0003"}
    days = (("po_1", "2026-11-20"), ("po_2", "2026-11-21"))
    text = stripe(
        *(
            charged(at, "10.00", "0.50", "9.50", **name, automatic_payout_id=of, automatic_payout_effective_at=on)
            for at, (of, on) in enumerate(days)
        )
    )
    came(books, "9.50")
    order, move = proposed(decided(books, text))
    assert [each.bank_id for each in order.moves] == ["p300"]
    perform(books, [("11-22", order)], first=900)
    (condition,) = waits(decided(books, text, Outcome(move.key, "done", order))).conditions
    assert condition.about == "9.50 EUR 2026-11-21"


def test_while_another_proposal_is_about_the_movement_the_report_waits_for_it(books: EmbeddedLedger) -> None:
    came(books)
    wait = waits(decided(books, REPORT, held=Kept((), {("Checking", "p300"): "task-7"})))
    assert (wait.key, wait.conditions) == (f"{AFTER}task-7", (Condition("task", "task-7"),))


def test_a_report_that_is_refused_or_tells_of_no_payout_ends_its_task(books: EmbeddedLedger) -> None:
    came(books)
    assert ended(decided(books, REPORT[:-20])).startswith("nothing was booked: The report ends within quotes")
    nothing = stripe(NORTHWIND | {"automatic_payout_id": ""})
    assert ended(decided(books, nothing)) == "it tells of no payout of Stripe: nothing was paid out yet"
    sale = moved(1, "Payment", ("50.00", "-1.00", "49.00"), "49.00", Name="Initech")
    part = paypal(sale, moved(2, "General Withdrawal", ("-40.00", "0.00", "-40.00"), "9.00"))
    assert "not booked: it did not empty the account" in ended(decided(books, part))
    many = stripe(*(charged(at, "1.00", "0.00", "1.00") for at in range(201)))
    assert "it holds 201 payments, and 200 are the most for one yes" in ended(decided(books, many))
    books.room.write(MANUAL, '2026-11-01 * "broken"\n  Assets:Cash 1 EUR\n')
    assert ended(decided(books, REPORT)).startswith("nothing was booked: The ledger has an error")


@pytest.mark.parametrize("kind", [Transient, LockedOut])
def test_books_that_do_not_answer_are_waited_for(books: EmbeddedLedger, kind: type[EmployeeError]) -> None:
    def silent() -> BookReports:
        raise kind("nobody answers", hint="Wait.")

    tasks = TableTasks(books.room.vault, BankTasks(silent), silent, Drawer(Kept()))
    with pytest.raises(kind, match="nobody answers"):
        tasks.decide(task("payouts.csv"), REPORT.encode(), (), facts())
