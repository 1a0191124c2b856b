"""Answers stand in their thread and go where they are wanted; a mail that came back is asked about, with each brain."""

from __future__ import annotations

import pytest

from agents.connectors.email.actions import EmailSend
from agents.reasoning.brain import Outcome
from agents.reasoning.came_back import SETTLED
from agents.reasoning.escalation import worth_asking
from tests.reasoning.builders import TASK, answered, facts, finished, mail, playbook, proposed, question
from tests.reasoning.toolbox_room import Bench, letter, move, words

THREAD = ("<first@client.example>", "<second@studio.example>")
ELSEWHERE = "desk@other.example"
SENT = EmailSend(
    to="billing@client.example", subject="Invoice", body="Here it is.", in_reply_to="<walk-1@client.example>"
)
BOUNCED = Outcome("send", "bounced", SENT, value="550 5.1.1 no such user", reason="the address does not exist there")


def test_what_a_model_proposes_stands_in_the_thread_as_well() -> None:
    bench = Bench(mail(thread=THREAD))
    bench.good("propose_email_send", **letter())
    found = move(bench.decision())
    assert isinstance(found.action, EmailSend)
    assert found.action.references == THREAD
    assert found.provenance["references"] == f"mail:{TASK}"


def test_a_mail_that_answers_nothing_has_no_thread() -> None:
    bench = Bench(mail(thread=THREAD))
    bench.good("propose_email_send", **letter(in_reply_to=""))
    found = move(bench.decision())
    assert isinstance(found.action, EmailSend)
    assert found.action.references == ()
    assert found.provenance["references"] == "computed"


def test_a_model_reads_where_the_answer_is_wanted_and_the_owner_reads_both_addresses() -> None:
    bench = Bench(mail(reply_to=ELSEWHERE))
    assert f"Reply-To: {ELSEWHERE}" in words(bench.good("read_task", task=""))
    bench.good("propose_email_send", **letter(to=ELSEWHERE))
    found = move(bench.decision())
    assert found.provenance["to"] == f"mail:{TASK}"
    assert found.warnings[0] == (
        f"⚠ the mail came from billing@client.example and wants its answer at {ELSEWHERE}: do you know that address?"
    )


def test_a_model_cannot_ask_in_the_name_of_a_returned_mail() -> None:
    said = Bench().bad("ask_owner", key="send-bounced", question="Where to?", choices=[])
    assert "send-bounced" in said


def test_a_mail_that_came_back_is_asked_about_by_the_rules_alone() -> None:
    decision = playbook().decide(mail(), (BOUNCED,), facts())
    ask = question(decision)
    assert ask.key == "send-bounced"
    assert ask.question.startswith("Your mail to billing@client.example came back: the address does not exist there.")
    assert ask.quote == "550 5.1.1 no such user"
    assert not worth_asking(decision, (BOUNCED,), "unsure")


def test_the_owner_names_another_address_and_the_same_mail_is_proposed_to_it() -> None:
    known = (BOUNCED, answered("send-bounced", "Try <anna@client.example>, please."))
    again = proposed(playbook().decide(mail(), known, facts()))
    assert again.key == "send-again"
    assert again.action == SENT.model_copy(update={"to": "anna@client.example"})
    assert again.provenance["to"] == "owner"


@pytest.mark.parametrize(
    ("answer", "start"),
    [
        ("billing@CLIENT.example", "That is the address it came back from."),
        ("a@b.example or c@d.example", "I need exactly one mail address."),
        ("to the moon", "I need exactly one mail address."),
    ],
)
def test_what_is_no_other_address_is_asked_again(answer: str, start: str) -> None:
    ask = question(playbook().decide(mail(), (BOUNCED, answered("send-bounced", answer)), facts()))
    assert ask.question.startswith(start)


def test_what_came_back_without_its_order_cannot_be_sent_anew() -> None:
    lost = Outcome("send", "bounced", None, reason="the mailbox is full")
    first = question(playbook().decide(mail(), (lost,), facts()))
    assert first.question.startswith("Your mail came back: the mailbox is full.")
    again = question(playbook().decide(mail(), (lost, answered("send-bounced", "anna@client.example")), facts()))
    assert again.question.startswith("I cannot send this by myself.")


def test_settled_the_task_goes_on_as_if_it_had_arrived() -> None:
    before = playbook().decide(mail(), (), facts())
    after = playbook().decide(mail(), (BOUNCED, answered("send-bounced", SETTLED)), facts())
    assert before.moves == after.moves


def test_a_no_to_the_other_address_is_asked_about_and_another_may_be_named() -> None:
    known: tuple[Outcome, ...] = (BOUNCED, answered("send-bounced", "anna@client.example"))
    refused = proposed(playbook().decide(mail(), known, facts()))
    known = (*known, Outcome(refused.key, "rejected", refused.action, reason="not her"))
    ask = question(playbook().decide(mail(), known, facts()))
    assert ask.key == "send-again-rejected"
    third = proposed(playbook().decide(mail(), (*known, answered(ask.key, "bea@client.example")), facts()))
    assert third.action.recipient() == "bea@client.example"


def test_the_mail_sent_again_can_come_back_too() -> None:
    again = SENT.model_copy(update={"to": "anna@client.example"})
    known = (BOUNCED, answered("send-bounced", "anna@client.example"), Outcome("send-again", "done", again))
    assert playbook().decide(mail(), known, facts()).rule != "mail-came-back"
    back = Outcome("send-again", "bounced", again, reason="the mailbox is full")
    assert question(playbook().decide(mail(), (*known, back), facts())).key == "send-again-bounced"


def test_a_notice_about_a_mail_of_ours_ends_by_itself_until_the_owner_brings_it_back() -> None:
    notice = mail("Undelivered mail", notice_of="2026-11-23-email-send-7f3a9c21de")
    assert "[[2026-11-23-email-send-7f3a9c21de]]" in finished(playbook().decide(notice, (), facts()))
    reopened = playbook().decide(notice, (Outcome("", "reopened"),), facts())
    assert question(reopened).key == "reopened"
