"""What audits found is kept once, until somebody decides about it or it is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.durability.finding_rows import (
    ASKED,
    GONE,
    OPEN,
    FindingRow,
    decide_finding,
    keep_findings,
    known_findings,
    marked_open,
    open_findings,
)
from agents.durability.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

ROW = FindingRow("late a", "0123456789", "A is late.", "Ask.", "5.00", 1, OPEN, "2026-11-20", "2026-11-27", 2)


def test_a_finding_is_kept_once_and_decided_once(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        keep_findings(sql, [replace(ROW, seen=1), replace(ROW, key="late b", mark="b", state=GONE)])
        keep_findings(sql, [ROW])
        assert known_findings(sql)["late a"] == ROW
        assert (open_findings(sql, 2), open_findings(sql, 3)) == ((ROW,), ())  # gravity 1, and ignored once
        assert marked_open(sql, "0123456789") == ROW
        assert marked_open(sql, "b") is None
        decide_finding(sql, ROW, ASKED, "2026-11-28")
        assert marked_open(sql, "0123456789") is None
        said = replace(ROW, state=ASKED, decided_on="2026-11-28", decided_amount="5.00")
        assert known_findings(sql)["late a"] == said
    journal.close()


def test_what_the_owner_called_fine_outlives_a_journal_that_begins_anew(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        keep_findings(sql, [ROW])
    journal.begin_anew(tmp_path / "kept.sqlite", {})
    with journal.begin() as sql:
        assert known_findings(sql) == {ROW.key: ROW}
    journal.close()
