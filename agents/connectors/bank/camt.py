"""Account messages of ISO 20022: camt.052 (within a day), camt.053 (statement), camt.054 (notification). Pure.

Versions differ in where a few elements stand; every place is looked at, so that one reader serves all of them. A
camt.052 tells part of a day: its balances count only when its lines lead from one to the other.
Source: ISO 20022 message definitions camt.05x.001.02 to .08, and the rules of the German banking industry (DK, app. 3).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree.ElementTree import tostring

from agents.connectors.bank.amounts import is_currency, machine_amount
from agents.connectors.bank.camt_details import Booked, details_of, own_id
from agents.connectors.bank.checking import comes_out
from agents.connectors.bank.line_text import account_name
from agents.connectors.bank.refusal import RefusedError, check_rows, told
from agents.connectors.bank.statement import Balance, Statement
from agents.connectors.bank.xml_tree import read_tree
from agents.connectors.bank.xml_words import first, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from agents.connectors.bank.statement import BankLine

REPORT, STATEMENT, NOTIFICATION = "Rpt", "Stmt", "Ntfctn"
_DATE_CHARS = 10
_BOOKED, _ANNOUNCED = "BOOK", frozenset({"PDNG", "INFO", "FUTR"})


def read_camt(content: bytes) -> tuple[Statement, ...]:
    """Every statement of a message; `bank_id` holds the bank's own id yet. One that is empty may lack its currency.

    Raises:
        RefusedError: what it says cannot be read, or not all of it.
    """
    root = read_tree(content)
    found = [each for name in (STATEMENT, REPORT, NOTIFICATION) for each in root.iter(name)]
    if not found:
        raise RefusedError(
            "This XML file is no bank statement (camt.052, camt.053 or camt.054).",
            "Choose CAMT or CSV where the bank offers formats.",
        )
    check_rows(sum(1 for _ in root.iter("Ntry")))
    return tuple(_joined([_statement(each) for each in _without_copies(found)]))


def _without_copies(elements: list[Element]) -> list[Element]:
    """The statements, those left out that an earlier one equals to the letter: somebody put them in twice."""
    often = Counter(map(_mark, elements))
    kept: dict[object, Element] = {}
    for element in elements:
        mark = _mark(element)
        is_alone = often[mark] == 1 or not text_at(element, "Id")
        kept.setdefault(id(element) if is_alone else (mark, tostring(element)), element)
    return list(kept.values())


def _mark(element: Element) -> tuple[str, ...]:
    """What two copies have in common, and hardly any two others."""
    names = (("Id",), ("CreDtTm",), ("StmtPgntn", "PgNb"), ("RptPgntn", "PgNb"), ("NtfctnPgntn", "PgNb"))
    entries = len(element.findall("Ntry"))
    return (*(text_at(element, *name) for name in names), _account(element), str(entries))


def _statement(element: Element) -> Statement:
    account, entries = _account(element), element.findall("Ntry")
    if not account:
        raise RefusedError("A statement in the file does not say which account it is of.")
    currency = _currency(element)
    lines: list[BankLine] = []
    left_out = 0
    for number, entry in enumerate(entries, 1):
        if _is_booked(entry, number):
            lines += _lines(entry, account, number)
        else:
            left_out += 1
    opening, closing = _balances(element, currency)
    found = Statement(account, currency, tuple(lines), opening, closing, left_out)
    is_part = element.tag != STATEMENT and not comes_out(found)
    return replace(found, opening=None, closing=None) if is_part else found


def _account(element: Element) -> str:
    iban = text_at(element, "Acct", "Id", "IBAN")
    return account_name(iban or text_at(element, "Acct", "Id", "Othr", "Id"))


def _currency(element: Element) -> str:
    """What the account says, else its balances, else its first entry: a stray one among the entries is found later."""
    said = text_at(element, "Acct", "Ccy")
    for each in (*element.findall("Bal"), *element.findall("Ntry")):
        said = said or (amount.get("Ccy") or "" if (amount := each.find("Amt")) is not None else "")
    if not is_currency(said) and (said or element.find("Ntry") is not None):
        raise RefusedError(f"A statement in the file names no currency there is: {told(said)}")
    return said


def _is_booked(entry: Element, number: int) -> bool:
    status = text_at(entry, "Sts", "Cd") or text_at(entry, "Sts") or _BOOKED
    if status != _BOOKED and status not in _ANNOUNCED:
        raise RefusedError(f"Entry {number} has the status {told(status)}, which is not known here.")
    return status == _BOOKED


def _lines(entry: Element, account: str, number: int) -> Iterator[BankLine]:
    """The entry as one line, or as the lines it is made of when their amounts are told and give its amount."""
    where = f"Entry {number}"
    amount, currency = _signed(entry, where)
    day = _day(first(entry, "BookgDt"), where) or _day(first(entry, "ValDt"), where)
    if day is None:
        raise RefusedError(f"{where} does not say when it was booked.")
    parts = [part for each in entry.findall("NtryDtls") for part in each.findall("TxDtls")]
    amounts = [_part_amount(each, entry, currency, where) for each in parts]
    known = [each for each in amounts if each is not None]
    if len(parts) > 1 and len(known) == len(parts) and sum(known, Decimal(0)) == amount:
        for part, part_amount in zip(parts, known, strict=True):
            booked = Booked(day, part_amount, currency, own_id(entry, part, is_split=True))
            yield details_of(entry, part, booked, account)
    else:
        only = parts[0] if len(parts) == 1 else None
        yield details_of(entry, only, Booked(day, amount, currency, own_id(entry, only, is_split=False)), account)


def _signed(element: Element, where: str) -> tuple[Decimal, str]:
    """Amount and currency of an entry: the indicator says the direction, of a reversal too."""
    found = element.find("Amt")
    currency = (found.get("Ccy") or "") if found is not None else ""
    amount = machine_amount((found.text or "").strip(), currency) if found is not None else None
    direction = text_at(element, "CdtDbtInd")
    if amount is None or amount < 0 or direction not in {"CRDT", "DBIT"}:
        raise RefusedError(f"{where} has no amount that can be read.")
    return (amount if direction == "CRDT" else -amount), currency


def _part_amount(part: Element, entry: Element, currency: str, where: str) -> Decimal | None:
    """The signed amount of one transaction within an entry, when it is told in the currency of the entry."""
    ways = (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt"))
    for found in (first(part, *way) for way in ways):
        if found is not None and found.get("Ccy") == currency:
            amount = machine_amount((found.text or "").strip(), currency)
            if amount is None:
                raise RefusedError(f"{where} has a part whose amount cannot be read.")
            direction = text_at(part, "CdtDbtInd") or text_at(entry, "CdtDbtInd")
            return amount if direction == "CRDT" else -amount
    return None


def _day(element: Element | None, where: str) -> date | None:
    if element is None:
        return None
    text = text_at(element, "Dt") or text_at(element, "DtTm")
    try:
        return date.fromisoformat(text[:_DATE_CHARS])
    except ValueError as err:
        raise RefusedError(f"{where} has a date that cannot be read: {told(text)}.") from err


def _balances(element: Element, currency: str) -> tuple[Balance | None, Balance | None]:
    """Opening and closing booked balance. A page of a statement has an interim one (ITBD) where it goes on."""
    found: dict[str, list[Balance]] = {}
    for each in element.findall("Bal"):
        code = text_at(each, "Tp", "CdOrPrtry", "Cd")
        if code in {"OPBD", "PRCD", "CLBD", "ITBD"}:
            amount, told_in = _signed(each, "A balance")
            day = _day(first(each, "Dt"), "A balance")
            if told_in == currency and day is not None:
                found.setdefault(code, []).append(Balance(day, amount))
    interim = found.get("ITBD", []) if element.tag == STATEMENT else []
    opening = found.get("OPBD") or found.get("PRCD") or interim[:1]
    closing = found.get("CLBD") or (interim[-1:] if opening and opening != interim[-1:] else [])
    return (opening[0] if opening else None), (closing[-1] if closing else None)


def _joined(statements: list[Statement]) -> Iterator[Statement]:
    """Pages that each repeat the balances of the whole statement become one."""
    waiting: Statement | None = None
    for each in statements:
        if waiting and _is_next_page(waiting, each):
            waiting = replace(waiting, lines=waiting.lines + each.lines, left_out=waiting.left_out + each.left_out)
            continue
        if waiting:
            yield waiting
        waiting = each
    if waiting:
        yield waiting


def _is_next_page(one: Statement, other: Statement) -> bool:
    same = (one.account, one.currency, one.opening, one.closing) == (
        other.account,
        other.currency,
        other.opening,
        other.closing,
    )
    return same and one.opening is not None and one.closing is not None and not comes_out(one)
