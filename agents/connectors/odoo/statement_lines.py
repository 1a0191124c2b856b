"""Movements of the bank as lines of a statement in Odoo, and balances that were compared, each with a key of ours."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.odoo.documents import LINE, POSTED, money
from agents.connectors.odoo.entries import LEFT, is_open
from agents.connectors.odoo.records import TOGETHER, moment, number_of, reference, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.book_orders import BankBook, Move
    from agents.connectors.odoo.chart import Journal
    from agents.connectors.odoo.records import Records

STATEMENT_LINE, STATEMENT = "account.bank.statement.line", "account.bank.statement"
FIELDS = ("ref", "date", "amount", "partner_name", "account_number", "move_id", "create_date")
DIGEST_CHARS = 32
_CLOSED = re.compile(r"(.{1,64}) compared on ([0-9]{4}-[0-9]{2}-[0-9]{2}): .{1,40}")


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement that is in Odoo. `leg`: its line that is not on the bank's own account, where something is left of it.

    `waits`: it stands on the suspense account. `at`: when it was written there (UTC).
    """

    number: int
    bank_id: str
    day: date
    amount: Decimal
    party: str
    at: datetime
    leg: Mapping[str, JsonValue] | None = None
    waits: bool = False


class StatementLines:
    """Reads and writes movements of one Odoo."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, journal: Journal, bank_ids: Iterable[str]) -> dict[str, Moved]:
        """The movements of an account with these ids."""
        domain: list[JsonValue] = [["journal_id", "=", journal.number], ["ref", "in", [*bank_ids]]]
        rows = self._records.search(STATEMENT_LINE, domain, FIELDS)
        numbers: list[JsonValue] = [each["move_id"][0] for each in rows if isinstance(each["move_id"], list)]
        between: list[JsonValue] = [["account_id", "in", [journal.suspense, journal.on_the_way]]]
        legs = self._records.search(LINE, [["move_id", "in", numbers], *between], LEFT) if rows else []
        by_move = {reference(each["move_id"]): each for each in legs if is_left(each, journal)}
        return {text(row["ref"]): _moved(row, by_move.get(reference(row["move_id"])), journal) for row in rows}

    def write(self, journal: Journal, moves: Sequence[Move]) -> None:
        """Write movements, each once; raises as `Records.write`."""
        rows: list[dict[str, JsonValue]] = [
            {
                "id": f"bank_{digest(journal.name, each.bank_id)}",
                "journal_id/.id": journal.number,
                "date": each.day.isoformat(),
                "amount": float(each.amount),
                "ref": each.bank_id,
                "payment_ref": each.text or each.party or each.bank_id,
                "partner_name": each.party,
                "account_number": each.iban,
            }
            for each in moves
        ]
        for start in range(0, len(rows), TOGETHER):
            self._records.write(STATEMENT_LINE, rows[start : start + TOGETHER])

    def explained(self, moved: Moved, journal: Journal, line: int) -> None:
        """Take a movement off the suspense account and match it with `line`, the bank's leg of what it was for."""
        if moved.leg is None:
            return
        leg = number_of(moved.leg)
        if moved.waits:
            self._records.do(LINE, "write", [leg], {"vals": {"account_id": journal.on_the_way}})
        rows = {number_of(each): each for each in self._records.rows(LINE, "read", [leg, line], {"fields": [*LEFT]})}
        if is_open(rows[leg]) and is_open(rows[line]):
            self._records.do(LINE, "reconcile", [leg, line])

    def balance(self, journal: Journal, on: date) -> Decimal:
        """What is booked on an account at the end of a day."""
        domain: list[JsonValue] = [
            ["account_id", "=", journal.account],
            ["parent_state", "=", POSTED],
            ["date", "<=", on.isoformat()],
        ]
        return sum(
            (money(each["balance"]) for each in self._records.sums(LINE, domain, ["balance:sum"], [])), Decimal(0)
        )

    def compared(self, order: BankBook) -> datetime | None:
        """When the balance that an order says was found right (UTC); None: it was not."""
        number = self._records.find(_closing_key(order))
        row = self._records.read(STATEMENT, number, ("reference", "create_date")) if number else None
        if row is None or text(row["reference"]) != _compared_text(order):
            return None
        return moment(row["create_date"])

    def keep_compared(self, order: BankBook) -> None:
        """Note that the balance that an order says is right."""
        said, closing = _compared_text(order), float(order.closing or 0)
        values: dict[str, JsonValue] = {"id": _closing_key(order), "name": said, "reference": said}
        self._records.write(STATEMENT, [values | {"balance_end_real": closing}])


def closed_days(records: Records) -> dict[str, date]:
    """The last day of each account, by its name in orders, whose balance was compared."""
    found: dict[str, date] = {}
    for row in records.search(STATEMENT, [["reference", "like", " compared on "]], ["reference"]):
        if said := _CLOSED.fullmatch(text(row["reference"])):
            day = date.fromisoformat(said[2])
            found[said[1]] = max(day, found.get(said[1], day))
    return found


def digest(*parts: str) -> str:
    """What tells a record of ours from others, in its key."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:DIGEST_CHARS]


def is_left(leg: Mapping[str, JsonValue], journal: Journal) -> bool:
    """Whether a leg still waits to be explained, or to be matched."""
    return reference(leg["account_id"]) == journal.suspense or bool(is_open(leg))


def _closing_key(order: BankBook) -> str:
    return f"closed_{digest(order.account, str(order.closed_on))}"


def _compared_text(order: BankBook) -> str:
    """What is kept; of a statement without lines Odoo keeps neither day nor journal, and reckons its balance anew."""
    return f"{order.account} compared on {order.closed_on}: {order.closing:.2f} {order.currency}"


def _moved(row: Mapping[str, JsonValue], leg: Mapping[str, JsonValue] | None, journal: Journal) -> Moved:
    return Moved(
        number=number_of(row),
        bank_id=text(row["ref"]),
        day=date.fromisoformat(text(row["date"])),
        amount=money(row["amount"]),
        party=text(row["partner_name"]),
        at=moment(row["create_date"]),
        leg=leg,
        waits=leg is not None and reference(leg["account_id"]) == journal.suspense,
    )
