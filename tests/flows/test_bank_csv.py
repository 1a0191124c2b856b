"""CSV exports of the bank over the command line: dropped, asked about once, booked, and not asked again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.flows.test_bank import IBAN, camt, know_the_account, told, yes
from tests.flows.test_books import today

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tests.flows.employee import Employee

HEAD = "Datum;Empfänger;Verwendungszweck;Betrag"
FIRST = ("03.02.2026;Bäckerei;Karte 1;-4,50", "03.02.2026;Bäckerei;Karte 1;-4,50", "04.03.2026;Acme;Rechnung 7;100,00")
LATER = (*FIRST[1:], "05.04.2026;Papier & Co;Toner;-20,00")


def export(*rows: str, head: str = HEAD) -> bytes:
    return "".join(f"{each}\r\n" for each in (head, *rows)).encode("cp1252")


def banks(employee: Employee) -> list[Path]:
    return employee.notes("Accounting/Banks")


def answer(employee: Employee, words: str, choice: str) -> None:
    """Tick a box of the question that has these words, and may have other points."""
    (note,) = [each for each in employee.questions() if words in each.read_text(encoding="utf-8")]
    text = note.read_text(encoding="utf-8")
    assert text.count(f"- [ ] {choice}\n") == 1, text
    note.write_text(text.replace(f"- [ ] {choice}\n", f"- [x] {choice}\n"), encoding="utf-8")


def cash(employee: Employee) -> object:
    return told(employee)["cash"]


def ended(employee: Employee) -> str:
    return "".join(each.read_text(encoding="utf-8") for each in employee.notes("Done"))


def read_in(employee: Employee) -> None:
    """The first export, with what had to be asked answered."""
    employee.drop("umsaetze.csv", export(*FIRST))
    employee.once()
    answer(employee, "day or month", "day-month-year: 03.02.2026 is 3 February 2026")
    answer(employee, "Which currency", "EUR")
    answer(employee, "Which of your accounts", "Checking")
    employee.once()


def test_what_a_file_does_not_prove_is_asked_once_and_kept_in_a_note(employee: Employee) -> None:
    read_in(employee)
    text = yes(employee)
    assert "# Book 3 movements of Checking?" in text
    assert cash(employee) == {"Assets:Bank:Checking": {"EUR": "91.00"}}
    (note,) = banks(employee)
    kept = note.read_text(encoding="utf-8")
    assert "date_order: day-month-year\n" in kept
    assert "currency_of_all: EUR\n" in kept
    assert "account_of_all: Checking\n" in kept
    employee.drop("later.csv", export(*LATER))
    employee.once()
    assert employee.questions() == []
    assert "# Book 1 movement of" in yes(employee)
    assert cash(employee) == {"Assets:Bank:Checking": {"EUR": "71.00"}}
    employee.drop("again.csv", export(*FIRST, *LATER[2:]))
    employee.once()
    assert employee.pending("bank.book") == []
    assert "every movement of it is booked already" in ended(employee)
    assert employee.said("verify")


def test_two_files_of_a_new_bank_are_one_question(employee: Employee) -> None:
    employee.drop("one.csv", export(*FIRST))
    employee.drop("two.csv", export(*LATER))
    employee.once()
    (note,) = employee.questions()
    answer(employee, "day or month", "day-month-year: 03.02.2026 is 3 February 2026")
    employee.once()
    assert employee.questions() == [note]  # two points are open
    answer(employee, "Which currency", "EUR")
    answer(employee, "Which of your accounts", "Checking")
    employee.once()
    assert employee.questions() == []
    assert "# Book 3 movements of Checking?" in yes(employee)
    employee.once()
    assert employee.questions() == []
    assert len(employee.pending("bank.book")) == 1


def test_a_heading_that_changed_is_asked_about_again(employee: Employee) -> None:
    read_in(employee)
    yes(employee)
    employee.drop(
        "new.csv", export("05.04.2026;a;b;c;-2,00", head="Datum;Empfänger;Buchungstext;Verwendungszweck;Betrag")
    )
    employee.once()
    (question,) = employee.questions()
    assert question.read_text(encoding="utf-8").count("\n## ") == 3
    assert len(banks(employee)) == 1


def test_what_the_owner_corrects_in_the_note_counts_and_a_mistake_in_it_is_told(employee: Employee) -> None:
    read_in(employee)
    (wrong,) = employee.pending("bank.book")
    wrong.rename(employee.vault / "Rejected" / wrong.name)
    (note,) = banks(employee)
    right = note.read_text(encoding="utf-8").replace("day-month-year\n", "month-day-year\n", 1)
    note.write_text(right.replace("decimal: comma", "decimal: commas"), encoding="utf-8")
    employee.once()
    employee.drop("later.csv", export(*LATER))
    employee.once()
    (question,) = employee.questions()
    asked = question.read_text(encoding="utf-8")
    assert f"# Please correct Accounting/Banks/{note.name}, line 6: this is one of comma, point." in asked
    note.write_text(right, encoding="utf-8")
    answer(employee, "Please correct", "I have corrected it")
    employee.once()
    assert "| 2026-05-04 | `-20.00 EUR" in yes(employee)
    assert right in note.read_text(encoding="utf-8")


def with_balances(*rows: tuple[date, str, str], opening: str = "100.00", iban: str = IBAN) -> bytes:
    """A savings bank's export, oldest first, with a running balance."""
    balance, lines = Decimal(opening), []
    for day, amount, text in rows:
        balance += Decimal(amount)
        german = (f"{Decimal(each):.2f}".replace(".", ",") for each in (amount, balance))
        cells = (iban, f"{day:%d.%m.%Y}", text, *german, "EUR")
        lines.append(";".join((*cells[:3], cells[3], cells[5], cells[4])))
    return export(*lines, head="Auftragskonto;Buchungstag;Verwendungszweck;Betrag;Währung;Saldo")


YESTERDAY = today() - timedelta(days=1)
EARLIER = today() - timedelta(days=5)


def test_a_table_with_balances_needs_no_question_and_the_books_come_to_them(employee: Employee) -> None:
    know_the_account(employee)
    rows = [(EARLIER, "5.00", "a"), (YESTERDAY, "7.00", "b")]
    employee.drop("one.csv", with_balances(*rows))
    employee.once()
    assert "# Book 3 movements of Checking?" in yes(employee)  # with what was there before
    assert cash(employee) == {"Assets:Bank:Checking": {"EUR": "112.00"}}
    assert len(banks(employee)) == 1
    employee.drop("two.csv", with_balances(*rows, (YESTERDAY, "7.00", "b")))  # once more on the same day
    employee.once()
    assert "# Book 1 movement of Checking?" in yes(employee)
    assert cash(employee) == {"Assets:Bank:Checking": {"EUR": "119.00"}}
    employee.drop("gap.csv", with_balances((YESTERDAY, "-1.00", "c"), opening="400.00"))
    employee.once()
    assert employee.pending("bank.book") == []
    assert "something between is missing" in ended(employee)


def test_a_table_after_camt_of_the_same_days_books_only_what_is_new(employee: Employee) -> None:
    know_the_account(employee)
    employee.drop("s.xml", camt([("r1", "5.00", "A", "a"), ("r2", "5.00", "A", "a")], opening="100.00"))
    employee.once()
    yes(employee)
    rows = [(YESTERDAY, "5.00", "a"), (YESTERDAY, "5.00", "a")]
    employee.drop("same.csv", with_balances(*rows))
    employee.once()
    assert "every movement of it is booked already" in ended(employee)
    employee.drop("more.csv", with_balances(*rows, (today(), "-1.00", "fee")))
    employee.once()
    assert "# Book 1 movement of Checking?" in yes(employee)
    assert cash(employee) == {"Assets:Bank:Checking": {"EUR": "109.00"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (with_balances((EARLIER, "5.00", "a"), (YESTERDAY, "7.00", "b"))[:-9], "no whole movement"),
        (
            with_balances((EARLIER, "5.00", "für")).replace(b"f\xfcr", "für".encode().decode("cp1252").encode()),
            "broken",
        ),
        (
            with_balances((EARLIER, "5.00", "a"), (YESTERDAY, "7.00", "b")).replace(b"105,00", b"106,00"),
            "does not follow",
        ),
    ],
)
def test_a_damaged_table_books_nothing_and_says_so(employee: Employee, content: bytes, said: str) -> None:
    know_the_account(employee)
    employee.drop("s.csv", content)
    employee.once()
    assert employee.pending("bank.book") == []
    assert said in ended(employee)
    assert banks(employee) == []


@pytest.mark.parametrize(
    "content",
    [
        "Name;E-Mail;Ort\nAcme;a@client.example;Köln\n",
        "Order date;Order;Customer;Amount;Currency\n2026-11-02;17;Acme;12.00;EUR\n",
        "Datum;Rechnungsnummer;Kunde;Betrag\n02.11.2026;17;Acme;12,00\n",
    ],
)
def test_a_table_of_customers_or_sales_is_left_to_the_usual_brain(employee: Employee, content: str) -> None:
    employee.drop("t.csv", content)
    employee.once()
    asked = "".join(each.read_text(encoding="utf-8") for each in employee.questions())
    assert "kept for later files of this bank" not in asked
    assert employee.pending("bank.book") == []
    assert "nothing was booked" not in ended(employee)


def test_what_a_note_does_not_say_yet_is_asked_when_it_is_needed_and_added(employee: Employee) -> None:
    head = "Auftragskonto;Datum;Verwendungszweck;Betrag;Währung"
    employee.drop("one.csv", export("K1;02.02.2026;a;-1,00;EUR", head=head))  # read either way, it is the same day
    employee.once()
    assert "Which of your accounts is K1?" in employee.questions()[0].read_text(encoding="utf-8")
    answer(employee, "Which of your accounts", "Checking")
    employee.once()
    yes(employee)
    (note,) = banks(employee)
    before = note.read_text(encoding="utf-8")
    assert 'date_order: ""\n' in before
    employee.drop("two.csv", export("K1;02.02.2026;a;-1,00;EUR", "K1;03.02.2026;b;-2,00;EUR", head=head))
    employee.once()
    answer(employee, "day or month", "day-month-year: 03.02.2026 is 3 February 2026")
    employee.once()
    assert note.read_text(encoding="utf-8") == before.replace('date_order: ""', "date_order: day-month-year")
    answer(employee, "Which of your accounts", "Checking")
    employee.once()
    assert "nothing shows whether a movement is missing" in yes(employee)
    assert cash(employee) == {"Assets:Bank:Checking": {"EUR": "-3.00"}}
