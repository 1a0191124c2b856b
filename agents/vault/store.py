"""The vault's operations: small, redo-safe, and checked against the table of legal moves.

A transition writes its operations into the journal before any file moves; applying them again after a crash changes
nothing more (ADR 0012). Edits touch the text that is there now, so what the owner wrote meanwhile survives, byte by
byte; what the owner took away meanwhile is not brought back.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from agents.errors import NotAllowed, Transient
from agents.vault.ask_lines import consumed
from agents.vault.files import (
    MISSING,
    ChangedMeanwhile,
    end_move,
    flush_folder,
    move_new,
    read_regular,
    remove,
    remove_link,
    write_new,
    write_new_together,
    write_over,
)
from agents.vault.history_worktree import folders_above
from agents.vault.layout import DONE, FOLDERS, Mover, may_move
from agents.vault.note import Problem
from agents.vault.note_edit import add_item, append_line, fill_property, owner_region, replace_region, set_property
from agents.vault.yaml_text import yaml_scalar

MAX_NOTE_BYTES = 25_000_000
TRIES = 5
_NEW = frozenset({"create", "file"})
_WRITTEN = frozenset({"create", "generate"})  # notes that may have been moved since
MANY = 8  # operations; fewer are not worth a flush of the whole disk
FREE_SPACE = "Free space on the disk, or make the vault writable; then run again."
_UNWRITABLE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no byte of a file
_TAKEN = (FileExistsError, IsADirectoryError, NotADirectoryError)
BlobReader = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class EditText:
    """One edit.

    kind 'line': add `text` to section `name`; 'property': set `name` to the text `text`; 'append': add `text` at the
    end; 'item': add `text` to the list property `name`; 'default': set `name` to `text` where it says nothing;
    'replace': the note becomes `text`, unless its SHA-256 is not `name` ("" = whatever it is); 'asked': mark the
    request `name` as filed under the task `text`.
    """

    kind: Literal["line", "property", "append", "item", "default", "replace", "asked"]
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One step on files; paths are posix and relative to our root.

    kind 'create': a new note `text`; 'file': a new file from blob `blob`; 'generate': (over)write a generated note,
    the owner's region survives; 'move': `path` to `target` with `edits`; 'edit': `edits` in place;
    'remove': only while its SHA-256 is `blob`; 'unlink': a symbolic link.
    """

    kind: Literal["create", "file", "generate", "move", "edit", "remove", "unlink"]
    path: str
    target: str = ""
    text: str = ""
    blob: str = ""
    edits: tuple[EditText, ...] = ()
    mover: Mover = Mover.RUNNER

    def paths(self) -> tuple[str, ...]:
        """The files this operation may change."""
        return (self.path, self.target) if self.target else (self.path,)


class Store:
    """Applies operations below one root folder. `blobs` gives the bytes of a digest, or raises NotAllowed."""

    def __init__(self, root: Path, blobs: BlobReader) -> None:
        self.root = root
        self._blobs = blobs
        self._unflushed: set[Path] | None = None  # folders out of which files were removed; None = flush each at once
        self._appliers: dict[str, Callable[[Operation], None]] = {
            "create": self._make,
            "file": self._make,
            "generate": self._generate,
            "move": self._move,
            "edit": self._edit,
            "remove": self._remove,
            "unlink": self._unlink,
        }

    def apply(self, operation: Operation, *, again: bool = False) -> None:
        """Do it, or find it done. `again`: it may have been done before, and the owner may have moved the note since.

        Raises:
            NotAllowed: it cannot be done as the vault is: an illegal move, a link, another file of that name.
            BadNote: the note is written so that it cannot be edited.
            Transient: the disk refused, or the note keeps changing; the same operation may be tried again.
        """
        if again and operation.kind in _WRITTEN and self._lies_elsewhere(operation.path):
            return
        try:
            self._appliers[operation.kind](operation)
        except _TAKEN as err:
            name = operation.target or operation.path
            raise NotAllowed(f"{name} cannot be written: {err.strerror}", hint="Move that file away.") from err
        except OSError as err:
            words = f"{operation.path} cannot be written: {err.strerror}"
            raise Transient(words, hint=FREE_SPACE) from err

    def end_moves(self, operations: Sequence[Operation]) -> None:
        """Take the old name from notes that a crash left with both, for what comes before the move is done again.

        Raises:
            Transient: the disk refused.
        """
        for each in operations:
            if each.kind == "move" and not each.edits:
                with suppress(NotAllowed):  # a folder is a link: doing the move itself will tell
                    self._end_move(each)

    @contextmanager
    def together(self, operations: Sequence[Operation]) -> Iterator[None]:
        """While so many operations are applied, one by one as ever: what they make anew is made durable at once.

        Raises:
            Transient: the disk refused.
        """
        if len(operations) < MANY:
            yield
            return
        try:
            write_new_together(dict(self._new_files(operations)))
            self._unflushed = set()
            yield
            for folder in self._unflushed:
                flush_folder(folder)
        except OSError as err:
            raise Transient(f"The vault cannot be written: {err.strerror}", hint=FREE_SPACE) from err
        finally:
            self._unflushed = None

    def _new_files(self, operations: Sequence[Operation]) -> Iterator[tuple[Path, bytes]]:
        """What can be written ahead; everything in doubt is left to the operation itself.

        A name that another operation moves, edits or removes waits for its turn: the order decides what lies there.
        """
        ordered = {path for each in operations if each.kind not in _NEW for path in each.paths()}
        for operation in operations:
            if operation.kind in _NEW and operation.path not in ordered:
                with suppress(NotAllowed):
                    path = self._place(operation.path)
                    if not os.path.lexists(path):
                        yield path, self._content(operation)

    def _content(self, operation: Operation) -> bytes:
        if operation.kind == "file":
            return self._blobs(operation.blob)
        return operation.text.encode(errors="replace")

    def path(self, relative: str) -> Path:
        """The absolute path of a file of ours.

        Raises:
            NotAllowed: it would lie outside our root.
        """
        pure = PurePosixPath(relative)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            raise NotAllowed(f"{relative!r} leads out of the vault", hint="Nothing; this was refused.")
        return self.root / pure

    def _place(self, relative: str) -> Path:
        """The path of a file that will be changed: no folder above it may be a link."""
        path = self.path(relative)
        if link := next(filter(os.path.islink, folders_above(self.root, relative)), ""):
            folder = link.removeprefix(f"{self.root}/")
            raise NotAllowed(f"{folder} is a link and leads elsewhere", hint="Put the folder itself there.")
        return path

    def _lies_elsewhere(self, relative: str) -> bool:
        """Whether a note of this name lies in another folder; names are unique for ever."""
        here = self._place(relative)
        folders = [*(self.root / name for name in FOLDERS), *(self.root / DONE).glob("*")]
        return any(folder != here.parent and (folder / here.name).is_file() for folder in folders)

    def _make(self, operation: Operation) -> None:
        path = self._place(operation.path)
        # a file there was written before, perhaps edited by the owner since
        if path.is_symlink() or not path.is_file():
            write_new(path, self._content(operation))

    def _generate(self, operation: Operation) -> None:
        path = self._place(operation.path)

        def generated(before: str | None) -> str:
            region = owner_region(before or "")
            return replace_region(operation.text, region) if region else operation.text

        _rewrite(path, generated)

    def _move(self, operation: Operation) -> None:
        source, target = self._place(operation.path), self._place(operation.target)
        if not may_move(operation.mover, operation.path, operation.target):
            raise NotAllowed(
                f"{operation.mover} may not move {operation.path} to {operation.target}",
                hint="Nothing; this was refused.",
            )
        if os.path.lexists(source):
            before = _text(source) if operation.edits else None
            with suppress(FileNotFoundError):  # the owner was quicker
                move_new(source, target, None if before is None else _bytes(_edited(before, operation.edits)))

    def _end_move(self, operation: Operation) -> None:
        try:
            end_move(self._place(operation.path), self._place(operation.target))
        except OSError as err:
            raise Transient(f"{operation.path} cannot be moved: {err.strerror}", hint=FREE_SPACE) from err

    def _edit(self, operation: Operation) -> None:
        _rewrite(
            self._place(operation.path), lambda before: None if before is None else _edited(before, operation.edits)
        )

    def _remove(self, operation: Operation) -> None:
        path = self._place(operation.path)
        if remove(path, operation.blob, flush=self._unflushed is None) and self._unflushed is not None:
            self._unflushed.add(path.parent)

    def _unlink(self, operation: Operation) -> None:
        remove_link(self._place(operation.path))


def _rewrite(path: Path, change: Callable[[str | None], str | None]) -> None:
    """Change a note as it is now, if need be several times over: somebody else may write it too."""
    for _ in range(TRIES):
        before = _text(path)
        after = change(before)
        if after is None or after == before:
            return
        try:
            write_over(path, _bytes(after), None if before is None else hashlib.sha256(_bytes(before)).hexdigest())
        except ChangedMeanwhile:
            continue
        return
    raise Transient(f"{path.name} changes all the time", hint="Close the program that writes it.")


def _text(path: Path) -> str | None:
    """The text of a note, None when it is not there; bytes that are no UTF-8 survive a round trip.

    Raises:
        NotAllowed: it is no plain file, or too large.
    """
    found = read_regular(path, MAX_NOTE_BYTES)
    if found == MISSING:
        return None
    if isinstance(found, Problem):
        raise NotAllowed(f"{path.name} cannot be edited: {found.message}", hint="Put a plain note there.")
    return found.decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text).encode(errors="surrogateescape")


def edited(content: bytes, edits: tuple[EditText, ...]) -> bytes:
    """A note as it will be after these edits.

    Raises:
        BadNote: it is written so that it cannot be edited.
    """
    return _bytes(_edited(content.decode(errors="surrogateescape"), edits))


def _edited(text: str, edits: tuple[EditText, ...]) -> str:
    for edit in edits:
        if edit.kind == "line":
            text = append_line(text, edit.name, edit.text)
        elif edit.kind == "property":
            text = set_property(text, edit.name, yaml_scalar(edit.text))
        elif edit.kind == "asked":
            text = consumed(text, edit.name, edit.text)
        elif edit.kind in _TEXTUAL:
            text = _TEXTUAL[edit.kind](text, edit)
        elif not edit.name or edit.name == hashlib.sha256(_bytes(text)).hexdigest():
            text = edit.text
    return text


_TEXTUAL: dict[str, Callable[[str, EditText], str]] = {
    "append": lambda text, edit: _appended(text, edit.text),
    "item": lambda text, edit: add_item(text, edit.name, edit.text),
    "default": lambda text, edit: fill_property(text, edit.name, yaml_scalar(edit.text)),
}


def _appended(text: str, more: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    wanted = more.replace("\n", newline)
    return text if wanted in text else text.rstrip("\r\n") + newline * 2 + wanted
