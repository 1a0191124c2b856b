"""Figures out of kept parts are those of the ledger loaded whole, whatever stands in it and however it was changed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.connectors.book_keeping import MAIN
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.figures import LedgerFigures
from agents.connectors.ledger.ledger import Ledger
from agents.connectors.ledger.ledger_append import LedgerAppend, appended
from agents.connectors.ledger.ledger_cache import LedgerCache
from agents.connectors.ledger.ledger_files import read_ledger
from tests.connectors.ledger.ledger_room import MANUAL, MONTH, LedgerRoom

if TYPE_CHECKING:
    import pytest

    from agents.connectors.ledger.beancount_file import Loaded

NEW_YEAR = date(2026, 1, 1)
NUMBERS = ("INV-2026-0001", "INV-2026-0002", "BILL-2026-0001")
ACCOUNTS = (
    *("Assets:Bank:Checking", "Assets:Cash", "Assets:AR:Acme", "Liabilities:AP:Paper", "Income:Services"),
    *("Expenses:Office", "Liabilities:VAT:Input", "Equity:Unexplained"),
)
AMOUNTS = st.integers(-9999, 9999).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(0, 120).map(lambda days: NEW_YEAR + timedelta(days=days))


@st.composite
def entries(draw: st.DrawFn) -> tuple[date, str]:
    """An entry of two or three legs that may issue, pay, credit, name or explain something, or nothing of it."""
    day, number = draw(DAYS), draw(st.sampled_from(NUMBERS))
    word = draw(st.sampled_from(["", "#invoice", "#bill", "#credit", "#payment"]))
    link, named = draw(st.sampled_from(["", f"^{number.lower()}"])), draw(st.sampled_from(["", number, "a « text »"]))
    meta = draw(st.sampled_from(["", f'number: "{number}"', 'bank_id: "b1"', 'bank_id: "b2"', 'explains: "b1"']))
    due = draw(st.sampled_from(["", f"  due: {day + timedelta(days=14)}\n", '  due: "soon"\n']))
    flag, currency = draw(st.sampled_from("**!")), draw(st.sampled_from(["EUR", "EUR", "USD"]))
    applies = draw(st.sampled_from(["", f'    applies: "{number.lower()}"\n', '    applies: ""\n']))
    legs = draw(st.lists(st.tuples(st.sampled_from(ACCOUNTS), AMOUNTS), min_size=1, max_size=2))
    rest = -sum((amount for _, amount in legs), Decimal("0.00"))
    last = draw(st.sampled_from(ACCOUNTS))
    told = "".join(f"  {account}  {amount:.2f} {currency}\n{applies}" for account, amount in legs)
    head = f'{day} {flag} "Acme" "{named}" {word} {link}\n'
    return day, f"{head}{f'  {meta}' if meta else ''}\n{due}{told}  {last}  {rest:.2f} {currency}\n".replace(
        "\n\n", "\n"
    )


def texts_of(room: LedgerRoom) -> dict[str, str]:
    texts = read_ledger(room.vault)
    assert isinstance(texts, dict)
    return texts


def same(loaded: Loaded) -> Loaded:
    return loaded


def figures_of(ledger: Ledger) -> list[object]:
    """Everything that can be asked for."""
    figures, end = LedgerFigures(ledger, "any"), NEW_YEAR + timedelta(days=90)
    found: list[object] = [figures.booked_moves("Checking"), figures.booked_moves("Cash")]
    for on in (NEW_YEAR + timedelta(days=30), end):
        found += [figures.profit_and_loss(NEW_YEAR, on), figures.vat(NEW_YEAR, on), figures.cash(on)]
        found += [figures.receivables(on), figures.payables(on), figures.unexplained(on), figures.party("Acme", on)]
        found += [figures.document(number, on) for number in NUMBERS]
        found += [figures.documents(on), figures.documents(on, vendor=True)]
        found += [figures.booked_moves("Checking", on), figures.bare_costs("Checking", on)]
    return [*found, figures.ibans(), figures.past_costs(), figures.export(NEW_YEAR, end), ledger.home, ledger.files]


def sums_of(ledger: Ledger, account: str, end: date) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for _, row in ledger.rows(lambda each: each == account, (date.min, end), 1):
        found[row.currency] = found.get(row.currency, Decimal(0)) + row.amount
    return found


@settings(max_examples=30)
@given(st.lists(entries(), max_size=6), st.lists(entries(), max_size=3), entries(), DAYS)
def test_what_is_kept_says_what_the_whole_says(
    tmp_path_factory: pytest.TempPathFactory,
    some: list[tuple[date, str]],
    own: list[tuple[date, str]],
    more: tuple[date, str],
    end: date,
) -> None:
    room = LedgerRoom(tmp_path_factory.mktemp("kept"))
    bare = texts_of(room)
    chart = {each for text in bare.values() for each in text.split() if each in ACCOUNTS}
    opens = "".join(f"1999-01-01 open {each}\n" for each in ACCOUNTS if each not in chart)
    room.write(MANUAL, opens + "".join(text for _, text in own))  # of all months
    texts = {**texts_of(room), **appended(texts_of(room), sorted(some))}
    cache = LedgerCache(room.vault, room.state)
    for version in (texts, {**texts, **appended(texts, [more])}):
        truth = load(version, MAIN, room.vault)
        assert truth.errors == ()
        append = LedgerAppend(room.vault, room.state)
        checked = append.checked(cache.ledger(texts), version, "an entry")
        append.written(checked)
        plain = figures_of(Ledger(version, partial(same, truth)))
        for ledger in (checked, cache.ledger(version)):  # loaded or checked quickly, and as it is kept then
            assert figures_of(ledger) == plain
            assert ledger.whole() == truth
    kept = cache.ledger(version)
    for account in ACCOUNTS:
        sums: dict[str, Decimal] = {}
        for each in truth.transactions:
            for leg in each.postings if each.day <= end else ():
                if leg.account == account:
                    sums[leg.currency] = sums.get(leg.currency, Decimal(0)) + leg.amount
        assert sums_of(kept, account, end) == sums
    assert cache.loads == 0  # all of it out of what was kept


def test_rows_are_in_the_order_of_days_whatever_file_they_stand_in_and_of_the_days_asked_for(room: LedgerRoom) -> None:
    days = (date(2026, 11, 3), date(2026, 11, 12), date(2026, 11, 21))
    for name, some in ((MONTH, days[::2]), (MANUAL, days[1:2])):
        room.write(name, "".join(f'{day} * "x"\n  Assets:Cash  1 EUR\n  Expenses:Other\n' for day in some))
    cache = LedgerCache(room.vault, room.state)
    for _ in range(2):
        figures = LedgerFigures(cache.ledger(texts_of(room)), "any")
        (cash,) = figures.cash(days[2])
        assert [row.day for row in cash.rows] == [*days]
        for day in days:  # the first and the last of its file
            assert figures.profit_and_loss(day, day).result.amounts == {"EUR": Decimal(1)}
    assert cache.loads == 1
