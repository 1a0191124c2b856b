"""Reading the history: its commits from newest to oldest, what they changed, and whether its objects are whole."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pygit2
from pygit2.enums import SortMode

from agents.errors import Broken
from agents.vault.history_trees import entry_at, paths_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*): (.*)")


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """One commit: what it says, and what was signed of it."""

    id: str
    parents: tuple[str, ...]
    author_name: str
    subject: str
    trailers: tuple[tuple[str, str], ...]
    committed_at: datetime
    """Aware, UTC."""
    payload: bytes
    """The commit without its signature: what the signature is about."""
    signature: str | None
    """Armored; None when it is not signed."""
    _changed: Callable[[], tuple[str, ...]] = field(repr=False, compare=False)

    def changed_paths(self) -> tuple[str, ...]:
        """The files in which it differs from its first parent, sorted; looked up when asked."""
        return self._changed()


@contextmanager
def whole_history() -> Iterator[None]:
    """Say that the history is damaged when an object of it cannot be read.

    Raises:
        Broken: it is.
    """
    try:
        yield
    except (KeyError, pygit2.GitError) as err:
        raise Broken(f"The history is damaged: {err}", hint="Restore the state folder from a backup.") from err


def find_commit(repository: pygit2.Repository, commit: str) -> pygit2.Commit | None:
    """The commit of this full id, if the history has it."""
    try:
        found: object = repository.get(commit)
    except (ValueError, pygit2.GitError):
        return None
    return found if isinstance(found, pygit2.Commit) and str(found.id) == commit else None


def walk_back(repository: pygit2.Repository, start: pygit2.Commit, until: str | None) -> Iterator[CommitRecord]:
    """Commits from `start` to the oldest, without `until` and what came before it; an unknown `until` hides nothing.

    Raises:
        Broken: a commit cannot be read.
    """
    with whole_history():
        walker = repository.walk(start.id, SortMode.TOPOLOGICAL)
        if until is not None and (hidden := find_commit(repository, until)):
            walker.hide(hidden.id)
        for commit in walker:
            yield record_of(repository, commit)


def record_of(repository: pygit2.Repository, commit: pygit2.Commit) -> CommitRecord:
    """The commit as a value."""
    signature, payload = commit.gpg_signature
    message = commit.raw_message.decode(errors="replace")

    def changed() -> tuple[str, ...]:
        with whole_history():
            before = commit.parents[0].tree if commit.parent_ids else None
            return tuple(sorted(paths_between(repository, before, commit.tree)))

    return CommitRecord(
        id=str(commit.id),
        parents=tuple(map(str, commit.parent_ids)),
        author_name=commit.author.raw_name.decode(errors="replace"),
        subject=message.partition("\n")[0],
        trailers=trailers_of(message),
        committed_at=datetime.fromtimestamp(commit.commit_time, UTC),
        payload=commit.read_raw() if payload is None else payload,
        signature=None if signature is None else signature.decode(errors="replace"),
        _changed=changed,
    )


def trailers_of(message: str) -> tuple[tuple[str, str], ...]:
    """Name and value of each line of the last paragraph; nothing when it holds other text or is the subject.

    Source: git-interpret-trailers(1), in the form that we write.
    """
    subject, _, rest = message.strip().partition("\n\n")
    matched = [_TRAILER.fullmatch(line) for line in rest.split("\n\n")[-1].splitlines()]
    found = tuple((each[1], each[2].strip()) for each in matched if each)
    return found if subject and len(found) == len(matched) else ()


def blob_at(commit: pygit2.Commit | None, path: str) -> bytes | None:
    """What the file held at that commit; None when it had no such file."""
    with whole_history():
        found = entry_at(commit.tree if commit else None, path)
        return found.data if isinstance(found, pygit2.Blob) else None


def last_commit_of(start: pygit2.Commit | None, path: str) -> str | None:
    """The newest commit, along first parents, that changed, added or removed the file."""
    with whole_history():
        commit = start
        while commit is not None:
            before = commit.parents[0] if commit.parent_ids else None
            if _id_at(commit, path) != _id_at(before, path):
                return str(commit.id)
            commit = before
    return None


def _id_at(commit: pygit2.Commit | None, path: str) -> pygit2.Oid | None:
    found = entry_at(commit.tree if commit else None, path)
    return None if found is None else found.id


def fsck_problems(repository: pygit2.Repository, start: str) -> tuple[str, ...]:
    """Every object below commit `start` that is missing or does not match its id; reads all of it once."""
    waiting = [pygit2.Oid(hex=start)]
    seen, problems = set(waiting), []
    while waiting:
        oid = waiting.pop()
        try:
            below = _needs(repository[oid])
        except (KeyError, ValueError, OSError, pygit2.GitError) as err:
            problems.append(f"Object {oid} of the history cannot be read: {err}")
            continue
        fresh = below - seen
        seen |= fresh
        waiting += fresh
    return tuple(problems)


def _needs(found: object) -> set[pygit2.Oid]:
    if isinstance(found, pygit2.Commit):
        return {found.tree_id, *found.parent_ids}
    if isinstance(found, pygit2.Tree):
        return {entry.id for entry in found if entry.type_str != "commit"}
    return set()
