"""The owner's table `Who we are`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.letterhead import Letterhead, read_letterhead
from agents.errors import NeedsOwner
from tests.connectors.ledger.ledger_room import HANDBOOK

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str) -> Letterhead:
    (folder / "Company_Handbook.md").write_bytes(text.encode())
    return read_letterhead(folder)


def test_the_table_fills_the_letterhead(tmp_path: Path) -> None:
    ours = read(tmp_path, HANDBOOK)
    assert (ours.company, ours.street, ours.tax_id) == ("Studio Lindqvist", "Hafenstraße 12", "DE123456789")
    assert (ours.phone, ours.language) == ("", "en")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("de", "de"), ("Deutsch", "de"), ("en", "en"), ("fr", "fr"), ("French", "fr"), ("nl", "en"), ("", "en")],
)
def test_the_language_is_english_unless_the_owner_says_another_that_we_print(
    tmp_path: Path, said: str, meant: str
) -> None:
    assert read(tmp_path, HANDBOOK + f"| language | {said} |\n| colour | blue |\n").language == meant


@pytest.mark.parametrize(
    "text",
    [
        "# Company handbook\n",
        HANDBOOK.replace("Studio Lindqvist", ""),
        HANDBOOK.replace("Who we are", "Something else"),
        HANDBOOK + "\x00",
    ],
)
def test_without_a_company_no_invoice(tmp_path: Path, text: str) -> None:
    with pytest.raises(NeedsOwner) as asked:
        read(tmp_path, text)
    assert "Company_Handbook.md" in asked.value.hint


def test_sentences_may_be_longer_than_other_values_and_the_footer_stays_one_line(tmp_path: Path) -> None:
    long = "word " * 100
    ours = read(tmp_path, HANDBOOK + f"| closing | {long} |\n| footer | {long} |\n| phone | {long} |\n")
    assert (len(ours.closing), len(ours.footer), len(ours.phone)) == (400, 160, 120)


@pytest.mark.parametrize(("said", "is_on"), [("yes", True), ("Ja", True), ("", False), ("no", False)])
def test_an_e_invoice_is_made_when_the_owner_says_so(tmp_path: Path, said: str, *, is_on: bool) -> None:
    assert read(tmp_path, HANDBOOK + f"| e-invoice | {said} |\n").e_invoice is is_on


def test_what_the_owner_calls_otherwise_is_kept_by_its_english_name(tmp_path: Path) -> None:
    rows = "| Invoice | Honorarnote |\n| Unit  Price | Satz |\n| total | |\n"
    table = f"\n## Words on invoices\n\n| what | value |\n| --- | --- |\n{rows}"
    ours = read(tmp_path, HANDBOOK + "| words | none |\n" + table + f"| bank | {'x' * 40} |\n")
    assert ours.words == {"invoice": "Honorarnote", "unit price": "Satz", "bank": "x" * 30}
    assert read(tmp_path, HANDBOOK).words == {}
    with pytest.raises(NeedsOwner, match="Nothing on an invoice is called 'invioce'") as asked:
        read(tmp_path, HANDBOOK + table.replace("| Invoice |", "| invioce |"))
    assert "invoice number" in asked.value.hint


def test_a_colour_that_is_none_is_the_owners_to_mend(tmp_path: Path) -> None:
    assert read(tmp_path, HANDBOOK + "| accent colour | #b4283C |\n").accent_colour == "#b4283C"
    with pytest.raises(NeedsOwner, match="colour") as asked:
        read(tmp_path, HANDBOOK + "| accent colour | red |\n")
    assert "#1C4E6E" in asked.value.hint


def test_a_missing_handbook_is_the_owners_to_put_back(tmp_path: Path) -> None:
    with pytest.raises(NeedsOwner):
        read_letterhead(tmp_path)
