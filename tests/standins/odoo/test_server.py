"""Records, searches, imports, rights and both JSON services, where the recorded calls leave something open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo.chart import Setup
from tests.standins.odoo.client import Client
from tests.standins.odoo.errors import OdooError
from tests.standins.odoo.matching import LINE, MOVE
from tests.standins.odoo.world import DATABASE, KEYS, PASSWORDS, Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standins.odoo.fields import Row, Value

PARTNER = "res.partner"


@pytest.fixture
def odoo() -> Odoo:
    """Without its web server."""
    return Odoo(Setup(first_id=20))


@pytest.fixture
def c() -> Iterator[Client]:
    with Odoo() as odoo:
        yield Client(odoo)


def named(odoo: Odoo, *names: str, **more: Value) -> list[int]:
    found: list[int] = odoo.call(PARTNER, "create", [{"name": each, **more} for each in names])
    return found


# ---- searches ----


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ([["name", "=", "Ada"]], "Ada"),
        ([["name", "!=", "Ada"], ["ref", "=", "t"]], "Bob Cyd"),
        (["|", ["name", "=", "Ada"], ["name", "=", "Cyd"]], "Ada Cyd"),
        (["&", ["ref", "=", "t"], "!", ["name", "=", "Ada"]], "Bob Cyd"),
        (["!", "|", ["name", "=", "Ada"], ["ref", "=", False]], "Bob Cyd"),
        ([["name", "in", ["Ada", "Bob", "Eve"]]], "Ada Bob"),
        ([["name", "not in", ["Ada"]], ["ref", "=", "t"]], "Bob Cyd"),
        ([["name", "like", "d"], ["ref", "=", "t"]], "Ada Cyd"),
        ([["name", "ilike", "B"], ["ref", "=", "t"]], "Bob"),
        ([["name", "=like", "%d"]], "Cyd"),
        ([["name", "not ilike", "a"], ["ref", "=", "t"]], "Bob Cyd"),
        ([["color_rank", "=?", False], ["ref", "=", "t"]], None),
        ([["customer_rank", ">", 1]], "Bob Cyd"),
        ([["customer_rank", ">=", 1], ["customer_rank", "<", 3], ["ref", "=", "t"]], "Ada Bob"),
        ([["customer_rank", "<=", 1], ["ref", "=", "t"]], "Ada"),
        ([["parent_id.name", "=", "Ada"]], "Cyd"),
        ([["parent_id", "=", "Ada"]], "Cyd"),
        ([["parent_id", "=", False], ["ref", "=", "t"]], "Ada Bob"),
        ([["child_ids.name", "=", "Cyd"]], "Ada"),
        ([["email", "=", False], ["ref", "=", "t"]], "Ada Bob"),
        ([["email", "=?", False], ["ref", "=", "t"]], "Ada Bob Cyd"),
    ],
)
def test_domains(odoo: Odoo, domain: list[Value], expected: str | None) -> None:
    ada, bob, cyd = named(odoo, "Ada", "Bob", "Cyd", ref="t")
    odoo.call(PARTNER, "write", [cyd], {"parent_id": ada, "email": "c@d.example", "customer_rank": 3})
    odoo.call(PARTNER, "write", [bob], {"customer_rank": 2})
    odoo.call(PARTNER, "write", [ada], {"customer_rank": 1, "is_company": True})
    if expected is None:
        with pytest.raises(OdooError, match=r"Invalid field res\.partner\.color_rank in leaf"):
            odoo.call(PARTNER, "search", domain)
        return
    found = odoo.call(PARTNER, "search_read", domain, ["name"], order="name")
    assert " ".join(each["name"] for each in found) == expected


def test_order_limit_and_offset(odoo: Odoo) -> None:
    for name, rank in (("Ada", 2), ("Bob", 1), ("Cyd", 2)):
        named(odoo, name, ref="t", customer_rank=rank)
    words: Row = {"order": "customer_rank desc, name desc", "offset": 1, "limit": 2}
    found = odoo.call(PARTNER, "search_read", [["ref", "=", "t"]], ["name"], **words)
    assert [each["name"] for each in found] == ["Ada", "Bob"]
    assert odoo.call(PARTNER, "search_count", [["ref", "=", "t"]]) == 3


def test_archived_records_are_hidden_until_they_are_asked_for(odoo: Odoo) -> None:
    ids = named(odoo, "Ada", "Bob", ref="t")
    odoo.call(PARTNER, "write", [ids[0]], {"active": False})
    domain = [["ref", "=", "t"]]
    assert odoo.call(PARTNER, "search", domain) == [ids[1]]
    assert odoo.call(PARTNER, "search", [*domain, ["active", "=", False]]) == [ids[0]]
    assert odoo.call(PARTNER, "search", domain, context={"active_test": False}, order="id") == ids
    assert odoo.call(PARTNER, "name_search", "Bob") == [[ids[1], "Bob"]]


# ---- values ----


@pytest.mark.parametrize(
    ("model", "vals", "message"),
    [
        (PARTNER, {"name": "x", "nofield": 1}, "Invalid field 'nofield' on model 'res.partner'"),
        (MOVE, {"invoice_date": "23/11/2026"}, "time data '23/11/2026' does not match format '%Y-%m-%d'"),
        (MOVE, {"move_type": "gift"}, "Wrong value for account.move.move_type: 'gift'"),
        (PARTNER, {"name": "x", "parent_id": 99_999}, "Record does not exist or has been deleted.\n"),
        (PARTNER, {"name": ""}, "The operation cannot be completed: Contacts require a name"),
    ],
)
def test_wrong_values_are_named(odoo: Odoo, model: str, vals: Row, message: str) -> None:
    with pytest.raises(OdooError, match=f"^{re.escape(message)}"):
        odoo.call(model, "create", vals)


def test_links_come_with_their_names_or_as_bare_ids(odoo: Odoo) -> None:
    (ada,) = named(odoo, "Ada", is_company=True)
    (bob,) = named(odoo, "Bob", parent_id=ada)
    assert odoo.call(PARTNER, "read", [bob], ["parent_id"]) == [{"id": bob, "parent_id": [ada, "Ada"]}]
    assert odoo.call(PARTNER, "read", [bob], ["parent_id"], load="") == [{"id": bob, "parent_id": ada}]
    assert odoo.call(PARTNER, "read", [bob], ["display_name"])[0]["display_name"] == "Ada, Bob"
    told = odoo.call(PARTNER, "fields_get", ["parent_id", "name"], ["type", "relation"])
    assert told == {"parent_id": {"type": "many2one", "relation": PARTNER}, "name": {"type": "char"}}


def test_the_commands_of_a_list_of_links(odoo: Odoo) -> None:
    taxes = [odoo.tax(), odoo.tax("purchase")]
    product = odoo.call("product.product", "create", {"name": "Hour", "taxes_id": [[6, 0, taxes]]})
    seen: list[list[int]] = []
    commands: list[Value] = [
        [3, taxes[0]],
        [4, taxes[0]],
        [5],
        [0, 0, {"name": "1%", "amount": 1}],
        [1, 0, {"name": "2%"}],
    ]
    for each in commands:
        command = [1, seen[-1][0], each[2]] if each[0] == 1 else each
        odoo.call("product.product", "write", [product], {"taxes_id": [command]})
        seen.append(odoo.row("product.product", product, "taxes_id")["taxes_id"])
    assert seen[:3] == [taxes[1:], [taxes[1], taxes[0]], []]
    assert odoo.row("account.tax", seen[4][0], "name")["name"] == "2%"


# ---- imports ----


def test_load_finds_what_cells_name_and_says_what_they_do_not(odoo: Odoo) -> None:
    odoo.call(PARTNER, "load", ["id", "name"], [["x.ada", "Ada"]])
    columns = ["id", "name", "parent_id/id", "customer_rank", "property_payment_term_id"]
    told = odoo.call(
        PARTNER, "load", columns, [["x.bob", "Bob", "x.ada", 4, ""], ["x.cyd", "Cyd", "x.nobody", 1, "30"]]
    )
    assert told["ids"] is False
    assert [each["message"] for each in told["messages"]] == [
        "No matching record found for external id 'x.nobody' in field 'Related Company'",
        "No matching record found for name '30' in field 'Property Payment Term'",
    ]
    assert odoo.find(PARTNER, ["name", "in", ["Bob", "Cyd"]]) == []
    told = odoo.call(PARTNER, "load", columns[:4], [["x.bob", "Bob", "x.ada", 4]])
    row = odoo.row(PARTNER, told["ids"][0], "customer_rank", "parent_id")
    assert (row["customer_rank"], row["parent_id"]) == (4, odoo.find(PARTNER, ["name", "=", "Ada"])[0])
    assert odoo.call(PARTNER, "get_external_id", told["ids"]) == {str(told["ids"][0]): "x.bob"}


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"invoice_date": "31.12.2026"}, "'31.12.2026' does not seem to be a valid date for field 'Invoice/Bill Date'"),
        ({"invoice_line_ids/price_unit": "much"}, "'much' does not seem to be a number for field 'Unit Price'"),
        ({"partner_id/.id": 99_999}, "No matching record found for database id '99999' in field 'Partner'"),
    ],
)
def test_load_says_which_cell_is_wrong(odoo: Odoo, cells: Row, message: str) -> None:
    row = {"move_type": "out_invoice", "invoice_line_ids/name": "x", "invoice_line_ids/price_unit": 1.0} | cells
    told = odoo.call(MOVE, "load", list(row), [list(row.values())])
    assert (told["ids"], told["messages"][0]["message"]) == (False, message)


def test_lines_with_external_ids_are_changed_and_those_without_are_added(c: Client) -> None:
    partner = c.partner()
    (found,) = c.load_invoice(partner)["ids"]
    assert c.load_invoice(partner)["ids"] == [found]
    assert c.read(MOVE, found, "amount_total")["amount_total"] == 901.5
    c.load_invoice(partner, has_keys=False)
    assert c.read(MOVE, found, "amount_total")["amount_total"] == 1803.0
    line = c.get("ir.model.data", "check_object_reference", "x", "inv_1_l2")
    assert line == [LINE, c.read(MOVE, found, "invoice_line_ids")["invoice_line_ids"][1]]


def test_a_deleted_record_takes_its_external_id_along(c: Client) -> None:
    (found,) = c.load_invoice(c.partner())["ids"]
    assert c.get(MOVE, "unlink", [found]) is True
    assert "not found in the system: x.inv_1" in c.refused("ir.model.data", "check_object_reference", "x", "inv_1")[1]


# ---- the id false ----


def test_the_id_false_is_read_as_a_draft_and_posted_without_effect(c: Client) -> None:
    assert c.ask("account.payment", "action_post", [False]).keys() == {"jsonrpc", "id"}
    assert c.refused(MOVE, "action_post", [False])[1] == "You need to add a line before posting."
    assert c.odoo.journal_of_commits == []


# ---- who asks ----


def test_nobody_is_missing_and_a_wrong_secret_is_denied(c: Client) -> None:
    words: tuple[Value, ...] = (PARTNER, "search_count", [[]])
    answer = c.rpc("object", "execute_kw", DATABASE, 99_999, "x", *words)
    assert answer["error"]["data"]["name"] == "odoo.exceptions.MissingError"
    answer = c.rpc("object", "execute_kw", DATABASE, c.odoo.uid(), PASSWORDS["bookkeeper"], *words)
    assert answer["result"] == 3
    assert c.rpc("common", "authenticate", DATABASE, "bookkeeper", KEYS["bookkeeper"], {})["result"] == c.odoo.uid()


def test_what_a_bookkeeper_may_not(c: Client) -> None:
    name, message = c.refused("account.journal", "write", [1], {"name": "x"})
    assert name == "odoo.exceptions.AccessError"
    assert message == (
        "You are not allowed to modify 'Journal' (account.journal) records.\n\nThis operation is allowed for the "
        "following groups:\n\t- Accounting/Administrator\n\nContact your administrator to request access if necessary."
    )
    groups = ["account.group_account_basic", "account.group_account_invoice", "base.group_system"]
    assert [c.get("res.users", "has_group", [c.odoo.uid()], each) for each in groups] == [True, True, False]
    admin = Client(c.odoo, "admin")
    assert admin.get("res.users", "has_group", [c.odoo.uid("admin")], groups[0]) is False
    c.odoo.call("res.users", "write", [c.odoo.uid("admin")], {"groups_id": [[4, c.odoo.group(groups[0])]]})
    vals = {"journal_id": c.odoo.journal("BNK1"), "payment_ref": "x", "amount": 1.0}
    assert admin.get("account.bank.statement.line", "create", vals)


def test_messages_follow_the_language_and_names_do_not(c: Client) -> None:
    german = c.refused(MOVE, "action_post", [False], context={"lang": "de_DE"})
    assert german == ("odoo.exceptions.UserError", "[de_DE] You need to add a line before posting.")
    c.odoo.call("res.users", "write", [c.odoo.uid()], {"lang": "fr_FR"})
    assert c.refused(MOVE, "action_post", [False])[1].startswith("[fr_FR] ")
    assert c.refused(MOVE, "action_post", [False], context={"lang": "en_US"})[1].startswith("You need")


def test_two_companies_have_books_of_their_own() -> None:
    with Odoo(Setup(companies=("North", "South"))) as odoo:
        c = Client(odoo)
        north, south = odoo.find("res.company")
        journals = c.get("account.journal", "search_read", [["code", "=", "INV"]], fields=["company_id"])
        assert [each["company_id"] for each in journals] == [[north, "North"], [south, "South"]]
        found = c.draft(10.0, journal_id=journals[1]["id"])
        assert c.read(MOVE, found, "company_id")["company_id"][1] == "South"
        only_north = {"allowed_company_ids": [north]}
        assert c.get(MOVE, "search", [], context=only_north) == []
        name, message = c.refused(MOVE, "read", [found], ["name"], context=only_north)
        assert name == "odoo.exceptions.AccessError"
        assert message.startswith("Uh-oh! Looks like you have stumbled upon some top-secret records")


def test_pages_need_a_session_when_there_are_two_databases(c: Client) -> None:
    path = c.get(MOVE, "get_portal_url", [c.posted(5.0)], report_type="pdf", download=True)
    assert c.send(path, b"", {})[1] == "application/pdf"
    c.odoo.doors.has_two_databases = True
    assert c.send(path, b"", {})[0] == 404


# ---- JSON-2 ----


@pytest.fixture
def nineteen() -> Iterator[Client]:
    with Odoo(series="19.0") as odoo:
        yield Client(odoo)


def test_json_2_takes_named_arguments_and_answers_bare_values(nineteen: Client) -> None:
    status, made = nineteen.plain(PARTNER, "create", {"vals_list": [{"name": "Ada"}, {"name": "Bob"}]})
    assert (status, len(made)) == (200, 2)
    assert nineteen.plain(PARTNER, "create", {"vals_list": {"name": "Cyd"}}) == (200, [made[1] + 1])
    assert nineteen.plain(PARTNER, "write", {"ids": made, "vals": {"ref": "t"}}) == (200, True)
    body = {"domain": [["ref", "=", "t"]], "fields": ["name"], "context": {"lang": "en_US"}}
    assert nineteen.plain(PARTNER, "search_read", body) == (
        200,
        [{"id": made[0], "name": "Ada"}, {"id": made[1], "name": "Bob"}],
    )
    assert nineteen.plain("account.payment", "action_post", {"ids": []}) == (200, None)


@pytest.mark.parametrize(
    ("model", "method", "body", "status", "name"),
    [
        (MOVE, "action_post", {"ids": [False]}, 422, "odoo.exceptions.UserError"),
        (PARTNER, "create", {"vals_list": [{"email": "x"}]}, 422, "odoo.exceptions.ValidationError"),
        (PARTNER, "write", {"ids": [999], "vals": {}}, 404, "odoo.exceptions.MissingError"),
        ("ir.model.data", "search", {"domain": []}, 403, "odoo.exceptions.AccessError"),
        (PARTNER, "create", {"vals_list": [{"name": "x", "nofield": 1}]}, 500, "builtins.ValueError"),
        (MOVE, "read", {"ids": [False], "fields": ["needed_terms"]}, 500, "builtins.TypeError"),
        (PARTNER, "read", {"ids": [1], "felds": []}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        (PARTNER, "nothing", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.nobody", "read", {}, 404, "werkzeug.exceptions.NotFound"),
    ],
)
def test_json_2_says_errors_by_status_and_by_the_same_names(
    nineteen: Client, model: str, method: str, body: Row, status: int, name: str
) -> None:
    found, told = nineteen.plain(model, method, body)
    assert (found, told["name"]) == (status, name)
    assert told.keys() == {"name", "message", "arguments", "context", "debug"}


def test_json_2_knows_keys_alone_and_is_not_there_before_19(nineteen: Client, c: Client) -> None:
    for headers in ({}, {"Authorization": f"bearer {PASSWORDS['bookkeeper']}"}):
        status, told = nineteen.plain(PARTNER, "search", {"domain": []}, headers)
        assert (status, told["name"]) == (401, "werkzeug.exceptions.Unauthorized")
        assert told["arguments"] == [told["message"], 401]
    assert c.send(f"/json/2/{PARTNER}/search", b"{}")[0] == 404


def test_19_has_no_reports_of_expenses_and_groups_by_other_words(nineteen: Client) -> None:
    assert nineteen.refused("hr.expense.sheet", "search", [])[1] == "Object hr.expense.sheet doesn't exist"
    category = nineteen.odoo.find("product.product", ["default_code", "=", "FOOD"])[0]
    vals = {"name": "Lunch", "product_id": category, "total_amount_currency": 23.0, "payment_mode": "company_account"}
    found = nineteen.get("hr.expense", "create", vals)
    states = []
    for step in ("action_submit", "action_approve", "action_post"):
        nineteen.get("hr.expense", step, [found])
        states.append(nineteen.read("hr.expense", found, "state")["state"])
    assert states == ["submitted", "approved", "paid"]
    body = {
        "domain": [["account_type", "=", "expense"]],
        "groupby": ["account_id", "date:month"],
        "aggregates": ["balance:sum", "__count"],
    }
    status, groups = nineteen.plain(LINE, "formatted_read_group", body)
    account = nineteen.odoo.account("600000")
    month = ["&", ["date", ">=", "2026-11-01"], ["date", "<", "2026-12-01"]]
    assert (status, groups) == (
        200,
        [
            {
                "account_id": [account, "600000 Expenses"],
                "date:month": ["2026-11-01", "November 2026"],
                "__extra_domain": ["&", ["account_id", "=", account], *month],
                "balance:sum": 20.0,
                "__count": 1,
            }
        ],
    )
