"""What a bank line says about who is on the other side and what it is for, looked up once. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING

from agents.connectors.bank.line_text import account_name
from agents.connectors.bank.party_names import Alike, NameIndex
from agents.connectors.bank.references import Mentions, ReferenceIndex, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.bank.matches import LineId
    from agents.connectors.bank.open_items import Expected
    from agents.connectors.bank.statement import BankLine

_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,' ]?\d{3}){0,3}[.,]\d{2}(?![\d.,]*\d)")
_FEE = re.compile(r"(?:fee|fees|entgelt|gebuhr|gebuehr|charges?|kosten|spesen|frais|commission|provision)\b[^\d]{0,12}")
_MOST_AMOUNTS = 8  # in one text


class Likeness(IntEnum):
    """How sure the other side of a line is a party."""

    OTHER = -1  # it is somebody else whom we know
    UNKNOWN = 0
    CLOSE = 1  # a part of the name
    NAME = 2
    ACCOUNT = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """A line with what it says. `holders` are the known parties of the other side's account."""

    id: LineId
    account: str
    line: BankLine
    mentions: Mentions
    settled: tuple[int, ...]  # booked lines that settled a number which this line names
    holders: frozenset[str]
    alike: Alike

    @property
    def amounts(self) -> frozenset[Decimal]:
        """The amounts in the text."""
        return frozenset(_amounts_in(plain(self.line.text)))

    @property
    def fees(self) -> frozenset[Decimal]:
        """The amounts that the text calls fees."""
        return frozenset(_fees_in(plain(self.line.text)))

    @property
    def target(self) -> Decimal:
        """How much moved, without its sign."""
        return abs(self.line.amount)

    @property
    def sign(self) -> int:
        """1 when money came in, -1 when it left."""
        return 1 if self.line.amount > 0 else -1

    @property
    def is_torn(self) -> bool:
        """Whether the account is one known party's and the name another's."""
        return bool(self.holders and self.alike.same) and not self.holders & self.alike.same

    def likeness(self, party: str) -> Likeness:
        """How sure the other side is this party; an account says more than a name."""
        if self.is_torn:
            return Likeness.CLOSE if party in self.holders else Likeness.OTHER
        if self.holders:
            return Likeness.ACCOUNT if party in self.holders else Likeness.OTHER
        if party in self.alike.same:
            return Likeness.NAME
        if party in self.alike.close:
            return Likeness.CLOSE
        return Likeness.OTHER if self.alike.same else Likeness.UNKNOWN

    def known_parties(self) -> tuple[str, ...]:
        """Who it is, by account or by the whole name."""
        return () if self.is_torn else tuple(sorted(self.holders or self.alike.same))


class Known:
    """What the books know of parties and numbers, for looking at lines."""

    def __init__(self, expected: Expected) -> None:
        self._accounts: dict[str, set[str]] = {}
        self._holders: dict[str, set[str]] = {}
        self._vendors = {each.name for each in expected.parties if each.is_vendor}
        self._vendors |= {each.party for each in expected.items if not each.is_incoming}
        for name, ibans in _accounts(expected):
            for iban in map(account_name, ibans):
                self._accounts.setdefault(name, set()).add(iban)
                self._holders.setdefault(iban, set()).add(name)
        self._names = NameIndex([*(each.name for each in expected.parties), *(each.party for each in expected.items)])
        self._numbers = ReferenceIndex(
            (text, place) for place, item in enumerate(expected.items) for text in (item.number, *item.references)
        )
        self._settled = ReferenceIndex(
            (number, place) for place, each in enumerate(expected.booked) for number, _ in each.parts
        )

    def look_at(self, account: str, line: BankLine) -> Seen:
        """Everything a line says."""
        texts = (line.reference, line.text)
        return Seen(
            id=(account, line.bank_id),
            account=account,
            line=line,
            mentions=self._numbers.find(*texts),
            settled=tuple(each for shared in self._settled.find(*texts).exact for each in shared),
            holders=frozenset(self._holders.get(account_name(line.iban), ())) if line.iban else frozenset(),
            alike=self._names.find(line.party.strip()),
        )

    def is_new_account(self, seen: Seen, party: str) -> bool:
        """Whether the line shows an account, others are known for the party, and this one is not."""
        known = self._accounts.get(party)
        return bool(seen.line.iban and known) and account_name(seen.line.iban) not in (known or ())

    def is_vendor(self, party: str) -> bool:
        """Whether we pay them."""
        return party in self._vendors


def _accounts(expected: Expected) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((each.name, each.ibans) for each in expected.parties)
    yield from ((each.party, each.ibans) for each in expected.items)


def _amounts_in(text: str) -> Iterator[Decimal]:
    for _, found in zip(range(_MOST_AMOUNTS), _AMOUNT.finditer(text), strict=False):
        yield _decimal(found.group())


def _fees_in(text: str) -> Iterator[Decimal]:
    for _, word in zip(range(_MOST_AMOUNTS), _FEE.finditer(text), strict=False):
        if found := _AMOUNT.match(text, word.end()):
            yield _decimal(found.group())


def _decimal(written: str) -> Decimal:
    digits = "".join(each for each in written if each.isdigit())
    return Decimal(digits[:-2]) + Decimal(digits[-2:]) / 100
