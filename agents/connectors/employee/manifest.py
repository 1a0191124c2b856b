"""The employee itself, described lightly. There is nothing to connect, and no line of `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contract import Manifest
from agents.connectors.employee.actions import WORDS_OF_ASSISTANTS

if TYPE_CHECKING:
    from agents.connectors.contract import Connector, ConnectorContext


def _open(context: ConnectorContext) -> Connector:
    from agents.connectors.employee.word_connector import WordConnector  # noqa: PLC0415 - the journal, opened on use

    return WordConnector(context.state, context.clock)


MANIFEST = Manifest("employee", WORDS_OF_ASSISTANTS, _open, lambda _context: ())
