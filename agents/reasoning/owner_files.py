"""The owner's own files as facts: who we are, the rules, tax and terms, the rates. Pure.

A bad row never hides the good ones: it is left out and named with its file and line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.durability.priorities import HEAD_START
from agents.durability.urgency_table import read_urgency
from agents.reasoning.amounts import read_number
from agents.reasoning.brain import Facts, Handbook, OwnerFiles, OwnerRule, Problem, Rate
from agents.reasoning.reminder_table import read_short, read_stages
from agents.reasoning.word_tables import load_word_tables
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from agents.reasoning.brain import ReminderStage
    from agents.vault.tables import TableRow

HANDBOOK = "Company_Handbook.md"
RATES = "Accounting/Rates.md"
DEFAULT_TAX = Decimal(19)
DEFAULT_PAYMENT_DAYS = 14
DEFAULT_CURRENCY = "EUR"
MAX_PAYMENT_DAYS = 365
MAX_PERCENT = 100
RATE_COLUMNS = ("service", "unit", "price")
RULE_COLUMNS = ("when", "then")
_OF_THE_POLICY = ("permissions", "examples")  # who may do what: no rules about mail
_SETTING_HEADINGS = ("who we are", "money", "tone")


@dataclass(slots=True)
class _Found:
    """What was read so far."""

    values: dict[str, tuple[str, int]] = field(default_factory=dict)
    rules: list[OwnerRule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def bad(self, line: int, message: str, file: str = HANDBOOK) -> None:
        self.problems.append(Problem(file, line, message))


def read_owner_files(handbook_text: str, rates_text: str, today: date) -> OwnerFiles:
    """The facts of a turn. Empty or missing files give the defaults: 19 % tax, EUR, 14 days."""
    found = _Found()
    tables = _tables(handbook_text, HANDBOOK, found)
    for table in tables:
        _read_handbook_table(table, found)
    urgency, bad_rows = read_urgency(handbook_text)
    for each in bad_rows:
        found.bad(each.line, each.message)
    handbook = replace(_handbook(found), urgency=urgency, reminders=_reminders(tables, found))
    rates = _rates(rates_text, handbook, found)
    return OwnerFiles(Facts(handbook, rates, today), tuple(found.problems))


def _tables(text: str, file: str, found: _Found) -> list[Table]:
    tables = []
    for each in read_tables(text):
        if isinstance(each, Table):
            tables.append(each)
        else:
            found.bad(each.line, each.message, file)
    return tables


def _read_handbook_table(table: Table, found: _Found) -> None:
    columns = set(table.columns)
    if table.heading.strip().casefold() in _SETTING_HEADINGS and {"what", "value"} <= columns:
        for row in table.rows:
            found.values[row.cells["what"].strip().casefold()] = (row.cells["value"].strip(), row.line)
    elif columns.issuperset(RULE_COLUMNS) and table.heading.strip().casefold() not in _OF_THE_POLICY:
        for row in table.rows:
            _read_rule(row, found)


def _read_rule(row: TableRow, found: _Found) -> None:
    when, then, limit = (row.cells.get(name, "").strip() for name in ("when", "then", "limit"))
    if not when or not then:
        found.bad(row.line, "a rule needs words under `when` and a kind under `then`")
    elif then.casefold() in HEAD_START:
        if limit:
            found.bad(row.line, "a rule about priority has no limit")
    elif limit and _limit(limit) is None:
        found.bad(row.line, f"the limit {limit[:40]!r} is no amount; write for example 500 EUR")
    else:
        found.rules.append(OwnerRule(when, then, limit, row.line))


def _limit(text: str) -> Decimal | None:
    return read_number(text.split(maxsplit=1)[0])


def _handbook(found: _Found) -> Handbook:
    value = {name: text for name, (text, _line) in found.values.items()}
    tax = _percent(found)
    return Handbook(
        company=value.get("company", ""),
        owner_name=value.get("owner", ""),
        tone=value.get("tone", ""),
        currency=_currency(found),
        tax=tax,
        tax_line=found.values.get("tax", ("", 0))[1],
        payment_days=_payment_days(found),
        rules=tuple(found.rules),
    )


def _percent(found: _Found) -> Decimal:
    text, line = found.values.get("tax", ("", 0))
    value = read_percent(text) if text else DEFAULT_TAX
    if value is None:
        found.bad(line, f"the tax {text[:40]!r} is no percentage between 0 and 100; {DEFAULT_TAX} % is used")
        return DEFAULT_TAX
    return value


def read_percent(text: str) -> Decimal | None:
    """A percentage such as '19 %', '7,7' or '0'; None when it is none between 0 and 100."""
    value = read_number(text.strip().removesuffix("%").strip())
    return value if value is not None and 0 <= value <= MAX_PERCENT else None


def _currency(found: _Found) -> str:
    text, line = found.values.get("currency", (DEFAULT_CURRENCY, 0))
    code = read_currency(text)
    if code is None:
        found.bad(line, f"the currency {text[:40]!r} is not a code like EUR; {DEFAULT_CURRENCY} is used")
    return code or DEFAULT_CURRENCY


def read_currency(text: str) -> str | None:
    """The ISO 4217 code of 'EUR', 'eur' or a sign we know."""
    known = load_word_tables().currencies.get(text.strip().casefold())
    code = known or text.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None  # noqa: PLR2004 (ISO 4217)


def _payment_days(found: _Found) -> int:
    text, line = found.values.get("payment", ("", 0))
    if not text:
        return DEFAULT_PAYMENT_DAYS
    days = read_number(text.split(maxsplit=1)[0])
    if days is None or days != int(days) or not 0 <= days <= MAX_PAYMENT_DAYS:
        found.bad(line, f"the payment term {text[:40]!r} is not a number of days; {DEFAULT_PAYMENT_DAYS} is used")
        return DEFAULT_PAYMENT_DAYS
    return int(days)


def _reminders(tables: list[Table], found: _Found) -> tuple[ReminderStage, ...]:
    """The stages of the table of reminders, else those of the short form."""
    stages, bad_rows = read_stages(tables)
    for each in bad_rows:
        found.bad(each.line, each.message)
    text, line = found.values.get("payment reminders", ("", 0))
    if stages or bad_rows:
        if text:
            found.bad(line, "the table `Payment reminders` says when to remind; this row does not count beside it")
        return stages
    short = read_short(text)
    if isinstance(short, str):
        found.bad(line, short)
        return ()
    return short


def _rates(text: str, handbook: Handbook, found: _Found) -> tuple[Rate, ...]:
    rates = []
    for table in _tables(text, RATES, found):
        if "price" not in table.columns:
            continue
        missing = [name for name in RATE_COLUMNS if name not in table.columns]
        if missing:
            found.bad(table.line, f"the table of rates has no column {', '.join(missing)}", RATES)
            continue
        rows = (_rate(row, handbook) for row in table.rows)
        for row in rows:
            if isinstance(row, Rate):
                rates.append(row)
            else:
                found.problems.append(row)
    return tuple(rates)


def _rate(row: TableRow, handbook: Handbook) -> Rate | Problem:
    cells = {name: text.strip() for name, text in row.cells.items()}
    price = read_number(cells["price"])
    tax = read_percent(cells["tax"]) if cells.get("tax") else handbook.tax
    currency = read_currency(cells.get("currency") or handbook.currency)
    if price is None or price <= 0:
        return Problem(RATES, row.line, f"the price {cells['price'][:40]!r} is no amount above zero")
    if tax is None:
        return Problem(RATES, row.line, f"the tax {cells['tax'][:40]!r} is no percentage")
    if currency is None:
        return Problem(RATES, row.line, f"the currency {cells['currency'][:40]!r} is not a code like EUR")
    unit = _unit(cells)
    return Rate(cells.get("customer", ""), cells["service"], unit, price, currency, tax, row.line)


def _unit(cells: Mapping[str, str]) -> str:
    """The unit as we write it: 'hour', 'Std.' and 'h' are all 'h'; an unknown one stays as it is."""
    word = cells["unit"].rstrip(".").casefold()
    return load_word_tables().units.get(word, cells["unit"])
