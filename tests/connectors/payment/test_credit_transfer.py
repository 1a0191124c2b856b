"""The file, held against the schema of ISO 20022 and against the file another writer makes of the same payments."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from xml.etree import ElementTree as ET

import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from sepaxml import SepaTransfer

from agents.connectors.payment.credit_transfer import NAMESPACE, compose, header_of, paid_by
from agents.connectors.payment.payer import Payer
from tests.clock import NOON
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.payment.payment_room import OURS, THEIRS, order, pays

SCHEMA = xmlschema.XMLSchema((files("sepaxml") / "schemas" / "pain.001.001.09.xsd").read_text(encoding="utf-8"))
DAY = date(2026, 11, 24)
US = Payer("Müller & Lindqvist", OURS, "COBADEFFXXX")
OWN_WORDS = {"MsgId", "CreDtTm", "PmtInfId", "EndToEndId"}  # each writer makes these up


def leaves(content: bytes) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Every element with text, as path, text and attributes, in order."""

    def below(element: ET.Element, path: str) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
        here = f"{path}/{element.tag.partition('}')[2]}"
        if not len(element):
            return [(here, element.text or "", tuple(element.attrib.items()))]
        return [leaf for child in element for leaf in below(child, here)]

    return below(ET.fromstring(content), "")  # noqa: S314 (ours)


def texts(content: bytes, name: str) -> list[str]:
    return [text for path, text, _ in leaves(content) if path.endswith(f"/{name}")]


def by_another_writer() -> bytes:
    """The same two payments written by python-sepaxml."""
    config = {"name": "Mueller + Lindqvist", "IBAN": OURS, "BIC": "COBADEFFXXX", "batch": True, "currency": "EUR"}
    writer = SepaTransfer(config, schema="pain.001.001.09", clean=False)
    about = {"execution_date": DAY}
    writer.add_payment(
        {"name": "Paper + Co", "IBAN": THEIRS, "amount": 11900, "description": "P-100", "endtoend_id": "a", **about}
    )
    swiss = {"name": "Uhr AG", "IBAN": "CH9300762011623852957", "BIC": "UBSWCHZH80A", "endtoend_id": "b"}
    writer.add_payment({**swiss, "amount": 1, "description": "4711", **about})
    return bytes(writer.export(validate=True))


def test_it_says_what_another_writer_says_of_the_same_payments() -> None:
    swiss = pays("0.01", "BILL-2026-0002", "Uhr AG", "CH9300762011623852957", "4711", bic="UBSWCHZH80A")
    ours = compose(order(pays(), swiss), KEY, US, DAY, NOON)
    SCHEMA.validate(ours.decode())
    said, theirs = (
        {leaf for leaf in leaves(each) if leaf[0].rpartition("/")[2] not in OWN_WORDS}
        for each in (ours, by_another_writer())
    )
    booking = {leaf for leaf in said ^ theirs if leaf[0].endswith("/BtchBookg")}
    assert said ^ theirs == booking  # each payment is booked for itself, so that it is matched with its bill
    assert len(said) > 20
    assert texts(ours, "EndToEndId") == ["BILL-2026-0001", "BILL-2026-0002"]


def test_its_ids_follow_from_the_key_and_the_same_order_has_the_same_bytes() -> None:
    content = compose(order(), KEY, US, DAY, NOON)
    assert compose(order(), KEY, US, DAY, NOON) == content
    assert texts(content, "MsgId") == [KEY[:30]]
    assert texts(compose(order(), OTHER_KEY, US, DAY, NOON), "MsgId") == [OTHER_KEY[:30]]
    later = compose(order(), KEY, US, DAY, NOON + timedelta(days=1))
    assert {path.rpartition("/")[2] for path, _, _ in set(leaves(content)) ^ set(leaves(later))} == {"CreDtTm"}


def test_a_creditors_reference_is_given_as_such_and_any_other_as_text() -> None:
    content = compose(order(pays(reference="rf18 5390 0754 7034")), KEY, US, DAY, NOON)
    SCHEMA.validate(content.decode())
    assert texts(content, "Ref") == ["RF18539007547034"]
    assert texts(content, "Cd") == ["SEPA", "SCOR"]
    assert texts(content, "Ustrd") == []
    assert texts(compose(order(), KEY, US, DAY, NOON), "Ustrd") == ["P-100"]


def test_without_a_bic_of_ours_the_bank_is_not_provided() -> None:
    content = compose(order(), KEY, Payer("Us", OURS), DAY, NOON)
    SCHEMA.validate(content.decode())
    assert [text for path, text, _ in leaves(content) if "DbtrAgt" in path] == ["NOTPROVIDED"]


NAMES = st.text(min_size=1, max_size=100).filter(lambda text: any("a" <= each <= "z" for each in text))


@given(NAMES, NAMES, NAMES, st.decimals("0.01", "99999999.99", places=2), st.integers(1, 9))
def test_whatever_it_is_about_the_schema_takes_it(
    us: str, vendor: str, reference: str, amount: object, many: int
) -> None:
    one = pays(str(amount), vendor=f"x{vendor}", reference=f"x{reference}")
    made = order(one, *(pays("0.01", f"BILL-2026-100{at}") for at in range(1, many)))
    content = compose(made, KEY, Payer(f"x{us}", OURS), DAY, NOON)
    SCHEMA.validate(content.decode())
    assert {each.rpartition("}")[0][1:] for each in (element.tag for element in ET.fromstring(content).iter())} == {  # noqa: S314
        NAMESPACE
    }
    header = header_of(content)
    assert header is not None
    assert (header.id, header.at, header.count, header.total) == (KEY[:30], NOON, len(made.payments), made.total)
    assert [*(paid_by(content) or ())] == [(each.number, each.amount) for each in made.payments]


def test_a_bill_of_other_books_is_paid_by_its_own_number() -> None:
    content = compose(order(pays(number="BILL/2026/11/0001")), KEY, US, DAY, NOON)
    SCHEMA.validate(content.decode())
    assert paid_by(content) == (("BILL/2026/11/0001", Decimal("119.00")),)


def test_another_file_has_no_head_of_ours() -> None:
    assert header_of(b"<Document/>") is None
    content = compose(order(), KEY, US, DAY, NOON)
    assert header_of(content.replace(b"2026-11-23T12", b"2026-13-23T12")) is None
