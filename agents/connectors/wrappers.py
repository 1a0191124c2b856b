"""Discretion, retry and audit around any connector: `Audited(Retrying(Discreet(connector)))`.

Limits are the journal's (ADR 0033).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from agents.connectors.contract import CannotKnow, CannotUndo, Found
from agents.errors import EmployeeError, Transient
from agents.security.secret_patterns import masked

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from agents.clock import Clock
    from agents.connectors.contract import Action, Attachments, Connector, Lookup, Receipt

Answer = TypeVar("Answer")


class Wrapped:
    """A connector inside another; on its own it changes nothing."""

    def __init__(self, inner: Connector) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """The inner connector's."""
        return self._inner.name

    def find(self, key: str, action: Action) -> Lookup:
        """Ask the inner connector."""
        return self._inner.find(key, action)

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Let the inner connector act."""
        return self._inner.execute(action, key, attachments)

    def release(self, key: str, action: Action) -> None:
        """Tell the inner connector."""
        self._inner.release(key, action)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """Ask the inner connector."""
        return self._inner.compensate(action, receipt)


class OpenedAnew:
    """A connector opened for each call: `connect` and `disconnect` count at the next effect of a running `run`."""

    def __init__(self, open_connector: Callable[[], Connector]) -> None:
        self._open = open_connector

    @property
    def name(self) -> str:
        """The connector's name now."""
        return self._open().name

    def find(self, key: str, action: Action) -> Lookup:
        """Ask the connector of now."""
        return self._open().find(key, action)

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Let the connector of now act."""
        return self._open().execute(action, key, attachments)

    def release(self, key: str, action: Action) -> None:
        """Tell the connector of now."""
        self._open().release(key, action)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """Ask the connector of now."""
        return self._open().compensate(action, receipt)


class Discreet(Wrapped):
    """Takes the secrets out of what a service says: a server's refusal may quote a password, a receipt a link."""

    def find(self, key: str, action: Action) -> Lookup:
        """Look up; the answer without secrets."""
        with _discreet():
            found = super().find(key, action)
        if isinstance(found, Found):
            return Found(_without_secrets(found.receipt))
        return CannotKnow(masked(found.question)) if isinstance(found, CannotKnow) else found

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Act; the receipt without secrets."""
        with _discreet():
            return _without_secrets(super().execute(action, key, attachments))

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """Ask; the reason without secrets."""
        with _discreet():
            undone = super().compensate(action, receipt)
        return CannotUndo(masked(undone.reason)) if isinstance(undone, CannotUndo) else undone


@contextmanager
def _discreet() -> Iterator[None]:
    try:
        yield
    except EmployeeError as err:
        err.args, err.hint = (masked(str(err)),), masked(err.hint)
        raise


def _without_secrets(receipt: Receipt) -> Receipt:
    """The ids stay as they are: by them the effect is found again."""
    details = {name: masked(value) for name, value in receipt.details.items()}
    return replace(receipt, summary=masked(receipt.summary), details=details)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often an effect is tried, and how long the first pause is; each further pause is twice as long."""

    attempts: int = 3
    first_pause_s: float = 1.0


class Retrying(Wrapped):
    """Tries again what certainly did not happen, and nothing else.

    `wake` ends a pause early and the trying with it; `halted` is asked before each further try (STOP).
    """

    def __init__(
        self,
        inner: Connector,
        clock: Clock,
        wake: threading.Event,
        halted: Callable[[], bool],
        patience: Patience = Patience(),
    ) -> None:
        super().__init__(inner)
        self._clock = clock
        self._wake = wake
        self._halted = halted
        self._patience = patience

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Act, and act again after a Transient, a bounded number of times.

        Raises:
            Transient: the last try's; every other error at once.
        """
        for earlier in range(self._patience.attempts - 1):
            try:
                return super().execute(action, key, attachments)
            except Transient:
                if self._clock.wait(self._wake, self._patience.first_pause_s * 2**earlier) or self._halted():
                    raise
        return super().execute(action, key, attachments)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a connector as the audit sees it: ids only, no content. `result`: what it ended with."""

    connector: str
    call: str
    action: str
    key: str
    result: str
    took_s: float


class Audited(Wrapped):
    """Tells every look-up and every effect, also those that fail."""

    def __init__(self, inner: Connector, clock: Clock, tell: Callable[[Call], None]) -> None:
        super().__init__(inner)
        self._clock = clock
        self._tell = tell

    def find(self, key: str, action: Action) -> Lookup:
        """Look up, and tell."""
        return self._told("find", action, key, lambda: super(Audited, self).find(key, action))

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Act, and tell."""
        return self._told("execute", action, key, lambda: super(Audited, self).execute(action, key, attachments))

    def _told(self, call: str, action: Action, key: str, ask: Callable[[], Answer]) -> Answer:
        began_s = self._clock.monotonic_s()
        result = "stopped"  # by something that is no error of ours
        try:
            answer = ask()
            result = type(answer).__name__
        except EmployeeError as err:
            result = type(err).__name__
            raise
        finally:
            self._tell(Call(self.name, call, action.action, key, result, self._clock.monotonic_s() - began_s))
        return answer
