"""The setup of an Odoo is asked once an hour, and what is missing in it is told with what to do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.odoo.chart import category_of, forget_chart, kept_chart, place_of, plain
from agents.errors import NeedsOwner
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.odoo.chart import Chart


@pytest.fixture
def room() -> OdooRoom:
    return OdooRoom()


def asked(room: OdooRoom, state: Path) -> tuple[Chart, int]:
    before = room.calls.counted
    chart = kept_chart(state, room.records, room.odoo.clock, room.odoo.uid())
    return chart, room.calls.counted - before


def test_it_is_kept_for_an_hour(room: OdooRoom, tmp_path: Path) -> None:
    first, calls = asked(room, tmp_path)
    assert calls > 1
    assert asked(room, tmp_path) == (first, 0)
    room.odoo.clock.set(room.odoo.clock.now() + timedelta(minutes=59))
    assert asked(room, tmp_path) == (first, 0)
    room.odoo.clock.set(room.odoo.clock.now() + timedelta(minutes=1))
    assert asked(room, tmp_path)[1] == calls


def test_what_is_kept_and_cannot_be_read_is_asked_anew(room: OdooRoom, tmp_path: Path) -> None:
    first, calls = asked(room, tmp_path)
    place_of(tmp_path).write_text("{}", encoding="utf-8")
    assert asked(room, tmp_path) == (first, calls)
    forget_chart(tmp_path)
    assert asked(room, tmp_path) == (first, calls)


def test_what_is_missing_is_for_the_owner(room: OdooRoom) -> None:
    chart = room.chart
    for ask, said in (
        (lambda: chart.currency_of("GBP"), "GBP is not switched on"),
        (lambda: chart.journal("none"), "no journal of the kind 'none'"),
        (lambda: chart.other("Nowhere"), "no one equity or current account"),
        (lambda: chart.tax("sale", Decimal(16)), "no tax on sales of 16 %"),
    ):
        with pytest.raises(NeedsOwner, match=said):
            ask()
    assert chart.tax("sale", Decimal(0)) is None


def test_accounts_are_called_as_orders_call_them(room: OdooRoom) -> None:
    assert (category_of("Bank fees & more"), category_of("…")) == ("Bank-Fees-More", "Other")
    assert plain("Bank-Fees") == "bank fees"
    assert room.chart.cost("Bank-Fees") == room.odoo.account("620000")
    found = room.chart.named(room.odoo.account("620000"))
    assert found
    assert found.name == "Bank Fees"
    assert room.chart.named(0) is None
    assert room.chart.transfer == room.odoo.account("101701")
    assert set(room.chart.exchange) == {room.odoo.account("441000"), room.odoo.account("641000")}
