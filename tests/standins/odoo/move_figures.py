"""What a move shows of its lines: totals, what is left to pay, whether it is paid."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.standins.odoo.accounts import OPEN_ITEMS
from tests.standins.odoo.matching import LINE, MOVE, SIDES, partials_of
from tests.standins.odoo.numbers import REFUNDS
from tests.standins.odoo.totals import lines, sign

if TYPE_CHECKING:
    from tests.standins.odoo.fields import Row
    from tests.standins.odoo.records import Env

PAYMENT = "account.payment"
BOOKED = {"in_process", "paid"}


def amount_of(env: Env, move_id: int, *kinds: str, is_signed: bool = False) -> Decimal:
    """The sum of the lines of some kinds; signed: in the company's currency, income positive. An entry: its debits."""
    move = env[MOVE].row(move_id)
    if move["move_type"] == "entry":
        wanted = kinds != ("tax",)
        return sum((row["debit"] for row in lines(env, move_id) if wanted), Decimal(0))
    rows = lines(env, move_id, *(kinds or ("product", "tax")))
    if is_signed:
        return -sum((row["balance"] for row in rows), Decimal(0))
    return sign(move) * sum((row["amount_currency"] for row in rows), Decimal(0))


def open_lines(env: Env, move_id: int) -> list[Row]:
    """The lines on the partner's account."""
    return [row for row in lines(env, move_id) if env.value(LINE, row["id"], "account_type") in OPEN_ITEMS]


def residual_of(env: Env, move_id: int, *, is_signed: bool = False) -> Decimal:
    """What is left to pay, positive, in the document's currency; signed: in the company's."""
    move = env[MOVE].row(move_id)
    rows = lines(env, move_id, "payment_term")
    if is_signed:
        return sum((row["amount_residual"] for row in rows), Decimal(0))
    return -sign(move) * sum((row["amount_residual_currency"] for row in rows), Decimal(0))


def payments_of(env: Env, move_id: int) -> tuple[int, ...]:
    """The payments that were registered for it, booked or not."""
    return tuple(
        id_ for id_, row in env.tx.table(PAYMENT).items() if move_id in row["invoice_ids"] and row["state"] in BOOKED
    )


def payment_state(env: Env, move_id: int) -> str:
    """A payment that booked nothing makes an invoice 'paid' though all of it is left: pitfall 1 of the record."""
    move = env[MOVE].row(move_id)
    if move["move_type"] == "entry" or move["state"] != "posted":
        return "not_paid"
    due = open_lines(env, move_id)
    if due and all(row["reconciled"] for row in due):
        return "reversed" if _is_reversed(env, move, due) else "paid"
    if any(not env[PAYMENT].row(each)["move_id"] for each in payments_of(env, move_id)):
        return "paid"
    return "partial" if partials_of(env, [row["id"] for row in due]) else "not_paid"


def _is_reversed(env: Env, move: Row, due: list[Row]) -> bool:
    """Whether only credit notes of this invoice cancel it."""
    own = {row["id"] for row in due}
    others = {partial[side] for partial in partials_of(env, sorted(own)) for side in SIDES} - own
    against = [env[MOVE].row(env[LINE].row(each)["move_id"]) for each in others]
    return (
        bool(against)
        and move["move_type"] not in REFUNDS
        and all(row["move_type"] in REFUNDS or row["reversed_entry_id"] == move["id"] for row in against)
    )


def twins_of(env: Env, move_id: int) -> tuple[int, ...]:
    """Other documents of the same kind, partner and reference. Nothing refuses them."""
    own = env[MOVE].row(move_id)
    names = ("move_type", "partner_id", "ref")
    if not own["ref"] or own["move_type"] == "entry":
        return ()

    def key(row: Row) -> list[object]:
        return [row[name] for name in names]

    rows = env.tx.table(MOVE).items()
    return tuple(id_ for id_, row in rows if id_ != move_id and row["state"] != "cancel" and key(row) == key(own))
