"""Finished files for the owner, found again by their key: in Outbox where no service is connected, or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.contract import Document, Receipt, sha256_hex
from agents.errors import NotAllowed, Transient
from agents.vault.files import read_regular, write_new
from agents.vault.layout import OUTBOX
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

PROVIDER = "outbox"
SHOWN = 10  # characters of a key in the name of its file


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that has the key's name but cannot be read; `path` is relative to the vault."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the finished files of one kind lie: what their names say they are, how large one may be, and the folder."""

    kind: str
    extension: str
    max_bytes: int
    folder: str = OUTBOX

    def file(self, vault: Path, key: str, content: bytes, at: datetime) -> str:
        """Write a file durably; its path, relative to the vault.

        Raises:
            NotAllowed: another file has its name.
            Transient: the disk refused.
        """
        path = vault / self.folder / f"{as_local(at):%Y-%m-%d}-{self._ending(key)}"
        try:
            write_new(path, content)
        except FileExistsError as err:
            raise NotAllowed(
                f"another file is called {path.name}", hint=f"Move that file out of {self.folder}."
            ) from err
        except OSError as err:
            raise Transient(f"{self.folder} cannot be written", hint="Make room on the disk.") from err
        return path.relative_to(vault).as_posix()

    def found(self, vault: Path, key: str) -> Iterator[tuple[str, bytes] | Unreadable]:
        """The files that have the key's name, wherever the owner moved them in the folder: path and content."""
        for path in sorted((vault / self.folder).rglob(f"*-{self._ending(key)}")):
            content = read_regular(path, self.max_bytes)
            where = path.relative_to(vault).as_posix()
            yield Unreadable(where, content.message) if isinstance(content, Problem) else (where, content)

    def _ending(self, key: str) -> str:
        return f"{self.kind}-{key[:SHOWN]}.{self.extension}"


def filed_receipt(content: bytes, path: str, provider_id: str, at: datetime, summary: str) -> Receipt:
    """The proof of a filed file; `summary` says plainly that no service has it."""
    document = Document(path.rpartition("/")[2], sha256_hex(content), path)
    return Receipt(PROVIDER, provider_id, at, summary, documents=(document,), paths=(path,))
