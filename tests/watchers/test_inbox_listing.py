"""Promises about names: what another program still writes is left, what an owner may drop is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.watchers.samples import written
from watchers.inbox_listing import is_in_the_cloud, list_inbox, look, reason_to_leave

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
    listing = list_inbox(tmp_path, "Inbox")
    assert [(entry.path, entry.status.st_size) for entry in listing.entries] == [
        ("Inbox/a/z.txt", 1),
        ("Inbox/b.txt", 2),
    ]


def test_an_entry_gone_since_it_was_listed_is_nothing(tmp_path: Path) -> None:
    assert list(look(tmp_path / "gone.txt", "Inbox/gone.txt", frozenset(), 0)) == []
