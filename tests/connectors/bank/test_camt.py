"""CAMT messages of every version: entries, batches, reversals, balances, pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.bank.statement import Balance
from agents.connectors.bank.xml_tree import MAX_TAGS
from tests.connectors.bank.bank_room import IBAN, OTHER, Export, Move, camt053, camt_balance, camt_entry, read, refused

DAY = date(2026, 3, 25)


def message(*entries: str, before: str = "", kind: str = "053", version: str = "08", extra: str = "") -> bytes:
    name, report = {
        "052": ("BkToCstmrAcctRpt", "Rpt"),
        "053": ("BkToCstmrStmt", "Stmt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]
    one = f"<{report}><Id>S1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{before}{''.join(entries)}</{report}>"
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"
    return f'<x:Document xmlns:x="{space}" xmlns="{space}"><{name}>{one}{extra}</{name}></x:Document>'.encode()


def entry(amount: str, sign: str, *, inner: str = "", status: str = "<Sts><Cd>BOOK</Cd></Sts>", ref: str = "R1") -> str:
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}<BookgDt><Dt>{DAY}</Dt></BookgDt>"
        f"<AcctSvcrRef>{ref}</AcctSvcrRef>{inner}</Ntry>"
    )


def part(amount: str, name: str, *, more: str = "", version: str = "new") -> str:
    told = f"<Amt Ccy='EUR'>{amount}</Amt>" if version == "new" else ""
    old = f"<AmtDtls><TxAmt><Amt Ccy='EUR'>{amount}</Amt></TxAmt></AmtDtls>" if version != "new" else ""
    party = f"<Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>" if version == "new" else f"<Dbtr><Nm>{name}</Nm></Dbtr>"
    return f"<TxDtls>{told}{old}<RltdPties>{party}</RltdPties>{more}</TxDtls>"


@pytest.mark.parametrize("version", ["02", "03", "04", "05", "06", "07", "08", "09", "13"])
def test_every_version_reads_alike(version: str) -> None:
    moves = [Move(DAY, Decimal("10.00"), "Acme & Sons", "Invoice 1", "A1"), Move(DAY, Decimal("-2.50"), own="A2")]
    (found,) = read(camt053(Export(moves), version))
    assert (found.account, found.currency) == (IBAN, "EUR")
    assert found.opening == Balance(DAY, Decimal("1000.00"))
    assert found.closing == Balance(DAY, Decimal("1007.50"))
    first, second = found.lines
    assert (first.day, first.amount, first.party, first.text) == (DAY, Decimal("10.00"), "Acme & Sons", "Invoice 1")
    assert (first.iban, first.reference, first.is_return) == (OTHER, "", False)
    assert second.amount == Decimal("-2.50")


def test_what_version_08_puts_elsewhere_is_found() -> None:
    details = (
        "<NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Acme</Nm></Pty></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{OTHER}</IBAN></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId>"
        "<BICFI>COBADEFF</BICFI></FinInstnId></DbtrAgt></RltdAgts><RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd>"
        "<Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>"
    )
    (line,) = read(message(entry("5.00", "CRDT", inner=details)))[0].lines
    assert (line.party, line.text, line.reference) == ("Acme", "one two", "RF18539007547034")


@pytest.mark.parametrize("version", ["new", "old"])
def test_a_batch_becomes_lines_whose_sum_is_the_entry(version: str) -> None:
    parts = part("60.00", "Anna", version=version) + part("40.00", "Ben", version=version)
    (found,) = read(message(entry("100.00", "CRDT", inner=f"<NtryDtls><Btch/>{parts}</NtryDtls>")))
    assert [(line.amount, line.party) for line in found.lines] == [
        (Decimal("60.00"), "Anna"),
        (Decimal("40.00"), "Ben"),
    ]
    assert len({line.bank_id for line in found.lines}) == 2


def test_equal_parts_of_a_batch_stay_apart() -> None:
    parts = part("50.00", "Anna") + part("50.00", "Anna")
    (found,) = read(message(entry("100.00", "CRDT", inner=f"<NtryDtls>{parts}</NtryDtls>")))
    assert len({line.bank_id for line in found.lines}) == 2


def test_parts_may_go_the_other_way() -> None:
    fee = part("3.00", "Bank", more="<CdtDbtInd>DBIT</CdtDbtInd>")
    (found,) = read(message(entry("97.00", "CRDT", inner=f"<NtryDtls>{part('100.00', 'Anna')}{fee}</NtryDtls>")))
    assert [line.amount for line in found.lines] == [Decimal("100.00"), Decimal("-3.00")]


@pytest.mark.parametrize("parts", [part("60.00", "Anna") + part("39.00", "Ben"), "<TxDtls/><TxDtls/>"])
def test_a_batch_whose_parts_do_not_give_its_amount_stays_one_line(parts: str) -> None:
    more = "<AddtlNtryInf>SAMMELGUTSCHRIFT</AddtlNtryInf>"
    (line,) = read(message(entry("100.00", "CRDT", inner=f"<NtryDtls>{parts}</NtryDtls>{more}")))[0].lines
    assert (line.amount, line.text) == (Decimal("100.00"), "SAMMELGUTSCHRIFT")


@pytest.mark.parametrize("status", ["<Sts>PDNG</Sts>", "<Sts><Cd>PDNG</Cd></Sts>", "<Sts>INFO</Sts>"])
def test_announced_entries_are_left_out_and_counted(status: str) -> None:
    (found,) = read(message(entry("1.00", "CRDT"), entry("9.00", "DBIT", status=status)))
    assert len(found.lines) == 1
    assert found.left_out == 1


def test_an_unknown_status_is_refused() -> None:
    assert "Entry 1 has the status MAYB" in refused(message(entry("1.00", "CRDT", status="<Sts>MAYB</Sts>"))).sentence


def test_a_reversal_goes_the_way_the_entry_says() -> None:
    (line,) = read(message(entry("9.00", "CRDT", inner="<RvslInd>true</RvslInd>")))[0].lines
    assert (line.amount, line.is_return) == (Decimal("9.00"), True)


@pytest.mark.parametrize(
    "told",
    [
        "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>",
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>",
    ],
)
def test_a_returned_direct_debit_names_who_returned_it(told: str) -> None:
    details = (
        "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Customer</Nm></Dbtr><Cdtr><Nm>We</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id></CdtrAcct></RltdPties>{told}</TxDtls></NtryDtls>"
    )
    (line,) = read(message(entry("9.00", "DBIT", inner=details)))[0].lines
    assert (line.amount, line.is_return, line.party) == (Decimal("-9.00"), True, "Customer")


def test_a_return_that_turns_the_parties_round_is_understood_too() -> None:
    details = (
        f"<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>We</Nm></Dbtr><DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>Customer</Nm></Cdtr></RltdPties><RtrInf/></TxDtls></NtryDtls>"
    )
    assert read(message(entry("9.00", "DBIT", inner=details)))[0].lines[0].party == "Customer"


def test_several_statements_in_one_file() -> None:
    one = camt053(Export([Move(DAY, Decimal("1.00"))])).decode()
    start, end = one.index("<Stmt>"), one.index("</BkToCstmrStmt>")
    other = one[start:end].replace("<Id>1</Id>", "<Id>2</Id>").replace(IBAN, OTHER)
    assert [each.account for each in read((one[:end] + other + one[end:]).encode())] == [IBAN, OTHER]


def test_a_statement_put_in_twice_counts_once() -> None:
    one = camt053(Export([Move(DAY, Decimal("1.00"))])).decode()
    start, end = one.index("<Stmt>"), one.index("</BkToCstmrStmt>")
    assert len(read((one[:end] + one[start:end] + one[end:]).encode())) == 1


def test_statements_that_only_look_like_copies_all_count() -> None:
    one = camt053(Export([Move(DAY, Decimal("1.00"))])).decode()
    start, end = one.index("<Stmt>"), one.index("</BkToCstmrStmt>")
    other = one[start:end].replace("Rechnung", "Invoice")
    assert len(read((one[:end] + other + one[end:]).encode())) == 2
    nameless = one.replace("<Id>1</Id>", "")
    start, end = nameless.index("<Stmt>"), nameless.index("</BkToCstmrStmt>")
    found = read((nameless[:end] + nameless[start:end] + nameless[end:]).encode())
    assert len(found) == 2
    assert found[0] == found[1]  # told twice, and one movement


def test_pages_that_each_repeat_the_balances_become_one_statement() -> None:
    ends = camt_balance("OPBD", Decimal(0), DAY) + camt_balance("CLBD", Decimal("3.00"), DAY)
    head = f"<Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{ends}"
    pages = [
        f"<Stmt><Id>1</Id><StmtPgntn><PgNb>{number}</PgNb></StmtPgntn>{head}{entry(amount, 'CRDT', ref=amount)}</Stmt>"
        for number, amount in enumerate(("1.00", "2.00"), 1)
    ]
    body = f"<Document><BkToCstmrStmt>{''.join(pages)}</BkToCstmrStmt></Document>"
    (found,) = read(body.encode())
    assert [line.amount for line in found.lines] == [Decimal("1.00"), Decimal("2.00")]


def test_pages_with_interim_balances_are_checked_each() -> None:
    first = camt_balance("OPBD", Decimal(0), DAY) + camt_balance("ITBD", Decimal("1.00"), DAY)
    last = camt_balance("ITBD", Decimal("1.00"), DAY) + camt_balance("CLBD", Decimal("3.00"), DAY)
    acct = f"<Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>"
    pages = (
        f"<Stmt>{acct}{first}{entry('1.00', 'CRDT')}</Stmt><Stmt>{acct}{last}{entry('2.00', 'CRDT')}</Stmt>",
        f"<Stmt>{acct}{first}{entry('1.50', 'CRDT')}</Stmt><Stmt>{acct}{last}{entry('2.00', 'CRDT')}</Stmt>",
    )
    whole, wrong = (f"<Document><BkToCstmrStmt>{each}</BkToCstmrStmt></Document>".encode() for each in pages)
    assert [each.opening and each.opening.amount for each in read(whole)] == [Decimal(0), Decimal(1)]
    assert "ends with 1.00" in refused(wrong).sentence


def test_a_report_within_the_day_needs_no_balances_that_come_out() -> None:
    ends = camt_balance("OPBD", Decimal(0), DAY) + camt_balance("CLBD", Decimal("9.00"), DAY)
    (found,) = read(message(entry("1.00", "CRDT"), before=ends, kind="052"))
    assert (found.opening, found.closing) == (None, None)
    assert "ends with 9.00" in refused(message(entry("1.00", "CRDT"), before=ends)).sentence


def test_report_statement_and_notification_give_a_movement_one_id() -> None:
    ids = {read(message(entry("1.00", "CRDT"), kind=kind))[0].lines[0].bank_id for kind in ("052", "053", "054")}
    assert len(ids) == 1


def test_the_id_of_an_entry_counts_before_that_of_its_only_part() -> None:
    refs = "<NtryDtls><TxDtls><Refs><AcctSvcrRef>P1</AcctSvcrRef></Refs></TxDtls></NtryDtls>"
    contents = (
        message(entry("1.00", "CRDT"), kind="052"),
        message(entry("1.00", "CRDT", inner=refs)),
        message(entry("1.00", "CRDT", inner=refs, ref="NONREF")),
        message(entry("1.00", "CRDT", ref="P1")),
    )
    plain, with_part, part_only, other = (read(each)[0].lines[0].bank_id for each in contents)
    assert plain == with_part
    assert part_only == other != plain


def test_parts_of_a_batch_keep_their_own_ids_in_any_order() -> None:
    refs = [f"<Refs><AcctSvcrRef>{name}</AcctSvcrRef></Refs>" for name in ("P1", "P2")]
    parts = [part("5.00", "Anna", more=each) for each in refs]
    one, other = (
        read(message(entry("10.00", "CRDT", inner=f"<NtryDtls>{''.join(each)}</NtryDtls>")))[0].lines
        for each in (parts, parts[::-1])
    )
    assert [line.bank_id for line in one] == [line.bank_id for line in other][::-1]


def test_an_account_without_iban_is_named_as_the_bank_does() -> None:
    content = message(entry("1.00", "CRDT")).replace(
        f"<IBAN>{IBAN}</IBAN>".encode(), b"<Othr><Id>0532 013000</Id></Othr>"
    )
    assert read(content)[0].account == "0532013000"


def test_a_day_of_value_stands_in_for_a_missing_day_of_booking() -> None:
    content = message(entry("1.00", "CRDT")).replace(b"BookgDt", b"ValDt").replace(b"<Dt>", b"<DtTm>")
    assert read(content.replace(b"</Dt>", b"T08:00:00+01:00</DtTm>"))[0].lines[0].day == DAY


def test_a_statement_without_movements_is_one() -> None:
    (found,) = read(message())
    assert (found.lines, found.currency) == ((), "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (message(entry("1,5,0", "CRDT")), "Entry 1 has no amount"),
        (message(entry("1.005", "CRDT")), "Entry 1 has no amount"),
        (message(entry("1.00", "BOTH")), "Entry 1 has no amount"),
        (message("<Ntry/>"), "names no currency"),
        (message(entry("1.00", "CRDT").replace("EUR", "Euro")), "names no currency there is: Euro"),
        (message(entry("1.00", "CRDT").replace(str(DAY), "2026-02-30")), "date that cannot be read"),
        (message(entry("1.00", "CRDT").replace("BookgDt", "X")), "does not say when"),
        (message(entry("1.00", "CRDT"), entry("1.00", "CRDT").replace("EUR", "USD")), "movements in USD too"),
        (message(entry("1.00", "CRDT")).replace(IBAN.encode(), b""), "which account"),
        (
            message(entry("9.00", "CRDT", inner=f"<NtryDtls>{part('x', 'a')}{part('1', 'b')}</NtryDtls>")),
            "part whose amount",
        ),
        (b"<a><b/></a>", "no bank statement"),
        (b"<a>", "no whole XML"),
        (b"<?xml version='1.0' encoding='nonsense'?><a/>", "no whole XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
        (b"<a>" + b"<" * MAX_TAGS, "too large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content: bytes, said: str) -> None:
    assert said in refused(content).sentence


def test_an_entry_without_currency_and_details_is_refused() -> None:
    bare = camt_entry(Move(DAY, Decimal("1.00"))).replace(" Ccy='EUR'", "")
    assert "EUR, and the file has movements in  too" in refused(message(entry("1.00", "CRDT"), bare)).sentence


def test_very_deep_nesting_is_no_harm() -> None:
    assert "no bank statement" in refused(b"<a>" * 100_000 + b"</a>" * 100_000).sentence
