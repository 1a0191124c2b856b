"""Orders that no books take in, each asked for on 16 February of the story: nothing is changed by them."""

from __future__ import annotations

from decimal import Decimal

from agents.connectors.book_orders import Part, Payment
from tests.connectors.books_story import Order, bank, bought, closing, cost, explains, paid, used

REFUSED: tuple[Order, ...] = (
    closing("02-16", "1.00"),  # the books come to another sum
    bank("n1", "02-16", "10.00", paid("Northwind", ("INV-2026-0099", "10.00"))),  # no such invoice
    bank("n2", "02-16", "10.00", paid("Eve", ("INV-2026-0005", "10.00"))),  # another customer's
    bank("n3", "02-16", "600.00", paid("Northwind", ("INV-2026-0005", "600.00"))),  # 595.00 are open
    bank("n4", "02-16", "10.00", paid("Northwind", ("INV-2026-0005", "11.00"))),  # more than came
    bank("n5", "02-16", "10.00", paid("Northwind", ("INV-2026-0001", "10.00"))),  # paid already
    bank("n6", "02-16", "-10.00", paid("Paper & Co", ("BILL-2026-0001", "10.00"), vendor=True)),  # paid already
    bank("n7", "02-16", "-10.00", paid("Landlord", ("INV-2026-0005", "10.00"), vendor=True)),  # no bill of theirs
    used("Northwind", "02-16", "INV-2026-0005", "1.00"),  # nothing stands to their credit
    used("Eve", "02-16", "INV-2026-0005", "1.00"),
    explains("b05", "01-19", "1190.00", Payment(party="Northwind")),  # explained from the start
    explains("nowhere", "02-16", "8.00", Payment(party="Northwind")),
    explains("b00", "02-16", "9.00", Payment(party="Northwind")),  # 8.00 were moved
    explains("b00", "02-17", "8.00", Payment(party="Northwind")),  # on another day
    bank(
        "n8",
        "02-16",
        "20.00",
        Payment(
            party="Cloud Inc",
            vendor=True,
            parts=(
                Part(number="BILL-2026-0003", amount=Decimal("1.00")),
                Part(number="BILL-2026-0004", amount=Decimal("1.00")),
            ),
        ),
    ),  # one of another vendor
    explains("b00", "02-16", "8.00", bought(cost("Office", "7.00"))),  # 8.00 were moved
    bank("n9", "02-16", "-1.00", paid("Cloud Inc", ("BILL-2026-0003", "100.00"), vendor=True)),  # booked at 90.00
    bank("n10", "02-16", "-1.00", paid("Initech", ("INV-2026-0003", "1.00"))),  # went back already
    bank("n11", "02-16", "-1.00", paid("Northwind", ("INV-2026-0005", "1.00"))),  # nothing was paid
    bank("n12", "02-16", "-1190.01", paid("Northwind", ("INV-2026-0001", "1190.01"))),  # 1,190.00 were paid
    bank("n13", "02-16", "-4.00", paid("Landlord", ("BILL-2026-0004", "1.00"), fee="5.00", vendor=True)),
)
