"""Which server `make live NAME=odoo` ran against: what is written from documentation alone is told until then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agents.vault.files import PRIVATE_MODE, read_regular, write_over

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.odoo.account import OdooAccount

MAX_BYTES = 10_000


def keep_tried(state: Path, account: OdooAccount) -> None:
    """Note that every test passed against this server in this version."""
    write_over(_place(state), _words(account), mode=PRIVATE_MODE)


def is_tried(state: Path, account: OdooAccount) -> bool:
    """Whether this is the server, in the version, that they passed against."""
    return read_regular(_place(state), MAX_BYTES) == _words(account)


def _words(account: OdooAccount) -> bytes:
    return json.dumps({"server": str(account.destination), "version": account.version}).encode()


def _place(state: Path) -> Path:
    return state / "odoo" / "tried.json"
