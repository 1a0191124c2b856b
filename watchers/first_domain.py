"""The domain a task begins with, business or personal, as the handbook's table says when it is filed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.security.domain_table import APART, BUSINESS, PERSONAL, Domains, Whence, domain_of, read_domains
from agents.vault.layout import INBOX
from watchers.handbook import Handbook

if TYPE_CHECKING:
    from pathlib import Path

    from watchers.contract import Event

__all__ = ["APART", "BUSINESS", "PERSONAL", "FirstDomain", "Standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """The domain of a task, and whether it is kept apart: then its note is private from its first moment on."""

    domain: str = BUSINESS
    is_apart: bool = False


class FirstDomain:
    """Decides for one vault."""

    def __init__(self, root: Path) -> None:
        self._handbook = Handbook(root)
        self._domains = Domains()

    def of(self, event: Event) -> Standing:
        """The domain of a new task. What the owner asks by themselves is business."""
        if (text := self._handbook.changed()) is not None:
            self._domains = read_domains(text)
        if event.kind == "ask" or not self._domains.rows:
            return Standing()
        domain = domain_of(whence_of(event), self._domains.rows)
        return Standing(domain, domain in self._domains.apart)


def whence_of(event: Event) -> Whence:
    """Where an event comes from: its account and folder, or the folder below the inbox in which a file lay."""
    folder = event.folder
    if not folder and event.origin.startswith(f"{INBOX}/"):
        parent = PurePosixPath(event.origin).parent.as_posix()
        folder = parent.removeprefix(INBOX).strip("/")
    said = [event.subject, event.text, *(file.text or "" for file in event.attachments)]
    return Whence(event.account, event.sender_address, folder, "\n".join(said))
