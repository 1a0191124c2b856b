"""The recorded calls about payments, credit notes, the bank, expenses, papers, races and broken lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.standins.odoo.replays import MOVE

if TYPE_CHECKING:
    from tests.standins.odoo.client import Client
    from tests.standins.odoo.fields import Row

PAYMENT, REGISTER, LINE = "account.payment", "account.payment.register", "account.move.line"
PAYMENT_FIELDS = ["name", "state", "amount", "move_id", "is_reconciled", "is_matched", "memo", "reconciled_invoice_ids"]
PAYMENT_FIELDS += ["journal_id", "outstanding_account_id"]


def payment_load_with_external_id(c: Client) -> Row:
    columns = ["id", "payment_type", "partner_type", "partner_id/.id", "amount", "date", "journal_id/.id", "memo"]
    row = ["x.pay_9", "inbound", "customer", c.partner(), 33.0, "2026-11-20", c.odoo.journal("BNK1"), "T-9"]
    return c.ask(PAYMENT, "load", columns, [row])


def payment_action_post(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    found = c.get(PAYMENT, "create", {"partner_id": c.partner(), "amount": 33.0})
    return c.ask(PAYMENT, "action_post", [found])


def outstanding(c: Client) -> tuple[int, int]:
    """An invoice, and the line of a payment that waits to be assigned."""
    c.odoo.set_outstanding_accounts()
    partner = c.partner()
    invoice = c.posted(33.0, partner_id=partner)
    move = c.read(PAYMENT, c.payment(partner, 33.0), "move_id")["move_id"][0]
    return invoice, c.partner_line(move)


def js_assign_outstanding_line(c: Client) -> Row:
    invoice, line = outstanding(c)
    return c.ask(MOVE, "js_assign_outstanding_line", [invoice], line)


def js_assign_outstanding_line_again(c: Client) -> Row:
    invoice, line = outstanding(c)
    c.get(MOVE, "js_assign_outstanding_line", [invoice], line)
    return c.ask(MOVE, "js_assign_outstanding_line", [invoice], line)


def payment_wizard_create(c: Client) -> Row:
    return {"result": c.wizard(c.posted(33.0), payment_date="2026-11-21", communication="T-1")}


def payment_wizard_run(c: Client) -> Row:
    return {"result": c.pay(c.wizard(c.posted(33.0)))}


def invoice_after_payment(c: Client) -> Row:
    invoice = c.posted(33.0)
    c.pay(c.wizard(invoice))
    return c.ask(MOVE, "read", [invoice], ["payment_state", "amount_residual", "status_in_payment"])


def payment_read(c: Client) -> Row:
    c.pay(c.wizard(c.posted(33.0), communication="T-33"))
    return c.ask(PAYMENT, "search_read", [["memo", "=", "T-33"]], fields=PAYMENT_FIELDS)


def danger_second_payment(c: Client) -> Row:
    invoice = c.posted(33.0)
    c.pay(c.wizard(invoice))
    return {"result": c.pay(c.wizard(invoice))}


def partial_payment_with_outstanding_account(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    return {"result": c.pay(c.wizard(c.posted(33.0), amount=11.0))}


def after_partial_payment(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    invoice = c.posted(33.0)
    c.pay(c.wizard(invoice, amount=11.0))
    return c.ask(MOVE, "read", [invoice], ["payment_state", "amount_residual"])


def stale_wizard_run_after_paid(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    invoice = c.posted(33.0)
    first, stale = c.wizard(invoice), c.wizard(invoice)
    c.pay(first)
    return {"result": c.pay(stale)}


def err_payment_wizard_nothing_left_to_pay(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    invoice = c.posted(33.0)
    c.pay(c.wizard(invoice))
    return c.ask(REGISTER, "create", {}, context={"active_model": MOVE, "active_ids": [invoice]})


def refunded(c: Client) -> tuple[int, Row]:
    """An invoice, and the answer of the wizard that made a draft credit note of it."""
    invoice = c.posted(33.0)
    vals = {"reason": "wrong", "journal_id": c.odoo.journal("INV")}
    wizard = c.get("account.move.reversal", "create", vals, context={"active_model": MOVE, "active_ids": [invoice]})
    return invoice, c.ask("account.move.reversal", "refund_moves", [wizard])


def credit_note_refund_moves(c: Client) -> Row:
    return refunded(c)[1]


def credit_note_read(c: Client) -> Row:
    invoice, _ = refunded(c)
    fields = ["name", "state", "move_type", "amount_total", "ref"]
    return c.ask(MOVE, "search_read", [["reversed_entry_id", "=", invoice]], fields=fields)


def open_receivables(c: Client) -> Row:
    c.posted(33.0)
    domain = [["account_type", "=", "asset_receivable"], ["parent_state", "=", "posted"], ["amount_residual", "!=", 0]]
    fields = ["move_id", "partner_id", "date_maturity", "amount_residual", "ref"]
    return c.ask(LINE, "search_read", [*domain, ["reconciled", "=", False]], fields=fields, order="date_maturity")


def pnl_group_by_account_type(c: Client) -> Row:
    c.posted(33.0)
    c.posted(21.0, kind="in_invoice")
    domain = [["parent_state", "=", "posted"], ["date", ">=", "2026-11-01"], ["date", "<=", "2026-11-30"]]
    kinds = ["account_type", "in", ["income", "income_other", "expense", "expense_direct_cost"]]
    return c.ask(LINE, "read_group", [*domain, kinds], ["balance:sum"], ["account_type"], lazy=False)


def bank_line(c: Client) -> Row:
    vals = {"journal_id": c.odoo.journal("BNK1"), "date": "2026-11-20", "payment_ref": "in", "amount": 33.0}
    return c.ask("account.bank.statement.line", "create", vals | {"partner_id": c.partner()})


def bank_line_items(c: Client) -> Row:
    move = c.read("account.bank.statement.line", bank_line(c)["result"], "move_id")["move_id"][0]
    fields = ["account_id", "debit", "credit", "amount_residual", "reconciled"]
    return c.ask(LINE, "search_read", [["move_id", "=", move]], fields=fields)


def reconcile_returns(c: Client) -> Row:
    c.odoo.set_outstanding_accounts()
    receipts = c.odoo.account("101403")
    move = c.read(PAYMENT, c.payment(c.partner(), 33.0), "move_id")["move_id"][0]
    own = c.get(LINE, "search", [["move_id", "=", move], ["account_id", "=", receipts]])
    suspense = next(row["id"] for row in bank_line_items(c)["result"] if row["credit"])
    c.get(LINE, "write", [suspense], {"account_id": receipts})
    return c.ask(LINE, "reconcile", [suspense, *own])


def expense(c: Client) -> int:
    category = c.odoo.find("product.product", ["default_code", "=", "FOOD"])[0]
    vals = {"name": "Lunch", "product_id": category, "total_amount_currency": 23.8, "payment_mode": "company_account"}
    return int(c.get("hr.expense", "create", vals))


def expense_action_submit_expenses(c: Client) -> Row:
    return c.ask("hr.expense", "action_submit_expenses", [expense(c)])


def submitted(c: Client) -> int:
    sheet = int(expense_action_submit_expenses(c)["result"]["res_id"])
    c.get("hr.expense.sheet", "action_submit_sheet", [sheet])
    return sheet


def expense_sheet_action_approve_expense_sheets(c: Client) -> Row:
    return c.ask("hr.expense.sheet", "action_approve_expense_sheets", [submitted(c)])


def expense_sheet_read(c: Client) -> Row:
    sheet = submitted(c)
    c.get("hr.expense.sheet", "action_approve_expense_sheets", [sheet])
    c.get("hr.expense.sheet", "action_sheet_move_post", [sheet])
    fields = ["state", "payment_state", "account_move_ids", "total_amount"]
    return c.ask("hr.expense.sheet", "read", [sheet], fields)


def crm_action_set_won(c: Client) -> Row:
    return c.ask("crm.lead", "action_set_won", [c.get("crm.lead", "create", {"name": "Shop"})])


def crm_action_set_lost(c: Client) -> Row:
    return c.ask("crm.lead", "action_set_lost", [c.get("crm.lead", "create", {"name": "Shop"})])


# ---- papers ----


def get_portal_url(c: Client) -> Row:
    return c.ask(MOVE, "get_portal_url", [c.posted(33.0)], report_type="pdf", download=True)


def pdf_portal_token_single_db(c: Client) -> Row:
    return {"http": [*_page(c, get_portal_url(c)["result"])]}


def pdf_portal_bad_token(c: Client) -> Row:
    return {"http": [*_page(c, get_portal_url(c)["result"].replace("access_token=", "access_token=0"))]}


def _page(c: Client, path: str) -> tuple[str, ...]:
    status, kind, body = c.send(path, b"", {})
    return str(status), kind, str(len(body)), repr(body[:8])


def send_wizard(c: Client) -> int:
    vals = {"move_id": c.posted(33.0), "sending_methods": ["manual"]}
    return int(c.get("account.move.send.wizard", "create", vals))


def send_wizard_run(c: Client) -> Row:
    return c.ask("account.move.send.wizard", "action_send_and_print", [send_wizard(c)])


def official_pdf(c: Client) -> Row:
    number = int(send_wizard_run(c)["result"]["url"].rsplit("/", 1)[1])
    return c.ask("ir.attachment", "read", [number], ["name", "mimetype", "datas", "file_size"])
