"""The owner's own tests of the policy: the table under `Examples` in the handbook, checked on every change. Pure.

Each row is a case and the answer the owner expects. What a cell leaves empty is what nobody knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.approval.policy_words import (
    ANYTHING,
    COUNTRIES,
    DAYS,
    KINDS,
    MONEY,
    SOURCES,
    NotUnderstood,
    answer,
    number,
    plainly,
    read_then,
    read_who,
)
from agents.security.permission_manager import Begun, Level, Request, Role, Verb
from agents.vault.outline import Problem
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from agents.security.permission_manager import Policy, Ruling

HEADING = "examples"
NEEDED = frozenset({"what", "then"})
COLUMNS = NEEDED | {"who", "amount", "to", "from", "known", "at", "today"}
A_WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)  # noon of a working day, where a row does not say when
_KNOWN = re.compile(r"([0-9]{1,5}) days?")
_AT = re.compile(r"(?:([a-z]+)s?)? ?(?:([0-9]{1,2}):([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Example:
    """One case with the answer the owner expects, and its line in the handbook."""

    line: int
    request: Request
    then: Level


@lru_cache(maxsize=4)
def read_examples(handbook: str) -> tuple[tuple[Example, ...], tuple[Problem, ...]]:
    """The rows of the tables under `Examples`, and what is wrong with some.

    Rows with too few or too many cells are named by whoever reads the handbook as a whole.
    """
    tables = [each for each in read_tables(handbook) if isinstance(each, Table)]
    found = [each for table in tables if table.heading.strip().casefold() == HEADING for each in _rows(table)]
    examples = tuple(each for each in found if isinstance(each, Example))
    return examples, tuple(each for each in found if isinstance(each, Problem))


def failing_examples(handbook: str, policy: Policy) -> tuple[Problem, ...]:
    """Every example that cannot be read or is answered otherwise, and how."""
    examples, problems = read_examples(handbook)
    rulings = ((each, policy.decide(each.request)) for each in examples)
    return (*problems, *(_failing(each, ruling) for each, ruling in rulings if ruling.level is not each.then))


def _failing(example: Example, ruling: Ruling) -> Problem:
    given = f"the answer is {answer(ruling.level)}, by {ruling.rule}"
    return Problem(example.line, f"your example says {answer(example.then)}, but {given}")


def _rows(table: Table) -> Iterator[Example | Problem]:
    columns = set(table.columns)
    if wrong := [*sorted(NEEDED - columns), *sorted(columns - COLUMNS)]:
        yield Problem(table.line, f"the table of examples lacks or does not know the column {', '.join(wrong)}")
        return
    for row in table.rows:
        try:
            yield Example(row.line, read_request(row.cells), read_then(row.cells["then"].strip()))
        except NotUnderstood as err:
            yield Problem(row.line, str(err))


def read_request(cells: Mapping[str, str]) -> Request:
    """The case that cells describe: `what`, and any of `who, amount, to, from, known, at, today`.

    Raises:
        NotUnderstood: one of them is not understood.
    """
    cell = {name: text.strip() for name, text in cells.items()}
    action, stakes = _what(cell["what"])
    amount, currency = _money(cell.get("amount", ""))
    country = cell["to"] if cell.get("to") in COUNTRIES else ""
    return Request(
        role=_role(cell.get("who", "")),
        verb=Verb.APPROVE,
        at=_at(cell.get("at", "")),
        action=action,
        stakes=stakes,
        amount=amount,
        currency=currency,
        counterparty="" if country else cell.get("to", ""),
        country=country,
        source=_source(cell.get("from", "")),
        known_days=_known(cell.get("known", "")),
        today=_today(cell.get("today", ""), action, stakes),
    )


def _role(text: str) -> Role:
    """A plain move of the owner's is that of the folder."""
    roles = read_who(text)
    return Role.VAULT if Role.VAULT in roles else min(roles)


def _what(text: str) -> tuple[str, str]:
    """An action and what is at stake, of 'payment' or 'email.send'."""
    word = plainly(text)
    if (kind := word.removesuffix("s")) in KINDS:
        action, stakes = KINDS[kind]
        return action, stakes.value
    service = word.partition(".")[0]
    of_service = {stakes for action, stakes in KINDS.values() if action == word} or {
        stakes for action, stakes in KINDS.values() if action.startswith(f"{service}.")
    }
    if word in ANYTHING or "." not in word or "*" in word or len(of_service) != 1:
        raise NotUnderstood(f"{word[:40]!r} is no kind of action; write {', '.join(KINDS)} or the name of an action")
    return word, of_service.pop().value


def _money(text: str) -> tuple[Decimal | None, str]:
    if not text:
        return None, ""
    found = MONEY.fullmatch(text)
    if not found:
        raise NotUnderstood(f"{text[:40]!r} is no amount such as 500 EUR")
    return number(found["number"]), found["currency"]


def _source(text: str) -> str:
    """'a mail', 'from a mail', 'me', 'the sender'."""
    word = plainly(text)
    known = {name.partition(" ")[2]: min(each) for name, each in SOURCES.items()}
    source = known | {name: min(each) for name, each in SOURCES.items()}
    if word and word not in source:
        raise NotUnderstood(f"{word[:40]!r} is no source; write {', '.join(known)}")
    return source.get(word, "")


def _known(text: str) -> int | None:
    word = plainly(text)
    found = _KNOWN.fullmatch(word)
    if word and word != "new" and not found:
        raise NotUnderstood(f"{word[:40]!r} is not for how long you know them; write new, or 30 days")
    return int(found[1]) if found else 0 if word else None


def _at(text: str) -> datetime:
    """'saturday', '20:00' or 'saturday 20:00'."""
    word = plainly(text)
    found = _AT.fullmatch(word)
    day = next((each for each in DAYS if found and each == (found[1] or "").removesuffix("s")), "")
    if not found or bool(found[1]) != bool(day):
        raise NotUnderstood(f"{word[:40]!r} is no time such as Saturday 20:00")
    at = A_WEDNESDAY + timedelta(days=DAYS.index(day) - A_WEDNESDAY.weekday()) if day else A_WEDNESDAY
    try:
        return at.combine(at.date(), time(int(found[2]), int(found[3])), UTC) if found[2] else at
    except ValueError as err:
        raise NotUnderstood(f"{word[:40]!r} is no time of a day") from err


def _today(text: str, action: str, stakes: str) -> tuple[Begun, ...]:
    """What was done of this kind within the day: '1,900 EUR', '10', or both with 'and'; empty = nothing."""
    found: tuple[Begun, ...] = ()
    for part in text.split(" and ") if text else ():
        if part.isascii() and part.isdigit():
            found = (*found, Begun(action, stakes, int(part[:6])))
        else:
            found = (*found, Begun(action, stakes, 0, *_money(part)))
    return found
