"""The handbook's table of permissions, compiled to rules. Pure.

A row answers for what it holds for: it grants its answer, and asks for no less. Rows bounded from above ('up to') only
grant, rows bounded from below ('above') only ask. Where several rows hold, the strictest counts.

A row that cannot be read never makes anything easier: what is wrong in it is taken at its widest, so a limit that
cannot be read holds for every amount, and an answer that cannot be read is never.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.approval.policy_words import (
    FROM_US,
    KINDS,
    THEN,
    NotUnderstood,
    What,
    answer,
    read_may,
    read_then,
    read_what,
    read_when,
    read_who,
)
from agents.approval.risk import OWNERS, row_name
from agents.connectors.contract import Stakes
from agents.security.permission_manager import ALWAYS, HUMAN, MAY_AT_MOST, Conditions, Level, Role, Rule, Verb
from agents.vault.outline import Problem
from agents.vault.tables import Table, heading_above, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeVar

    Read = TypeVar("Read")

HEADING = "permissions"
COLUMNS = frozenset({"who", "may", "what", "when", "then"})
NEEDED = frozenset({"what", "then"})
TAKEN_FROM_TEXT = frozenset({Stakes.MESSAGE.value, Stakes.MONEY_LEAVES.value})  # the recipient decides where it goes
ALL_ROLES = frozenset(Role)
DECIDING = frozenset({Verb.PROPOSE, Verb.APPROVE})  # what a row speaks of that does not say it in words we know
_CELL = re.compile(r"(?<!\\)\|")

Found = tuple[tuple[Rule, ...], tuple[Problem, ...]]


@lru_cache(maxsize=4)
def read_permissions(handbook: str) -> Found:
    """The rules of the tables `who | may | what | when | then` under `Permissions`, and what is wrong with rows."""
    rules: list[Rule] = []
    problems: list[Problem] = []
    for table in read_tables(handbook):
        if isinstance(table, Table):
            found = _read_table(table) if table.heading.strip().casefold() == HEADING else ((), ())
        else:
            mine = heading_above(handbook, table.line) == HEADING
            found = ((_salvaged(handbook, table.line),), ()) if mine else ((), ())  # named by who reads the whole
        rules += found[0]
        problems += found[1]
    return tuple(rules), tuple(problems)


def _read_table(table: Table) -> Found:
    columns = set(table.columns)
    if not columns & NEEDED:
        return (), (Problem(table.line, "this is no table of permissions; it needs the columns what and then"),)
    if wrong := [*sorted(NEEDED - columns), *sorted(columns - COLUMNS)]:
        hold = _hold(table.line, ALL_ROLES, DECIDING, What("*"), Level.DENY)
        words = f"the table of permissions lacks or does not know the column {', '.join(wrong)}"
        return (hold,), (Problem(table.line, f"{words}; nothing can be approved until it is right"),)
    found = [_read_row(row.line, row.cells) for row in table.rows]
    return tuple(rule for rules, _ in found for rule in rules), tuple(bad for _, problems in found for bad in problems)


def _read_row(line: int, cells: Mapping[str, str]) -> Found:
    """The rules of one row; of one that cannot be read, what holds until it can."""
    wrong: list[str] = []

    def read(reader: Callable[[str], Read], column: str, widest: Read) -> Read:
        try:
            return reader(cells.get(column, "").strip())
        except NotUnderstood as err:
            wrong.append(str(err))
            return widest

    roles, verbs = read(read_who, "who", ALL_ROLES), read(read_may, "may", DECIDING)
    what, then = read(read_what, "what", What("*")), read(read_then, "then", Level.DENY)
    when = replace(read(read_when, "when", ALWAYS), stakes=what.stakes)
    asked_of = roles if cells.get("who", "").strip() else HUMAN  # who is not named is not left out
    if not wrong:
        wrong += _objections(roles, verbs, when, then)
    if wrong:
        hold = (_hold(line, asked_of, verbs, what, then),) if then > Level.ALLOW else ()
        until = f"; until it is right it counts as {what.words}: {answer(then)}" if hold else "; it does not count"
        return hold, (Problem(line, "; ".join(wrong) + until),)
    words = " ".join(each for each in (what.words, cells.get("when", "").strip()) if each)
    demand = Rule(f"{row_name(line)} ({words}: {answer(then)})", asked_of, verbs, then, what.pattern, demands=True)
    return tuple(_rules(demand, roles, when)), ()


def _objections(roles: frozenset[Role], verbs: frozenset[Verb], when: Conditions, then: Level) -> Iterator[str]:
    """What is understood and cannot be meant."""
    (verb,) = verbs
    if then is Level.ALLOW and verb is Verb.APPROVE and roles - OWNERS:
        yield "without a yes only that is done which you could say yes to yourself; write owner"
    if then is not Level.DENY and (never := [each.value for each in sorted(roles) if verb not in MAY_AT_MOST[each]]):
        yield f"{never[0]} may never {verb.value.replace('_', ' ')}; no row changes that"
    if verb not in {Verb.APPROVE, Verb.CHANGE_POLICY} and then not in {Level.ALLOW, Level.DENY}:
        yield f"to {verb.value} is allowed or never; only a yes can ask for more"
    if _is_bounded_above(when) and _is_bounded_below(when):
        yield "it says both up to and above; make two rows of it"
    if then is Level.DENY and _is_bounded_above(when):
        yield "it would forbid the small and let the large pass; write above"
    if then is Level.ALLOW and _is_bounded_below(when):
        yield "it would let the large pass and ask about the small; write up to"


def _is_bounded_above(when: Conditions) -> bool:
    return any(each is not None for each in (when.up_to, when.day_sum_up_to, when.count_up_to))


def _is_bounded_below(when: Conditions) -> bool:
    return any(each is not None for each in (when.above, when.day_sum_above, when.count_above))


def _rules(demand: Rule, granted_to: frozenset[Role], when: Conditions) -> Iterator[Rule]:
    """What a row grants, and what it asks for."""
    if demand.level is not Level.DENY and not _is_bounded_below(when):
        yield replace(demand, roles=granted_to, when=_granted(demand, when), demands=False)
    if demand.level is not Level.ALLOW and not _is_bounded_above(when):
        yield replace(demand, when=when)


def _granted(row: Rule, when: Conditions) -> Conditions:
    """A row that does not speak of where a recipient comes from makes nothing easier for one from outside text."""
    service = row.action.partition(".")[0]
    of_service = {stakes for action, stakes in KINDS.values() if action.startswith(f"{service}.")}
    safe = not ((when.stakes or of_service or TAKEN_FROM_TEXT) & TAKEN_FROM_TEXT)
    if when.sources or safe or row.level >= Level.PROVE or Verb.APPROVE not in row.verbs:
        return when
    return replace(when, sources=FROM_US)


def _hold(line: int, roles: frozenset[Role], verbs: frozenset[Verb], what: What, level: Level) -> Rule:
    """What a row asks for that cannot be read, in every case it may speak of."""
    when = Conditions(stakes=what.stakes)
    return Rule(f"{row_name(line)} (it cannot be read)", roles, verbs, level, what.pattern, when, demands=True)


def _salvaged(handbook: str, line: int) -> Rule:
    """What a row asks for whose cells do not fit its columns: the strictest answer and the one kind it names."""
    text = handbook.splitlines()[line - 1] if line else ""
    cells = [each.strip().casefold() for each in _CELL.split(text)]
    level = max((THEN[each] for each in cells if each in THEN), default=Level.DENY)
    about = {what for each in cells if each and (what := _kind(each))}
    what = about.pop() if len(about) == 1 else What("*")
    return _hold(line, ALL_ROLES, DECIDING, what, level)


def _kind(cell: str) -> What | None:
    try:
        return read_what(cell)
    except NotUnderstood:
        return None
