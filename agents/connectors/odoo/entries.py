"""General entries in Odoo with a key of ours, and the matching of their lines with those of documents.

An entry is written as a draft, read back, and posted only when it is what was meant. Every step looks first, so that it
may be tried again after any fault. Source: docs/odoo.md, ADR 0069.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.odoo.calls import LATER, Refused
from agents.connectors.odoo.documents import DRAFT, LINE, MOVE, NOTHING, POSTED, REJECT, money
from agents.connectors.odoo.records import MODULE, moment, number_of, reference, text
from agents.errors import NotAllowed, Transient

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.odoo.records import Records

    _Compared = tuple[int, Decimal, Decimal, int, int]

PARTNERS = ("asset_receivable", "liability_payable")
LEFT = ("account_id", "amount_residual", "amount_residual_currency", "reconciled", "date_maturity", "move_id")


@dataclass(frozen=True, slots=True)
class Leg:
    """One line: `balance` in the currency of the books, more than nothing = debit; `amount` in `currency`.

    `partner` 0 = nobody's. `to`: the document or the lines it is matched with, as whoever writes the entry knows them.
    """

    account: int
    balance: Decimal
    currency: int
    amount: Decimal
    said: str
    partner: int = 0
    to: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A general entry in the making. `ref`: what a human, and a search, finds it by."""

    key: str
    journal: int
    day: date
    ref: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that is posted: its name, when it was written (UTC), and the numbers of its lines, as its legs."""

    number: int
    name: str
    at: datetime
    lines: tuple[int, ...]


class Entries:
    """Writes and reads general entries of one Odoo."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, key: str) -> Mapping[str, JsonValue] | None:
        """The posted entry with our key; None: there is certainly none.

        Raises:
            Transient: it is just being written.
        """
        number = self._records.find(key)
        row = None if number is None else self._records.read(MOVE, number, ("name", "state", "ref", "create_date"))
        return row if row and row["state"] == POSTED else None

    def keys(self, model: str, numbers: Sequence[int]) -> dict[str, int]:
        """Those of our keys that records have, each with its record."""
        told = self._records.do(model, "get_external_id", numbers) if numbers else {}
        found = told.items() if isinstance(told, dict) else ()
        ours = ((str(name).removeprefix(f"{MODULE}."), number) for number, name in found if MODULE in str(name))
        return {key: int(number) for key, number in ours}

    def post(self, entry: Entry) -> Written:
        """Write it, unless it is there, and post it, unless it is posted.

        Raises:
            NotAllowed: Odoo makes something else of it; nothing is posted.
            Transient, OutcomeUnknown: may be tried again, after a look.
        """
        number = self._records.find(entry.key)
        if number is None:
            (number,) = self._records.write(MOVE, _rows(entry))
        row = self._records.read(MOVE, number, ("name", "state", "date", "create_date"))
        rows = self._records.search(LINE, [["move_id", "=", number]], _COMPARED)
        if row["state"] == DRAFT:
            if text(row["date"]) != entry.day.isoformat() or sorted(map(_line, rows)) != sorted(
                map(_wanted, entry.legs)
            ):
                self._records.do(MOVE, "unlink", [number])
                raise NotAllowed("Odoo makes another entry of it than what was approved", hint=REJECT)
            self._post(number)
            row = self._records.read(MOVE, number, ("name", "state", "date", "create_date"))
        if row["state"] != POSTED:
            raise NotAllowed(f"{text(row['name'])} is {text(row['state'])} in Odoo", hint=REJECT)
        by_key = self.keys(LINE, [number_of(each) for each in rows])
        if missing := [key for key in _keys(entry) if key not in by_key]:
            raise Transient(f"Odoo does not show {len(missing)} lines of {text(row['name'])}", hint=LATER)
        at = moment(row["create_date"])
        return Written(number, text(row["name"]), at, tuple(by_key[key] for key in _keys(entry)))

    def open_lines(self, documents: Collection[int]) -> dict[int, list[dict[str, JsonValue]]]:
        """The lines of documents on what partners owe, or are owed, of which something is left; oldest due first."""
        found: dict[int, list[dict[str, JsonValue]]] = {each: [] for each in documents}
        if documents:
            domain: list[JsonValue] = [["move_id", "in", [*documents]], ["account_type", "in", [*PARTNERS]]]
            rows = self._records.search(LINE, [*domain, ["reconciled", "=", False]], LEFT)
            for row in sorted(rows, key=lambda each: (text(each["date_maturity"]), number_of(each))):
                found[reference(row["move_id"])].append(row)
        return found

    def left(self, lines: Sequence[int]) -> dict[int, dict[str, JsonValue]]:
        """What is left of lines, by their numbers."""
        rows = self._records.rows(LINE, "read", lines, {"fields": [*LEFT]}) if lines else []
        return {number_of(each): each for each in rows}

    def match(self, line: int, others: Iterable[Mapping[str, JsonValue]]) -> None:
        """Match a line with others of its account, up to what is left of it; what is done is left alone.

        Raises:
            Refused: Odoo does not match them.
        """
        row = self.left([line])[line]
        sign = is_open(row)
        fits = [
            number_of(each) for each in others if is_open(each) == -sign and each["account_id"] == row["account_id"]
        ]
        if not sign or not fits:
            return
        try:
            self._records.do(LINE, "reconcile", [line, *fits])
        except Refused:
            if is_open(self.left([line])[line]):  # else somebody, or a try of ours that was late, has just done it
                raise

    def _post(self, number: int) -> None:
        try:
            self._records.do(MOVE, "action_post", [number])
        except Refused:
            if self._records.read(MOVE, number, ("state",))["state"] != POSTED:
                raise


def is_open(row: Mapping[str, JsonValue]) -> int:
    """1: something of a debit is left; -1: of a credit; 0: nothing."""
    left = money(row["amount_residual_currency"]) or money(row["amount_residual"])
    return (left > 0) - (left < 0)


_COMPARED = ("account_id", "balance", "amount_currency", "currency_id", "partner_id")


def _line(row: Mapping[str, JsonValue]) -> _Compared:
    account, currency, partner = (reference(row[name]) for name in ("account_id", "currency_id", "partner_id"))
    return account, money(row["balance"]), money(row["amount_currency"]), currency, partner


def _wanted(leg: Leg) -> _Compared:
    return leg.account, leg.balance, leg.amount, leg.currency, leg.partner


def _keys(entry: Entry) -> list[str]:
    return [f"{entry.key}_{at}" for at in range(1, len(entry.legs) + 1)]


def _rows(entry: Entry) -> list[dict[str, JsonValue]]:
    head: dict[str, JsonValue] = {
        "id": entry.key,
        "move_type": "entry",
        "journal_id/.id": entry.journal,
        "date": entry.day.isoformat(),
        "ref": entry.ref,
    }
    rows = []
    for at, (key, leg) in enumerate(zip(_keys(entry), entry.legs, strict=True)):
        line: dict[str, JsonValue] = {
            "line_ids/id": key,
            "line_ids/account_id/.id": leg.account,
            "line_ids/name": leg.said,
            "line_ids/partner_id/.id": leg.partner or "",
            "line_ids/debit": float(max(leg.balance, NOTHING)),
            "line_ids/credit": float(max(-leg.balance, NOTHING)),
            "line_ids/currency_id/.id": leg.currency,
            "line_ids/amount_currency": float(leg.amount),
        }
        rows.append({**({} if at else head), **line})
    return rows
