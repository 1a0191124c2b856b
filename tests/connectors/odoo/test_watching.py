"""A look into the Odoo that is connected, over the wire: what was kept of the last look is all it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.odoo.account import place_of
from agents.connectors.odoo.watching import OdooSource
from agents.errors import NeedsOwner
from tests.connectors.odoo.test_opening import connected

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standins.odoo.world import Odoo


def made(odoo: Odoo, kind: str) -> int:
    """A posted document of somebody else."""
    partner = odoo.call("res.partner", "create", {"name": "Initech"})
    line = [0, 0, {"name": "work", "price_unit": 100, "tax_ids": [[6, 0, []]]}]
    vals = {"move_type": kind, "partner_id": partner, "invoice_line_ids": [line], "invoice_date": "2026-11-20"}
    number: int = odoo.call("account.move", "create", vals)
    odoo.call("account.move", "action_post", [number])
    return number


def test_each_look_goes_on_from_what_was_kept_of_the_last(tmp_path: Path, odoo: Odoo) -> None:
    source = OdooSource(connected(tmp_path, odoo))
    before = made(odoo, "out_invoice")
    first = source.look(None, {})
    assert (first.is_first, [each.number for each in first.documents]) == (True, [before])
    kept = {each.number: each.text() for each in first.documents}
    assert source.look(first.position, kept).documents == first.documents  # the last minutes, once more
    odoo.clock.advance(3600)
    after = made(odoo, "in_invoice")
    second = source.look(first.position, kept)
    assert {each.number for each in second.documents} == {before, after}
    (third,) = source.look(second.position, kept).documents
    assert (third.number, third.kind, third.party, third.is_ours) == (after, "in_invoice", "Initech", False)
    assert third.before(third.text()) == third


def test_another_database_has_another_name_and_none_says_what_to_do(tmp_path: Path, odoo: Odoo) -> None:
    context = connected(tmp_path, odoo)
    source, place = OdooSource(context), place_of(context.state)
    name = source.name
    place.write_text(place.read_text().replace("studio", "other"))
    assert source.name != name
    place.unlink()
    with pytest.raises(NeedsOwner, match="no Odoo is connected"):
        _ = source.name
