"""Every call that was recorded of the real server has the same shape here: keys, types, errors, a result or none.

`tests/data/odoo_shapes.json` holds the shapes: a type for each value, 'pair' for a link, 'list' with what all items
have in common, the name of an error, or that there is no result. Amounts and ids are never those of the record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo import replays, replays_money, replays_wire
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.client import Client
from tests.standins.odoo.faults import Fault
from tests.standins.odoo.world import Odoo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.standins.odoo.fields import Row, Value

SHAPES = json.loads((Path(__file__).parents[2] / "data" / "odoo_shapes.json").read_text(encoding="utf-8"))
KINDS = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}
NAMED = {
    "DANGER_second_payment_on_paid_invoice_is_accepted": replays_money.danger_second_payment,
    "bank_line_create2": replays_money.bank_line,
    "invoice_create_no_tax": replays.invoice_create_no_tax,
    "official_pdf_via_attachment_datas": replays_money.official_pdf,
    "send_wizard_create_manual": lambda c: {"result": replays_money.send_wizard(c)},
    "odoorpc_http_closes_without_answer": replays_wire.planned(Fault.LOST_AFTER),
    "odoorpc_http_502_html": replays_wire.planned(Fault.BAD_GATEWAY_BEFORE),
    "odoorpc_http_200_html": replays_wire.planned(Fault.HTML_AFTER),
    "odoorpc_http_429": replays_wire.planned(Fault.TOO_MANY),
    "client_timeout_exception_urllib": replays_wire.planned(Fault.LATE, 0.2),
}


@pytest.fixture
def client() -> Iterator[Client]:
    """Of a world with other money, other taxes and other ids than the record's."""
    with Odoo(Setup(currency="EUR", taxes=("19", "7"), first_id=700)) as odoo:
        yield Client(odoo)


def replay_of(name: str) -> Callable[[Client], Row]:
    if name in NAMED:
        return NAMED[name]
    found = [getattr(module, name) for module in (replays, replays_money, replays_wire) if hasattr(module, name)]
    replay: Callable[[Client], Row] = found[0]
    return replay


def shape(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        is_pair = len(value) == 2 and type(value[0]) is int and type(value[1]) is str
        return "pair" if is_pair else {"list": common([shape(each) for each in value])}
    return KINDS[type(value)]


def common(shapes: list[Value]) -> Value:
    """What all items have in common; kinds side by side where they differ."""
    distinct = [each for at, each in enumerate(shapes) if each not in shapes[:at]]
    if len(distinct) < 2:
        return distinct[0] if distinct else "nothing"
    if all(isinstance(each, dict) and each.keys() == distinct[0].keys() != {"list"} for each in distinct):
        return {key: common([each[key] for each in distinct]) for key in distinct[0]}
    kinds = {word for each in distinct for word in (each.split("|") if isinstance(each, str) else [kind_of(each)])}
    return "|".join(sorted(kinds))


def kind_of(found: Row) -> str:
    return "list" if found.keys() == {"list"} else "dict"


def described(answer: Row) -> Row:
    """The shape of a whole answer; an error by its name, once it is seen to have all its parts."""
    if "error" in answer and "jsonrpc" in answer:
        error = answer["error"]
        assert (error["code"], error["message"]) == (200, "Odoo Server Error")
        data = error["data"]
        assert data.keys() == {"name", "debug", "message", "arguments", "context"}
        assert data["arguments"] == [data["message"]]
        assert data["debug"].startswith("Traceback (most recent call last):\n")
        assert data["debug"].rstrip().endswith(data["message"].rstrip())
        return {"error": data["name"]}
    if "jsonrpc" in answer and "result" not in answer:
        return {"absent": True}
    return {name: shape(value) for name, value in answer.items() if name not in {"jsonrpc", "id"}}


@pytest.mark.parametrize("name", SHAPES)
def test_a_recorded_call_is_answered_in_its_shape(name: str, client: Client) -> None:
    answer = replay_of(name)(client)
    found = answer if "exception" in answer else described(answer)
    assert found == SHAPES[name]
