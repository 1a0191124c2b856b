"""What stands to a party's credit in Odoo, put to their documents by one entry that moves exactly that much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contract import Absent, Found, Receipt
from agents.connectors.odoo.calls import LOOK
from agents.connectors.odoo.documents import LINE, REJECT
from agents.connectors.odoo.entries import LEFT, Entry, is_open
from agents.connectors.odoo.reasons import Known, credit_legs
from agents.connectors.odoo.records import moment, number_of
from agents.connectors.odoo.register import Register, RegisterReader
from agents.connectors.payment_checks import Checks
from agents.errors import NotAllowed, OutcomeUnknown

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.connectors.book_orders import CreditApply
    from agents.connectors.contract import Lookup
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.writing import Writing

KEY_CHARS = 40


class CreditUse:
    """Uses credits in one Odoo."""

    def __init__(self, writing: Writing, chart: Chart) -> None:
        self._writing = writing
        self._chart = chart
        self._reader = RegisterReader(writing.records, chart.currency)

    def find(self, order: CreditApply, key: str) -> Lookup:
        """Whether all of an order is in the books.

        Raises:
            Transient: it is just being written.
        """
        row = self._writing.entries.find(_name(key))
        if row is None or any(is_open(each) for each in self._lines(number_of(row))):
            return Absent()
        at = moment(row["create_date"])
        who, said = order.party, f"{order.party} · Odoo"
        return Found(Receipt(provider="odoo", provider_id=who, at=at, summary=said, details={"entries": "1"}))

    def record(self, order: CreditApply, key: str) -> Receipt:
        """Put the credit to the documents; raises as `Connector.execute`."""
        if not isinstance(found := self.find(order, key), Found):
            self._chart.refuse_locked(order.day)
            self._write(order, key)
            found = self.find(order, key)
        if not isinstance(found, Found):
            raise OutcomeUnknown("Odoo does not show all of what was written", hint=LOOK)
        return found.receipt

    def _write(self, order: CreditApply, key: str) -> None:
        numbers = [each.number for each in order.parts]
        partner = self._writing.parties.known(order.party)
        register = self._reader.read(numbers, vendor=order.vendor, credit_of=partner)
        sides = {order.vendor: register, not order.vendor: Register()}
        Checks(sides, self._chart.currency).credit(order)  # what a try broke off counts as it lies there
        legs = credit_legs(order, register.loose, self._chart, Known(register.documents()))
        entry = Entry(_name(key), self._chart.journal("general").number, order.day, key[:KEY_CHARS], legs)
        written = self._writing.entries.post(entry)
        for leg, line in zip(legs, written.lines, strict=True):
            held = [each.line for each in register.loose if each.currency == leg.to and each.line not in written.lines]
            self._writing.entries.match(line, self._writing.entries.left(held).values())
        self._writing.settling.settle(entry, written, register.documents())
        if any(is_open(each) for each in self._lines(written.number)):
            said = f"what was to be put to {', '.join(numbers)} was used or paid meanwhile; it stands as it was"
            raise NotAllowed(said, hint=REJECT)

    def _lines(self, entry: int) -> list[dict[str, JsonValue]]:
        return self._writing.records.search(LINE, [["move_id", "=", entry]], LEFT)


def _name(key: str) -> str:
    return f"use_{key[:KEY_CHARS]}"
