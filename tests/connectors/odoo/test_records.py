"""What Odoo answers about records is taken for what it says, and for no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from agents.connectors.odoo.calls import Refused
from agents.connectors.odoo.records import Records
from agents.errors import OutcomeUnknown, Transient
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

ROW: dict[str, JsonValue] = {"id": "one", "name": "Acme"}


@dataclass
class Says:
    """Answers always the same, or refuses."""

    said: JsonValue = None
    refused: str = ""

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        """As `OdooCalls.call`."""
        if self.refused:
            raise Refused(self.refused, f"{model} {method} {ids} {kwargs}")
        return self.said


@pytest.mark.parametrize("said", [["res.partner", False], ["res.partner", True], [7], None, "7"])
def test_a_key_that_names_no_record_is_waited_for(said: JsonValue) -> None:
    with pytest.raises(Transient):
        Records(Says(said)).find("one")


def test_only_a_key_that_is_not_there_is_none() -> None:
    assert Records(Says(refused="builtins.ValueError")).find("one") is None
    with pytest.raises(Refused):
        Records(Says(refused="odoo.exceptions.UserError")).find("one")


def test_an_import_that_does_not_say_what_it_wrote_is_in_doubt() -> None:
    with pytest.raises(OutcomeUnknown):
        Records(Says(said=[])).write("res.partner", [ROW])


def test_a_fight_over_an_import_is_tried_again_and_a_refusal_is_not() -> None:
    fight: JsonValue = {"ids": False, "messages": [{"message": "could not serialize access due to concurrent update"}]}
    with pytest.raises(Transient, match="the same"):
        Records(Says(fight)).write("res.partner", [ROW])
    with pytest.raises(Refused, match="does not say why"):
        Records(Says({"ids": False, "messages": []})).write("res.partner", [ROW])
    with pytest.raises(Refused, match="Contacts require a name"):
        OdooRoom().records.write("res.partner", [ROW | {"name": ""}])


def test_a_record_that_is_not_there_is_never_made_up() -> None:
    room = OdooRoom()
    with pytest.raises(Transient, match="does not show"):
        room.records.read("res.partner", 10_000, ("name",))
    with pytest.raises(Transient, match="else than records"):
        Records(Says("no rows")).search("res.partner", [], ("name",))
