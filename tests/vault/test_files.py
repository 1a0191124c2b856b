"""Files are written whole or not at all, are never overwritten by a move, and links lead nowhere."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import signal
from typing import TYPE_CHECKING

import pytest

from agents.errors import NotAllowed
from agents.vault.files import (
    PRIVATE_MODE,
    ChangedMeanwhile,
    append,
    free_temp_files,
    make_folder,
    move_new,
    read_regular,
    remove,
    write_new,
    write_over,
)
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tree(root: Path) -> dict[str, bytes]:
    """Every file below the root, hidden ones too."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links, as exFAT is."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)


@pytest.fixture
def no_room() -> Iterator[int]:
    """A disk that is full after 8 bytes of any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))
    yield 8
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


class PowerLost(BaseException):
    """The machine went down; nothing may clean up after it."""


def dying(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """After so many flushes and namings the machine goes down, and every later call fails too."""
    left = [calls]

    def wrap(call: Callable[..., object]) -> Callable[..., object]:
        def called(*args: object, **options: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise PowerLost
            return call(*args, **options)

        return called

    for name in ("fsync", "link", "rename", "unlink"):
        monkeypatch.setattr(os, name, wrap(getattr(os, name)))


@pytest.mark.parametrize("calls", range(9))
@pytest.mark.parametrize("edited", [None, b"edited"])
def test_a_move_cut_off_anywhere_is_completed_by_doing_it_again(
    tmp_path: Path, calls: int, edited: bytes | None
) -> None:
    source, target = tmp_path / "Needs_Action" / "x.md", tmp_path / "Done" / "2026-11" / "x.md"
    write_new(source, b"text")
    make_folder(target.parent)
    with pytest.MonkeyPatch.context() as patch:
        dying(patch, calls)
        try:
            move_new(source, target, edited)
        except PowerLost:
            seen = [path for path in (source, target) if path.exists()]
            assert seen, "the note is never gone"
            assert {path.read_bytes() for path in seen} <= {b"text", edited}
    free_temp_files(tmp_path)
    move_new(source, target, edited)
    assert tree(tmp_path) == {"Done/2026-11/x.md": edited or b"text"}


@pytest.mark.parametrize("calls", range(5))
@pytest.mark.parametrize("write", [write_new, write_over])
def test_a_write_cut_off_anywhere_shows_all_or_nothing(
    tmp_path: Path, calls: int, write: Callable[[Path, bytes], None]
) -> None:
    path = tmp_path / "x.md"
    with pytest.MonkeyPatch.context() as patch:
        dying(patch, calls)
        try:
            write(path, b"text")
        except PowerLost:
            assert not path.exists() or path.read_bytes() == b"text"
    free_temp_files(tmp_path)
    write(path, b"text")
    assert tree(tmp_path) == {"x.md": b"text"}
    assert read_regular(path, 10) == b"text"


def test_a_new_file_has_its_content_and_folders_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_new(tmp_path / "Done" / "2026-11" / "x.md", b"text")
    assert tree(tmp_path) == {"Done/2026-11/x.md": b"text"}


def test_a_new_file_never_replaces_another_and_the_same_bytes_are_fine(tmp_path: Path) -> None:
    write_new(tmp_path / "x.md", b"text")
    write_new(tmp_path / "x.md", b"text")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "x.md", b"other")
    assert tree(tmp_path) == {"x.md": b"text"}


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_nothing_is_replaced_either(tmp_path: Path) -> None:
    write_new(tmp_path / "x.md", b"text")
    write_new(tmp_path / "x.md", b"text")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "x.md", b"other")
    move_new(tmp_path / "x.md", tmp_path / "y.md")
    move_new(tmp_path / "x.md", tmp_path / "y.md")
    write_new(tmp_path / "x.md", b"other")
    with pytest.raises(FileExistsError):
        move_new(tmp_path / "x.md", tmp_path / "y.md")
    assert tree(tmp_path) == {"x.md": b"other", "y.md": b"text"}


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "x.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "x.md", b"text")
    write_over(tmp_path / "x.md", b"text")
    assert tree(tmp_path) == {"x.md": b"text"}
    assert not (tmp_path / "x.md").is_symlink()


def test_a_folder_swapped_for_a_link_leads_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write_new(outside / "x.md", b"text")
    (tmp_path / "Done").symlink_to(outside)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: write_new(tmp_path / "Done" / "y.md", b""),
        lambda: write_over(tmp_path / "Done" / "x.md", b""),
        lambda: append(tmp_path / "Done" / "x.md", b"more"),
        lambda: move_new(tmp_path / "Done" / "x.md", tmp_path / "y.md"),
    )
    for attempt in attempts:
        with pytest.raises(NotADirectoryError):
            attempt()
    assert isinstance(read_regular(tmp_path / "Done" / "x.md", 10), Problem)
    assert not remove(tmp_path / "Done" / "x.md", sha256(b"text"))
    assert tree(outside) == {"x.md": b"text"}


def test_writing_over_replaces_what_was_read_and_nothing_newer(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    with pytest.raises(ChangedMeanwhile):
        write_over(path, b"two", expect=sha256(b"one"))
    write_over(path, b"one")
    write_over(path, b"two", expect=sha256(b"one"))
    with pytest.raises(ChangedMeanwhile) as caught:
        write_over(path, b"three", expect=sha256(b"one"))
    assert caught.value.hint
    assert tree(tmp_path) == {"x.md": b"two"}


def test_permissions_stay_and_can_be_private(tmp_path: Path) -> None:
    def mode(name: str) -> int:
        return (tmp_path / name).stat().st_mode & 0o777

    write_new(tmp_path / "open.md", b"1")
    write_new(tmp_path / "secret", b"1", mode=PRIVATE_MODE)
    assert (mode("open.md"), mode("secret")) == (0o666 & ~current_umask(), 0o600)
    (tmp_path / "open.md").chmod(0o640)
    write_over(tmp_path / "open.md", b"2")
    write_over(tmp_path / "secret", b"2", mode=0o400)
    assert (mode("open.md"), mode("secret")) == (0o640, 0o400)
    move_new(tmp_path / "open.md", tmp_path / "moved.md", b"3")
    move_new(tmp_path / "secret", tmp_path / "hidden")
    assert (mode("moved.md"), mode("hidden")) == (0o640, 0o400)


def current_umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def test_a_move_keeps_or_edits_the_content(tmp_path: Path) -> None:
    write_new(tmp_path / "a.md", b"a")
    write_new(tmp_path / "b.md", b"b")
    move_new(tmp_path / "a.md", tmp_path / "Done" / "a.md")
    move_new(tmp_path / "b.md", tmp_path / "Done" / "b.md", b"edited")
    assert tree(tmp_path) == {"Done/a.md": b"a", "Done/b.md": b"edited"}


@pytest.mark.parametrize("edited", [None, b"edited"])
def test_a_move_never_overwrites_and_loses_nothing(tmp_path: Path, edited: bytes | None) -> None:
    write_new(tmp_path / "a.md", b"a")
    write_new(tmp_path / "b.md", b"b")
    with pytest.raises(FileExistsError):
        move_new(tmp_path / "a.md", tmp_path / "b.md", edited)
    assert tree(tmp_path) == {"a.md": b"a", "b.md": b"b"}


@pytest.mark.parametrize("edited", [None, b"same"])
def test_when_the_same_bytes_arrived_already_the_source_goes(tmp_path: Path, edited: bytes | None) -> None:
    write_new(tmp_path / "a.md", b"same")
    write_new(tmp_path / "b.md", b"same")
    move_new(tmp_path / "a.md", tmp_path / "b.md", edited)
    assert tree(tmp_path) == {"b.md": b"same"}


def test_a_move_of_nothing_to_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move_new(tmp_path / "a.md", tmp_path / "b.md")


def test_only_regular_files_are_moved(tmp_path: Path) -> None:
    write_new(tmp_path / "target", b"text")
    (tmp_path / "link.md").symlink_to(tmp_path / "target")
    (tmp_path / "folder.md").mkdir()
    for name in ("link.md", "folder.md"):
        with pytest.raises(NotAllowed):
            move_new(tmp_path / name, tmp_path / "moved.md")
    assert tree(tmp_path) == {"target": b"text", "link.md": b"text"}


def test_appending_makes_the_file_and_adds_at_its_end(tmp_path: Path) -> None:
    append(tmp_path / "Logs" / "x.jsonl", b"one\n")
    append(tmp_path / "Logs" / "x.jsonl", b"two\n")
    assert tree(tmp_path) == {"Logs/x.jsonl": b"one\ntwo\n"}


def test_appending_to_a_full_disk_adds_nothing(tmp_path: Path, no_room: int) -> None:
    append(tmp_path / "x.jsonl", b"one\n")
    with pytest.raises(OSError, match="File too large"):
        append(tmp_path / "x.jsonl", b"two is too long\n"[: no_room + 4])
    assert tree(tmp_path) == {"x.jsonl": b"one\n"}


@pytest.mark.usefixtures("no_room")
def test_writing_to_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    write_new(tmp_path / "x.md", b"text")
    for write in (write_over, lambda path, content: write_new(path.with_name("y.md"), content)):
        with pytest.raises(OSError, match="File too large"):
            write(tmp_path / "x.md", b"longer than eight")
    assert tree(tmp_path) == {"x.md": b"text"}


def test_appending_to_a_link_or_a_file_with_two_names_is_refused(tmp_path: Path) -> None:
    write_new(tmp_path / "x.md", b"text")
    (tmp_path / "link.md").symlink_to("x.md")
    with pytest.raises(OSError, match="symbolic"):
        append(tmp_path / "link.md", b"more")
    (tmp_path / "twin.md").hardlink_to(tmp_path / "x.md")
    with pytest.raises(NotAllowed):
        append(tmp_path / "twin.md", b"more")
    assert (tmp_path / "x.md").read_bytes() == b"text"


def test_a_folder_is_made_with_its_parents_and_never_over_a_file(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    write_new(tmp_path / "file", b"")
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file")


def test_only_our_own_temporary_files_are_freed(tmp_path: Path) -> None:
    ours = ".ai-employee-0123456789abcdef.tmp"
    kept = [".hidden.tmp", "x.tmp", f"{ours}.md", f".obsidian/{ours}"]
    for name in [ours, f"Done/2026-11/{ours}", *kept]:
        write_new(tmp_path / name, b"")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    write_new(outside / ours, b"")
    (tmp_path / "link").symlink_to(outside)
    assert free_temp_files(tmp_path, without="Done") == 1
    assert free_temp_files(tmp_path) == 1
    assert sorted(tree(tmp_path)) == sorted(kept)
    assert (outside / ours).exists()
