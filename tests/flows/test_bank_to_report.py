"""A line of the bank on its way to the report: booked, given its cost by what was paid before, told, and proved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.flows.test_bank import camt, know_the_account, told, yes
from tests.flows.test_books import own_entry, today

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

RECEIPT = """{vendor}
14 Market Street
RECEIPT {number}   {day}
VAT 19% {tax}
Total EUR {total}
Paid by card {total}
"""
BEFORE = '\n{day} * "Office shop" "paper"\n  Expenses:{name}  20.00 EUR\n  Assets:Cash\n'


def spent(employee: Employee, *names: str) -> None:
    """What the owner wrote down of earlier purchases in one shop, in cash."""
    for name in names:
        own_entry(employee, BEFORE.format(day=today(), name=name))


def booked(employee: Employee) -> None:
    """Three movements of the bank with a yes: two of the shop, one nobody knows anything about."""
    lines = [
        ("r1", "-23.80", "OFFICE SHOP GMBH 12", "card 4711"),
        ("r2", "-6.20", "Office Shop", "card 4711"),
        ("r3", "-9.00", "Nobody", "hello"),
    ]
    employee.drop("january.xml", camt(lines, opening="500.00"))
    employee.once()
    yes(employee)


def proposal(employee: Employee) -> Path:
    (note,) = employee.pending("bank.explain")
    return note


def cause_of(why: str) -> str:
    """The task of a proposal, as `why` names it as its cause."""
    (cause,) = (line for line in why.splitlines() if line.startswith("cause"))
    return cause.partition('" - ')[2].partition(",")[0]


def test_a_line_of_the_bank_becomes_a_cost_in_the_report_and_the_chain_tells_how(employee: Employee) -> None:
    know_the_account(employee)
    spent(employee, "Office", "Office")
    booked(employee)
    assert told(employee)["unexplained"] == {"EUR": "-39.00"}
    assert told(employee)["costs"] == {"Expenses:Office": {"EUR": "40.00"}}
    note = proposal(employee)
    text = note.read_text(encoding="utf-8")
    assert "# Book what 2 movements of Checking were for?" in text
    assert "no receipt is known for 2 of these movements" in text
    assert "Nobody" in text
    before = employee.ledger()
    employee.once()
    assert employee.ledger() == before  # nothing without a yes
    employee.approve(note)
    employee.once()
    books = told(employee)
    assert books["costs"] == {"Expenses:Office": {"EUR": "70.00"}}
    assert books["unexplained"] == {"EUR": "-9.00"}
    assert books["cash"]["Assets:Bank:Checking"] == {"EUR": "461.00"}  # type: ignore[index]
    assert employee.ledger().startswith(before[:200])
    assert "OFFICE SHOP GMBH 12" in employee.said("books", "--rows")
    done = "".join(each.read_text(encoding="utf-8") for each in employee.notes("Done"))
    assert "booked as you said, and the costs too. Not explained yet:" in done
    why = employee.said("why", note.stem)
    told_why = (
        "Book what 2 movements of Checking were for?",
        "by the rule bank",
        "answer    done by owner",
        "receipt  ",
    )
    assert [each for each in told_why if each not in why] == []
    assert why.count("commit  ") == 4  # filed, approved, intended, done
    story = employee.said("why", cause_of(why))
    assert story.index("Book 4 movements of Checking? - done") < story.index(
        "Book what 2 movements of Checking were for? -"
    )
    assert employee.said("log", note.stem).count("\n") >= 4
    assert employee.said("verify")


def test_what_differs_is_one_question_for_a_payee_and_one_proposal(employee: Employee) -> None:
    know_the_account(employee)
    spent(employee, "Office", "Travel", "Office")
    booked(employee)
    assert employee.pending("bank.explain") == []
    (question,) = employee.questions()
    assert "50 %" in question.read_text(encoding="utf-8")
    employee.said("answer", question.stem, "Travel")
    employee.once()
    employee.said("reject", proposal(employee).stem)
    employee.once()
    assert told(employee)["unexplained"] == {"EUR": "-39.00"}
    assert employee.pending("bank.explain") == []
    assert employee.questions() == []
    assert employee.said("verify")


def receipt(vendor: str, total: str, tax: str, number: int = 1) -> str:
    return RECEIPT.format(vendor=vendor, day=today() - timedelta(days=2), total=total, tax=tax, number=number)


def test_a_receipt_and_its_movement_become_one_entry_with_its_vat_whichever_comes_first(employee: Employee) -> None:
    know_the_account(employee)
    employee.drop("scan-1.txt", receipt("Office Shop", "119.00", "19.00"))
    employee.once()
    (whose,) = employee.questions()
    employee.said("answer", whose.stem, "Office")
    lines = [("r1", "-119.00", "OFFICE SHOP GMBH 12", "card"), ("r2", "-59.50", "Print House", "card")]
    employee.drop("january.xml", camt(lines, opening="500.00"))
    employee.once()
    yes(employee)
    note = proposal(employee)
    text = note.read_text(encoding="utf-8")
    assert "Office 100.00 + 19 % VAT, receipt Files/" in text
    assert "no receipt is known" not in text
    assert "Print House" in text  # what stays unexplained
    employee.approve(note)
    employee.once()
    books = told(employee)
    assert (books["costs"], books["unexplained"]) == ({"Expenses:Office": {"EUR": "100.00"}}, {"EUR": "-59.50"})
    assert employee.ledger().count('receipt: "Files/') == 1

    employee.drop("scan-2.txt", receipt("Print House", "59.50", "9.50", 2))
    employee.once()
    (what_for,) = employee.questions()
    employee.said("answer", what_for.stem, "Office")
    employee.once()
    employee.approve(proposal(employee))
    employee.once()
    books = told(employee)
    assert (books["costs"], books["unexplained"]) == ({"Expenses:Office": {"EUR": "150.00"}}, {})
    assert books["vat"]["VAT paid"] == {"EUR": "28.50"}  # type: ignore[index]
    assert employee.ledger().count('receipt: "Files/') == 2

    employee.drop("scan-3.txt", receipt("Print House", "59.50", "9.50", 3))  # nothing is left that it could belong to
    employee.once()
    (whose,) = employee.questions()
    assert "A receipt: 59.50 EUR" in whose.read_text(encoding="utf-8")
    assert employee.said("verify")
