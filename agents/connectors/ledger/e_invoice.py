"""An invoice or credit note as machines read it: the XML of Factur-X / ZUGFeRD, profile EN 16931. Pure.

Source: Factur-X 1.0.7 (UN/CEFACT Cross Industry Invoice D16B); codes of UNTDID 1001, 4461 and 5305, units of UN/ECE 20.
A discount is a line with a negative quantity, since no price may be negative there. A rate of 0 is exempt, for the
reason that the owner's `note` gives.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from agents.connectors.sepa import is_account, is_bic, packed
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from datetime import date

    from agents.connectors.books import RateTotal
    from agents.connectors.ledger.paper import Paper, PaperLine
    from agents.connectors.letterhead import Letterhead

FILE_NAME = "factur-x.xml"
PROFILE = "urn:cen.eu:en16931:2017"
INVOICE, CREDIT_NOTE = "380", "381"
SEPA_TRANSFER, TRANSFER = "58", "30"
ONE = Decimal(1)
_UNITS = {
    **dict.fromkeys(("h", "hour", "hours", "std", "stunde", "stunden"), "HUR"),
    **dict.fromkeys(("d", "day", "days", "tag", "tage"), "DAY"),
    **dict.fromkeys(("month", "months", "monat", "monate"), "MON"),
    "km": "KMT",
    "kg": "KGM",
    "m": "MTR",
    "l": "LTR",
}
_NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_CITY = re.compile(r"(?:(?P<code>[0-9][0-9A-Z -]{2,9}) )?(?P<name>.+)")
_COUNTRY = re.compile(r"[A-Z]{2}")
_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z]{2,13}")


def invoice_xml(paper: Paper, ours: Letterhead, terms: str) -> bytes:
    """The document as UTF-8; `terms` is what is printed about paying or crediting.

    Raises:
        NeedsOwner: the handbook does not say all that such a document must hold.
    """
    _refuse_gaps(paper, ours)
    for prefix, name in _NAMESPACES.items():
        register_namespace(prefix, name)
    root = Element(f"{{{_NAMESPACES['rsm']}}}CrossIndustryInvoice")
    _put(_rsm(root, "ExchangedDocumentContext"), "GuidelineSpecifiedDocumentContextParameter/ID", PROFILE)
    head = _rsm(root, "ExchangedDocument")
    _put(head, "ID", paper.number)
    _put(head, "TypeCode", CREDIT_NOTE if paper.credits else INVOICE)
    _put_day(head, "IssueDateTime", paper.day)
    for text in filter(None, (ours.note, paper.reason)):
        _put(head, "IncludedNote/Content", text)
    trade = _rsm(root, "SupplyChainTradeTransaction")
    for at, line in enumerate(paper.lines, 1):
        _put_line(_put(trade, "IncludedSupplyChainTradeLineItem"), at, line)
    _put_parties(_put(trade, "ApplicableHeaderTradeAgreement"), paper, ours)
    _put(trade, "ApplicableHeaderTradeDelivery")
    _put_settlement(_put(trade, "ApplicableHeaderTradeSettlement"), paper, ours, terms)
    content: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def xmp_of(title: str, author: str, day: date) -> str:
    """What the PDF says of itself: PDF/A-3b with such an XML, as its readers look for it."""
    from xml.sax.saxutils import escape  # noqa: PLC0415 (used with an XML only)

    fields = "".join(_XMP_FIELD.format(name=name) for name in ("DocumentFileName", "DocumentType", "Version"))
    fields += _XMP_FIELD.format(name="ConformanceLevel")
    return _XMP.format(title=escape(title), author=escape(author), day=day, file=FILE_NAME, fields=fields)


def _refuse_gaps(paper: Paper, ours: Letterhead) -> None:
    missing = [
        name
        for name, is_there in (
            ("tax id", ours.tax_id),
            ("country code", _COUNTRY.fullmatch(ours.country_code)),
            ("customer country", not ours.customer_country or _COUNTRY.fullmatch(ours.customer_country)),
            ("note", ours.note or all(each.rate for each in paper.totals.rates)),
        )
        if not is_there
    ]
    if missing:
        why = " `note` says why no tax is charged." if "note" in missing else ""
        raise NeedsOwner(
            f"An e-invoice must say more than your handbook does: {', '.join(missing)}.",
            hint=f"Fill in these rows under 'Who we are'; countries as two capitals, such as DE.{why}",
        )


def _put_line(item: Element, at: int, line: PaperLine) -> None:
    quantity, price = line.quantity, line.price
    if quantity is None or price is None:
        quantity, price = ONE, line.net
    if price < 0:
        quantity, price = -quantity, -price
    _put(item, "AssociatedDocumentLineDocument/LineID", str(at))
    _put(item, "SpecifiedTradeProduct/Name", line.text)
    _put(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount", f"{price:f}")
    unit = _UNITS.get(line.unit.lower().rstrip("."), "C62")  # one of something
    _put(item, "SpecifiedLineTradeDelivery/BilledQuantity", f"{quantity:f}").set("unitCode", unit)
    settlement = _put(item, "SpecifiedLineTradeSettlement")
    tax = _put(settlement, "ApplicableTradeTax")
    _put(tax, "TypeCode", "VAT")
    _put(tax, "CategoryCode", _category(line.tax))
    _put(tax, "RateApplicablePercent", f"{line.tax:f}")
    _put(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", _money(line.net))


def _put_parties(agreement: Element, paper: Paper, ours: Letterhead) -> None:
    vat_id = packed(ours.tax_id)
    has_vat_id = _VAT_ID.fullmatch(vat_id)  # else it is the number that the tax office gave, which identifies too
    seller = _put(agreement, "SellerTradeParty")
    if not has_vat_id:
        _put(seller, "ID", ours.tax_id)
    _put(seller, "Name", ours.company)
    address = _put(seller, "PostalTradeAddress")
    city = _CITY.fullmatch(ours.city)
    for name, text in (
        ("PostcodeCode", city and city["code"]),
        ("LineOne", ours.street),
        ("CityName", city and city["name"]),
        ("CountryID", ours.country_code),
    ):
        if text:
            _put(address, name, text)
    _put_mail(seller, ours.email)
    tax = _put(seller, "SpecifiedTaxRegistration/ID", vat_id if has_vat_id else ours.tax_id)
    tax.set("schemeID", "VA" if has_vat_id else "FC")
    buyer = _put(agreement, "BuyerTradeParty")
    _put(buyer, "Name", paper.customer)
    _put(buyer, "PostalTradeAddress/CountryID", ours.customer_country or ours.country_code)
    _put_mail(buyer, paper.email)


def _put_mail(party: Element, address: str) -> None:
    if address:
        _put(party, "URIUniversalCommunication/URIID", address).set("schemeID", "EM")


def _put_settlement(settlement: Element, paper: Paper, ours: Letterhead, terms: str) -> None:
    sums = paper.totals
    _put(settlement, "PaymentReference", paper.number)
    _put(settlement, "InvoiceCurrencyCode", paper.currency)
    iban, bic = packed(ours.iban), packed(ours.bic)
    if iban and not paper.credits:
        means = _put(settlement, "SpecifiedTradeSettlementPaymentMeans")
        _put(means, "TypeCode", SEPA_TRANSFER if is_account(iban) and paper.currency == "EUR" else TRANSFER)
        account = _put(means, "PayeePartyCreditorFinancialAccount")
        _put(account, "IBANID", iban)
        _put(account, "AccountName", ours.company)
        if is_bic(bic):
            _put(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID", bic)
    for each in sums.rates:
        _put_rate(_put(settlement, "ApplicableTradeTax"), each, ours.note)
    pay = _put(settlement, "SpecifiedTradePaymentTerms")
    _put(pay, "Description", terms)
    if paper.due:
        _put_day(pay, "DueDateDateTime", paper.due)
    whole = _put(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    _put(whole, "LineTotalAmount", _money(sums.net))
    _put(whole, "TaxBasisTotalAmount", _money(sums.net))
    _put(whole, "TaxTotalAmount", _money(sums.vat)).set("currencyID", paper.currency)
    _put(whole, "GrandTotalAmount", _money(sums.gross))
    _put(whole, "DuePayableAmount", _money(sums.gross))
    if paper.credits:
        _put(settlement, "InvoiceReferencedDocument/IssuerAssignedID", paper.credits)


def _put_rate(tax: Element, total: RateTotal, why: str) -> None:
    _put(tax, "CalculatedAmount", _money(total.vat))
    _put(tax, "TypeCode", "VAT")
    if not total.rate:
        _put(tax, "ExemptionReason", why)
    _put(tax, "BasisAmount", _money(total.net))
    _put(tax, "CategoryCode", _category(total.rate))
    _put(tax, "RateApplicablePercent", f"{total.rate:f}")


def _category(rate: Decimal) -> str:
    return "S" if rate else "E"


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _rsm(root: Element, name: str) -> Element:
    return SubElement(root, f"{{{_NAMESPACES['rsm']}}}{name}")


def _put(parent: Element, path: str, text: str | None = None) -> Element:
    """A new element below others, which are made for it: 'A/B'."""
    for name in path.split("/"):
        parent = SubElement(parent, f"{{{_NAMESPACES['ram']}}}{name}")
    parent.text = text
    return parent


def _put_day(parent: Element, name: str, day: date) -> None:
    text = SubElement(_put(parent, name), f"{{{_NAMESPACES['udt']}}}DateTimeString", format="102")
    text.text = f"{day:%Y%m%d}"


_XMP_FIELD = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{name}</pdfaProperty:description></rdf:li>
"""
_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmp:CreateDate="{day}T00:00:00Z">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator></rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{file}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
{fields}</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>"""
