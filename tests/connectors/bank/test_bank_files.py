"""Files of banks that other readers are tested with: ours tells of the same movements, or refuses for a reason."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from agents.connectors.bank.csv_study import Studied, study
from agents.connectors.bank.matches import Verdict
from agents.connectors.bank.matching import reconcile
from agents.connectors.bank.open_items import Expected, OpenItem
from agents.connectors.bank.reader import NeedsProfile, Refusal, read_statements
from agents.connectors.bank.references import LEAST_EXACT
from tests.connectors.bank.bank_files import bank_files, others_say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agents.connectors.bank.statement import BankLine, Statement

    Ours = tuple[Statement, ...] | Refusal | NeedsProfile

UNBALANCED = "Opening balance"
ODOO = "odoo14_addon_account_statement_import"
ODOO_RO = "odoo14_addon_l10n_ro_account_bank_statement_import_mt940"
# what another reader reads and we refuse, by what we say
DECIDED = {
    UNBALANCED: {  # names and amounts were changed by whoever gave the file, or it was shortened
        *(
            f"mt/{name}.sta"
            for name in ("sepa_snippet", "sepa_snippet_broken", "abnamro", "ing", "knab", "postfinance")
        ),
        *(f"mt/{name}.sta" for name in ("rabobank", "triodos", "with_newline_in_tnr", "details_60-63", "whitespace")),
        *("mt/malformed_details.sta", "mt/overly_long_details.sta", "okane/test2.xml"),
        f"{ODOO_RO}_bcr/test_file_bcr.STA",
        f"{ODOO}_camt/test-camt053",
    },
    "no opening or no closing balance": {"mt/gv_codes.sta"},
    "which tells no balances": {"mt/mt942.sta"},
    "begins in RON and ends in EUR": {f"{ODOO_RO}_brd/test_brd_940.txt"},
    "letters of the file were broken": {"mt/171011_01234945.sta"},
    "in no encoding": {"mt/raiffeisen-cmi.sta"},  # a code page of DOS: which one cannot be told
    "balance of the file cannot be read": {"mt/raphaelm.sta"},  # without a currency
    "closes BANKTRANLIST, which is not open": {"beancount_reds_importers/transactions.qfx"},  # edited by hand
    "does not say which account": {"pycamt/test_batch_entries.py:382"},
    "has no amount that can be read": {  # invented: a balance without a direction, three places of francs
        *("pycamt/test_parser.py:5", "pycamt/test_parser.py:57", "pycamt/test_transaction.py:8"),
    },
}
# a reversal of a credit (RC) is money out, as the closing balance shows; the other reader adds it
SIGNED_OTHERWISE = {"mt/sepa_mt9401.sta"}
PRECISION, RECALL = 0.995, 0.85
MOST_CHARS = 25


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return bank_files()


@pytest.fixture(scope="module")
def ours(files: Mapping[str, bytes]) -> dict[str, Ours]:
    return {name: read_statements(content, name, {}) for name, content in files.items()}


@pytest.fixture(scope="module")
def theirs(files: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    said = others_say(files, tmp_path_factory.mktemp("bank-files"))
    return {name: told for name, told in said.items() if "error" not in told and (told["lines"] or told["closings"])}


def by(name: str) -> str:
    """A file by what the lists below call it: its package and its last part."""
    return f"{re.split('-[0-9]', name)[0].partition('/')[0]}/{PurePosixPath(name).name}"


def lines_of(statements: Iterable[Statement]) -> list[tuple[str, Decimal]]:
    return sorted((str(line.day), line.amount) for each in statements for line in each.lines)


def told_by(other: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    return sorted((day, Decimal(amount)) for day, amount in other["lines"])


def test_every_file_is_read_or_waits_for_an_answer_or_is_refused_in_words(ours: Mapping[str, Ours]) -> None:
    kinds = Counter(type(each).__name__ for each in ours.values())
    assert kinds["tuple"] >= 40, kinds
    assert all(each.sentence and each.hint for each in ours.values() if isinstance(each, Refusal))
    assert all(each.questions for each in ours.values() if isinstance(each, NeedsProfile))


def test_what_another_reader_tells_is_told_alike_or_refused_as_decided(
    ours: Mapping[str, Ours], theirs: Mapping[str, dict[str, Any]]
) -> None:
    read = {name: mine for name in theirs if isinstance(mine := ours[name], tuple)}
    other = {by(name) for name, mine in read.items() if lines_of(mine) != told_by(theirs[name])}
    assert other == SIGNED_OTHERWISE
    for name, mine in read.items():
        ends = [each.closing.amount for each in mine if each.closing]
        assert {*ends[-1:]} <= {*map(Decimal, theirs[name]["closings"])}, name
    refused = {by(name): mine.sentence for name in theirs if isinstance(mine := ours[name], Refusal)}
    assert set(refused) == {name for names in DECIDED.values() for name in names}
    for said, names in DECIDED.items():
        assert {name: refused[name] for name in names if said not in refused[name]} == {}
    assert len(read) >= 35


def test_what_we_refuse_as_unbalanced_is_so_for_the_other_reader_too(
    files: Mapping[str, bytes], theirs: Mapping[str, dict[str, Any]]
) -> None:
    seen = 0
    for name, told in theirs.items():
        if by(name) in DECIDED[UNBALANCED] and files[name].count(b":60") == len(told["openings"]) == 1:
            seen += 1
            total = sum((amount for _, amount in told_by(told)), Decimal(told["openings"][0]))
            assert total != Decimal(told["closings"][0]), name
    assert seen >= 8


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("beancount-rabobank/CSV_A_20201231_162237.csv", "EUR"),
        ("beancount-rabobank/CSV_A_NL00RABO1234567890_EUR_20220331_20220702.csv", "EUR"),
        ("beancount_reds_importers/Main_Checking_Account_Transactions.csv", "USD"),
    ],
)
def test_a_table_is_read_as_its_importer_read_it(files: Mapping[str, bytes], name: str, currency: str) -> None:
    (path,) = [each for each in files if by(each) == name]
    answers = {"account_of_all": ["Checking"], "currency_of_all": [currency]}
    found = study(files[path], name, {}, answers)
    assert isinstance(found, Studied)
    read = read_statements(files[path], name, {found.used.digest: found.used})
    assert isinstance(read, tuple)
    entry = r"^(\d{4}-\d\d-\d\d) \*.*\n(?: +\w+:.*\n)*? +[\w:]+ +(-?[\d.]+) "
    golden = re.findall(entry, files[f"{path}.extract"].decode(), re.MULTILINE)
    assert lines_of(read) == sorted((day, Decimal(amount)) for day, amount in golden)
    balance = re.findall(r" balance .* (-?[\d.]+) [A-Z]", files[f"{path}.extract"].decode())
    closing = read[0].closing
    assert closing is not None
    assert [closing.amount] == [*map(Decimal, balance[-1:])] or not balance


@pytest.mark.parametrize("half", [0, 1])
def test_invoices_that_the_banks_texts_name_are_booked_and_no_others(ours: Mapping[str, Ours], half: int) -> None:
    """Half of what came in has an invoice, and another one of the same party; the other half has none."""
    booked, right, missed, matchable = 0, 0, [], 0
    for statements in (each for each in ours.values() if isinstance(each, tuple)):
        lines = [line for each in statements for line in each.lines]
        items = {line.bank_id: item for line in lines[half::2] if (item := invoice_of(line, lines))}
        others = [replace(each, number=other_number(each.number), amount=each.amount + 1) for each in items.values()]
        expected = Expected((*items.values(), *others), (), tuple({each.account for each in statements}))
        matches = {each.line.bank_id: each for each in reconcile(statements, expected).matches}
        auto = {name: each for name, each in matches.items() if each.verdict is Verdict.AUTO}
        is_right = {name for name, each in auto.items() if name in items and each.parts == part_of(items[name])}
        booked, right, matchable = booked + len(auto), right + len(is_right), matchable + len(items)
        missed += [matches[name] for name in items.keys() - is_right]
    assert matchable >= 10
    assert right / booked >= PRECISION, (right, booked)
    assert right / matchable >= RECALL, [(each.line.text, each.reasons) for each in missed]


def invoice_of(line: BankLine, among: Sequence[BankLine]) -> OpenItem | None:
    """An invoice that the line pays: its number is the longest word with digits that only this line of the file has."""
    words = re.findall(r"\b[A-Za-z]*[0-9](?:[./-]?[A-Za-z0-9]+)*", f"{line.reference} {line.text}")
    texts = [f"{each.reference} {each.text}" for each in among]
    own = [
        each for each in words if LEAST_EXACT <= len(each) <= MOST_CHARS and sum(each in text for text in texts) == 1
    ]
    if line.amount <= 0 or line.is_return or not own or not line.party:
        return None
    issued = line.day - timedelta(days=20)
    return OpenItem(max(own, key=len), line.party, line.amount, line.currency, issued, line.day, is_incoming=True)


def other_number(number: str) -> str:
    """The next one: its last digit is another."""
    at = max(place for place, char in enumerate(number) if char.isdigit())
    return f"{number[:at]}{(int(number[at]) + 1) % 10}{number[at + 1 :]}"


def part_of(item: OpenItem) -> tuple[tuple[str, Decimal], ...]:
    return ((item.number, item.amount),)
