"""What an assistant may have paid: what is plainly open, to the account that the books know, with the owner's yes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.assistant_proposals import Wish, drafted
from agents.connectors.payment.actions import BillPayment, PaymentPrepare
from agents.durability.journal import looking
from agents.errors import NotAllowed
from agents.servers.books_mcp_server import BooksDoor
from agents.servers.recording import MODELS
from tests.clock import NOON
from tests.flows.steps import only
from tests.flows.test_books import today
from tests.servers.replies import recorded, task_of
from tests.servers.test_books_door import own_entry

if TYPE_CHECKING:
    from tests.flows.employee import Employee

IBAN, OTHER = "DE02120300000000202051", "AT611904300234573201"
NUMBER = "BILL-2026-0001"


def bill(at: int, vendor: str) -> str:
    account = f"Liabilities:AP:{vendor}"
    return (
        f'\n{today()} open {account}\n  vendor: "{vendor}"\n{today()} * "{vendor}" "x" #bill ^bill-2026-000{at}\n'
        f'  number: "BILL-2026-000{at}"\n  reference: "P-{at}"\n  due: {today()}\n  Expenses:Office  50.00 EUR\n'
        f"  {account}  -50.00 EUR\n"
    )


def paid_before(vendor: str) -> str:
    """What makes their account known: a bill that was paid to it."""
    head = f'\n{today()} * "{vendor}" "y" #payment\n  iban: "{IBAN}"\n'
    return f"{head}  Expenses:Office  5.00 EUR\n  Assets:Cash\n"


@pytest.fixture
def books(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> BooksDoor:
    """Books with a bill of a vendor whose account is known, and one of a vendor without."""
    own_entry(employee, bill(1, "Paper") + paid_before("Paper") + bill(2, "Stranger"))
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(employee.state))
    return BooksDoor.open(employee.vault)


def test_a_payment_waits_for_the_owner_and_goes_to_the_account_that_the_books_know(
    employee: Employee, books: BooksDoor
) -> None:
    told = books.propose_payment(task_of(employee), [f" {NUMBER.lower()} "])
    assert told.status == "recorded"
    employee.once()
    text = only(employee.pending("payment.prepare")).read_text(encoding="utf-8")
    for words in ("50.00 EUR", "DE02 1203 0000 0000 2020 51", "⚠ a connected assistant", "risk: high"):
        assert words in text
    assert list((employee.vault / "Accounting").rglob("*.xml")) == []


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([f"{NUMBER} to {OTHER}"], "do not say plainly"),
        (["BILL-2026-0009"], "do not say plainly"),
        (["BILL-2026-0002"], "know no one account for BILL-2026-0002"),
        ([], "This is no payment"),
    ],
)
def test_what_cannot_be_paid_is_refused(employee: Employee, books: BooksDoor, numbers: list[str], words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        books.propose_payment(task_of(employee), numbers)
    assert recorded(employee) == 0


def test_a_row_of_another_program_cannot_name_an_account_either(employee: Employee) -> None:
    def asked(iban: str) -> object:
        payment = BillPayment(
            number=NUMBER, vendor="Paper", iban=iban, amount="50.00", reference="P-1", known_ibans=(IBAN,)
        )
        text = PaymentPrepare(payments=(payment,)).canonical().decode()
        assert json.loads(text)["action"] == "payment.prepare"
        with looking(employee.state) as sql:
            return drafted(sql, Wish(task_of(employee), text, NOON, ""), MODELS)

    assert asked(OTHER) == "it pays to an account that the books do not know"
    assert not isinstance(asked(IBAN), str)
