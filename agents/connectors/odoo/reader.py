"""How invoices stand, read from Odoo, for reminders. Reads only; asked anew only when something was written there."""

from __future__ import annotations

import json
import threading
from dataclasses import astuple, dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Protocol

from agents.clock import as_local
from agents.connectors.books import InvoiceStanding, Unclear, amount_text, most_behind
from agents.connectors.contract import Money
from agents.connectors.odoo.book_lines import IS_POSTED, BookLines, version_of
from agents.connectors.odoo.documents import LINE, MOVE, NOTHING, PARTIAL, POSTED, money
from agents.connectors.odoo.numbering import ORIGIN, called, with_number_or_crediting
from agents.connectors.odoo.open_items import PAYMENT, RUNNING
from agents.connectors.odoo.opening import CallsOfNow, chart_of
from agents.connectors.odoo.records import Records, name_of, number_of, reference, text
from agents.connectors.odoo.register import FIELDS, due_of, refunds_of
from agents.connectors.odoo.standing_documents import unclear_of
from agents.errors import EmployeeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pydantic import JsonValue

    from agents.clock import Clock
    from agents.connectors.books import BookMistake, Standing
    from agents.connectors.contract import ConnectorContext
    from agents.connectors.odoo.chart import Chart

    Row = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Seen:
    """An invoice, bill or credit note as it stood at a look; days as ISO, empty for none; amounts in its `currency`.

    `kind` and `state` as in Odoo ('out_invoice', 'posted'). `lines` tells its lines from others. `is_ours`: it has a
    key of ours. `is_matched_by_us`: what changed of `open` since the look before, we did. `is_written_by_us`: nobody
    else wrote into it last.
    """

    number: int
    name: str
    kind: str
    state: str
    party: str
    day: str
    due: str
    total: Decimal
    open: Decimal
    currency: str
    reference: str
    lines: str
    is_ours: bool
    is_matched_by_us: bool = False
    is_written_by_us: bool = False

    def text(self) -> str:
        """As it is kept, without what holds for one look only."""
        return json.dumps([str(each) if isinstance(each, Decimal) else each for each in astuple(self)[:-2]])

    def before(self, kept: str) -> Seen:
        """The same document as it was kept before."""
        return seen_from(kept)


def seen_from(kept: str) -> Seen:
    """What `Seen.text` kept."""
    number, name, kind, state, party, day, due, total, open_, currency, reference_, lines, is_ours = json.loads(kept)
    about = (number, name, kind, state, party, day, due)
    return Seen(*about, Decimal(total), Decimal(open_), currency, reference_, lines, is_ours)


@dataclass(frozen=True, slots=True)
class Position:
    """How far was looked: the moment of the newest document, by Odoo; how many matchings there were, and the newest."""

    at: str
    matched: int
    last: int

    def text(self) -> str:
        """As it is kept."""
        return json.dumps([self.at, self.matched, self.last])


def position_from(kept: str) -> Position:
    """What `Position.text` kept."""
    at, matched, last = json.loads(kept)
    return Position(str(at), int(matched), int(last))


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought. `is_first`: it is what was there before, and no news. `known`: as they were before it."""

    documents: tuple[Seen, ...]
    position: str
    known: Mapping[int, Seen] = field(default_factory=dict)
    is_first: bool = False


class Source(Protocol):
    """The Odoo of the owner, as a watcher looks into it; what is kept of a look is text to the watcher."""

    @property
    def name(self) -> str:
        """Which one it is: another database is another place to look. Raises NeedsOwner: none is connected."""
        ...

    def look(self, before: str | None, known: Mapping[int, str]) -> Look:
        """What was written since `before`, the position of a look; None = none was made.

        `known`: the documents as they were seen last, by number.

        Raises:
            NeedsOwner, Transient: it cannot be looked into now.
        """
        ...


INVOICES: list[JsonValue] = [["move_type", "=", "out_invoice"], ["state", "=", POSTED]]


@dataclass(frozen=True, slots=True)
class _Look:
    """What was read, and of which state of the books on which day."""

    version: str
    today: date
    standings: Mapping[str, Standing]


class OdooReader:
    """The receivables of one Odoo. May be asked by several threads; while Odoo does not answer, nothing is clear."""

    def __init__(self, records: Records, chart: Callable[[], Chart], clock: Clock) -> None:
        self._records = records
        self._chart = chart
        self._clock = clock
        self._lock = threading.Lock()
        self._look = _Look("", date.min, {})
        self._version = ""

    def fingerprint(self) -> str:
        """What changes when something is booked; that of the last look while Odoo does not answer."""
        try:
            self._version = version_of(self._records)
        except EmployeeError:
            return self._version
        return self._version

    def mistakes(self) -> tuple[BookMistake, ...]:
        """Odoo itself refuses what does not balance."""
        return ()

    def customers(self) -> dict[str, str]:
        """The customer of every invoice, by its number, the oldest first; empty while Odoo does not answer."""
        try:
            rows = self._records.search(MOVE, INVOICES, ("name", ORIGIN, "commercial_partner_id"))
        except EmployeeError:
            return {}
        rows.sort(key=number_of)
        return {called(each): name_of(each["commercial_partner_id"]) for each in rows}

    def bank_to(self) -> date | None:
        """Up to when the bank's movements are in; None when there are none, or Odoo does not answer."""
        try:
            return self._bank_to()
        except EmployeeError:
            return None

    def standings(self, numbers: Iterable[str]) -> dict[str, Standing]:
        """How the invoices of these numbers stand today; while Odoo does not answer, all of them are unclear."""
        wanted = tuple(dict.fromkeys(numbers))
        today = as_local(self._clock.now()).date()
        if not wanted:
            return {}
        try:
            with self._lock:
                version = version_of(self._records)
                if (self._look.version, self._look.today) != (version, today) or not {*wanted} <= {
                    *self._look.standings
                }:
                    self._look = _Look(version, today, self._read(wanted))
                return {number: self._look.standings[number] for number in wanted}
        except EmployeeError as err:
            return {number: Unclear(number, f"Odoo cannot be read: {err}") for number in wanted}

    def _read(self, wanted: Sequence[str]) -> dict[str, Standing]:
        rows = self._records.search(MOVE, [["state", "=", POSTED], *with_number_or_crediting(wanted)], FIELDS)
        invoices = {called(each): each for each in rows if each["move_type"] == "out_invoice"}
        partners: list[JsonValue] = [reference(each["commercial_partner_id"]) for each in invoices.values()]
        doubts, waiting = self._doubts(partners), self._waiting()
        matched, bank_to = self._matched([number_of(each) for each in rows]), self._bank_to()
        found: dict[str, Standing] = {}
        for number in wanted:
            if (invoice := invoices.get(number)) is None:
                found[number] = Unclear(number, f"Odoo holds no invoice {number}.")
                continue
            standing = _standing(invoice, refunds_of(invoice, rows), matched, bank_to)
            why = unclear_of(invoice)
            if not why and standing.open > 0:
                why = doubts.get(reference(invoice["commercial_partner_id"]), "") or _named_in(waiting, number)
            found[number] = Unclear(number, why) if why else standing
        return found

    def _bank_to(self) -> date | None:
        chart = self._chart()
        banks = {each.name for each in chart.banks if each.kind == "bank"}
        told = BookLines(self._records, chart).bank_to()
        return most_behind([day for name, day in told.items() if name in banks])

    def _doubts(self, partners: list[JsonValue]) -> dict[int, str]:
        """Why what a customer owes is not clear: money of theirs that is put to no invoice, or that booked nothing."""
        domain: list[JsonValue] = [["partner_id", "in", partners], ["account_type", "=", "asset_receivable"], IS_POSTED]
        open_: list[JsonValue] = [["move_type", "!=", "out_invoice"], ["reconciled", "=", False]]
        sums = self._records.sums(LINE, [*domain, *open_], ["amount_residual:sum"], ["partner_id"])
        found = {}
        for each in sums:
            if (left := money(each["amount_residual"])) < 0:
                said = amount_text(-left, self._chart().currency)
                found[reference(each["partner_id"])] = (
                    f"Odoo holds {said} of {name_of(each['partner_id'])} for no invoice."
                )
        unbooked: list[JsonValue] = [["partner_id", "in", partners], ["move_id", "=", False]]
        running: list[JsonValue] = ["state", "in", [*RUNNING]]
        for each in self._records.search(PAYMENT, [*unbooked, running], ("name", "partner_id")):
            found[reference(each["partner_id"])] = f"Odoo {text(each['name'])}: this payment booked nothing."
        return found

    def _waiting(self) -> list[Row]:
        """Money that came in and is not explained yet."""
        accounts: list[JsonValue] = [each.suspense for each in self._chart().banks if each.suspense]
        domain: list[JsonValue] = [["account_id", "in", accounts], IS_POSTED, ["balance", "<", 0]]
        return [*self._records.search(LINE, domain, ("move_name", "name", "ref"))]

    def _matched(self, moves: Sequence[int]) -> dict[int, date]:
        """The last day on which something was matched with a document, by its number."""
        found: dict[int, date] = {}
        numbers: list[JsonValue] = [*moves]
        for side in ("debit", "credit") if moves else ():
            domain: list[JsonValue] = [[f"{side}_move_id.move_id", "in", numbers]]
            for each in self._records.search(PARTIAL, domain, (f"{side}_move_id", "max_date")):
                line, day = reference(each[f"{side}_move_id"]), date.fromisoformat(text(each["max_date"]))
                found[line] = max(day, found.get(line, day))
        lines: list[JsonValue] = [*found]
        rows = self._records.search(LINE, [["id", "in", lines]], ("move_id",)) if found else []
        days: dict[int, date] = {}
        for each in rows:
            move, day = reference(each["move_id"]), found[number_of(each)]
            days[move] = max(day, days.get(move, day))
        return days


def open_reader(context: ConnectorContext) -> OdooReader:
    """The reader of the Odoo that is connected at each look; while none is, nothing is clear."""
    records = Records(CallsOfNow(context))
    return OdooReader(records, partial(chart_of, context, records), context.clock)


def _standing(
    invoice: Row, refunds: Sequence[Row], matched: Mapping[int, date], bank_to: date | None
) -> InvoiceStanding:
    number, total = called(invoice), Money(money(invoice["amount_total"]), name_of(invoice["currency_id"]))
    rest = money(invoice["amount_residual"]) - _sum(refunds, "amount_residual")
    days = [matched[each] for each in (number_of(row) for row in (invoice, *refunds)) if each in matched]
    paid_on = max(days, default=due_of(invoice)) if rest <= 0 else None
    return InvoiceStanding(number, total, rest, due_of(invoice), _sum(refunds, "amount_total"), paid_on, bank_to)


def _sum(rows: Iterable[Row], field: str) -> Decimal:
    return sum((money(each[field]) for each in rows), NOTHING)


def _named_in(waiting: Iterable[Row], number: str) -> str:
    """Money that came in, is not explained yet, and names the invoice."""
    wanted = _packed(number)
    for each in waiting:
        if wanted in _packed(f"{text(each['name'])} {text(each['ref'])}"):
            return f"Odoo {text(each['move_name'])}: this movement names {number} and is not explained yet."
    return ""


def _packed(said: str) -> str:
    return "".join(each for each in said.upper() if each.isalnum())
