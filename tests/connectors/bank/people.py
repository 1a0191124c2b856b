"""Whom a small business deals with, and what their habits are with money."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.connectors.bank.handwriting import STYLES, name_at_the_bank

if TYPE_CHECKING:
    from tests.simulation.dice import Dice

FAMILIES = (
    *("Müller", "Meyer", "Meier", "Schäfer", "Brandt", "Northwind", "Lefèvre", "van Dijk", "O'Brien", "Kowalski"),
    *("Baur", "Bauer", "Weiß", "Sørensen", "Peeters", "Rossi", "Garcia", "Acme", "Blue Harbor", "Lindqvist"),
)
TRADES = ("", "", "Studio", "Logistik", "Consulting", "Bau", "Software", "Design", "Foods", "Immobilien", "Ingenieure")
FORMS = ("GmbH", "Ltd", "SAS", "BV", "AG", "GmbH & Co. KG", "e.K.", "S.r.l.", "Inc.", "")
PEOPLE = ("Anna Schulz", "P. Lehmann", "Marie Dubois", "J. de Vries", "Tom Baker", "Holding Nord AG", "Chiara Conti")
PRICES = tuple(map(Decimal, ("490.00", "980.00", "1190.00", "2380.00", "595.00")))
VENDORS = (
    *("Telekom Deutschland GmbH", "Stadtwerke Musterstadt", "Hetzner Online GmbH", "Büro Discount GmbH"),
    *("Druckerei Weber KG", "Allianz Versicherung AG", "Autohaus Krüger", "Kanzlei Dr. Roth & Partner"),
    *("Freelance Marta Novak", "Cleaning Bee Ltd", "Adobe Systems Software Ireland", "Copy & Print OHG"),
)


@dataclass(slots=True)
class Customer:
    """A customer. `pays` is by transfer, debit (we collect) or card (through the payment service)."""

    name: str
    iban: str
    is_iban_known: bool
    styles: dict[str, int]
    pays: str
    currency: str
    late_days: int
    retainer: Decimal | None
    joint_percent: int
    partial_percent: int
    shown: str
    waiting: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Vendor:
    """A vendor. `collects`: by direct debit; otherwise we pay by transfer."""

    name: str
    iban: str
    collects: bool
    number_form: str
    monthly: Decimal
    varies: bool


def iban(country: str, dice: Dice) -> str:
    """An account number with the right look (its check digits are not)."""
    return f"{country}{10 + dice.below(89)}{dice.below(10**9):09}{dice.below(10**9):09}"


def amount(dice: Dice) -> Decimal:
    """What an invoice over work done asks for."""
    if dice.chance(25):
        return dice.pick(PRICES)
    hours, rate = 4 + dice.below(80), dice.pick((65, 80, 95, 120))
    net = Decimal(hours * rate * 25) / 100 if dice.chance(50) else Decimal(hours * rate)
    return (net * Decimal(dice.pick(("1.19", "1.00", "1.19")))).quantize(Decimal("0.01")) + Decimal(50)


def customers(count: int, dice: Dice) -> list[Customer]:
    """People of all habits; two may share a family name, no two the whole name."""
    found: dict[str, Customer] = {}
    while len(found) < count:
        words = (dice.pick(FAMILIES), dice.pick(TRADES), dice.pick(FORMS))
        name = " ".join(word for word in words if word)
        if name not in found:
            found[name] = _customer(name, dice)
    return list(found.values())


def _customer(name: str, dice: Dice) -> Customer:
    favourite = dice.weighted(dict(zip(STYLES, (38, 10, 8, 8, 8, 4, 0, 3, 12), strict=True)))
    pays = dice.weighted({"transfer": 80, "debit": 8, "card": 12})
    return Customer(
        name=name,
        iban=iban(dice.pick(("DE", "DE", "FR", "NL", "AT")), dice),
        is_iban_known=dice.chance(70),
        styles={"clean": 10, "typo": 3, "none": 4, "spaced": 3, favourite: 80},
        pays=pays,
        currency=dice.weighted({"EUR": 90, "USD": 6, "GBP": 4}) if pays == "transfer" else "EUR",
        late_days=dice.pick((-10, -3, 0, 2, 5, 9, 20, 35)),
        retainer=dice.pick((*PRICES, Decimal("1500.00"))) if dice.chance(20) else None,
        joint_percent=dice.pick((0, 0, 0, 5, 40)),
        partial_percent=dice.pick((0, 0, 0, 2, 15)),
        shown=dice.pick(PEOPLE) if dice.chance(8) else name_at_the_bank(name, dice),
    )


def vendors(dice: Dice) -> list[Vendor]:
    """Those who send bills, each numbering them in their own way."""
    forms = ("RE-{year}-{serial:05}", "{serial:08}", "R{serial:06}", "{year}/{serial:04}", "F{year}{month:02}-{serial}")
    return [
        Vendor(
            name=name,
            iban=iban("DE", dice),
            collects=dice.chance(40),
            number_form=dice.pick(forms),
            monthly=Decimal(2_000 + dice.below(60_000)) / 100,
            varies=dice.chance(60),
        )
        for name in VENDORS
    ]
