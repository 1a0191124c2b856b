"""Open items: what is left of a line, and how debits and owed cancel each other."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.standins.odoo.base import rounded_to
from tests.standins.odoo.errors import UserError
from tests.standins.odoo.numbers import next_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.fields import Row
    from tests.standins.odoo.records import Env

MOVE, LINE, PARTIAL, FULL = "account.move", "account.move.line", "account.partial.reconcile", "account.full.reconcile"
CASH = {"asset_cash", "liability_credit_card"}
ZERO = Decimal(0)


def refresh(env: Env, line: int) -> None:
    """Work out again what is left of a line; accounts that keep no open items show nothing."""
    row = env[LINE].row(line)
    account = env["account.account"].row(row["account_id"]) if row["account_id"] else None
    if account is None or not (account["reconcile"] or account["account_type"] in CASH):
        env[LINE].recomputed(line, amount_residual=ZERO, amount_residual_currency=ZERO, reconciled=False)
        return
    left, left_currency = row["balance"], row["amount_currency"]
    for each in partials_of(env, [line]):
        way = -1 if each["debit_move_id"] == line else 1
        side = "debit" if way < 0 else "credit"
        left += way * each["amount"]
        left_currency += way * each[f"{side}_amount_currency"]
    is_done = not left and not left_currency and account["reconcile"]
    env[LINE].recomputed(line, amount_residual=left, amount_residual_currency=left_currency, reconciled=bool(is_done))


def partials_of(env: Env, lines: Sequence[int]) -> list[Row]:
    """What was matched with any of the lines."""
    found = {each for line in lines for name in SIDES for each in env.tx.children(PARTIAL, name, line)}
    return [env[PARTIAL].row(each) for each in sorted(found)]


SIDES = ("debit_move_id", "credit_move_id")


def reconcile(env: Env, ids: Sequence[int]) -> None:
    """Match lines of one account, the oldest first. Raises: UserError."""
    rows = [env[LINE].row(each) for each in ids]
    if any(row["reconciled"] for row in rows):
        raise UserError("You are trying to reconcile some entries that are already reconciled.")
    if any(env.value(LINE, row["id"], "parent_state") != "posted" for row in rows):
        raise UserError("You can only reconcile posted entries.")
    accounts = {row["account_id"] for row in rows}
    if len(accounts) > 1:
        names = ", ".join(env["account.account"].shown(each) for each in sorted(accounts))
        raise UserError(f"Entries are not from the same account: {names}")
    account = env["account.account"].row(next(iter(accounts)))
    if not account["reconcile"] and account["account_type"] not in CASH:
        raise UserError(
            f"Account {account['code']} {account['name']} does not allow reconciliation. First change the "
            "configuration of this account to allow it."
        )
    match(env, ids)


def match(env: Env, ids: Sequence[int]) -> None:
    """Debits against owed until one side is used up, then note what is done wholly."""
    ranked = sorted((env[LINE].row(each) for each in ids), key=lambda row: (row["date_maturity"] or "", row["id"]))
    debits = [row["id"] for row in ranked if row["amount_residual"] > 0 or row["amount_residual_currency"] > 0]
    owed = [row["id"] for row in ranked if row["amount_residual"] < 0 or row["amount_residual_currency"] < 0]
    while debits and owed:
        _pair(env, debits[0], owed[0])
        debits = [each for each in debits if not _is_used_up(env, each)]
        owed = [each for each in owed if not _is_used_up(env, each)]
    _note_full(env, ids)


def _is_used_up(env: Env, line: int) -> bool:
    row = env[LINE].row(line)
    return not row["amount_residual"] and not row["amount_residual_currency"]


def _pair(env: Env, debit: int, credit: int) -> None:
    """Match two lines; within one foreign currency that currency decides, and the exchange difference is booked."""
    one, other = env[LINE].row(debit), env[LINE].row(credit)
    company = env.value(MOVE, one["move_id"], "company_id")
    own = env.value("res.company", company, "currency_id")
    vals: Row = {"debit_move_id": debit, "credit_move_id": credit, "company_id": company}
    if one["currency_id"] == other["currency_id"] != own:
        both = min(one["amount_residual_currency"], -other["amount_residual_currency"])
        amount = min(_share(env, one, both, own), _share(env, other, both, own))
        vals |= {"amount": amount, "debit_amount_currency": both, "credit_amount_currency": both}
    else:
        amount = min(one["amount_residual"], -other["amount_residual"])
        vals |= {"amount": amount, "debit_amount_currency": _worth(env, one, amount)}
        vals |= {"credit_amount_currency": _worth(env, other, amount)}
    on = max(env.value(LINE, each, "date") for each in (debit, credit))
    env[PARTIAL].add(vals | {"max_date": on})
    for each in (debit, credit):
        refresh(env, each)
    for each in (debit, credit):
        row = env[LINE].row(each)
        if row["amount_residual"] and not row["amount_residual_currency"]:
            _book_difference(env, row, company, on)


def _share(env: Env, row: Row, part: Decimal, own: int) -> Decimal:
    """The company's worth of a part of what is left, all of it when nothing would be left."""
    left, left_currency = abs(row["amount_residual"]), abs(row["amount_residual_currency"])
    return left if part == left_currency else rounded_to(env, own, left * part / left_currency)


def _worth(env: Env, row: Row, amount: Decimal) -> Decimal:
    """The same amount in the currency of the line."""
    left, left_currency = abs(row["amount_residual"]), abs(row["amount_residual_currency"])
    return left_currency if amount == left else rounded_to(env, row["currency_id"], left_currency * amount / left)


def _book_difference(env: Env, row: Row, company: int, on: str) -> None:
    """What a change of the rate left over: an entry in EXCH, of the later of both days, that closes the line."""
    left = row["amount_residual"]
    journal = env["account.journal"].find([["code", "=", "EXCH"], ["company_id", "=", company]])[0]
    code = "641000" if left > 0 else "441000"
    result = env["account.account"].find([["code", "=", code], ["company_ids", "in", [company]]])[0]
    common = {"name": "Currency exchange rate difference", "partner_id": row["partner_id"]}
    closing = {"account_id": row["account_id"], "balance": -left, "currency_id": row["currency_id"]}
    ends = [common | closing | {"amount_currency": ZERO}, common | {"account_id": result, "balance": left}]
    vals = {"move_type": "entry", "journal_id": journal, "company_id": company, "date": on}
    move = env[MOVE].add(vals | {"line_ids": [(0, 0, each) for each in ends]})
    env[MOVE].set(move, state="posted", posted_before=True, name=next_name(env, env[MOVE].row(move)))
    line = min(env.tx.children(LINE, "move_id", move))  # the first end, on the account of the line
    sides = (row["id"], line) if left > 0 else (line, row["id"])
    pair = {"debit_move_id": sides[0], "credit_move_id": sides[1], "company_id": company, "amount": abs(left)}
    env[PARTIAL].add(pair | {"exchange_move_id": move, "max_date": on})
    for each in sides:
        refresh(env, each)


def _note_full(env: Env, ids: Sequence[int]) -> None:
    """Give the lines that cancel each other wholly a common number."""
    together = set(ids)
    while True:
        more = {partial[name] for partial in partials_of(env, sorted(together)) for name in SIDES} | together
        if more == together:
            break
        together = more
    if all(env[LINE].row(each)["reconciled"] for each in together) and partials_of(env, sorted(together)):
        number = env[FULL].add({})
        for each in together:
            env[LINE].set(each, full_reconcile_id=number)


def unmatch(env: Env, lines: Sequence[int]) -> None:
    """Undo what was matched with these lines."""
    for partial in partials_of(env, lines):
        unmatch_one(env, partial["id"])


def unmatch_one(env: Env, partial: int) -> None:
    """Undo what two lines were matched with."""
    row = env[PARTIAL].row(partial)
    env.tx.drop(PARTIAL, partial)
    for name in SIDES:
        env[LINE].set(row[name], full_reconcile_id=False)
        refresh(env, row[name])
