"""Files for the bank keep what every connector promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.connectors.contract import ConnectorContract
from tests.connectors.payment.payment_room import THEIRS, PaymentRoom, order, pays

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Action, Attachments, Connector


@dataclass(slots=True)
class PaymentService:
    """A vault, and half of what is owed."""

    room: PaymentRoom
    secrets: tuple[str, ...] = ("xylophone", THEIRS)
    attachments: Attachments = field(default_factory=dict)

    @property
    def vault(self) -> Path:
        return self.room.vault

    @property
    def action(self) -> Action:
        return order(pays("50.00", reference="xylophone"))

    def open(self) -> Connector:
        return self.room.payments()

    def effects(self) -> int:
        return len(self.room.files())

    def lose_the_next_answer(self) -> bool:
        return False


class TestPayments(ConnectorContract):
    """The suite on a folder."""

    @pytest.fixture
    def service(self, room: PaymentRoom) -> PaymentService:
        return PaymentService(room)
