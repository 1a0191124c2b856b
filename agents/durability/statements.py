"""Statements about many names at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANY = 500  # names in one statement; SQLite takes 32,766


def parts(names: Iterable[str]) -> Iterator[list[str]]:
    """These names, not too many for one statement at a time; each once, in the order in which they come."""
    wanted = list(dict.fromkeys(names))
    for start in range(0, len(wanted), MANY):
        yield wanted[start : start + MANY]


def parts_of_ids(names: Iterable[str]) -> Iterator[list[str]]:
    """The same, of those that may be ids: other names lie in folders too, and some are no text a statement can hold."""
    return parts(filter(str.isascii, names))
