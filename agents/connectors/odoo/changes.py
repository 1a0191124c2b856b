"""What was written in Odoo since a look: documents, and what was matched with them. Reads only.

A moment is one of the server's own, never ours. A request keeps the moment at which it began, and is seen only when it
is through: so each look goes back by `OVERLAP`, and whoever compares finds most of it known. Pages go by number, not by
moment, so that what is written meanwhile moves nothing out of sight. What is matched no more leaves no trace: when
there is less of it than there should be, all documents that something was matched with are read again.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.odoo.documents import LINE, MOVE, PARTIAL, money
from agents.connectors.odoo.numbering import ORIGIN, called
from agents.connectors.odoo.reader import Look, Position, Seen
from agents.connectors.odoo.records import MODULE, moment, name_of, number_of, reference, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.odoo.records import Records

    Row = Mapping[str, JsonValue]

KINDS = ("out_invoice", "out_refund", "in_invoice", "in_refund")
OVERLAP = timedelta(minutes=10)  # longer than a request of Odoo may take
REMEMBERED = timedelta(days=90)  # before the newest document: what is paid and older is not compared
PAGE = 500
FIELDS = (
    *("name", ORIGIN, "move_type", "state", "commercial_partner_id", "invoice_date", "invoice_date_due", "ref"),
    *("amount_total", "amount_residual", "currency_id", "write_uid", "write_date", "payment_state"),
)
OF_LINES = ("move_id", "name", "quantity", "price_unit", "account_id", "tax_ids")
SIDES = ("debit_move_id", "credit_move_id")
MOMENT = "%Y-%m-%d %H:%M:%S"


class Changes:
    """Looks into one Odoo; `user`: the number of ours."""

    def __init__(self, records: Records, user: int) -> None:
        self._records = records
        self._user = user

    def look(self, before: Position | None, known: Mapping[int, Seen]) -> Look:
        """What was written since `before`; None = the first look: what is still open, to compare with later.

        `known`: the documents as they were seen last. Raises as `Records.search`.
        """
        matched, partials = self._matched(before)
        if before is None:
            at = self._newest()
            rows = self._documents(_to_begin_with(at))
            return Look(self._seen(rows, frozenset()), Position(at, *matched).text(), is_first=True)
        rows = self._documents(_since(before.at))
        others = self._touched(partials)
        lines = self._lines_since(before.at)
        named = {*others, *lines}
        if matched[0] - before.matched != len(partials):
            named |= {number for number, each in known.items() if each.state == "posted" and each.open != each.total}
        rows += self._numbered(named - {number_of(each) for each in rows})
        at = max([before.at, *lines.values(), *(text(each["write_date"]) for each in rows)])
        by_us = self._by_us(others) | self._given_back([each for each in rows if number_of(each) not in others], known)
        return Look(self._seen(rows, by_us), Position(at, *matched).text(), known)

    def _documents(self, domain: list[JsonValue]) -> list[dict[str, JsonValue]]:
        return [*self._paged(MOVE, [["move_type", "in", [*KINDS]], *domain], FIELDS)]

    def _lines_since(self, at: str) -> dict[int, str]:
        """When lines of documents were written last, by the number of the document, which that leaves as it was."""
        domain: list[JsonValue] = [["move_type", "in", [*KINDS]], *_since(at)]
        found = self._records.sums(LINE, domain, ["write_date:max"], ["move_id"])
        return {reference(each["move_id"]): text(each["write_date"]) for each in found}

    def _numbered(self, numbers: Iterable[int]) -> list[dict[str, JsonValue]]:
        wanted: list[JsonValue] = [*sorted(numbers)]
        return self._documents([["id", "in", wanted]]) if wanted else []

    def _newest(self) -> str:
        """The moment of the newest document; empty when there is none."""
        asked: dict[str, JsonValue] = {"domain": [["move_type", "in", [*KINDS]]], "fields": ["write_date"], "limit": 1}
        rows = self._records.rows(MOVE, "search_read", None, asked | {"order": "write_date desc, id desc"})
        return text(rows[0]["write_date"]) if rows else ""

    def _matched(self, before: Position | None) -> tuple[tuple[int, int], list[dict[str, JsonValue]]]:
        """How many matchings there are and the number of the newest, and those that are newer than the last look."""
        asked: dict[str, JsonValue] = {"domain": [], "fields": ["max_date"], "limit": 1, "order": "id desc"}
        newest = self._records.rows(PARTIAL, "search_read", None, asked)
        last = number_of(newest[0]) if newest else 0
        domain: list[JsonValue] = [["id", ">", before.last if before else last], ["id", "<=", last]]
        new = [*self._paged(PARTIAL, domain, SIDES)] if before and last > before.last else []
        count = self._records.call(PARTIAL, "search_count", {"domain": [["id", "<=", last]]})
        return (count if isinstance(count, int) else 0, max(last, before.last if before else 0)), new

    def _paged(self, model: str, domain: list[JsonValue], fields: Sequence[str]) -> Iterable[dict[str, JsonValue]]:
        last, is_full = 0, True
        while is_full:
            asked: dict[str, JsonValue] = {"domain": [["id", ">", last], *domain], "fields": [*fields]}
            rows = self._records.rows(model, "search_read", None, asked | {"limit": PAGE, "order": "id"})
            yield from rows
            is_full = len(rows) == PAGE
            last = number_of(rows[-1]) if rows else last

    def _touched(self, partials: Sequence[Row]) -> dict[int, set[int]]:
        """The documents that were matched of late, each with the entries it was matched with."""
        lines = sorted({reference(each[side]) for each in partials for side in SIDES})
        wanted: list[JsonValue] = [*lines]
        rows = [*self._paged(LINE, [["id", "in", wanted]], ("move_id", "move_type"))] if lines else []
        moves = {number_of(each): reference(each["move_id"]) for each in rows}
        documents = {number_of(each): reference(each["move_id"]) for each in rows if each["move_type"] in KINDS}
        others: dict[int, set[int]] = {}
        for each in partials:
            debit, credit = (reference(each[side]) for side in SIDES)
            for own, other in ((debit, credit), (credit, debit)):
                if own in documents and other in moves:
                    others.setdefault(documents[own], set()).add(moves[other])
        return others

    def _by_us(self, others: Mapping[int, set[int]]) -> frozenset[int]:
        """The documents that were matched of late with nothing but entries of ours."""
        ours = self._ours(sorted({each for found in others.values() for each in found}))
        return frozenset(number for number, found in others.items() if found <= ours)

    def _given_back(self, rows: Sequence[Row], known: Mapping[int, Seen]) -> frozenset[int]:
        """The documents of which so much more is open as entries of ours gave back."""
        risen = {called(row): number_of(row) for row in rows if _rise(row, known) > 0}
        domain: list[JsonValue] = [
            ["name", "in", [*risen]],
            ["move_type", "=", "entry"],
            ["parent_state", "=", "posted"],
        ]
        lines = [*self._paged(LINE, domain, ("move_id", "name", "amount_currency"))] if risen else []
        ours = self._ours(sorted({reference(each["move_id"]) for each in lines}))
        back = dict.fromkeys(risen.values(), Decimal(0))
        for each in lines:
            number = risen[text(each["name"])]
            sign = 1 if known[number].kind.startswith("out_") else -1
            if reference(each["move_id"]) in ours:
                back[number] += max(sign * money(each["amount_currency"]), Decimal(0))
        return frozenset(
            number_of(row) for row in rows if number_of(row) in back and _rise(row, known) <= back[number_of(row)]
        )

    def _ours(self, numbers: Sequence[int]) -> set[int]:
        told = self._records.do(MOVE, "get_external_id", numbers) if numbers else {}
        found = told.items() if isinstance(told, dict) else ()
        return {int(number) for number, name in found if str(name).startswith(f"{MODULE}.")}

    def _seen(self, rows: Sequence[Row], by_us: frozenset[int]) -> tuple[Seen, ...]:
        numbers = [number_of(each) for each in rows]
        ours, digests = self._ours(numbers), self._lines(numbers)
        return tuple(
            Seen(
                number=number,
                name=called(row),
                kind=text(row["move_type"]),
                state=text(row["state"]),
                party=name_of(row["commercial_partner_id"]),
                day=text(row["invoice_date"]),
                due=text(row["invoice_date_due"]),
                total=money(row["amount_total"]),
                open=money(row["amount_residual"]),
                currency=name_of(row["currency_id"]),
                reference=text(row["ref"]),
                lines=digests.get(number, ""),
                is_ours=number in ours,
                is_matched_by_us=number in by_us,
                is_written_by_us=reference(row["write_uid"]) == self._user,
            )
            for number, row in zip(numbers, rows, strict=True)
        )

    def _lines(self, numbers: Sequence[int]) -> dict[int, str]:
        """What tells the lines of each document from those of another, by its number."""
        wanted: list[JsonValue] = [*numbers]
        domain: list[JsonValue] = [["move_id", "in", wanted], ["display_type", "=", "product"]]
        said: dict[int, list[JsonValue]] = {}
        for each in self._paged(LINE, domain, OF_LINES) if numbers else ():
            said.setdefault(reference(each["move_id"]), []).append([each[name] for name in OF_LINES[1:]])
        return {number: hashlib.sha256(json.dumps(each).encode()).hexdigest()[:16] for number, each in said.items()}


def _rise(row: Row, known: Mapping[int, Seen]) -> Decimal:
    """How much more is open of a document than when it was seen last."""
    before = known.get(number_of(row))
    return money(row["amount_residual"]) - before.open if before else Decimal(0)


def _to_begin_with(at: str) -> list[JsonValue]:
    """What is compared from now on: what is open, and what was written of late."""
    is_open: list[JsonValue] = ["payment_state", "in", ["not_paid", "partial"]]
    late: list[JsonValue] = ["write_date", ">=", (moment(at) - REMEMBERED).strftime(MOMENT)] if at else is_open
    return [["state", "=", "posted"], "|", is_open, late]


def _since(at: str) -> list[JsonValue]:
    if not at:
        return []
    return [["write_date", ">=", (moment(at) - OVERLAP).strftime(MOMENT)]]
