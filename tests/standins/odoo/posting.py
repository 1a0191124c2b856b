"""Posting: the checks, the day, the name; and credit notes that close what they reverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.standins.odoo import numbers
from tests.standins.odoo.errors import UserError
from tests.standins.odoo.matching import match
from tests.standins.odoo.move_figures import amount_of, open_lines
from tests.standins.odoo.totals import lines, sync

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.fields import Row
    from tests.standins.odoo.records import Env

MOVE = "account.move"


def post(env: Env, ids: Sequence[int]) -> None:
    """Raises: UserError, ValidationError; then none of them is posted."""
    for each in ids:
        _check(env, env[MOVE].row(each))
    for each in ids:
        _post(env, each)


def _check(env: Env, move: Row) -> None:
    if move["state"] != "draft":
        raise UserError(f"The entry {move['name']} (id {move['id']}) must be in draft.")
    if not lines(env, move["id"], "product", "tax", "payment_term", "rounding"):
        raise UserError("You need to add a line before posting.")
    if move["move_type"] == "entry":
        return
    if amount_of(env, move["id"]) < 0:
        raise UserError(
            "You cannot validate an invoice with a negative total amount. You should create a credit note instead."
        )
    is_sale = move["move_type"] in numbers.SALES
    if not move["partner_id"]:
        who = "Customer" if is_sale else "Vendor"
        raise UserError(f"The field '{who}' is required, please complete it to validate the document.")
    if not move["invoice_date"] and not is_sale:
        raise UserError("The Bill/Refund date is required to validate this document.")


def _post(env: Env, id_: int) -> None:
    moves = env[MOVE]
    if moves.row(id_)["move_type"] != "entry" and not moves.row(id_)["invoice_date"]:
        moves.change([id_], {"invoice_date": env.today})
    row = moves.row(id_)
    if row["date"] <= numbers.lock_date(env, row):
        moves.set(id_, date=numbers.accounting_date(env, row))
    row = moves.row(id_)
    is_misplaced = not row["posted_before"] and not str(row["name"]).startswith(numbers.prefix(env, row))
    if row["name"] in numbers.UNNAMED or is_misplaced:
        moves.set(id_, name=numbers.next_name(env, row))
    if row["move_type"] in numbers.SALES and not row["payment_reference"]:
        moves.set(id_, payment_reference=moves.row(id_)["name"])
        sync(env, id_, keeps_taxes=True)
    moves.set(id_, state="posted", posted_before=True)
    if row["reversed_entry_id"]:
        close(env, id_, row["reversed_entry_id"])


def close(env: Env, reversal: int, reversed_: int) -> None:
    """Match a reversal with what is left open of the entry it reverses."""
    if env[MOVE].row(reversed_)["state"] != "posted":
        return
    rows = [row for each in (reversed_, reversal) for row in open_lines(env, each) if not row["reconciled"]]
    for account in {row["account_id"] for row in rows}:
        match(env, [row["id"] for row in rows if row["account_id"] == account])
