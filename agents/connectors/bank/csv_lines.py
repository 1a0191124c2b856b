"""The movements of a table whose profile is settled: lines in the order of time, and the balances around them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.amounts import is_currency
from agents.connectors.bank.csv_values import TURNED, number_of, read_cell, read_day
from agents.connectors.bank.csv_words import (
    ACCOUNT,
    AMOUNT,
    BALANCE,
    CREDIT,
    CURRENCY,
    DAY,
    DEBIT,
    FLAG,
    IBAN,
    ID,
    KIND,
    MINUS,
    PARTY,
    PAYEE,
    PAYER,
    PLUS,
    REFERENCE,
    SIGNS,
    TEXT,
    bare,
)
from agents.connectors.bank.identity import real_id
from agents.connectors.bank.line_text import account_name, compact, one_line
from agents.connectors.bank.refusal import RefusedError, told
from agents.connectors.bank.statement import Balance, BankLine, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.connectors.bank.csv_profile import Profile
    from agents.connectors.bank.csv_sorting import Sorted
    from agents.connectors.bank.csv_table import Row

_RETURNS = ("rucklast", "ruecklast", "ruckuber", "rueckueber", "retoure", "storn", "chargeback", "rejet", "devoluc")


@dataclass(frozen=True, slots=True)
class _Movement:
    """A line with what orders it: its place in the file, and the balance after it if the file says one."""

    number: int
    account: str
    line: BankLine
    balance: Decimal | None


def statements_of(rows: Sorted, profile: Profile) -> tuple[Statement, ...]:
    """One statement for each account of the file.

    Raises:
        RefusedError: a cell cannot be read, or the balances of the rows do not follow from their amounts.
    """
    reading = _Reading(profile, rows)
    movements = [reading.movement(row) for row in rows.booked]
    accounts = list(dict.fromkeys(each.account for each in movements))
    found = []
    for account in accounts:
        mine = _in_order([each for each in movements if each.account == account])
        opening, closing = _balances(mine)
        if len(accounts) == 1:
            opening = reading.balance(rows.openings, mine[0].line) or opening
            closing = reading.balance(rows.closings, mine[-1].line) or closing
        lines = tuple(each.line for each in mine)
        left_out = rows.left_out if account == accounts[0] else 0
        found.append(Statement(account, lines[0].currency, lines, opening, closing, left_out))
    return tuple(found)


class _Reading:
    """Reads the rows of one file."""

    def __init__(self, profile: Profile, rows: Sorted) -> None:
        self._profile = profile
        self._places = {role: profile.place(role) for role, _ in profile.columns}
        self._texts = profile.places(TEXT)
        self._debit_sign = self._sign_of_debits(rows.booked)

    def movement(self, row: Row) -> _Movement:
        """One row."""
        day = read_day(self._cell(row, DAY), self._profile.date_order)
        if day is None:
            raise self._unreadable(row, DAY)
        currency = self._currency(row)
        line = BankLine(
            bank_id=real_id(self._cell(row, ID)),
            day=day,
            amount=(amount := self._amount(row, currency)),
            currency=currency,
            party=one_line(self._party(row, comes_in=amount > 0)),
            text=one_line(" ".join(row.cells[place] for place in self._texts).strip() or self._cell(row, KIND)),
            reference=one_line(real_id(self._cell(row, REFERENCE))),
            iban=compact(self._cell(row, IBAN)),
            is_return=any(word in bare(self._cell(row, KIND)) for word in _RETURNS),
        )
        balance = self._number(row, BALANCE, currency) if self._cell(row, BALANCE) else None
        return _Movement(row.line, self._account(row), line, balance)

    def balance(self, rows: Sequence[Row], beside: BankLine) -> Balance | None:
        """What a row that tells a balance says, of the day of the line it stands at."""
        if not rows:
            return None
        row = rows[0]
        told_in = BALANCE if self._cell(row, BALANCE) else AMOUNT
        cell = self._cell(row, told_in) or self._cell(row, CREDIT) or self._cell(row, DEBIT)
        if not cell:
            return None
        amount = (
            self._number(row, BALANCE, beside.currency) if told_in == BALANCE else self._amount(row, beside.currency)
        )
        return Balance(beside.day, amount)

    def _cell(self, row: Row, role: str) -> str:
        place = self._places.get(role)
        return row.cells[place] if place is not None else ""

    def _unreadable(self, row: Row, role: str) -> RefusedError:
        return RefusedError(
            f"Line {row.line}: {told(self._cell(row, role)) or 'nothing'} cannot be read as {role.replace('_', ' ')}.",
            "Look at the profile of this bank's format: its columns, date order and decimal mark.",
        )

    def _number(self, row: Row, role: str, currency: str) -> Decimal:
        cell = read_cell(self._cell(row, role))
        number = number_of(cell, self._profile.decimal, currency) if cell else None
        if number is None or cell is None:
            raise self._unreadable(row, role)
        if cell.currency and cell.currency != currency:
            raise RefusedError(f"Line {row.line} names two currencies, {cell.currency} and {currency}.")
        return number

    def _currency(self, row: Row) -> str:
        said = self._cell(row, CURRENCY) or self._profile.currency
        currency = SIGNS.get(said, said.upper())
        if not is_currency(currency):
            raise self._unreadable(row, CURRENCY)
        return currency

    def _account(self, row: Row) -> str:
        account = account_name(self._cell(row, ACCOUNT) or self._profile.account)
        if not account:
            raise self._unreadable(row, ACCOUNT)
        return account

    def _amount(self, row: Row, currency: str) -> Decimal:
        if AMOUNT not in self._places:
            return self._from_two_columns(row, currency)
        number = self._number(row, AMOUNT, currency)
        if FLAG not in self._places:
            return -number if self._profile.signs == TURNED else number
        flag = bare(self._cell(row, FLAG))
        if flag not in MINUS | PLUS or (flag in PLUS and number < 0):
            raise self._unreadable(row, FLAG)
        return -abs(number) if flag in MINUS else number

    def _from_two_columns(self, row: Row, currency: str) -> Decimal:
        out, into = (self._number(row, each, currency) if self._cell(row, each) else None for each in (DEBIT, CREDIT))
        if out and into:
            raise RefusedError(f"Line {row.line} has an amount in both columns, money out and money in.")
        if out is None and into is None:
            raise self._unreadable(row, DEBIT)
        return out * self._debit_sign if out else into or Decimal("0.00")

    def _sign_of_debits(self, rows: Sequence[Row]) -> int:
        """Money out is written with a minus by some banks and without by others; by none of them both ways."""
        cells = [read_cell(cell) for row in rows if (cell := self._cell(row, DEBIT))]
        signs = {cell.is_negative for cell in cells if cell and cell.body.strip("0.,")}
        if len(signs) > 1:
            raise RefusedError("The column of money out has amounts with and without a minus.")
        return 1 if signs == {True} else -1

    def _party(self, row: Row, *, comes_in: bool) -> str:
        sides = (PAYER, PAYEE) if comes_in else (PAYEE, PAYER)
        return next((cell for role in (PARTY, *sides) if (cell := self._cell(row, role))), "")


def _in_order(movements: list[_Movement]) -> list[_Movement]:
    """The movements in the order of time: the first order in which balances come out, days deciding what to try first.

    Banks list the newest first or last, and within a day some turn it round.
    """
    turned = movements[::-1]
    falls = movements[0].line.day > movements[-1].line.day
    ways = [turned, movements] if falls else [movements, turned]
    ways += [sorted(each, key=lambda one: one.line.day) for each in ways]
    ways = [each for each in ways if each[0].line.day <= each[-1].line.day]
    fault = 0
    for way in ways:
        wrong = _wrong_row(way)
        if wrong is None:
            return way
        fault = fault or wrong
    raise RefusedError(
        f"The balance in line {fault} does not follow from the amounts around it.",
        "Rows are missing or changed: export the file again. Is that column no balance, empty `balance` in the bank's "
        "format; has money out no minus, set `signs` there to turned.",
    )


def _wrong_row(movements: list[_Movement]) -> int | None:
    """The first row whose balance is not the one before plus what came between."""
    reached: Decimal | None = None
    for each in movements:
        reached = reached + each.line.amount if reached is not None else each.balance
        if each.balance is not None and reached != each.balance:
            return each.number
    return None


def _balances(movements: list[_Movement]) -> tuple[Balance | None, Balance | None]:
    """Before the first movement and after the last, reckoned from the first balance there is."""
    before, total = Decimal(0), Decimal(0)
    known: Decimal | None = None
    for each in movements:
        total += each.line.amount
        if known is None and each.balance is not None:
            known, before = each.balance, total
    if known is None:
        return None, None
    opening = known - before
    return Balance(movements[0].line.day, opening), Balance(movements[-1].line.day, opening + total)
