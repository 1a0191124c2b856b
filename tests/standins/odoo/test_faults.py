"""What goes wrong when a test says so: what was committed, what the client sees, and what is counted."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo.client import Client
from tests.standins.odoo.faults import Fault, Faults
from tests.standins.odoo.replays import at_once
from tests.standins.odoo.world import Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTNER = "res.partner"
BROKEN = {
    Fault.LOST_BEFORE: http.client.RemoteDisconnected,
    Fault.LOST_AFTER: http.client.RemoteDisconnected,
    Fault.HALF: http.client.IncompleteRead,
    Fault.LATE: TimeoutError,
    Fault.HTML_BEFORE: json.JSONDecodeError,
    Fault.HTML_AFTER: json.JSONDecodeError,
    Fault.BAD_GATEWAY_BEFORE: json.JSONDecodeError,
    Fault.BAD_GATEWAY_AFTER: json.JSONDecodeError,
    Fault.GATEWAY_TIMEOUT_AFTER: json.JSONDecodeError,
    Fault.TOO_MANY: json.JSONDecodeError,
}
NAMES = {
    Fault.SERIALIZATION: "psycopg2.errors.SerializationFailure",
    Fault.DENIED: "odoo.exceptions.AccessDenied",
}
STATUS = {
    Fault.HTML_BEFORE: 200,
    Fault.HTML_AFTER: 200,
    Fault.BAD_GATEWAY_BEFORE: 502,
    Fault.BAD_GATEWAY_AFTER: 502,
    Fault.GATEWAY_TIMEOUT_AFTER: 504,
    Fault.TOO_MANY: 429,
}


@pytest.fixture
def c() -> Iterator[Client]:
    with Odoo() as odoo:
        yield Client(odoo)


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_commits_before_it_strikes_or_not_at_all(fault: Fault, c: Client) -> None:
    c.odoo.faults.plan(fault, PARTNER, "create")
    if fault in NAMES:
        assert c.refused(PARTNER, "create", {"name": "Mill"})[0] == NAMES[fault]
    else:
        with pytest.raises(BROKEN[fault]):
            c.ask(PARTNER, "create", {"name": "Mill"}, timeout_s=0.2 if fault is Fault.LATE else 30)
    c.odoo.wait_until_idle(faults_met=1)
    assert len(c.odoo.find(PARTNER, ["name", "=", "Mill"])) == len(c.odoo.created(PARTNER)) == (not fault.is_before)
    assert c.odoo.faults.met == [(1, fault)]
    assert isinstance(c.get(PARTNER, "create", {"name": "Mill"}), int)


@pytest.mark.parametrize(("fault", "status"), STATUS.items())
def test_a_page_has_its_status_and_is_html(fault: Fault, status: int, c: Client) -> None:
    c.odoo.faults.plan(fault)
    params = {"service": "object", "method": "execute", "args": ["studio", 1, "", PARTNER, "read"]}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "params": params}).encode()
    found, kind, content = c.send("/jsonrpc", body)
    assert (found, kind, content[:15]) == (status, "text/html; charset=utf-8", b"<!doctype html>")


def test_a_lost_row_fight_comes_as_a_message_from_load(c: Client) -> None:
    partner = c.partner()
    c.odoo.faults.plan(Fault.SERIALIZATION, "account.move", "load")
    lost = c.load_invoice(partner)
    assert lost["ids"] is False
    assert lost["messages"][0]["message"] == "could not serialize access due to concurrent update\n"
    assert c.odoo.created("account.move") == []
    assert c.load_invoice(partner)["ids"]


def test_faults_are_planned_for_a_call_by_its_number_and_end(c: Client) -> None:
    c.odoo.faults.plan(Fault.LOST_BEFORE, call=2)
    c.odoo.faults.plan(Fault.TOO_MANY, method="write", times=5)
    assert c.get(PARTNER, "search_count", []) == 3
    with pytest.raises(http.client.RemoteDisconnected):
        c.ask(PARTNER, "search_count", [])
    assert c.get(PARTNER, "search_count", []) == 3
    with pytest.raises(json.JSONDecodeError):
        c.ask(PARTNER, "write", [1], {"phone": "1"})
    c.odoo.faults.end()
    c.get(PARTNER, "write", [1], {"phone": "1"})
    assert [(each.number, each.method) for each in c.odoo.asked] == [
        (1, "search_count"),
        (2, "search_count"),
        (3, "search_count"),
        (4, "write"),
        (5, "write"),
    ]


def test_the_same_seed_draws_the_same_faults_in_about_their_share() -> None:
    def drawn(seed: str) -> list[Fault | None]:
        faults = Faults()
        faults.draw(seed, 0.3, [Fault.LATE, Fault.LOST_AFTER])
        return [faults.for_call(at, "m", "x") for at in range(400)]

    assert drawn("a") == drawn("a") != drawn("b")
    assert 80 < sum(each is not None for each in drawn("a")) < 160
    assert {Fault.LATE, Fault.LOST_AFTER, None} == set(drawn("a"))


def test_an_expired_key_looks_like_a_wrong_password(c: Client) -> None:
    c.odoo.expire_key()
    assert c.refused(PARTNER, "search_count", []) == ("odoo.exceptions.AccessDenied", "Access Denied")


def test_a_server_that_refuses_for_a_time_keeps_its_port_and_its_books(c: Client) -> None:
    c.partner()
    with c.odoo.refusing(), pytest.raises(ConnectionRefusedError):
        c.ask(PARTNER, "search_count", [])
    assert c.get(PARTNER, "search_count", [["name", "=", "Paper Mill"]]) == 1


def test_the_first_check_of_a_password_may_be_slow_and_later_ones_are_not(c: Client) -> None:
    c.odoo.service.first_check_s = 0.3
    with pytest.raises(TimeoutError):
        c.ask(PARTNER, "search_count", [], timeout_s=0.05)
    c.odoo.wait_until_idle()
    c.odoo.service.first_check_s = 600
    assert c.get(PARTNER, "search_count", []) == 3


def test_the_clock_stamps_what_is_written_and_only_a_test_moves_it(c: Client) -> None:
    partner = c.partner()
    c.odoo.clock.advance(3600)
    c.get(PARTNER, "write", [partner], {"phone": "1"})
    row = c.read(PARTNER, partner, "create_date", "write_date")
    assert (row["create_date"], row["write_date"]) == ("2026-11-23 12:00:00", "2026-11-23 13:00:00")
    assert c.get(PARTNER, "search", [["write_date", ">", "2026-11-23 12:30:00"]]) == [partner]
    c.odoo.clock.advance(40 * 86_400)
    assert c.read("account.move", c.posted(5.0, invoice_date=False), "date", "name") == {
        "id": 1,
        "date": "2027-01-02",
        "name": "INV/2027/00001",
    }


def test_a_refused_request_leaves_nothing_behind_but_a_gap_in_the_ids(c: Client) -> None:
    partner = c.partner()
    before = list(c.odoo.journal_of_commits)
    items = [[0, 0, {"name": "x", "price_unit": 1}], [0, 0, {"name": "x", "nofield": 1}]]
    vals = {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": items}
    assert c.refused("account.move", "create", vals)[0] == "builtins.ValueError"
    assert c.odoo.journal_of_commits == before
    assert c.odoo.find("account.move.line") == c.odoo.find("account.move") == []
    assert c.draft(1.0, partner_id=partner) == 2


def test_the_journal_says_what_each_commit_wrote(c: Client) -> None:
    partner = c.partner()
    c.get(PARTNER, "write", [partner], {"phone": "1"})
    c.get(PARTNER, "search_count", [])
    c.get(PARTNER, "unlink", [partner])
    told = [(each.method, each.created, each.changed, each.deleted) for each in c.odoo.journal_of_commits]
    key = (PARTNER, partner)
    assert told == [("create", (key,), (), ()), ("write", (), (key,), ()), ("unlink", (), (), (key,))]


def test_a_row_fight_is_repeated_by_the_server_and_nothing_is_lost(c: Client) -> None:
    partner = c.partner()
    words = (PARTNER, "write", [partner])
    answers = at_once(
        c, words[:2], lambda: c.get(*words, {"phone": "late"}), lambda: c.get(*words, {"email": "e", "phone": "early"})
    )
    assert answers == [True, True]
    row = c.read(PARTNER, partner, "phone", "email")
    assert (row["phone"], row["email"]) == ("late", "e")


def test_a_request_may_still_run_when_its_client_gave_up_and_a_second_look_finds_what_it_made(c: Client) -> None:
    """Its external id is known before the record is seen; what is read of no id is made up."""
    partner = c.partner()
    look = ("ir.model.data", "check_object_reference", "x", "inv_1")
    hold = c.odoo.faults.hold("account.move", "load", calls=3)
    with pytest.raises(TimeoutError):
        c.load_invoice(partner, timeout_s=0.2)
    hold.wait_for_it()
    assert c.get(*look) == ["account.move", False]
    assert c.get("account.move", "read", [False], ["state", "amount_total"])[0]["state"] == "draft"
    assert c.odoo.created("account.move") == []
    assert c.get(*look) == ["account.move", False]
    c.odoo.wait_until_idle()
    assert c.get(*look) == ["account.move", *c.odoo.created("account.move")]
    assert c.load_invoice(partner)["ids"] == c.odoo.created("account.move")


def test_what_is_not_committed_is_seen_by_nobody(c: Client) -> None:
    assert (
        at_once(c, (PARTNER, "create"), c.partner, lambda: c.get(PARTNER, "search", [["name", "=", "Paper Mill"]]))[1]
        == []
    )


def test_the_plan_of_the_record_under_random_faults_makes_each_invoice_once(c: Client) -> None:
    """Look, load, look again: sixteen invoices by two threads while four of ten calls break."""
    partner = c.partner()
    c.odoo.faults.draw("seed", 0.4, [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.HTML_AFTER, Fault.BAD_GATEWAY_AFTER])

    def make(at: int) -> None:
        for _ in range(60):
            try:
                found = c.ask("ir.model.data", "check_object_reference", "x", f"inv_{at}")
                if "result" in found and found["result"][1]:
                    return
                c.load_invoice(partner, key=f"x.inv_{at}")
            except (http.client.HTTPException, ValueError):
                continue
        raise AssertionError("never made")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, range(16)))
    assert len(c.odoo.find("account.move")) == len(c.odoo.created("account.move")) == 16
    assert len(c.odoo.faults.met) > 10
