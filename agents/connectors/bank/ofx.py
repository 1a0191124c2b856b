"""OFX and QFX: SGML in version 1, XML in version 2, and one reader for both, as tolerant as files are wild. Pure.

Only the elements that hold others are nested here; every other one is a value, closed or not. Known flaw: what a bank
replaces or deletes afterwards (CORRECTFITID) is refused and not followed. Source: OFX 1.6 and 2.2, chapter 11.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from agents.connectors.bank.amounts import is_currency, machine_amount
from agents.connectors.bank.identity import real_id
from agents.connectors.bank.line_text import account_name, compact, one_line
from agents.connectors.bank.refusal import RefusedError, check_rows, told
from agents.connectors.bank.statement import Balance, BankLine, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]{0,40})\s*/?>")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?!\1)[.,]\d{1,2}", re.ASCII)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CDATA, _CDATA_ENDS = "<![CDATA[", "]]>"
_STATEMENTS = frozenset({"STMTRS", "CCSTMTRS"})
_HOLDERS = _STATEMENTS | {
    *("OFX", "BANKACCTFROM", "CCACCTFROM", "BANKACCTTO", "CCACCTTO", "BANKTRANLIST", "STMTTRN", "PAYEE"),
    *("LEDGERBAL", "AVAILBAL", "BALLIST", "BAL", "CURRENCY", "ORIGCURRENCY", "BANKTRANLISTP", "STMTTRNP"),
}
MAX_DEPTH = 20
_NOT_READ = ("INVSTMTRS", "LOANSTMTRS")


@dataclass(slots=True)
class _Node:
    """An element that holds others: its values by their names (the first counts), and the elements within."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    nodes: list[_Node] = field(default_factory=list)

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def all(self, name: str) -> Iterator[_Node]:
        return (each for each in self.nodes if each.name == name)

    def first(self, name: str) -> _Node:
        return next(self.all(name), _Node(name))


def is_ofx(text: str) -> bool:
    """Whether the text begins like OFX."""
    return re.search(r"OFXHEADER|<OFX>", text[:2_000], re.IGNORECASE) is not None


def read_ofx(text: str) -> tuple[Statement, ...]:
    """Every statement of a file; `bank_id` holds the bank's own id yet.

    Raises:
        RefusedError: what it says cannot be read, or not all of it.
    """
    check_rows(len(re.findall("<STMTTRN>", text, re.IGNORECASE)))
    found = tuple(_statement(each) for each in _statement_nodes(_tree(text)))
    strange = next((name for name in _NOT_READ if f"<{name}>" in text), "")
    if strange or not found:
        raise RefusedError(
            "The file holds no statement of a bank account or a card, or one of another kind too.",
            "Export each bank account into a file of its own.",
        )
    return found


def _tree(text: str) -> _Node:
    """The file as nested elements; every one that begins must end, the outermost too."""
    pieces = _TAG.split(_without_cdata(_COMMENT.sub("", text)))
    root = _Node("")
    ways = [root]
    for closes, raw_name, content in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        name = raw_name.upper()
        if name not in _HOLDERS:
            if not closes:
                ways[-1].values.setdefault(name, html.unescape(content).strip())
        elif closes:
            if ways[-1].name != name:
                raise RefusedError(f"The file closes {told(name)}, which is not open there.")
            ways.pop()
        else:
            if len(ways) > MAX_DEPTH:
                raise RefusedError("The file is nested deeper than any statement.")
            node = _Node(name)
            ways[-1].nodes.append(node)
            ways.append(node)
    if len(ways) > 1 or not any(root.all("OFX")):
        raise RefusedError("The end of the file is missing.")
    return root


def _without_cdata(text: str) -> str:
    """The text with its literal sections as other text is written."""
    first, *sections = text.split(_CDATA)
    parts = (each.partition(_CDATA_ENDS) for each in sections)
    return first + "".join(html.escape(literal, quote=False) + rest for literal, _, rest in parts)


def _statement_nodes(node: _Node) -> Iterator[_Node]:
    for each in node.nodes:
        if each.name in _STATEMENTS:
            yield each
        elif each.name == "OFX":
            yield from _statement_nodes(each)


def _statement(node: _Node) -> Statement:
    lists = list(node.all("BANKTRANLIST"))
    moves = [each for listed in lists for each in listed.all("STMTTRN")]
    currency = node.value("CURDEF").upper() or _only_currency(moves)
    origin = next((each for each in node.nodes if each.name in {"BANKACCTFROM", "CCACCTFROM"}), _Node(""))
    account = account_name(origin.value("ACCTID"))
    if not account or not is_currency(currency):
        raise RefusedError("A statement in the file does not say its account or its currency.")
    lines = tuple(_line(each, currency) for each in moves)
    left_out = sum(1 for pending in node.all("BANKTRANLISTP") for _ in pending.all("STMTTRNP"))
    closing = _closing(node, currency, lines, max((each.value("DTEND") for each in lists), default=""))
    return Statement(account, currency, _by_day(lines), None, closing, left_out)


def _only_currency(moves: list[_Node]) -> str:
    """What all movements say, where the statement itself says nothing."""
    said = {each.first("CURRENCY").value("CURSYM").upper() for each in moves}
    return said.pop() if len(said) == 1 else ""


def _by_day(lines: tuple[BankLine, ...]) -> tuple[BankLine, ...]:
    """The order of the bank, the oldest first."""
    return lines[::-1] if lines and lines[0].day > lines[-1].day else lines


def _line(node: _Node, account_currency: str) -> BankLine:
    if node.value("CORRECTFITID"):
        raise RefusedError(
            "The file corrects movements that were told before.", "Export the time again as CSV, CAMT or MT940."
        )
    currency = node.first("CURRENCY").value("CURSYM").upper() or account_currency
    amount = _amount(node.value("TRNAMT"), currency)
    if amount is None:
        raise RefusedError(f"A movement has an amount that cannot be read: {told(node.value('TRNAMT'))}")
    other = next((each for each in node.nodes if each.name in {"BANKACCTTO", "CCACCTTO"}), _Node(""))
    party, memo = node.value("NAME") or node.first("PAYEE").value("NAME"), node.value("MEMO")
    return BankLine(
        bank_id=real_id(node.value("FITID")),
        day=_day(node.value("DTPOSTED")),
        amount=amount,
        currency=currency,
        party=one_line(party),
        text=one_line(memo or party),
        reference=one_line(real_id(node.value("REFNUM")) or real_id(node.value("CHECKNUM"))),
        iban=compact(other.value("ACCTID")),
    )


def _amount(text: str, currency: str) -> Decimal | None:
    """An amount; where both marks stand in it, the last one is before the parts."""
    bare = text.replace(" ", "")
    found = _GROUPED.fullmatch(bare)
    return machine_amount(bare.replace(found[1], "") if found else bare, currency)


def _day(text: str) -> date:
    """The first eight digits: the rest is a time, often one made up."""
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError as err:
        raise RefusedError(f"A movement has a date that cannot be read: {told(text)}") from err


def _closing(node: _Node, currency: str, lines: tuple[BankLine, ...], end: str) -> Balance | None:
    """The ledger balance, when it is of a day that the movements reach: many banks tell today's."""
    told_balance = node.first("LEDGERBAL")
    if not told_balance.value("BALAMT") or not told_balance.value("DTASOF"):
        return None
    amount = _amount(told_balance.value("BALAMT"), currency)
    if amount is None:
        raise RefusedError(f"The balance cannot be read: {told(told_balance.value('BALAMT'))}")
    day = _day(told_balance.value("DTASOF"))
    newest = max((line.day for line in lines), default=day)
    return Balance(day, amount) if end and newest <= day <= _day(end) else None
