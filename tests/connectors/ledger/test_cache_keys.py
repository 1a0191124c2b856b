"""Where a file means something else because another file changed, its kept rows are not taken for those of now."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import MAIN
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.ledger import Ledger
from agents.connectors.ledger.ledger_cache import NAME, LedgerCache

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "Accounting/2026-01.beancount", "Accounting/2026-02.beancount"
TOP = 'include "2026-01.beancount"\ninclude "2026-02.beancount"\n'
OPEN = (
    "2000-01-01 open Assets:Cash\n2000-01-01 open Assets:Stock\n2000-01-01 open Equity:Opening-Balances\n"
    "2000-01-01 open Income:Services\n2000-01-01 open Expenses:Other\n"
)
EARNED = '2026-01-05 * "earned"\n  Assets:Cash  5.00 EUR\n  Income:Services\n'
SOLD = '2026-02-05 * "sold"\n  Assets:Stock  -1 GOLD {}\n  Assets:Cash  9.00 EUR\n  Income:Services\n'
THIRDS = '2026-02-05 * "thirds"\n  Assets:Cash  3.333 EUR\n  Expenses:Other\n'


def texts(top: str, one: str, two: str) -> dict[str, str]:
    return {MAIN: top + TOP, ONE: OPEN + one, TWO: two}


def bought(price: str) -> str:
    return f'2026-01-05 * "bought"\n  Assets:Stock  1 GOLD {{{price} EUR}}\n  Assets:Cash\n'


# What is changed lies in one file, what means something else by it in the other
ENTANGLED = {
    "a pad and its balance": (
        texts("", "2026-01-05 pad Assets:Cash Equity:Opening-Balances\n", "2026-02-01 balance Assets:Cash 5.00 EUR\n"),
        texts("", "2026-01-05 pad Assets:Cash Equity:Opening-Balances\n", "2026-02-01 balance Assets:Cash 7.00 EUR\n"),
    ),
    "a pad without a blank": (
        texts("", "2026-1-5pad Assets:Cash Equity:Opening-Balances\n", "2026-02-01 balance Assets:Cash 5.00 EUR\n"),
        texts("", "2026-1-5pad Assets:Cash Equity:Opening-Balances\n", "2026-02-01 balance Assets:Cash 7.00 EUR\n"),
    ),
    "a pad and what came before it": (
        texts("", EARNED, "2026-02-01 pad Assets:Cash Income:Services\n2026-02-02 balance Assets:Cash 9.00 EUR\n"),
        texts("", "", "2026-02-01 pad Assets:Cash Income:Services\n2026-02-02 balance Assets:Cash 9.00 EUR\n"),
    ),
    "a lot and what it was bought for": (texts("", bought("5.00"), SOLD), texts("", bought("7.00"), SOLD)),
    "a tolerance": (
        texts("", EARNED, THIRDS),
        texts('option "inferred_tolerance_default" "EUR:0.5"\n', EARNED, THIRDS),
    ),
    "a tolerance that changes": (
        texts('option "inferred_tolerance_default" "EUR:0.05"\n', EARNED, THIRDS),
        texts('option"inferred_tolerance_default""EUR:0.5"\n', EARNED, THIRDS),
    ),
    "a plugin": (
        texts("", EARNED, '2026-02-05 * "x"\n  Assets:Cash  1.00 EUR\n  Expenses:Other\n'),
        texts(
            'plugin "beancount.plugins.implicit_prices"\n',
            EARNED,
            '2026-02-05 * "x"\n  Assets:Cash  1.00 EUR\n  Expenses:Other\n',
        ),
    ),
}


@pytest.mark.parametrize("which", ENTANGLED)
@pytest.mark.parametrize("turned", [False, True])
def test_what_another_file_decides_is_never_kept_beyond_it(tmp_path: Path, which: str, *, turned: bool) -> None:
    before, after = ENTANGLED[which]
    if turned:
        before, after = after, before
    cache = LedgerCache(tmp_path, tmp_path)
    for version in (before, after):
        whole = load(version, MAIN, tmp_path)
        assert whole.errors == ()
        for _ in range(2):  # the first one keeps it
            assert cache.ledger(version).whole() == whole
    assert cache.loads == 2


def kept_rows(state: Path) -> set[str]:
    with sqlite3.connect(state / NAME) as sql:
        return {digest for (digest,) in sql.execute("SELECT DISTINCT digest FROM part")}


def test_a_month_that_is_appended_to_costs_that_month_only(tmp_path: Path) -> None:
    cache = LedgerCache(tmp_path, tmp_path)
    cache.ledger(texts("", EARNED, "")).whole()
    before = kept_rows(tmp_path)
    cache.ledger(texts("", EARNED, THIRDS)).whole()
    assert len(before & kept_rows(tmp_path)) == 2
    cache.ledger(texts('option "title" "ours"\noption "operating_currency" "CHF"\n', EARNED, THIRDS)).whole()
    assert len(before & kept_rows(tmp_path)) == 1  # these options decide no row


@pytest.mark.parametrize("own", [bought("5.00"), "2026-03-01 pad Assets:Cash Equity:Opening-Balances\n"])
def test_where_files_hang_together_all_rows_are_of_one_version(tmp_path: Path, own: str) -> None:
    cache = LedgerCache(tmp_path, tmp_path)
    balance = "2026-03-02 balance Assets:Cash 1.00 EUR\n" if "pad" in own else ""
    cache.ledger(texts("", own, balance)).whole()
    before = kept_rows(tmp_path)
    assert len(before) == 3
    cache.ledger(texts("", own, f"{THIRDS}{balance}")).whole()
    assert not before & kept_rows(tmp_path)


@pytest.mark.parametrize("damage", [None, b"no database", b"SQLite format 3\0" + b"\xff" * 2000])
def test_it_is_the_owners_alone_also_when_it_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    cache, place = LedgerCache(tmp_path, tmp_path), tmp_path / NAME
    if damage is not None:
        place.write_bytes(damage)
        place.chmod(0o644)
    ours = os.umask(0)
    try:
        for _ in range(3):
            cache.ledger(texts("", EARNED, THIRDS)).whole()
    finally:
        os.umask(ours)
    assert cache.known(texts("", EARNED, THIRDS)) is not None
    assert place.stat().st_mode & 0o777 == 0o600


def test_rows_kept_in_an_older_form_are_thrown_away(tmp_path: Path) -> None:
    cache, now = LedgerCache(tmp_path, tmp_path), texts("", EARNED, THIRDS)
    cache.ledger(now).whole()
    with sqlite3.connect(tmp_path / NAME) as sql:
        sql.execute("PRAGMA user_version=1")
        sql.execute("UPDATE part SET rows = '[]'")
    assert cache.known(now) is None
    for _ in range(2):
        assert cache.ledger(now).whole() == load(now, MAIN, tmp_path)
    assert cache.loads == 2


def test_an_entry_that_no_file_holds_is_not_kept(tmp_path: Path) -> None:
    cache = LedgerCache(tmp_path, tmp_path)
    made = load({MAIN: OPEN + EARNED}, MAIN, tmp_path)
    alone = replace(made, files=frozenset({ONE}), order=(ONE,))
    cache.keep(Ledger({ONE: ""}, lambda: alone))
    assert cache.known({ONE: ""}) is None


def test_a_state_folder_that_takes_nothing_costs_a_load_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"no folder")
    cache, now = LedgerCache(tmp_path, tmp_path / "state"), texts("", EARNED, THIRDS)
    assert cache.ledger(now).whole() == cache.ledger(now).whole() == load(now, MAIN, tmp_path)
    assert cache.loads == 2
