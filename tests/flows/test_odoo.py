"""An Odoo keeps the books: connected, invoiced into once whatever breaks, told by `books`, with plain words."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.connectors.book_keeping import MAIN, ODOO, Keeping, keeping_line
from agents.connectors.sepa import spaced
from agents.servers.books_mcp_server import BooksDoor
from tests.connectors.odoo.odoo_room import story_odoo
from tests.connectors.payment.test_credit_transfer import SCHEMA, texts
from tests.flows.employee import CUSTOMER
from tests.flows.programs import command_line, started
from tests.flows.steps import done_note, only, proposed_invoice
from tests.flows.test_bank import IBAN, camt, told, yes
from tests.flows.test_books import today
from tests.flows.test_payments import THEIRS
from tests.flows.test_proof import enrolled
from tests.standins.odoo.world import DATABASE, KEYS, Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from click.testing import Result

    from tests.flows.employee import Employee


@pytest.fixture
def server() -> Iterator[Odoo]:
    """An Odoo of today, with the owner's account."""
    with story_odoo() as odoo:
        odoo.clock.set(SystemClock().now())
        odoo.call("account.journal", "write", [odoo.journal("BNK1")], {"bank_acc_number": IBAN})
        yield odoo


def typed(odoo: Odoo, **changed: str) -> str:
    """The right answers to `connect odoo`, but for those changed."""
    answers = {"url": odoo.url, "database": DATABASE, "user": "bookkeeper", "key": KEYS["bookkeeper"], "ca_file": ""}
    return "".join(f"{each}\n" for each in ({**answers, "in_clear": ""} | changed).values())


def connect(employee: Employee, odoo: Odoo, **changed: str) -> Result:
    return employee.call("connect", "odoo", answers=typed(odoo, **changed))


def yesterday() -> date:
    return today() - timedelta(days=1)


def switch(employee: Employee) -> None:
    """Odoo keeps the books from yesterday on; `books switch` writes the same line."""
    place = employee.vault / MAIN
    line = keeping_line(Keeping(ODOO, yesterday()))
    place.write_text(f"{place.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")


@pytest.fixture
def keeper(employee: Employee, server: Odoo) -> Employee:
    """An employee whose books an Odoo keeps."""
    result = connect(employee, server)
    assert result.exit_code == 0, result.output
    switch(employee)
    return employee


def invoices(odoo: Odoo) -> list[tuple[object, ...]]:
    """State and total of every invoice."""
    rows = [
        odoo.row("account.move", each, "state", "amount_total")
        for each in odoo.find("account.move", ["move_type", "=", "out_invoice"])
    ]
    return [(row["state"], row["amount_total"]) for row in rows]


def doctor(employee: Employee, about: str) -> str:
    lines = employee.said("doctor").splitlines()
    return "\n".join(each for each in lines if each.lstrip().startswith(about))


def test_books_are_real_in_one_place_and_doctor_says_where(employee: Employee, server: Odoo) -> None:
    refused = connect(employee, server, key="wrong")
    assert refused.exit_code != 0
    assert "does not take the user and the key" in refused.output
    assert connect(employee, server).exit_code == 0
    assert "ledger" in doctor(employee, "books")
    beside = doctor(employee, "odoo")
    assert "keeps your books" in beside
    switch(employee)
    assert "Odoo 18 at 127.0.0.1" in doctor(employee, "books")
    assert doctor(employee, "odoo") == ""
    in_clear = server.url.replace("127.0.0.1", "127.1")
    assert "without encryption" in employee.call("connect", "odoo", answers=typed(server, url=in_clear)).output
    assert employee.call("connect", "odoo", answers=typed(server, url=in_clear, in_clear="127.1")).exit_code == 0
    assert "without encryption, as you allowed" in doctor(employee, "books")
    employee.once()
    assert "you allowed odoo to be reached without encryption, at 127.1" in employee.said("log")
    employee.said("disconnect", "odoo")
    assert "none is connected" in doctor(employee, "books")
    assert employee.call("books").exit_code != 0


def test_an_invoice_and_its_payment_stand_in_odoo_once(
    keeper: Employee, server: Odoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = proposed_invoice(keeper)
    keeper.approve(proposal)
    hold = server.faults.hold("account.move", "action_post")
    with started(keeper, *command_line(keeper, "run", "--once")) as program:
        hold.wait_for_it()
        program.signal(signal.SIGKILL)  # after the call, before its receipt
    hold.release()
    server.wait_until_idle()
    keeper.once()
    assert invoices(server) == [("posted", 1130.5)]
    note = done_note(keeper, proposal)
    name = only(server.find("account.move", ["move_type", "=", "out_invoice"]))
    number = str(server.row("account.move", name, "name")["name"])
    assert f"{number} · Odoo" in note
    paper = keeper.vault / "Accounting" / "Invoices" / str(today().year) / f"{number.replace('/', '-').lower()}.pdf"
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "1130.50" not in keeper.ledger()
    keeper.approve(only(keeper.pending("email.send")))
    keeper.once()
    (sent,) = keeper.outbox()
    assert [each.get_content() for each in sent.iter_attachments()] == [paper.read_bytes()]
    assert number in str(sent["Subject"])
    keeper.drop(
        "statement.xml", camt([("r1", "1130.50", CUSTOMER, f"Invoice {number}"), ("r2", "-23.80", "Shop", "x")])
    )
    keeper.once()
    keeper.approve(only(keeper.pending("bank.book")))
    keeper.once()
    books = told(keeper)
    assert books["owed_to_you"] == []
    assert books["cash"] == {"Checking": {"EUR": "1106.70"}}
    assert books["revenue"] == {"Services": {"EUR": "950.00"}}
    assert books["unexplained"] == {"EUR": "-23.80"}
    assert keeper.said("verify")
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(keeper.state))
    assert BooksDoor.open(keeper.vault).profit_and_loss().result.amounts == {"EUR": "950.00"}


def test_an_odoo_that_is_silent_is_waited_for_and_a_wrong_key_is_told_once(keeper: Employee, server: Odoo) -> None:
    keeper.approve(proposed_invoice(keeper))
    keeper.drop("statement.xml", camt([("r1", "-23.80", "Shop", "x")], opening="500.00"))
    with server.refusing():
        assert "cannot be reached" in keeper.once()
        assert keeper.questions() == keeper.pending("bank.book") == []
    server.expire_key()
    for _ in range(2):
        keeper.once()
    alerts = [each for each in keeper.notes("Needs_Action") if "-alert-" in each.name]
    words = only(alerts).read_text(encoding="utf-8")
    assert "Odoo does not take the key" in words
    assert "connect odoo" in words
    assert invoices(server) == []
    server.service.keys["bookkeeper"].add("a-new-key-0001")
    assert connect(keeper, server, key="a-new-key-0001").exit_code == 0
    keeper.once()
    assert invoices(server) == [("posted", 1130.5)]
    assert len(keeper.pending("bank.book")) == 1


def test_a_yes_from_before_the_switch_goes_to_odoo_alone(employee: Employee, server: Odoo) -> None:
    employee.approve(proposed_invoice(employee))
    assert connect(employee, server).exit_code == 0
    switch(employee)
    employee.once()
    assert invoices(server) == [("posted", 1130.5)]
    assert "1130.50" not in employee.ledger()


def billed(odoo: Odoo, vendor: str, amount: str) -> str:
    """A bill that somebody booked in Odoo yesterday; its number."""
    partner = odoo.call("res.partner", "create", {"name": vendor})
    line = {"name": "paper", "quantity": 1.0, "price_unit": float(amount), "account_id": odoo.account("600000")}
    vals = {"move_type": "in_invoice", "partner_id": partner, "ref": "P-100", "invoice_date": f"{yesterday()}"}
    made = odoo.call(
        "account.move", "create", {**vals, "invoice_line_ids": [[0, 0, {**line, "tax_ids": [[6, 0, []]]}]]}
    )
    odoo.call("account.move", "action_post", [made])
    return str(odoo.row("account.move", made, "name")["name"])


def test_a_bill_in_odoo_is_paid_by_a_file_and_its_movement_settles_it_there(keeper: Employee, server: Odoo) -> None:
    handbook = keeper.vault / "Company_Handbook.md"
    handbook.write_text(handbook.read_text("utf-8").replace("| iban | |", f"| iban | {IBAN} |"), encoding="utf-8")
    opening = {"code": "303000", "name": "Opening Balances", "account_type": "equity"}
    server.call("account.account", "create", opening)  # docs/odoo.md: what was there before the first statement
    number = billed(server, "Paper", "119.00")
    keeper.said("books", "pay", number, "--to", THEIRS, "--amount", "119")
    keeper.once()
    note = only(keeper.pending("payment.prepare"))
    assert f"# Prepare a payment of 119.00 EUR to Paper, {spaced(THEIRS)}, P-100?" in note.read_text(encoding="utf-8")
    keeper.said("approve", note.stem, "--code", enrolled(keeper)[0])
    keeper.once()
    content = only(sorted((keeper.vault / "Accounting" / "Payments").rglob("*.xml"))).read_bytes()
    SCHEMA.validate(content.decode())
    assert texts(content, "IBAN") == [IBAN, THEIRS]
    assert texts(content, "CtrlSum") == ["119.00", "119.00"]
    (reference,) = texts(content, "Ustrd")
    keeper.drop("statement.xml", camt([("r1", "-119.00", "Paper", reference)], opening="500.00"))
    keeper.once()
    assert number in yes(keeper)
    books = told(keeper)
    assert (books["owed_by_you"], books["cash"], books["unexplained"]) == ([], {"Checking": {"EUR": "381.00"}}, {})
    (bill,) = server.find("account.move", ["name", "=", number])
    assert server.row("account.move", bill, "amount_residual", "payment_state") == {
        "id": bill,
        "amount_residual": 0.0,
        "payment_state": "paid",
    }
    keeper.said("books", "pay", number)
    keeper.once()
    assert keeper.pending("payment.prepare") == []
    assert "All holds" in keeper.said("verify")
