"""The pitfalls of accounting that were measured on the real server, by their numbers, hold here too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo.chart import Setup
from tests.standins.odoo.client import Client
from tests.standins.odoo.replays import stuck_draft
from tests.standins.odoo.replays_money import bank_line, expense, outstanding, refunded
from tests.standins.odoo.world import Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standins.odoo.fields import Row

PAYMENT, MOVE, LINE = "account.payment", "account.move", "account.move.line"
STATEMENT, SHEET = "account.bank.statement.line", "hr.expense.sheet"


@pytest.fixture
def c() -> Iterator[Client]:
    """Of a world in euros with 19 % and 7 %, on 23 November 2026."""
    with Odoo(Setup(currency="EUR", taxes=("19", "7"), first_id=300)) as odoo:
        yield Client(odoo)


def test_1_without_an_outstanding_account_an_invoice_is_paid_and_nothing_is_booked(c: Client) -> None:
    invoice = c.posted(40.0)
    paid = c.pay(c.wizard(invoice))
    assert c.read(MOVE, invoice, "payment_state", "amount_residual") == {
        "id": invoice,
        "payment_state": "paid",
        "amount_residual": 40.0,
    }
    assert c.read(PAYMENT, paid["res_id"], "move_id", "state")["move_id"] is False
    c.pay(c.wizard(invoice))
    assert c.get(PAYMENT, "search_count", []) == 2
    lines = c.get("account.payment.method.line", "search_read", [["journal_id.type", "in", ["bank", "cash"]]])
    assert [each["payment_account_id"] for each in lines] == [False] * 4


def test_1_with_one_the_residual_goes_down_and_the_wizard_refuses_at_zero(c: Client) -> None:
    c.odoo.set_outstanding_accounts()
    invoice = c.posted(50.0)
    states = []
    for amount in (20.0, 30.0):
        c.pay(c.wizard(invoice, amount=amount))
        row = c.read(MOVE, invoice, "amount_residual", "payment_state")
        states.append((row["amount_residual"], row["payment_state"]))
    assert states == [(30.0, "partial"), (0.0, "paid")]
    context = {"active_model": MOVE, "active_ids": [invoice]}
    name, message = c.refused("account.payment.register", "create", {}, context=context)
    assert name == "odoo.exceptions.UserError"
    assert "there is nothing left to pay on the selected journal items." in message


def test_2_a_wizard_run_after_the_payment_leaves_a_credit(c: Client) -> None:
    c.odoo.set_outstanding_accounts()
    invoice = c.posted(50.0)
    early, late = c.wizard(invoice), c.wizard(invoice)
    first, second = c.pay(early)["res_id"], c.pay(late)["res_id"]
    assert [c.read(PAYMENT, each, "is_reconciled")["is_reconciled"] for each in (first, second)] == [True, False]
    assert c.read("res.partner", c.read(MOVE, invoice, "partner_id")["partner_id"][0], "credit")["credit"] == -50.0


def test_3_the_wizard_takes_a_draft_and_needs_its_context(c: Client) -> None:
    assert c.pay(c.wizard(c.draft(50.0)))["res_model"] == PAYMENT
    _, message = c.refused("account.payment.register", "create", {})
    assert message.startswith("The register payment wizard should only be called on account.move or")


@pytest.mark.parametrize("kind", ["out_invoice", "in_invoice"])
def test_4_nothing_refuses_duplicates(c: Client, kind: str) -> None:
    partner = c.partner()
    one, two = (c.posted(50.0, kind=kind, partner_id=partner, ref="N-7") for _ in range(2))
    assert c.read(MOVE, two, "duplicated_ref_ids", "state") == {
        "id": two,
        "duplicated_ref_ids": [one],
        "state": "posted",
    }


def test_5_the_entry_of_a_payment_carries_the_reference_too(c: Client) -> None:
    outstanding(c)
    found = c.get(MOVE, "search_read", [["ref", "=", "T-1"]], fields=["move_type"], order="id")
    assert [each["move_type"] for each in found] == ["out_invoice", "entry"]


def test_6_only_a_product_brings_taxes_along(c: Client) -> None:
    product = c.odoo.call("product.product", "create", {"name": "Hour"})
    plain = {"name": "Work", "quantity": 1, "price_unit": 100.0}
    bare, with_product, empty = (
        c.draft(invoice_line_ids=[[0, 0, plain | more]])
        for more in ({}, {"product_id": product}, {"product_id": product, "tax_ids": [[6, 0, []]]})
    )
    totals = [c.read(MOVE, each, "amount_total")["amount_total"] for each in (bare, with_product, empty)]
    assert totals == [100.0, 119.0, 100.0]


def test_7_a_bill_line_without_an_account_goes_to_the_journals_and_a_bill_needs_its_date(c: Client) -> None:
    bill = c.draft(50.0, kind="in_invoice", invoice_date=False)
    line = c.get(
        LINE, "search_read", [["move_id", "=", bill], ["display_type", "=", "product"]], ["account_id", "tax_ids"]
    )
    assert (line[0]["account_id"][1], line[0]["tax_ids"]) == ("600000 Expenses", [])
    _, message = c.refused(MOVE, "action_post", [bill])
    assert message == "The Bill/Refund date is required to validate this document."


def test_8_the_first_draft_of_an_empty_sequence_has_its_name_and_later_ones_a_stroke(c: Client) -> None:
    names = [
        c.read(MOVE, c.draft(5.0, invoice_date=on), "name")["name"] for on in ("2026-11-20", "2026-11-21", "2027-01-04")
    ]
    assert names == ["INV/2026/00001", "/", "INV/2027/00001"]
    bills = [c.draft(5.0, kind="in_invoice", invoice_date=on) for on in ("2026-11-23", "2026-12-02")]
    assert [c.read(MOVE, each, "name")["name"] for each in bills] == ["BILL/2026/11/0001", "BILL/2026/12/0001"]


def test_8_a_draft_that_lost_its_name_is_stuck_until_the_name_is_cleared(c: Client) -> None:
    stuck = stuck_draft(c)
    for _ in range(3):
        name, message = c.refused(MOVE, "action_post", [stuck])
        assert name == "odoo.exceptions.ValidationError"
        assert message == "The operation cannot be completed: Another entry with the same name already exists."
    c.get(MOVE, "write", [stuck], {"name": "/"})
    c.get(MOVE, "action_post", [stuck])
    assert c.read(MOVE, stuck, "name")["name"] == "INV/2026/00002"


@pytest.mark.parametrize("lock", ["fiscalyear_lock_date", "sale_lock_date", "hard_lock_date"])
def test_9_a_locked_period_moves_the_accounting_date_without_a_word(c: Client, lock: str) -> None:
    company = c.odoo.find("res.company")[0]
    c.odoo.call("res.company", "write", [company], {lock: "2026-10-31"})
    row = c.read(MOVE, c.posted(5.0, invoice_date="2026-10-15"), "date", "invoice_date", "state")
    assert (row["date"], row["invoice_date"], row["state"]) == ("2026-11-23", "2026-10-15", "posted")


def test_9_so_it_does_for_entries(c: Client) -> None:
    c.odoo.lock("2026-10-31")
    sides = [
        [0, 0, {"account_id": c.odoo.account(code), "balance": way}] for code, way in (("600000", 5), ("101401", -5))
    ]
    entry = c.get(MOVE, "create", {"date": "2026-10-15", "line_ids": sides})
    c.get(MOVE, "action_post", [entry])
    assert c.read(MOVE, entry, "date", "name") == {"id": entry, "date": "2026-11-23", "name": "MISC/2026/11/0001"}


def test_10_a_posted_credit_note_closes_what_it_reverses(c: Client) -> None:
    invoice, answer = refunded(c)
    note = answer["result"]["res_id"]
    assert c.read(MOVE, note, "state", "ref") == {
        "id": note,
        "state": "draft",
        "ref": "Reversal of: INV/2026/00001, wrong",
    }
    c.get(MOVE, "action_post", [note])
    assert c.read(MOVE, invoice, "payment_state", "amount_residual")["payment_state"] == "reversed"
    assert c.read(MOVE, note, "payment_state", "amount_residual")["amount_residual"] == 0.0


def test_10_modify_posts_it_and_makes_a_new_draft(c: Client) -> None:
    invoice = c.posted(50.0, taxes=(c.odoo.tax(),))
    context = {"active_model": MOVE, "active_ids": [invoice]}
    vals = {"reason": "wrong", "journal_id": c.odoo.journal("INV")}
    wizard = c.get("account.move.reversal", "create", vals, context=context)
    new = c.get("account.move.reversal", "modify_moves", [wizard])["res_id"]
    row = c.read(MOVE, new, "state", "amount_total", "move_type")
    assert (row["state"], row["amount_total"], row["move_type"]) == ("draft", 59.5, "out_invoice")
    assert c.read(MOVE, invoice, "payment_state")["payment_state"] == "reversed"


def test_11_a_bank_line_waits_on_the_suspense_account_until_its_line_is_moved_and_matched(c: Client) -> None:
    c.odoo.set_outstanding_accounts()
    receipts, payment = c.odoo.account("101403"), c.payment(c.partner(), 33.0)
    line = bank_line(c)["result"]
    move = c.read(STATEMENT, line, "move_id", "is_reconciled")
    assert move["is_reconciled"] is False
    rows = c.get(LINE, "search_read", [["move_id", "=", move["move_id"][0]], ["credit", ">", 0]], fields=["account_id"])
    assert rows[0]["account_id"][1] == "101402 Bank Suspense Account"
    c.get(LINE, "write", [rows[0]["id"]], {"account_id": receipts})
    entry = c.read(PAYMENT, payment, "move_id")["move_id"][0]
    own = c.get(LINE, "search", [["move_id", "=", entry], ["account_id", "=", receipts]])
    assert c.get(LINE, "reconcile", [rows[0]["id"], *own]) is None
    assert c.read(STATEMENT, line, "is_reconciled")["is_reconciled"] is True
    row = c.read(PAYMENT, payment, "is_matched", "state")
    assert (row["is_matched"], row["state"]) == (True, "in_process")
    assert "unique_import_id" not in c.get(STATEMENT, "fields_get")


def test_12_a_partner_with_invoices_cannot_be_deleted(c: Client) -> None:
    partner = c.partner()
    c.draft(5.0, partner_id=partner)
    name, message = c.refused("res.partner", "unlink", [partner])
    assert (name, message.split(".")[0]) == (
        "odoo.exceptions.UserError",
        "You cannot remove parts of the audit trail",
    )
    c.get("res.partner", "write", [partner], {"active": False})
    assert c.get("res.partner", "search", [["id", "=", partner]]) == []


def test_13_open_items_show_payments_as_negative_rows_and_profit_is_grouped(c: Client) -> None:
    c.odoo.set_outstanding_accounts()
    partner = c.partner()
    c.posted(100.0, partner_id=partner, taxes=(c.odoo.tax(),))
    c.payment(partner, 30.0)
    c.posted(40.0, kind="in_invoice", invoice_date="2026-11-23")
    domain = [["account_type", "=", "asset_receivable"], ["parent_state", "=", "posted"], ["reconciled", "=", False]]
    rows = c.get(LINE, "search_read", domain, fields=["amount_residual", "date_maturity"], order="date_maturity")
    assert [(each["amount_residual"], each["date_maturity"]) for each in rows] == [
        (119.0, "2026-11-20"),
        (-30.0, "2026-11-21"),
    ]
    kinds = [["account_type", "in", ["income", "expense"]]]
    groups = c.get(LINE, "read_group", kinds, ["balance:sum"], ["account_type", "date:month"], lazy=False)
    assert [(each["account_type"], each["balance"], each["date:month"]) for each in groups] == [
        ("expense", 40.0, "November 2026"),
        ("income", -100.0, "November 2026"),
    ]
    assert groups[0]["__range"] == {"date:month": {"from": "2026-11-01", "to": "2026-12-01"}}


def test_14_an_expense_walks_by_its_report_and_a_posted_one_can_be_submitted_again(c: Client) -> None:
    sheet = c.get("hr.expense", "action_submit_expenses", [expense(c)])["res_id"]
    seen = [c.read(SHEET, sheet, "state")["state"]]
    for step in ("action_submit_sheet", "action_approve_expense_sheets", "action_sheet_move_post"):
        assert c.get(SHEET, step, [sheet]) is None
        seen.append(c.read(SHEET, sheet, "state")["state"])
    assert seen == ["draft", "submit", "approve", "done"]
    c.get(SHEET, "action_submit_sheet", [sheet])
    assert c.read(SHEET, sheet, "approval_state")["approval_state"] == "submit"


def test_14_what_an_employee_paid_is_owed_to_them(c: Client) -> None:
    found = expense(c)
    c.get("hr.expense", "write", [found], {"payment_mode": "own_account"})
    sheet = c.get("hr.expense", "action_submit_expenses", [found])["res_id"]
    for step in ("action_submit_sheet", "action_approve_expense_sheets", "action_sheet_move_post"):
        c.get(SHEET, step, [sheet])
    row = c.read(SHEET, sheet, "state", "payment_state", "account_move_ids")
    assert (row["state"], row["payment_state"]) == ("post", "not_paid")
    bill = c.read(MOVE, row["account_move_ids"][0], "amount_total", "amount_tax", "partner_id")
    assert (bill["amount_total"], bill["amount_tax"], bill["partner_id"][1]) == (23.8, 3.8, "Bookkeeper")


def test_15_a_lost_lead_vanishes_unless_archived_ones_are_asked_for(c: Client) -> None:
    lead = c.get("crm.lead", "create", {"name": "Shop"})
    c.get("crm.lead", "action_set_lost", [lead])
    assert c.get("crm.lead", "search", []) == []
    assert c.get("crm.lead", "search", [], context={"active_test": False}) == [lead]


def test_16_twelve_invoices_posted_by_four_threads_have_twelve_names(c: Client) -> None:
    partner = c.partner()
    drafts = [c.draft(5.0, partner_id=partner) for _ in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: c.get(MOVE, "action_post", [each]), drafts))
    rows: list[Row] = c.get(MOVE, "search_read", [["state", "=", "posted"]], fields=["name"])
    assert {each["name"] for each in rows} == {f"INV/2026/{at:05}" for at in range(1, 13)}


def test_16_many_writes_of_one_row_by_four_threads_all_succeed(c: Client) -> None:
    partner = c.partner()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda at: c.get("res.partner", "write", [partner], {"phone": str(at)}), range(32)))
    assert answers == [True] * 32
