"""Moves that a crash left half done: the note has both names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from agents.errors import Transient
from agents.vault.store import Operation
from tests.vault.test_store import CLAIMED, LINE, NOTE, files, refuse, store, write

if TYPE_CHECKING:
    from agents.vault.store import Store

__all__ = ["store"]


def test_a_move_that_a_crash_left_half_done_is_ended(store: Store) -> None:
    moves = [Operation("move", f"Plans/{name}.md", f"Done/2026-11/{name}.md") for name in ("half", "copied", "not")]
    edited = Operation("move", NOTE, CLAIMED, edits=(LINE,))
    for each in (*moves, edited):
        write(store, each.path, "# Plan\n")
    half, copied, _ = moves
    (store.root / "Done/2026-11").mkdir()
    (store.root / half.target).hardlink_to(store.root / half.path)
    write(store, copied.target, "# Plan\n")
    store.end_moves([*moves, edited])
    assert sorted(files(store)) == sorted([half.target, copied.path, copied.target, moves[2].path, NOTE])


def test_a_half_done_move_through_a_link_or_on_a_full_disk_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.root / "Done/2026-11").symlink_to(store.root / "Plans")
    move = Operation("move", "Plans/a.md", "Done/2026-11/a.md")
    write(store, move.path, "# Plan\n")
    store.end_moves([move])
    assert list(files(store)) == [move.path]
    (store.root / "Done/2026-11").unlink()
    (store.root / "Done/2026-11").mkdir()
    (store.root / move.target).hardlink_to(store.root / move.path)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Transient, match="No space left"):
        store.end_moves([move])
