"""Customers and vendors in Odoo: the contact of a name, made with a key of ours where there is none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.errors import NotAllowed

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.connectors.odoo.records import Records

PARTNER = "res.partner"
KEY_CHARS = 32


class Parties:
    """Finds contacts by their names."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def known(self, name: str) -> int | None:
        """The contact of this name; None: there is none.

        Raises:
            NotAllowed: there are several, and it would not be clear who is meant.
        """
        domain: list[JsonValue] = [["name", "=", name], ["parent_id", "=", False]]
        found = self._records.search(PARTNER, domain, ["name"])
        if len(found) > 1:
            hint = "Merge or archive them in Odoo, then try again."
            raise NotAllowed(f"Odoo has {len(found)} contacts named {name}", hint=hint)
        number = found[0]["id"] if found else None
        return number if isinstance(number, int) else None

    def made(self, name: str, email: str = "") -> int:
        """The contact of this name, made if there is none; one that the owner renamed since is found by its key."""
        if (number := self.known(name)) is not None:
            return number
        key = f"party_{hashlib.sha256(name.encode()).hexdigest()[:KEY_CHARS]}"
        if (number := self._records.find(key)) is not None:
            return number
        values: dict[str, JsonValue] = {"id": key, "name": name, "is_company": True}
        (number,) = self._records.write(PARTNER, [values | ({"email": email} if email else {})])
        return number
