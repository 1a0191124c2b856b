"""A vault with everything durable around it, real to the last file: journal, store, signed history, log, blobs."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.durability.blobs import Blobs
from agents.durability.commits import events_of
from agents.durability.journal import Journal
from agents.durability.transitions import Recorder, Transition
from agents.durability.verification import Report, Verification
from agents.errors import NotAllowed
from agents.security.audit_logger import Fact
from agents.security.signing import SigningKey, allowed_signers, is_signed_by
from agents.vault.files import free_temp_files
from agents.vault.history import History
from agents.vault.layout import FOLDERS, LOGS
from agents.vault.store import Operation, Store
from tests.clock import FrozenClock

if TYPE_CHECKING:
    from pathlib import Path

    from agents.durability.writing import Author
    from agents.vault.history import CommitRecord


@dataclass
class Room:
    """One vault and its state folder below `place`; `open` gives a recorder as a new process would have it."""

    place: Path
    clock: FrozenClock = field(default_factory=FrozenClock)

    def __post_init__(self) -> None:
        self.vault, self.state = self.place / "Vault", self.place / "state"
        for folder in (self.state, *(self.vault / name for name in FOLDERS)):
            folder.mkdir(parents=True, exist_ok=True)
        self.key = SigningKey.load_or_create(self.state / "keys")
        self.blobs = Blobs(self.state / "blobs")
        self.git_dir = self.state / "history.git"
        self.recorder = self.open()

    def open(self) -> Recorder:
        """A new process begins: everything opened anew, nothing recovered yet."""
        self.journal = Journal.open(self.state)
        self.history = History.create(self.git_dir, self.vault, self.key.sign)
        signers = self.state / "allowed_signers"
        signers.write_text(allowed_signers([self.key.public_line()]), encoding="utf-8")
        self.history.prepare(pointer=True, allowed_signers=signers)
        self.store = Store(self.vault, self.blob)
        self.recorder = Recorder(self.journal, self.store, self.history, self.clock, self.is_ours)
        return self.recorder

    def restart(self) -> tuple[str, ...]:
        """End this process and begin another; what it had to say."""
        self.journal.close()
        free_temp_files(self.vault)
        return self.open().recover()

    def is_ours(self, commit: CommitRecord) -> bool:
        return is_signed_by(commit.payload, commit.signature, [self.key.public_line()])

    def blob(self, digest: str) -> bytes:
        content = self.blobs.get(digest)
        if content is None:
            raise NotAllowed(f"the bytes {digest[:10]} are gone", hint="Restore them.")
        return content

    def record(self, *transitions: Transition) -> None:
        """Record them in one transaction."""
        with self.recorder.begin() as writing:
            for each in transitions:
                writing.record(each)

    def verify(self) -> Report:
        """What `verify` finds."""
        return Verification(self.vault, self.journal, self.history, self.is_ours).run()

    def write(self, path: str, text: str) -> Path:
        """Write a file as the owner would."""
        place = self.vault / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
        return place

    def text(self, path: str) -> str:
        return (self.vault / path).read_bytes().decode()

    def notes(self, *, logs: bool = True) -> dict[str, str]:
        """Every file of the vault with its text."""
        found = sorted(path for path in self.vault.rglob("*") if path.is_file() and path.name != ".git")
        names = {path.relative_to(self.vault).as_posix(): path for path in found}
        return {name: self.text(name) for name in names if logs or not name.startswith(LOGS)}

    def git(self, *words: str) -> str:
        """What stock git prints in the vault."""
        line = ["git", "-C", str(self.vault), *words]
        return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()

    def events(self) -> list[str]:
        """The events that commits hold, newest commit first."""
        return [str(seq) for commit in self.history.walk_back() for seq, _ in events_of(commit)]


def filed(name: str, *operations: Operation, author: Author = "ai-employee", action: str = "task.filed") -> Transition:
    """A transition about `name`; without operations a note is filed in Needs_Action."""
    made = operations or (Operation("create", f"Needs_Action/{name}.md", text=f"# {name}\n"),)
    return Transition(Fact("watcher", action, name, name), f"File {name}", made, author)
