"""Promises of `Ask.md`: each finished line below the heading is one event, and the note stays the owner's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.vault.ask_lines import consumed
from tests.clock import NOON
from tests.watchers.contract import QUIET_S, WatcherContract
from tests.watchers.samples import LONG_AGO, written
from watchers.ask_watcher import AskWatcher
from watchers.contract import Event, OriginKind, Sweep

if TYPE_CHECKING:
    from pathlib import Path


class TestAsk(WatcherContract):
    """A request is one line; filing it edits the note."""

    def watcher(self, root: Path) -> AskWatcher:
        return AskWatcher(root, QUIET_S)

    def happen(self, root: Path, number: int, at: datetime) -> None:
        note = root / "Ask.md"
        before = note.read_text(encoding="utf-8") if note.exists() else "# Ask\n"
        written(note, f"{before}- remind Acme {number}\n", at)

    def clear(self, root: Path, event: Event) -> None:
        note = root / event.origin
        written(note, consumed(note.read_text(encoding="utf-8"), event.text, "2026-11-23-ask-0123456789"))


def scan(root: Path, text: bytes | str, at: datetime = LONG_AGO) -> Sweep:
    written(root / "Ask.md", text, at)
    return AskWatcher(root, QUIET_S).scan(NOON)


def test_a_request_is_the_owners(tmp_path: Path) -> None:
    (event,) = scan(tmp_path, "# Ask\n- [ ] Send the offer to Birch\n").events
    assert (event.kind, event.source, event.sender_name) == ("ask", "ask", "owner")
    assert (event.text, event.occurred_at) == ("Send the offer to Birch", NOON)
    assert (event.origin, event.origin_kind, event.origin_sha256) == ("Ask.md", OriginKind.LINE, "")


def test_a_last_line_somebody_may_be_typing_waits_longer_than_the_lines_above(tmp_path: Path) -> None:
    sweep = scan(tmp_path, "# Ask\nfinished\nhalf a sen", NOON - timedelta(seconds=QUIET_S))
    assert [event.text for event in sweep.events] == ["finished"]
    assert sweep.unsettled_s == pytest.approx(5 * QUIET_S)


def test_a_note_without_open_requests_waits_for_nothing(tmp_path: Path) -> None:
    assert scan(tmp_path, "# Ask\n- [x] done → [[2026-11-23-ask-0123456789]]\n", NOON).unsettled_s is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# Ask\n" + "x" * 1_000_001, "the file has "),
        (b"# Ask\n\xff\n", "line 2: this is not UTF-8 text"),
        (b"# Ask\nx\0\n", "line 2: this is not text: it holds a NUL"),
        ("---\na: *b\n---\n# Ask\nx\n", "line 2: "),
        ("# Ask\n<<<<<<< mine\nx\n=======\ny\n>>>>>>> theirs\n", "line 2: two versions were merged here"),
        ("# Plans\nx\n", "it has no heading 'Ask'"),
    ],
)
def test_a_note_that_cannot_be_trusted_is_held_and_said(tmp_path: Path, text: bytes | str, reason: str) -> None:
    sweep = scan(tmp_path, text)
    assert sweep.events == ()
    (left,) = sweep.left
    assert left.path == "Ask.md"
    assert left.reason.startswith(reason)


def test_a_linked_note_is_not_followed(tmp_path: Path) -> None:
    written(tmp_path / "other.md", "# Ask\nx\n")
    (tmp_path / "Ask.md").symlink_to(tmp_path / "other.md")
    (left,) = AskWatcher(tmp_path, QUIET_S).scan(NOON).left
    assert left.path == "Ask.md"


def test_a_conflict_copy_is_said(tmp_path: Path) -> None:
    copy = "Ask.sync-conflict-20261123-101010-ABCDEFG.md"
    written(tmp_path / copy, "# Ask\nlost on the phone\n")
    written(tmp_path / "Asking.md", "# Ask\nno\n")
    sweep = scan(tmp_path, "# Ask\nx\n")
    assert [event.text for event in sweep.events] == ["x"]
    assert [left.path for left in sweep.left] == [copy]


def test_a_vault_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    sweep = AskWatcher(tmp_path / "gone", QUIET_S).scan(NOON)
    assert [left.reason for left in sweep.left] == ["the vault is not readable: No such file or directory"]
