"""Odoo is watched only while it is connected and keeps the books."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import LEDGER, MAIN, ODOO, Keeping, keeping_line
from agents.connectors.contract import ConnectorContext
from agents.connectors.odoo.account import place_of
from agents.console.kept_in_odoo import odoo_that_keeps
from tests.clock import FrozenClock
from tests.connectors.contract import MemorySecrets

if TYPE_CHECKING:
    from pathlib import Path


def test_odoo_is_watched_only_while_it_is_connected_and_keeps_the_books(tmp_path: Path) -> None:
    context = ConnectorContext(tmp_path / "Vault", tmp_path / "state", FrozenClock(), MemorySecrets())
    main, place = context.vault / MAIN, place_of(context.state)
    main.parent.mkdir(parents=True)
    place.parent.mkdir(parents=True)
    place.write_text("{}")
    assert odoo_that_keeps(context) is None
    for keeper, is_watched in ((ODOO, True), (LEDGER, False), ("pigeon", False), (ODOO, True)):
        main.write_text(keeping_line(Keeping(keeper, date(2026, 11, 1))) + "\n")
        assert (odoo_that_keeps(context) is not None) is is_watched
    place.unlink()
    assert odoo_that_keeps(context) is None
