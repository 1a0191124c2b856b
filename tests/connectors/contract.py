"""What every connector promises: one suite, taken over by subclassing `ConnectorContract`.

A connector's test module defines `class TestContract(ConnectorContract)` with a fixture `service` that returns its
`Service`: the real connector on a real service (a folder, a local server), and how to look at it from outside.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, Protocol

import pytest

from agents.connectors.contract import (
    Absent,
    Action,
    Attachments,
    CannotKnow,
    CannotUndo,
    Connector,
    Found,
    Row,
    SecretStore,
    Stakes,
    sha256_hex,
)
from agents.errors import NotAllowed, OutcomeUnknown

if TYPE_CHECKING:
    from pathlib import Path

KEY = sha256_hex(b"the first approval")
OTHER_KEY = sha256_hex(b"another approval of an equal action")


class Service(Protocol):
    """One service under test, fresh for each test."""

    @property
    def vault(self) -> Path:
        """Our folder in the vault, where receipts' documents and paths lie."""
        ...

    @property
    def action(self) -> Action:
        """An action the connector performs."""
        ...

    @property
    def attachments(self) -> Attachments:
        """The bytes sealed with the action."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """Passwords the connector uses, and private words of the action; none may reach a repr or a log."""
        ...

    def open(self) -> Connector:
        """The connector as a new process would open it."""
        ...

    def effects(self) -> int:
        """How many times the effect happened, seen from outside (entries, messages received)."""
        ...

    def lose_the_next_answer(self) -> bool:
        """Let the next effect happen without an answer; False when the service cannot fail so."""
        ...


class MemorySecrets:
    """A `SecretStore` that forgets at the end of the test."""

    def __init__(self, **kept: str) -> None:
        self._kept = dict(kept)

    def get(self, name: str) -> str | None:
        return self._kept.get(name)

    def put(self, name: str, value: str) -> str:
        self._kept[name] = value
        return "memory"

    def forget(self, name: str) -> None:
        self._kept.pop(name, None)


NO_SECRETS: SecretStore = MemorySecrets()


class ForeignAction(Action):
    """An action no connector performs."""

    action: Literal["foreign.action"] = "foreign.action"

    @property
    def stakes(self) -> Stakes:
        return Stakes.FILING

    def title(self) -> str:
        return "Do something foreign?"

    def rows(self) -> tuple[Row, ...]:
        return ()

    def recipient(self) -> str:
        return "nobody"

    def undo(self) -> str:
        return "no"


class ConnectorContract:
    """The suite; every test gets a fresh `service`."""

    @pytest.fixture
    def service(self) -> Service:
        """Overridden by each connector."""
        raise NotImplementedError

    def test_before_the_effect_it_is_absent(self, service: Service) -> None:
        assert service.open().find(KEY, service.action) == Absent()

    def test_looking_it_up_and_planning_its_undoing_have_no_effect(self, service: Service) -> None:
        connector = service.open()
        receipt = connector.execute(service.action, KEY, service.attachments)
        before = _files(service.vault)
        connector.find(KEY, service.action)
        connector.find(OTHER_KEY, service.action)
        connector.compensate(service.action, receipt)
        assert service.effects() == 1
        assert _files(service.vault) == before

    def test_afterwards_a_new_process_finds_the_same_receipt(self, service: Service) -> None:
        receipt = service.open().execute(service.action, KEY, service.attachments)
        assert service.open().find(KEY, service.action) == Found(receipt)
        assert service.open().find(OTHER_KEY, service.action) == Absent()

    def test_the_same_key_twice_is_one_effect(self, service: Service) -> None:
        first = service.open().execute(service.action, KEY, service.attachments)
        assert service.open().execute(service.action, KEY, service.attachments) == first
        assert service.effects() == 1

    def test_two_equal_actions_under_two_keys_are_two_effects(self, service: Service) -> None:
        first = service.open().execute(service.action, KEY, service.attachments)
        second = service.open().execute(service.action, OTHER_KEY, service.attachments)
        assert service.effects() == 2
        assert first != second

    def test_a_lost_answer_is_outcome_unknown_is_not_retried_and_is_found(self, service: Service) -> None:
        if not service.lose_the_next_answer():
            pytest.skip("this service cannot lose an answer")
        with pytest.raises(OutcomeUnknown) as lost:
            service.open().execute(service.action, KEY, service.attachments)
        assert lost.value.hint
        assert service.effects() == 1
        assert isinstance(service.open().find(KEY, service.action), Found | CannotKnow)

    def test_the_owners_word_that_nothing_happened_never_undoes_what_is_certain(self, service: Service) -> None:
        service.open().execute(service.action, KEY, service.attachments)
        service.open().release(KEY, service.action)
        assert isinstance(service.open().find(KEY, service.action), Found)

    def test_the_owners_word_opens_the_way_where_nobody_could_tell(self, service: Service) -> None:
        if not service.lose_the_next_answer():
            pytest.skip("this service cannot lose an answer")
        with pytest.raises(OutcomeUnknown):
            service.open().execute(service.action, KEY, service.attachments)
        if isinstance(service.open().find(KEY, service.action), CannotKnow):
            service.open().release(KEY, service.action)
            assert service.open().find(KEY, service.action) == Absent()

    def test_a_receipt_names_what_lies_in_the_vault(self, service: Service) -> None:
        connector = service.open()
        receipt = connector.execute(service.action, KEY, service.attachments)
        assert receipt.provider == connector.name
        assert receipt.provider_id
        assert receipt.summary
        assert receipt.at.tzinfo is not None
        assert all((service.vault / path).is_file() for path in receipt.paths)
        for document in receipt.documents:
            assert sha256_hex((service.vault / document.path).read_bytes()) == document.sha256

    def test_a_foreign_action_is_refused(self, service: Service) -> None:
        with pytest.raises(NotAllowed):
            service.open().execute(ForeignAction(), KEY, {})
        assert service.effects() == 0

    def test_undoing_is_an_action_of_its_own_or_a_reason(self, service: Service) -> None:
        connector = service.open()
        receipt = connector.execute(service.action, KEY, service.attachments)
        undoing = connector.compensate(service.action, receipt)
        assert isinstance(undoing, Action) or (isinstance(undoing, CannotUndo) and undoing.reason)

    def test_no_secret_stands_in_a_repr_or_a_log(self, service: Service, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        connector = service.open()
        receipt = connector.execute(service.action, KEY, service.attachments)
        connector.find(KEY, service.action)
        told = f"{connector!r} {receipt!r} {caplog.text}"
        assert [secret for secret in service.secrets if secret in told] == []


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
