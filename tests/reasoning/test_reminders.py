"""An invoice that was sent: reminded of on the days of the handbook, while the books say that it is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.books import InvoiceStanding, Standing, Unclear
from agents.connectors.contract import AttachmentRef, Money
from agents.connectors.email.actions import EmailSend
from agents.reasoning.brain import Condition, Facts, Finish, Outcome, ReminderStage, WaitUntil
from tests.reasoning.builders import (
    PDF,
    answered,
    choices,
    done,
    facts,
    finished,
    mail,
    playbook,
    proposed,
    question,
    rejected,
)

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, Move, ProposeAction, TaskView

BRAIN = playbook()
NUMBER = "INV-2026-0001"
SENT = date(2026, 11, 23)
DUE = date(2026, 12, 7)
PAID = InvoiceStanding(NUMBER, Money(Decimal("1130.50"), "EUR"), Decimal("0.00"), DUE, paid_on=date(2026, 12, 20))
OPEN = replace(PAID, open=Decimal("1130.50"), paid_on=None)
PART = replace(OPEN, open=Decimal("130.50"))
CREDITED = replace(PAID, credited=Decimal("1130.50"))
UNCLEAR = Unclear(NUMBER, "Accounting/manual.beancount:7: no valid transaction.")
WAKES = (Condition("paid", NUMBER), Condition("reply", ""))


SHORT = (ReminderStage(3, "friendly"), ReminderStage(14, "firm"))
LONG = (ReminderStage(-3, "notice"), *SHORT, ReminderStage(30, "last"), ReminderStage(45, "ask me"))


def on(day: date, standing: Standing | None = OPEN, stages: tuple[ReminderStage, ...] = SHORT) -> Facts:
    """The facts of a day; how the invoice stands in the books."""
    known = facts()
    book = replace(known.handbook, reminders=stages)
    return replace(known, handbook=book, today=day, invoices=(standing,) if standing else ())


def after(days: int) -> date:
    """So many days after it was due."""
    return DUE + timedelta(days=days)


def did(move: ProposeAction, day: date) -> Outcome:
    """The owner said yes, and it was done on that day."""
    outcome = done(move)
    assert outcome.receipt
    moment = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    details = {"due": DUE.isoformat()} if move.key == "invoice" else {}
    return replace(outcome, at=moment, receipt=replace(outcome.receipt, at=moment, details=details))


def sent(task: TaskView | None = None) -> tuple[Outcome, ...]:
    """The outcomes of a task whose invoice was booked and sent."""
    task = task or mail()
    invoice = did(proposed(BRAIN.decide(task, (), on(SENT))), SENT)
    return invoice, did(proposed(BRAIN.decide(task, (invoice,), on(SENT))), SENT)


def decide(facts: Facts, *outcomes: Outcome) -> Decision:
    return BRAIN.decide(mail(), (*sent(), *outcomes), facts)


def only(decision: Decision) -> Move:
    (move,) = decision.moves
    return move


def test_an_invoice_that_odoo_numbered_is_reminded_of_as_well() -> None:
    issued, mailed = sent()
    assert issued.receipt
    number = "INV/2026/00041"
    numbered = replace(issued, receipt=replace(issued.receipt, provider_id=number))
    decision = BRAIN.decide(mail(), (numbered, mailed), on(after(1), replace(OPEN, number=number)))
    (wait,) = decision.moves
    assert isinstance(wait, WaitUntil), wait
    assert Condition("paid", number) in wait.conditions
    moves = BRAIN.decide(mail(), (numbered, mailed), on(after(3), replace(OPEN, number=number))).moves
    assert [each.key for each in moves if not isinstance(each, Finish)] == ["reminder-1", "settled"]


def waits(decision: Decision) -> WaitUntil:
    move = only(decision)
    assert isinstance(move, WaitUntil), move
    assert move.conditions == WAKES
    return move


def until(decision: Decision) -> date:
    moment = waits(decision).until
    assert moment
    return moment.date()


def waited(key: str, value: str) -> Outcome:
    return Outcome(key, "waited", value=value)


def mail_of(decision: Decision) -> EmailSend:
    action = proposed(decision).action
    assert isinstance(action, EmailSend)
    return action


def reminder(number: int, day: date) -> Outcome:
    """That reminder was sent on that day."""
    earlier = (reminder(1, after(3)),) if number > 1 else ()
    return did(proposed(decide(on(after(14 if number > 1 else 3)), *earlier)), day)


def test_while_a_reminder_waits_for_the_owner_a_payment_wakes_the_task() -> None:
    letter, wait = decide(on(after(3))).moves
    assert letter.key == "reminder-1"  # type: ignore[union-attr]
    wakes = (*WAKES, Condition("owed", f"{NUMBER} 1130.50"))
    assert wait == WaitUntil("settled", f"{NUMBER}: the payment, while you decide", None, wakes)


def test_what_is_credited_while_a_letter_waits_makes_another_letter_of_it() -> None:
    less = replace(OPEN, open=Decimal("911.50"), credited=Decimal("219.00"))
    decision = decide(on(after(3), less), waited("settled", "owed"))
    letter, wait = decision.moves
    assert (proposed(decision).key, isinstance(wait, WaitUntil) and wait.key) == ("reminder-1", "settled-2")
    assert "911.50 EUR" in mail_of(decision).body
    assert "⚠ 219.00 were credited; 911.50 EUR of 1130.50 are open" in letter.warnings  # type: ignore[union-attr]


def test_while_a_credit_note_waits_for_the_owner_nobody_is_reminded() -> None:
    for today in (SENT, after(3), after(14)):
        wait = only(decide(replace(on(today), asked_back=frozenset({NUMBER}))))
        assert isinstance(wait, WaitUntil)
        assert (wait.key, wait.until) == ("credited", None)
        assert wait.conditions == (*WAKES, Condition("credited", NUMBER))
    others = replace(on(after(3)), asked_back=frozenset({"INV-2026-0002"}))
    assert proposed(decide(others)).key == "reminder-1"
    assert proposed(decide(on(after(3)), waited("credited", "credited"))).key == "reminder-1"
    again = only(decide(replace(on(after(3)), asked_back=frozenset({NUMBER})), waited("credited", "credited")))
    assert isinstance(again, WaitUntil)
    assert again.key == "credited-2"


def test_without_days_in_the_handbook_the_task_ends_when_the_mail_is_sent() -> None:
    end = only(decide(on(SENT, stages=())))
    assert end == Finish(
        "invoice INV-2026-0001 posted and sent", (Condition("done", "invoice"), Condition("done", "send"))
    )


def test_nobody_is_reminded_before_the_day() -> None:
    decision = decide(on(SENT))
    assert (waits(decision).key, until(decision)) == ("reminder-1-due", date(2026, 12, 10))
    assert until(decide(on(after(2)))) == after(3)
    assert [step.text for step in decision.steps[-3:]] == [
        "Remind on 2026-12-10, unless it is paid",
        "Remind on 2026-12-21, unless it is paid",
        "Wait for the payment of INV-2026-0001",
    ]


def test_on_the_third_day_a_friendly_reminder_with_the_invoice_is_proposed() -> None:
    for outcomes in ((), (waited("reminder-1-due", "time"),)):
        decision = decide(on(after(3)), *outcomes)
        action = mail_of(decision)
        assert proposed(decision).key == "reminder-1"
        assert (action.to, action.subject) == ("billing@client.example", "Reminder: invoice INV-2026-0001")
        assert action.attachments == (AttachmentRef(name=PDF.name, sha256=PDF.sha256),)
        assert "was due on 7 December 2026, and 1,130.50 EUR are still open" in action.body


def test_the_second_letter_is_due_on_the_fourteenth_day_and_firmer() -> None:
    first = reminder(1, after(3))
    decision = decide(on(after(3)), first)
    assert (waits(decision).key, until(decision)) == ("reminder-2-due", after(14))
    action = mail_of(decide(on(after(14)), first))
    assert action.subject == "Second reminder: invoice INV-2026-0001"
    assert "tell us when we can expect it" in action.body


@pytest.mark.parametrize(("day", "then"), [(3, 14), (7, 14), (12, 19)])
def test_a_first_reminder_that_goes_out_late_is_followed_a_week_later_at_the_earliest(day: int, then: int) -> None:
    assert until(decide(on(after(day)), reminder(1, after(day)))) == after(then)


def test_a_german_customer_is_reminded_in_german() -> None:
    task = mail("Bitte schicken Sie uns die Rechnung für 10 Stunden Beratung zu 95 € die Stunde.")
    action = BRAIN.decide(task, sent(task), on(after(3)))
    assert "war am 07.12.2026 fällig; bei uns sind noch 1.130,50 EUR offen" in mail_of(action).body
    outcomes = (*sent(task), did(proposed(action), after(3)))
    assert "Zweite Zahlungserinnerung" in mail_of(BRAIN.decide(task, outcomes, on(after(14)))).subject


def test_a_part_that_was_paid_is_not_asked_for_again_and_the_owner_sees_it() -> None:
    decision = decide(on(after(3), PART))
    assert "130.50 EUR are still open" in mail_of(decision).body
    assert "1,130.50" not in mail_of(decision).body
    assert "⚠ a part was paid; 130.50 EUR of 1130.50 are open" in proposed(decision).warnings


@pytest.mark.parametrize(
    "outcomes",
    [
        (),
        (waited("reminder-1-due", "paid"),),
        (waited("reminder-1-due", "reply"),),
        (waited("reminder-1-due", "time"), waited("reminder-1-due-2", "reply"), answered("reply", "what?")),
    ],
)
@pytest.mark.parametrize(("standing", "word"), [(PAID, "paid"), (CREDITED, "credited again")])
def test_paid_or_credited_ends_it_at_any_point(standing: Standing, word: str, outcomes: tuple[Outcome, ...]) -> None:
    for day in (SENT, after(3), after(90)):
        end = only(decide(on(day, standing), *outcomes))
        assert isinstance(end, Finish)
        assert end.summary == f"invoice INV-2026-0001 posted, sent and {word}"
        assert Condition("paid", NUMBER) in end.holds


def test_a_rejected_reminder_is_asked_about_and_may_be_left_out() -> None:
    no = rejected(proposed(decide(on(after(3)))), "not them")
    ask = question(decide(on(after(3)), no))
    assert "not them" in ask.question
    assert choices(ask) == ["leave this reminder out", "no more reminders, wait for the payment", "do nothing"]
    assert until(decide(on(after(3)), no, answered(ask.key, choices(ask)[0]))) == after(14)
    assert waits(decide(on(after(3)), no, answered(ask.key, choices(ask)[1]))).until is None
    assert "closed as you said" in finished(decide(on(after(3)), no, answered(ask.key, "do nothing")))


def test_while_the_books_cannot_tell_nobody_is_reminded_and_the_owner_is_asked_with_the_place() -> None:
    assert until(decide(on(after(2), UNCLEAR))) == after(3)
    ask = question(decide(on(after(3), UNCLEAR)))
    assert "Accounting/manual.beancount:7" in ask.question
    assert question(decide(on(after(3), UNCLEAR), answered("books", "look again"))).key == "books"
    assert proposed(decide(on(after(3)), answered("books", "look again"))).key == "reminder-1"
    assert question(decide(on(after(3), None))).key == "books"
    both = (reminder(1, after(3)), reminder(2, after(14)))
    assert question(decide(on(after(44), UNCLEAR), *both)).key == "books"


def test_an_answer_of_the_customers_is_asked_about_whatever_it_says() -> None:
    reply = waited("reminder-1-due", "reply")
    ask = question(decide(on(SENT), reply))
    assert [each for each in choices(ask) if "promised" not in each] == [
        *("go on reminding", "no more reminders, wait for the payment", "I do it myself")
    ]
    assert question(decide(on(after(3)), reply)).key == "reply"
    on_again = decide(on(SENT), reply, answered("reply", "go on reminding"))
    assert (waits(on_again).key, until(on_again)) == ("reminder-1-due-2", after(3))
    no_more = decide(on(after(20)), reply, answered("reply", "no more reminders, wait for the payment"))
    assert (waits(no_more).key, waits(no_more).until) == ("paid", None)
    assert "closed" in finished(decide(on(SENT), reply, answered("reply", "I do it myself")))
    misheard = question(decide(on(SENT), reply, answered("reply", "hm")))
    assert misheard.question.startswith("I do not know how to do that.")


def test_a_second_answer_is_asked_about_again_also_when_no_more_reminders_are_wanted() -> None:
    story = (
        *(waited("reminder-1-due", "reply"), answered("reply", "no more reminders, wait for the payment")),
        waited("paid", "reply"),
    )
    assert question(decide(on(after(3)), *story)).key == "reply"
    assert proposed(decide(on(after(3)), *story, answered("reply", "go on reminding"))).key == "reminder-1"


def test_skipping_the_wait_brings_the_reminder_now() -> None:
    assert proposed(decide(on(SENT), waited("reminder-1-due", "skipped"))).key == "reminder-1"


def test_when_a_payment_is_taken_out_of_the_books_again_the_wait_goes_on_under_a_new_key() -> None:
    assert waits(decide(on(SENT), waited("reminder-1-due", "paid"))).key == "reminder-1-due-2"


def test_after_the_letters_it_waits_and_asks_every_thirty_days() -> None:
    both = (reminder(1, after(3)), reminder(2, after(14)))
    decision = decide(on(after(14)), *both)
    assert (waits(decision).key, until(decision)) == ("overdue-1", after(44))
    ask = question(decide(on(after(44)), *both))
    assert "1130.50 EUR is not paid 44 days after it was due" in ask.question
    at = datetime(2027, 2, 1, 9, tzinfo=UTC)
    later = replace(answered("overdue", "wait another 30 days"), at=at)
    decision = decide(on(date(2027, 2, 1)), *both, later)
    assert (waits(decision).key, until(decision)) == ("overdue-2", date(2027, 3, 3))
    assert question(decide(on(date(2027, 3, 3)), *both, later)).key == "overdue"


def test_one_day_in_the_handbook_is_one_letter() -> None:
    one = (ReminderStage(5, "friendly"),)
    first = did(proposed(decide(on(after(5), stages=one))), after(5))
    assert until(decide(on(after(5), stages=one), first)) == after(35)
