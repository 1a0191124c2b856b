"""Bytes by their SHA-256, in the state folder: what a transition will write, and what was sealed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.vault.files import read_regular, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
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

    def get(self, digest: str) -> bytes | None:
        """The bytes, or None when they are not there or are not what their name says."""
        found = read_regular(self._folder / digest, MAX_BLOB_BYTES)
        if isinstance(found, Problem) or hashlib.sha256(found).hexdigest() != digest:
            return None
        return found
