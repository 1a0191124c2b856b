"""When customers are reminded of what they owe, as the owner wrote it: stages, each a day and a letter. Pure.

`payment reminders | 3, 14, 30` in the handbook's table Money is the short form. A table of its own, under the heading
`Payment reminders`, has the columns `days`, `letter` and, if wanted, `customer`, whose rows then count instead of the
others. A bad row stops the reminders it belongs to: no letter goes out in a tone that was meant for a later one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from agents.durability.urgency_table import BadRow
from agents.reasoning.brain import ReminderStage
from agents.reasoning.phrases import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.vault.tables import Table, TableRow

HEADING = "payment reminders"
COLUMNS = {"days", "letter"}
NOTICE, ASK, NEVER = "notice", "ask me", "none"
LETTERS = ("friendly", "firm", "last")  # in this order when the owner names days only
MAX_DAYS = 365
NO_REMINDERS = frozenset({"", "-", "no", NEVER, "never"})
_SHORT = re.compile(
    r"([0-9]{1,4}(?:(?:[ \t]*,[ \t]*|[ \t]+(?:and|und)[ \t]+|[ \t]+)[0-9]{1,4})*)"
    r"[ \t]*(?:days?|tage?n?)?(?:[ \t]+(?:after|nach)[ \t][\w \t]{1,40})?\.?",
    re.IGNORECASE,
)
_DAYS = re.compile(r"[-+−]?[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table that can be read."""

    stage: ReminderStage
    line: int


def read_short(text: str) -> tuple[ReminderStage, ...] | str:
    """The stages of '3, 14 days after the due date', or what is wrong; nothing or 'none' = no reminders."""
    if text.casefold() in NO_REMINDERS:
        return ()
    written = _SHORT.fullmatch(text)
    days = [int(each) for each in re.findall("[0-9]+", written[1])] if written else []
    if len(days) > len(LETTERS):
        return f"there are {len(LETTERS)} letters to remind with, not {len(days)}; nobody is reminded"
    if not days or sorted({*days}) != days or not 1 <= days[0] <= days[-1] <= MAX_DAYS:
        return f"{text[:40]!r} are no days after the due date, such as 3, 14; nobody is reminded"
    return tuple(ReminderStage(day, letter) for day, letter in zip(days, LETTERS, strict=False))


def read_stages(tables: Iterable[Table]) -> tuple[tuple[ReminderStage, ...], tuple[BadRow, ...]]:
    """The stages of the tables under the heading, and the rows that cannot be read."""
    stages: list[ReminderStage] = []
    bad: list[BadRow] = []
    for table in tables:
        if table.heading.strip().casefold() != HEADING:
            continue
        if not set(table.columns) >= COLUMNS:
            bad.append(BadRow(table.line, "the table of payment reminders has the columns `days` and `letter`"))
            continue
        for rows in _by_customer(table).values():
            read = [_read(row) for row in rows]
            good = [each for each in read if isinstance(each, _Row)]
            wrong = [each for each in read if isinstance(each, BadRow)] or _disordered(good)
            bad += [BadRow(each.line, f"{each.message}; nobody is reminded by these rows") for each in wrong]
            stages += _of_bad(rows) if wrong else sorted((each.stage for each in good), key=lambda stage: stage.days)
    return tuple(stages), tuple(bad)


def stages_for(stages: Iterable[ReminderStage], customer: str) -> tuple[ReminderStage, ...]:
    """Those that name this customer, else those that name nobody; none where the owner wants none."""
    known = tuple(stages)
    own = [each for each in known if each.customer and _even(each.customer) == _even(customer)]
    return tuple(each for each in own or known if each.letter != NEVER and (own or not each.customer))


def _of_bad(rows: list[TableRow]) -> list[ReminderStage]:
    """A customer of bad rows is not reminded by the general ones either: they may be who is never to be."""
    customer = rows[0].cells.get("customer", "").strip()
    return [ReminderStage(0, NEVER, customer)] if customer else []


def _even(name: str) -> str:
    return " ".join(folded(name).split())


def _by_customer(table: Table) -> dict[str, list[TableRow]]:
    found: dict[str, list[TableRow]] = {}
    for row in table.rows:
        found.setdefault(_even(row.cells.get("customer", "")), []).append(row)
    return found


def _read(row: TableRow) -> _Row | BadRow:
    days, letter = row.cells["days"].strip(), row.cells["letter"].strip().casefold()
    customer = row.cells.get("customer", "").strip()
    if customer and days.casefold() in NO_REMINDERS and letter in NO_REMINDERS:
        return _Row(ReminderStage(0, NEVER, customer), row.line)
    if not _DAYS.fullmatch(days) or abs(when := int(days.replace("−", "-"))) > MAX_DAYS:
        return BadRow(row.line, f"{days[:40]!r} are no days after the due date, such as 3, or -3 for before it")
    if letter not in (*LETTERS, NOTICE, ASK):
        return BadRow(row.line, f"the letter {letter[:40]!r} is none of {', '.join((NOTICE, *LETTERS, ASK))}")
    if (letter == NOTICE) != (when < 0) or (letter != NOTICE and when < 1):
        return BadRow(row.line, "a notice comes days before the due date (-3), everything else days after it (3)")
    return _Row(ReminderStage(when, letter, customer), row.line)


def _disordered(rows: list[_Row]) -> list[BadRow]:
    """The rows that do not follow the one before them, by day."""
    by_day = sorted(rows, key=lambda each: each.stage.days)
    return [
        BadRow(
            later.line, f"{later.stage.letter!r} cannot follow {earlier.stage.letter!r} of {earlier.stage.days} days"
        )
        for earlier, later in pairwise(by_day)
        if not _may_follow(later.stage, earlier.stage)
    ]


def _may_follow(later: ReminderStage, earlier: ReminderStage) -> bool:
    """Tones rise with the days; only a letter that reminds may come again."""
    tones = (NOTICE, *LETTERS, ASK)
    if NEVER in {later.letter, earlier.letter} or later.days == earlier.days:
        return False
    if later.letter == earlier.letter:
        return later.letter in LETTERS
    return tones.index(later.letter) > tones.index(earlier.letter)
