"""A service with a log of its effects, which fails as it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contract import (
    Absent,
    Action,
    Attachments,
    CannotUndo,
    Document,
    Found,
    Lookup,
    Receipt,
    sha256_hex,
)
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


PDF = "Accounting/inv.pdf"


class Service:
    """A `Connector`: effects are lines of a file outside the vault; the same key twice is one effect.

    `lookups` and `failures` are used up one a call: what `find` answers or raises, what `execute` raises - before the
    effect, or after it when `answer_lost`.
    """

    name = "service"

    def __init__(self, log: Path, vault: Path) -> None:
        self._log = log
        self._vault = vault
        self.lookups: list[Lookup | Exception] = []
        self.failures: list[Exception] = []
        self.answer_lost = False
        self.attachments: list[Attachments] = []
        self.released: list[str] = []
        self.before_effect: Callable[[], None] = lambda: None

    @property
    def effects(self) -> list[str]:
        """The keys of all effects there ever were."""
        return self._log.read_text(encoding="ascii").split() if self._log.is_file() else []

    def find(self, key: str, action: Action) -> Lookup:
        del action
        if self.lookups:
            told = self.lookups.pop(0)
            if isinstance(told, Exception):
                raise told
            return told
        return Found(self._receipt(key)) if key in self.effects else Absent()

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        del action
        self.before_effect()
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or self.answer_lost:
            self.attachments.append(attachments)
            if key not in self.effects:
                with self._log.open("a", encoding="ascii") as log:
                    log.write(f"{key}\n")
        if failure is not None:
            raise failure
        return self._receipt(key)

    def release(self, key: str, action: Action) -> None:
        del action
        self.released.append(key)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        del action, receipt
        return CannotUndo("no")

    def _receipt(self, key: str) -> Receipt:
        content = b"%PDF"
        (self._vault / PDF).write_bytes(content)
        documents = (Document("inv.pdf", sha256_hex(content), PDF),)
        details = {"the *answer*": "ok"}
        return Receipt("service", f"INV-{key[:4]}", NOON, "INV-2026-0001 | booked", documents, (PDF,), details)
