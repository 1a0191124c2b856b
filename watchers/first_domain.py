"""The domain a task begins with, business or personal, as the handbook's table says when it is filed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.security.domain_table import APART, BUSINESS, PERSONAL, Domains, Whence, domain_of, read_domains
from agents.vault.files import read_regular
from agents.vault.layout import HANDBOOK_NOTE, INBOX

if TYPE_CHECKING:
    from pathlib import Path

    from watchers.contract import Event

MAX_HANDBOOK_BYTES = 1_000_000
__all__ = ["APART", "BUSINESS", "PERSONAL", "FirstDomain", "Standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """The domain of a task, and whether it is kept apart: then its note is private from its first moment on."""

    domain: str = BUSINESS
    is_apart: bool = False


class FirstDomain:
    """Decides for one vault; the handbook is read again when it has changed."""

    def __init__(self, root: Path) -> None:
        self._handbook = root / HANDBOOK_NOTE
        self._seen: tuple[int, ...] = ()
        self._domains = Domains()

    def of(self, event: Event) -> Standing:
        """The domain of a new task. What the owner asks by themselves is business."""
        self._read()
        if event.kind == "ask" or not self._domains.rows:
            return Standing()
        domain = domain_of(whence_of(event), self._domains.rows)
        return Standing(domain, domain in self._domains.apart)

    def _read(self) -> None:
        try:
            status = self._handbook.lstat()
        except OSError:
            self._domains, self._seen = Domains(), ()
            return
        seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen != self._seen:
            content = read_regular(self._handbook, MAX_HANDBOOK_BYTES)
            text = content.decode(errors="replace") if isinstance(content, bytes) else ""
            self._domains, self._seen = read_domains(text), seen


def whence_of(event: Event) -> Whence:
    """Where an event comes from: its account and folder, or the folder below the inbox in which a file lay."""
    folder = event.folder
    if not folder and event.origin.startswith(f"{INBOX}/"):
        parent = PurePosixPath(event.origin).parent.as_posix()
        folder = parent.removeprefix(INBOX).strip("/")
    said = [event.subject, event.text, *(file.text or "" for file in event.attachments)]
    return Whence(event.account, event.sender_address, folder, "\n".join(said))
