"""Contacts, described lightly. There is nothing to connect, and no line of `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contacts.actions import ImportContacts, MergeContacts
from agents.connectors.contract import Manifest

if TYPE_CHECKING:
    from agents.connectors.contract import Connector, ConnectorContext


def _open(context: ConnectorContext) -> Connector:
    from agents.connectors.contacts.contacts_connector import ContactsConnector  # noqa: PLC0415 - the journal, on use

    return ContactsConnector(context.state, context.clock)


MANIFEST = Manifest("contacts", (ImportContacts, MergeContacts), _open, lambda _context: ())
