"""What each skill does beyond its example: the whole way of a task, and what it does when something is not plain."""

from __future__ import annotations

import runpy
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.connectors.email.actions import EmailSend
from agents.reasoning.asks import asks_in
from agents.reasoning.billing_papers import read_paper
from agents.reasoning.brain import AskOwner, Outcome, ProposeAction, Rate, WaitUntil
from tests.reasoning.builders import answered, asked, done, dropped, facts, finished, mail, playbook, proposed, question

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, Facts, TaskView

SKILLS = Path(__file__).resolve().parents[2] / "skills"
BRAIN = playbook()
FACTS = facts()
TODAY = date(2026, 11, 23)


def decide(task: TaskView, *outcomes: Outcome, known: Facts = FACTS) -> Decision:
    return BRAIN.decide(task, outcomes, known)


def plan(decision: Decision) -> list[str]:
    return [each.text for each in decision.steps]


# ---- mails that wait for an answer ----

QUESTION = mail(
    "Hello,\n\ncould you tell us whether you also work on Saturdays?\n\n> old?\n\nAcme Ltd", subject="Hours"
)


def sent(decision: Decision) -> EmailSend:
    action = proposed(decision).action
    assert isinstance(action, EmailSend)
    return action


def test_the_owners_words_become_the_letter_to_the_sender_and_to_nobody_else() -> None:
    ask = question(decide(QUESTION))
    letter = sent(decide(QUESTION, answered(ask.key, "Yes, until noon.\n\nSee you then.")))
    assert (letter.to, letter.subject) == ("billing@client.example", "Re: Hours")
    assert letter.body.startswith("Hello Acme Ltd,\n\nYes, until noon.\n\nSee you then.\n\nKind regards\n")
    move = proposed(decide(QUESTION, answered(ask.key, "Yes, until noon.\n\nSee you then.")))
    assert finished(decide(QUESTION, answered(ask.key, "Yes."), done(move))) == "answered in your words"


def test_after_a_no_the_owner_writes_anew() -> None:
    first = answered("answer", "Yes.")
    move = proposed(decide(QUESTION, first))
    no = Outcome("reply", "rejected", move.action)
    again = answered("reply-rejected", "another text: I write it anew")
    assert question(decide(QUESTION, first, no, again)).key == "answer"
    assert "No, never." in sent(decide(QUESTION, first, no, answered("reply-rejected", "No, never."))).body
    assert "Perhaps." in sent(decide(QUESTION, first, no, again, answered("answer", "Perhaps."))).body


def test_what_they_ask_stands_in_the_plan_and_what_they_quote_does_not() -> None:
    steps = plan(decide(QUESTION))
    assert "They ask: could you tell us whether you also work on Saturdays?" in steps
    assert not any("old" in each for each in steps)
    assert steps[0] == "Read the mail of Acme Ltd (new: their first mail)"
    assert plan(decide(replace(QUESTION, sender_known=True)))[0] == "Read the mail of Acme Ltd (known to you)"


@pytest.mark.parametrize(
    "words",
    ["Could you send us a quote for a logo?", "There is a mistake in the invoice.", "I apply for the job opening."],
)
def test_requests_for_quotes_applications_and_questions_about_invoices_are_answered_too(words: str) -> None:
    assert decide(mail(words, subject="")).rule == "email-triage-and-reply"


# ---- receipts ----


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Copyshop Nord\nDatum 02.11.2026\nGesamtbetrag 1.190,00 EUR\nMwSt 19% 190,00",
         "1190.00 EUR, 2026-11-02, Copyshop Nord, of it 190.00 tax"),
        ("RECEIPT\nCafe Lune\n3 Nov 2026\nTotal $12.50", "12.50 USD, 2026-11-03, Cafe Lune, no tax found"),
        ("Cafe\nNovember 3, 2026\nTotal 12.50\nTotal 13.50", "no amount found, 2026-11-03, Cafe, no tax found"),
        ("Shop\n03/04/2026\nTotal EUR 5.00\nPaid GBP 5.00",
         "5.00 (no currency found), no day found, Shop, no tax found"),
        ("Shop\n13/04/2026\nSubtotal 4.00\nPaid by card £5.00", "5.00 GBP, 2026-04-13, Shop, no tax found"),
        ("Shop\n2026-12-24\nReceipt\nTotal 5.00 €\nVAT 3.00\nVAT 1.00", "5.00 EUR, no day found, Shop, no tax found"),
        ("Shop\n2026-02-30\nReceipt\nTotal 5.00 €\nVAT 9.00", "5.00 EUR, no day found, Shop, no tax found"),
        ("receipt\nTotal paid", "no amount found, no day found, no vendor found, no tax found"),
    ],
)  # fmt: skip
def test_a_receipt_is_read_and_what_is_not_plain_is_left_open(text: str, read: str) -> None:
    task = replace(dropped(text), category="receipt")
    assert f"A receipt: {read}." in question(decide(task)).question
    assert finished(decide(task, answered("expense", "personal"))) == f"receipt filed: personal: {read}"


def test_who_sent_a_receipt_by_mail_is_its_vendor() -> None:
    task = mail("Thank you for your purchase. Total paid 14.28 EUR by card.", subject="Receipt", sender_name="Print Co")
    assert "14.28 EUR, no day found, Print Co" in question(decide(task)).question


def test_a_receipt_is_asked_about_with_what_was_read_of_the_paper_and_nothing_else() -> None:
    text = "Copyshop Nord\nQuittung\n02.11.2026\nLieferung 24.12.2026\nZahlbetrag 5,00 SEK\nBezahlt bar 5,00"
    task = dropped(text)
    assert read_paper(text).kind == "receipt"
    assert "A receipt: 5.00 SEK, 2026-11-02, Copyshop Nord, no tax found." in question(decide(task)).question
    assert {each.name for each in (SKILLS / "expense-from-receipt" / "scripts").glob("*.py")} == {"playbook.py"}


# ---- meetings ----


@pytest.mark.parametrize(
    ("words", "time", "moment"),
    [
        ("Passt Ihnen Montag, 14.12. um 10 Uhr?", "Montag, 14.12. um 10 Uhr", "2026-12-14T10:00:00"),
        ("Geht es am 14.12.2026 um 9:30?", "14.12.2026 um 9:30", "2026-12-14T09:30:00"),
        ("Montag um 14.30.", "Montag um 14.30", "2026-11-30T14:30:00"),
        ("Am Dienstag, den 1.12., 16 Uhr?", "Dienstag, den 1.12., 16 Uhr", "2026-12-01T16:00:00"),
        ("Freitag, 3.1. um 8 Uhr?", "Freitag, 3.1. um 8 Uhr", "2027-01-03T08:00:00"),
        ("Montag, 14.12.?", "Montag, 14.12.", None),
        ("Montag, 31.2. um 8 Uhr?", "Montag, 31.2. um 8 Uhr", None),
    ],
)
def test_a_date_behind_a_weekday_is_no_time_of_day(words: str, time: str, moment: str | None) -> None:
    script = runpy.run_path(str(SKILLS / "meeting-preparation/scripts/playbook.py"))
    given = {"task": {"subject": "", "text": words, "received": "2026-11-25"}, "attached": []}
    (said,) = script["proposed"](given)
    found = script["moment_of"](given, said)
    assert (said, found.isoformat() if found else None) == (time, moment)


MEETING = mail("Are you free for a call on Tuesday at 10? We could meet on Zoom.", subject="Campaign")


def test_a_time_of_theirs_is_agreed_to_in_a_letter_only_when_the_owner_says_so() -> None:
    ask = question(decide(MEETING))
    assert [each.text for each in ask.choices] == [
        "yes, Tuesday",
        "I answer it myself",
        "file it, nothing is to be done",
    ]
    letter = decide(MEETING, answered(ask.key, ask.choices[0].text))
    assert f"{ask.choices[0].text.removeprefix('yes, ')} suits me." in sent(letter).body
    assert "the meeting is yours" in finished(decide(MEETING, answered(ask.key, "ok"), done(proposed(letter))))


def test_in_german_the_answer_is_german_and_other_words_are_the_owners() -> None:
    task = mail("Haben Sie am Dienstag um 10:00 Uhr Zeit für ein Treffen?", subject="Termin", category="appointment")
    ask = question(decide(task))
    assert ask.choices[0].text == "yes, Dienstag um 10:00 Uhr"
    assert "Dienstag um 10:00 Uhr passt mir." in sent(decide(task, answered(ask.key, ask.choices[0].text))).body
    assert "Lieber Mittwoch." in sent(decide(task, answered(ask.key, "Lieber Mittwoch."))).body


def test_what_the_mail_does_not_say_is_named_as_missing_and_never_made_up() -> None:
    task = mail("Could we schedule a meeting?", subject="", category="appointment")
    ask = question(decide(task))
    assert "at a time they do not name" in ask.question
    steps = plan(decide(task))
    assert {"About: not said", "When, in their words: not said", "Where, in their words: not said"} <= set(steps)


def test_another_text_is_asked_for_after_a_no() -> None:
    first = answered("meeting", "Tuesday is fine.")
    move = proposed(decide(MEETING, first))
    no = Outcome("reply", "rejected", move.action)
    again = answered("reply-rejected", "another text: I write it anew")
    assert question(decide(MEETING, first, no, again)).key == "meeting"


# ---- requests of the owner ----

RATE = Rate("Acme Ltd", "consulting", "h", FACTS.handbook.tax, "EUR", FACTS.handbook.tax, 3)
SEVERAL = asked(
    "- Invoice Acme Ltd for 3 hours of consulting\n- remind me of the contract on 2026-12-01\n- book a table"
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Invoice Acme Ltd for 3 hours of consulting", 1),
        ("Please invoice Acme Ltd. for 3 hours of consulting and training", 1),
        ("Draft and send the offer to Acme Ltd", 1),
        ("Invoice Acme Ltd for 3 hours and remind me of Bob on 2026-12-01", 2),
        ("Find out what Acme owes us. Write a reminder.", 2),
        ("1. Call Nora\n2) Send the list; check the bank\n* Book a table", 4),
        ("Rechne 3 Stunden für Acme ab und dann erinnere mich morgen an den Vertrag", 2),
        ("Send it to Dr. Meier at once", 1),
        ("call", 1),
        ("\n".join(f"Call number {number}" for number in range(9)), 1),
    ],
)
def test_a_request_is_taken_apart_only_where_the_owner_set_it_apart(text: str, parts: int) -> None:
    assert len(asks_in(text)) == parts


def test_what_is_too_short_to_be_an_ask_belongs_to_the_one_before() -> None:
    assert asks_in("Call Nora and write") == ("Call Nora and write",)


def test_several_asks_become_a_plan_with_separate_moves_and_each_is_settled_by_itself() -> None:
    decision = decide(SEVERAL, known=facts(RATE))
    invoice, wait, ask = decision.moves
    assert isinstance(invoice, ProposeAction)
    assert isinstance(wait, WaitUntil)
    assert isinstance(ask, AskOwner)
    assert (invoice.key, wait.key, ask.key) == ("invoice-1", "remind-2", "request-3")
    assert 'how to do "book a table"' in ask.question
    assert [each.move_key for each in decision.steps] == ["invoice-1", "remind-2", "request-3"]

    left = answered("request-3", "leave this part out")
    posted = done(invoice)
    later = decide(SEVERAL, posted, left, known=facts(RATE))
    assert [each.done for each in later.steps] == [True, False, True]
    assert [type(each) for each in later.moves] == [WaitUntil]

    came = Outcome("remind-2", "waited", value="time")
    now = decide(SEVERAL, posted, left, came, known=facts(RATE))
    assert "reminded: the contract on 2026-12-01" in question(now).question
    end = decide(SEVERAL, posted, left, came, answered("remind-now-2", "it is done"), known=facts(RATE))
    assert finished(end) == "all 3 parts of your request are settled"


def test_a_part_may_be_left_out_at_any_of_its_questions_without_the_others() -> None:
    task = asked("Invoice for 3 hours of consulting; invoice Acme Ltd for 2 hours of consulting")
    first, second = decide(task, known=facts(RATE)).moves
    assert isinstance(first, AskOwner | ProposeAction)
    assert isinstance(second, ProposeAction)
    later = decide(task, answered("customer-1", "I do this part myself"), done(second), known=facts(RATE))
    assert finished(later) == "all 2 parts of your request are settled"


def test_a_skipped_part_is_settled() -> None:
    later = decide(SEVERAL, Outcome("remind-2", "skipped", reason="wait"), known=facts(RATE))
    assert [each.done for each in later.steps] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Remind me tomorrow of the bank", date(2026, 11, 24)),
        ("Erinnere mich am 1.12.2026 an den Vertrag", date(2026, 12, 1)),
        ("Remind me to call Nora in two weeks", date(2026, 12, 7)),
        ("Remind me to call Nora on Monday", date(2026, 11, 30)),
    ],
)
def test_a_reminder_waits_for_its_day(text: str, day: date) -> None:
    (move,) = decide(asked(text)).moves
    assert isinstance(move, WaitUntil)
    assert move.until is not None
    assert move.until.astimezone().date() == day


@pytest.mark.parametrize("text", ["Remind me of the bank", "Remind me on Monday or Tuesday", "Remind me on 2026-02-30"])
def test_a_reminder_without_one_plain_day_is_a_question(text: str) -> None:
    ask = question(decide(asked(text)))
    assert ask.question.startswith("I do not know yet how to do what you asked.")
    assert finished(decide(asked(text), answered(ask.key, "call me on Friday"))) == "as you said: call me on Friday"


def test_a_reminder_whose_day_is_there_asks_at_once() -> None:
    ask = question(decide(asked("Remind me of the bank on 2026-11-23")))
    assert ask.question == "You wanted to be reminded: the bank on 2026-11-23. Is it done?"


# ---- notices that something failed ----


def notice(text: str, subject: str = "Notice") -> TaskView:
    return mail(text, subject=subject, category="outage", sender_name="Host")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("550 5.1.1 User unknown", "the address does not exist (medium)"),
        ("452 4.2.2 mailbox full", "the mailbox is full (medium)"),
        ("554 5.7.1 rejected as spam", "taken for spam or forbidden (high)"),
        ("Your message is delayed, the server will keep trying", "the server tries again by itself (low)"),
        ("Your card has expired, so we could not renew", "the card has expired (high)"),
        ("Your last payment was declined", "A payment failed (high)"),
        ("Die Lastschrift ist fehlgeschlagen", "A payment failed (high)"),
        ("The certificate for shop.example expires in 3 days", "certificate or domain runs out (high)"),
        ("Backup of server 2 failed", "A backup failed (high)"),
        ("Your storage is almost full", "nearly so (medium)"),
        ("The incident has been resolved", "said to be over (low)"),
        ("Scheduled maintenance on Sunday", "A maintenance is announced (low)"),
        ("The shop is down since 9:00", "A service is out (high)"),
        ("The nightly import failed", "A job of a machine failed (medium)"),
        ("Error rate above 5 %", "A program reports errors (medium)"),
        ("Something is odd", "cannot tell what (medium)"),
    ],
)
def test_a_failure_is_sorted_by_cause_and_severity_with_a_next_step(text: str, words: str) -> None:
    ask = question(decide(notice(text)))
    assert words in ask.question
    assert "Next step: " in ask.question


def test_a_failure_that_is_put_off_is_asked_about_a_day_later() -> None:
    task = notice("The shop is down")
    later = replace(answered("error-1", "remind me tomorrow"), at=datetime(2026, 11, 23, 12, tzinfo=UTC))
    (wait,) = decide(task, later).moves
    assert isinstance(wait, WaitUntil)
    assert wait.until is not None
    assert wait.until.astimezone().date() == date(2026, 11, 24)
    came = Outcome("again-1", "waited", value="time")
    ask = question(decide(task, later, came))
    assert ask.question.startswith("Is it solved? A service is out (high).")
    assert finished(decide(task, later, came, answered(ask.key, "it is solved: close it"))).endswith(
        "settled as you said"
    )
