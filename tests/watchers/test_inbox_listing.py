"""Promises about names: what another program still writes is left, what an owner may drop is taken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.watchers.samples import written
from watchers import inbox_listing
from watchers.contract import Left
from watchers.inbox_listing import HOLLOW, is_in_the_cloud, list_folder, look, reason_to_leave

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name", ["Invoice 2.pdf", "bank (1).csv", "mail.eml", "letter-final.docx", "part.txt", "report.temp.pdf"]
)
def test_names_owners_give_are_taken(name: str) -> None:
    assert reason_to_leave(name, {name}) is None


@pytest.mark.parametrize("suffix", [".part", ".crdownload"])
def test_a_download_beside_its_half_is_left(suffix: str) -> None:
    assert reason_to_leave("a.pdf", {"a.pdf", f"a.pdf{suffix}"}) == "still being downloaded"


@pytest.mark.parametrize(
    ("flags", "attributes", "away"), [(0, 0, False), (0x40000000, 0, True), (0, 0x00400000, True), (0x40, 0x20, False)]
)
def test_a_file_whose_bytes_are_still_in_the_cloud_is_seen(flags: int, attributes: int, *, away: bool) -> None:
    assert is_in_the_cloud(flags, attributes) is away


def test_entries_come_by_path_with_their_own_status(tmp_path: Path) -> None:
    written(tmp_path / "Inbox/b.txt", "bb")
    written(tmp_path / "Inbox/a/z.txt", "z")
    listing = list_folder(tmp_path / "Inbox", "Inbox")
    assert [(entry.path, entry.status.st_size) for entry in listing.entries] == [
        ("Inbox/a/z.txt", 1),
        ("Inbox/b.txt", 2),
    ]


def test_an_entry_gone_since_it_was_listed_is_nothing(tmp_path: Path) -> None:
    assert list(look(tmp_path / "gone.txt", "Inbox/gone.txt", frozenset(), 0)) == []


def hollow(path: Path) -> Path:
    """A file with a size and no bytes on the disk, as the programs of cloud drives leave them."""
    os.truncate(written(path, ""), 100_000)
    return path


def test_a_file_of_which_nothing_is_on_the_disk_is_left_until_it_is(tmp_path: Path) -> None:
    path = hollow(tmp_path / "Inbox/online only.pdf")
    written(tmp_path / "Inbox/tiny.txt", "x")
    listing = list_folder(tmp_path / "Inbox", "Inbox")
    assert [entry.path for entry in listing.entries] == ["Inbox/tiny.txt"]
    assert listing.left == (Left("Inbox/online only.pdf", HOLLOW),)
    path.write_bytes(b"%PDF" * 25_000)
    assert list_folder(tmp_path / "Inbox", "Inbox").left == ()


def test_where_no_file_has_blocks_on_a_shared_drive_that_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hollow(tmp_path / "Inbox/a.pdf")
    monkeypatch.setattr(inbox_listing, "file_system_of", lambda _path: "fuse.cloud")
    assert [entry.path for entry in list_folder(tmp_path / "Inbox", "Inbox").entries] == ["Inbox/a.pdf"]
    written(tmp_path / "Inbox/here.pdf", "x" * 100_000)
    assert [entry.path for entry in list_folder(tmp_path / "Inbox", "Inbox").entries] == ["Inbox/here.pdf"]
