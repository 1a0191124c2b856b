"""What the journal knows of drop folders and their files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.durability.drop_folder_rows import (
    After,
    DropFolder,
    DroppedFile,
    Stage,
    connect_folder,
    drop_folders,
    dropped_file,
    dropped_files,
    forget_dropped,
    forget_folder,
    note_dropped,
)
from agents.durability.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCANS = DropFolder("/home/owner/Scans", "Scans", After.MOVE, "/home")
FILE = DroppedFile(SCANS.path, "a.pdf", (1 << 40, 1_800_000_000_000_000_000, 3), "ab" * 32)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.open(tmp_path)
    yield journal
    journal.close()


def test_folders_are_named_changed_and_forgotten_and_their_files_stay_known(journal: Journal) -> None:
    other = DropFolder("/a", "Zoo", After.KEEP)
    with journal.begin() as sql:
        connect_folder(sql, other)
        connect_folder(sql, SCANS)
        assert drop_folders(sql) == (SCANS, other)
        connect_folder(sql, replace(SCANS, after=After.REMOVE))
        note_dropped(sql, FILE)
        forget_folder(sql, SCANS.path)
        assert drop_folders(sql) == (other,)
        assert dropped_files(sql, SCANS.path) == {"a.pdf": FILE}


def test_a_file_has_one_row_by_its_path_and_folder(journal: Journal) -> None:
    with journal.begin() as sql:
        for file in (FILE, replace(FILE, stage=Stage.STUCK), replace(FILE, folder="/a")):
            note_dropped(sql, file)
        assert dropped_file(sql, SCANS.path, "a.pdf") == replace(FILE, stage=Stage.STUCK)
        assert dropped_file(sql, SCANS.path, "b.pdf") is None
        forget_dropped(sql, SCANS.path, "a.pdf")
        assert dropped_files(sql, SCANS.path) == {}
        assert len(dropped_files(sql, "/a")) == 1


def test_a_journal_that_begins_anew_knows_the_folders_and_files_that_stay_and_offers_the_rest_again(
    journal: Journal, tmp_path: Path
) -> None:
    kept = replace(FILE, path="kept.pdf", stage=Stage.KEPT)
    with journal.begin() as sql:
        connect_folder(sql, SCANS)
        note_dropped(sql, FILE)
        note_dropped(sql, kept)
    journal.begin_anew(tmp_path / "old.sqlite", {})
    with journal.begin() as sql:
        assert drop_folders(sql) == (SCANS,)
        assert dropped_files(sql, SCANS.path) == {"kept.pdf": kept}
