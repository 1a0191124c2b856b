"""Retry and audit around a connector that fails on purpose."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found, Receipt
from agents.connectors.wrappers import Audited, Call, Discreet, OpenedAnew, Patience, Retrying, Wrapped
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from tests.clock import NOON
from tests.connectors.contract import KEY, ForeignAction

if TYPE_CHECKING:
    from agents.connectors.contract import Action, Attachments, Lookup
    from agents.errors import EmployeeError
    from tests.clock import FrozenClock

ACTION = ForeignAction()
RECEIPT = Receipt("fake", "1", NOON, "done")
LATER = Transient("busy", hint="Wait.")


@dataclass(slots=True)
class FakeConnector:
    """Fails with each of these in turn, then works."""

    failures: list[Exception] = field(default_factory=list)
    tries: int = 0
    name: str = "fake"
    released: list[str] = field(default_factory=list)

    def find(self, key: str, action: Action) -> Lookup:  # noqa: ARG002 - the port's signature
        return Found(RECEIPT) if self.tries else Absent()

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:  # noqa: ARG002
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)
        return RECEIPT

    def release(self, key: str, action: Action) -> None:  # noqa: ARG002
        self.released.append(key)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:  # noqa: ARG002
        return CannotUndo("no")


def retrying(inner: FakeConnector, clock: FrozenClock, *, halted: bool = False, woken: bool = False) -> Retrying:
    wake = threading.Event()
    if woken:
        wake.set()
    return Retrying(inner, clock, wake, lambda: halted, Patience(attempts=3, first_pause_s=2.0))


def test_a_transient_failure_is_tried_again_with_growing_pauses(clock: FrozenClock) -> None:
    inner = FakeConnector([LATER, LATER])
    assert retrying(inner, clock).execute(ACTION, KEY, {}) == RECEIPT
    assert inner.tries == 3
    assert clock.monotonic_s() == 2 + 4


def test_trying_ends_after_the_last_attempt(clock: FrozenClock) -> None:
    inner = FakeConnector([LATER] * 9)
    with pytest.raises(Transient):
        retrying(inner, clock).execute(ACTION, KEY, {})
    assert inner.tries == 3


@pytest.mark.parametrize("error", [OutcomeUnknown, NotAllowed, NeedsOwner])
def test_every_other_failure_is_never_tried_again(clock: FrozenClock, error: type[Exception]) -> None:
    inner = FakeConnector([error("no", hint="Look.")])  # type: ignore[call-arg]
    with pytest.raises(error):
        retrying(inner, clock).execute(ACTION, KEY, {})
    assert inner.tries == 1


@pytest.mark.parametrize(("halted", "woken"), [(True, False), (False, True)])
def test_stop_and_the_end_of_the_process_end_the_trying(clock: FrozenClock, *, halted: bool, woken: bool) -> None:
    inner = FakeConnector([LATER])
    with pytest.raises(Transient):
        retrying(inner, clock, halted=halted, woken=woken).execute(ACTION, KEY, {})
    assert inner.tries == 1


def test_every_call_is_told_with_its_result_and_without_content(clock: FrozenClock) -> None:
    told: list[Call] = []
    audited = Audited(FakeConnector([LATER, RuntimeError("a defect")]), clock, told.append)
    assert audited.find(KEY, ACTION) == Absent()
    for error in (Transient, RuntimeError):
        with pytest.raises(error):
            audited.execute(ACTION, KEY, {})
    assert audited.execute(ACTION, KEY, {}) == RECEIPT
    assert told == [
        Call("fake", "find", "foreign.action", KEY, "Absent", 0.0),
        Call("fake", "execute", "foreign.action", KEY, "Transient", 0.0),
        Call("fake", "execute", "foreign.action", KEY, "stopped", 0.0),
        Call("fake", "execute", "foreign.action", KEY, "Receipt", 0.0),
    ]


def test_wrappers_stack_and_let_everything_else_through(clock: FrozenClock) -> None:
    told: list[Call] = []
    inner = FakeConnector([LATER])
    stack = Audited(retrying(inner, clock), clock, told.append)
    assert stack.name == "fake"
    assert stack.execute(ACTION, KEY, {}) == RECEIPT
    assert stack.find(KEY, ACTION) == Found(RECEIPT)
    assert stack.compensate(ACTION, RECEIPT) == CannotUndo("no")
    assert [(call.call, call.took_s) for call in told] == [("execute", 2.0), ("find", 0.0)]
    assert Wrapped(inner).execute(ACTION, KEY, {}) == RECEIPT


def test_the_owners_word_passes_through_every_wrapper() -> None:
    inner = FakeConnector()
    Wrapped(OpenedAnew(lambda: inner)).release(KEY, ACTION)
    assert inner.released == [KEY]


def test_a_connector_opened_anew_is_the_one_of_now() -> None:
    now = [FakeConnector(name="outbox")]
    connector = OpenedAnew(lambda: now[0])
    assert connector.name == "outbox"
    now[0] = FakeConnector(name="smtp")
    assert connector.name == "smtp"
    assert connector.find(KEY, ACTION) == Absent()
    assert connector.execute(ACTION, KEY, {}) == RECEIPT
    assert connector.find(KEY, ACTION) == Found(RECEIPT)
    assert connector.compensate(ACTION, RECEIPT) == CannotUndo("no")


@dataclass(slots=True)
class Chatty(FakeConnector):
    """Says a password in everything it says."""

    found: Lookup = field(default_factory=Absent)

    def find(self, key: str, action: Action) -> Lookup:  # noqa: ARG002
        return self.found

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        FakeConnector.execute(self, action, key, attachments)
        return TOLD

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:  # noqa: ARG002
        return CannotUndo(WORDS)


WORDS, MASKED = "password: hunter2", "password: ⟨secret: password, 7 characters⟩"
TOLD = Receipt("fake", "1", NOON, WORDS, details={"link": WORDS})


def test_what_a_service_says_comes_back_without_its_secrets() -> None:
    shown = Receipt("fake", "1", NOON, MASKED, details={"link": MASKED})
    assert Discreet(Chatty()).execute(ACTION, KEY, {}) == shown
    assert Discreet(Chatty(found=Found(TOLD))).find(KEY, ACTION) == Found(shown)
    assert Discreet(Chatty(found=CannotKnow(WORDS))).find(KEY, ACTION) == CannotKnow(MASKED)
    assert Discreet(Chatty()).find(KEY, ACTION) == Absent()
    assert Discreet(Chatty()).compensate(ACTION, RECEIPT) == CannotUndo(MASKED)


@pytest.mark.parametrize("kind", [Transient, NotAllowed, NeedsOwner, OutcomeUnknown])
def test_an_error_keeps_its_kind_and_loses_its_secrets(kind: type[EmployeeError]) -> None:
    with pytest.raises(kind) as refused:
        Discreet(Chatty([kind(WORDS, hint=f"Use {WORDS}")])).execute(ACTION, KEY, {})
    assert (str(refused.value), refused.value.hint) == (MASKED, f"Use {MASKED}")
