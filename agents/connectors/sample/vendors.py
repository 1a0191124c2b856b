"""What the sample company spends: what comes each month or year, what comes now and then, and on whose bills. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

LANDLORD, STAFF, HEALTH_FUND, TAX_OFFICE, BANK = (
    "Quayside Property",
    "Lena Example",
    "Sample Health Fund",
    "Tax Office Sampletown",
    "Sample Bank",
)
OWNER, ENERGY, PRINTER, ILLUSTRATOR, ADVISER = (
    "Robin Example",
    "Sampletown Energy",
    "Bright Print",
    "Kim Lindqvist",
    "Meridian Advisers",
)


@dataclass(frozen=True, slots=True)
class Regular:
    """A charge on `day` of the month, of `net` EUR and `tax` percent; each `every` months from `first` on.

    From month `rises` on, counted back from the last one, it costs `rise` more; `varies` is by how many percent each
    charge may differ.
    """

    party: str
    text: str
    category: str
    net: Decimal
    day: int
    tax: int = 19
    every: int = 1
    first: int = 0
    varies: int = 0
    rises: int = 0
    rise: Decimal = Decimal(0)


REGULAR = (
    Regular(LANDLORD, "Rent", "Rent", Decimal("640.00"), 1, tax=0),
    Regular(HEALTH_FUND, "Social insurance", "Salaries", Decimal("690.00"), 26, tax=0),
    Regular("Sampletown Telecom", "Internet and phone", "Telecom", Decimal("39.90"), 6),
    Regular(ENERGY, "Electricity", "Energy", Decimal("71.00"), 9, varies=12),
    Regular(BANK, "Account fee", "Bank-Fees", Decimal("12.90"), 28, tax=0),
    Regular("Pixelforge", "Pixelforge Suite", "Software", Decimal("49.90"), 4, rises=2, rise=Decimal("9.00")),
    Regular("Taskboard", "Taskboard Team", "Software", Decimal("24.00"), 12),
    Regular("Taskboard", "Taskboard Plus", "Software", Decimal("31.00"), 20, first=18),
    Regular("Stockphoto Plus", "Pictures, monthly plan", "Software", Decimal("19.00"), 15),
    Regular("Cloudvault", "Storage 2 TB", "Software", Decimal("9.90"), 17),
    Regular("Namehost", "Domains for a year", "Software", Decimal("84.00"), 11, every=12, first=3),
    Regular("Harbour Insurance", "Liability insurance for a year", "Insurance", Decimal("412.00"), 2, tax=0, every=12),
)


@dataclass(frozen=True, slots=True)
class Casual:
    """Bought now and then by card: up to `most` times a month, between two amounts in cents before VAT."""

    party: str
    text: str
    category: str
    most: int
    cents: tuple[int, int]
    tax: int = 19


CASUAL = (
    Casual("Railway Tickets", "Trip to a customer", "Travel", 4, (1490, 8900), tax=7),
    Casual("Corner Cafe", "Coffee with a customer", "Other", 5, (420, 1180)),
    Casual("Paperworks", "Paper and ink", "Office", 2, (1250, 9400)),
    Casual("Sampletown Parking", "Parking", "Travel", 2, (252, 1680)),
)


@dataclass(frozen=True, slots=True)
class Billing:
    """A vendor who sends bills: in how many months of a hundred, between which nets in EUR, and when it is due."""

    party: str
    category: str
    percent: int
    nets: tuple[int, int]
    due_days: int
    prefix: str


BILLING = (
    Billing(PRINTER, "Printing", 85, (190, 760), 14, "BP"),
    Billing(ILLUSTRATOR, "Subcontractors", 75, (480, 1260), 10, "KL-"),
    Billing(ADVISER, "Adviser", 33, (240, 260), 21, "M/"),
)
