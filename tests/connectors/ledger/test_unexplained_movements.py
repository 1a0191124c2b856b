"""Movements that name an invoice before anybody said what they were for, and ids that two accounts share."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from agents.connectors.book_figures import PRIVATELY
from agents.connectors.book_orders import Payment, Spending, Transfer, Unexplained
from agents.connectors.books import InvoiceStanding, Unclear
from agents.connectors.contract import Absent, Found, sha256_hex
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.ledger.reader import LedgerReader
from agents.errors import NotAllowed
from tests.connectors.books_story import bank, bought, cost, day, explains, named, paid, paid_out, to
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL, LedgerRoom

NUMBER = "INV-2026-0001"
INVOICE = """2026-11-01 open Assets:AR:Acme-Ltd
2026-11-02 * "Acme Ltd" "INV-2026-0001 work" #invoice ^inv-2026-0001
  number: "INV-2026-0001"
  due: 2026-11-16
  Assets:AR:Acme-Ltd   100.00 EUR
  Income:Services     -100.00 EUR
"""
ARRIVED = bank("b1", "11-10", "100.00", Unexplained())
ARRIVED = ARRIVED.model_copy(update={"moves": (ARRIVED.moves[0].model_copy(update={"text": f"thanks, {NUMBER}"}),)})
ID = frozenset({"b1"})
SAVINGS = "2000-01-01 open Assets:Bank:Savings\n"


@pytest.fixture
def waiting(room: LedgerRoom) -> LedgerRoom:
    """An invoice over 100.00, and 100.00 on the bank that name it and are not explained."""
    room.clock.set(datetime(2026, 11, 30, 12, tzinfo=UTC))
    room.write(MANUAL, INVOICE)
    room.open().execute(ARRIVED, KEY, {})
    return room


def standing(room: LedgerRoom) -> InvoiceStanding | Unclear:
    """As a reminder or a close would see it."""
    return LedgerReader(room.vault, room.state, room.clock).standings([NUMBER])[NUMBER]


def still(room: LedgerRoom) -> tuple[Decimal, bool]:
    """What is open, and whether it is paid."""
    found = standing(room)
    assert isinstance(found, InvoiceStanding), found
    return found.open, found.is_paid


def test_money_that_names_an_invoice_and_is_not_explained_is_a_doubt_for_who_would_remind(waiting: LedgerRoom) -> None:
    found = standing(waiting)
    assert isinstance(found, Unclear)
    assert "brings money in, but takes nothing off the customer's account" in found.why


def test_in_the_figures_it_is_open_until_it_is_explained(waiting: LedgerRoom) -> None:
    owed = read_figures(waiting.vault, waiting.state).receivables(day("11-30"))
    assert [(each.number, each.open) for each in owed.documents] == [(NUMBER, Decimal("100.00"))]
    assert owed.unclear == ()


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        (paid("Acme Ltd", (NUMBER, "100.00")), ("0.00", True)),
        (paid("Acme Ltd", (NUMBER, "40.00")), ("60.00", False)),
        (bought(cost("Office", "100.00")), ("100.00", False)),
        (to("Private"), ("100.00", False)),
    ],
)
def test_once_it_is_explained_it_is_a_doubt_no_longer(
    waiting: LedgerRoom, reason: Payment | Spending | Transfer, left: tuple[str, bool]
) -> None:
    waiting.open().execute(explains("b1", "11-10", "100.00", reason), OTHER_KEY, {})
    if left[0] == "60.00":  # the rest of the money stands to their credit, and that is a doubt of its own
        waiting.write(MANUAL, f"{INVOICE}{BACK}")
    assert still(waiting) == (Decimal(left[0]), left[1])


BACK = """2026-11-20 * "Acme Ltd" "the rest went back"
  Assets:AR:Acme-Ltd      60.00 EUR
  Assets:Bank:Checking
"""
OTHERWISE = """2026-11-12 * "Acme Ltd" "in cash"
  Assets:Cash             100.00 EUR
  Assets:AR:Acme-Ltd     -100.00 EUR
    applies: "inv-2026-0001"
"""


def test_an_invoice_that_was_paid_otherwise_is_paid_whatever_else_names_it(waiting: LedgerRoom) -> None:
    waiting.write(MANUAL, INVOICE + OTHERWISE)
    assert still(waiting) == (Decimal("0.00"), True)


def test_money_that_goes_out_and_names_an_invoice_is_no_doubt(waiting: LedgerRoom) -> None:
    other = waiting.read(MANUAL).replace("-0001", "-0002")
    fee = bank("b7", "11-11", "-3.00", Unexplained())
    fee = fee.model_copy(update={"moves": (fee.moves[0].model_copy(update={"text": "fee INV-2026-0002"}),)})
    waiting.write(MANUAL, INVOICE + other.partition("\n")[2])
    waiting.open().execute(fee, OTHER_KEY, {})
    found = LedgerReader(waiting.vault, waiting.state, waiting.clock).standings(["INV-2026-0002"])["INV-2026-0002"]
    assert isinstance(found, InvoiceStanding)


def test_the_same_id_on_two_accounts_is_two_movements(room: LedgerRoom) -> None:
    room.write(MANUAL, SAVINGS)
    here = bank("b1", "11-10", "-20.00", to("Savings"))
    there = bank("b1", "11-11", "20.00", to("Checking"), account="Savings")
    room.open().execute(here, KEY, {})
    assert isinstance(room.open().find(OTHER_KEY, there), Absent)
    receipt = room.open().execute(there, OTHER_KEY, {})
    assert room.open().find(OTHER_KEY, there) == Found(receipt)
    assert room.balance("Assets:Bank:Savings") == Decimal("20.00")
    assert room.balance("Assets:Transit") == 0
    figures = read_figures(room.vault, room.state)
    assert [set(figures.booked_moves(each)) for each in ("Checking", "Savings", "Cash")] == [ID, ID, set()]


def test_which_of_two_movements_of_one_id_is_explained_is_not_guessed(room: LedgerRoom) -> None:
    room.write(MANUAL, SAVINGS)
    for account in ("Checking", "Savings"):
        room.open().execute(
            bank("b1", "11-10", "20.00", Unexplained(), account=account), sha256_hex(account.encode()), {}
        )
    with pytest.raises(NotAllowed, match="waits to be explained"):
        room.open().execute(explains("b1", "11-10", "20.00", to("Private")), KEY, {})


SPENT = """2026-11-12 * "Shop" "paid in part"
  Expenses:Office  {amount} EUR
  Equity:Unexplained
"""


@pytest.fixture
def spent(room: LedgerRoom) -> LedgerRoom:
    """Three movements to a shop, of 20.00, 30.00 and, on a later day, 20.00, that wait."""
    moved = (("o1", "11-10", "-20.00"), ("o2", "11-11", "-30.00"), ("o3", "11-13", "-20.00"))
    for at, (name, on, amount) in enumerate(moved):
        room.open().execute(named("Shop", bank(name, on, amount, Unexplained())), sha256_hex(str(at).encode()), {})
    return room


@pytest.mark.parametrize(
    ("amount", "left"),
    [
        ("20.00", {"o2", "o3"}),  # the one of this amount, and not the later one
        ("50.00", {"o3"}),  # which ones are meant is told by nothing
        ("-20.00", {"o1", "o2", "o3"}),  # puts something back
    ],
)
def test_what_the_owners_own_entry_may_explain_waits_no_longer(spent: LedgerRoom, amount: str, left: set[str]) -> None:
    spent.write(MANUAL, SPENT.format(amount=amount))
    figures = read_figures(spent.vault, spent.state)
    assert figures.unexplained_moves("Checking").keys() == left
    twice = explains("o1", "11-10", "-20.00", bought(cost("Office", "20.00")))
    if "o1" in left:
        spent.open().execute(twice, KEY, {})
    else:
        with pytest.raises(NotAllowed, match="waits to be explained"):
            spent.open().execute(twice, KEY, {})


def test_an_entry_in_another_currency_explains_nothing(spent: LedgerRoom) -> None:
    spent.write(MANUAL, SPENT.format(amount="20.00").replace("EUR", "USD"))
    assert len(read_figures(spent.vault, spent.state).unexplained_moves("Checking")) == 3


def test_what_is_not_certain_or_is_no_purchase_tells_nothing_of_a_payee(room: LedgerRoom) -> None:
    legs = "  {account}  5.00 EUR\n  Assets:Cash\n"
    entries = (
        ("*", "A", "Expenses:Office"),
        ("!", "B", "Expenses:Office"),
        ("*", "", "Expenses:Office"),
        ("*", "C", "Equity:Private"),
        ("*", "D", "Assets:Bank:Checking"),
        ("*", "E", "Liabilities:AP:Acme-Ltd"),
        ("*", "F", "Assets:AR:Acme-Ltd"),
    )
    text = "".join(f'2026-11-02 {flag} "{payee}" "x"\n{legs.format(account=name)}' for flag, payee, name in entries)
    opened = "".join(f"2000-01-01 open {name}\n" for name in ("Equity:Private", *(each[2] for each in entries[-2:])))
    back = '2026-11-03 * "G" "goods taken back"\n  Assets:Cash  5.00 EUR\n  Expenses:Office\n'
    room.write(MANUAL, opened + text + back)
    told = read_figures(room.vault, room.state).past_costs()
    assert [(each.payee, each.names, each.is_billed) for each in told] == [
        ("A", ("Office",), False),
        ("C", (PRIVATELY,), False),
        ("E", (), True),
    ]


def test_several_are_explained_at_once_in_each_ones_month_and_found_when_all_are(spent: LedgerRoom) -> None:
    earlier = named("Shop", bank("o0", "10-30", "-7.00", Unexplained()))
    spent.open().execute(earlier, sha256_hex(b"earlier"), {})
    one = explains("o0", "10-30", "-7.00", bought(cost("Travel", "7.00")))
    two = explains("o2", "11-11", "-30.00", to("Private"))
    both = one.model_copy(update={"moves": (*one.moves, *two.moves)})
    assert isinstance(spent.open().find(KEY, both), Absent)
    receipt = spent.open().execute(both, KEY, {})
    assert receipt.details == {"entries": "2"}
    assert spent.open().find(KEY, both) == Found(receipt)
    assert spent.open().execute(both, KEY, {}) == receipt
    assert spent.balance("Expenses:Travel") == Decimal("7.00")
    assert spent.balance("Equity:Private") == Decimal("30.00")
    month = spent.vault / "Accounting/2026/2026-11.beancount"  # a kill before this month was written
    text = month.read_text(encoding="utf-8")
    month.write_text(text[: text.index('2026-11-11 * "Shop" "explains o2"')], encoding="utf-8")
    assert isinstance(spent.open().find(KEY, both), Absent)
    spent.open().execute(both, KEY, {})
    assert isinstance(spent.open().find(KEY, both), Found)
    assert spent.balance("Expenses:Travel") == Decimal("7.00")
    assert spent.balance("Equity:Private") == Decimal("30.00")


def test_of_several_of_which_one_waits_no_longer_none_is_written(spent: LedgerRoom) -> None:
    one = explains("o1", "11-10", "-20.00", to("Private"))
    spent.open().execute(one, KEY, {})
    both = one.model_copy(update={"moves": (*explains("o2", "11-11", "-30.00", to("Private")).moves, *one.moves)})
    with pytest.raises(NotAllowed, match="waits to be explained"):
        spent.open().execute(both, OTHER_KEY, {})
    assert spent.balance("Equity:Private") == Decimal("20.00")


def test_a_movement_is_explained_on_its_own_account_only(spent: LedgerRoom) -> None:
    there = explains("o1", "11-10", "-20.00", to("Private")).model_copy(update={"account": "Savings"})
    with pytest.raises(NotAllowed, match="waits to be explained"):
        spent.open().execute(there, KEY, {})


def test_a_movement_is_booked_once_though_the_owner_turned_its_lines_around(waiting: LedgerRoom) -> None:
    text = waiting.read("Accounting/2026/2026-11.beancount")
    lines = text.split("\n")
    at = next(number for number, line in enumerate(lines) if "Assets:Bank:Checking" in line)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    waiting.write("Accounting/2026/2026-11.beancount", "\n".join(lines))
    figures = read_figures(waiting.vault, waiting.state)
    assert set(figures.booked_moves("Checking")) == ID
    assert figures.booked_moves("Checking")["b1"].amount == Decimal("100.00")
    waiting.open().execute(ARRIVED, OTHER_KEY, {})
    assert waiting.balance("Assets:Bank:Checking") == Decimal("100.00")


def test_the_account_that_a_payout_opens_is_its_customers_and_not_the_services(waiting: LedgerRoom) -> None:
    payout = paid_out(("Newco", "", "104.00"), fee="4.00")
    waiting.open().execute(explains("b1", "11-10", "100.00", payout), OTHER_KEY, {})
    text = waiting.read("Accounting/2026/2026-11.beancount")
    assert 'open Assets:AR:Newco\n  customer: "Newco"\n' in text
    assert '"Stripe" "explains b1" #payout' in text
    assert (waiting.balance("Assets:AR:Newco"), waiting.balance("Expenses:Bank-Fees")) == (Decimal(-104), Decimal(4))
