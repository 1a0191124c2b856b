"""One version of the ledger, asked for what a figure or a standing needs of it: parts of files, each read when asked.

Where a part turns out to be damaged, or is not kept any more, the whole ledger is loaded and answers instead.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, DecimalException
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from agents.connectors.ledger.beancount_file import Loaded
from agents.connectors.ledger.bookings import booking, issued
from agents.connectors.ledger.file_parts import (
    ABOUT,
    BOOKED,
    ENTRIES,
    EXPLAINS,
    ISSUED,
    MOVES,
    about,
    move,
    parts_of,
    source_row,
    transaction,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from agents.connectors.book_figures import SourceRow
    from agents.connectors.ledger.beancount_file import LedgerError, Transaction
    from agents.connectors.ledger.bookings import Booking, Issued, Row, Side
    from agents.connectors.ledger.file_parts import About

DAMAGED = (ValueError, LookupError, TypeError, AttributeError, DecimalException)
Days = tuple[date, date]  # from and to, both with
Part = tuple[str, str]  # file and topic
Chosen = Callable[["Row"], bool]
T = TypeVar("T")
_ORDER = itemgetter(0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Kept:
    """A ledger without an error, in parts: its files as they were read, its currency, and where the parts are.

    `read` gives the parts it is asked for, in that order, or raises one of DAMAGED.
    """

    order: tuple[str, ...]
    home: str
    abouts: Mapping[str, About]
    read: Callable[[Sequence[Part]], list[Any]]

    def whole(self) -> Loaded:
        """All of it; raises one of DAMAGED."""
        return Loaded(tuple(self.entries(self.order)), (), frozenset(self.order), self.home, self.order)

    def within(self, days: Days) -> list[str]:
        """The files that may hold an entry of these days."""
        return [name for name in self.order if self.abouts[name].has_within(*days)]

    def entries(self, files: Iterable[str], chosen: Chosen | None = None) -> list[Transaction]:
        """The entries of these files, all or those that are chosen; raises one of DAMAGED."""
        return self.rows([(name, ENTRIES) for name in files], lambda place, row: transaction(place[0], row), chosen)

    def with_files(self, changed: Mapping[str, Mapping[str, Any]]) -> Kept:
        """The same ledger where some files have other parts: by topic, as `parts_of` makes them."""

        def read(wanted: Sequence[Part]) -> list[Any]:
            others = iter(self.read([each for each in wanted if each[0] not in changed]))
            return [changed[name][topic] if name in changed else next(others) for name, topic in wanted]

        abouts = {name: about(parts[ABOUT]) for name, parts in changed.items()}
        return Kept(self.order, self.home, {**self.abouts, **abouts}, read)

    def rows(self, places: Sequence[Part], decode: Callable[[Part, Row], T], chosen: Chosen | None = None) -> list[T]:
        """The rows of these parts, all or those that are chosen, in the order of the books; raises one of DAMAGED."""
        position = {name: at for at, name in enumerate(self.order)}
        found = []
        for place, part in zip(places, self.read(places), strict=True):
            at = position[place[0]]
            found += [(row[0], row[1], at, row[2], place, row) for row in part if chosen is None or chosen(row)]
        found.sort(key=_ORDER)
        return [decode(place, row) for *_, place, row in found]


def _of(days: Days) -> Chosen:
    start, end = (each.isoformat() for each in days)
    return lambda row: bool(start <= row[0] <= end)


def in_parts(loaded: Loaded, texts: Mapping[str, str]) -> Kept:
    """A loaded ledger without an error; what a plugin made and is in no file counts as a file of its own."""
    entries: dict[str, list[Transaction]] = {name: [] for name in loaded.order}
    for each in loaded.transactions:
        entries.setdefault(each.file, []).append(each)
    parts = {name: parts_of(some, texts.get(name, "")) for name, some in entries.items()}
    return Kept(tuple(entries), loaded.home, {}, lambda _: []).with_files(parts)


class Ledger:
    """A ledger as beancount understands it. `errors` are those of all its files; one with an error has no figures.

    `texts` are those of every file that lies there, `order` those it is made of, `home` the currency it is kept in.
    """

    def __init__(self, texts: Mapping[str, str], load: Callable[[], Loaded], kept: Kept | None = None) -> None:
        self.texts = texts
        self._load = load
        self._kept = kept
        self._loaded: Loaded | None = None

    @property
    def is_known(self) -> bool:
        """Whether nothing has to be loaded to tell its errors."""
        return self._kept is not None or self._loaded is not None

    @property
    def errors(self) -> tuple[LedgerError, ...]:
        """What is wrong with it."""
        return () if self._kept and not self._loaded else self._anew().errors

    def whole(self) -> Loaded:
        """All of it at once."""
        if self._loaded is None and self._kept:
            with suppress(*DAMAGED):
                self._loaded = self._kept.whole()
        return self._anew()

    def ask(self, question: Callable[[Kept], T]) -> T:
        """What the parts say, or, where one is damaged, the ledger loaded anew."""
        if self._kept:
            with suppress(*DAMAGED):
                return question(self._kept)
        self._kept = in_parts(self._anew(), self.texts)
        return question(self._kept)

    @property
    def home(self) -> str:
        """The currency the owner works in."""
        return self.ask(lambda kept: kept.home)

    @property
    def files(self) -> frozenset[str]:
        """What it is made of: the top file and what it includes."""
        return self.ask(lambda kept: frozenset(kept.order))

    def transactions(self, days: Days) -> list[Transaction]:
        """The entries of these days."""
        return self.ask(lambda kept: kept.entries(kept.within(days), _of(days)))

    def by_key(self, key: str) -> list[Transaction]:
        """The entries that were made for an effect; its key stands in their file as it is."""
        texts = self.texts
        found = self.ask(lambda kept: kept.entries([name for name in kept.order if key in texts.get(name, key)]))
        return [each for each in found if each.meta.get("key") == key]

    def moves(self, account: str, ids: frozenset[str] | None = None, since: date = date.min) -> dict[str, SourceRow]:
        """The movements of an account that are booked, all, of these ids or since a day, by `bank_id`.

        An id is of one account.
        """
        days = (since, date.max)
        first = since.isoformat()

        def is_meant(row: Row) -> bool:
            return bool(row[0] >= first) and account in row[3] and (ids is None or row[2] in ids)

        def asked(kept: Kept) -> dict[str, SourceRow]:
            return dict(kept.rows([(name, MOVES) for name in kept.within(days)], move, is_meant))

        return self.ask(asked)

    def standing_at(self, places: AbstractSet[str]) -> list[Transaction]:
        """The entries that stand at these places, each 'file:line'."""
        files = {place.rpartition(":")[0] for place in places}
        found = self.ask(lambda kept: kept.entries([name for name in kept.order if name in files]))
        return [each for each in found if f"{each.file}:{each.line}" in places]

    def rows(self, wanted: Callable[[str], bool], days: Days, sign: int) -> list[tuple[str, SourceRow]]:
        """What is booked in these days on the accounts that are wanted, each with its account; amounts times `sign`."""

        def asked(kept: Kept) -> list[tuple[str, SourceRow]]:
            files = kept.within(days)
            places = [(name, account) for name in files for account in kept.abouts[name].sums if wanted(account)]
            return kept.rows(places, lambda place, row: (place[1], source_row(place[0], row, sign)), _of(days))

        return self.ask(asked)

    def sums_before(self, wanted: Callable[[str], bool], day: date) -> dict[str, dict[str, Decimal]]:
        """What was booked before a day on the accounts that are wanted, by account and currency."""

        def asked(kept: Kept) -> dict[str, dict[str, Decimal]]:
            found: dict[str, dict[str, Decimal]] = {}
            files = [name for name in kept.order if kept.abouts[name].first and kept.abouts[name].first < str(day)]
            over = [name for name in files if kept.abouts[name].last < str(day)]
            told = [(account, sums.items()) for name in over for account, sums in kept.abouts[name].sums.items()]
            places = [(name, each) for name in files if name not in over for each in kept.abouts[name].sums]
            places = [(name, each) for name, each in places if wanted(each)]
            rows = kept.rows(places, lambda place, row: (place[1], ((row[5], row[4]),)), lambda row: row[0] < str(day))
            for account, sums in (*((account, sums) for account, sums in told if wanted(account)), *rows):
                amounts = found.setdefault(account, {})
                for currency, amount in sums:
                    amounts[currency] = amounts.get(currency, Decimal(0)) + Decimal(amount)
            return found

        return self.ask(asked)

    def issued(self, side: Side) -> list[Issued]:
        """The entries that issue a document of this side."""
        return self._of_every_file(f"{ISSUED} {side.party}", issued)

    def booked(self, side: Side) -> list[Booking]:
        """The other entries that may have to do with such a document."""
        return self._of_every_file(f"{BOOKED} {side.party}", booking)

    def explained(self) -> frozenset[str]:
        """The bank ids of movements that some entry explains."""

        def asked(kept: Kept) -> frozenset[str]:
            parts = kept.read([(name, EXPLAINS) for name in kept.order])
            return frozenset(each for part in parts for each in part)

        return self.ask(asked)

    def bank_to(self) -> dict[str, date]:
        """The last day up to which each account's movements are in: that of the last one, or of a closing balance."""

        def asked(kept: Kept) -> dict[str, date]:
            found: dict[str, date] = {}
            for name in kept.order:
                for account, day in kept.abouts[name].moved.items():
                    moved = date.fromisoformat(day)
                    found[account] = max(moved, found.get(account, moved))
            for name in kept.order:
                for account, day in kept.abouts[name].closed.items():
                    if account in found:  # a balance holds at the beginning of its day
                        found[account] = max(found[account], date.fromisoformat(day) - timedelta(days=1))
            return found

        return self.ask(asked)

    def _of_every_file(self, topic: str, decode: Callable[[str, Row], T]) -> list[T]:
        def asked(kept: Kept) -> list[T]:
            return kept.rows([(name, topic) for name in kept.order], lambda place, row: decode(place[0], row))

        return self.ask(asked)

    def _anew(self) -> Loaded:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded
