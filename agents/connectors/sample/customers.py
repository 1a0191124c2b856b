"""Who buys from the sample company, how much, and how each of them pays. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SEASON = (80, 90, 110, 115, 100, 95, 70, 60, 110, 120, 135, 120)  # percent of a usual month, January first
ALL_YEAR = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Customer:
    """`late` is how many days after the due date they usually pay, give or take `spread`.

    `retainer` is hours a month at `rate` (EUR); `projects` how many a year, of about `hours` each, in `months`.
    They come in month `first` of the story, counted from 0, and buy nothing any more from month `last` on.
    """

    name: str
    email: str
    late: int
    spread: int
    rate: int
    projects: int
    hours: int
    retainer: int = 0
    due_days: int = 14
    months: tuple[int, ...] = ALL_YEAR
    first: int = 0
    last: int = 99
    pays_in_two: bool = False


CUSTOMERS = (
    Customer("Harbour Bakery", "accounts@harbour-bakery.example", 0, 1, 95, 3, 14, retainer=4),
    Customer("Weber Optics", "office@weber-optics.example", 9, 4, 85, 4, 22),
    Customer("Linden School", "office@linden-school.example", 21, 6, 85, 2, 42, due_days=30),
    Customer("Northpier Hotel", "desk@northpier.example", 4, 3, 85, 2, 24, retainer=8),
    Customer("Globe Outdoor", "billing@globe-outdoor.example", 38, 9, 95, 4, 31),
    Customer("Sampletown Museum", "press@museum.example", 2, 2, 85, 5, 30, months=(3, 4, 9, 10), pays_in_two=True),
    Customer("Fjord Yoga", "hello@fjord-yoga.example", -5, 3, 85, 6, 8),
    Customer("Meyer and Sons", "joinery@meyer.example", 12, 5, 85, 2, 26),
    Customer("Brightside Dental", "team@brightside.example", 0, 1, 85, 1, 12, retainer=3, first=8),
    Customer("Kiosk Records", "label@kiosk-records.example", 25, 10, 85, 3, 12),
    Customer("Apple Tree Nursery", "shop@appletree.example", 6, 3, 85, 4, 20, months=(2, 3, 4, 5)),
    Customer("City Theatre", "press@city-theatre.example", 15, 4, 95, 3, 34, due_days=30),
    Customer("Old Mill Brewery", "post@old-mill.example", 10, 4, 85, 6, 18, last=19),
)
SILENT = "Old Mill Brewery"  # has not paid what was asked last, and does not answer
