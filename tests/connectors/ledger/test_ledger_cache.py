"""What is kept of a ledger, and what is checked without loading all of it, say what beancount says of the whole."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.book_keeping import MAIN
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.ledger import Ledger
from agents.connectors.ledger.ledger_append import appended
from agents.connectors.ledger.ledger_cache import NAME, LedgerCache
from agents.connectors.ledger.ledger_files import read_ledger
from agents.connectors.ledger.quick_check import quick_check
from agents.errors import NotAllowed
from tests.connectors.books_hand import key_of, perform
from tests.connectors.books_story import STORY, bank, bought, cost
from tests.connectors.contract import KEY
from tests.connectors.ledger.ledger_room import MANUAL, LedgerRoom
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.ledger.beancount_file import Loaded

SPENT = bank("n1", "03-30", "-1.00", bought(cost("Other", "1.00")))


@pytest.fixture
def books(tmp_path: Path) -> EmbeddedLedger:
    """The story up to the end of February: two months that are over, and the one of the template."""
    books = EmbeddedLedger(tmp_path)
    perform(books, STORY[:37])
    return books


def texts_of(room: LedgerRoom) -> dict[str, str]:
    texts = read_ledger(room.vault)
    assert isinstance(texts, dict)
    return texts


def cache(room: LedgerRoom) -> LedgerCache:
    return LedgerCache(room.vault, room.state)


def whole(ledger: Ledger | None) -> Loaded | None:
    """All of a ledger that could be checked quickly."""
    return ledger.whole() if ledger else None


def test_a_kept_ledger_is_the_same_as_a_loaded_one(books: EmbeddedLedger) -> None:
    room, texts = books.room, texts_of(books.room)
    again = cache(room)
    assert again.ledger(texts).whole() == load(texts, MAIN, room.vault)
    assert again.loads == 0


def test_nobody_else_may_read_what_is_kept(books: EmbeddedLedger) -> None:
    assert (books.room.state / NAME).stat().st_mode & 0o777 == 0o600


def test_another_ledger_is_loaded_and_one_with_an_error_is_not_kept(books: EmbeddedLedger) -> None:
    room = books.room
    room.write(MANUAL, '2026-02-27 * "own"\n  Assets:Cash  1 EUR\n  Expenses:Other\n')
    first, second = cache(room), cache(room)
    assert first.ledger(texts_of(room)).whole() == second.ledger(texts_of(room)).whole()
    assert (first.loads, second.loads) == (1, 0)
    room.write(MANUAL, '2026-02-27 * "own"\n  Assets:Cash  1 EUR\n')
    for _ in range(2):
        broken = cache(room)
        assert broken.ledger(texts_of(room)).errors
        assert broken.loads == 1


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 2000])
def test_a_damaged_cache_is_as_good_as_none(books: EmbeddedLedger, damage: bytes) -> None:
    room, texts = books.room, texts_of(books.room)
    (room.state / NAME).write_bytes(damage)
    for _ in range(3):
        assert cache(room).ledger(texts).whole() == load(texts, MAIN, room.vault)
    perform(books, [("03-30", SPENT)], first=400)


def test_a_cache_with_other_rows_is_as_good_as_none(books: EmbeddedLedger) -> None:
    room, texts = books.room, texts_of(books.room)
    with sqlite3.connect(room.state / NAME) as sql:
        sql.execute("UPDATE part SET rows = '[[1, 2]]'")
    assert cache(room).ledger(texts).whole() == load(texts, MAIN, room.vault)
    with sqlite3.connect(room.state / NAME) as sql:
        sql.execute("DELETE FROM part")
    assert cache(room).ledger(texts).whole() == load(texts, MAIN, room.vault)


def test_a_cache_that_another_process_holds_stops_nothing(books: EmbeddedLedger) -> None:
    room = books.room
    holder = sqlite3.connect(room.state / NAME, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    perform(books, [("03-30", SPENT)], first=400)
    holder.close()
    assert room.balance("Expenses:Other") == Decimal("1.00")


def test_an_append_to_a_month_loads_nothing_whole(books: EmbeddedLedger) -> None:
    perform(books, [("03-02", bank("m1", "03-02", "-1.00", bought(cost("Other", "1.00"))))], first=400)  # a new file
    room = books.room
    before = texts_of(room)
    known = cache(room).ledger(before)
    assert known.is_known
    entry = '2026-03-05 * "x"\n  Assets:Bank:Checking  -3.00 EUR\n  Expenses:Other  3.00 EUR\n'
    after = {**before, **appended(before, [(date(2026, 3, 5), entry)])}
    assert whole(quick_check(known, after, room.vault)) == load(after, MAIN, room.vault)
    wrong = {**before, **appended(before, [(date(2026, 3, 5), "2026-03-06 balance Assets:Bank:Checking 1.00 EUR\n")])}
    assert quick_check(known, wrong, room.vault) is None
    right = {
        **before,
        **appended(before, [(date(2026, 3, 5), "2026-03-06 balance Assets:Bank:Checking 16287.20 EUR\n")]),
    }
    assert whole(quick_check(known, right, room.vault)) == load(right, MAIN, room.vault)


@pytest.mark.parametrize(
    "own",
    [
        'plugin "beancount.plugins.auto_accounts"\n',
        'option "inferred_tolerance_default" "EUR:0.5"\n',
        "2026-01-20 close Expenses:Travel\n",
        "2026-01-20 pad Assets:Cash Equity:Opening-Balances\n2026-03-21 balance Assets:Cash 5.00 EUR\n",
        '2026-01-20 * "stock"\n  Assets:Cash  1 GOLD {5.00 EUR}\n  Equity:Opening-Balances\n',
        '2026-13-20 * "no day"\n',
    ],
)
def test_where_less_would_say_something_else_the_whole_is_loaded(books: EmbeddedLedger, own: str) -> None:
    room = books.room
    perform(books, [("03-02", bank("m1", "03-02", "-1.00", bought(cost("Other", "1.00"))))], first=400)
    room.write(MANUAL, own)
    before = texts_of(room)
    known = Ledger(before, lambda: load(before, MAIN, room.vault))
    entry = '2026-03-05 * "x"\n  Assets:Bank:Checking  -3.00 EUR\n  Expenses:Other  3.00 EUR\n'
    after = {**before, **appended(before, [(date(2026, 3, 5), entry)])}
    assert quick_check(known, after, room.vault) is None


MOVES = st.tuples(
    st.integers(-5, 70), st.sampled_from(["Expenses:Other", "Income:Services", "Assets:Cash"]), st.integers(-900, 900)
)


@given(st.lists(MOVES, min_size=1, max_size=6), st.lists(MOVES, max_size=3), st.booleans())
def test_what_is_said_quickly_is_what_the_whole_says(
    tmp_path_factory: pytest.TempPathFactory,
    moves: list[tuple[int, str, int]],
    own: list[tuple[int, str, int]],
    asserted: bool,  # noqa: FBT001 (hypothesis gives it)
) -> None:
    room = LedgerRoom(tmp_path_factory.mktemp("quick"))
    room.write(MANUAL, "".join(entry(*each)[1] for each in own))
    first = [entry(*each) for each in moves]
    texts = texts_of(room)
    before = {**texts, **appended(texts, first)}
    known = Ledger(before, lambda: load(before, MAIN, room.vault))
    new = [entry(66, "Expenses:Other", 5)]
    if asserted:
        new.append((date(2026, 3, 9), "2026-03-10 balance Assets:Cash 5.00 EUR\n"))
    after = {**before, **appended(before, new)}
    truth = load(after, MAIN, room.vault)
    quick = quick_check(known, after, room.vault)
    assert quick is None or whole(quick) == truth
    assert not (quick and truth.errors)


def entry(days: int, account: str, amount: int) -> tuple[date, str]:
    """One entry, so many days after 1 January."""
    day = date(2026, 1, 1) + timedelta(days=days)
    legs = f"  {account}  {amount / 100:.2f} EUR\n  Assets:Bank:Checking  {-amount / 100:.2f} EUR\n"
    return day, f'{day} * "moved"\n{legs}'


def test_what_a_month_that_is_over_is_given_is_checked_whole(books: EmbeddedLedger) -> None:
    late = bank("late", "01-15", "-1.00", bought(cost("Other", "1.00")))
    with pytest.raises(NotAllowed, match="Balance failed"):  # January was closed with the bank's balance
        perform(books, [("03-30", late)], first=400)
    assert books.room.open().find(key_of(400), late) == books.room.open().find(KEY, late)
