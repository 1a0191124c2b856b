"""Stages of reminders: notice, letters, question, by customer; what the bank has not told yet, and promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from agents.reasoning.brain import Condition, Finish, ReminderStage, WaitUntil
from tests.reasoning.builders import answered, choices, mail, proposed, question
from tests.reasoning.test_reminders import (
    BRAIN,
    LONG,
    OPEN,
    PAID,
    SENT,
    SHORT,
    WAKES,
    after,
    decide,
    did,
    mail_of,
    on,
    only,
    reminder,
    sent,
    until,
    waited,
    waits,
)

if TYPE_CHECKING:
    from agents.reasoning.brain import Outcome


def test_the_stages_are_the_owners_a_notice_three_letters_and_a_question() -> None:
    """The dates: due on Monday the 7th of December; sent two weeks before."""
    sent_so_far: tuple[Outcome, ...] = ()
    subjects = []
    for days in (-3, 3, 14, 30):
        assert until(decide(on(after(days - 1), stages=LONG), *sent_so_far)) == after(days)
        letter = proposed(decide(on(after(days), stages=LONG), *sent_so_far))
        subjects.append(mail_of(decide(on(after(days), stages=LONG), *sent_so_far)).subject)
        sent_so_far += (did(letter, after(days)),)
    assert [each.key for each in sent_so_far] == ["notice", "reminder-1", "reminder-2", "reminder-3"]
    assert [each.partition(":")[0] for each in subjects] == ["Due soon", "Reminder", "Second reminder", "Last reminder"]
    assert until(decide(on(after(44), stages=LONG), *sent_so_far)) == after(45)
    ask = question(decide(on(after(45), stages=LONG), *sent_so_far))
    assert "is not paid 45 days after it was due" in ask.question


def test_a_notice_is_no_second_mail_within_a_week_and_none_once_it_is_due() -> None:
    late = (*sent()[:1], replace(sent()[1], receipt=None, at=datetime(2026, 11, 30, 10, tzinfo=UTC)))
    for day in (after(-3), after(-7)):
        decision = BRAIN.decide(mail(), late, on(day, stages=LONG))
        assert (waits(decision).key, until(decision)) == ("reminder-1-due", after(3))
    assert until(decide(on(after(0), stages=LONG))) == after(3)


def test_a_notice_that_came_too_late_leaves_the_question() -> None:
    notice = (ReminderStage(-3, "notice"),)
    assert until(decide(on(after(1), stages=notice))) == after(30)
    assert question(decide(on(after(30), stages=notice))).key == "overdue"


def test_only_a_question_without_any_letter_is_possible() -> None:
    stages = (ReminderStage(20, "ask me"),)
    assert until(decide(on(SENT, stages=stages))) == after(20)
    assert question(decide(on(after(20), stages=stages))).key == "overdue"


def test_a_customer_has_stages_of_their_own_or_none() -> None:
    own = (*SHORT, ReminderStage(12, "friendly", "ACME  ltd"), ReminderStage(4, "friendly", "Another"))
    assert until(decide(on(SENT, stages=own))) == after(12)
    none = (*SHORT, ReminderStage(0, "none", "Acme Ltd"))
    assert isinstance(only(decide(on(SENT, stages=none))), Finish)


def test_the_first_letter_needs_a_yes_whatever_the_rules_allow_and_later_ones_do_not() -> None:
    assert proposed(decide(on(after(3)))).provenance["body"] == "first"
    assert proposed(decide(on(after(14)), reminder(1, after(3)))).provenance["body"] == "computed"


WEDNESDAY = date(2026, 12, 16)


@pytest.mark.parametrize(
    ("bank_to", "is_fresh"),
    [
        (None, True),  # the owner's books take in no movements of a bank
        (date(2026, 12, 16), True),
        (date(2026, 12, 11), True),  # a Friday: Monday and Tuesday are two days
        (date(2026, 12, 12), True),
        (date(2026, 12, 10), False),
        (date(2026, 11, 10), False),
    ],
)
def test_nobody_is_reminded_on_what_an_old_statement_says(bank_to: date | None, *, is_fresh: bool) -> None:
    decision = decide(on(WEDNESDAY, replace(OPEN, bank_to=bank_to)))
    if is_fresh:
        assert proposed(decision).key == "reminder-1"
        return
    wait = only(decision)
    assert isinstance(wait, WaitUntil)
    assert f"newer statement of your bank, before anybody is reminded; its movements are in up to {bank_to}" in wait.why
    assert wait.until
    assert wait.until.date() == date(2026, 12, 23)
    assert wait.conditions == (*WAKES, Condition("bank", "2026-12-11"))


def test_when_no_newer_statement_comes_the_owner_is_asked_and_may_remind_all_the_same() -> None:
    stale = replace(OPEN, bank_to=date(2026, 12, 1))
    over = waited("reminder-1-bank", "time")
    ask = question(decide(on(date(2026, 12, 23), stale), over))
    assert "the movements of your bank are in up to 2026-12-01 only" in ask.question
    assert choices(ask)[:2] == ["look again", "remind all the same"]
    assert question(decide(on(date(2026, 12, 23), stale), over, answered("bank", "look again"))).key == "bank"
    assert proposed(decide(on(date(2026, 12, 23), OPEN), over, answered("bank", "look again"))).key == "reminder-1"
    anyway = replace(answered("bank", "remind all the same"), at=datetime(2026, 12, 23, 9, tzinfo=UTC))
    assert proposed(decide(on(date(2026, 12, 23), stale), over, anyway)).key == "reminder-1"
    first = reminder(1, date(2026, 12, 23))
    again = only(decide(on(date(2026, 12, 30), stale), over, anyway, first))
    assert isinstance(again, WaitUntil)
    assert again.key == "reminder-2-bank"


def test_a_promise_to_pay_puts_everything_off_until_its_day() -> None:
    reply = waited("reminder-1-due", "reply")
    ask = question(decide(on(after(3)), reply))
    promised = choices(ask)[1]
    assert promised == "they promised to pay: wait until 2026-12-24"
    said = datetime(2026, 12, 10, 9, tzinfo=UTC)
    for words, day in ((promised, date(2026, 12, 24)), ("wait until 20 December", date(2026, 12, 20))):
        answer = replace(answered("reply", words), at=said)
        decision = decide(on(after(3)), reply, answer)
        assert (waits(decision).key, until(decision)) == ("promised", day)
        assert proposed(decide(on(day), reply, answer)).key == "reminder-1"
        assert isinstance(only(decide(on(after(4), PAID), reply, answer)), Finish)
        assert question(decide(on(after(4)), reply, answer, waited("promised", "reply"))).key == "reply"


def test_a_second_promise_counts_though_the_first_was_not_waited_for() -> None:
    reply, skipped = waited("reminder-1-due", "reply"), waited("promised", "skipped")
    first = replace(answered("reply", "wait until 20 December"), at=datetime(2026, 12, 10, 9, tzinfo=UTC))
    assert proposed(decide(on(after(4)), reply, first, skipped)).key == "reminder-1"
    second = replace(answered("reply", "wait until 2027-01-20"), at=datetime(2026, 12, 12, 9, tzinfo=UTC))
    again = waited("reminder-1-due-2", "reply")
    assert until(decide(on(after(5)), reply, first, skipped, again, second)) == date(2027, 1, 20)
