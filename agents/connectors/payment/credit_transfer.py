"""A SEPA credit transfer as banks take it in their apps: pain.001.001.09. Pure.

All but the moment of its making follows from the order, its key and the letterhead. Source: ISO 20022, and the rules of
the German banks for it (DFÜ-Abkommen, Anlage 3): euros, SLEV, letters that every bank takes, NOTPROVIDED for no BIC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from agents.connectors.invoice_orders import NUMBER_PATTERN
from agents.connectors.sepa import EURO, MAX_NAME_CHARS, for_the_bank, is_creditor_reference, packed

if TYPE_CHECKING:
    from datetime import date

    from agents.connectors.payment.actions import BillPayment, PaymentPrepare
    from agents.connectors.payment.payer import Payer

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
ID_CHARS = 30  # of at most 35
_HEADER = re.compile(
    r"<MsgId>([0-9a-f]{30})</MsgId>\s*<CreDtTm>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z</CreDtTm>\s*"
    r"<NbOfTxs>(\d{1,3})</NbOfTxs>\s*<CtrlSum>(\d{1,9}\.\d\d)</CtrlSum>"
)
_PAID = re.compile(
    rf"<EndToEndId>({NUMBER_PATTERN})</EndToEndId>\s*</PmtId>\s*<Amt>\s*"
    r"<InstdAmt Ccy=\"EUR\">(\d{1,9}\.\d\d)</InstdAmt>"
)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the head of a file: its id, when it was made, how many payments it holds and over how much."""

    id: str
    at: datetime
    count: int
    total: Decimal


def id_of(key: str) -> str:
    """The id of a file, by the key of its order: banks refuse one they had already."""
    return key[:ID_CHARS]


def compose(order: PaymentPrepare, key: str, payer: Payer, day: date, at: datetime) -> bytes:
    """The file. `day` is when the bank is to carry it out, `at` (UTC) when the file was made."""
    root = ET.Element("Document", xmlns=NAMESPACE)
    message = ET.SubElement(root, "CstmrCdtTrfInitn")
    sums = {"NbOfTxs": str(len(order.payments)), "CtrlSum": f"{order.total:.2f}"}
    name = for_the_bank(payer.name)[:MAX_NAME_CHARS].rstrip()
    made = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    _put(message, "GrpHdr", {"MsgId": id_of(key), "CreDtTm": made, **sums, "InitgPty/Nm": name})
    batch = {"PmtInfId": f"{id_of(key)}-1", "PmtMtd": "TRF", "BtchBookg": "false", **sums, "PmtTpInf/SvcLvl/Cd": "SEPA"}
    batch |= {"ReqdExctnDt/Dt": str(day), "Dbtr/Nm": name, "DbtrAcct/Id/IBAN": payer.iban}
    batch |= {"DbtrAgt/FinInstnId/BICFI": payer.bic} if payer.bic else {"DbtrAgt/FinInstnId/Othr/Id": "NOTPROVIDED"}
    information = _put(message, "PmtInf", {**batch, "ChrgBr": "SLEV"})
    for each in order.payments:
        _pay(information, each)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def header_of(content: bytes) -> Header | None:
    """The head of a file of ours, None when it is none."""
    found = _HEADER.search(content.decode(errors="replace"))
    if not found:
        return None
    try:
        at = datetime.fromisoformat(found[2]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Header(found[1], at, int(found[3]), Decimal(found[4]))


def paid_by(content: bytes) -> tuple[tuple[str, Decimal], ...] | None:
    """The bills that a file of ours pays, each with its amount in euros; None when it is not as it was written."""
    header = header_of(content)
    found = tuple((number, Decimal(amount)) for number, amount in _PAID.findall(content.decode(errors="replace")))
    whole = sum((amount for _, amount in found), Decimal(0))
    return found if header and (header.count, header.total) == (len(found), whole) else None


def _pay(information: ET.Element, payment: BillPayment) -> None:
    transfer = _put(information, "CdtTrfTxInf", {"PmtId/EndToEndId": payment.number})
    ET.SubElement(ET.SubElement(transfer, "Amt"), "InstdAmt", Ccy=EURO).text = f"{payment.amount:.2f}"
    said = {"CdtrAgt/FinInstnId/BICFI": payment.bic} if payment.bic else {}
    said |= {"Cdtr/Nm": payment.payee, "CdtrAcct/Id/IBAN": payment.iban}
    reference = packed(payment.reference)
    if is_creditor_reference(reference):
        structured = "RmtInf/Strd/CdtrRefInf"
        said |= {f"{structured}/Tp/CdOrPrtry/Cd": "SCOR", f"{structured}/Ref": reference}
    else:
        said |= {"RmtInf/Ustrd": payment.purpose}
    _fill(transfer, said)


def _put(parent: ET.Element, name: str, values: dict[str, str]) -> ET.Element:
    made = ET.SubElement(parent, name)
    _fill(made, values)
    return made


def _fill(parent: ET.Element, values: dict[str, str]) -> None:
    """Put texts at paths below an element; what leads there is made, and shared with the path before."""
    for path, text in values.items():
        *leading, last = path.split("/")
        at = parent
        for name in leading:
            before = at[-1] if len(at) and at[-1].tag == name else None
            at = before if before is not None else ET.SubElement(at, name)
        ET.SubElement(at, last).text = text
