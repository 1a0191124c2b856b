"""Brings the ledger to what other books hold at the end of a day: by entries that are appended, never by a change.

What the others hold and the ledger does not becomes an entry: each movement of the bank with its id, each document that
is open with its number, what else differs in one entry. So it may be done again after any fault, and a second time
nothing is left to write. Source: ADR 0071.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_figures import NOTHING
from agents.connectors.book_keeping import MAIN
from agents.connectors.book_state import OPENING, UNEXPLAINED, added
from agents.connectors.books import InvoiceStanding
from agents.connectors.contract import sha256_hex
from agents.connectors.ledger.account_names import payable, receivable
from agents.connectors.ledger.booked import PAYABLES, RECEIVABLES, moved_leg
from agents.connectors.ledger.bookings import CUSTOMERS, VENDORS
from agents.connectors.ledger.entry import UTC_FORMAT, quoted
from agents.connectors.ledger.ledger_append import TRIES, appended, changed_meanwhile, with_accounts
from agents.connectors.ledger.ledger_files import opened_accounts
from agents.connectors.ledger.ledger_state import ledger_state
from agents.connectors.ledger.receivables import Register
from agents.connectors.ledger.record_text import ON_ACCOUNT, Leg, Text
from agents.connectors.ledger.unexplained import waiting_moves
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from agents.connectors.book_figures import SourceRow
    from agents.connectors.book_state import BookState, Item, Place, Whose
    from agents.connectors.ledger.ledger import Ledger
    from agents.connectors.ledger.ledger_append import LedgerAppend
    from agents.connectors.ledger.receivables import Owed

TAG = "moved"
WHAT = "the books that were moved back"
RATE_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of the bank that other books hold, on the account as the ledger calls it. `waits`: unexplained."""

    account: str
    bank_id: str
    row: SourceRow
    waits: bool


class MovingBack:
    """What has to be appended to one state of the ledger. `at`: when it is written (UTC)."""

    def __init__(self, ledger: Ledger, wanted: BookState, movements: Iterable[Movement], at: datetime) -> None:
        self._ledger = ledger
        self._wanted = wanted
        self._movements = [*movements]
        self._at = at
        self._now = ledger_state(ledger, wanted.on)
        self._registers = {side is VENDORS: Register(ledger, side) for side in (CUSTOMERS, VENDORS)}

    def obstacles(self) -> Iterator[str]:
        """What the ledger cannot take in, in words with what to do about it."""
        if self._wanted.home != self._ledger.home:
            yield f"the ledger is kept in {self._ledger.home}, and these books in {self._wanted.home}"
        yield from self._now.unclear
        for item in self._wanted.items.values():
            side = VENDORS if item.is_vendors else CUSTOMERS
            if not side.number.fullmatch(item.number):
                yield f"{item.number} of {item.party} is no number that the ledger can find again"
            owed = self._registers[item.is_vendors].documents().get(item.number)
            if owed and (owed.party, owed.due, owed.total.currency) != (item.party, item.due, item.currency):
                there = f"{owed.party} until {owed.due} in {owed.total.currency}"
                said = f"{item.number} is of {there} in the ledger, and of {item.party} until {item.due} in"
                yield f"{said} {item.currency} in the other books: put it right there"
        left = self._rest([*self._of_movements(), *self._of_explained()])
        for (name, currency), amount in left.items():
            if name == UNEXPLAINED:
                yield f"{amount} {currency} that nobody has explained belong to no movement with an id: explain them"

    def entries(self) -> tuple[Text, ...]:
        """The entries, those of movements on their days, all others on the last day."""
        made = [*self._of_movements(), *self._of_explained(), *self._of_items(), *self._of_credits()]
        return (*made, *self._of_rest(self._rest(made)))

    def _text(self, what: str, tag: str = TAG, payee: str = "", said: str = "") -> Text:
        key = sha256_hex(f"moved back {self._wanted.on} {what}".encode())
        meta = {"key": quoted(key), "at": quoted(self._at.strftime(UTC_FORMAT))}
        return Text(self._wanted.on, payee, said or what, tag, (), meta)

    def _of_movements(self) -> Iterator[Text]:
        """What the bank moved and the ledger does not know yet."""
        for each in self._movements:
            if each.bank_id in self._ledger.moves(each.account, frozenset({each.bank_id})):
                continue
            entry = self._text(
                f"{each.account} {each.bank_id}", "unexplained" if each.waits else TAG, "", each.row.said
            )
            entry.day = each.row.day
            entry.meta = {"bank_id": quoted(each.bank_id), **entry.meta}
            amount, currency = each.row.amount, each.row.currency
            other = UNEXPLAINED if each.waits else OPENING
            entry.legs = [Leg(each.account, amount, currency), Leg(other, -amount, currency)]
            yield entry

    def _of_explained(self) -> Iterator[Text]:
        """What waited to be explained in the ledger, and does not any more."""
        still = {each.bank_id for each in self._movements if each.waits}
        for bank_id, entry in waiting_moves(self._ledger.whole()).items():
            if bank_id in still or entry.day > self._wanted.on:
                continue
            leg = moved_leg(entry)
            made = self._text(f"explains {bank_id}")
            made.day = entry.day
            made.meta = {"explains": quoted(bank_id), **made.meta}
            made.legs = [Leg(UNEXPLAINED, leg.amount, leg.currency), Leg(OPENING, -leg.amount, leg.currency)]
            yield made

    def _of_items(self) -> Iterator[Text]:
        """Documents that are new, and what was paid on others since, or taken back."""
        numbers = {*self._wanted.items, *self._now.items}
        for number in sorted(numbers):
            item = self._wanted.items.get(number) or self._now.items[number]
            owed = self._registers[item.is_vendors].documents().get(number)
            if owed is None:
                yield self._new(item)
            elif moved := (item.open if number in self._wanted.items else NOTHING) - self._open(item):
                yield self._adjusted(item, owed, moved)

    def _open(self, item: Item) -> Decimal:
        standing = self._registers[item.is_vendors].standing(item.number, self._wanted.on, with_credit=False)
        return standing.open if isinstance(standing, InvoiceStanding) else NOTHING

    def _new(self, item: Item) -> Text:
        side = VENDORS if item.is_vendors else CUSTOMERS
        entry = self._text(item.number, side.tag, item.party, f"{item.number} as it was open")
        entry.links = (item.number,)
        entry.meta |= {"number": quoted(item.number), "due": str(item.due)}
        if item.reference:
            entry.meta["reference"] = quoted(item.reference)
        owed, account = side.sign * item.open, (payable if item.is_vendors else receivable)(item.party)
        if item.worth is None or item.currency == self._ledger.home:
            entry.legs = [Leg(account, owed, item.currency), Leg(OPENING, -owed, item.currency)]
        else:
            entry.meta["rate"] = quoted(f"{(item.worth / item.open).quantize(RATE_PLACES).normalize():f}")
            worth = (item.worth, self._ledger.home)
            other = Leg(OPENING, -side.sign * item.worth, self._ledger.home)
            entry.legs = [Leg(account, owed, item.currency, worth), other]
        return entry

    def _adjusted(self, item: Item, owed: Owed, moved: Decimal) -> Text:
        entry = self._text(item.number, TAG, item.party, f"{item.number} as it stands")
        sign = VENDORS.sign if item.is_vendors else CUSTOMERS.sign
        entry.links = (item.number,)
        account, amount = owed.account, sign * moved
        entry.legs = [
            Leg(account, amount, item.currency, applies=item.number.lower()),
            Leg(OPENING, -amount, item.currency),
        ]
        return entry

    def _of_credits(self) -> Iterator[Text]:
        for whose in sorted({*self._wanted.credits, *self._now.credits}):
            more = self._wanted.credits.get(whose, NOTHING) - self._credit_left(whose)
            if more:
                is_vendors, party, currency = whose
                amount = more if is_vendors else -more
                entry = self._text(f"credit of {party} {currency} {is_vendors}", TAG, party, "credit as it stands")
                account = self._account(party, is_vendors=is_vendors)
                entry.legs = [Leg(account, amount, currency, applies=ON_ACCOUNT), Leg(OPENING, -amount, currency)]
                yield entry

    def _credit_left(self, whose: Whose) -> Decimal:
        """What the ledger has to a party's credit once documents that were paid too much are as they shall be."""
        is_vendors, party, currency = whose
        left = self._now.credits.get(whose, NOTHING)
        for number in self._wanted.items:
            owed = self._registers[is_vendors].documents().get(number)
            if owed and (owed.party, owed.total.currency) == (party, currency):
                left += min(self._open(self._wanted.items[number]), NOTHING)
        return left

    def _account(self, party: str, *, is_vendors: bool) -> str:
        owed = self._registers[is_vendors].documents().values()
        known = [each.account for each in owed if each.party == party and each.account]
        return known[-1] if known else (payable if is_vendors else receivable)(party)

    def _rest(self, made: Iterable[Text]) -> dict[Place, Decimal]:
        """What the balances still lack once these entries are written."""
        legs = (leg for entry in made for leg in entry.legs if not leg.account.startswith((RECEIVABLES, PAYABLES)))
        written = added(((leg.account, leg.currency), leg.amount) for leg in legs if leg.account != OPENING)
        places = {*self._wanted.balances, *self._now.balances, *written}
        left = {}
        for place in sorted(places):
            there = self._now.balances.get(place, NOTHING) + written.get(place, NOTHING)
            if more := self._wanted.balances.get(place, NOTHING) - there:
                left[place] = more
        return left

    def _of_rest(self, rest: dict[Place, Decimal]) -> Iterator[Text]:
        if not rest:
            return
        entry = self._text("Balances", said=f"Balances at the end of {self._wanted.on}")
        entry.legs = [Leg(name, amount, currency) for (name, currency), amount in rest.items()]
        sums = added(((OPENING, currency), -amount) for (_, currency), amount in rest.items())
        entry.legs += [Leg(OPENING, amount, currency) for (_, currency), amount in sums.items()]
        yield entry


def append_all(append: LedgerAppend, made: Callable[[Ledger], MovingBack]) -> tuple[str, ...]:
    """Append what is missing, all of a month or nothing of it; the files that were changed. `made` looks at a ledger.

    Raises:
        NotAllowed: the ledger refuses an entry.
        NeedsOwner: a file cannot be read, or is not read by the ledger.
        Transient: the ledger was busy.
        OutcomeUnknown: the disk refused, perhaps after the bytes arrived.
    """
    with append.locked():
        for _ in range(TRIES):
            ledger = append.cache.ledger(append.readable())
            opened = opened_accounts(ledger.texts.values())
            entries = made(ledger).entries()
            snippets = [(each.day, with_accounts(opened, each.written(), each.opens(), WHAT)) for each in entries]
            changed = appended(ledger.texts, snippets)
            if not changed:
                return ()
            after = append.checked(ledger, {**ledger.texts, **changed}, WHAT)
            if missing := set(changed) - after.files:
                hint = f'Include "20[0-9][0-9]/*.beancount" in {MAIN}.'
                raise NeedsOwner(f"The ledger does not read what is appended to {min(missing)}.", hint=hint)
            if all(append.write(month, ledger.texts.get(month), new, WHAT) for month, new in sorted(changed.items())):
                append.written(after)
                return tuple(sorted(changed))
    raise changed_meanwhile()
