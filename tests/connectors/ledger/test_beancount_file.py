"""Reading a ledger from texts: what beancount says, without what its loader would run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.connectors.books import plain_line, totals
from agents.connectors.contract import Document, sha256_hex
from agents.connectors.ledger.beancount_file import LedgerError, load, new_errors, syntax_problems
from agents.connectors.ledger.booked import receipt_of, totals_of
from agents.connectors.ledger.entry import NewEntry, entry_text, open_text, quoted

ROOT = Path("/vault")
MAIN = "Accounting/main.beancount"
ACCOUNTS = "2000-01-01 open Income:Services\n2000-01-01 open Liabilities:VAT:Output\n2000-01-01 open Assets:Cash\n"
KEY = sha256_hex(b"key")
NETS = st.lists(
    st.tuples(
        st.integers(1, 10**9).map(lambda n: Decimal(n).scaleb(-2)),
        st.sampled_from([Decimal(0), Decimal(7), Decimal(19)]),
    ),
    min_size=1,
    max_size=5,
)


def messages(*texts: str) -> list[str]:
    files = {MAIN: texts[0]} | {f"Accounting/{at}.beancount": text for at, text in enumerate(texts[1:], 1)}
    return [str(each) for each in load(files, MAIN, ROOT).errors]


def entry(customer: str, nets: list[tuple[Decimal, Decimal]], subject: str = "work", taken_back: str = "") -> NewEntry:
    return NewEntry(
        number="CN-2026-0002" if taken_back else "INV-2026-0001",
        key=KEY,
        day=date(2026, 11, 23),
        at=datetime(2026, 11, 23, 10, 7, 12, 345, tzinfo=UTC),
        customer=customer,
        email="billing@client.example",
        subject=subject,
        totals=totals(nets),
        currency="EUR",
        document=Document("inv-2026-0001.pdf", "0" * 64, "Accounting/Invoices/2026/inv-2026-0001.pdf"),
        due=None if taken_back else date(2026, 12, 7),
        credits=taken_back,
    )


@settings(max_examples=60)
@given(st.text().map(plain_line), st.text(), NETS, st.sampled_from(["", "INV-2026-0001"]))
def test_any_entry_is_taken_and_reads_back_as_it_was_meant(
    customer: str, subject: str, nets: list[tuple[Decimal, Decimal]], taken_back: str
) -> None:
    new = entry(customer, nets, subject, taken_back)
    text = open_text(customer) + entry_text(new)
    assert syntax_problems(text) == ()
    loaded = load({MAIN: ACCOUNTS + text}, MAIN, ROOT)
    assert loaded.errors == ()
    (booked,) = loaded.by_meta("key", KEY)
    assert booked.payee == customer
    assert booked.meta["number"] == new.number
    receipt = receipt_of(booked)
    assert receipt is not None
    assert receipt.at == new.at
    assert receipt.documents == (new.document,)
    if not taken_back:
        assert totals_of(booked) == (new.totals, "EUR")


@given(st.text())
def test_any_text_becomes_one_string_on_one_line(text: str) -> None:
    assert len(quoted(text).splitlines()) == 1


def test_errors_name_file_and_line() -> None:
    assert messages('2026-01-01 * "a" "b"\n  Assets:Nowhere  0 EUR\n') == [
        f"{MAIN}:1: Invalid reference to unknown account 'Assets:Nowhere'",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'plugin "os"',
        'plugin "evil"',
        'plugin "beancount.plugins.commodity_attr" "__import__(\'os\').abort()"',
        'plugin "beancount.plugins..evil"',
    ],
)
def test_a_plugin_that_could_run_foreign_code_is_named_and_not_run(line: str) -> None:
    (error,) = messages(f'option "insert_pythonpath" "True"\n{line}\n')
    assert "is not run here" in error


def test_beancounts_own_plain_plugins_run() -> None:
    text = 'plugin "beancount.plugins.auto_accounts"\n2026-01-01 * "a" ""\n  Assets:A  1 EUR\n  Assets:B  -1 EUR\n'
    assert messages(text) == []
    assert len(messages('option "plugin_processing_mode" "raw"\n2026-01-01 pad Assets:A Assets:B\n')) > 0


@pytest.mark.parametrize(
    "pattern", ["/etc/passwd", "../../elsewhere.beancount", "none-*.beancount", "~/x.beancount", "secret.gpg"]
)
def test_an_include_reaches_only_files_of_the_ledger(pattern: str) -> None:
    assert messages(f'include "{pattern}"\n') == [f'{MAIN}:0: include "{pattern}" finds no file of the ledger']


def test_includes_work_as_globs_relative_to_their_file() -> None:
    files = {
        MAIN: 'include "20*/*.beancount"\ninclude "**/deep.beancount"\n',
        "Accounting/2026/a.beancount": 'include "../accounts.beancount"\n',
        "Accounting/accounts.beancount": ACCOUNTS,
        "Accounting/x/y/deep.beancount": '2026-01-01 * "deep" ""\n  Assets:Cash  1 EUR\n  Income:Services\n',
        "Accounting/20x.beancount": "nonsense",
    }
    loaded = load(files, MAIN, ROOT)
    assert loaded.errors == ()
    assert [each.payee for each in loaded.transactions] == ["deep"]


def test_a_file_included_twice_is_an_error_and_counts_once() -> None:
    files = {MAIN: 'include "a.beancount"\ninclude "*a.beancount"\n', "Accounting/a.beancount": ACCOUNTS}
    assert [each.message for each in load(files, MAIN, ROOT).errors] == ["included twice"]


def test_the_disk_is_never_searched_for_documents() -> None:
    assert messages('option "documents" "/a/folder/that/beancount/would/miss"\n') == []


def test_an_error_that_was_there_before_is_not_new_even_if_its_sums_moved() -> None:
    old = LedgerError("a", 3, "BalanceError", "off by 1")
    moved = LedgerError("a", 3, "BalanceError", "off by 2")
    fresh = LedgerError("a", 9, "BalanceError", "off by 2")
    assert new_errors([old], [moved, fresh]) == (fresh,)
    assert new_errors([old], [moved, moved]) == (moved,)


def test_a_broken_snippet_is_refused_with_its_line() -> None:
    (problem, *_) = syntax_problems('2026-01-01 * "unclosed\n')
    assert problem.startswith("line ")


@pytest.mark.parametrize(
    ("old", "new"),
    [('  at: "', '  was: "'), ('at: "2026-', 'at: "yesterday '), ("Assets:AR:Acme-Ltd", "Assets:Cash")],
)
def test_an_entry_changed_beyond_reading_gives_no_receipt(old: str, new: str) -> None:
    text = open_text("Acme Ltd") + "\n" + entry_text(entry("Acme Ltd", [(Decimal(1), Decimal(19))]))
    booked = load({MAIN: ACCOUNTS + text.replace(old, new)}, MAIN, ROOT).transactions[0]
    assert receipt_of(booked) is None


@pytest.mark.parametrize(
    ("old", "new"), [('rate: "19"', 'tax: "19"'), ('rate: "19"', 'rate: "high"'), ("-1.00", "-2.00")]
)
def test_an_invoice_whose_legs_were_changed_gives_no_sums(old: str, new: str) -> None:
    text = open_text("Acme Ltd") + "\n" + entry_text(entry("Acme Ltd", [(Decimal(1), Decimal(19))]))
    booked = load({MAIN: ACCOUNTS + text.replace(old, new)}, MAIN, ROOT).transactions[0]
    assert totals_of(booked) is None


def test_legs_without_a_customers_account_give_no_sums() -> None:
    text = '2026-01-01 * "a" ""\n  Assets:Cash  1.00 EUR\n  Income:Services  -1.00 EUR\n    rate: "0"\n'
    assert totals_of(load({MAIN: ACCOUNTS + text}, MAIN, ROOT).transactions[0]) is None
