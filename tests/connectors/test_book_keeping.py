"""Who keeps the books is read from the ledger's main file, and from nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import MAIN, Keeping, keeping_line, keeping_of
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from pathlib import Path


def kept(root: Path, text: str) -> Keeping:
    place = root / MAIN
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return keeping_of(root)


def test_the_ledger_keeps_them_where_nothing_says_otherwise(tmp_path: Path) -> None:
    assert keeping_of(tmp_path) == Keeping("ledger")
    assert kept(tmp_path, 'include "manual.beancount"\n; 2026-12-01 event "books" "odoo"\n') == Keeping("ledger")


def test_the_last_line_counts_and_is_read_as_it_is_written(tmp_path: Path) -> None:
    there, back = Keeping("odoo", date(2026, 12, 1)), Keeping("ledger", date(2027, 2, 1))
    assert kept(tmp_path, f"; books\n{keeping_line(there)}\n") == there
    assert kept(tmp_path, f"; books\n{keeping_line(there)}\n{keeping_line(back)}\n") == back


@pytest.mark.parametrize("line", ['2026-12-01 event "books" "xero"', '2026-13-01 event "books" "odoo"'])
def test_what_names_no_keeper_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(NeedsOwner, match="event"):
        kept(tmp_path, line)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / MAIN).mkdir(parents=True)
    with pytest.raises(NeedsOwner, match="cannot be read"):
        keeping_of(tmp_path)
