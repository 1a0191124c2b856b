"""What follows from the lines somebody wrote: their amounts, a line for each tax, and what is due when."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.standins.odoo.base import in_company, rounded_to
from tests.standins.odoo.errors import UserError
from tests.standins.odoo.matching import refresh

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.standins.odoo.fields import Row
    from tests.standins.odoo.records import Env

MOVE, LINE, TAX = "account.move", "account.move.line", "account.tax"
CREDITS = {"out_invoice", "in_refund", "out_receipt"}  # whose own lines are credits
PERCENT = Decimal(100)


def sign(move: Row) -> int:
    """Of the lines of an invoice: -1 for income."""
    return -1 if move["move_type"] in CREDITS else 1


def sync(env: Env, move_id: int, *, keeps_taxes: bool = False) -> None:
    """Bring the dependent lines of a draft up to date with the lines written by somebody.

    `keeps_taxes`: those lines are as they were, so that what somebody entered for a tax stays.
    """
    env.busy.add((MOVE, move_id))
    _sync(env, env[MOVE].row(move_id), keeps_taxes=keeps_taxes)
    env.busy.discard((MOVE, move_id))


def _sync(env: Env, move: Row, *, keeps_taxes: bool) -> None:
    move_id = move["id"]
    if move["move_type"] == "entry":
        for each in lines(env, move_id):
            refresh(env, each["id"])
        return
    taxes: dict[int, Decimal] = defaultdict(Decimal)
    is_global = env.value(MOVE, move_id, "company_id.tax_calculation_rounding_method") == "round_globally"
    for line in lines(env, move_id, "product"):
        raw = line["quantity"] * line["price_unit"] * (1 - line["discount"] / PERCENT)
        subtotal = rounded_to(env, move["currency_id"], raw)
        own = {each: tax_of(env, each, raw if is_global else subtotal) for each in line["tax_ids"]}
        coins = {each: rounded_to(env, move["currency_id"], amount) for each, amount in own.items()}
        for each, amount in (own if is_global else coins).items():
            taxes[each] += amount
        gross = subtotal + sum(coins.values(), Decimal(0))
        env[LINE].set(line["id"], price_subtotal=subtotal, price_total=gross, partner_id=move["partner_id"])
        book(env, move, line["id"], sign(move) * subtotal)
    if not keeps_taxes:
        _tax_lines(env, move, {each: rounded_to(env, move["currency_id"], amount) for each, amount in taxes.items()})
    _due_lines(env, env[MOVE].row(move_id))


def lines(env: Env, move_id: int, *kinds: str) -> list[Row]:
    """The rows of a move, of some kinds or all."""
    rows = (env[LINE].row(each) for each in env.tx.children(LINE, "move_id", move_id))
    return [row for row in rows if not kinds or row["display_type"] in kinds]


def tax_of(env: Env, tax: int, base: Decimal) -> Decimal:
    """Unrounded: a percentage on top of the price."""
    return base * Decimal(env.value(TAX, tax, "amount")) / PERCENT


def book(env: Env, move: Row, line: int, amount: Decimal) -> None:
    """Put a signed amount of the document's currency on a line, and its worth in the company's."""
    balance = in_company(env, amount, move["currency_id"], move["company_id"], move["invoice_currency_rate"])
    put_balance(env, line, balance, amount, move["currency_id"])


def put_balance(env: Env, line: int, balance: Decimal, amount_currency: Decimal, currency: int) -> None:
    sides = {"debit": max(balance, Decimal(0)), "credit": max(-balance, Decimal(0)), "balance": balance}
    env[LINE].set(line, **sides, amount_currency=amount_currency, currency_id=currency)
    refresh(env, line)


def _tax_lines(env: Env, move: Row, amounts: dict[int, Decimal]) -> None:
    kind = "refund" if move["move_type"].endswith("refund") else "invoice"
    present = {row["tax_line_id"]: row["id"] for row in lines(env, move["id"], "tax")}
    _drop(env, [line for tax, line in present.items() if not amounts.get(tax)])
    for tax, amount in amounts.items():
        if not amount:
            continue
        if tax not in present:
            account = _tax_account(env, tax, kind)
            vals = {"move_id": move["id"], "display_type": "tax", "tax_line_id": tax, "account_id": account}
            present[tax] = env[LINE].add(vals | {"name": env.value(TAX, tax, "name")})
        env[LINE].set(present[tax], partner_id=move["partner_id"])
        book(env, move, present[tax], sign(move) * amount)


def _tax_account(env: Env, tax: int, kind: str) -> int:
    for each in env.value(TAX, tax, "repartition_line_ids"):
        row = env["account.tax.repartition.line"].row(each)
        if (row["document_type"], row["repartition_type"]) == (kind, "tax"):
            return int(row["account_id"])
    raise AssertionError("a tax without an account was seeded")


def _due_lines(env: Env, move: Row) -> None:
    """One line on the partner's account for each part of the terms; together they balance the document."""
    others = lines(env, move["id"], "product", "tax")
    total = sum((row["balance"] for row in others), Decimal(0))
    total_currency = sum((row["amount_currency"] for row in others), Decimal(0))
    parts = due_parts(env, move, -total_currency) if others else []
    present = [row["id"] for row in lines(env, move["id"], "payment_term")]
    _drop(env, present[len(parts) :])
    left = -total
    for at, (on, amount) in enumerate(parts):
        if at >= len(present):
            vals = {"move_id": move["id"], "display_type": "payment_term", "account_id": _due_account(env, move)}
            present.append(env[LINE].add(vals | {"name": move["payment_reference"]}))
        env[LINE].set(present[at], date_maturity=on, partner_id=move["partner_id"], name=move["payment_reference"])
        if at == len(parts) - 1:
            put_balance(env, present[at], left, amount, move["currency_id"])
        else:
            book(env, move, present[at], amount)
            left -= env.value(LINE, present[at], "balance")


def due_parts(env: Env, move: Row, total: Decimal) -> list[tuple[str, Decimal]]:
    """(Day, signed amount) of each part; the last takes what rounding left."""
    term = move["invoice_payment_term_id"]
    ids = env.value("account.payment.term", term, "line_ids") if term else ()
    shares = [env["account.payment.term.line"].row(each) for each in ids]
    if not shares:
        return [(move["invoice_date_due"] or move["invoice_date"] or move["date"], total)]
    start = date.fromisoformat(move["invoice_date"] or env.today)
    parts, left = [], total
    for at, row in enumerate(shares):
        share = rounded_to(env, move["currency_id"], total * row["value_amount"] / PERCENT)
        amount = left if at == len(shares) - 1 else share
        left -= amount
        parts.append(((start + timedelta(days=row["nb_days"])).isoformat(), amount))
    return parts


def _due_account(env: Env, move: Row) -> int:
    kind = "asset_receivable" if move["move_type"].startswith("out_") else "liability_payable"
    return account_of(env, kind, move["company_id"])


def account_of(env: Env, kind: str, company: int) -> int:
    """The first account of a kind in a company's chart."""
    return env["account.account"].find([["account_type", "=", kind], ["company_ids", "in", [company]]])[0]


def _drop(env: Env, ids: Iterable[int]) -> None:
    for each in ids:
        env.tx.drop(LINE, each)


def check_balance(env: Env, move_id: int) -> None:
    """Raises: UserError when debits and credits differ."""
    rows = lines(env, move_id)
    debit, credit = (sum((row[side] for row in rows), Decimal(0)) for side in ("debit", "credit"))
    if debit != credit:
        move = env[MOVE].row(move_id)
        symbol = env.value(MOVE, move_id, "company_currency_id.symbol")
        raise UserError(
            "An error has occurred.\n\nThe move (Draft Entry ) is not balanced.\n"
            f"The total of debits equals {symbol}\xa0{debit:,.2f} and the total of credits equals "
            f"{symbol}\xa0{credit:,.2f}.\nYou might want to specify a default account on journal "
            f'"{env.value("account.journal", move["journal_id"], "name")}" to automatically balance each move.'
        )
