"""A bank's table as far as it is understood: read, or what the owner is asked, with their answers taken in. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.connectors.bank.amounts import is_currency
from agents.connectors.bank.csv_profile import NeedsProfile, Profile, Question, digest_of
from agents.connectors.bank.csv_reading import learnt_profile, read_csv
from agents.connectors.bank.csv_sniffing import drafted, is_day
from agents.connectors.bank.csv_table import read_table
from agents.connectors.bank.csv_values import (
    AS_WRITTEN,
    DAY_FIRST,
    DECIMALS,
    MONTH_FIRST,
    ORDERS,
    SIGNS_OF_AMOUNTS,
    TURNED,
    number_of,
    read_cell,
    read_day,
)
from agents.connectors.bank.csv_words import AMOUNT, CREDIT, DAY, DEBIT, MONEY
from agents.connectors.bank.decoding import decode
from agents.connectors.bank.refusal import WHOLE, Refusal, RefusedError, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from agents.connectors.bank.csv_table import Table

ACCOUNT_OF_ALL, CURRENCY_OF_ALL = "account_of_all", "currency_of_all"
THIS_FILE_ONLY = ", this file only"
NO_STATEMENT = "none of them: it is no statement of a bank"
SHOWN_ROWS = 4
_PAIR = re.compile(r"(.+) is money out, (.+) is money in")
_CHOSEN = {"date_order": ORDERS, "decimal": DECIMALS, "signs": SIGNS_OF_AMOUNTS}


@dataclass(frozen=True, slots=True)
class Studied:
    """`used` reads this file, `kept` is for later ones too; both are whole when no `questions` are left.

    `rows` are the heading and a few rows, to be shown; `choices` are the answers that fit, by what a question is about.
    """

    used: Profile
    kept: Profile
    questions: tuple[Question, ...]
    rows: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]


def digest_in(content: bytes) -> str:
    """What the heading of a table is known by; empty when it cannot be told."""
    try:
        table = read_table(decode(content))
    except RefusedError:
        return ""
    return digest_of(table.heading) if table else ""


def study(
    content: bytes, name: str, profiles: Mapping[str, Profile], answers: Mapping[str, Sequence[str]]
) -> Studied | Refusal:
    """What a table is. `name` is the file's; `answers` are the owner's, oldest first, by what was asked about.

    An answer counts only where it is needed, and the last one that can be meant.
    """
    try:
        return _studied(decode(content), name, profiles, answers)
    except RefusedError as err:
        return err.refusal


def _studied(
    text: str, name: str, profiles: Mapping[str, Profile], answers: Mapping[str, Sequence[str]]
) -> Studied | Refusal:
    table = read_table(text)
    if table is None:
        return Refusal("The file has no heading over its columns.", WHOLE)
    used = profiles.get(digest_of(table.heading)) or drafted(table)
    kept, left = used, dict(answers)
    while isinstance(found := read_csv(text, name, {used.digest: used}), NeedsProfile):
        said = [(each.about, words) for each in found.questions if (words := _meant(used, each.about, left))]
        if not said:
            choices = {each.about: tuple(_choices(used, table, each.about)) for each in found.questions}
            return Studied(used, kept, found.questions, _shown(table), choices)
        for about, words in said:
            left.pop(about)
            used = with_answer(used, about, words.removesuffix(THIS_FILE_ONLY)) or used
            kept = kept if words.endswith(THIS_FILE_ONLY) else with_answer(kept, about, words) or kept
    kept = learnt_profile(text, {kept.digest: kept}) or kept
    return Studied(used, kept, (), _shown(table), {})


def _meant(profile: Profile, about: str, answers: Mapping[str, Sequence[str]]) -> str:
    """The last answer about this that can be meant; empty when there is none."""
    return next((each for each in reversed(answers.get(about, ())) if with_answer(profile, about, each)), "")


def with_answer(profile: Profile, about: str, words: str) -> Profile | None:
    """The profile with an answer: one that was offered, or the value itself; None when it says nothing of this."""
    value = words.partition(":")[0].strip()
    if about in _CHOSEN:
        return _with_choice(profile, about, value) if value in _CHOSEN[about] else None
    if about == CURRENCY_OF_ALL:
        return replace(profile, currency=words.upper()) if is_currency(words.upper()) else None
    if about == ACCOUNT_OF_ALL:
        return replace(profile, account=words) if words != NO_STATEMENT else None
    return _with_columns(profile, about, words)


def _with_choice(profile: Profile, about: str, value: str) -> Profile:
    if about == "date_order":
        return replace(profile, date_order=value)
    return replace(profile, decimal=value) if about == "decimal" else replace(profile, signs=value)


def _with_columns(profile: Profile, about: str, words: str) -> Profile | None:
    pair = _PAIR.fullmatch(words)
    chosen = ((DEBIT, pair[1]), (CREDIT, pair[2])) if pair and about == AMOUNT else ((about, words),)
    if any(name not in profile.heading for _, name in chosen):
        return None
    taken = {name for _, name in chosen}
    return replace(profile, columns=(*chosen, *(each for each in profile.columns if each[1] not in taken)))


def _choices(profile: Profile, table: Table, about: str) -> Iterator[str]:
    """The answers that fit the rows; accounts and currencies are for whoever knows the books."""
    cells = _Cells(table)
    if about == DAY:
        yield from cells.names(is_day)
    elif about == AMOUNT:
        yield from cells.names(_is_amount)
        yield from cells.pairs()
    elif about == "date_order":
        yield from _orders(cells.of(profile.places(DAY)))
    elif about == "decimal":
        yield from _marks(cells.of([place for role in MONEY for place in profile.places(role)]), profile.currency)
    elif about == "signs":
        some = told(next(iter(cells.of(profile.places(AMOUNT))), ""))
        yield f"{AS_WRITTEN}: {some} came in"
        yield f"{TURNED}: {some} went out"


class _Cells:
    """The columns of a table."""

    def __init__(self, table: Table) -> None:
        self._heading = table.heading
        self._rows = [each.cells for each in table.rows if any(each.cells)]

    def of(self, places: Iterable[int]) -> list[str]:
        """What stands in some columns."""
        return [row[place] for place in places for row in self._rows if len(row) > place and row[place]]

    def names(self, fits: Callable[[str], bool]) -> list[str]:
        """The columns all of whose cells are filled and fit."""
        return [self._heading[place] for place in self._fitting(fits, len(self._rows))]

    def pairs(self) -> Iterator[str]:
        """Two columns of amounts of which each row fills one; either may be money out."""
        places = self._fitting(_is_amount, 1)
        for out in places:
            for into in places:
                both = (self.of([out]), self.of([into]))
                if out != into and self._alternate(out, into) and all(both):
                    yield f"{self._heading[out]} is money out, {self._heading[into]} is money in"

    def _alternate(self, one: int, other: int) -> bool:
        wide = [row for row in self._rows if len(row) > max(one, other)]
        return bool(wide) and all(bool(row[one]) != bool(row[other]) for row in wide)

    def _fitting(self, fits: Callable[[str], bool], least: int) -> list[int]:
        columns = [(place, self.of([place])) for place in range(len(self._heading))]
        return [place for place, cells in columns if len(cells) >= least and all(map(fits, cells))]


def _is_amount(cell: str) -> bool:
    return read_cell(cell) is not None and not is_day(cell)


def _orders(cells: Iterable[str]) -> Iterator[str]:
    """One date that both orders read, each its way."""
    for cell in cells:
        days = [(order, read_day(cell, order)) for order in (DAY_FIRST, MONTH_FIRST)]
        if len({day for _, day in days if day}) > 1:
            yield from (f"{order}: {told(cell)} is {day.day} {day:%B %Y}" for order, day in days if day)
            return


def _marks(cells: Iterable[str], currency: str) -> Iterator[str]:
    """One amount that both marks read, each its way."""
    for text in cells:
        cell = read_cell(text)
        read = [(mark, number_of(cell, mark, currency)) for mark in DECIMALS] if cell else []
        if len({number for _, number in read if number is not None}) > 1:
            yield from (f"{mark}: {told(text)} is {number:,.2f}" for mark, number in read if number is not None)
            return


def _shown(table: Table) -> tuple[str, ...]:
    filled = [each.cells for each in table.rows[: 2 * SHOWN_ROWS] if any(each.cells)]
    rows = (table.heading, *filled[:SHOWN_ROWS])
    return tuple(" | ".join(map(told, cells)) for cells in rows)
