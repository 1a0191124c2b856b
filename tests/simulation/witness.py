"""Stands at the door to the outside world and lets nothing pass that the owner did not say yes to."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agents.approval.payload import read_action
from agents.connectors.wrappers import Wrapped
from agents.durability.journal import links
from agents.durability.proposal_rows import proposals_in
from agents.security.audit_logger import fields_of
from agents.vault.stop_note import stop_reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.connectors.contract import Action, Attachments, Connector, Lookup, Receipt
    from agents.console.wiring import House
    from agents.durability.proposal_rows import ProposalRow
    from tests.simulation.world import World

EVERY_STATE = ("waiting", "approved", "unknown", "done", "failed", "rejected", "expired", "superseded", "withdrawn")
BOOKED = re.compile(r'(?m)^  key: "([0-9a-f]{64})"$')


class PromiseBroken(BaseException):
    """A promise does not hold; nothing of ours catches it."""


class Witness(Wrapped):
    """Around one connector. What happened is counted in the service's own book."""

    def __init__(self, inner: Connector, world: World, house: House) -> None:
        super().__init__(inner)
        self._world, self._house = world, house

    def find(self, key: str, action: Action) -> Lookup:
        with self._world.disk.step("look-up"):
            found = super().find(key, action)
        self._world.tell(f"service: {action.action} {key[:8]} is {type(found).__name__}")
        return found

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        with self._world.disk.aside(), self._house.journal.begin() as sql:
            row = next((each for each in proposals_in(sql, *EVERY_STATE) if each.key == key), None)
            said = [fields_of(each) for each in links(sql)]
        self._world.tell(f"service: {action.action} {key[:8]} for {row.id if row else 'nothing known'}")
        if row is None:
            raise PromiseBroken(f"an effect under a key that no proposal has: {action.canonical()!r}")
        if stop := stop_reason(self._world.owner.vault):
            raise PromiseBroken(f"I8: {row.id} runs although {stop}")
        if self._world.happened(key):
            raise PromiseBroken(f"I2: {row.id} has happened, and is done again")
        self._is_approved(row, action, said)
        receipt = super().execute(action, key, attachments)
        self._world.tell(f"service: {receipt.summary}")
        return receipt

    def _is_approved(self, row: ProposalRow, action: Action, said: Sequence[Mapping[str, Any]]) -> None:
        yes = [each for each in said if each["action_type"] == "proposal.approved" and each["target"] == row.id]
        digests = {str(each["parameters"].get("digest")) for each in yes}
        if digests != {row.digest}:
            raise PromiseBroken(f"I3: {row.id} runs, and the chain tells of {len(yes)} approvals of {digests}")
        if datetime.fromisoformat(str(yes[-1]["timestamp"])) >= row.expires:
            raise PromiseBroken(f"I3: {row.id} was approved after it had expired")
        texts = self._world.owner.agreed.get(row.id, [])
        read = [read_action(text, self._house.models) for text in texts]
        if action.canonical() not in [each.canonical() for each in read if not hasattr(each, "line")]:
            raise PromiseBroken(f"I3: {row.id} runs, and the owner agreed to {len(texts)} other notes of that name")
        if self._world.owner.has_said_no(row.id):
            raise PromiseBroken(f"I3: {row.id} runs although it lies in Rejected")
