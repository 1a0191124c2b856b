"""A payout of a payment service over the command line: the report waits for the bank, asks once, and is booked once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.connectors.bank.payout_files import charged, stripe
from tests.flows.test_bank import camt, know_the_account, told, yes
from tests.flows.test_books import invoiced, own_entry, today

if TYPE_CHECKING:
    from tests.flows.employee import Employee

SECOND = (
    "\n2000-01-01 open Assets:AR:Globex\n"
    '\n{day} * "Globex" "INV-{year}-0002 work" #invoice ^inv-{year}-0002\n  number: "INV-{year}-0002"\n'
    "  due: {day}\n  Assets:AR:Globex  100.00 EUR\n  Income:Services  -100.00 EUR\n"
)


def test_a_payout_pays_its_invoices_with_one_yes_once_its_movement_is_booked(employee: Employee) -> None:
    know_the_account(employee)
    invoiced(employee)  # 1,130.50 of Harbour Bakery
    own_entry(employee, SECOND.format(day=today() - timedelta(days=3), year=today().year))
    at = {"automatic_payout_effective_at": f"{today() - timedelta(days=1)} 00:00:00"}
    report = stripe(
        charged(1, "1130.50", "17.00", "1113.50", invoice=f"INV-{today().year}-0001") | at,
        charged(2, "100.00", "3.00", "97.00", customer_name="G. Smith", description="Order 12") | at,
    )
    employee.drop("payouts.csv", report)
    employee.once()
    assert employee.questions() == []
    assert "is not in the books yet: give the bank's next statement" in "".join(
        each.read_text(encoding="utf-8") for each in employee.notes("In_Progress")
    )

    employee.drop("november.xml", camt([("r1", "1210.50", "Stripe Technology Europe", "STRIPE PAYOUT")]))
    employee.once()
    assert "0 of 1 movements were matched" in yes(employee)
    (question,) = employee.questions()
    assert "G. Smith, 100.00 EUR, Order 12" in question.read_text(encoding="utf-8")
    employee.said("answer", question.stem, f"INV-{today().year}-0002, Globex, 100.00 EUR open")
    employee.once()
    (note,) = employee.pending("bank.explain")
    text = note.read_text(encoding="utf-8")
    assert "payout of Stripe: 2 payments, fee 20.00 (Bank-Fees)" in text
    assert told(employee)["unexplained"] == {"EUR": "1210.50"}
    employee.approve(note)
    employee.once()

    books = told(employee)
    assert (books["owed_to_you"], books["unexplained"]) == ([], {})
    assert books["costs"] == {"Expenses:Bank-Fees": {"EUR": "20.00"}}
    assert books["cash"] == {"Assets:Bank:Checking": {"EUR": "1210.50"}}
    employee.drop("again.csv", report.replace("Order 12", "Order 12 again"))
    employee.once()
    assert employee.pending("bank.explain") == []
    assert told(employee) == books
    done = "".join(each.read_text(encoding="utf-8") for each in employee.notes("Done"))
    assert "it is booked and explained already" in done
    assert employee.said("verify")
