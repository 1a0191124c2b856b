"""The owner's permissions over the command line: a row in the handbook decides, is named, and a bad one is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flows.employee import mail, request
from tests.flows.steps import only, proposed_invoice
from tests.flows.test_proof import enrolled

if TYPE_CHECKING:
    from tests.flows.employee import Employee

HEAD = "| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"


def permit(employee: Employee, row: str) -> int:
    """The owner adds a row to the table of permissions; its line."""
    path = employee.vault / "Company_Handbook.md"
    text = path.read_text(encoding="utf-8")
    assert HEAD in text
    path.write_text(text.replace(HEAD, f"{HEAD}{row}\n"), encoding="utf-8")
    return text[: text.index(HEAD)].count("\n") + 3


def test_the_handbook_that_comes_with_a_vault_is_right_and_changes_nothing(employee: Employee) -> None:
    note = proposed_invoice(employee).read_text(encoding="utf-8")
    assert "| risk | medium: an invoice we issue; it can be undone by a credit note | risk-table-1 |" in note
    assert "alert" not in " ".join(each.name for each in employee.notes("Needs_Action"))


def test_a_row_asks_for_a_proof_and_one_that_cannot_be_read_is_named(employee: Employee) -> None:
    line = permit(employee, "| | | invoices | above 1000 EUR | ask with proof |\n| | | posts | someday | never |")
    note = proposed_invoice(employee).read_text(encoding="utf-8")
    assert f"| risk | high: invoices above 1000 EUR: ask with proof | [[Company_Handbook]], line {line} |" in note
    assert "\ncode:" in note
    told = " ".join(each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action"))
    assert f"line {line + 1}" in told
    assert "until it is right it counts as posts: never" in told


def test_what_a_row_allows_is_done_and_every_trace_names_the_row(employee: Employee) -> None:
    line = permit(employee, "| | | invoices | from a mail | allow |")
    path = employee.vault / "Company_Handbook.md"
    text = path.read_text(encoding="utf-8")
    example = "| invoice | 900 EUR | Harbour Bakery | a mail | new |"
    assert example in text
    path.write_text(text.replace(f"{example} ask |", f"{example} allow |"), encoding="utf-8")
    employee.once()
    employee.said("policy", "confirm", "--code", enrolled(employee)[0])
    employee.drop("request.eml", mail(request()))
    employee.once()
    assert employee.pending("invoice.create") == []
    assert "Assets:AR:Acme-Ltd" in employee.ledger()
    done = only([each for each in employee.notes("Done") if "invoice-create" in each.name])
    row = f"line {line} of your handbook"
    assert f"approved by policy ({row} (invoices from a mail: allow), " in done.read_text(encoding="utf-8")
    assert f"done by policy ({row} (invoices from a mail: allow))" in employee.said("why", done.stem)
    assert f"{row} lets {done.stem} be done without your yes" in employee.said("log", done.stem)
    employee.said("verify")


def test_what_needs_more_by_the_time_it_is_done_comes_back_with_the_reason(employee: Employee) -> None:
    invoice = proposed_invoice(employee)
    employee.approve(invoice)
    permit(employee, "| | | invoices | | ask with proof |")
    employee.once()
    assert "Assets:AR:Acme-Ltd" not in employee.ledger()
    again = only(employee.pending("invoice.create"))
    assert again.name != invoice.name
    assert f"You said yes to this as {invoice.stem}" in again.read_text(encoding="utf-8")
    assert f"did not do {invoice.stem}, which needs more than your yes by now" in employee.said("log", invoice.stem)
