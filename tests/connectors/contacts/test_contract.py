"""Changes of contacts keep the promises of every connector: ordered once, and found again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from agents.connectors.contacts.actions import Change, ImportContacts, MergeContacts
from agents.connectors.contacts.manifest import MANIFEST
from agents.connectors.contacts.values import Values
from agents.connectors.contract import Action, Attachments, ConnectorContext, Stakes
from agents.durability.journal import Journal
from agents.durability.task_persistence import requests_pending
from tests.clock import FrozenClock
from tests.connectors.contract import KEY, NO_SECRETS, ConnectorContract

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Connector

FILE = "sha-0123456789abcdef.vcf"
ANNA = Values(name="Anna Example", emails=("anna@client.example",))
MERGE = MergeContacts(keep="Anna", other="A Example", keep_is="Anna", other_is="A", shared="anna@client.example")


@dataclass
class JournalService:
    """A journal that takes orders."""

    vault: Path
    action: Action = field(default_factory=lambda: ImportContacts(file=FILE, changes=(Change(values=ANNA),)))
    attachments: Attachments = field(default_factory=dict)
    secrets: tuple[str, ...] = ("anna@client.example",)

    def __post_init__(self) -> None:
        Journal.open(self.vault).close()  # the executor has one: the approval stands in it

    def open(self) -> Connector:
        return MANIFEST.open(ConnectorContext(self.vault, self.vault, FrozenClock(), NO_SECRETS))

    def effects(self) -> int:
        return len(self.ordered())

    def ordered(self) -> list[tuple[str, str]]:
        with (journal := Journal.open(self.vault)).begin() as sql:
            rows = [(row.kind, row.text) for row in requests_pending(sql)]
        journal.close()
        return rows

    def lose_the_next_answer(self) -> bool:
        return False


class TestContract(ConnectorContract):
    """The suite that every connector passes, here with one new contact."""

    @pytest.fixture
    def service(self, tmp_path: Path) -> JournalService:
        return JournalService(tmp_path)


def test_the_order_is_the_action_as_it_was_sealed_and_the_receipt_counts(tmp_path: Path) -> None:
    service = JournalService(tmp_path)
    more = ImportContacts(file=FILE, changes=(Change(values=ANNA), Change(note="Jo", values=ANNA)))
    receipt = service.open().execute(more, KEY, {})
    assert receipt.summary == "new contacts: 1; added to: 1"
    assert service.ordered() == [("contacts", more.canonical().decode())]
    assert service.open().execute(MERGE, KEY[::-1], {}).summary == "one note made of two"


def test_the_owner_reads_every_contact_before_saying_yes() -> None:
    action = ImportContacts(file=FILE, changes=(Change(values=ANNA), Change(note="Jo", values=ANNA)))
    assert action.title() == "Take in 1 new contact and add to 1 contact you have?"
    assert [row.value for row in action.rows()] == [
        FILE,
        "Anna Example · anna@client.example\n",
        "Jo: Anna Example · anna@client.example\n",
    ]
    assert [row.value for row in MERGE.rows()] == ["Anna: Anna", "A Example: A", "anna@client.example"]
    for each in (action, MERGE):
        assert (each.recipient(), each.stakes) == ("", Stakes.FILING)
        assert each.title().endswith("?")
        assert each.undo().startswith("no")
        assert each.recipient_argument in type(each).model_fields


@pytest.mark.parametrize(
    "values",
    [
        {"name": "a\nb"},
        {"name": "a\u202eb"},
        {"name": "a" * 121},
        {"emails": ["nobody"]},
        {"emails": ["a@b.example\n"]},
        {"phones": ["call me"]},
        {"aliases": ["x"] * 21},
        {"iban": "DE00"},
    ],
)
def test_what_is_no_value_of_a_contact_is_refused(values: dict[str, object]) -> None:
    change = {"note": "", "values": values}
    text = json.dumps({"action": "contacts.import", "file": FILE, "changes": [change]})
    with pytest.raises(ValidationError):
        ImportContacts.model_validate_json(text)


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", ""])
def test_a_note_is_named_and_never_a_path(name: str) -> None:
    with pytest.raises(ValidationError):
        MergeContacts(keep=name, other="Anna")
