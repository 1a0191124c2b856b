"""News from Odoo, in the words of its watcher: what is only told is filed, what needs the owner is asked until done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.odoo.reader import Look, Seen
from agents.reasoning.brain import Condition, Outcome, WaitUntil
from tests.reasoning.builders import answered, asked, choices, dropped, facts, finished, playbook, question
from watchers.odoo_news import news_of, overdue

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, TaskView

BRAIN = playbook()
SEEN = Seen(
    *(7, "INV/2026/00007", "out_invoice", "posted", "Northwind GmbH", "2026-11-01", "2026-11-14"),
    *(Decimal("1190.00"), Decimal("1190.00"), "EUR", "", "l", False),
)
OURS = replace(SEEN, is_ours=True)
LATE = next(overdue([SEEN], date(2026, 11, 23))).words
REMIND = "I remind them in Odoo"


def became(before: Seen | None, **changed: object) -> str:
    """What the watcher says when a document has changed so."""
    now = replace(before or SEEN, **changed)  # type: ignore[arg-type]
    (news,) = news_of(Look((now,), "p"), {now.number: before.text()} if before else {})
    return news.words


def told(*words: str) -> TaskView:
    text = (
        words[0] if len(words) == 1 else "\n".join(("2 things happened in Odoo:", "", *(f"- {each}" for each in words)))
    )
    return replace(dropped("x"), message_id="odoo:one many 1f", text=text, attachments=())


def decide(task: TaskView, *outcomes: Outcome) -> Decision:
    decision = BRAIN.decide(task, outcomes, facts())
    assert decision.category == "odoo"
    return decision


@pytest.mark.parametrize(
    "words",
    [
        became(None),
        became(SEEN, open=Decimal(0)),
        became(SEEN, open=Decimal("190.00")),
        became(SEEN, state="cancel"),
        became(None, kind="in_invoice", state="draft"),
        became(None, is_ours=True),
    ],
)
def test_what_is_only_told_is_filed(words: str) -> None:
    assert words[:60] in finished(decide(told(words)))


@pytest.mark.parametrize(
    ("words", "check"),
    [
        (became(OURS, total=Decimal("119.00")), "credit note"),
        (became(OURS, state="draft"), "out of the books"),
        (became(OURS, state="cancel"), "out of the books"),
        (became(replace(SEEN, open=Decimal(0)), open=SEEN.open), "your bank returned the money"),
    ],
)
def test_what_is_not_as_it_was_is_asked_with_what_to_look_at(words: str, check: str) -> None:
    task = told(words)
    ask = question(decide(task))
    assert words[:80] in ask.question
    assert check in ask.question
    assert choices(ask) == ["I put it right in Odoo", "it is right as it is", "ask me again later"]
    again = decide(task, answered(ask.key, "ask me again later")).moves[0]
    assert isinstance(again, WaitUntil)
    assert again.conditions == ()
    waited = Outcome(again.key, "waited", value="time")
    still = question(decide(task, answered(ask.key, "ask me again later"), waited))
    assert still.question.startswith("Still: ")
    assert still.key != ask.key
    end = decide(task, answered(ask.key, "ask me again later"), waited, answered(still.key, "it was my adviser"))
    assert finished(end).endswith("it was my adviser")


def test_a_late_invoice_is_waited_for_until_it_is_paid_and_asked_about_again() -> None:
    task = told(LATE)
    ask = question(decide(task))
    assert "INV/2026/00007 to Northwind GmbH is late: 1,190.00 EUR is open since 2026-11-14." in ask.question
    reminded = answered(ask.key, REMIND)
    wait = decide(task, reminded).moves[0]
    assert isinstance(wait, WaitUntil)
    assert wait.conditions == (Condition("paid", "INV/2026/00007"),)
    assert wait.until
    assert finished(decide(task, reminded, Outcome(wait.key, "waited", value="paid"))).endswith(REMIND)
    again = question(decide(task, reminded, Outcome(wait.key, "waited", value="time")))
    assert again.question.startswith("Still: ")
    assert finished(decide(task, answered(ask.key, "nothing more is to be done"))).endswith(
        "nothing more is to be done"
    )


def test_of_many_news_what_changed_comes_before_what_is_late() -> None:
    changed = became(OURS, state="draft")
    task = told(became(None), LATE, changed)
    first = decide(task)
    assert "draft again" in question(first).question
    assert "is late" not in question(first).question
    assert [each.done for each in first.steps] == [False, False]
    (later,) = decide(task, answered(question(first).key, "ask me again later")).moves
    assert isinstance(later, WaitUntil)
    assert later.conditions == ()  # that the late one is paid puts the other one right no more than before
    right = answered(question(first).key, "I put it right in Odoo")
    second = decide(task, right)
    assert "is late" in question(second).question
    assert [each.done for each in second.steps] == [True, False]
    assert "I put it right in Odoo" in finished(
        decide(task, right, answered(question(second).key, "nothing more is to be done"))
    )


def test_of_several_late_invoices_nobody_waits_for_one_alone() -> None:
    other = LATE.replace("00007", "00008")
    task = told(LATE, other)
    wait = decide(task, answered(question(decide(task)).key, REMIND)).moves[0]
    assert isinstance(wait, WaitUntil)
    assert wait.conditions == ()


def test_a_question_of_the_owners_that_they_sorted_here_says_where_the_figures_are() -> None:
    task = replace(asked("How do the books in Odoo stand?"), category="odoo")
    assert "`books` says how your books in Odoo stand" in finished(decide(task))
