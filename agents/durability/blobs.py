"""Bytes by their SHA-256, in the state folder: what a transition will write, and what was sealed."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agents.vault.files import read_regular, write_new_together, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_BLOB_BYTES = 50_000_000
MAX_FRESH_BYTES = 50_000  # of each that is kept in memory for a moment


class Blobs:
    """A folder of files named by the SHA-256 of their bytes; what does not match its name is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fresh: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        """Keep the bytes; their SHA-256, 64 hex digits."""
        digest = hashlib.sha256(content).hexdigest()
        if self.get(digest) is None:
            write_over(self._folder / digest, content)
        return digest

    @contextmanager
    def ahead(self, contents: Iterable[bytes]) -> Iterator[None]:
        """Keep many at once, as far as nothing has their names; while this lasts the small ones are not read again.

        Raises:
            OSError: the disk refused.
        """
        named = {hashlib.sha256(each).hexdigest(): each for each in contents}
        new = {digest: each for digest, each in named.items() if not (self._folder / digest).exists()}
        write_new_together({self._folder / digest: each for digest, each in new.items()})
        self._fresh = {digest: each for digest, each in new.items() if len(each) <= MAX_FRESH_BYTES}
        try:
            yield
        finally:
            self._fresh = {}

    def get(self, digest: str) -> bytes | None:
        """The bytes, or None when they are not there or are not what their name says."""
        if digest in self._fresh:
            return self._fresh[digest]
        found = read_regular(self._folder / digest, MAX_BLOB_BYTES)
        if isinstance(found, Problem) or hashlib.sha256(found).hexdigest() != digest:
            return None
        return found
