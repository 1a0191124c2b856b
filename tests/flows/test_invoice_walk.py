"""The main job: a mail asks for an invoice; two approvals later it is booked, sent, and filed."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, TypeVar

import pytest
from pypdf import PdfReader

from tests.flows.employee import ADDRESS, Employee, mail, request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage
    from pathlib import Path

RATES = "| customer | service | unit | price | currency | tax |\n| --- | --- | --- | --- | --- | --- |\n"


Thing = TypeVar("Thing")


def only(things: Sequence[Thing]) -> Thing:
    assert len(things) == 1, things
    return things[0]


def asked(employee: Employee, body: str, number: int = 1) -> Path:
    """A request is dropped; the one invoice proposal it leads to."""
    employee.drop(f"request-{number}.eml", mail(body, number=number))
    employee.once()
    return only(employee.pending("invoice.create"))


def attached_pdf(message: EmailMessage) -> str:
    """The words of the one PDF that is attached."""
    content = only(list(message.iter_attachments())).get_payload(decode=True)
    assert isinstance(content, bytes)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_mail_becomes_a_booked_and_sent_invoice_after_two_approvals(employee: Employee) -> None:
    proposal = asked(employee, request())
    text = proposal.read_text(encoding="utf-8")
    assert "1,130.50 EUR" in text
    assert "950.00 EUR" in text
    assert "⚠ the mail" in text
    assert not employee.outbox()
    assert "Assets:AR" not in employee.ledger()

    employee.approve(proposal)
    employee.once()
    assert re.search(r"Assets:AR:Acme-Ltd +1130\.50 EUR", employee.ledger())
    assert not employee.outbox()
    send = only(employee.pending("email.send"))

    employee.approve(send)
    employee.once()
    message = only(employee.outbox())
    assert message["To"] == ADDRESS
    words = attached_pdf(message)
    assert "INV-2026-0001" in words
    assert "1,130.50 EUR" in words
    done = {each.name for each in employee.notes("Done")}
    assert {proposal.name, send.name} <= done
    assert any(name.startswith("plan-") for name in done)
    assert employee.status()["done"] == 1
    for folder in ("Needs_Action", "In_Progress", "Pending_Approval", "Approved", "Plans"):
        assert not employee.notes(folder), folder
    assert "INV-2026-0001" in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    sent = only([each for each in employee.notes("Done") if each.name == send.name])
    assert "not sent: no mail account" in sent.read_text(encoding="utf-8")
    assert "All holds" in employee.said("verify")


def test_the_owners_rate_wins_and_a_differing_price_is_shown(employee: Employee) -> None:
    rates = employee.vault / "Accounting" / "Rates.md"
    rates.write_text(f"{RATES}| Acme Ltd | consulting | h | 99.00 | EUR | 19 |\n", encoding="utf-8")
    text = asked(employee, request()).read_text(encoding="utf-8")
    assert "990.00" in text
    assert {"99.00", "95.00"} <= set(re.findall(r"\d+\.\d\d", text))


def test_hours_that_nobody_named_are_asked_and_the_answer_makes_the_proposal(employee: Employee) -> None:
    employee.drop("r.eml", mail("Hello,\n\nplease send us the invoice for the consulting at 95.00 EUR per hour."))
    employee.once()
    assert not employee.pending("invoice.create")
    question = only(employee.questions())
    text = question.read_text(encoding="utf-8")
    question.write_text(re.sub(r"(?m)^answer:.*$", 'answer: "12"', text), encoding="utf-8")
    employee.once()
    assert "1,140.00 EUR" in only(employee.pending("invoice.create")).read_text(encoding="utf-8")
    assert not employee.questions()


def test_a_price_that_nobody_named_is_asked(employee: Employee) -> None:
    (employee.vault / "Accounting" / "Rates.md").write_text(RATES, encoding="utf-8")
    employee.drop("r.eml", mail("Hello,\n\nplease send us the invoice for 10 hours of consulting."))
    employee.once()
    assert not employee.pending("invoice.create")
    employee.said("answer", only(employee.questions()).stem, "80", "EUR")
    employee.once()
    assert "800.00 EUR" in only(employee.pending("invoice.create")).read_text(encoding="utf-8")


def test_two_equal_invoices_both_run_and_one_mail_dropped_twice_runs_once(employee: Employee) -> None:
    for number in (1, 2):
        employee.approve(asked(employee, request(), number))
        employee.once()
    assert len(re.findall(r"(?m)^  Assets:AR:Acme-Ltd +1130\.50 EUR", employee.ledger())) == 2
    employee.drop("again.eml", mail(request(), number=1))
    employee.once()
    assert not employee.pending("invoice.create")
    assert not list((employee.vault / "Inbox").iterdir())


def test_what_was_rejected_is_never_proposed_again_with_the_same_arguments(employee: Employee) -> None:
    proposal = asked(employee, request())
    employee.said("reject", proposal.stem, "--reason", "they paid in cash")
    employee.once()
    assert (employee.vault / "Rejected" / proposal.name).is_file()
    assert not employee.pending("invoice.create")
    assert "they paid in cash" in only(employee.questions()).read_text(encoding="utf-8")


def test_why_and_log_tell_the_story_of_one_action(employee: Employee) -> None:
    proposal = asked(employee, request())
    employee.approve(proposal)
    employee.once()
    why = employee.said("why", proposal.stem)
    for words in ("10 hours of consulting", "invoice", "playbook", "by owner (moved)", "INV-2026-0001", "commit"):
        assert words in why
    log = employee.said("log", proposal.stem)
    assert "you said yes" in log
    assert "INV-2026-0001" in log


def test_undo_proposes_a_credit_note_and_says_why_a_mail_cannot_be_taken_back(employee: Employee) -> None:
    proposal = asked(employee, request("2 hours"))
    employee.approve(proposal)
    employee.once()
    assert "To undo it: Credit invoice INV-2026-0001" in employee.said("undo", proposal.stem)
    employee.once()
    credit = only(employee.pending("invoice.credit"))
    employee.approve(credit)
    employee.once()
    assert "CN-2026-0001" in employee.ledger() or "CN-2026-0002" in employee.ledger()
    send = only(employee.pending("email.send"))
    employee.approve(send)
    employee.once()
    refused = employee.call("undo", send.stem)
    assert refused.exit_code == 1
    assert "cannot be undone" in refused.output


def test_forgiving_more_than_the_limit_cannot_be_approved_without_proof(employee: Employee) -> None:
    proposal = asked(employee, request())
    employee.approve(proposal)
    employee.once()
    employee.said("undo", proposal.stem)
    employee.once()
    credit = only(employee.pending("invoice.credit"))
    ledger = employee.ledger()
    employee.approve(credit)
    employee.once()
    assert employee.ledger() == ledger
    assert "needs a proof" in employee.said("status")


@pytest.mark.parametrize("words", ["", "--json"])
def test_an_idle_run_changes_nothing(employee: Employee, words: str) -> None:
    asked(employee, request())
    before = {each: each.read_bytes() for each in employee.vault.rglob("*") if each.is_file()}
    employee.once()
    employee.said("status", *([words] if words else []))
    after = {each: each.read_bytes() for each in employee.vault.rglob("*") if each.is_file()}
    runner = employee.vault / "Health" / "runner.md"
    assert {path: content for path, content in after.items() if path != runner} == {
        path: content for path, content in before.items() if path != runner
    }


def test_why_tells_of_a_task_its_question_and_what_a_credit_note_undoes(employee: Employee) -> None:
    proposal = asked(employee, request("2 hours"))
    employee.drop("w.eml", mail("Thank you for the great work!", number=7))
    employee.once()
    question = only(employee.questions())
    assert question.stem in employee.said("why", question.stem)
    task = only([each for each in employee.ids("in_progress") if each in proposal.read_text(encoding="utf-8")])
    assert proposal.stem in employee.said("why", task)
    employee.approve(proposal)
    employee.once()
    employee.said("undo", proposal.stem)
    employee.once()
    assert f"undoes    {proposal.stem}" in employee.said("why", only(employee.pending("invoice.credit")).stem)
