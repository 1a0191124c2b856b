"""The sheet for the tax adviser, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.connectors.ledger.ledger_room import pdf_text
from tests.flows.employee import Employee

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sheet_is_written_to_a_new_file_that_only_the_owner_reads(tmp_path: Path) -> None:
    employee, path = Employee(tmp_path).init(), tmp_path / "adviser.pdf"
    said = employee.said("books", "adviser", "--from", "2026-01-01", "--to", "2026-01-31", str(path))
    assert "2026-01-01 to 2026-01-31" in said
    assert "2026-01-01 to 2026-01-31" in "".join(pdf_text(path.read_bytes()))
    assert path.stat().st_mode & 0o077 == 0
    before = path.read_bytes()
    assert "is there already" in employee.call("books", "adviser", str(path)).output
    assert path.read_bytes() == before
