"""A quarter of a small business in sixty entries, and its figures, worked out by hand.

Two VAT rates, a credit note with its refund, partial and joint payments, fees, bills and an invoice in other
currencies, a prepayment, a movement that is explained later, transfers, cash, and three statements of the bank.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from agents.connectors.book_orders import (
    BankBook,
    BankExplain,
    BillBook,
    BookOrder,
    Cost,
    CreditApply,
    Move,
    Part,
    Payment,
    Payout,
    Reason,
    Share,
    Spending,
    Transfer,
    Unexplained,
)
from agents.connectors.invoice_orders import CreditLine, InvoiceCreate, InvoiceCredit, InvoiceLine

Order = BookOrder | InvoiceCreate | InvoiceCredit


def day(text: str) -> date:
    """'03-31' of the year of the story."""
    return date.fromisoformat(f"2026-{text}")


def invoice(customer: str, *lines: tuple[str, str], currency: str = "EUR") -> InvoiceCreate:
    """An invoice to be paid within 14 days, of lines (net, VAT rate)."""
    made = tuple(
        InvoiceLine(text="work", quantity=Decimal(1), price=Decimal(net), tax=Decimal(tax)) for net, tax in lines
    )
    return InvoiceCreate(customer=customer, lines=made, currency=currency, due_days=14)


def bill(vendor: str, reference: str, of: str, due: str, *costs: Cost, usd: str = "") -> BillBook:
    """A bill; `usd` is the rate of one in dollars."""
    rate, currency = (Decimal(usd), "USD") if usd else (None, "EUR")
    return BillBook(
        vendor=vendor, reference=reference, day=day(of), due=day(due), costs=costs, currency=currency, rate=rate
    )


def cost(category: str, net: str, tax: str = "0") -> Cost:
    """A cost before VAT."""
    return Cost(category=category, net=Decimal(net), tax=Decimal(tax))


def bank(bank_id: str, of: str, amount: str, reason: Reason, account: str = "Checking") -> BankBook:
    """One movement of an account."""
    move = Move(bank_id=bank_id, day=day(of), amount=Decimal(amount), text=bank_id, reason=reason)
    return BankBook(account=account, currency="EUR", moves=(move,))


def explains(bank_id: str, of: str, amount: str, reason: Reason) -> BankExplain:
    """What one movement was for."""
    booked = bank(bank_id, of, amount, reason)
    return BankExplain(account=booked.account, currency=booked.currency, moves=booked.moves)


def named(party: str, order: BankBook) -> BankBook:
    """Movements whose other side is named."""
    moves = tuple(each.model_copy(update={"party": party}) for each in order.moves)
    return order.model_copy(update={"moves": moves})


def closing(of: str, balance: str) -> BankBook:
    """What the bank says was on the account."""
    return BankBook(account="Checking", currency="EUR", closing=Decimal(balance), closed_on=day(of))


def paid(party: str, *parts: tuple[str, str], fee: str = "0.00", vendor: bool = False) -> Payment:
    """A payment of documents (number, amount)."""
    made = tuple(Part(number=number, amount=Decimal(amount)) for number, amount in parts)
    return Payment(party=party, parts=made, fee=Decimal(fee), vendor=vendor)


def paid_out(*shares: tuple[str, str, str], fee: str = "0.00", service: str = "Stripe") -> Payout:
    """What a payment service passes on: (party, number or nothing, amount)."""
    made = tuple(Share(party=party, number=number or None, amount=Decimal(amount)) for party, number, amount in shares)
    return Payout(service=service, shares=made, fee=Decimal(fee))


def bought(*costs: Cost) -> Spending:
    """A purchase."""
    return Spending(costs=costs)


def to(account: str) -> Transfer:
    """A transfer."""
    return Transfer(account=account)


def taken(net: str, tax: str, text: str = "") -> CreditLine:
    """A part of an invoice that is taken back."""
    return CreditLine(text=text, net=Decimal(net), tax=Decimal(tax))


def used(party: str, of: str, number: str, amount: str) -> CreditApply:
    """A credit put to an invoice."""
    return CreditApply(party=party, day=day(of), parts=(Part(number=number, amount=Decimal(amount)),))


STORY: tuple[tuple[str, Order], ...] = (
    ("01-02", bank("b01", "01-02", "5000.00", to("Private"))),
    ("01-05", invoice("Northwind", ("1000.00", "19"))),  # INV-2026-0001 1,190.00
    ("01-06", invoice("Globex", ("3400.00", "19"))),  # 0002 4,046.00
    ("01-07", invoice("Initech", ("200.00", "7"), ("300.00", "19"))),  # 0003 571.00
    ("01-08", bill("Paper & Co", "P-100", "01-08", "02-07", cost("Office", "100.00", "19"))),  # BILL-2026-0001 119.00
    ("01-09", bill("Landlord", "R-01", "01-09", "01-31", cost("Rent", "800.00"))),  # 0002
    ("01-10", bank("b02", "01-10", "-23.80", bought(cost("Office", "20.00", "19")))),
    ("01-12", bank("b03", "01-12", "-800.00", paid("Landlord", ("BILL-2026-0002", "800.00"), vendor=True))),
    ("01-14", bank("b04", "01-14", "-49.00", bought(cost("Software", "49.00")))),
    ("01-19", bank("b05", "01-19", "1190.00", paid("Northwind", ("INV-2026-0001", "1190.00")))),
    ("01-20", bank("b06", "01-20", "2000.00", paid("Globex", ("INV-2026-0002", "2000.00")))),
    ("01-22", bank("b07", "01-22", "571.00", paid("Initech", ("INV-2026-0003", "571.00")))),
    ("01-26", invoice("Hooli", ("6000.00", "19"))),  # 0004 7,140.00
    ("01-28", bank("b08", "01-28", "-107.00", bought(cost("Travel", "100.00", "7")))),
    ("01-30", bank("b09", "01-30", "-4.90", bought(cost("Bank-Fees", "4.90")))),
    ("01-31", closing("01-31", "7776.30")),
    ("02-02", invoice("Northwind", ("500.00", "19"))),  # 0005 595.00
    ("02-02", invoice("Northwind", ("250.00", "19"))),  # 0006 297.50
    ("02-03", bill("Cloud Inc", "C-77", "02-03", "03-03", cost("Software", "100.00"), usd="0.90")),  # 0003 100 USD
    ("02-04", bill("Landlord", "R-02", "02-04", "02-28", cost("Rent", "800.00"))),  # 0004
    ("02-05", bank("b10", "02-05", "-119.00", paid("Paper & Co", ("BILL-2026-0001", "119.00"), vendor=True))),
    ("02-09", bank("b11", "02-09", "7140.00", paid("Hooli", ("INV-2026-0004", "7140.00")))),
    ("02-10", bank("b12", "02-10", "2046.00", paid("Globex", ("INV-2026-0002", "2046.00")))),
    ("02-12", InvoiceCredit(number="INV-2026-0003", customer="Initech", total=Decimal("571.00"), currency="EUR")),
    ("02-13", bank("b13", "02-13", "-571.00", paid("Initech", ("INV-2026-0003", "571.00")))),  # the refund
    (
        "02-16",
        bank(
            "b14",
            "02-16",
            "887.50",
            paid("Northwind", ("INV-2026-0005", "595.00"), ("INV-2026-0006", "297.50"), fee="5.00"),
        ),
    ),
    ("02-17", bank("b15", "02-17", "-800.00", paid("Landlord", ("BILL-2026-0004", "800.00"), vendor=True))),
    ("02-18", bank("b16", "02-18", "-91.20", paid("Cloud Inc", ("BILL-2026-0003", "100.00"), vendor=True))),
    ("02-19", bank("b17", "02-19", "1000.00", paid("Globex"))),  # a prepayment
    ("02-20", invoice("Globex", ("1500.00", "19"))),  # 0008 1,785.00
    ("02-20", used("Globex", "02-20", "INV-2026-0008", "1000.00")),
    ("02-23", bank("b18", "02-23", "-59.50", bought(cost("Office", "50.00", "19")))),
    ("02-24", bank("b19", "02-24", "-49.00", bought(cost("Software", "49.00")))),
    ("02-25", bank("b20", "02-25", "-1200.00", to("Private"))),
    ("02-26", bank("b21", "02-26", "333.00", Unexplained())),
    ("02-27", bank("b22", "02-27", "-4.90", bought(cost("Bank-Fees", "4.90")))),
    ("02-28", closing("02-28", "16288.20")),
    ("03-02", explains("b21", "02-26", "333.00", paid("Hooli"))),  # dated as the movement it explains
    ("03-02", invoice("Hooli", ("2000.00", "19"))),  # 0009 2,380.00
    ("03-03", used("Hooli", "03-03", "INV-2026-0009", "333.00")),
    ("03-04", bill("Landlord", "R-03", "03-04", "03-31", cost("Rent", "800.00"))),  # 0005
    (
        "03-05",
        bill("Paper & Co", "P-101", "03-05", "04-04", cost("Office", "60.00", "19"), cost("Other", "40.00", "7")),
    ),  # 0006 114.20
    ("03-06", bank("b23", "03-06", "785.00", paid("Globex", ("INV-2026-0008", "785.00")))),
    ("03-09", invoice("Initech", ("400.00", "0"), currency="CHF")),  # 0010
    ("03-10", bank("b24", "03-10", "2047.00", paid("Hooli", ("INV-2026-0009", "2047.00")))),
    ("03-11", invoice("Northwind", ("900.00", "19"))),  # 0011 1,071.00
    ("03-12", bank("b25", "03-12", "-800.00", paid("Landlord", ("BILL-2026-0005", "800.00"), vendor=True))),
    ("03-13", bank("b26", "03-13", "500.00", paid("Northwind", ("INV-2026-0011", "500.00")))),
    ("03-16", bank("b27", "03-16", "300.00", paid("Northwind", ("INV-2026-0011", "300.00")))),
    ("03-17", bank("b28", "03-17", "420.00", paid("Initech", ("INV-2026-0010", "400.00")))),  # francs, paid in euros
    ("03-18", bank("b29", "03-18", "-200.00", to("Savings"))),
    ("03-19", bank("s01", "03-19", "200.00", to("Checking"), account="Savings")),
    ("03-20", bank("b30", "03-20", "23.80", bought(cost("Office", "20.00", "19")))),  # goods taken back
    ("03-23", bank("b31", "03-23", "-49.00", bought(cost("Software", "49.00")))),
    ("03-24", bill("Cloud Inc", "C-78", "03-24", "04-23", cost("Software", "50.00"), usd="0.92")),  # 0007 50 USD
    ("03-25", bank("b32", "03-25", "-150.00", to("Cash"))),
    ("03-26", bank("c01", "03-26", "-10.70", bought(cost("Travel", "10.00", "7")), account="Cash")),
    ("03-27", bank("b33", "03-27", "-4.90", bought(cost("Bank-Fees", "4.90")))),
    ("03-31", closing("03-31", "19160.10")),
    ("03-31", bill("Landlord", "R-04", "03-31", "04-30", cost("Rent", "800.00"))),  # 0008
)
