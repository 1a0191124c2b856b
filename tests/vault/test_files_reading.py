"""Reading files that anybody may have put there, and looking at the vault as a whole."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from agents.vault.files import MISSING, read_regular, write_new
from agents.vault.note import Problem
from agents.vault.stop_note import stop_reason
from agents.vault.word_notes import word_notes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_reading_takes_regular_files_with_one_name_and_nothing_else(tmp_path: Path) -> None:
    write_new(tmp_path / "x.md", b"text")
    assert read_regular(tmp_path / "x.md", 4) == b"text"
    assert read_regular(tmp_path / "x.md", 3) == Problem(0, "the file has more than 3 bytes")
    assert read_regular(tmp_path / "none.md", 9) == MISSING
    (tmp_path / "link.md").symlink_to("x.md")
    assert read_regular(tmp_path / "link.md", 9) == Problem(0, "it is a link")
    assert isinstance(read_regular(tmp_path, 9), Problem)
    assert isinstance(read_regular(tmp_path / "x.md" / "y.md", 9), Problem)
    (tmp_path / "twin.md").hardlink_to(tmp_path / "x.md")
    assert read_regular(tmp_path / "x.md", 9) == Problem(0, "the file has several names")


def test_reading_never_waits_for_a_pipe_or_a_socket(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert read_regular(tmp_path / "pipe.md", 9) == Problem(0, "it is no regular file")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.md"))
        assert isinstance(read_regular(tmp_path / "socket.md", 9), Problem)


def test_a_file_that_grows_while_it_is_read_is_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_new(tmp_path / "x.md", b"text")
    honest = os.read

    def growing(file: int, length: int) -> bytes:
        with (tmp_path / "x.md").open("ab") as grown:
            grown.write(b"more")
        return honest(file, length)

    monkeypatch.setattr(os, "read", growing)
    assert read_regular(tmp_path / "x.md", 20) == Problem(0, "the file has more than 20 bytes")


def test_notes_that_say_a_word_are_found_with_a_mark_that_changes_when_they_are_written(tmp_path: Path) -> None:
    assert word_notes(tmp_path, "pause") == {}
    (tmp_path / "pause").mkdir()
    write_new(tmp_path / "Inbox" / "PAUSE.md", b"only the root counts")
    write_new(tmp_path / "PAUSE.md", b"")
    write_new(tmp_path / "DRAIN.md", b"")
    (tmp_path / "pause.txt").symlink_to(tmp_path / "gone")
    before = word_notes(tmp_path, "pause")
    assert before is not None
    assert list(before) == ["PAUSE.md", "pause.txt"]
    (tmp_path / "PAUSE.md").write_bytes(b"more")
    after = word_notes(tmp_path, "pause")
    assert after is not None
    assert after["PAUSE.md"] != before["PAUSE.md"]
    assert word_notes(tmp_path / "gone", "pause") is None


def test_a_stop_note_and_a_vault_nobody_can_read_are_reasons_to_stop(tmp_path: Path) -> None:
    assert stop_reason(tmp_path) is None
    write_new(tmp_path / "Inbox" / "STOP.md", b"only the root counts")
    assert stop_reason(tmp_path) is None
    write_new(tmp_path / "Stop (Conflicted copy \u202e 202611231010).md", b"")
    assert stop_reason(tmp_path) == "Stop (Conflicted copy ⟨U+202E⟩ 202611231010).md is in the vault"
    assert stop_reason(tmp_path / "gone") == "the vault cannot be read: No such file or directory"
