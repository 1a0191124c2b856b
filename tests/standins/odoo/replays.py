"""The recorded calls about contacts, logins, imports, invoices: each asked of a world that was brought to its point."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.standins.odoo.client import Client
from tests.standins.odoo.world import DATABASE, KEYS, PASSWORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standins.odoo.fields import Row, Value

MOVE, PARTNER, DATA = "account.move", "res.partner", "ir.model.data"


def at_once(c: Client, what: tuple[str, str], held: Callable[[], Value], other: Callable[[], Value]) -> list[Value]:
    """Both results: the first request has done its work and is not committed while the other one runs."""
    hold = c.odoo.faults.hold(*what)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(held)
        hold.wait_for_it()
        second = other()
        hold.release()
        return [first.result(), second]


def version(c: Client) -> Row:
    return c.rpc("common", "version")


def login_ok(c: Client) -> Row:
    return c.rpc("common", "login", DATABASE, "admin", PASSWORDS["admin"])


def login_wrong_password(c: Client) -> Row:
    return c.rpc("common", "login", DATABASE, "admin", "no")


def call_wrong_password(c: Client) -> Row:
    return Client(c.odoo, key="no").ask(PARTNER, "search_count", [])


def call_missing_db(c: Client) -> Row:
    return c.rpc("object", "execute_kw", "elsewhere", c.odoo.uid(), c.secret, PARTNER, "search_count", [[]], {})


def search_read(c: Client) -> Row:
    return c.ask(PARTNER, "search_read", [], fields=["name", "email"], limit=3)


def partner_create_dict(c: Client) -> Row:
    return c.ask(PARTNER, "create", {"name": "Mill", "email": "a@mill.example", "is_company": True, "customer_rank": 1})


def partner_create_list(c: Client) -> Row:
    return c.ask(PARTNER, "create", [{"name": "One"}, {"name": "Two"}])


def err_missing_required(c: Client) -> Row:
    return c.ask(PARTNER, "create", {"email": "a@b"})


def err_unknown_field(c: Client) -> Row:
    return c.ask(PARTNER, "create", {"name": "x", "nofield": 1})


def err_private_method(c: Client) -> Row:
    return c.ask(PARTNER, "_compute_display_name", [1])


def err_read_missing_record(c: Client) -> Row:
    return c.ask(PARTNER, "read", [999_999], ["name"])


def err_write_missing_record(c: Client) -> Row:
    return c.ask(PARTNER, "write", [999_999], {"name": "z"})


def load_with_line_external_ids_as_bookkeeper(c: Client) -> Row:
    return {"result": c.load_invoice(c.partner())}


def load_with_line_external_ids_again(c: Client) -> Row:
    partner = c.partner()
    c.load_invoice(partner)
    return {"result": c.load_invoice(partner)}


def load_again_after_post(c: Client) -> Row:
    partner = c.partner()
    c.get(MOVE, "action_post", c.load_invoice(partner, has_keys=False)["ids"])
    return {"result": c.load_invoice(partner, has_keys=False)}


def load_bad_value_returns_messages(c: Client) -> Row:
    return {"result": c.load_invoice(c.partner(), kind="no_such_type", has_keys=False)}


def after_two_loads(c: Client) -> Row:
    partner = c.partner()
    for _ in range(2):
        c.load_invoice(partner, has_keys=False)
    return c.ask(MOVE, "search_read", [["ref", "=", "T-2"]], fields=["amount_total", "invoice_line_ids", "state"])


def check_object_reference_as_bookkeeper(c: Client) -> Row:
    c.load_invoice(c.partner())
    return c.ask(DATA, "check_object_reference", "x", "inv_1")


def check_object_reference_missing(c: Client) -> Row:
    return c.ask(DATA, "check_object_reference", "x", "not_there")


def ir_model_data_as_bookkeeper(c: Client) -> Row:
    return c.ask(DATA, "search_read", [["module", "=", "x"]], fields=["res_id", "model"])


def err_external_id_duplicate(c: Client) -> Row:
    admin = Client(c.odoo, "admin")
    vals = {"module": "x", "name": "inv_9", "model": MOVE, "res_id": 3}
    admin.get(DATA, "create", vals)
    return admin.ask(DATA, "create", vals)


def read_of_id_false(c: Client) -> Row:
    return c.ask(MOVE, "read", [False], ["state", "invoice_line_ids"])


def invoice_create_no_tax(c: Client) -> Row:
    return {"result": c.draft(70.0)}


def invoice_read_draft(c: Client) -> Row:
    names = ["name", "state", "payment_state", "amount_untaxed", "amount_tax", "amount_total", "amount_residual"]
    names += ["invoice_date_due", "ref", "payment_reference", "journal_id", "currency_id"]
    return c.ask(MOVE, "read", [c.draft(70.0)], names)


def invoice_read_posted(c: Client) -> Row:
    names = ["name", "state", "payment_state", "amount_total", "amount_residual", "payment_reference", "ref"]
    return c.ask(MOVE, "read", [c.posted(70.0)], [*names, "access_token"])


def invoice_with_product_amounts(c: Client) -> Row:
    product = c.odoo.call("product.product", "create", {"name": "Hour", "lst_price": 70.0})
    items = [[0, 0, {"product_id": product, "quantity": 2}]]
    found = c.draft(invoice_line_ids=items)
    return c.ask(MOVE, "read", [found], ["amount_untaxed", "amount_tax", "amount_total", "invoice_line_ids"])


def action_post_ok(c: Client) -> Row:
    return c.ask(MOVE, "action_post", [c.draft(70.0)])


def err_post_already_posted(c: Client) -> Row:
    return c.ask(MOVE, "action_post", [c.posted(70.0)])


def err_unlink_posted(c: Client) -> Row:
    return c.ask(MOVE, "unlink", [c.posted(70.0)])


def err_write_lines_posted(c: Client) -> Row:
    late = [[0, 0, {"name": "late", "quantity": 1, "price_unit": 5}]]
    return c.ask(MOVE, "write", [c.posted(70.0)], {"invoice_line_ids": late})


def bill_duplicate_ref_post(c: Client) -> Row:
    partner = c.partner()
    c.posted(70.0, kind="in_invoice", partner_id=partner, ref="B-1")
    return c.ask(MOVE, "action_post", [c.draft(70.0, kind="in_invoice", partner_id=partner, ref="B-1")])


def err_bill_no_date_post(c: Client) -> Row:
    return c.ask(MOVE, "action_post", [c.draft(70.0, kind="in_invoice", invoice_date=False)])


def err_unbalanced_entry(c: Client) -> Row:
    sides: list[Value] = [
        [0, 0, {"account_id": c.odoo.account("600000"), "debit": 7, "name": "a"}],
        [0, 0, {"account_id": c.odoo.account("101401"), "credit": 6, "name": "b"}],
    ]
    return c.ask(MOVE, "create", {"move_type": "entry", "date": "2026-11-20", "line_ids": sides})


def stuck_draft(c: Client) -> int:
    """Two drafts made at the same moment both carry the first name; the other one is posted."""
    partner = c.partner()
    one, other = at_once(
        c, (MOVE, "create"), lambda: c.draft(70.0, partner_id=partner), lambda: c.draft(80.0, partner_id=partner)
    )
    assert c.read(MOVE, one, "name")["name"] == c.read(MOVE, other, "name")["name"]
    c.get(MOVE, "action_post", [one])
    return int(other)


def err_post_duplicate_name_stuck_draft(c: Client) -> Row:
    return c.ask(MOVE, "action_post", [stuck_draft(c)])


def post_after_clearing_name(c: Client) -> Row:
    other = stuck_draft(c)
    c.get(MOVE, "write", [other], {"name": "/"})
    return c.ask(MOVE, "action_post", [other])


def invoice_in_locked_period_read(c: Client) -> Row:
    c.odoo.lock("2026-09-30")
    found = c.posted(70.0, invoice_date="2026-09-15")
    return c.ask(MOVE, "read", [found], ["state", "date", "invoice_date", "name"])


def err_read_needed_terms(c: Client) -> Row:
    return c.ask(MOVE, "read", [c.draft(70.0)], ["needed_terms"])


def err_access_bank_line_as_default_admin(c: Client) -> Row:
    vals = {"journal_id": c.odoo.journal("BNK1"), "date": "2026-11-20", "payment_ref": "x", "amount": 1.0}
    return Client(c.odoo, "admin").ask("account.bank.statement.line", "create", vals)


def web_session_authenticate_with_api_key(c: Client) -> Row:
    return web_login(c, KEYS["admin"])


def web_session_right_password_after_12_failures(c: Client) -> Row:
    for _ in range(12):
        web_login(c, "no")
    return web_login(c, PASSWORDS["admin"])


def web_login(c: Client, secret: str) -> Row:
    params = {"db": DATABASE, "login": "admin", "password": secret}
    body = json.dumps({"jsonrpc": "2.0", "id": 5, "params": params}).encode()
    found: Row = json.loads(c.send("/web/session/authenticate", body)[2])
    return found
