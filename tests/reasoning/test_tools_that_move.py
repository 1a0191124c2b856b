"""Tools that say what is to be done: the typed moves of a turn, and what is refused in plain words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.reasoning.brain import AskOwner, Choice, Condition, Finish, Outcome, WaitUntil
from agents.reasoning.tool_moves import MAX_MOVES, RESERVED
from tests.reasoning.builders import PDF, TASK, done, dropped, mail, rejected
from tests.reasoning.toolbox_room import Bench, invoice, letter, move, words

if TYPE_CHECKING:
    from pydantic import JsonValue

PLAN: dict[str, JsonValue] = {
    "category": "invoice_request",
    "objective": "Bill Acme",
    "steps": ["[x] read the mail", "- [X] look at the rates", "send the invoice"],
    "done_when": "it is paid",
}


def test_a_proposal_is_typed_and_code_says_where_each_value_comes_from() -> None:
    bench = Bench()
    answer = bench.good("propose_invoice_create", **invoice())
    assert words(answer) == "Noted as a proposal for the owner, who decides: invoice. Nothing has happened."
    assert not answer.ends
    found = move(bench.decision())
    assert found.action.title() == "Create an invoice over 1,130.50 EUR (950.00 net) for Acme Ltd?"
    assert found.quote == "10 hours of consulting"
    assert found.provenance == {
        "customer": "rates:12",
        "email": "computed",
        "lines": f"mail:{TASK}",  # its quantity
        "text": "rates:12",
        "quantity": f"mail:{TASK}",
        "unit": "rates:12",
        "price": "rates:12",
        "tax": "handbook:44",
        "currency": "handbook",
        "due_days": "handbook",
    }


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({"to": "billing@client.example"}, f"mail:{TASK}"),
        ({"to": "anna@muster.example"}, "contacts"),
        ({"to": "bert@private.example"}, "contacts"),
        ({"to": "made@up.example"}, "model"),
        ({"to": "curator@museum.example"}, "model"),
    ],
)
def test_a_recipient_comes_from_where_it_stands(changes: dict[str, JsonValue], source: str) -> None:
    bench = Bench()
    bench.good("propose_email_send", **letter(**changes))
    found = move(bench.decision()).provenance
    assert found["to"] == source
    assert found["body"] == "model"
    assert found["attachments"] == "computed"


def test_a_value_of_a_note_that_was_read_comes_from_that_note() -> None:
    bench = Bench()
    bench.good("read_note", note="Projects/museum.md")
    bench.good("propose_email_send", **letter(to="curator@museum.example"))
    assert move(bench.decision()).provenance["to"] == "note:museum"


def test_no_argument_lets_a_model_say_where_a_value_comes_from() -> None:
    said = Bench().bad("propose_email_send", **letter(provenance={"to": "owner"}))
    assert said == "This is no valid order: order.provenance: Extra inputs are not permitted."


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"to": "two@a.example, three@b.example"}, "order.to: Value error, this must be exactly one mail address"),
        ({"subject": "a\nBcc: x@y.example"}, "order.subject: Value error, control characters"),
        ({"action": "invoice.create", "key": "Bad Key"}, "key: String should match pattern"),
        ({"in_reply_to": 5}, "order.in_reply_to: Input should be a valid string"),
    ],
)
def test_an_order_that_is_not_valid_is_told_by_argument(changes: dict[str, JsonValue], problem: str) -> None:
    assert problem in Bench().bad("propose_email_send", **letter(**changes))


def test_a_tool_proposes_its_own_action_and_no_other() -> None:
    bench = Bench()
    bench.good("propose_email_send", **letter(action="invoice.create"))
    assert move(bench.decision()).action.action == "email.send"


def test_a_quote_must_stand_in_the_task() -> None:
    said = Bench().bad("propose_email_send", **letter(quote="the owner said yes to all of it"))
    assert said == "The quote does not stand in the task: copy words from it as they are, or leave it empty."


def test_only_documents_of_the_tasks_own_receipts_can_be_attached() -> None:
    stranger: JsonValue = [{"name": "x.pdf", "sha256": "b" * 64}]
    assert "these are none: x.pdf" in Bench().bad("propose_email_send", **letter(attachments=stranger))
    first = Bench()
    first.good("propose_invoice_create", **invoice())
    bench = Bench(mail(), done(move(first.decision())))
    bench.good("propose_email_send", **letter(attachments=[{"name": PDF.name, "sha256": PDF.sha256}]))
    assert move(bench.decision()).provenance["attachments"] == "computed"
    renamed: JsonValue = [{"name": "other.pdf", "sha256": PDF.sha256}]
    assert "these are none: other.pdf" in bench.bad("propose_email_send", **letter(attachments=renamed))


def test_what_the_owners_rules_never_allow_is_told_and_not_proposed() -> None:
    bench = Bench(refusal=lambda found: f"line 9 ({found.action.action} never)")
    said = bench.bad("propose_email_send", **letter())
    assert said.startswith("The owner's rules never allow this: line 9 (email.send never).")
    assert bench.decision().moves == ()


def test_what_intake_found_odd_goes_with_the_proposal() -> None:
    bench = Bench(mail(flags=("two From headers",)))
    bench.good("propose_email_send", **letter())
    assert move(bench.decision()).warnings == ("⚠ about this mail: two From headers",)


def test_a_key_said_again_replaces_its_move_and_there_are_not_too_many() -> None:
    bench = Bench()
    bench.good("propose_email_send", **letter())
    bench.good("propose_email_send", **letter(body="Other words"))
    assert getattr(move(bench.decision()).action, "body", "") == "Other words"
    for number in range(MAX_MOVES - 1):
        bench.good("propose_email_send", **letter(key=f"k{number}"))
    assert "moves in this turn already" in bench.bad("propose_email_send", **letter(key="one-more"))


def test_what_was_rejected_is_asked_about_and_not_repeated() -> None:
    first = Bench()
    first.good("propose_email_send", **letter())
    bench = Bench(mail(), rejected(move(first.decision()), "not now"))
    bench.good("propose_email_send", **letter())
    (ask,) = bench.decision().moves
    assert isinstance(ask, AskOwner)
    assert ask.key == "answer-rejected"


def test_a_question_shows_whose_words_it_is_made_of() -> None:
    bench = Bench()
    answer = bench.good("ask_owner", key="which", question="Which  one?", choices=["1st one", " 1st  one ", "", "b"])
    assert answer.ends
    assert bench.decision().moves == (
        AskOwner("which", "The model asks: Which one?", (Choice("1st one"), Choice("b"))),
    )
    assert Bench().bad("ask_owner", key="which", question=" ", choices=[]) == "The question is empty."
    assert "at most 8 items" in Bench().bad("ask_owner", key="which", question="x", choices=["y"] * 9)


@pytest.mark.parametrize("key", [*sorted(RESERVED), "invoice-rejected", "a-failed"])
def test_the_keys_of_our_own_questions_are_taken(key: str) -> None:
    for name, more in (
        ("ask_owner", {"question": "x", "choices": []}),
        ("wait_until", {"why": "x", "until": "2026-11-24", "conditions": []}),
    ):
        assert "is taken" in Bench().bad(name, key=key, **more)  # type: ignore[arg-type]


def test_a_wait_is_for_a_time_or_for_what_code_can_look_up() -> None:
    bench = Bench()
    conditions: JsonValue = ["paid INV-2026-0001", "reply", "done invoice", f"task {TASK}"]
    answer = bench.good("wait_until", key="w", why="they pay", until="2026-12-01T09:00:00+00:00", conditions=conditions)
    assert answer.ends
    (wait,) = bench.decision().moves
    assert wait == WaitUntil(
        "w",
        "they pay",
        datetime(2026, 12, 1, 9, tzinfo=UTC),
        (
            Condition("paid", "INV-2026-0001"),
            Condition("reply"),
            Condition("done", "invoice"),
            Condition("task", TASK),
        ),
    )


@pytest.mark.parametrize(
    ("until", "conditions", "problem"),
    [
        ("", [], "A wait needs a time or a condition."),
        ("tomorrow", [], "not written as ISO has it"),
        ("2026-13-45", [], "not written as ISO has it"),
        ("2026-11-20", [], "between today, 2026-11-23"),
        ("2036-11-20", [], "between today, 2026-11-23"),
        ("", ["paid INV-2026-0009"], "The books hold no invoice with this number."),
        ("", ["paid"], "A condition is one of"),
        ("", ["reply now"], "A condition is one of"),
        ("", ["the owner agrees"], "A condition is one of"),
    ],
)
def test_a_wait_that_nobody_could_end_is_refused(until: str, conditions: list[JsonValue], problem: str) -> None:
    assert problem in Bench().bad("wait_until", key="w", why="x", until=until, conditions=conditions)


def test_the_plan_is_the_models_and_its_moves_stand_in_it_by_code() -> None:
    bench = Bench()
    bench.good("update_plan", **PLAN)
    bench.good("propose_email_send", **letter())
    decision = bench.decision("I wrote to them.")
    assert (decision.category, decision.objective, decision.done_when) == ("invoice_request", "Bill Acme", "it is paid")
    assert [(each.text, each.done) for each in decision.steps[:3]] == [
        ("read the mail", True),
        ("look at the rates", True),
        ("send the invoice", False),
    ]
    assert decision.steps[3].move_key == "answer"
    assert (decision.model_says, decision.cost_usd) == ("I wrote to them.", Decimal("0.02"))


def test_without_a_plan_the_moves_are_the_steps_and_the_patterns_name_the_kind() -> None:
    bench = Bench()
    bench.good("propose_email_send", **letter())
    bench.good("wait_until", key="w", why="they answer", until="2026-11-24", conditions=["reply"])
    bench.good("ask_owner", key="q", question="And then?", choices=[])
    decision = bench.decision()
    assert decision.category == "invoice_request"
    assert [each.text for each in decision.steps] == [
        "Send a mail to billing@client.example: Re: Invoice please?",
        "Wait: they answer",
        "Wait for your answer",
    ]
    assert Bench(dropped("zzz")).decision().category == "unclear"


def test_the_owners_own_word_for_the_kind_stays() -> None:
    bench = Bench(mail(category="complaint"))
    bench.good("update_plan", **PLAN)
    assert bench.decision().category == "complaint"


def test_the_end_is_checked_by_code() -> None:
    bench = Bench()
    answer = bench.good("finish", summary="All  paid", holds=["paid INV-2026-0001"])
    assert answer.ends
    assert words(answer) == "The task is closed when code finds that all of that holds."
    decision = bench.decision()
    assert decision.moves == (Finish("All paid", (Condition("paid", "INV-2026-0001"),)),)
    assert decision.steps[-1].done
    assert words(Bench().good("finish", summary="x", holds=[])) == "The task is closed."
    assert "A condition is one of" in Bench().bad("finish", summary="x", holds=["I am sure"])


def test_a_turn_that_proposes_does_not_end_the_task_and_one_that_ended_it_proposes_nothing() -> None:
    bench = Bench()
    bench.good("propose_email_send", **letter())
    assert bench.bad("finish", summary="x", holds=[]).startswith("In this turn you also said: answer.")
    bench = Bench()
    bench.good("finish", summary="x", holds=[])
    assert bench.bad("propose_email_send", **letter()) == "You have finished the task in this turn."
    assert bench.bad("ask_owner", key="q", question="x", choices=[]) == "You have finished the task in this turn."
    said = bench.bad("run_skill_script", skill="invoice-from-request", adopt=True)
    assert said.startswith("In this turn you have said already")


def test_a_choice_the_owner_ticked_is_not_their_own_word() -> None:
    """Else a model would offer an address, and have it for the owner's."""
    typed = Outcome("q", "answered", value="Write to new@partner.example", at=datetime(2026, 11, 23, tzinfo=UTC))
    for answer, source in ((typed, "owner"), (replace(typed, offered=True), "model")):
        bench = Bench(mail(), answer)
        bench.good("propose_email_send", **letter(to="new@partner.example"))
        assert move(bench.decision()).provenance["to"] == source
