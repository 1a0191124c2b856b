"""MT940: marks, days without years, the forms of field 86, and what a file may have around its statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.bank.mt940_details import Details, read_details
from agents.connectors.bank.statement import Balance, BankLine
from tests.connectors.bank.bank_room import read, refused


def statement(*fields: str, closing: str = "C260131EUR1000,00", begin: str = "") -> bytes:
    head = [":20:REF", ":25:37040044/0532013000", ":28C:1/1", ":60F:C251231EUR1000,00"]
    return (begin + "\r\n".join([*head, *fields, f":62F:{closing}", "-", ""])).encode("cp1252")


def one(field: str, details: str = "", closing: str = "C260131EUR1000,00") -> BankLine:
    lines = [field, *([f":86:{details}"] if details else [])]
    (line,) = read(statement(*lines, closing=closing))[0].lines
    return line


@pytest.mark.parametrize(
    ("mark", "closing", "amount", "is_return"),
    [
        ("C", "C260131EUR1012,50", "12.50", False),
        ("D", "C260131EUR987,50", "-12.50", False),
        ("CR", "C260131EUR1012,50", "12.50", False),
        ("DR", "C260131EUR987,50", "-12.50", False),
        ("RC", "C260131EUR987,50", "-12.50", True),
        ("RD", "C260131EUR1012,50", "12.50", True),
        ("RDR", "C260131EUR1012,50", "12.50", True),
    ],
)
def test_marks_say_the_direction(mark: str, closing: str, amount: str, is_return: bool) -> None:  # noqa: FBT001 (a case)
    line = one(f":61:2601020102{mark}12,50NTRFABC//B-1", closing=closing)
    assert (line.amount, line.is_return, line.reference) == (Decimal(amount), is_return, "ABC")


def test_an_expected_movement_is_left_out_and_counted() -> None:
    (found,) = read(statement(":61:2601020102EC12,50NTRFNONREF", ":86:later"))
    assert (found.lines, found.left_out) == ((), 1)
    assert found.opening == Balance(date(2025, 12, 31), Decimal("1000.00"))


@pytest.mark.parametrize(
    ("days", "booked"),
    [
        ("2601020105", date(2026, 1, 5)),
        ("2512310102", date(2026, 1, 2)),
        ("2601021231", date(2025, 12, 31)),
        ("260102", date(2026, 1, 2)),
        ("2402280229", date(2024, 2, 29)),
        ("991231", date(1999, 12, 31)),
        ("2602300301", date(2026, 3, 1)),  # interest is of the 30th of each month
        ("2402300229", date(2024, 2, 29)),
        ("260229", date(2026, 2, 28)),
    ],
)
def test_the_day_of_booking_gets_the_nearest_year(days: str, booked: date) -> None:
    assert one(f":61:{days}C0,NTRFNONREF").day == booked


def test_a_german_field_is_read_part_by_part() -> None:
    line = one(
        ":61:2601020102C0,00N166NONREF",
        "166?00SEPA-GUTSCHRIFT?109310?20EREF+INV-7?21SVWZ+Rechnung 2026-007 vom \r\n02.01.2026?22 danke?30COBADEFFXXX"
        "?31DE02 1203 0000 0000 2020 51?32Müller und Söhne Handelsges?33ellschaft mbH",
    )
    assert line.party == "Müller und Söhne Handelsgesellschaft mbH"
    assert line.text == "Rechnung 2026-007 vom 02.01.2026 danke"
    assert (line.reference, line.iban) == ("INV-7", "DE02120300000000202051")


def test_a_part_that_is_full_goes_on_without_a_blank() -> None:
    details = read_details("177?00X?20SVWZ+" + "a" * 22 + "?21bc?22def")
    assert details.text == "a" * 22 + "bc def"


def test_german_details_without_sepa_words_and_with_other_marks() -> None:
    assert read_details("005?00LASTSCHRIFT?20Miete?21Januar").text == "Miete Januar"
    assert read_details("005?00KONTOFUEHRUNG").text == "KONTOFUEHRUNG"
    assert read_details("166>00X>20SVWZ+Hallo>32Anna") == Details(party="Anna", text="Hallo")
    assert read_details("109?00RUECKLASTSCHRIFT").is_return
    assert read_details("166?20KREF+K1 ABWA+Anna SVWZ+Hallo") == Details("Anna", "Hallo", "K1")
    assert read_details("166?20SVWZ+Hallo IBAN+DE1 BIC+B") == Details("", "Hallo", "", "DE1")


def test_words_between_strokes_are_read() -> None:
    dutch = "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/Jansen BV\r\n/REMI/Factuur 12/EREF/E12"
    assert read_details(dutch.replace("\r", "")) == Details("Jansen BV", "Factuur 12", "E12", "NL91ABNA0417164300")
    other = "/EREF/NOTPROVIDED//CNTP/NL91ABNA0417164300/ABNANL2A/Jansen BV///REMI/USTD//Factuur 12/"
    assert read_details(other) == Details("Jansen BV", "Factuur 12", "NOTPROVIDED", "NL91ABNA0417164300")
    assert read_details("/RTRN/AC04/TRTP/RETOUR") == Details(text="RETOUR", is_return=True)


def test_plain_details_and_none() -> None:
    assert one(":61:260102C0,NMSC", "just\r\nwords").text == "just words"
    assert one(":61:260102C0,NMSCREF//B\r\nmore of it").text == "more of it"
    assert one(":61:260102C0,NMSC", "a field\r\n:86:for each line\r\n:86:").text == "a field for each line"


def test_details_of_the_whole_statement_are_of_no_movement() -> None:
    content = statement(":61:260102C0,NMSC", ":86:mine", closing="C260131EUR1000,00\r\n:86:of all")
    assert [line.text for line in read(content)[0].lines] == ["mine"]


def test_a_report_within_the_day_is_told_apart() -> None:
    content = b":20:REF\r\n:25:1\r\n:28C:1/1\r\n:34F:EUR0,\r\n:61:260102C0,NMSC\r\n:90D:0EUR0,\r\n-\r\n"
    assert "MT942" in refused(content).sentence


def test_a_name_behind_the_other_account_is_read_however_long() -> None:
    other = f"{'0600733959555':<16}{'T-MOBILE NETHERLANDS BV':<32}"
    assert one(f":61:260102C0,N060{other}").reference == "0600733959555 T-MOBILE NETHERLANDS BV"


def test_noughts_before_an_amount_do_not_matter() -> None:
    (found,) = read(statement(":61:260102C000000000000000000005,00NMSC", closing="C260131EUR00000000000000001005,00"))
    assert [line.amount for line in found.lines] == [Decimal("5.00")]


def test_what_stands_around_statements_is_passed_over() -> None:
    plain = read(statement(":61:260102C0,NMSC"))
    wrapped = statement(":61:260102C0,NMSC", begin="{1:F01COBADEFFXXXX0}{2:O940}{4:\r\n").replace(
        b"\r\n-\r\n", b"\r\n-}{5:{CHK:1}}\r\n"
    )
    named = statement(":61:260102C0,NMSC", begin="ABNANL2A\r\n940\r\nABNANL2A\r\n")
    kept = statement(":61:260102C0,NMSC", begin="0000 01INGBNL2AXXXX00001\r\n940 00\r\n")
    rabobank = statement(":61:260102C0,NMSC", begin=":940:\r\n")
    over_lines = wrapped.replace(b"{1:", b"\x01 {1:").replace(b"-}{5:{CHK:1}}", b"-}\x03")
    assert read(wrapped) == read(named) == read(kept) == read(rabobank) == read(over_lines) == plain
    assert [len(each.lines) for each in read(rabobank * 2)] == [1, 1]
    assert read(statement(":61:260102C0,NMSC").replace(b"-\r\n", b"")) == plain


def test_what_follows_the_closing_balance_belongs_to_no_movement() -> None:
    content = statement(":61:260102C0,NMSC").replace(b"-\r\n", b":64:C260131EUR1,00\r\n:86:of the statement\r\n-\r\n")
    assert read(content)[0].lines[0].text == ""


def test_statements_of_a_file_that_follow_each_other_number_equal_lines_on() -> None:
    line = ":61:2601020102C1,00NMSCNONREF"
    first = statement(line, closing="C260102EUR1001,00")
    second = statement(line, closing="C260102EUR1002,00").replace(b"C251231EUR1000,00", b"C260102EUR1001,00")
    ids = [each.lines[0].bank_id for each in read(first + second)]
    assert len(set(ids)) == 2
    again = [each.lines[0].bank_id for each in read(first + first)]
    assert len(set(again)) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (statement(":61:26010X0102C1,00NTRF"), "movement of the file cannot be read"),
        (statement(":61:2601020230C1,00NTRF"), "movement of the file cannot be read"),
        (statement(":61:2604310102C1,00NTRF"), "movement of the file cannot be read"),
        (statement(":61:2601020102C1,005NTRF"), "movement of the file cannot be read"),
        (statement(closing="C260131USD1000,00"), "begins in EUR and ends in USD"),
        (statement(closing="C260131EUR1000,00x"), "balance of the file cannot be read"),
        (statement(closing="C260231EUR1000,00"), "balance of the file cannot be read"),
        (statement(closing="C260131EUR1001,00"), "ends with 1001.00"),
        (statement().replace(b":62F:", b":64:"), "cut off"),
        (statement().replace(b":60F:C251231EUR1000,00\r\n", b":61:260102C0,NMSC\r\n"), "outside of the balances"),
        (statement() + b"something else\r\n", "is not part of a statement"),
        (b":28C:1\r\n" + statement(), "begins with field 28C"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content: bytes, said: str) -> None:
    assert said in refused(content).sentence


@pytest.mark.parametrize(
    ("said", "account"),
    [
        ("DE89370400440532013000EUR", "DE89370400440532013000"),
        ("de89 3704 0044 0532 0130 00 EUR", "DE89370400440532013000"),
        ("DE89370400440532013000", "DE89370400440532013000"),
        ("FR1420041010050500013M02606EUR", "FR1420041010050500013M02606"),
        ("37040044/0532013000EUR", "37040044/0532013000EUR"),  # no IBAN: nothing shows where it ends
        ("DE89370400440532013001EUR", "DE89370400440532013001EUR"),  # a digit is wrong
        ("DE89370400440532013000123", "DE89370400440532013000123"),
    ],
)
def test_a_currency_behind_an_iban_is_left_out(said: str, account: str) -> None:
    content = statement(":61:260102C0,NMSC").replace(b":25:37040044/0532013000", f":25:{said}".encode())
    assert read(content)[0].account == account
