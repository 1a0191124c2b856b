"""The handbook's tables under `Domains`: what is personal and what business, and what is kept apart. Pure.

One table has the columns `by`, `what` and `domain`; of several rows that fit a task the first one counts. The other has
`domain` and `shown`. A row that cannot be read is named with its line; while there is one, nothing leaves for a model,
since nobody knows what it was to keep apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.vault.outline import Problem
from agents.vault.tables import Table, tables_under

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.vault.tables import TableRow

HEADING = "domains"
BUSINESS, PERSONAL = "business", "personal"
DOMAINS = (BUSINESS, PERSONAL)
APART, TOGETHER = "kept apart", "together"
MAX_TEXT_CHARS = 20_000
_RULES, _SHOWN = {"by", "what", "domain"}, {"domain", "shown"}
_BY = ("account", "from", "folder", "words")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class DomainRow:
    """One row that sorts: `by` is account, from, folder or words; `wanted` is what must fit, in small letters."""

    by: str
    wanted: tuple[str, ...]
    domain: str
    line: int


@dataclass(frozen=True, slots=True)
class Domains:
    """What the handbook says: the rows in their order, the domains that are kept apart, and the rows that are wrong."""

    rows: tuple[DomainRow, ...] = ()
    apart: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a task comes from. `folder` is that of the mailbox or below the inbox, with `/` between its parts."""

    account: str = ""
    sender: str = ""
    folder: str = ""
    text: str = ""


def read_domains(handbook: str) -> Domains:
    """The tables of that part of the handbook; without them everything is business, and nothing is kept apart."""
    rows: list[DomainRow] = []
    apart: list[str] = []
    found, stray = tables_under(handbook, HEADING)
    problems = [*stray]
    for table in found:
        for each in _read(table):
            if isinstance(each, DomainRow):
                rows.append(each)
            elif isinstance(each, Problem):
                problems.append(each)
            else:
                apart += [each] if each else []
    return Domains(tuple(rows), frozenset(apart), tuple(problems))


def _read(table: Table | Problem) -> Iterator[DomainRow | str | Problem]:
    """What a table of this part says: rows, domains that are kept apart ("" = one that is not), and problems."""
    if isinstance(table, Problem):
        yield table
    elif set(table.columns) == _RULES:
        yield from map(_rule, table.rows)
    elif set(table.columns) == _SHOWN:
        yield from map(_shown, table.rows)
    else:
        words = "the tables under Domains have the columns `by`, `what`, `domain`, or `domain`, `shown`"
        yield Problem(table.line, words)


def _rule(row: TableRow) -> DomainRow | Problem:
    by, domain = (row.cells[name].strip().strip("`").casefold() for name in ("by", "domain"))
    if by not in _BY:
        return Problem(row.line, f"`by` is one of {', '.join(_BY)}")
    if domain not in DOMAINS:
        return Problem(row.line, f"the domain is one of {', '.join(DOMAINS)}")
    wanted = tuple(_wanted(by, row.cells["what"]))
    if not wanted:
        return Problem(row.line, "`what` says nothing that could fit")
    return DomainRow(by, wanted, domain, row.line)


def _wanted(by: str, what: str) -> Iterator[str]:
    for each in re.split(r"\s+(?:or|oder)\s+|;", what.strip().casefold()):
        cleaned = each.strip().strip("`\"'").strip()
        found = _words(cleaned).strip() if by == "words" else cleaned.strip("/")
        if found and (by != "from" or "@" in found):
            yield found


def _shown(row: TableRow) -> str | Problem:
    domain, shown = (row.cells[name].strip().strip("`").casefold() for name in ("domain", "shown"))
    if domain not in DOMAINS or shown not in {APART, TOGETHER}:
        return Problem(row.line, f"a domain ({', '.join(DOMAINS)}) is `{APART}` or `{TOGETHER}`")
    return domain if shown == APART else ""


def domain_of(whence: Whence, rows: tuple[DomainRow, ...]) -> str:
    """The domain of what comes from there: by the first row that fits, else business."""
    words = _words(whence.text[:MAX_TEXT_CHARS]) if any(row.by == "words" for row in rows) else ""
    return next(
        (row.domain for row in rows if any(_fits(row.by, each, whence, words) for each in row.wanted)), BUSINESS
    )


def _fits(by: str, wanted: str, whence: Whence, words: str) -> bool:
    if by == "account":
        return whence.account.casefold() == wanted
    if by == "from":
        sender = whence.sender.casefold()
        return sender.endswith(wanted) if wanted.startswith("@") else sender == wanted
    if by == "folder":
        return f"{whence.folder.strip('/').casefold()}/".startswith(f"{wanted}/")
    return f" {wanted} " in words


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
