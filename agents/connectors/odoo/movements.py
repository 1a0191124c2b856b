"""Movements of the bank in Odoo, and what each was for: a line of a statement, and one entry that explains it.

What cannot be is refused before anything is written. A movement is known by its account and `bank_id`, and so is what
explains it: each is written once, whatever broke off before. Source: docs/odoo.md, ADR 0069.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_orders import BankBook, Payment, Payout, Spending, Transfer, Unexplained, sums_of
from agents.connectors.books import amount_text
from agents.connectors.contract import Absent, Found, Money, Receipt
from agents.connectors.odoo.calls import LOOK
from agents.connectors.odoo.documents import MOVE, POSTED, Draft, money
from agents.connectors.odoo.entries import Entry
from agents.connectors.odoo.proofs import Proofs, proof_key
from agents.connectors.odoo.purchases import AT_ONCE, BETWEEN, RECEIPT, purchases_of, refuse_used
from agents.connectors.odoo.reasons import FEES, Known, Party, bought_as, cost_lines, legs_of, other_side
from agents.connectors.odoo.records import moment, reference, text
from agents.connectors.odoo.register import Document, RegisterReader
from agents.connectors.odoo.statement_lines import StatementLines, digest
from agents.connectors.payment_checks import Checks
from agents.errors import NotAllowed, OutcomeUnknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from pydantic import JsonValue

    from agents.connectors.book_orders import BankExplain, Move
    from agents.connectors.contract import Lookup
    from agents.connectors.odoo.chart import Chart, Journal
    from agents.connectors.odoo.purchases import Purchase
    from agents.connectors.odoo.statement_lines import Moved
    from agents.connectors.odoo.writing import Writing

SHORT_KEY = 16
UNNAMED = "Unnamed payees"
HINT = "Reject the proposal, and look at the account in Odoo."


class Movements:
    """Books movements of the bank in one Odoo."""

    def __init__(self, writing: Writing, chart: Chart) -> None:
        self._writing = writing
        self._records = writing.records
        self._chart = chart
        self._lines = StatementLines(writing.records)

    def find(self, order: BankBook | BankExplain, key: str) -> Lookup:
        """Whether all of an order is in the books.

        Raises:
            Transient: some of it is just being written.
            NeedsOwner: Odoo has no such account.
        """
        journal = self._chart.bank(order.account)
        there = self._lines.find(journal, [each.bank_id for each in order.moves]) if order.moves else {}
        if len(there) < len(order.moves) or any(self._is_unfinished(journal, each, there) for each in order.moves):
            return Absent()
        if isinstance(order, BankBook):
            closed = None if order.closing is None else self._lines.compared(order)
            if order.closing is not None and closed is None:
                return Absent()
            return Found(_receipt(order, [each.at for each in there.values()] + ([closed] if closed else [])))
        entries = self._explained(journal, order, key)
        return Found(_receipt(order, entries)) if len(entries) == len(order.moves) else Absent()

    def record(self, order: BankBook | BankExplain, key: str) -> Receipt:
        """Write all of it that is not there; raises as `Connector.execute`."""
        journal = self._journal(order)
        there = self._lines.find(journal, [each.bank_id for each in order.moves]) if order.moves else {}
        anew = self._anew(order, journal, there, key)
        wanted = [each for each in order.moves if each.bank_id in anew or self._is_unfinished(journal, each, there)]
        new = [each for each in order.moves if each.bank_id not in there]
        if isinstance(order, BankBook):
            self._check_closing(order, journal, new)
        else:
            self._check_waiting(order, journal, there, key, anew.keys())
        for each in order.moves:
            self._chart.refuse_locked(each.day)
        refuse_used(self._records, _receipts(journal, wanted, anew.keys()))
        documents = self._checked(journal, wanted, there, order.currency)
        if isinstance(order, BankBook) and new:
            self._lines.write(journal, new)
            there = self._lines.find(journal, [each.bank_id for each in order.moves])
        for each in wanted:
            if each.bank_id in anew and isinstance(each.reason, Spending):
                ref = _ref(journal.name, each.bank_id, key)
                Proofs(self._writing, self._chart, journal).write(each, each.reason, anew[each.bank_id], ref)
            else:
                self._explain(journal, each, there[each.bank_id], documents, key)
        if isinstance(order, BankBook) and order.closing is not None:
            self._lines.keep_compared(order)
        match self.find(order, key):
            case Found(receipt):
                return receipt
            case _:
                raise OutcomeUnknown("Odoo does not show all of what was written", hint=LOOK)

    # ---- before anything is written ----

    def _journal(self, order: BankBook | BankExplain) -> Journal:
        journal, home = self._chart.bank(order.account), self._chart.currency
        own = journal.currency or home
        if order.currency != own:
            raise NotAllowed(f"the account {order.account} is kept in {own} in Odoo", hint=HINT)
        if own != home:
            raise NotAllowed(f"an account in another currency than {home} cannot be booked in Odoo yet", hint=HINT)
        return journal

    def _is_unfinished(self, journal: Journal, move: Move, there: Mapping[str, Moved]) -> bool:
        """Whether something is still to be done about what a movement was for."""
        if isinstance(move.reason, Unexplained):
            return False
        moved = there.get(move.bank_id)
        if moved is None or moved.waits:
            return True
        return moved.leg is not None and self._begun(journal, move)  # else the owner took it off the suspense account

    def _begun(self, journal: Journal, move: Move) -> bool:
        return self._writing.entries.find(f"why_{digest(journal.name, move.bank_id)}") is not None

    def _check_closing(self, order: BankBook, journal: Journal, new: Iterable[Move]) -> None:
        if order.closing is None or order.closed_on is None or self._lines.compared(order):
            return
        booked = self._lines.balance(journal, order.closed_on)
        booked += sum(each.amount for each in new if each.day <= order.closed_on)
        if booked != order.closing:
            there, here = (amount_text(each, order.currency) for each in (booked, order.closing))
            said = f"Odoo comes to {there} on {order.account} at the end of {order.closed_on}, the bank to {here}"
            raise NotAllowed(said, hint=HINT)

    def _anew(
        self, order: BankBook | BankExplain, journal: Journal, there: Mapping[str, Moved], key: str
    ) -> dict[str, Purchase]:
        """The costs without a receipt that an order brings one for, those that it has begun with included."""
        reasons = ((each, there.get(each.bank_id)) for each in order.moves if _has_receipt(each))
        named = [move.bank_id for move, moved in reasons if moved is not None and moved.leg is None]
        if isinstance(order, BankBook) or not named:
            return {}
        found = purchases_of(self._records, journal)
        ours = {name: _ref(journal.name, name, key) for name in named if name in found}
        return {name: found[name] for name, ref in ours.items() if found[name].taken_back_by in {"", ref}}

    def _check_waiting(
        self, order: BankExplain, journal: Journal, there: Mapping[str, Moved], key: str, anew: Collection[str]
    ) -> None:
        ours = self._refs(key)
        for move in order.moves:
            moved = there.get(move.bank_id)
            fits = moved is not None and (moved.day, moved.amount) == (move.day, move.amount)
            is_begun = move.bank_id in anew or _ref(journal.name, move.bank_id, key) in ours
            if not fits or not ((moved and moved.waits) or is_begun):
                said = f"{amount_text(move.amount, order.currency)} on {order.account}"
                raise NotAllowed(f"{move.bank_id} is no movement of {said} that waits to be explained.", hint=HINT)

    def _checked(
        self, journal: Journal, wanted: Sequence[Move], there: Mapping[str, Moved], currency: str
    ) -> dict[str, Document]:
        """The documents that movements pay, once all of them can be what they are said to be."""
        reader = RegisterReader(self._records, self._chart.currency)
        payments = [each.reason for each in wanted if isinstance(each.reason, Payment)]
        named = {
            vendor: [part.number for each in payments if each.vendor is vendor for part in each.parts]
            for vendor in (False, True)
        }
        named[False] += [number for each in wanted if isinstance(each.reason, Payout) for number in each.reason.numbers]
        customers, vendors = (reader.read(named[vendor], vendor=vendor) for vendor in (False, True))
        checks = Checks({False: customers, True: vendors}, self._chart.currency)
        for move in wanted:
            if move.bank_id not in there or not self._begun(journal, move):
                checks.reason(move.reason, move.amount, currency)
            self._can_be_written(move, there.get(move.bank_id))
        return {**customers.documents(), **vendors.documents()}

    def _can_be_written(self, move: Move, moved: Moved | None) -> None:
        """Raises NotAllowed or NeedsOwner for accounts, taxes and contacts that are not there, or several."""
        match move.reason:
            case Payment():
                self._writing.parties.known(move.reason.party)
                if move.reason.fee:
                    self._chart.cost(FEES)
            case Payout():
                for share in move.reason.shares:
                    self._writing.parties.known(share.party)
                if move.reason.fee:
                    self._chart.cost(move.reason.category)
            case Spending():
                cost_lines(self._chart, move.reason.costs)
                self._writing.parties.known(_payee(move, moved) or UNNAMED)
            case Transfer():
                other_side(move.reason.account, self._chart)

    # ---- what is written ----

    def _explain(self, journal: Journal, move: Move, moved: Moved, documents: Mapping[str, Document], key: str) -> None:
        parties, party = {}, _payee(move, moved)
        if isinstance(move.reason, Payment):
            parties[move.reason.party] = self._party(move.reason.party, vendor=move.reason.vendor)
        elif isinstance(move.reason, Payout):
            loose = {share.party for share in move.reason.shares if share.number is None}
            parties = {name: self._party(name, vendor=False) for name in sorted(loose)}
        elif isinstance(move.reason, Spending):
            documents = {bought_as(move): self._bought(journal, move, move.reason, party)}
        entry = Entry(
            key=f"why_{digest(journal.name, move.bank_id)}",
            journal=self._chart.journal("general").number,
            day=move.day,
            ref=_ref(journal.name, move.bank_id, key),
            legs=legs_of(move, party, journal, self._chart, Known(documents, parties)),
        )
        written = self._writing.entries.post(entry)
        self._writing.settling.settle(entry, written, documents)
        self._lines.explained(moved, journal, written.lines[0])

    def _party(self, name: str, *, vendor: bool) -> Party:
        number = self._writing.parties.made(name)
        field = f"property_account_{'payable' if vendor else 'receivable'}_id"
        return Party(number, reference(self._records.read("res.partner", number, (field,))[field]))

    def _bought(self, journal: Journal, move: Move, reason: Spending, party: str) -> Document:
        """Post what was bought at once, or taken back, as a document that the movement pays."""
        partner, day = self._party(party or UNNAMED, vendor=True), move.day.isoformat()
        draft = Draft(
            key=bought_key(journal, move),
            kind="in_receipt" if move.amount < 0 else "in_refund",
            partner=partner.number,
            day=move.day,
            currency=self._chart.currency_of(self._chart.currency),
            totals=sums_of(reason.costs),
            head={"date": day, "invoice_date_due": day, "ref": move.text or move.bank_id, RECEIPT: reason.receipt},
            lines=cost_lines(self._chart, reason.costs),
        )
        made = self._writing.documents.post(draft)
        return Document(
            number=made.number,
            name=made.name,
            party=made.party,
            partner=partner.number,
            is_vendors=True,
            total=Money(made.total, made.currency),
            open=made.open,
            credited=Decimal("0.00"),
            due=made.due,
            ledger_account=partner.account,
        )

    # ---- what was written ----

    def _refs(self, key: str) -> dict[str, Mapping[str, JsonValue]]:
        """The entries of an order by their references; of what it booked anew, the documents that are matched."""
        kinds: list[JsonValue] = ["entry", *AT_ONCE]
        domain: list[JsonValue] = [["move_type", "in", kinds], ["state", "=", POSTED], ["ref", "like", _mark(key)]]
        fields = ("ref", "create_date", "move_type", "amount_residual", "reversed_entry_id")
        return {text(each["ref"]): each for each in self._records.search(MOVE, domain, fields) if _is_whole(each)}

    def _explained(self, journal: Journal, order: BankExplain, key: str) -> list[datetime]:
        """When each movement of an order was explained by it."""
        refs = self._refs(key)
        ours = (refs.get(_ref(journal.name, each.bank_id, key)) for each in order.moves)
        return [moment(each["create_date"]) for each in ours if each]


def _has_receipt(move: Move) -> bool:
    return isinstance(move.reason, Spending) and bool(move.reason.receipt)


def _receipts(journal: Journal, moves: Iterable[Move], anew: Collection[str]) -> dict[str, str]:
    """The receipts of movements, each with the key of the document that it proves."""
    spent = ((each, each.reason.receipt) for each in moves if isinstance(each.reason, Spending) and each.reason.receipt)
    return {
        receipt: proof_key(journal, move) if move.bank_id in anew else bought_key(journal, move)
        for move, receipt in spent
    }


def bought_key(journal: Journal, move: Move) -> str:
    """The key of the document of what a movement bought at once."""
    return f"buy_{digest(journal.name, move.bank_id)}"


def _is_whole(row: Mapping[str, JsonValue]) -> bool:
    """An entry, or the document of a cost that was booked anew, once it is matched with what takes the cost back."""
    if row["move_type"] == "entry":
        return True
    return not reference(row["reversed_entry_id"]) and not money(row["amount_residual"])


def _payee(move: Move, moved: Moved | None) -> str:
    return move.party or (moved.party if moved else "")


def _mark(key: str) -> str:
    """What tells the entries of an order, behind what they are about."""
    return f"{BETWEEN}{key[:SHORT_KEY]}"


def _ref(account: str, bank_id: str, key: str) -> str:
    return f"{account} {bank_id}{_mark(key)}"


def _receipt(order: BankBook | BankExplain, written: Sequence[datetime]) -> Receipt:
    return Receipt(
        provider="odoo",
        provider_id=order.account,
        at=max(written),
        summary=f"{order.account} · Odoo",
        details={"entries": str(len(written))},
    )
