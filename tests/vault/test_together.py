"""Many new files at once: flushed together before any of them has its name, and otherwise as if one by one."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from agents.errors import NotAllowed, Transient
from agents.vault import files
from agents.vault import store as store_module
from agents.vault.files import flush_folder, write_new_together
from agents.vault.store import MANY, Operation, Store
from agents.vault.syncing import SYNCFS, sync_file_systems

CONTENT = b"text"


class Disk:
    """A syncfs(2) that notes what had its name by then; `answer` -1 refuses."""

    def __init__(self, folder: Path, answer: int = 0) -> None:
        self.folder, self.answer = folder, answer
        self.seen: list[tuple[int, int]] = []

    def __call__(self, descriptor: int) -> int:
        assert Path(f"/proc/self/fd/{descriptor}").is_dir()
        names = [path.name for path in self.folder.rglob("*") if path.is_file()]
        self.seen.append((sum(name.endswith(".tmp") for name in names), sum(name.endswith(".md") for name in names)))
        return self.answer


def notes(folder: Path, number: int = MANY) -> dict[Path, bytes]:
    return {folder / f"box-{each % 2}" / f"{each}.md": CONTENT for each in range(number)}


def test_all_bytes_are_on_the_disk_before_the_first_file_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(tmp_path)
    monkeypatch.setattr(files, "SYNCFS", disk)
    write_new_together(notes(tmp_path))
    assert disk.seen == [(MANY, 0)]  # two folders on one disk: one flush
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == notes(tmp_path)


def test_without_syncfs_each_file_is_flushed_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    real = os.fsync

    def counted(descriptor: int) -> None:
        flushed.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", counted)
    monkeypatch.setattr(files, "SYNCFS", None)
    write_new_together(notes(tmp_path))
    assert len(flushed) >= MANY
    assert all(path.read_bytes() == CONTENT for path in notes(tmp_path))


def test_a_disk_that_refuses_names_nothing_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SYNCFS", Disk(tmp_path, answer=-1))
    with pytest.raises(OSError, match="flushed"):
        write_new_together(notes(tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_name_that_is_taken_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "0.md").write_bytes(b"the owner's")
    write_new_together({tmp_path / "0.md": CONTENT, tmp_path / "1.md": CONTENT})
    assert [(tmp_path / name).read_bytes() for name in ("0.md", "1.md")] == [b"the owner's", CONTENT]


def test_a_folder_that_is_gone_need_not_be_flushed(tmp_path: Path) -> None:
    flush_folder(tmp_path)
    flush_folder(tmp_path / "gone")


@pytest.mark.skipif(SYNCFS is None, reason="this system has no syncfs(2)")
def test_the_real_one_flushes_a_real_disk(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        assert SYNCFS is not None
        sync_file_systems([descriptor, descriptor], SYNCFS)
    finally:
        os.close(descriptor)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    def blob(digest: str) -> bytes:
        if digest != "b1":
            raise NotAllowed("the bytes are gone", hint="Restore them.")
        return b"%PDF"

    return Store(tmp_path, blob)


def arrivals(root: Path, number: int = MANY) -> list[Operation]:
    """New notes, and the files they came from, which go."""
    operations = []
    for each in range(number):
        origin = root / "Inbox" / f"{each}.txt"
        origin.parent.mkdir(exist_ok=True)
        origin.write_bytes(CONTENT)
        operations.append(Operation("create", f"Needs_Action/{each}.md", text="text"))
        operations.append(Operation("remove", f"Inbox/{each}.txt", blob=hashlib.sha256(CONTENT).hexdigest()))
    return operations


def applied(store: Store, operations: list[Operation]) -> None:
    with store.together(operations):
        for operation in operations:
            store.apply(operation)


@pytest.mark.parametrize("number", [1, MANY])
def test_many_operations_end_as_few_do(store: Store, number: int) -> None:
    operations = arrivals(store.root, number)
    operations.append(Operation("file", "Files/x.pdf", blob="b1"))
    applied(store, operations)
    assert list((store.root / "Inbox").iterdir()) == []
    assert len(list((store.root / "Needs_Action").iterdir())) == number
    assert (store.root / "Files" / "x.pdf").read_bytes() == b"%PDF"


def test_many_files_cost_few_flushes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(files, "SYNCFS", Disk(store.root))
    operations = arrivals(store.root, 10 * MANY)
    (store.root / "Needs_Action").mkdir()
    monkeypatch.setattr(os, "fsync", flushed.append)
    applied(store, operations)
    assert len(flushed) == 2  # the folder of the new notes, and the one the files left


def test_a_note_that_moves_there_is_not_forestalled_by_one_that_is_only_written_when_it_is_nowhere(
    store: Store,
) -> None:
    (store.root / "In_Progress").mkdir()
    (store.root / "In_Progress" / "a.md").write_text("as the owner left it", encoding="utf-8")
    ended = [
        Operation("move", "In_Progress/a.md", "Done/2026-11/a.md"),
        Operation("create", "Done/2026-11/a.md", text="as it was first written"),
    ]
    applied(store, [*arrivals(store.root), *ended])
    assert (store.root / "Done" / "2026-11" / "a.md").read_text(encoding="utf-8") == "as the owner left it"
    assert not (store.root / "In_Progress" / "a.md").exists()


def test_what_is_in_doubt_is_left_to_the_operation_itself(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (store.root / "Plans").symlink_to(outside)
    (store.root / "Done").mkdir()
    (store.root / "Done" / "0.md").write_text("the owner's", encoding="utf-8")
    doubtful = [
        Operation("create", "Plans/0.md", text="text"),
        Operation("file", "Files/y.pdf", blob="gone"),
        Operation("create", "Done/0.md", text="ours"),
    ]
    operations = [*arrivals(store.root), *doubtful]
    refused = []
    with store.together(operations):
        for operation in operations:
            try:
                store.apply(operation)
            except NotAllowed:
                refused.append(operation)
    assert refused == doubtful[:2]
    assert list(outside.iterdir()) == []
    assert (store.root / "Done" / "0.md").read_text(encoding="utf-8") == "the owner's"


def test_a_full_disk_is_transient_and_the_next_operation_is_flushed_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = arrivals(store.root)
    monkeypatch.setattr(files, "SYNCFS", Disk(store.root, answer=-1))
    with pytest.raises(Transient), store.together(operations):
        pytest.fail("nothing is applied when the disk refuses")
    monkeypatch.undo()
    applied(store, operations[:2])
    assert sorted(path.name for path in (store.root / "Needs_Action").iterdir()) == ["0.md"]


def test_a_folder_that_cannot_be_flushed_is_transient(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    operations = arrivals(store.root)

    def refuse(_folder: Path) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(store_module, "flush_folder", refuse)
    with pytest.raises(Transient, match="input/output"):
        applied(store, operations)


def test_a_changed_origin_stays_and_its_folder_needs_no_flush(store: Store) -> None:
    operations = [*arrivals(store.root), Operation("remove", "Inbox/0.txt", blob="0" * 64)]
    (store.root / "Inbox" / "0.txt").write_bytes(b"changed meanwhile")
    applied(store, operations)
    assert [path.name for path in (store.root / "Inbox").iterdir()] == ["0.txt"]
