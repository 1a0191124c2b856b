"""How an invoice stands: by what the employee issued and what the owner wrote into the books by hand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from agents.connectors.books import InvoiceStanding, Standing, Unclear
from agents.connectors.contract import Money, sha256_hex
from agents.connectors.ledger.manifest import MANIFEST
from agents.connectors.ledger.reader import LedgerReader
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL, MONTH, LedgerRoom, invoice, issue
from tests.connectors.ledger.test_credit_notes import credit_of

NUMBER, SECOND = "INV-2026-0001", "INV-2026-0002"
TOTAL = Money(Decimal("1130.50"), "EUR")
NOTHING = Decimal(0)
BANK, ACME = "Assets:Bank:Checking", "Assets:AR:Acme-Ltd"

OLDER = f"""2026-12-01 * "Acme Ltd" "Older bill"
  {ACME}  50.00 EUR
  Income:Services
2026-12-02 * "Acme Ltd" "Older bill paid"
  {BANK}  50.00 EUR
  {ACME}
"""


def payment(
    amount: str = "1130.50",
    head: str = '* "Acme Ltd" "Payment" ^inv-2026-0001',
    day: str = "2026-12-01",
    leg: str = ACME,
    meta: str = "",
) -> str:
    """What the owner writes: money on the bank account, off the customer's."""
    return f"{day} {head}\n  {BANK}  {amount} EUR\n  {leg}  -{amount} EUR\n{meta}\n"


@pytest.fixture
def issued(room: LedgerRoom) -> LedgerRoom:
    """One invoice over 1,130.50 EUR to Acme Ltd; now it is the end of the year."""
    issue(room)
    room.clock.set(datetime(2026, 12, 31, 12, tzinfo=UTC))
    return room


def standing(room: LedgerRoom, number: str = NUMBER) -> Standing:
    assert MANIFEST.books
    return MANIFEST.books.open_receivables(room.context).standings([number])[number]


def stands(room: LedgerRoom) -> tuple[Decimal, date | None]:
    """What is open, and since when it is paid."""
    found = standing(room)
    assert isinstance(found, InvoiceStanding), found
    return found.open, found.paid_on


def unclear(room: LedgerRoom, number: str = NUMBER) -> str:
    found = standing(room, number)
    assert isinstance(found, Unclear), found
    assert found.number == number
    return found.why


def test_an_invoice_nobody_paid_is_open_in_full(issued: LedgerRoom) -> None:
    assert standing(issued) == InvoiceStanding(NUMBER, TOTAL, Decimal("1130.50"), date(2026, 12, 7))
    found = standing(issued)
    assert isinstance(found, InvoiceStanding)
    assert not found.is_paid


@pytest.mark.parametrize(
    "entry",
    [
        payment(),
        payment(head='* "Acme Ltd" "Payment of INV-2026-0001"'),
        payment(head='* "Acme Ltd" "payment, inv-2026-0001, thank you" #payment'),
        payment(head='* "" "Payment"', meta='    applies: "inv-2026-0001"\n'),
        payment(head='* "" "Payment"', meta='    applies: "INV-2026-0001"\n'),
        payment("1000.00", day="2026-11-30") + payment("130.50"),
        f'2026-12-01 * "" "{NUMBER}"\n  {BANK}  1125.50 EUR\n  Expenses:Bank-Fees  5.00 EUR\n  {ACME}  -1130.50 EUR\n',
    ],
)
def test_what_the_owner_books_by_hand_pays_it(issued: LedgerRoom, entry: str) -> None:
    issued.write(MANUAL, entry)
    assert stands(issued) == (NOTHING, date(2026, 12, 1))
    found = standing(issued)
    assert isinstance(found, InvoiceStanding)
    assert (found.is_paid, found.credited) == (True, NOTHING)


def test_a_part_leaves_the_rest_open(issued: LedgerRoom) -> None:
    issued.write(MANUAL, payment("1000.00"))
    assert stands(issued) == (Decimal("130.50"), None)


def test_more_than_was_asked_for_is_paid_and_shows_by_how_much(issued: LedgerRoom) -> None:
    issued.write(MANUAL, payment("2000.00"))
    assert stands(issued) == (Decimal("-869.50"), date(2026, 12, 1))


def test_a_payment_that_bounced_counts_from_when_it_was_made_again(issued: LedgerRoom) -> None:
    bounced = f'2026-12-05 * "Acme Ltd" "Returned" ^inv-2026-0001\n  {BANK}  -1130.50 EUR\n  {ACME}  1130.50 EUR\n'
    issued.write(MANUAL, payment() + bounced)
    assert stands(issued) == (Decimal("1130.50"), None)
    issued.write(MANUAL, payment() + bounced + payment(day="2026-12-09"))
    assert stands(issued) == (NOTHING, date(2026, 12, 9))


def test_a_payment_dated_ahead_counts_when_its_day_has_come(issued: LedgerRoom) -> None:
    issued.write(MANUAL, payment(day="2027-01-02"))
    assert stands(issued) == (Decimal("1130.50"), None)
    issued.clock.set(datetime(2027, 1, 2, 12, tzinfo=UTC))
    assert stands(issued) == (NOTHING, date(2027, 1, 2))


def test_a_credit_note_settles_it(issued: LedgerRoom) -> None:
    issued.open().execute(credit_of(issued, issue(issued)), OTHER_KEY, {})
    found = standing(issued)
    assert isinstance(found, InvoiceStanding)
    assert (found.open, found.credited, found.is_paid) == (NOTHING, TOTAL.amount, True)


def test_one_payment_for_two_invoices_says_what_is_for_which(issued: LedgerRoom) -> None:
    issue(issued, OTHER_KEY, invoice(price="10.00"))
    head = '2026-12-01 * "Acme Ltd" "Payment" ^inv-2026-0001 ^inv-2026-0002\n'
    legs = f"  {BANK}  1249.50 EUR\n  {ACME}  -1130.50 EUR\n%s  {ACME}  -119.00 EUR\n%s"
    issued.write(MANUAL, head + legs % ("", ""))
    for number in (NUMBER, SECOND):
        assert f"{MANUAL}:1: this entry about {number} names several invoices" in unclear(issued, number)
    issued.write(MANUAL, head + legs % ('    applies: "inv-2026-0001"\n', '    applies: "inv-2026-0002"\n'))
    assert stands(issued) == (NOTHING, date(2026, 12, 1))
    second = standing(issued, SECOND)
    assert isinstance(second, InvoiceStanding)
    assert second.is_paid


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (payment(head='! "Acme Ltd" "Payment" ^inv-2026-0001'), "not certain"),
        (payment(head='* "Acme Ltd" "Payment"'), "1,130.50 EUR on Assets:AR:Acme-Ltd name no invoice"),
        (payment(meta='    applies: "inv-2026-001"\n'), "name no invoice"),
        (payment(leg="Income:Services"), "takes nothing off the customer's account"),
        (f"2026-01-01 open Assets:AR:Acme\n{payment(leg='Assets:AR:Acme')}", "is over EUR on Assets:AR:Acme"),
        (payment().replace("EUR", "USD"), "is over USD"),
    ],
)
def test_what_may_be_a_payment_and_does_not_say_so_is_neither_paid_nor_open(
    issued: LedgerRoom, entry: str, words: str
) -> None:
    issued.write(MANUAL, entry)
    assert words in unclear(issued)
    assert unclear(issued).startswith(f"{MANUAL}:")


@pytest.mark.parametrize(
    "entry",
    [
        f'2026-12-01 * "Bank" "Fee about INV-2026-0001"\n  Expenses:Bank-Fees  3.00 EUR\n  {BANK}  -3.00 EUR\n',
        OLDER,
        payment(leg="Assets:Cash", head='* "" "To the till"'),
    ],
)
def test_what_is_no_payment_of_it_changes_nothing(issued: LedgerRoom, entry: str) -> None:
    issued.write(MANUAL, entry)
    assert stands(issued) == (Decimal("1130.50"), None)


def test_a_paid_invoice_stays_paid_whatever_else_the_customer_pays(issued: LedgerRoom) -> None:
    issued.write(MANUAL, payment() + payment("50.00", head='* "Acme Ltd" "In advance"', day="2026-12-02"))
    assert stands(issued) == (NOTHING, date(2026, 12, 1))


@pytest.mark.parametrize(
    "mistake",
    [
        '2026-12-01 * "comma" ""\n  Assets:Cash  EUR 1\n  Income:Services\n',
        "2026-12-01 balance Assets:Cash  5 EUR\n",
        '2026-12-01 * "unknown account" ""\n  Assets:Nowhere  1 EUR\n  Income:Services\n',
        "2026-12-01 * “Acme” “Payment”\n  Assets:Cash  1 EUR\n",
    ],
)
@pytest.mark.parametrize("paid", [False, True])
def test_any_error_of_the_ledger_is_told_with_its_place(issued: LedgerRoom, mistake: str, *, paid: bool) -> None:
    issued.write(MANUAL, mistake + (payment() if paid else ""))
    assert re.search(rf"the ledger has an error, {MANUAL}:[12]: .+\.", unclear(issued))


def test_a_ledger_that_cannot_be_read_and_a_number_it_does_not_hold_are_told(issued: LedgerRoom) -> None:
    assert unclear(issued, "INV-2026-0009") == "the ledger holds no invoice INV-2026-0009."
    (issued.vault / MANUAL).write_bytes(b"\xff")
    assert f"{MANUAL} cannot be read" in unclear(issued)


@pytest.mark.parametrize(
    ("old", "new"), [("  due: 2026-12-07\n", ""), ("  due: 2026-12-07", '  due: "soon"'), ("Assets:AR:Acme-Ltd ", BANK)]
)
def test_an_invoice_that_no_longer_says_who_owes_what_is_unclear(issued: LedgerRoom, old: str, new: str) -> None:
    issued.write(MONTH, issued.read(MONTH).replace(old, new))
    assert "does not say any more who owes how much until when" in unclear(issued)


def test_an_invoice_that_stands_there_twice_is_unclear(issued: LedgerRoom) -> None:
    text = issued.read(MONTH)
    issued.write(MONTH, text + text[text.index("2026-11-23 *") :].replace(KEY, sha256_hex(b"another")))
    assert f"{NUMBER} is booked twice" in unclear(issued)


def test_a_conflict_copy_with_a_payment_of_its_own_makes_it_unclear_until_it_is_gone(issued: LedgerRoom) -> None:
    copy = "Accounting/manual.sync-conflict-20261201-101010-ABCDEFG.beancount"
    issued.write(copy, payment())
    assert f"{copy}:1: names {NUMBER} and is no part of the ledger" in unclear(issued)
    issued.write(MANUAL, payment())
    assert stands(issued) == (NOTHING, date(2026, 12, 1))
    issued.write("Accounting/2026/2026-11.sync-conflict-20261201-101010-ABCDEFG.beancount", issued.read(MONTH))
    assert stands(issued) == (NOTHING, date(2026, 12, 1))


def test_the_ledger_is_loaded_only_when_one_of_its_files_changed(issued: LedgerRoom) -> None:
    reader = LedgerReader(issued.vault, issued.state, issued.clock)
    assert reader.standings([]) == {}
    assert reader.loads == 0
    for _ in "123":
        assert isinstance(reader.standings([NUMBER, SECOND])[NUMBER], InvoiceStanding)
    assert reader.loads == 1
    issued.write(MANUAL, payment())
    paid = reader.standings([NUMBER])[NUMBER]
    assert isinstance(paid, InvoiceStanding)
    assert paid.is_paid
    assert reader.loads == 2
    (issued.vault / MANUAL).unlink()
    assert isinstance(reader.standings([NUMBER])[NUMBER], Unclear)


def moved(day: str, account: str = "Checking") -> str:
    """A movement of the bank."""
    return f'{day} * "Shop"\n  bank_id: "{account}-{day}"\n  Assets:Bank:{account}  -1.00 EUR\n  Expenses:Other\n'


def bank_to(room: LedgerRoom, text: str) -> date | None:
    """Up to when the bank is in, by the reader and by the standing of an invoice alike."""
    room.write(MANUAL, "2000-01-01 open Assets:Bank:Savings\n" + text)
    assert MANIFEST.books
    books = MANIFEST.books.open_receivables(room.context)
    found = books.standings([NUMBER])[NUMBER]
    told = found.bank_to if isinstance(found, InvoiceStanding) else None
    assert books.bank_to() == told
    return told


def test_the_books_are_as_new_as_the_account_that_is_most_behind(issued: LedgerRoom) -> None:
    assert bank_to(issued, "") is None
    assert bank_to(issued, payment()) is None  # by hand: no movement of a bank
    assert bank_to(issued, moved("2026-12-01")) == date(2026, 12, 1)
    assert bank_to(issued, moved("2026-12-01") + moved("2026-12-09", "Savings")) == date(2026, 12, 1)
    assert bank_to(issued, moved("2026-09-01") + moved("2026-12-09", "Savings")) == date(
        2026, 12, 9
    )  # not used any more
    till = moved("2026-12-01", "Till").replace("Assets:Bank:Till", "Assets:Cash")
    assert bank_to(issued, moved("2026-12-09") + till) == date(2026, 12, 9)
    closing = "2026-12-12 balance Assets:Bank:Checking  -1.00 EUR\n"
    assert bank_to(issued, moved("2026-12-01") + closing) == date(2026, 12, 11)
    assert bank_to(issued, "2026-12-12 balance Assets:Bank:Checking  0.00 EUR\n") is None
    assert bank_to(issued, moved("2026-12-01") + "2026-12-12 balance Assets:Bank:Checking  7.00 EUR\n") is None


def test_who_each_invoice_is_to_is_told_and_that_something_changed(issued: LedgerRoom) -> None:
    reader = LedgerReader(issued.vault, issued.state, issued.clock)
    before = reader.fingerprint()
    assert reader.customers() == {NUMBER: "Acme Ltd"}
    assert reader.fingerprint() == before
    issue(issued, OTHER_KEY, invoice("Birch GmbH"))
    assert reader.customers() == {NUMBER: "Acme Ltd", SECOND: "Birch GmbH"}
    assert reader.fingerprint() != before
    (issued.vault / MANUAL).write_bytes(b"\xff")
    assert reader.customers() == {}


def test_a_number_in_small_letters_is_the_same_number(issued: LedgerRoom) -> None:
    issued.write(MONTH, issued.read(MONTH).replace('number: "INV-2026-0001"', 'number: "inv-2026-0001"'))
    issued.write(MANUAL, payment())
    assert stands(issued) == (NOTHING, date(2026, 12, 1))
    assert issue(issued, OTHER_KEY).provider_id == SECOND
