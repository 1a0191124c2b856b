"""The books in a browser: a copy for reading, and nothing of which a file of the vault says that it should run."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import MAIN
from agents.console.books_page import fava, kept_until, show_books
from agents.errors import NeedsOwner, NotAllowed
from tests.connectors.ledger.ledger_room import MANUAL, LedgerRoom

if TYPE_CHECKING:
    from pathlib import Path

    from agents.console.books_page import Show

HERE = find_spec("fava") is not None


@pytest.fixture
def room(tmp_path: Path) -> LedgerRoom:
    return LedgerRoom(tmp_path)


def shown(room: LedgerRoom) -> dict[str, str]:
    """The files that are served."""
    found: dict[str, str] = {}

    def serve(ledger: Path, port: int) -> None:
        assert port == 5001
        root = ledger.parents[1]
        assert root.stat().st_mode & 0o077 == 0
        found.update({each.relative_to(root).as_posix(): each.read_text("utf-8") for each in root.rglob("*.beancount")})

    def show() -> Show:
        return serve

    show_books(room.vault, 5001, show)
    return found


def test_of_a_ledger_that_keeps_the_books_no_more_it_is_said_until_when_it_did(room: LedgerRoom) -> None:
    assert kept_until(room.vault) == ""
    room.write(MAIN, f'{room.read(MAIN)}2026-12-01 event "books" "odoo"\n')
    assert kept_until(room.vault) == "This is the ledger before 2026-12-01; since then Odoo keeps your books."
    assert MAIN in shown(room)


def test_a_copy_of_every_file_is_shown_and_gone_afterwards(room: LedgerRoom) -> None:
    files = shown(room)
    assert files[MAIN] == room.read(MAIN)
    assert files[MANUAL] == room.read(MANUAL)


@pytest.mark.parametrize(
    "line",
    [
        'plugin "os"',
        'plugin "beancount.plugins.split_expenses" "__import__(\'os\')"',
        '2026-01-01 custom "fava-extension" "evil"',
        '2026-01-01 custom "fava-ext\\ension" "evil"',  # beancount reads the same word
        '2026-01-01 custom "fava-option" "import-config" "evil.py"',
        'include "/etc/passwd"',
        'include "../../elsewhere.beancount"',
    ],
)
def test_a_ledger_that_would_run_or_read_something_is_not_shown(room: LedgerRoom, line: str) -> None:
    room.write(MANUAL, f"{line}\n")
    with pytest.raises(NotAllowed, match="is not shown"):
        shown(room)


def test_one_that_changes_where_modules_are_found_is_not_shown(room: LedgerRoom) -> None:
    room.write(MAIN, f'option "insert_pythonpath" "True"\n{room.read(MAIN)}')
    with pytest.raises(NotAllowed, match="insert_pythonpath"):
        shown(room)


def test_a_ledger_that_cannot_be_read_is_told(room: LedgerRoom) -> None:
    (room.vault / MANUAL).write_bytes(b"\xff")
    with pytest.raises(NeedsOwner, match="cannot be read"):
        shown(room)


@pytest.mark.skipif(HERE, reason="fava is installed")
def test_without_fava_it_is_said_how_to_get_it(room: LedgerRoom) -> None:
    with pytest.raises(NeedsOwner) as told:
        show_books(room.vault, 5001, fava)
    assert "make books" in told.value.hint


def test_fava_is_told_to_serve_this_computer_only_and_to_write_nothing(
    room: LedgerRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for fava's command line keeps what it was called with."""
    told = tmp_path / "told.json"
    package = tmp_path / "standin" / "fava"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "cli.py").write_text(
        "import json, pathlib\n"
        "class main:\n"
        "    @staticmethod\n"
        "    def main(words, standalone_mode):\n"
        f"        pathlib.Path({str(told)!r}).write_text(json.dumps([*words, standalone_mode]))\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(package.parent))
    for name in ("fava", "fava.cli"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    show_books(room.vault, 5001, fava)
    for name in ("fava", "fava.cli"):
        sys.modules.pop(name, None)
    words = json.loads(told.read_text(encoding="utf-8"))
    assert words[:5] == ["--host", "127.0.0.1", "--port", "5001", "--read-only"]
    assert words[5].endswith(MAIN)
    assert words[6] is False
