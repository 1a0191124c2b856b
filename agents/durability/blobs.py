"""Bytes by their SHA-256, in the state folder: what a transition will write, and what was sealed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.vault.files import read_regular, write_new_together, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_BLOB_BYTES = 50_000_000


class Blobs:
    """A folder of files named by the SHA-256 of their bytes; what does not match its name is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep the bytes; their SHA-256, 64 hex digits."""
        digest = hashlib.sha256(content).hexdigest()
        if self.get(digest) is None:
            write_over(self._folder / digest, content)
        return digest

    def put_ahead(self, contents: Iterable[bytes]) -> None:
        """Keep many at once, as far as nothing has their names; `put` still says what is kept.

        Raises:
            OSError: the disk refused.
        """
        named = {self._folder / hashlib.sha256(each).hexdigest(): each for each in contents}
        write_new_together({path: content for path, content in named.items() if not path.exists()})

    def get(self, digest: str) -> bytes | None:
        """The bytes, or None when they are not there or are not what their name says."""
        found = read_regular(self._folder / digest, MAX_BLOB_BYTES)
        if isinstance(found, Problem) or hashlib.sha256(found).hexdigest() != digest:
            return None
        return found
