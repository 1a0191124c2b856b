"""Operations on files: done once or twice they end alike, and what the owner wrote or moved meanwhile survives."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.errors import BadNote, NotAllowed, Transient
from agents.vault import store as store_module
from agents.vault.files import write_over
from agents.vault.layout import FOLDERS, Mover
from agents.vault.store import EditText, Operation, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOBS = {"b1": b"%PDF-1.7 \xff"}
ID = "2026-11-23-email-7f3a9c21de"
NOTE = f"Needs_Action/{ID}.md"
CLAIMED = f"In_Progress/runner/{ID}.md"


def blob(digest: str) -> bytes:
    try:
        return BLOBS[digest]
    except KeyError:
        raise NotAllowed("the bytes are gone", hint="Restore them.") from None


@pytest.fixture
def store(tmp_path: Path) -> Store:
    root = tmp_path / "Vault"
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    return Store(root, blob)


def write(store: Store, path: str, content: str | bytes) -> Path:
    place = store.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def files(store: Store) -> dict[str, bytes]:
    found = (path for path in store.root.rglob("*") if path.is_file())
    return {path.relative_to(store.root).as_posix(): path.read_bytes() for path in found}


def refuse(*_args: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def twice(store: Store, *operations: Operation) -> dict[str, bytes]:
    """Apply them, then all of them again as after a crash; what lies there."""
    for each in operations:
        store.apply(each)
    once = files(store)
    for each in operations:
        store.apply(each, again=True)
    assert files(store) == once
    return once


def test_an_operation_names_the_files_it_may_change() -> None:
    assert Operation("edit", NOTE).paths() == (NOTE,)
    assert Operation("move", NOTE, CLAIMED).paths() == (NOTE, CLAIMED)


LINE = EditText("line", "- 10:02 claimed", "History")
EDITS = {
    "line": LINE,
    "property": EditText("property", "invoice: yes", "category"),
    "append": EditText("append", "## Receipt\ndone\n"),
    "replace": EditText("replace", "new text\n"),
    "item": EditText("item", "new, item", "tags"),
    "default": EditText("default", "yes: no", "company"),
    "asked": EditText("asked", ID, "write to Anna"),
}


@pytest.mark.parametrize("kind", sorted(EDITS))
def test_an_edit_done_twice_is_done_once(store: Store, kind: str) -> None:
    write(store, "Ask.md", "---\ncategory: none\n---\n# Ask\n- [ ] write to Anna\n")
    before = files(store)["Ask.md"]
    after = twice(store, Operation("edit", "Ask.md", edits=(EDITS[kind],)))["Ask.md"]
    assert after != before
    assert EDITS[kind].text.split(":")[0].strip() in after.decode()


def test_a_note_is_created_moved_with_its_edits_and_filed(store: Store) -> None:
    done = f"Done/2026-11/{ID}.md"
    found = twice(
        store,
        Operation("create", NOTE, text="# Task\n"),
        Operation("move", NOTE, CLAIMED, edits=(LINE,)),
        Operation("move", CLAIMED, done),
        Operation("edit", done, edits=(EDITS["append"],)),
    )
    assert found == {done: b"# Task\n\n## History\n- 10:02 claimed\n\n## Receipt\ndone\n"}


def test_a_file_comes_from_its_blob(store: Store) -> None:
    assert twice(store, Operation("file", "Files/2026-11/sha-1.pdf", blob="b1")) == {
        "Files/2026-11/sha-1.pdf": BLOBS["b1"]
    }


def test_lost_bytes_are_named(store: Store) -> None:
    with pytest.raises(NotAllowed, match="gone"):
        store.apply(Operation("file", "Files/2026-11/sha-2.pdf", blob="b2"))


def test_a_note_that_is_there_is_not_created_over_the_owners_words(store: Store) -> None:
    write(store, NOTE, "# Task, with the owner's words\n")
    assert twice(store, Operation("create", NOTE, text="# Task\n"))[NOTE] == b"# Task, with the owner's words\n"


@pytest.mark.parametrize("kind", ["create", "generate"])
@pytest.mark.parametrize("folder", ["Approved", "Rejected", "Done/2026-10", "In_Progress/runner"])
def test_after_a_crash_a_note_that_was_moved_since_is_not_written_again(
    store: Store, folder: str, kind: Literal["create", "generate"]
) -> None:
    operation = Operation(kind, f"Pending_Approval/{ID}.md", text="# Proposal\n")
    store.apply(operation)
    (store.root / folder).mkdir(exist_ok=True)
    (store.root / operation.path).rename(store.root / folder / f"{ID}.md")
    store.apply(operation, again=True)
    assert list(files(store)) == [f"{folder}/{ID}.md"]


def test_after_a_crash_a_note_that_lies_nowhere_is_created(store: Store) -> None:
    store.apply(Operation("create", NOTE, text="# Task\n"), again=True)
    assert files(store) == {NOTE: b"# Task\n"}


def test_the_owners_region_of_a_generated_note_survives(store: Store) -> None:
    page = "# Dashboard\n%% yours: begin %%\n%% yours: end %%\n"
    store.apply(Operation("generate", "Dashboard.md", text=page))
    write(store, "Dashboard.md", "# Old\n%% yours: begin %%\nmine\n%% yours: end %%\n")
    assert twice(store, Operation("generate", "Dashboard.md", text=page)) == {
        "Dashboard.md": b"# Dashboard\n%% yours: begin %%\nmine\n%% yours: end %%\n"
    }


def test_a_generated_note_that_says_it_already_is_not_written(store: Store) -> None:
    store.apply(Operation("generate", "Dashboard.md", text="# Dashboard\n"))
    before = (store.root / "Dashboard.md").stat()
    store.apply(Operation("generate", "Dashboard.md", text="# Dashboard\n"))
    assert (store.root / "Dashboard.md").stat().st_ino == before.st_ino


def test_an_edit_of_a_note_that_is_gone_changes_nothing(store: Store) -> None:
    assert twice(store, Operation("edit", NOTE, edits=(LINE,))) == {}


def test_a_move_of_a_note_the_owner_took_away_brings_nothing_back(store: Store) -> None:
    assert twice(store, Operation("move", NOTE, CLAIMED, edits=(LINE,))) == {}


def test_bytes_that_are_no_text_survive_an_edit(store: Store) -> None:
    latin = b"# Ask\n- [ ] write to Zo\xeb\n"
    write(store, "Ask.md", latin)
    after = twice(store, Operation("edit", "Ask.md", edits=(LINE,)))["Ask.md"]
    assert after == latin + b"\n## History\n- 10:02 claimed\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.binary(), text=st.text(alphabet=st.characters()))
def test_no_edit_ever_fails_for_what_a_note_or_a_word_says(store: Store, before: bytes, text: str) -> None:
    write(store, NOTE, before)
    line = " ".join(text.split())
    with suppress(BadNote):
        store.apply(Operation("edit", NOTE, edits=(EditText("line", f"- {line}", "History"), EditText("append", text))))


def test_half_a_character_from_outside_becomes_a_visible_one(store: Store) -> None:
    write(store, NOTE, "x\n")
    store.apply(Operation("edit", NOTE, edits=(EditText("append", "\ud800\n"),)))
    store.apply(Operation("create", CLAIMED, text="\ud800\n"))
    assert files(store) == {NOTE: "x\n\n\N{REPLACEMENT CHARACTER}\n".encode(), CLAIMED: b"?\n"}


def test_what_is_appended_ends_its_lines_as_the_note_does(store: Store) -> None:
    write(store, NOTE, "# Task\r\n")
    assert twice(store, Operation("edit", NOTE, edits=(EDITS["append"],)))[NOTE] == (
        b"# Task\r\n\r\n## Receipt\r\ndone\r\n"
    )


def test_a_text_is_replaced_only_while_it_is_what_was_read(store: Store) -> None:
    read = hashlib.sha256(b"as read").hexdigest()
    operation = Operation("edit", NOTE, edits=(EditText("replace", "sealed", read),))
    write(store, NOTE, "as read")
    assert twice(store, operation)[NOTE] == b"sealed"
    write(store, NOTE, "written by the owner since")
    assert twice(store, operation)[NOTE] == b"written by the owner since"


def test_only_the_bytes_that_were_read_are_removed(store: Store) -> None:
    digest = hashlib.sha256(b"mail").hexdigest()
    for content, left in ((b"mail", False), (b"mail, longer", True)):
        write(store, "Inbox/a.eml", content)
        assert ("Inbox/a.eml" in twice(store, Operation("remove", "Inbox/a.eml", blob=digest))) is left


def test_a_link_is_removed_and_its_target_is_not(store: Store) -> None:
    write(store, "Inbox/target.md", "text")
    (store.root / "Approved/link.md").symlink_to(store.root / "Inbox/target.md")
    assert twice(store, Operation("unlink", "Approved/link.md")) == {"Inbox/target.md": b"text"}
    assert not (store.root / "Approved/link.md").is_symlink()


@pytest.mark.parametrize("path", ["../outside.md", "/etc/passwd", "", "Done/../../outside.md"])
def test_no_path_leads_out_of_the_vault(store: Store, path: str) -> None:
    with pytest.raises(NotAllowed, match="out of the vault"):
        store.apply(Operation("create", path, text="x"))


def test_a_folder_that_is_a_link_is_not_written_through(store: Store, tmp_path: Path) -> None:
    (store.root / "Done").rmdir()
    (tmp_path / "elsewhere/2026-11").mkdir(parents=True)
    (store.root / "Done").symlink_to(tmp_path / "elsewhere")
    write(store, NOTE, "x")
    for operation in (
        Operation("create", f"Done/2026-11/{ID}.md", text="x"),
        Operation("move", NOTE, f"Done/2026-11/{ID}.md"),
        Operation("remove", f"Done/2026-11/{ID}.md", blob=""),
    ):
        with pytest.raises(NotAllowed, match="link"):
            store.apply(operation)
    assert list((tmp_path / "elsewhere/2026-11").iterdir()) == []


@pytest.mark.parametrize(
    ("mover", "source", "target"),
    [
        (Mover.RUNNER, NOTE, f"Approved/{ID}.md"),
        (Mover.WATCHER, f"Inbox/{ID}.md", f"Approved/{ID}.md"),
        (Mover.AGENT, f"Pending_Approval/{ID}.md", f"Approved/{ID}.md"),
        (Mover.RUNNER, "Company_Handbook.md", f"Done/2026-11/{ID}.md"),
    ],
)
def test_an_illegal_move_is_refused_and_moves_nothing(store: Store, mover: Mover, source: str, target: str) -> None:
    write(store, source, "x")
    with pytest.raises(NotAllowed, match="may not move"):
        store.apply(Operation("move", source, target, mover=mover))
    assert files(store) == {source: b"x"}


def test_a_name_that_something_else_has_is_told_and_overwrites_nothing(store: Store) -> None:
    write(store, NOTE, "ours")
    write(store, CLAIMED, "something else")
    (store.root / f"Plans/{ID}.md").mkdir()
    (store.root / f"Rejected/{ID}.md").symlink_to(store.root / NOTE)
    before = files(store)
    for operation in (
        Operation("move", NOTE, CLAIMED, edits=(LINE,)),
        Operation("create", f"Plans/{ID}.md", text="x"),
        Operation("create", f"Rejected/{ID}.md", text="x"),
        Operation("generate", f"Plans/{ID}.md", text="x"),
        Operation("edit", f"Rejected/{ID}.md", edits=(LINE,)),
        Operation("create", f"{NOTE}/below.md", text="x"),
    ):
        with pytest.raises(NotAllowed) as told:
            store.apply(operation)
        assert told.value.hint
    assert files(store) == before


def test_a_disk_that_refuses_is_worth_another_try(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Transient, match="No space left"):
        store.apply(Operation("create", NOTE, text="x"))
    monkeypatch.undo()
    store.apply(Operation("create", NOTE, text="x"), again=True)
    assert files(store) == {NOTE: b"x"}


class Scribbler:
    """The owner's editor: before each of our first `times` writes it writes itself."""

    def __init__(self, times: int) -> None:
        self.left = times

    def write_over(self, path: Path, content: bytes, expect: str | None = None) -> None:
        if self.left:
            self.left -= 1
            path.write_bytes(path.read_bytes() + b"more of the owner\n")
        write_over(path, content, expect)


def test_what_the_owner_writes_in_the_same_moment_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write(store, NOTE, "# Task\n")
    monkeypatch.setattr(store_module, "write_over", Scribbler(2).write_over)
    store.apply(Operation("edit", NOTE, edits=(LINE,)))
    assert files(store)[NOTE].decode().startswith("# Task\n" + "more of the owner\n" * 2)
    assert "claimed" in files(store)[NOTE].decode()


def test_a_note_that_keeps_changing_is_left_for_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write(store, NOTE, "# Task\n")
    monkeypatch.setattr(store_module, "write_over", Scribbler(1000).write_over)
    with pytest.raises(Transient, match="changes all the time"):
        store.apply(Operation("edit", NOTE, edits=(LINE,)))


def test_a_note_the_owner_takes_away_while_it_is_moved_is_not_brought_back(store: Store) -> None:
    place = write(store, NOTE, "text\n")

    class QuickOwner(tuple[EditText, ...]):
        """Edits during which the owner deletes the note."""

        __slots__ = ()

        def __iter__(self) -> Iterator[EditText]:
            place.unlink()
            return super().__iter__()

    store.apply(Operation("move", NOTE, CLAIMED, edits=QuickOwner([EditText("append", "more")])))
    assert files(store) == {}
