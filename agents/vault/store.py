"""The vault's operations: small, redo-safe, and checked against the table of legal moves.

A transition writes its operations into the journal before any file moves; applying them again after a crash changes
nothing more (ADR 0012). Edits touch the text that is there now, so what the owner wrote meanwhile survives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from agents.errors import NotAllowed
from agents.vault.ask_lines import consumed
from agents.vault.files import move_new, read_regular, remove, remove_link, write_new, write_over
from agents.vault.layout import Mover, may_move
from agents.vault.note import Problem
from agents.vault.note_edit import append_line, owner_region, replace_region, set_property
from agents.vault.yaml_text import yaml_scalar

MAX_NOTE_BYTES = 25_000_000
BlobReader = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class EditText:
    """One edit.

    kind 'line': add `text` to section `name`; 'property': set `name` to the text `text`; 'append': add `text` at the
    end; 'replace': the note becomes `text`; 'asked': mark the request `name` as filed under the task `text`.
    """

    kind: Literal["line", "property", "append", "replace", "asked"]
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
    """Applies operations below one root folder."""

    def __init__(self, root: Path, blobs: BlobReader) -> None:
        self.root = root
        self._blobs = blobs
        self._appliers: dict[str, Callable[[Operation], None]] = {
            "create": self._create,
            "file": self._file,
            "generate": self._generate,
            "move": self._move,
            "edit": self._edit,
            "remove": self._remove,
            "unlink": self._unlink,
        }

    def apply(self, operation: Operation) -> None:
        """Do it, or find it done.

        Raises:
            NotAllowed: the table of legal moves forbids it, or a path leads out of the vault.
            OSError: the disk refused; the operation is applied again at the next start.
        """
        self._appliers[operation.kind](operation)

    def path(self, relative: str) -> Path:
        """The absolute path of a file of ours.

        Raises:
            NotAllowed: it would lie outside our root.
        """
        pure = PurePosixPath(relative)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            raise NotAllowed(f"{relative!r} leads out of the vault", hint="Nothing; this was refused.")
        return self.root / pure

    def _create(self, operation: Operation) -> None:
        path = self.path(operation.path)
        if not path.exists():  # there: written before a crash, and perhaps edited by the owner since
            write_new(path, operation.text.encode())

    def _file(self, operation: Operation) -> None:
        path = self.path(operation.path)
        if not path.exists():
            write_new(path, self._blobs(operation.blob))

    def _generate(self, operation: Operation) -> None:
        path = self.path(operation.path)
        before = self._text(path)
        text = operation.text
        if before is not None and owner_region(before):
            text = replace_region(text, owner_region(before))
        if before != text:
            write_over(path, text.encode())

    def _move(self, operation: Operation) -> None:
        source, target = self.path(operation.path), self.path(operation.target)
        if not may_move(operation.mover, operation.path, operation.target):
            raise NotAllowed(
                f"{operation.mover} may not move {operation.path} to {operation.target}",
                hint="Nothing; this was refused.",
            )
        before = self._text(source) if operation.edits else None
        move_new(source, target, None if before is None else _edited(before, operation.edits).encode())

    def _edit(self, operation: Operation) -> None:
        path = self.path(operation.path)
        before = self._text(path)
        if before is not None and (after := _edited(before, operation.edits)) != before:
            write_over(path, after.encode())

    def _remove(self, operation: Operation) -> None:
        remove(self.path(operation.path), operation.blob)

    def _unlink(self, operation: Operation) -> None:
        remove_link(self.path(operation.path))

    @staticmethod
    def _text(path: Path) -> str | None:
        found = read_regular(path, MAX_NOTE_BYTES)
        return None if isinstance(found, Problem) else found.decode(errors="replace")


def _edited(text: str, edits: tuple[EditText, ...]) -> str:
    for edit in edits:
        if edit.kind == "line":
            text = append_line(text, edit.name, edit.text)
        elif edit.kind == "property":
            text = set_property(text, edit.name, yaml_scalar(edit.text))
        elif edit.kind == "asked":
            text = consumed(text, edit.name, edit.text)
        elif edit.kind == "append":
            text = text if edit.text in text else text.rstrip("\n") + "\n\n" + edit.text
        else:
            text = edit.text
    return text
