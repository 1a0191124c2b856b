"""Invoices, credit notes and bills in Odoo: a draft with our key, read back, posted only when it is what was approved.

Every step may be tried again: it looks first, and goes on from what it reads. Source: docs/odoo.md, ADR 0069.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import amount_text, cents
from agents.connectors.odoo.calls import Refused
from agents.connectors.odoo.records import moment, name_of, number_of, reference, text
from agents.connectors.odoo.tax_lines import set_taxes
from agents.errors import NotAllowed, Transient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.books import Totals
    from agents.connectors.odoo.records import Records, Values

MOVE, LINE, PARTIAL = "account.move", "account.move.line", "account.partial.reconcile"
FIELDS = (
    *("name", "state", "move_type", "partner_id", "currency_id", "date", "invoice_date", "invoice_date_due", "ref"),
    *("amount_untaxed", "amount_tax", "amount_total", "amount_residual", "amount_total_signed"),
    *("create_date", "reversed_entry_id"),
)
POSTED, DRAFT = "posted", "draft"
UNNAMED = "/"
NOTHING = Decimal("0.00")
SAME_NAME = "same name already exists"
REJECT = "Reject the proposal, and look at it in Odoo."


@dataclass(frozen=True, slots=True)
class Draft:
    """A document in the making: what is written, and what it must come to. `kind` as in Odoo: 'out_invoice'.

    `worth`: what its total must be in the currency of the books, where the order says a rate. `taxes`: what each tax
    must come to, where that is known; Odoo reckons it from the net anew, and is put right by no more than `slack`.
    """

    key: str
    kind: str
    partner: int
    day: date
    currency: int
    totals: Totals
    head: Values
    lines: Sequence[Values]
    worth: Decimal | None = None
    taxes: Mapping[int, Decimal] = field(default_factory=dict)
    slack: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Posted:
    """A document that stands in Odoo. `booked_on` is the day Odoo counts it to; amounts in its own currency.

    `written_at`: when it was written there, in UTC. `reverses`: the invoice that a credit note takes back.
    """

    number: int
    name: str
    kind: str
    party: str
    day: date
    booked_on: date
    due: date
    total: Decimal
    open: Decimal
    currency: str
    written_at: datetime
    reverses: str = ""


class Documents:
    """Writes and reads documents of one Odoo."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, key: str) -> Posted | None:
        """The document with our key, when it is posted; None: it certainly is not.

        Raises:
            Transient: it is just being written.
        """
        number = self._records.find(key)
        return None if number is None else self._posted(number)

    def post(self, draft: Draft) -> Posted:
        """Write it, unless it is there, and post it, unless it is posted.

        Raises:
            NotAllowed: Odoo makes something else of it than what was approved, or refuses it; nothing is posted.
            Transient, OutcomeUnknown: may be tried again, after a look.
        """
        number = self._records.find(draft.key)
        if number is None:
            (number,) = self._records.write(MOVE, _rows(draft))
        row = self._records.read(MOVE, number, FIELDS)
        if row["state"] == DRAFT:
            if draft.taxes and set_taxes(self._records, draft.key, number, draft.taxes, draft.slack):
                row = self._records.read(MOVE, number, FIELDS)
            self._compare(draft, row)
            self._post(number)
            row = self._records.read(MOVE, number, FIELDS)
        if row["state"] != POSTED:
            raise NotAllowed(f"{text(row['name'])} is {text(row['state'])} in Odoo", hint=REJECT)
        return posted(row)

    def refuse_twice(self, key: str, partner: int, reference: str) -> None:
        """Odoo takes the same bill again: a vendor's own number is theirs once.

        Raises:
            NotAllowed: another bill of theirs has this number.
        """
        domain: list[JsonValue] = [["move_type", "=", "in_invoice"], ["partner_id", "=", partner]]
        same = self._records.search(MOVE, [*domain, ["ref", "=", reference], ["state", "!=", "cancel"]], ["name"])
        ours = self._records.find(key) if same else None
        if others := [each for each in same if each["id"] != ours]:
            said = f"the bill {reference} is booked already, as {text(others[0]['name'])}"
            raise NotAllowed(said, hint=REJECT)

    def _posted(self, number: int) -> Posted | None:
        row = self._records.read(MOVE, number, FIELDS)
        return posted(row) if row["state"] == POSTED else None

    def _post(self, number: int) -> None:
        """Post a draft; that somebody else has just done so is no error, the state is read afterwards."""
        try:
            self._records.do(MOVE, "action_post", [number])
        except Refused as err:
            if SAME_NAME in err.said:  # two drafts were given the first number of a year; '/' makes Odoo give another
                self._records.do(MOVE, "write", [number], {"vals": {"name": UNNAMED}})
                self._records.do(MOVE, "action_post", [number])
            elif self._posted(number) is None:
                raise

    def _compare(self, draft: Draft, row: Mapping[str, JsonValue]) -> None:
        """Take back a draft that is not what was approved."""
        wanted = (draft.totals.net, draft.totals.vat, draft.totals.gross)
        made = tuple(money(row[name]) for name in ("amount_untaxed", "amount_tax", "amount_total"))
        who = (reference(row["partner_id"]), reference(row["currency_id"]), text(row["invoice_date"]))
        worth = abs(money(row["amount_total_signed"]))
        rated = draft.worth is None or worth == draft.worth
        if made == wanted and rated and who == (draft.partner, draft.currency, draft.day.isoformat()):
            return
        self._records.do(MOVE, "unlink", [number_of(row)])
        if made != wanted:
            there, here = " / ".join(map(amount_text, made)), " / ".join(map(amount_text, wanted))
            said = f"Odoo comes to {there} (net, VAT, total), and {here} was approved"
            raise NotAllowed(said, hint="Let Odoo round the tax of the whole document, and look at its taxes.")
        if not rated:
            here = amount_text(draft.worth or worth)
            said = f"by Odoo's rate of that day this is worth {amount_text(worth)}, and {here} was approved"
            raise NotAllowed(said, hint="Enter the rate of that day in Odoo, then try again.")
        raise NotAllowed("Odoo has another customer, currency or day in it than what was approved", hint=REJECT)


def posted(row: Mapping[str, JsonValue]) -> Posted:
    """A document as Odoo shows it."""
    number = row["id"]
    if not isinstance(number, int) or isinstance(number, bool):
        raise Transient("Odoo shows a document without a number", hint="It is tried again later.")
    day = text(row["invoice_date"]) or text(row["date"])
    return Posted(
        number=number,
        name=text(row["name"]),
        kind=text(row["move_type"]),
        party=name_of(row["partner_id"]),
        day=date.fromisoformat(day),
        booked_on=date.fromisoformat(text(row["date"])),
        due=date.fromisoformat(text(row["invoice_date_due"]) or day),
        total=money(row["amount_total"]),
        open=money(row["amount_residual"]),
        currency=name_of(row["currency_id"]),
        written_at=moment(row["create_date"]),
        reverses=name_of(row["reversed_entry_id"]).partition(" ")[0],  # Odoo shows its reference behind its name
    )


def money(value: JsonValue) -> Decimal:
    """An amount as Odoo says it, in cents."""
    return cents(Decimal(str(value or 0)))


def _rows(draft: Draft) -> list[dict[str, JsonValue]]:
    head: dict[str, JsonValue] = {
        "id": draft.key,
        "move_type": draft.kind,
        "partner_id/.id": draft.partner,
        "currency_id/.id": draft.currency,
        "invoice_date": draft.day.isoformat(),
        **draft.head,
    }
    rows = []
    for at, line in enumerate(draft.lines, 1):
        of_line = {f"invoice_line_ids/{name}": value for name, value in line.items()}
        rows.append({**(head if at == 1 else {}), "invoice_line_ids/id": f"{draft.key}_{at}", **of_line})
    return rows
