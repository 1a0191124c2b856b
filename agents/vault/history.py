"""The history of the vault: one signed, durable commit per transition, at a constant cost at any size of the vault.

Commits are built along the named paths, without the index, on a git directory in the state folder. The named
files are read as they are now; one that vanished meanwhile is committed as removed, and what cannot be kept (a
link, a file above the cap, a name of git's own) is left out and listed in `info/exclude`; so is what the gate withholds
because a secret is in it, of which an earlier version stays. A commit by another git, made
through the pointer file, is built upon and told by its missing signature. One writer; any number of readers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pygit2

from agents.errors import Broken, Transient
from agents.vault import history_reading as reading
from agents.vault import repository_setup as setup
from agents.vault.history_exclusions import Exclusions
from agents.vault.history_index import VaultIndex
from agents.vault.history_pack import MANY_FILES, Writing, packed, repair
from agents.vault.history_reading import CommitRecord, find_commit, whole_history
from agents.vault.history_trees import edited_tree
from agents.vault.history_withholding import Withholding, open_gate
from agents.vault.history_worktree import Missing, content_of, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from agents.vault.history_withholding import Gate

__all__ = ["Author", "CommitRecord", "History"]

Author = Literal["owner", "ai-employee"]
MAX_FILE_BYTES = 10_000_000
_COMMITTER: Author = "ai-employee"
_ATTEMPTS = 5
_GONE = (Missing.ABSENT, Missing.UNFIT)
_OTHER_GIT = "Free space on the disk, or close other git programs on the vault."


class History:
    """The commits of one vault. `sign` gives the armored signature of a commit's bytes.

    `gate` says what a file holds for which it may not be kept (its path and bytes -> words), empty when it may.
    """

    def __init__(
        self,
        git_dir: Path,
        work_tree: Path,
        sign: Callable[[bytes], str],
        *,
        max_bytes: int = MAX_FILE_BYTES,
        gate: Gate = open_gate,
    ) -> None:
        self.git_dir = git_dir.resolve()
        self.work_tree = work_tree.resolve()
        self._sign = sign
        self._max_bytes = max_bytes
        self._exclusions = Exclusions(self.git_dir)
        self._withholding = Withholding(self.work_tree, gate, max_bytes)
        self._unfit: set[str] | None = None
        self._opened: pygit2.Repository | None = None

    @classmethod
    def create(
        cls,
        git_dir: Path,
        work_tree: Path,
        sign: Callable[[bytes], str],
        *,
        max_bytes: int = MAX_FILE_BYTES,
        gate: Gate = open_gate,
    ) -> History:
        """The history in `git_dir`, laid out when there is none."""
        history = cls(git_dir, work_tree, sign, max_bytes=max_bytes, gate=gate)
        setup.lay_out(history.git_dir, history.work_tree)
        return history

    @classmethod
    def open(
        cls,
        git_dir: Path,
        work_tree: Path,
        sign: Callable[[bytes], str],
        *,
        max_bytes: int = MAX_FILE_BYTES,
        gate: Gate = open_gate,
    ) -> History:
        """The history in `git_dir`; nothing is written.

        Raises:
            Broken: there is none.
        """
        history = cls(git_dir, work_tree, sign, max_bytes=max_bytes, gate=gate)
        if not (history.git_dir / "HEAD").is_file():
            raise Broken(f"{git_dir} holds no history", hint="Restore the state folder from a backup.")
        return history

    @property
    def _repository(self) -> pygit2.Repository:
        if self._opened is None:
            self._opened = setup.open_repository(self.git_dir, self.work_tree)
        return self._opened

    def prepare(self, *, pointer: bool, allowed_signers: Path) -> None:
        """Put settings, exclusions and (with `pointer`) the vault's `.git` file right; remove a killed run's locks.

        Only for the holder of the runner's lock, at its start. A `.git` folder in the vault is not touched.
        """
        setup.prepare_files(self.git_dir, self.work_tree, pointer=pointer, allowed_signers=allowed_signers.resolve())
        self._exclusions.write()
        self._opened = None  # the library keeps settings it has read
        repair(self.git_dir)

    def commit(self, paths: Iterable[str], *, author: Author, message: str, when: datetime) -> str:
        """Commit these files as they are now; the id of the commit, which is durable.

        Paths are posix, relative to the work tree, and name files; `when` is aware. Commits also when nothing changed.

        Raises:
            Transient: the disk refused, or another git holds or keeps moving the reference.
            Broken: the history cannot be read.
        """
        try:
            wanted = tuple(paths)
            with whole_history():
                writing = self._writing(len(wanted))
                edits = self._edits(writing, wanted)
                for _ in range(_ATTEMPTS):
                    if committed := self._attempt(writing, edits, author, message, when):
                        return committed
        except OSError as err:
            raise Transient(f"The history cannot be written: {err}", hint=_OTHER_GIT) from err
        raise Transient("Others keep committing to the vault's history", hint=_OTHER_GIT)

    def _writing(self, files: int) -> Writing:
        if files <= MANY_FILES:
            return Writing(self._repository)
        return packed(setup.open_repository(self.git_dir, self.work_tree))

    def _edits(self, writing: Writing, paths: Iterable[str]) -> dict[str, pygit2.Oid | None]:
        asked = self._exclusions.asked()
        edits: dict[str, pygit2.Oid | None] = {}
        unfit = []
        for path in paths:
            content = Missing.ABSENT if path in asked else content_of(self.work_tree, path, self._max_bytes)
            withheld = isinstance(content, bytes) and self._withholding.withholds(path, content)
            if isinstance(content, bytes) and not withheld:
                edits[path] = writing.repository.create_blob(content)
                writing.relieve()
            elif not withheld and content is not Missing.UNREADABLE:
                edits[path] = None
            if withheld or content is Missing.UNFIT:
                unfit.append(path)
        if unfit:
            self._exclusions.add_unfit(unfit)
        return edits

    def _attempt(
        self, writing: Writing, edits: dict[str, pygit2.Oid | None], author: Author, message: str, when: datetime
    ) -> str | None:
        """One commit upon the head; None when the head moved meanwhile."""
        repository = writing.repository
        before = self._reference()
        parents = [] if before is None else [_direct(before)]
        base = repository[parents[0]].peel(pygit2.Commit).tree if parents else None
        lines = [f"tree {edited_tree(repository, base, edits)}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {_identity(author, when)}", f"committer {_identity(_COMMITTER, when)}"]
        payload = "\n".join([*lines, "", message.rstrip("\n"), ""])
        made = repository.create_commit_with_signature(payload, self._sign(payload.encode()))
        writing.finish()
        try:
            if before is None:
                self._repository.references.create(setup.MAIN, made)
            else:
                before.set_target(made)  # refused when the reference is no longer what was read
        except pygit2.GitError:
            return None
        return str(made)

    def head(self) -> str | None:
        """The newest commit; None before the first."""
        found = self._reference()
        return None if found is None else str(_direct(found))

    def exists(self, commit: str) -> bool:
        """Whether the history has this commit, by its full id."""
        return find_commit(self._repository, commit) is not None

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` is built upon `older`, or is it; False when one of them is unknown."""
        if not (self.exists(older) and self.exists(newer)):
            return False
        with whole_history():
            return older == newer or self._repository.descendant_of(newer, older)

    def set_head(self, commit: str) -> None:
        """Put the history back on a commit that it has; the files of the vault stay as they are.

        Raises:
            Broken: it does not have it.
        """
        if not self.exists(commit):
            raise Broken(f"The history has no commit {commit}", hint="Restore the state folder from a backup.")
        self._repository.references.create(setup.MAIN, commit, force=True)

    def changed_paths(self) -> tuple[str, ...]:
        """Files that differ from the newest commit, also new and removed ones, that `commit` would take in; sorted.

        Looks at every file of the vault, so for idle time; writes nothing.
        """
        asked, found, self._unfit = self._exclusions.asked(), set[str](), set[str]()
        with whole_history():
            for each in self._index().differences(self._head_commit()):
                why = missing(self.work_tree, each.path, self._max_bytes)
                is_out = each.path in asked
                if why is Missing.UNFIT or (why is None and not is_out and self.withholds(each.path)):
                    self._unfit.add(each.path)
                elif why is None and not is_out:
                    found.add(each.path)
                if each.tracked and (is_out or why in _GONE):
                    found.add(each.path)
        return tuple(sorted(found))

    def refresh_index(self, paths: Iterable[str]) -> bool:
        """Make stock `git status` clean for `paths` and all that was committed since the last time.

        What the last `changed_paths` saw and cannot be kept is excluded. False when another git is at work: then
        `git status` may look stale until the next time.
        """
        if self._unfit is not None:
            self._exclusions.write(unfit=self._unfit)
        with whole_history():
            return self._index().refresh(self._head_commit(), paths)

    def exclude(self, path: str) -> None:
        """Keep a file, or all below a folder, out of the history from now on."""
        self._exclusions.write(asked=[path])

    def withholds(self, path: str) -> bool:
        """Whether the file is kept out of the history because of what is in it now."""
        return self._withholding.withholds(path)

    def withheld(self) -> Mapping[str, tuple[str, ...]]:
        """The files that the last looks withheld, and what is in them, in words."""
        return self._withholding.found

    def walk_back(self, until: str | None = None) -> Iterator[CommitRecord]:
        """Commits from the newest to the oldest, without `until` and its ancestors; an unknown `until` hides nothing.

        Raises:
            Broken: a commit cannot be read.
        """
        head = self._head_commit()
        return iter(()) if head is None else reading.walk_back(self._repository, head, until)

    def blob_at(self, commit: str, path: str) -> bytes | None:
        """What the file held at that commit; None when the commit is unknown or has no such file."""
        return reading.blob_at(find_commit(self._repository, commit), path)

    def last_commit_of(self, path: str) -> str | None:
        """The newest commit that changed, added or removed the file."""
        return reading.last_commit_of(self._head_commit(), path)

    def config_problems(self) -> tuple[str, ...]:
        """Settings, hooks and files in the git directory that are not ours, each as one sentence."""
        return setup.config_problems(self.git_dir, self.work_tree)

    def fsck_problems(self) -> tuple[str, ...]:
        """Objects of the history that are missing or damaged; reads all of it."""
        head = self.head()
        return () if head is None else reading.fsck_problems(self._repository, head)

    def _index(self) -> VaultIndex:
        repository = setup.open_repository(self.git_dir, self.work_tree)
        return VaultIndex(repository, self.work_tree, self._max_bytes)

    def _reference(self) -> pygit2.Reference | None:
        return self._repository.references.get(setup.MAIN)

    def _head_commit(self) -> pygit2.Commit | None:
        """The newest commit; None before the first.

        Raises:
            Broken: it cannot be read.
        """
        head = self.head()
        if head is None:
            return None
        with whole_history():
            return self._repository[head].peel(pygit2.Commit)


def _direct(reference: pygit2.Reference) -> pygit2.Oid:
    target = reference.target
    if isinstance(target, str):
        raise Broken(f"The history's branch points to {target}", hint="Run `git symbolic-ref -d refs/heads/main`.")
    return target


def _identity(name: Author, when: datetime) -> str:
    """Name, address, seconds and zone as a commit holds them. Source: git-commit-tree(1)."""
    return f"{name} <{name}@ai-employee.invalid> {int(when.timestamp())} {when:%z}"
