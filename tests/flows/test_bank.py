"""Statements of the bank over the command line: dropped, matched with the books, booked with one yes, and told."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest

from tests.flows.employee import mail, request
from tests.flows.test_books import invoiced, today

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.flows.employee import Employee

IBAN = "DE89370400440532013000"
ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls><TxDtls>
<RltdPties><{side}><Nm>{party}</Nm></{side}></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry>"""


def camt(lines: Iterable[tuple[str, str, str, str]], opening: str = "0.00", iban: str = IBAN) -> str:
    """A statement of yesterday with lines (reference, amount, party, text)."""
    made = [*lines]
    day = today() - timedelta(days=1)
    closing = Decimal(opening) + sum((Decimal(each[1]) for each in made), Decimal(0))
    entries = "".join(
        ENTRY.format(
            amount=amount.lstrip("-"),
            way="DBIT" if amount.startswith("-") else "CRDT",
            side="Cdtr" if amount.startswith("-") else "Dbtr",
            day=day,
            ref=ref,
            party=escape(party),
            text=escape(text),
        )
        for ref, amount, party, text in made
    )
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        for kind, amount, on in (
            ("PRCD", opening, day - timedelta(days=1)),
            ("CLBD", f"{closing:.2f}", day),
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{balances}{entries}</Stmt></BkToCstmrStmt></Document>"
    )


def told(employee: Employee) -> dict[str, object]:
    return dict(json.loads(employee.said("books", "--json")))


def know_the_account(employee: Employee) -> None:
    place = employee.vault / "Accounting" / "accounts.beancount"
    text = place.read_text(encoding="utf-8")
    opened = "2000-01-01 open Assets:Bank:Checking\n"
    assert opened in text
    place.write_text(text.replace(opened, f'{opened}  iban: "{IBAN}"\n'), encoding="utf-8")


def yes(employee: Employee) -> str:
    """Approve the one booking; what it asked."""
    (note,) = employee.pending("bank.book")
    text = note.read_text(encoding="utf-8")
    employee.approve(note)
    employee.once()
    return text


def test_a_statement_is_matched_booked_and_told(employee: Employee) -> None:
    know_the_account(employee)
    invoiced(employee)
    lines = [
        ("r1", "1130.50", "Harbour Bakery", f"Invoice INV-{today().year}-0001"),
        ("r2", "-23.80", "Office shop", "card 4711"),
    ]
    employee.drop("january.xml", camt(lines, opening="500.00"))
    employee.once()
    text = yes(employee)
    assert "# Book 3 movements of Checking?" in text
    assert "1 of 2 movements were matched with the books for sure" in text
    books = told(employee)
    assert books["owed_to_you"] == []
    assert books["cash"] == {"Assets:Bank:Checking": {"EUR": "1606.70"}}
    assert books["unexplained"] == {"EUR": "-23.80"}
    employee.drop("again.xml", camt(lines, opening="500.00").replace("<Id>1</Id>", "<Id>2</Id>"))
    employee.once()
    assert told(employee) == books
    assert employee.said("verify")


def test_the_owner_is_asked_which_account_it_is(employee: Employee) -> None:
    employee.drop("s.xml", camt([("r1", "5.00", "Somebody", "hello")]))
    employee.once()
    (question,) = employee.questions()
    assert IBAN in question.read_text(encoding="utf-8")
    employee.said("answer", question.stem, "Checking")
    employee.once()
    yes(employee)
    assert told(employee)["unexplained"] == {"EUR": "5.00"}


def test_a_statement_that_does_not_come_to_the_banks_balance_is_refused(employee: Employee) -> None:
    know_the_account(employee)
    employee.drop("one.xml", camt([("r1", "5.00", "Somebody", "hello")]))
    employee.once()
    yes(employee)
    employee.drop("three.xml", camt([("r9", "7.00", "Somebody", "later")], opening="90.00"))  # one is missing between
    employee.once()
    yes(employee)
    assert told(employee)["cash"] == {"Assets:Bank:Checking": {"EUR": "5.00"}}


@pytest.mark.parametrize("cut", [200, 500])
def test_a_damaged_file_books_nothing_and_says_so(employee: Employee, cut: int) -> None:
    know_the_account(employee)
    employee.drop("s.xml", camt([("r1", "5.00", "Somebody", "hello")])[:-cut])
    employee.once()
    assert employee.pending("bank.book") == []
    assert told(employee)["cash"] == {}
    done = "".join(each.read_text(encoding="utf-8") for each in employee.notes("Done"))
    assert "nothing was booked" in done


def test_another_file_of_xml_is_no_statement(employee: Employee) -> None:
    employee.drop("order.xml", "<order><number>1</number></order>")
    employee.drop("mail.eml", mail(request()))
    employee.once()
    assert employee.pending("bank.book") == []
    assert "nothing was booked" not in "".join(each.read_text(encoding="utf-8") for each in employee.notes("Done"))
