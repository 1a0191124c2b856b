"""Entries, payments and bank lines where neither the record nor its pitfalls say more: resets, refusals, repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo.books import PAYMENT, STATEMENT, Books
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.errors import OdooError
from tests.standins.odoo.matching import LINE, MOVE

if TYPE_CHECKING:
    from tests.standins.odoo.fields import Row, Value

REGISTER = "account.payment.register"


@pytest.fixture
def books() -> Books:
    found = Books(Setup(currency="EUR", taxes=("19",)))
    found.set_outstanding_accounts()
    return found


# ---- posting and resetting ----


def test_what_cannot_be_posted(books: Books) -> None:
    cases = {
        books.invoice(-5.0, post=False): "You cannot validate an invoice with a negative total amount.",
        books.invoice(5.0, partner_id=False, post=False): "The field 'Customer' is required",
        books.invoice(5.0, kind="in_invoice", partner_id=False, post=False): "The field 'Vendor' is required",
        books.invoice(post=False): "You need to add a line before posting.",
    }
    for found, message in cases.items():
        assert books.refused(MOVE, "action_post", [found]).startswith(message)
    wrong = {"move_type": "out_invoice", "journal_id": books.journal("MISC")}
    assert books.refused(MOVE, "create", wrong).startswith(
        "Cannot create an invoice of type out_invoice with a journal"
    )


def test_a_posted_invoice_is_reset_changed_posted_again_under_its_name_and_cancelled(books: Books) -> None:
    found = books.invoice(10.0)
    books.call(MOVE, "button_draft", [found])
    (line,) = books.row(MOVE, found, "invoice_line_ids")["invoice_line_ids"]
    books.call(LINE, "write", [line], {"price_unit": 12.0})
    books.call(MOVE, "action_post", [found])
    row = books.row(MOVE, found, "name", "amount_total", "display_name")
    assert (row["name"], row["amount_total"], row["display_name"]) == ("INV/2026/00001", 12.0, "INV/2026/00001")
    books.call(MOVE, "button_cancel", [found])
    assert books.row(MOVE, found, "state")["state"] == "cancel"
    draft = books.invoice(1.0, post=False)
    assert (
        books.refused(MOVE, "button_draft", [draft]) == "Only posted/cancelled journal entries can be reset to draft."
    )
    assert books.row(MOVE, draft, "display_name")["display_name"] == f"Draft Invoice (* {draft})"


def test_only_the_last_of_a_sequence_can_be_deleted_once_it_had_a_number(books: Books) -> None:
    first, last = books.invoice(1.0), books.invoice(2.0)
    books.call(MOVE, "button_draft", [first, last])
    assert "already consumed a sequence number" in books.refused(MOVE, "unlink", [first])
    assert books.call(MOVE, "unlink", [last]) is True
    assert books.call(MOVE, "unlink", [first]) is True
    assert books.find(LINE) == []


def test_a_posted_line_keeps_its_figures(books: Books) -> None:
    found = books.invoice(10.0)
    line = books.line(found, "400000")
    assert books.refused(LINE, "write", [line], {"price_unit": 1}).startswith(
        "You cannot do this modification on a posted"
    )
    assert books.refused(LINE, "unlink", [line]).startswith("You can't delete a posted journal item.")
    assert books.refused(LINE, "create", {"move_id": found, "name": "late"}).startswith("You cannot add/modify entries")
    books.call(MOVE, "write", [found], {"invoice_date_due": "2026-12-31"})
    assert books.row(LINE, books.line(found, "121000"), "date_maturity")["date_maturity"] == "2026-12-31"


def test_an_entry_must_balance_whichever_way_it_is_changed(books: Books) -> None:
    found = books.entry(("600000", 10.0), ("101401", -10.0), post=False)
    line = books.line(found, "600000")
    message = books.refused(LINE, "write", [line], {"debit": 11.0})
    assert "The total of debits equals €\xa011.00 and the total of credits equals €\xa010.00." in message
    other = books.line(found, "101401")
    books.call(MOVE, "write", [found], {"line_ids": [[1, line, {"debit": 11.0}], [1, other, {"credit": 11.0}]]})
    assert books.row(MOVE, found, "amount_total", "amount_untaxed", "amount_tax")["amount_total"] == 11.0


def test_a_bill_of_an_earlier_month_counts_for_the_last_day_of_it(books: Books) -> None:
    found = books.invoice(5.0, kind="in_invoice", invoice_date="2026-09-11")
    row = books.row(MOVE, found, "date", "name", "invoice_date_due")
    assert (row["date"], row["name"], row["invoice_date_due"]) == ("2026-09-30", "BILL/2026/09/0001", "2026-09-11")
    found = books.invoice(5.0, kind="in_invoice", invoice_date="2026-11-11")
    assert books.row(MOVE, found, "date", "name")["date"] == "2026-11-23"


def test_a_lock_moves_the_first_sale_to_the_end_of_the_next_month_and_later_ones_to_today(books: Books) -> None:
    books.lock("2026-08-31")
    dates = [books.row(MOVE, books.invoice(5.0, invoice_date="2026-08-11"), "date")["date"] for _ in range(2)]
    assert dates == ["2026-09-30", "2026-11-23"]


def test_the_lock_of_taxes_is_for_what_has_taxes(books: Books) -> None:
    books.call("res.company", "write", books.find("res.company"), {"tax_lock_date": "2026-10-31"})
    taxed = [[0, 0, {"name": "x", "price_unit": 5.0, "tax_ids": [[6, 0, [books.tax()]]]}]]
    plain = books.invoice(5.0, invoice_date="2026-10-15")
    moved = books.invoice(invoice_line_ids=taxed, invoice_date="2026-10-15")
    assert [books.row(MOVE, each, "date")["date"] for each in (plain, moved)] == ["2026-10-15", "2026-11-23"]


# ---- matching ----


def test_lines_that_do_not_belong_together_are_not_matched(books: Books) -> None:
    one, two = books.invoice(10.0), books.entry(("600000", 10.0), ("121000", -10.0))
    due, paid = books.line(one, "121000"), books.line(two, "121000")
    assert books.refused(LINE, "reconcile", [due, books.line(two, "600000")]).startswith(
        "Entries are not from the same"
    )
    assert books.refused(LINE, "reconcile", [books.line(two, "600000")]).startswith(
        "Account 600000 Expenses does not allow"
    )
    draft = books.invoice(1.0, post=False)
    assert "only reconcile posted entries" in books.refused(LINE, "reconcile", [due, books.line(draft, "121000")])
    books.call(LINE, "reconcile", [due, paid])
    row = books.row(LINE, due, "matching_number", "matched_credit_ids", "full_reconcile_id", "reconciled")
    assert (row["reconciled"], row["matching_number"]) == (True, str(row["full_reconcile_id"]))
    assert "on a reconciled journal entry" in books.refused(
        LINE, "write", [due], {"account_id": books.account("600000")}
    )
    books.call(LINE, "remove_move_reconcile", [due])
    assert books.state(one) == ("posted", "not_paid", 10.0)
    assert books.row(LINE, due, "matching_number")["matching_number"] is False


def test_one_payment_of_two_invoices_leaves_the_rest_on_the_newer(books: Books) -> None:
    old, new = books.invoice(10.0), books.invoice(20.0, invoice_date="2026-11-21")
    move = books.row(PAYMENT, books.payment(25.0), "move_id")["move_id"]
    lines = [books.line(each, "121000") for each in (new, old, move)]
    books.call(LINE, "reconcile", lines)
    assert (books.state(old), books.state(new)) == (("posted", "paid", 0.0), ("posted", "partial", 5.0))
    assert books.row(LINE, lines[0], "matching_number")["matching_number"] == "P"


# ---- payments ----


def test_a_payment_is_reset_changed_posted_cancelled_and_deleted(books: Books) -> None:
    invoice, payment = books.invoice(40.0), books.payment()
    move = books.row(PAYMENT, payment, "move_id")["move_id"]
    books.call(MOVE, "js_assign_outstanding_line", [invoice], books.line(move, "121000"))
    row = books.row(PAYMENT, payment, "is_reconciled", "is_matched", "reconciled_invoice_ids", "outstanding_account_id")
    assert (row["is_reconciled"], row["is_matched"], row["reconciled_invoice_ids"]) == (True, False, [invoice])
    assert row["outstanding_account_id"] == books.account("101403")
    assert books.refused(PAYMENT, "write", [payment], {"amount": 3.0}).startswith("You cannot modify a payment")
    assert books.refused(PAYMENT, "unlink", [payment]).startswith("You cannot delete a payment")
    books.call(PAYMENT, "write", [payment], {"amount": 40.0})
    books.call(PAYMENT, "action_draft", [payment])
    assert books.state(invoice) == ("posted", "not_paid", 40.0)
    books.call(PAYMENT, "action_post", [payment])
    books.call(PAYMENT, "action_post", [payment])
    assert books.row(PAYMENT, payment, "state")["state"] == "in_process"
    books.call(PAYMENT, "action_cancel", [payment])
    assert books.row(MOVE, move, "state")["state"] == "cancel"
    books.call(PAYMENT, "action_draft", [payment])
    assert books.call(PAYMENT, "unlink", [payment]) is True
    assert books.find(MOVE, ["id", "=", move]) == []


def test_a_payment_to_a_vendor_and_one_that_cannot_be(books: Books) -> None:
    bill = books.invoice(30.0, kind="in_invoice")
    payment = books.payment(30.0, payment_type="outbound", partner_type="supplier")
    row = books.row(PAYMENT, payment, "name", "move_id", "display_name", "destination_account_id")
    assert (row["name"], row["destination_account_id"]) == ("PBNK1/2026/00001", books.account("211000"))
    books.call(MOVE, "js_assign_outstanding_line", [bill], books.line(row["move_id"], "211000"))
    assert books.state(bill) == ("posted", "paid", 0.0)
    assert books.row(PAYMENT, payment, "reconciled_bill_ids")["reconciled_bill_ids"] == [bill]
    assert "cannot be negative" in books.refused(PAYMENT, "create", {"amount": -1.0})
    without = books.call(PAYMENT, "create", {"amount": 1.0, "journal_id": books.journal("INV")})
    assert books.refused(PAYMENT, "action_post", [without]).startswith("Please define a payment method line")


def test_payments_that_are_not_booked_have_numbers_of_their_own(books: Books) -> None:
    books.call("account.payment.method.line", "write", [books.method_line()], {"payment_account_id": False})
    rows = [books.row(PAYMENT, books.payment(), "name", "state", "move_id") for _ in range(2)]
    assert [(row["name"], row["state"], row["move_id"]) for row in rows] == [
        ("PAY00001", "in_process", False),
        ("PAY00002", "in_process", False),
    ]


def test_the_wizard_pays_several_invoices_each_by_itself_and_bills_the_other_way(books: Books) -> None:
    ids = [books.invoice(10.0), books.invoice(20.0)]
    context = {"active_model": MOVE, "active_ids": ids}
    wizard = books.call(REGISTER, "create", {}, context=context)
    told = books.call(REGISTER, "action_create_payments", [wizard])
    assert [books.state(each) for each in ids] == [("posted", "paid", 0.0)] * 2
    assert len(told["domain"][0][2]) == 2
    bill = books.invoice(7.0, kind="in_invoice")
    mixed = {"active_model": MOVE, "active_ids": [bill, books.invoice(1.0)]}
    assert "both inbound and outbound" in books.refused(REGISTER, "create", {}, context=mixed)
    by_line = {"active_model": LINE, "active_ids": [books.line(bill, "211000")]}
    wizard = books.call(REGISTER, "create", {}, context=by_line)
    payment = books.call(REGISTER, "action_create_payments", [wizard])["res_id"]
    assert books.row(PAYMENT, payment, "payment_type", "amount")["payment_type"] == "outbound"
    assert books.state(bill) == ("posted", "paid", 0.0)


# ---- reversals ----


def test_an_entry_is_turned_round_and_needs_a_journal_and_to_be_posted(books: Books) -> None:
    found = books.entry(("600000", 10.0), ("101401", -10.0))
    context = {"active_model": MOVE, "active_ids": [found]}
    reversal = "account.move.reversal"
    assert "a journal is required" in books.refused(reversal, "create", {}, context=context)
    vals = {"journal_id": books.journal("MISC")}
    wizard = books.call(reversal, "create", vals, context=context)
    new = books.call(reversal, "refund_moves", [wizard])["res_id"]
    books.call(MOVE, "action_post", [new])
    assert books.row(LINE, books.line(new, "600000"), "balance")["balance"] == -10.0
    draft = {"active_model": MOVE, "active_ids": [books.invoice(1.0, post=False)]}
    assert "has to be posted first" in books.refused(reversal, "create", vals, context=draft)
    several = {"active_model": MOVE, "active_ids": [found, books.entry(("600000", 1.0), ("101401", -1.0))]}
    wizard = books.call(reversal, "create", vals, context=several)
    assert books.call(reversal, "refund_moves", [wizard])["view_mode"] == "list,form"


# ---- the bank ----


def test_a_bank_line_loaded_again_changes_nothing_and_a_corrected_one_corrects_its_entry(books: Books) -> None:
    columns = ["id", "journal_id/.id", "date", "payment_ref", "amount"]
    row: list[Value] = ["x.bank_1", books.journal("BNK1"), "2026-11-20", "in", 40.0]
    (line,) = books.call(STATEMENT, "load", columns, [row])["ids"]
    assert books.call(STATEMENT, "load", columns, [row])["ids"] == [line]
    assert len(books.find(STATEMENT)) == len(books.find(MOVE)) == 1
    books.call(STATEMENT, "load", columns, [[*row[:2], "2026-11-21", "in", 41.5]])
    move = books.row(STATEMENT, line, "move_id", "display_name", "amount_residual")
    assert (move["display_name"], move["amount_residual"]) == ("BNK1/2026/00001", 41.5)
    suspense = books.line(move["move_id"], "101402")
    told = books.row(LINE, suspense, "balance", "date", "statement_line_id")
    assert (told["balance"], told["date"], told["statement_line_id"]) == (-41.5, "2026-11-21", line)
    assert "journal of a booked" in books.refused(STATEMENT, "write", [line], {"journal_id": books.journal("CSH1")})
    books.call(LINE, "write", [suspense], {"account_id": books.account("620000")})
    assert "reconciled statement line" in books.refused(STATEMENT, "write", [line], {"amount": 1.0})
    assert books.call(STATEMENT, "unlink", [line]) is True
    assert books.find(MOVE) == books.find(LINE) == []


def test_a_statement_adds_its_lines_up(books: Books) -> None:
    items = [[4, books.bank_line(40.0)], [4, books.bank_line(-15.0)]]
    vals = {"name": "November", "balance_start": 100.0, "balance_end_real": 125.0, "line_ids": items}
    found = books.call("account.bank.statement", "create", vals)
    assert books.row("account.bank.statement", found, "balance_end")["balance_end"] == 125.0
    missing = {"journal_id": books.journal("MISC"), "amount": 1.0}
    assert "without a suspense account" in books.refused(STATEMENT, "create", missing)
    assert books.call(STATEMENT, "create", {"amount": 1.0})


# ---- papers, expenses, accounts ----


def test_the_official_paper_is_made_once_and_only_of_what_is_posted(books: Books) -> None:
    wizard, name = "account.move.send.wizard", "action_send_and_print"
    found = books.invoice(10.0)
    urls = [books.call(wizard, name, [books.call(wizard, "create", {"move_id": found})])["url"] for _ in range(2)]
    assert urls[0] == urls[1]
    assert books.row(MOVE, found, "is_move_sent")["is_move_sent"] is True
    draft = books.call(wizard, "create", {"move_id": books.invoice(1.0, post=False)})
    assert "not posted" in books.refused(wizard, name, [draft])
    mail = books.call(wizard, "create", {"move_id": found, "sending_methods": ["email"]})
    assert "sends no mail" in books.refused(wizard, name, [mail])


def test_expenses_that_cannot_be_reported(books: Books) -> None:
    category = books.find("product.product", ["default_code", "=", "FOOD"])[0]
    vals: Row = {"name": "Lunch", "total_amount": 11.9, "product_id": category}

    def spent(**more: Value) -> int:
        return int(books.call("hr.expense", "create", vals | more, login="bookkeeper"))

    others = books.find("hr.employee", ["name", "=", "Administrator"])[0]
    assert "without category" in books.refused("hr.expense", "action_submit_expenses", [spent(product_id=False)])
    both = [spent(), spent(employee_id=others)]
    assert "different employees" in books.refused("hr.expense", "action_submit_expenses", both)
    sheet = books.call("hr.expense", "action_submit_expenses", both[:1])["res_id"]
    assert "twice" in books.refused("hr.expense", "action_submit_expenses", both[:1])
    assert "approve submitted" in books.refused("hr.expense.sheet", "action_approve_expense_sheets", [sheet])
    assert "approved expense" in books.refused("hr.expense.sheet", "action_sheet_move_post", [sheet])
    books.call(
        "res.users", "write", [books.uid()], {"groups_id": [[3, books.group("hr_expense.group_hr_expense_user")]]}
    )
    with pytest.raises(OdooError, match="top-secret"):
        spent(employee_id=others)


def test_accounts_add_up_and_stay_while_they_are_used(books: Books) -> None:
    books.entry(("600000", 10.0), ("101401", -10.0))
    account = books.account("600000")
    assert books.row("account.account", account, "current_balance")["current_balance"] == 10.0
    assert "contains journal items" in books.refused("account.account", "unlink", [account])
    assert books.call("account.account", "unlink", [books.account("612000")]) is True
    new = books.call("account.account", "create", {"name": "Due", "code": "121500", "account_type": "asset_receivable"})
    assert books.row("account.account", new, "reconcile", "display_name")["reconcile"] is True


def test_what_takes_a_deleted_document_back_stays_whole(books: Books) -> None:
    first = books.invoice(10.0)
    back = books.invoice(10.0, kind="out_refund", reversed_entry_id=first)
    books.call(MOVE, "button_draft", [first, back])
    books.call(MOVE, "unlink", [first])
    assert books.row(MOVE, back, "reversed_entry_id", "amount_total") == {
        "id": back,
        "reversed_entry_id": False,
        "amount_total": 10.0,
    }
    assert {books.row(LINE, each, "move_id")["move_id"] for each in books.find(LINE)} == {back}
