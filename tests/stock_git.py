"""The git and ssh-keygen that are installed here, as judges of what we write."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from agents.security.signing import SigningKey, allowed_signers
from agents.vault.history import History
from tests.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from agents.vault.history import Author


def git(place: Path, *words: str) -> str:
    """What `git -C place words...` prints, without the last newline; the test fails when git does."""
    done = subprocess.run(["git", "-C", str(place), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def foreign_commit(vault: Path, message: str = "by another git") -> str:
    """Commit everything in the vault through the pointer, as the owner's own git would; the commit's id."""
    git(vault, "add", "--all")
    git(vault, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(vault, "rev-parse", "HEAD")


class Desk:
    """A vault with its state folder and a prepared history, and the few things a test does there."""

    def __init__(self, room: Path, *, max_bytes: int = 10_000) -> None:
        self.vault, self.state = room / "Vault", room / "state"
        self.git_dir = self.state / "history"
        self.signers = self.state / "allowed_signers"
        self.vault.mkdir()
        self.key = SigningKey.load_or_create(self.state)
        self.signers.write_text(allowed_signers([self.key.public_line()]), encoding="utf-8")
        self.max_bytes = max_bytes
        self.history = History.create(self.git_dir, self.vault, self.key.sign, max_bytes=max_bytes)
        self.history.prepare(pointer=True, allowed_signers=self.signers)

    def reopened(self) -> History:
        """The history as another process sees it."""
        return History.open(self.git_dir, self.vault, self.key.sign, max_bytes=self.max_bytes)

    def write(self, path: str, text: str = "text\n") -> str:
        """Write a file of the vault; its path."""
        place = self.vault / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return path

    def commit(self, *paths: str, author: Author = "ai-employee", message: str = "a transition") -> str:
        """Commit these paths at noon."""
        return self.history.commit(paths, author=author, message=message, when=NOON)

    def settle(self) -> tuple[str, ...]:
        """What the runner does when idle; the paths it committed as the owner's."""
        changed = self.history.changed_paths()
        if changed:
            self.commit(*changed, author="owner")
        assert self.history.refresh_index(changed)
        return changed

    def status(self) -> str:
        """What stock `git status` shows."""
        return git(self.vault, "status", "--porcelain")

    def tree(self) -> list[str]:
        """The paths of the newest commit."""
        return git(self.git_dir, "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")[:-1]
