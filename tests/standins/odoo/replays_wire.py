"""The recorded races, and what a client meets when the line or a proxy fails."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

from tests.standins.closing_server import closing_server
from tests.standins.odoo.faults import Fault
from tests.standins.odoo.replays import MOVE, PARTNER, at_once
from tests.standins.odoo.replays_money import PAYMENT, REGISTER
from tests.standins.odoo.world import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standins.odoo.client import Client
    from tests.standins.odoo.fields import Row, Value


def check_object_reference_not_visible_yet(c: Client) -> Row:
    partner = c.partner()
    words = ("ir.model.data", "check_object_reference", "x", "inv_1")
    found: list[Value] = at_once(c, (MOVE, "load"), lambda: c.load_invoice(partner), lambda: c.ask(*words))
    answer: Row = found[1]
    return answer


def race_two_loads_same_external_id(c: Client) -> Row:
    partner = c.partner()
    held, other = at_once(c, (MOVE, "load"), lambda: c.load_invoice(partner), lambda: c.load_invoice(partner))
    return {"results": [other, held]}


def concurrent_post_same_invoice(c: Client) -> Row:
    found = c.draft(33.0)
    words = (MOVE, "action_post", [found])
    held, other = at_once(c, (MOVE, "action_post"), lambda: c.ask(*words), lambda: c.ask(*words))
    return {"results": [other["result"], held["error"]]}


def concurrent_two_payments_one_invoice(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    invoice = c.posted(33.0)
    one, two = c.wizard(invoice), c.wizard(invoice)
    made = at_once(c, (REGISTER, "action_create_payments"), lambda: c.pay(one), lambda: c.pay(two))
    rows = c.get(PAYMENT, "search_read", [], fields=["name", "state", "is_reconciled"])
    return {"results": made, "payments_afterwards": rows}


def err_serialization_failure_after_5_tries(c: Client) -> Row:
    c.odoo.service.tries = 1
    partner = c.partner()

    def write(phone: str) -> Row:
        return c.ask(PARTNER, "write", [partner], {"comment": "<p>fight</p>", "phone": phone})

    held, other = at_once(c, (PARTNER, "write"), lambda: write("1"), lambda: write("2"))
    assert other["result"] is True
    answer: Row = held
    return answer


def xmlrpc_none_fault(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    found = c.payment(c.partner(), 33.0)
    ids = f"<array><data><value><array><data><value><int>{found}</int></value></data></array></value></data></array>"
    words = [f"<string>{DATABASE}</string>", f"<int>{c.odoo.uid()}</int>", f"<string>{c.secret}</string>"]
    words += [f"<string>{PAYMENT}</string>", "<string>action_draft</string>", ids]
    params = "".join(f"<param><value>{each}</value></param>" for each in words)
    body = f"<methodCall><methodName>execute_kw</methodName><params>{params}</params></methodCall>"
    _, _, content = c.send("/xmlrpc/2/object", body.encode(), {"Content-Type": "text/xml"})
    assert c.read(PAYMENT, found, "state")["state"] == "draft"  # though it looks like an error
    text = content.decode()
    code = int(text.split("<int>")[1].split("</int>")[0])
    return {"fault_code": code, "fault_last_line": text.split("<string>")[1].split("</string>")[0]}


def http_wrong_content_type(c: Client) -> Row:
    status, _, body = c.send("/jsonrpc", b"{}", {"Content-Type": "text/plain"})
    assert status == 400
    return {"body_start": body[:120].decode()}


def met(c: Client, port: int, timeout_s: float = 30.0) -> Row:
    """The exception of a client on urllib, as the usual library is."""
    words = [DATABASE, c.odoo.uid(), c.secret, PARTNER, "create", [{"name": "Mill", "ref": "R-1"}]]
    params = {"service": "object", "method": "execute_kw", "args": words}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "params": params}).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/jsonrpc", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.build_opener().open(asked, timeout=timeout_s) as answer:
            json.loads(answer.read())
    except (OSError, ValueError) as err:
        return {"exception": f"{type(err).__module__}.{type(err).__name__}"}
    return {"exception": ""}


def planned(fault: Fault, timeout_s: float = 30.0) -> Callable[[Client], Row]:
    """What a client meets when this goes wrong."""

    def replay(c: Client) -> Row:
        c.odoo.faults.plan(fault)
        return met(c, c.odoo.server.port, timeout_s)

    return replay


def odoorpc_server_down(c: Client) -> Row:
    c.odoo.server.refuse()
    return met(c, c.odoo.server.port)


def odoorpc_not_http_postgres_port(c: Client) -> Row:
    with closing_server(b"") as port:
        return met(c, port)


def retry_after_timeout_duplicates(c: Client) -> Row:
    planned(Fault.LATE, 0.2)(c)
    c.odoo.wait_until_idle(faults_met=1)
    met(c, c.odoo.server.port)
    assert c.get(PARTNER, "search_count", [["ref", "=", "R-1"]]) == 2
    return {"exception": ""}
