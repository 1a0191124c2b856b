"""The names of entries, and the day an entry counts for."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.standins.odoo.reading import bounds

if TYPE_CHECKING:
    from tests.standins.odoo.fields import Row
    from tests.standins.odoo.records import Env

MOVE, LINE = "account.move", "account.move.line"
SALES = {"out_invoice", "out_refund", "out_receipt"}
PURCHASES = {"in_invoice", "in_refund", "in_receipt"}
REFUNDS = {"out_refund", "in_refund"}
UNNAMED = ("/", "", False)
BY_YEAR = {"sale", "bank", "cash", "credit"}
LOCKS = ("fiscalyear_lock_date", "hard_lock_date")


def prefix(env: Env, move: Row) -> str:
    """INV/2026/, RINV/2026/, BILL/2026/11/, MISC/2026/11/, BNK1/2026/, and PBNK1/2026/ for payments."""
    kind, code = (env.value("account.journal", move["journal_id"], name) for name in ("type", "code"))
    before = "R" if move["move_type"] in REFUNDS else "P" if move["origin_payment_id"] and kind in BY_YEAR else ""
    year, month, _ = str(move["date"] or env.today).split("-")
    return f"{before}{code}/{year}/" if kind in BY_YEAR else f"{before}{code}/{year}/{month}/"


def last_number(env: Env, move: Row) -> int:
    """The highest number of the period that any other entry carries, posted or not; 0 when there is none."""
    begins = prefix(env, move)
    found = [0]
    for row in env.tx.table(MOVE).values():
        name = str(row["name"] or "")
        if row["id"] != move["id"] and row["journal_id"] == move["journal_id"] and name.startswith(begins):
            digits = re.match(r"\d+", name.removeprefix(begins))
            found.append(int(digits[0]) if digits else 0)
    return max(found)


def next_name(env: Env, move: Row) -> str:
    begins = prefix(env, move)
    digits = 5 if begins.count("/") == 2 else 4
    return f"{begins}{last_number(env, move) + 1:0{digits}}"


def draft_name(env: Env, move: Row) -> str:
    """The first draft of an empty sequence carries its name at once; all others carry a stroke."""
    return "/" if last_number(env, move) else next_name(env, move)


def lock_date(env: Env, move: Row) -> str:
    """The day up to which entries like this one are locked; empty when none is. One lock is for what has taxes."""
    company = env["res.company"].row(move["company_id"])
    own = {"sale": ["sale_lock_date"], "purchase": ["purchase_lock_date"]}
    names = [*LOCKS, *own.get(env.value("account.journal", move["journal_id"], "type"), [])]
    lines = [env[LINE].row(each) for each in env.tx.children(LINE, "move_id", move["id"])]
    if any(row["tax_ids"] or row["tax_line_id"] for row in lines):
        names.append("tax_lock_date")
    return max(str(company[name] or "") for name in names)


def _is_first(env: Env, move: Row) -> bool:
    """No other entry of the journal has a name, in whatever period."""
    rows = env.tx.table(MOVE).values()
    same = (row for row in rows if row["journal_id"] == move["journal_id"] and row["id"] != move["id"])
    return all(row["name"] in UNNAMED for row in same)


def accounting_date(env: Env, move: Row) -> str:
    """The day a document counts for: its own, or a later one when the books are locked.

    A bill of an earlier month counts for that month's last day, and one of this month for today at the earliest. A
    locked sale goes on to today, the very first one only to the end of the month after the lock. Source: pitfall 9 of
    the record, and what is told of `account.move` in public code for what was not recorded.
    """
    on = str(move["invoice_date"] or move["date"] or env.today)
    locked = lock_date(env, move)
    is_locked = on <= locked
    if is_locked:
        on = (date.fromisoformat(locked) + timedelta(days=1)).isoformat()
    if move["move_type"] in SALES:
        step = "month" if _is_first(env, move) else "year"
        return min(env.today, last_day(on, step)) if is_locked else on
    if move["move_type"] not in PURCHASES and not is_locked:
        return on
    return last_day(on, "month") if env.today[:7] > on[:7] else max(on, env.today)


def last_day(on: str, step: str) -> str:
    return (date.fromisoformat(bounds(on, step)[1]) - timedelta(days=1)).isoformat()
