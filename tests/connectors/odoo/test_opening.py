"""The owner's Odoo is opened from what was kept when it was connected, and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import ConnectorContext
from agents.connectors.odoo.account import KEY, place_of
from agents.connectors.odoo.opening import chart_of, open_records
from agents.errors import NeedsOwner
from agents.vault.files import PRIVATE_MODE, write_over
from tests.connectors.contract import MemorySecrets
from tests.connectors.odoo.conftest import account_of
from tests.standins.odoo.world import KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standins.odoo.world import Odoo


def connected(folder: Path, odoo: Odoo) -> ConnectorContext:
    """A context after `connect odoo`."""
    context = ConnectorContext(folder / "Vault", folder / "state", odoo.clock, MemorySecrets())
    context.secrets.put(KEY, KEYS["bookkeeper"])
    settings = account_of(odoo, user_id=odoo.uid()).model_dump_json()
    write_over(place_of(context.state), settings.encode(), mode=PRIVATE_MODE)
    return context


def test_what_was_connected_is_opened_and_its_setup_is_asked_once_an_hour(tmp_path: Path, odoo: Odoo) -> None:
    context = connected(tmp_path, odoo)
    records = open_records(context)
    assert chart_of(context, records).currency == "EUR"
    before = len(odoo.asked)
    assert chart_of(context, records).company
    assert len(odoo.asked) == before
    odoo.clock.advance(3601)
    assert chart_of(context, records).company
    assert len(odoo.asked) > before


def test_without_a_connection_or_its_key_the_owner_is_told_what_to_do(tmp_path: Path, odoo: Odoo) -> None:
    context = connected(tmp_path, odoo)
    context.secrets.forget(KEY)
    with pytest.raises(NeedsOwner, match="not where it was kept"):
        open_records(context)
    place_of(context.state).unlink()
    with pytest.raises(NeedsOwner, match="no Odoo is connected"):
        open_records(context)
    assert odoo.asked == []
