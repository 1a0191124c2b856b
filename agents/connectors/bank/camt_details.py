"""Who and what for: the details of one camt entry. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.bank.identity import real_id
from agents.connectors.bank.line_text import compact, one_line
from agents.connectors.bank.statement import BankLine
from agents.connectors.bank.xml_words import first, text_at, texts

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from xml.etree.ElementTree import Element

# sub-families of a bank transaction code for what comes back (ISO 20022 external code set)
_RETURNS = frozenset({"RRTN", "UPDD", "PRDD", "RPCR", "UPCQ", "UPTX"})


@dataclass(frozen=True, slots=True)
class Booked:
    """What an account moved by: `amount` is more than nothing when it came in, `own` the bank's id or empty."""

    day: date
    amount: Decimal
    currency: str
    own: str


def details_of(entry: Element, part: Element | None, booked: Booked, account: str) -> BankLine:
    """One line: `part` is the transaction it tells of, None when there are none or it stands for several.

    `account` is whose statement it is: its holder is not the other side.
    """
    source = entry if part is None else part
    is_return = _is_return(entry, source)
    side = _other_side(source, account, is_return=is_return, comes_in=booked.amount > 0)
    return BankLine(
        bank_id=booked.own,
        day=booked.day,
        amount=booked.amount,
        currency=booked.currency,
        party=one_line(_party(source, side)),
        text=one_line(_text(entry, source)),
        reference=one_line(_reference(source)),
        iban=compact(_account(source, side)),
        is_return=is_return,
    )


def _other_side(source: Element, account: str, *, is_return: bool, comes_in: bool) -> str:
    """Where the other side stands. What is taken back may keep the parties of the movement it takes back."""
    payer, payee = "Dbtr", "Cdtr"
    plain, turned = (payer, payee) if comes_in else (payee, payer)
    for side in (turned, plain) if is_return else (plain,):
        own = compact(_account(source, side)) == account
        if not own and (_party(source, side) or _account(source, side)):
            return side
    return plain


def own_id(entry: Element, part: Element | None, *, is_split: bool) -> str:
    """The bank's id of a line: of the entry where it is the whole one, since reports within the day may know no other.

    Equal ones within an entry are numbered later.
    """
    of_entry = real_id(text_at(entry, "AcctSvcrRef"))
    of_part = real_id(text_at(part, "Refs", "AcctSvcrRef")) if part is not None else ""
    return of_part or of_entry if is_split else of_entry or of_part


def _is_return(entry: Element, source: Element) -> bool:
    if text_at(entry, "RvslInd").lower() in {"true", "1"} or source.find("RtrInf") is not None:
        return True
    codes = (text_at(each, "BkTxCd", "Domn", "Fmly", "SubFmlyCd") for each in (entry, source))
    return any(code in _RETURNS for code in codes)


def _party(source: Element, side: str) -> str:
    """The name; since version 08 it stands within `Pty`. An ultimate party is not the one that pays."""
    parties = first(source, "RltdPties")
    if parties is None:
        return ""
    return text_at(parties, side, "Nm") or text_at(parties, side, "Pty", "Nm")


def _account(source: Element, side: str) -> str:
    parties = first(source, "RltdPties")
    if parties is None:
        return ""
    return text_at(parties, f"{side}Acct", "Id", "IBAN") or text_at(parties, f"{side}Acct", "Id", "Othr", "Id")


def _reference(source: Element) -> str:
    """The creditor's reference first: it is what an invoice asks for; then the end-to-end id."""
    ways = (("RmtInf", "Strd", "CdtrRefInf", "Ref"), ("Refs", "EndToEndId"))
    return next((text for way in ways if (text := real_id(next(iter(texts(source, *way)), "")))), "")


def _text(entry: Element, source: Element) -> str:
    free = texts(source, "RmtInf", "Ustrd")
    more = [] if free else [*texts(source, "AddtlTxInf"), *texts(entry, "AddtlNtryInf")]
    return " ".join([*free, *more])
