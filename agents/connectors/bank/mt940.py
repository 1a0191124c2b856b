"""SWIFT MT940 statements, as banks of many countries still offer them. Pure.

A statement needs its opening and its closing balance (fields 60 and 62): without the second it was cut off.
Source: SWIFT Standards MT Category 9; marks RC and RD take a movement back, EC and ED only announce one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from agents.connectors.bank.amounts import is_currency, machine_amount
from agents.connectors.bank.identity import real_id
from agents.connectors.bank.line_text import account_name, compact, one_line
from agents.connectors.bank.mt940_details import Details, read_details
from agents.connectors.bank.refusal import RefusedError, check_rows, told
from agents.connectors.bank.statement import Balance, BankLine, Statement
from agents.security.personal_numbers import is_iban

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

_TAG = re.compile(r":([0-9A-Z]{2,3}):")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]+)", re.ASCII)
_MOVEMENT = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>[RE]?[CD])[A-Z]?(?P<amount>\d[\d,]*)[A-Z][A-Z0-9]{3}"
    r"(?P<reference>(?:(?!//).){0,50})(?://(?P<own>.{0,35}))?",
    re.ASCII,
)
# what stands around statements: the envelope of SWIFT ({1:...}), and names and numbers before the first field
_AROUND = re.compile(r"|-|-\}.*|\{[1235]:.*|(?=.{3,30}$)[A-Z0-9]{2,}(?: [A-Z0-9]{2,})*", re.ASCII)
_KIND = "940"  # a field of its own before the statements, as Rabobank has it
_INTERIM = frozenset({"13D", "34F", "90C", "90D"})
_ENDS_OF_FEBRUARY = ("0229", "0230")
_ENDS = re.compile(r"-$|-\}")


@dataclass(slots=True)
class _Open:
    """A statement while it is read: fields before it is whole."""

    account: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    currency: str = ""
    lines: list[BankLine] = field(default_factory=list)
    movement: str = ""
    details: list[str] = field(default_factory=list)
    left_out: int = 0


def is_mt940(text: str) -> bool:
    """Whether the text begins like a statement."""
    head = text[:2_000]
    return re.search(r"^(?:\{.*)?:20:", head, re.MULTILINE) is not None and ":25" in head


def read_mt940(text: str) -> tuple[Statement, ...]:
    """Every statement of a file; `bank_id` holds the bank's own reference yet.

    Raises:
        RefusedError: what it says cannot be read, or not all of it.
    """
    check_rows(text.count("\n:61:"))
    found: list[Statement] = []
    one: _Open | None = None
    for tag, value in _fields(text):
        if tag == "20":
            found += _closed(one)
            one = _Open()
        elif tag == _KIND:
            found += _closed(one)
            one = None
        elif one is None:
            raise RefusedError(f"The file begins with field {tag} instead of field 20.")
        else:
            _take(one, tag, value)
    found += _closed(one)
    return tuple(found)


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Tag and value of every field, lines that go on joined with a line break."""
    tag, value = "", [""]
    for number, raw in enumerate(text.split("\n"), 1):
        line = _unwrapped(raw)
        begins = _TAG.match(line)
        if tag and not begins and not _ENDS.match(line.rstrip()):
            value.append(line)
            continue
        if tag:
            yield tag, "\n".join(value)
        tag, value = (begins[1], [line[begins.end() :]]) if begins else ("", [""])
        if not (begins or _AROUND.fullmatch(line.rstrip())):
            raise RefusedError(f"Line {number} is not part of a statement: {told(line)}")
    if tag:
        yield tag, "\n".join(value)


def _unwrapped(line: str) -> str:
    """A line without the beginning of SWIFT's envelope."""
    return line[line.find("{4:") + 3 :] if line.lstrip().startswith("{") and "{4:" in line else line


def _take(one: _Open, tag: str, value: str) -> None:
    if tag in {"25", "25P"}:
        one.account = _account(value.partition("\n")[0])
    elif tag in {"60F", "60M"}:
        one.opening = _balance(one, value)
    elif tag in {"62F", "62M"}:
        _end_movement(one)
        one.closing = _balance(one, value)
    elif tag in _INTERIM:
        raise RefusedError(
            "The file is a report within the day (MT942), which tells no balances.", "Export statements (MT940)."
        )
    elif tag == "61":
        _end_movement(one)
        if one.closing or not one.opening:
            raise RefusedError("A movement stands outside of the balances of its statement.")
        one.movement = value
    elif tag == "86" and one.movement:
        one.details.append(value)


def _account(value: str) -> str:
    """As other formats name it: some banks write the currency behind the IBAN."""
    name = account_name(value)
    return name[:-3] if is_currency(name[-3:]) and is_iban(name[:-3]) else name


def _closed(one: _Open | None) -> Iterator[Statement]:
    if one is None:
        return
    if not one.account or one.opening is None or one.closing is None:
        raise RefusedError("A statement in the file has no account, no opening or no closing balance; it was cut off.")
    yield Statement(one.account, one.currency, tuple(one.lines), one.opening, one.closing, one.left_out)


def _balance(one: _Open, value: str) -> Balance:
    found = _BALANCE.fullmatch(value.strip())
    amount = machine_amount(found[4], found[3]) if found else None
    day = _day(found[2]) if found else None
    if found is None or amount is None or day is None or not is_currency(found[3]):
        raise RefusedError(f"A balance of the file cannot be read: {told(value)}")
    if one.currency and one.currency != found[3]:
        raise RefusedError(f"A statement begins in {one.currency} and ends in {found[3]}.")
    one.currency = found[3]
    return Balance(day, amount if found[1] == "C" else -amount)


def _end_movement(one: _Open) -> None:
    """Put the movement in whose details are all there: some banks write each line of them as a field."""
    if not one.movement:
        return
    first, _, supplement = one.movement.partition("\n")
    details = "\n".join(one.details)
    one.movement, one.details = "", []
    found = _MOVEMENT.fullmatch(first.rstrip())
    amount = machine_amount(found["amount"], one.currency) if found else None
    day = _booked_on(found["value"], found["entry"]) if found else None
    if found is None or amount is None or day is None:
        raise RefusedError(f"A movement of the file cannot be read: {told(first)}")
    if found["mark"].startswith("E"):
        one.left_out += 1
        return
    signed = amount if found["mark"] in {"C", "RD"} else -amount
    one.lines.append(_line(one.currency, day, signed, found, read_details(details), supplement))


def _line(
    currency: str, day: date, amount: Decimal, found: re.Match[str], details: Details, supplement: str
) -> BankLine:
    return BankLine(
        bank_id=real_id(found["own"] or ""),
        day=day,
        amount=amount,
        currency=currency,
        party=one_line(details.party),
        text=one_line(details.text or supplement),
        reference=one_line(real_id(details.reference) or real_id(found["reference"])),
        iban=compact(details.iban),
        is_return=found["mark"].startswith("R") or details.is_return,
    )


def _day(text: str) -> date | None:
    """A day without century: banks have kept MT940 since 1980. In interest all months have 30 days, February too."""
    short = int(text[:2])
    year = short + (1900 if short >= 80 else 2000)  # noqa: PLR2004 (see above)
    try:
        return date(year, int(text[2:4]), int(text[4:]))
    except ValueError:
        return date(year, 3, 1) - timedelta(days=1) if text[2:] in _ENDS_OF_FEBRUARY else None


def _booked_on(value: str, entry: str | None) -> date | None:
    """The day of booking has no year: it is the one nearest to the day of value."""
    day = _day(value)
    if day is None or not entry:
        return day
    near = []
    for year in (day.year - 1, day.year, day.year + 1):
        try:
            near.append(date(year, int(entry[:2]), int(entry[2:])))
        except ValueError:
            continue
    return min(near, key=lambda each: abs(each - day), default=None)
