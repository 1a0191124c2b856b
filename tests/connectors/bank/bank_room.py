"""A bank of our own: movements, and the exports it makes of them in every format, as banks write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from agents.connectors.bank.csv_profile import NeedsProfile, Profile
from agents.connectors.bank.reader import read_statements
from agents.connectors.bank.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from agents.connectors.bank.statement import BankLine, Statement

IBAN = "DE89370400440532013000"
OTHER = "DE02120300000000202051"
BEFORE = Decimal("1000.00")


@dataclass(frozen=True, slots=True)
class Move:
    """One movement as the bank has it; `own` is its id there, or empty, `iban` the account of the other side."""

    day: date
    amount: Decimal
    party: str = "Acme GmbH"
    text: str = "Rechnung 2026-001"
    own: str = ""
    iban: str = OTHER

    @property
    def plain(self) -> tuple[date, Decimal, str]:
        return (self.day, self.amount, self.text)


@dataclass(frozen=True, slots=True)
class Export:
    """A window of an account: what was on it before, and its movements in the bank's order."""

    moves: Sequence[Move]
    opening: Decimal = BEFORE
    profiles: dict[str, Profile] = field(default_factory=dict)

    @property
    def closing(self) -> Decimal:
        return self.opening + sum((move.amount for move in self.moves), Decimal(0))

    @property
    def balances(self) -> list[Decimal]:
        return list(accumulate((move.amount for move in self.moves), initial=self.opening))[1:]


def german(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def csv_german(export: Export) -> bytes:
    """As savings banks do: semicolons, quotes, Windows letters, the newest first, lines of text before the heading."""
    rows = [
        f'"{IBAN}";"{move.day:%d.%m.%Y}";"{move.day:%d.%m.%Y}";"GUTSCHRIFT";"{move.text}";"{move.party}";"{OTHER}";'
        f'"{german(move.amount)}";"EUR";"{german(balance)}"'
        for move, balance in zip(export.moves, export.balances, strict=True)
    ]
    head = (
        '"Umsätze Girokonto";"";\n"Zeitraum:";"alle"\n\n"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";'
        '"Verwendungszweck";"Begünstigter/Zahlungspflichtiger";"IBAN";"Betrag";"Währung";"Saldo"\n'
    )
    return (head + "".join(f"{row}\n" for row in reversed(rows))).replace("\n", "\r\n").encode("cp1252")


def csv_english(export: Export) -> bytes:
    """As online banks do: commas, quotes where needed, two columns for money, days as ISO has them, ids."""
    rows = [
        f'{move.day},"{move.party}","{move.text}",{-move.amount if move.amount < 0 else ""},'
        f"{move.amount if move.amount >= 0 else ''},{IBAN},GBP,{move.own}"
        for move in export.moves
    ]
    head = "Date,Counterparty name,Description,Paid out,Paid in,Account number,Currency,Transaction ID\n"
    return (head + "".join(f"{row}\n" for row in rows)).encode()


def camt053(export: Export, version: str = "02", kind: str = "053") -> bytes:
    name, report = {"052": ("BkToCstmrAcctRpt", "Rpt"), "053": ("BkToCstmrStmt", "Stmt")}[kind]
    days = [move.day for move in export.moves] or [date(2026, 1, 1)]
    entries = "".join(map(camt_entry, export.moves))
    body = (
        f"<Id>1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{camt_balance('PRCD', export.opening, days[0])}{camt_balance('CLBD', export.closing, days[-1])}{entries}"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}">'
        f"<{name}><{report}>{body}</{report}></{name}></Document>"
    ).encode()


def camt_balance(code: str, amount: Decimal, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{abs(amount)}</Amt>"
        f"<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def camt_entry(move: Move) -> str:
    side = "Dbtr" if move.amount >= 0 else "Cdtr"
    return (
        f"<Ntry><Amt Ccy='EUR'>{abs(move.amount)}</Amt><CdtDbtInd>{'CRDT' if move.amount >= 0 else 'DBIT'}</CdtDbtInd>"
        f"<Sts>BOOK</Sts><BookgDt><Dt>{move.day}</Dt></BookgDt><AcctSvcrRef>{move.own or 'NONREF'}</AcctSvcrRef>"
        "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f"<RltdPties><{side}><Nm>{escape(move.party)}</Nm></{side}><{side}Acct><Id><IBAN>{move.iban}</IBAN></Id></{side}Acct>"
        f"</RltdPties><RmtInf><Ustrd>{escape(move.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def mt940(export: Export) -> bytes:
    days = [move.day for move in export.moves] or [date(2026, 1, 1)]
    lines = [":20:STARTUMS", ":25:37040044/0532013000", ":28C:00001/001", f":60F:{mt_balance(export.opening, days[0])}"]
    for move in export.moves:
        amount = f"{abs(move.amount):.2f}".replace(".", ",")
        mark = "C" if move.amount >= 0 else "D"
        lines += [
            f":61:{move.day:%y%m%d%m%d}{mark}{amount}NTRFNONREF//{move.own or 'NONREF'}",
            f":86:166?00GUTSCHRIFT?109310?20SVWZ+{move.text}?30COBADEFFXXX?31{move.iban}?32{move.party}",
        ]
    lines += [f":62F:{mt_balance(export.closing, days[-1])}", "-", ""]
    return "\r\n".join(lines).encode("cp1252")


def mt_balance(amount: Decimal, day: date) -> str:
    return f"{'C' if amount >= 0 else 'D'}{day:%y%m%d}EUR" + f"{abs(amount):.2f}".replace(".", ",")


def ofx(export: Export) -> bytes:
    """Version 1: SGML whose values are not closed."""
    days = [move.day for move in export.moves] or [date(2026, 1, 1)]
    rows = "".join(
        f"<STMTTRN>\r\n<TRNTYPE>OTHER\r\n<DTPOSTED>{move.day:%Y%m%d}120000[0:GMT]\r\n<TRNAMT>{move.amount}\r\n"
        f"<FITID>{move.own}\r\n<NAME>{escape(move.party)}\r\n<MEMO>{escape(move.text)}\r\n</STMTTRN>\r\n"
        for move in export.moves
    )
    return (
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
        "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0"
        "<SEVERITY>INFO</STATUS><LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>\r\n<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS>"
        f"<CURDEF>EUR<BANKACCTFROM><BANKID>37040044<ACCTID>{IBAN}<ACCTTYPE>CHECKING</BANKACCTFROM>\r\n<BANKTRANLIST>"
        f"<DTSTART>{days[0]:%Y%m%d}<DTEND>{days[-1]:%Y%m%d}\r\n{rows}</BANKTRANLIST><LEDGERBAL><BALAMT>{export.closing}"
        f"<DTASOF>{days[-1]:%Y%m%d}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
    ).encode("cp1252")


FORMATS: dict[str, Callable[[Export], bytes]] = {
    "csv-german": csv_german,
    "csv-english": csv_english,
    "camt": camt053,
    "mt940": mt940,
    "ofx": ofx,
}


def table(*lines: str, end: str = "\n") -> bytes:
    return ("\n".join(lines) + end).encode()


def amounts(content: bytes, name: str = "export") -> list[Decimal]:
    return [line.amount for each in read(content, name) for line in each.lines]


def read(content: bytes, name: str = "export", profiles: dict[str, Profile] | None = None) -> tuple[Statement, ...]:
    """What is read, when it is."""
    found = read_statements(content, name, profiles or {})
    assert isinstance(found, tuple), found
    return found


def new_lines(known: Container[str], statements: Iterable[Statement]) -> list[BankLine]:
    """What is not known yet, as whoever books takes it."""
    return [line for each in statements for line in each.lines if line.bank_id not in known]


def refused(content: bytes, profiles: dict[str, Profile] | None = None) -> Refusal:
    found = read_statements(content, "export", profiles or {})
    assert isinstance(found, Refusal), found
    assert found.sentence
    assert found.hint
    return found


def asked(content: bytes, name: str = "export") -> NeedsProfile:
    found = read_statements(content, name, {})
    assert isinstance(found, NeedsProfile), found
    assert found.questions
    return found
