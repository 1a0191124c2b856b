"""Nothing here is recited: every figure follows from what was written, the rates, the currency and the rounding."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo.chart import Setup
from tests.standins.odoo.client import Client
from tests.standins.odoo.matching import LINE, MOVE
from tests.standins.odoo.world import Odoo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standins.odoo.fields import Row

FIGURES = ["amount_untaxed", "amount_tax", "amount_total", "amount_residual", "amount_total_signed"]


def figures_with(rate: str) -> Row:
    """Every figure that rests on the tax rate of a sale of 250.00, of which half of the net is paid."""
    with Odoo(Setup(currency="EUR", taxes=(rate, "7"), first_id=40)) as odoo:
        odoo.set_outstanding_accounts()
        c = Client(odoo)
        invoice = c.posted(250.0, taxes=(odoo.tax(),))
        c.pay(c.wizard(invoice, amount=125.0))
        told = c.read(MOVE, invoice, *FIGURES)
        partner = c.read(MOVE, invoice, "partner_id")["partner_id"][0]
        balances = c.get(
            LINE, "read_group", [["parent_state", "=", "posted"]], ["balance:sum"], ["account_id"], lazy=False
        )
        told |= {each["account_id"][1].split()[0]: round(each["balance"], 2) for each in balances}
        context = {"active_model": MOVE, "active_ids": [invoice]}
        vals = {"journal_id": odoo.journal("INV")}
        wizard = c.get("account.move.reversal", "create", vals, context=context)
        note = c.get("account.move.reversal", "refund_moves", [wizard])["res_id"]
        told |= {f"note_{name}": value for name, value in c.read(MOVE, note, *FIGURES).items()}
        told["left"] = c.read("account.payment.register", c.wizard(invoice), "amount")["amount"]
        told["owed"] = c.read("res.partner", partner, "credit")["credit"]
        return told


def test_another_tax_rate_moves_every_figure_that_rests_on_it_and_no_other() -> None:
    one, other = figures_with("19"), figures_with("21")
    moved = {name for name in one if one[name] != other[name]}
    assert moved == {
        *("amount_tax", "amount_total", "amount_residual", "amount_total_signed", "251000", "121000"),
        *("note_amount_tax", "note_amount_total", "note_amount_residual", "note_amount_total_signed", "left", "owed"),
    }
    assert (one["amount_total"], one["amount_residual"], one["251000"], one["121000"]) == (297.5, 172.5, -47.5, 172.5)
    assert (other["amount_total"], other["amount_residual"], other["251000"]) == (302.5, 177.5, -52.5)
    assert (one["left"], one["owed"], one["note_amount_total_signed"]) == (172.5, 172.5, -297.5)


def test_changing_a_rate_later_moves_new_documents_and_no_old_one() -> None:
    odoo = Odoo(Setup(taxes=("15",)))
    old = total_of(odoo, 100)
    odoo.call("account.tax", "write", [odoo.tax()], {"amount": 16})
    assert (odoo.row(MOVE, old, "amount_total")["amount_total"], shown(odoo, total_of(odoo, 100))) == (115.0, 116.0)


def total_of(odoo: Odoo, *prices: float, **more: object) -> int:
    """An invoice of these prices with the first tax on each line."""
    items = [[0, 0, {"name": "x", "price_unit": each, "tax_ids": [[6, 0, [odoo.tax()]]]}] for each in prices]
    partner = odoo.call("res.partner", "create", {"name": "Mill"})
    vals = {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": items}
    return int(odoo.call(MOVE, "create", vals | more))


def shown(odoo: Odoo, id_: int) -> float:
    return float(odoo.row(MOVE, id_, "amount_total")["amount_total"])


@pytest.mark.parametrize(("method", "total"), [("round_per_line", 0.63), ("round_globally", 0.64)])
def test_taxes_are_rounded_for_each_line_or_for_all(method: str, total: float) -> None:
    """Three lines of 0.18 with 19 %: 0.0342 each is 0.03 three times, or 0.1026 once."""
    odoo = Odoo(Setup(taxes=("19",)))
    odoo.call("res.company", "write", odoo.find("res.company"), {"tax_calculation_rounding_method": method})
    assert shown(odoo, total_of(odoo, 0.18, 0.18, 0.18)) == total


def test_two_rates_on_one_document_make_a_line_of_tax_for_each() -> None:
    odoo = Odoo(Setup(taxes=("19", "7")))
    items = [
        [0, 0, {"name": "x", "quantity": 3, "price_unit": 10.0, "discount": 10, "tax_ids": [[6, 0, [odoo.tax(at=at)]]]}]
        for at in (0, 1)
    ]
    bill = odoo.call(MOVE, "create", {"move_type": "in_invoice", "invoice_line_ids": items})
    rows = odoo.call(LINE, "search_read", [["move_id", "=", bill]], ["name", "balance", "display_type"], order="id")
    assert [(row["name"], row["balance"], row["display_type"]) for row in rows] == [
        ("x", 27.0, "product"),
        ("x", 27.0, "product"),
        ("19%", 5.13, "tax"),
        ("7%", 1.89, "tax"),
        (False, -61.02, "payment_term"),
    ]


def test_a_draft_follows_its_lines() -> None:
    odoo = Odoo(Setup(taxes=("10",)))
    found = total_of(odoo, 100.0, 50.0)
    first, second = odoo.row(MOVE, found, "invoice_line_ids")["invoice_line_ids"]
    steps: list[Callable[[], object]] = [
        lambda: odoo.call(LINE, "write", [first], {"price_unit": 200.0}),
        lambda: odoo.call(MOVE, "write", [found], {"invoice_line_ids": [[1, second, {"quantity": 2}]]}),
        lambda: odoo.call(MOVE, "write", [found], {"invoice_line_ids": [[2, first]]}),
        lambda: odoo.call(MOVE, "write", [found], {"invoice_line_ids": [[1, second, {"tax_ids": [[5]]}]]}),
        lambda: odoo.call(MOVE, "write", [found], {"invoice_line_ids": [[5]]}),
    ]
    totals = []
    for step in steps:
        step()
        totals.append(shown(odoo, found))
    assert totals == [275.0, 330.0, 110.0, 100.0, 0.0]
    assert odoo.row(MOVE, found, "line_ids")["line_ids"] == []


def test_another_currency_is_kept_beside_the_companys_and_a_change_of_rate_is_booked() -> None:
    odoo = Odoo(Setup(currency="EUR", taxes=("20",), rates={"USD": "1.25"}))
    odoo.set_outstanding_accounts()
    dollars = odoo.currency("USD")
    invoice = total_of(odoo, 100.0, currency_id=dollars, invoice_date="2026-11-20")
    odoo.call(MOVE, "action_post", [invoice])
    row = odoo.row(MOVE, invoice, "amount_total", "amount_total_signed", "amount_residual_signed", "partner_id")
    assert (row["amount_total"], row["amount_total_signed"], row["amount_residual_signed"]) == (120.0, 96.0, 96.0)
    odoo.set_rate("USD", "1.5", "2026-11-21")
    payment = odoo.call(
        "account.payment", "create", {"partner_id": row["partner_id"], "amount": 120, "currency_id": dollars}
    )
    odoo.call("account.payment", "action_post", [payment])
    move = odoo.row("account.payment", payment, "move_id")["move_id"]
    line = odoo.find(LINE, ["move_id", "=", move], ["account_type", "=", "asset_receivable"])[0]
    assert odoo.row(LINE, line, "balance", "amount_currency") == {
        "id": line,
        "balance": -80.0,
        "amount_currency": -120.0,
    }
    odoo.call(MOVE, "js_assign_outstanding_line", [invoice], line)
    row = odoo.row(MOVE, invoice, "amount_residual", "amount_residual_signed", "payment_state")
    assert (row["amount_residual"], row["amount_residual_signed"], row["payment_state"]) == (0.0, 0.0, "paid")
    loss = odoo.find(LINE, ["account_id.code", "=", "641000"])
    assert [odoo.row(LINE, each, "balance")["balance"] for each in loss] == [16.0]


def test_terms_split_what_is_due() -> None:
    odoo = Odoo(Setup(taxes=("0",)))
    shares = [[0, 0, {"value_amount": 30, "nb_days": 0}], [0, 0, {"value_amount": 70, "nb_days": 30}]]
    term = odoo.call("account.payment.term", "create", {"name": "30/70", "line_ids": shares})
    found = total_of(odoo, 99.99, invoice_payment_term_id=term, invoice_date="2026-11-20")
    rows = odoo.call(LINE, "search_read", [["move_id", "=", found], ["display_type", "=", "payment_term"]], order="id")
    assert [(row["date_maturity"], row["balance"]) for row in rows] == [("2026-11-20", 30.0), ("2026-12-20", 69.99)]


def test_all_that_is_posted_balances_to_nothing() -> None:
    odoo = Odoo(Setup(taxes=("19",)))
    odoo.set_outstanding_accounts()
    for prices in ((10.01, 3.33), (0.07,)):
        found = total_of(odoo, *prices)
        odoo.call(MOVE, "action_post", [found])
        context = {"active_model": MOVE, "active_ids": [found]}
        wizard = odoo.call("account.payment.register", "create", {}, context=context)
        odoo.call("account.payment.register", "action_create_payments", [wizard])
    rows = odoo.service.tables.rows[LINE].values()
    assert len(rows) == 11
    assert sum((row["balance"] for row in rows), Decimal(0)) == 0
