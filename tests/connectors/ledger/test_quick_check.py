"""What is checked without loading the whole ledger: dates as people write them, what was padded and asserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import MAIN
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.ledger import Ledger
from agents.connectors.ledger.quick_check import quick_check

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.ledger.beancount_file import Loaded

OLD, OWN, MONTH = (f"Accounting/{name}.beancount" for name in ("accounts", "own", "2026-11"))
ACCOUNTS = (
    "2000-01-01 open Assets:Cash\n2000-1-1 open Assets:Bank:Checking\n2000/01/01 open Equity:Opening-Balances\n"
    "2000-01-01 open Expenses:Other\n2000-01-01 open Expenses:Travel\n"
)
SPENT = '2026-11-20 * "new"\n  Assets:Bank:Checking  -3.00 EUR\n  Expenses:Other  3.00 EUR\n'
TRAVELLED = SPENT.replace("Other", "Travel")
PAD = "2026-01-20 pad Assets:Cash Equity:Opening-Balances\n"
SETTLED = f"{PAD}2026-01-21 balance Assets:Cash 5.00 EUR\n"


def ledger(own: str, month: str = "", top: str = "") -> dict[str, str]:
    included = "".join(f'include "{name}.beancount"\n' for name in ("accounts", "own", "2026-11"))
    return {MAIN: top + included, OLD: ACCOUNTS, OWN: own, MONTH: f"; the month\n{month}"}


def checked(root: Path, before: dict[str, str], new: str) -> tuple[Loaded | None, Loaded]:
    """What is said quickly when `new` is appended to the month, and what the whole says."""
    known = Ledger(before, lambda: load(before, MAIN, root))
    assert known.errors == ()
    after = before | {MONTH: before[MONTH] + new}
    quick = quick_check(known, after, root)
    return quick.whole() if quick else None, load(after, MAIN, root)


@pytest.mark.parametrize(
    "own",
    [
        "2026-7-1 close Expenses:Travel\n",
        "2026/7/1 close Expenses:Travel\n",
        "2026-07-1\tclose  Expenses:Travel\n",
        "2026-07-01close Expenses:Travel\n",
    ],
)
@pytest.mark.parametrize("new", [SPENT, TRAVELLED])
def test_an_account_that_was_closed_is_seen_however_its_day_is_written(tmp_path: Path, own: str, new: str) -> None:
    quick, whole = checked(tmp_path, ledger(own), new)
    assert quick is None
    assert bool(whole.errors) is (new is TRAVELLED)


@pytest.mark.parametrize("day", ["2026-12-1", "2026/12/1", "2026-12-01"])
def test_a_later_entry_in_another_file_is_weighed_too(tmp_path: Path, day: str) -> None:
    own = f"{day} balance Assets:Bank:Checking 0.00 EUR\n"
    quick, whole = checked(tmp_path, ledger(own), SPENT)
    assert quick is None
    assert whole.errors
    there_and_back = SPENT + SPENT.replace("-3.00", "3.00").replace("Other  3.00", "Other  -3.00")
    quick, whole = checked(tmp_path, ledger(own), there_and_back)
    assert quick == whole


@pytest.mark.parametrize("word", ["2026-02-30 remember this", "2026-13-1 ", "0000-00-00 note", "2026-0-1 close X"])
def test_a_day_that_is_none_is_not_judged(tmp_path: Path, word: str) -> None:
    own = f'2026-01-05 * "a text over\n{word} lines"\n  Assets:Cash  1 EUR\n  Expenses:Other\n'
    assert checked(tmp_path, ledger(own), SPENT)[0] is None
    assert checked(tmp_path, ledger("", own), SPENT)[0] is None


@pytest.mark.parametrize(
    "own",
    [
        SETTLED,
        SETTLED.replace("2026-01-2", "2026-1-2"),
        f"{SETTLED}2026-02-01 pad Assets:Cash Equity:Opening-Balances\n2026-02-02 balance Assets:Cash 7.00 EUR\n",
    ],
)
def test_a_pad_whose_balance_is_over_is_as_it_was(tmp_path: Path, own: str) -> None:
    spent = SPENT.replace("Bank:Checking", "Cash")
    for new in (SPENT, spent):
        quick, whole = checked(tmp_path, ledger(own), new)
        assert whole.errors == ()
        assert quick == whole
    left = "4.00" if "7.00" in own else "2.00"
    for balance, right in ((left, True), ("9.00", False)):
        quick, whole = checked(tmp_path, ledger(own), f"{spent}2026-11-21 balance Assets:Cash {balance} EUR\n")
        assert bool(whole.errors) is not right
        assert quick == (whole if right else None)


@pytest.mark.parametrize("spent", ["EUR", "USD"])
def test_a_pad_that_another_currency_still_waits_for_is_never_told_wrongly(tmp_path: Path, spent: str) -> None:
    month = "2026-12-01 balance Assets:Cash 5.00 USD\n"
    new = SPENT.replace("Bank:Checking", "Cash").replace("EUR", spent)
    quick, whole = checked(tmp_path, ledger(SETTLED, month), new)
    assert whole.errors == ()
    assert quick is None if spent == "USD" else quick == whole  # the pad is 3.00 dollars more than it was


@pytest.mark.parametrize("amount", ["0.00", "5.00"])
def test_a_balance_among_the_padded_is_never_told_wrongly(tmp_path: Path, amount: str) -> None:
    early = f"2026-01-{'10' if amount == '0.00' else '25'} balance Assets:Cash {amount} EUR\n"
    before = ledger(SETTLED) | {MAIN: 'include "20[0-9][0-9].beancount"\n' + ledger("")[MAIN]}
    before |= {"Accounting/2027.beancount": f"{early}2026-12-20 balance Assets:Bank:Checking -3.00 EUR\n"}
    known = Ledger(before | {MONTH: SPENT}, lambda: load(before | {MONTH: SPENT}, MAIN, tmp_path))
    assert known.errors == ()
    after = before | {MONTH: SPENT + SPENT.replace("Bank:Checking", "Cash")}
    quick = quick_check(known, after, tmp_path)
    assert (quick.whole() if quick else None) == (load(after, MAIN, tmp_path) if amount == "0.00" else None)


@pytest.mark.parametrize(
    ("own", "month"),
    [
        (PAD, "2026-12-01 balance Assets:Cash 5.00 EUR\n"),  # settled by what may move
        (f"{PAD}2026-01-25 balance Assets:Bank:Checking 0 EUR\n", "2026-12-01 balance Assets:Cash 5.00 EUR\n"),
        (f"{SETTLED}2026-03-01 pad Assets:Cash Equity:Opening-Balances\n", "2026-12-01 balance Assets:Cash 9.00 EUR\n"),
        (SETTLED, "2026-01-10 balance Assets:Cash 0.00 EUR\n"),
        ("", f"{PAD}2026-12-01 balance Assets:Cash 5.00 EUR\n"),
        ("", SETTLED),
    ],
)
def test_a_pad_that_could_become_another_is_left_to_the_whole(tmp_path: Path, own: str, month: str) -> None:
    assert checked(tmp_path, ledger(own, month), SPENT)[0] is None


@pytest.mark.parametrize(
    ("own", "top"),
    [
        ('2026-01-05 custom "budget" "x"\n', ""),
        ('2026-01-05 query "all" "SELECT *"\n', ""),
        ("", 'option"inferred_tolerance_default""EUR:0.5"\n'),
        ("", "2026-01-05 open Expenses:Food\n2026-01-06 close Expenses:Food\n"),
        ("pushtag #x\npoptag #x\n", ""),
    ],
)
def test_what_it_does_not_know_is_left_to_the_whole(tmp_path: Path, own: str, top: str) -> None:
    assert checked(tmp_path, ledger(own, top=top), SPENT)[0] is None


def test_what_says_no_day_or_comes_with_another_file_is_left_to_the_whole(tmp_path: Path) -> None:
    before = ledger("")
    known = Ledger(before, lambda: load(before, MAIN, tmp_path))
    assert quick_check(known, before | {MONTH: "; nothing yet\n"}, tmp_path) is None
    assert quick_check(known, before | {"Accounting/2026-12.beancount": SPENT}, tmp_path) is None
    assert quick_check(known, {name: text for name, text in before.items() if name != OWN}, tmp_path) is None
    assert quick_check(known, before | {MAIN: before[MAIN] + SPENT}, tmp_path) is None
