"""Groups, defaults and descriptions; and requests that no route or method takes."""

from __future__ import annotations

import json
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo.chart import Setup
from tests.standins.odoo.client import Client
from tests.standins.odoo.errors import OdooError
from tests.standins.odoo.matching import LINE, MOVE
from tests.standins.odoo.world import DATABASE, KEYS, Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standins.odoo.fields import Row, Value

PARTNER = "res.partner"


@pytest.fixture
def odoo() -> Odoo:
    """Without its web server; four partners."""
    found = Odoo(Setup(first_id=20, taxes=("19", "7")))
    for name, ref, rank in (("Ada", "n", 1), ("Bob", "s", 2), ("Cyd", "n", 4), ("Dan", "n", 4)):
        found.call(PARTNER, "create", {"name": name, "ref": ref, "customer_rank": rank, "zip": "1"})
    return found


@pytest.fixture
def c() -> Iterator[Client]:
    with Odoo() as odoo:
        yield Client(odoo)


def grouped(odoo: Odoo, fields: list[str], groupby: Value, **more: Value) -> list[Row]:
    rows: list[Row] = odoo.call(PARTNER, "read_group", [["zip", "=", "1"]], fields, groupby, **more)
    return rows


def test_lazy_groups_count_under_the_fields_name_and_say_what_is_left(odoo: Odoo) -> None:
    rows = grouped(odoo, ["customer_rank"], ["ref", "name"])
    assert rows == [
        {
            "ref": "n",
            "ref_count": 3,
            "customer_rank": 9,
            "__domain": ["&", ["zip", "=", "1"], ["ref", "=", "n"]],
            "__context": {"group_by": ["name"]},
        },
        {
            "ref": "s",
            "ref_count": 1,
            "customer_rank": 2,
            "__domain": ["&", ["zip", "=", "1"], ["ref", "=", "s"]],
            "__context": {"group_by": ["name"]},
        },
    ]


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        ("customer_rank:max", [4, 2]),
        ("customer_rank:min", [1, 2]),
        ("customer_rank:avg", [3.0, 2.0]),
        ("customer_rank:count", [3, 1]),
        ("customer_rank:count_distinct", [2, 1]),
        ("customer_rank:array_agg", [[1, 4, 4], [2]]),
        ("ranks:sum(customer_rank)", [9, 2]),
    ],
)
def test_aggregates(odoo: Odoo, spec: str, values: list[Value]) -> None:
    name = spec.split(":", maxsplit=1)[0]
    assert [row[name] for row in grouped(odoo, [spec], "ref", lazy=False)] == values


def test_groups_are_ordered_cut_and_all_of_them_without_a_key(odoo: Odoo) -> None:
    rows = grouped(odoo, ["customer_rank:sum"], ["ref"], lazy=False, orderby="customer_rank", limit=1)
    assert [row["ref"] for row in rows] == ["s"]
    assert grouped(odoo, ["customer_rank:sum"], [], lazy=False)[0]["customer_rank"] == 11
    for fields, groupby in (
        (["customer_rank:median"], "ref"),
        (["none:sum"], "ref"),
        ([], "none"),
        ([], "create_date:age"),
    ):
        with pytest.raises(OdooError, match="Invalid"):
            grouped(odoo, fields, groupby)


@pytest.mark.parametrize(
    ("step", "shown", "start", "end"),
    [
        ("day", "20 Nov 2026", "2026-11-20", "2026-11-21"),
        ("week", "W47 2026", "2026-11-16", "2026-11-23"),
        ("month", "November 2026", "2026-11-01", "2026-12-01"),
        ("quarter", "Q4 2026", "2026-10-01", "2027-01-01"),
        ("year", "2026", "2026-01-01", "2027-01-01"),
    ],
)
def test_periods_come_as_text_and_as_a_range(odoo: Odoo, step: str, shown: str, start: str, end: str) -> None:
    taxes = [[6, 0, [odoo.tax(), odoo.tax(at=1)]]]
    items = [[0, 0, {"name": "x", "price_unit": 100, "tax_ids": taxes}]]
    odoo.call(MOVE, "create", {"move_type": "out_invoice", "invoice_date": "2026-11-20", "invoice_line_ids": items})
    spec = f"date:{step}"
    (row,) = odoo.call(LINE, "read_group", [["debit", ">", 0]], ["debit:sum"], [spec], lazy=False)
    assert (row[spec], row["debit"], row["__range"]) == (shown, 126.0, {spec: {"from": start, "to": end}})
    assert odoo.call(LINE, "search_count", row["__domain"]) == 1


def test_a_line_with_two_taxes_counts_in_the_group_of_each(odoo: Odoo) -> None:
    taxes = [odoo.tax(), odoo.tax(at=1)]
    items = [[0, 0, {"name": "x", "price_unit": 100, "tax_ids": [[6, 0, taxes]]}]]
    odoo.call(MOVE, "create", {"move_type": "out_invoice", "invoice_line_ids": items})
    rows = odoo.call(LINE, "read_group", [], ["balance:sum"], ["tax_ids"], lazy=False)
    assert [(row["tax_ids"], row["balance"]) for row in rows] == [
        ([taxes[0], "19%"], -100.0),
        ([taxes[1], "7%"], -100.0),
        (False, 100.0),
    ]


def test_records_say_who_made_them_and_under_which_key_and_what_a_new_one_would_hold(odoo: Odoo) -> None:
    (ada,) = odoo.call(PARTNER, "load", ["id", "name"], [["x.eve", "Eve"]])["ids"]
    (told,) = odoo.call(PARTNER, "get_metadata", [ada])
    assert (told["xmlid"], told["create_date"]) == ("x.eve", "2026-11-23 12:00:00")
    assert odoo.call("account.payment", "default_get", ["date", "state", "memo"]) == {
        "date": "2026-11-23",
        "state": "draft",
    }
    assert odoo.call(PARTNER, "default_get", ["ref"], context={"default_ref": "q"}) == {"ref": "q"}
    made = odoo.call(PARTNER, "create", {"name": "Fay", "company_type": "company"}, context={"default_ref": "q"})
    assert odoo.row(PARTNER, made, "ref", "company_type", "is_company") == {
        "id": made,
        "ref": "q",
        "company_type": "company",
        "is_company": True,
    }


def test_a_product_and_a_currency_are_shown_as_people_know_them(odoo: Odoo) -> None:
    found = odoo.call("product.product", "create", {"name": "Hour", "default_code": "H", "list_price": 90})
    row = odoo.row("product.product", found, "display_name", "lst_price", "list_price")
    assert (row["display_name"], row["lst_price"], row["list_price"]) == ("[H] Hour", 90.0, 90.0)
    journal = odoo.journal("BNK1")
    odoo.call("account.journal", "write", [journal], {"currency_id": odoo.currency("EUR")})
    assert odoo.row("account.journal", journal, "display_name")["display_name"] == "Bank (EUR)"


@pytest.mark.parametrize(
    ("service", "method", "args", "name"),
    [
        ("common", "about", [], "builtins.AttributeError"),
        ("db", "list", [], "builtins.AttributeError"),
        ("object", "run", [], "builtins.AttributeError"),
    ],
)
def test_services_and_methods_that_are_not_there(
    c: Client, service: str, method: str, args: list[Value], name: str
) -> None:
    assert c.rpc(service, method, *args)["error"]["data"]["name"] == name


def test_requests_that_no_route_takes(c: Client) -> None:
    asked = [("/jsonrpc", b"no json"), ("/nowhere", b"{}"), ("/xmlrpc/2/common", b"<methodCall/>"), ("/web", b"")]
    assert [c.send(path, body)[0] for path, body in asked] == [400, 404, 404, 404]
    path = c.get(MOVE, "get_portal_url", [c.posted(5.0)])
    assert c.send(path, b"", {})[1] == "text/html; charset=utf-8"


def test_the_old_method_of_calling_and_the_session_of_the_browser(c: Client) -> None:
    words = (DATABASE, c.odoo.uid(), KEYS["bookkeeper"], PARTNER, "search_count", [["name", "=", "Bookkeeper"]])
    assert c.rpc("object", "execute", *words)["result"] == 1
    body = {"id": 1, "params": {"db": DATABASE, "login": "bookkeeper", "password": "bookkeeper-password-1"}}
    told = json.loads(c.send("/web/session/authenticate", json.dumps(body).encode())[2])
    assert told["result"]["uid"] == c.odoo.uid()
    version = json.loads(c.send("/web/webclient/version_info", b"{}")[2])
    assert version["result"]["server_serie"] == "18.0"


def test_keys_are_made_by_people_in_a_browser(c: Client) -> None:
    found = c.get("res.users.apikeys.description", "create", {"name": "x"})
    name, message = c.refused("res.users.apikeys.description", "make_key", [found])
    assert (name, message) == ("odoo.exceptions.UserError", "This method can only be accessed over HTTP")
    assert c.refused("res.users", "has_group", [c.odoo.uid()])[0] == "builtins.TypeError"
    assert c.get("res.users", "context_get") == {"lang": "en_US", "tz": "UTC", "uid": c.odoo.uid()}


def test_the_stand_in_says_so_when_it_fails_itself() -> None:
    def fail() -> None:
        with Odoo() as odoo, pytest.raises(RemoteDisconnected):
            Client(odoo, "admin").get("account.tax", "create", {"name": "x", "amount_type": "fixed"})

    with pytest.raises(AssertionError, match="The stand-in itself failed"):
        fail()
