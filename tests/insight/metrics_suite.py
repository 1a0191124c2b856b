"""The metrics of one story on any books: one suite, taken over by subclassing `MetricsContract`.

The story is that of all books (tests/connectors/books_story.py), measured on its last day; each value was worked out by
hand, as the remarks beside it say.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.autonomy.known_company import known_books
from agents.connectors.book_orders import BankBook
from agents.insight.company import Company
from agents.insight.financial_analyzer import BOOK_METRICS, measure, what_moved
from agents.insight.forecast_reading import known_business
from agents.insight.goals import read_goals
from tests.connectors.books_hand import perform
from tests.connectors.books_story import STORY, bank, bought, cost, day, named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.insight.measured import Measured
    from tests.connectors.books_room import Ledger
    from tests.connectors.books_story import Order

ON = date(2026, 3, 31)
GOALS = """# Business goals

## Revenue

| month | target | currency |
| --- | --- | --- |
| 2026-03 | 4,000 | EUR |

## Active projects

| project | customer | due | worth | currency |
| --- | --- | --- | --- | --- |
| Website | Northwind | 2026-03-20 | 1,200.00 | EUR |
| Shop | Hooli | 2026-02-27 | 2,000.00 | EUR |
| Poster | Globex | 2026-05-15 | 800.00 | EUR |
"""
EXPECTED: dict[str, list[str]] = {
    # March: 2,900 and 400 francs; the year: 15,550; the week from the 25th: nothing
    "revenue": [
        "last 7 days 0.00 EUR",
        "month to date 400.00 CHF",
        "month to date 2900.00 EUR",
        "year to date 400.00 CHF",
        "year to date 15550.00 EUR",
    ],
    "revenue.plan_pace": ["72.5"],  # 2,900 of 4,000, and all 22 working days are over
    "cash": ["19499.40 EUR", "Cash 139.30 EUR", "Checking 19160.10 EUR", "Savings 200.00 EUR"],
    "cash.net_burn": [],
    "cash.runway": [],
    "profit.gross_margin": [],
    # March: 2,900 - rent 1,600 - office 40 - other 40 - software 49 and 50 dollars at 0.92 - travel 10 - fees 4.90
    "profit.operating": [
        "month to date 400.00 CHF",
        "month to date 1110.10 EUR",
        "year to date 400.00 CHF",
        "year to date 11686.10 EUR",
    ],
    # (19,499.40 + 271.00) / (914.20 + VAT 2,904.10); in dollars nothing over 50
    "cash.quick_ratio": ["EUR 5.2", "USD 0.0"],
    "tax.vat_due": ["quarter to date 2904.10 EUR", "last quarter 0.00 EUR"],
    "receivables": ["total 271.00 EUR", "overdue 271.00 EUR"],
    "receivables.aging": [
        "not due 0.00 EUR",
        "1-30 days late 271.00 EUR",
        "31-60 days late 0.00 EUR",
        "61-90 days late 0.00 EUR",
        "over 90 days late 0.00 EUR",
    ],
    # 271.00 of 18,504.50 that were invoiced (571.00 were credited), times 90; of the francs nothing is open
    "receivables.dso": ["CHF 0.0", "EUR 1.3"],
    # Globex paid 4,046 21 days late, Hooli 2,380 6 days early, as Initech its francs: 70,686 / 17,433.50
    "receivables.days_late": [
        "CHF -6.0",
        "EUR 4.1",
        "Globex 14.6",  # 84,966 / 5,831
        "Hooli -1.5",  # -14,280 / 9,520
        "Initech -6.0",
        "Northwind 0.0",
    ],
    "receivables.on_time": ["87.5"],  # seven of eight; one was taken back, one is open
    "receivables.collected": ["CHF 100.0", "EUR 98.5"],  # (18,504.50 - 271) / 18,504.50
    "payables": [
        "overdue 0.00 EUR",
        "within 7 days 114.20 EUR",
        "within 14 days 114.20 EUR",
        "within 30 days 914.20 EUR",
        "within 30 days 50.00 USD",
    ],
    "payables.dpo": ["EUR 24.0", "USD 30.0"],  # 914.20 / 3,433.20 x 90, and 50 / 150 x 90
    # of 15,550: Hooli 8,000, Globex 4,900, Northwind 2,650; Initech took all back
    "customers.concentration": [
        "largest customer CHF 100.0",
        "largest customer EUR 51.4",
        "5 largest CHF 100.0",
        "5 largest EUR 100.0",
        "HHI CHF 100.0",
        "HHI EUR 39.3",
    ],
    "customers.recurring": ["0.00 EUR"],
    "customers.churn": [],
    "customers.count": ["new 4", "dormant 0", "lost 0"],
    # the shop was invoiced on 2 March; the website not since the 20th
    "customers.pipeline": ["not billed yet 1200.00 EUR", "under way 800.00 EUR"],
    # each against a third of what came before 2 March: fees 4.90 to 14.80 / 3, and so on
    "costs.change": ["Bank-Fees -0.7", "Office -29.4", "Rent 200.0", "Software 51.6", "Travel -70.0"],
    # three times 800 and three times 49, about a month apart: 849 x 365 / 30 / 12
    "costs.subscriptions": ["a month 860.79 EUR", "of it there twice 0.00 EUR"],
    "books.bank_age": ["12"],  # Savings ends on the 19th
    "books.unexplained": ["0"],
    "books.receipts_missing": ["4.2"],  # 3 x 49 + 3 x 4.90 of 3,862.70
}
MISSING = {
    "cash.net_burn": "The books hold no money of 2025-12-31, 90 days ago.",
    "cash.runway": "The books hold no money of 2025-12-31, 90 days ago.",
    "profit.gross_margin": "No direct costs are booked, such as on Expenses:COGS.",
    "customers.churn": "No invoice came again and again 90 days ago.",
}
LANDLORD = ("b03", "b15", "b25")
TOOLBOX = ("b04", "b19", "b31")
A_CENT = ("03-31", bank("b40", "03-31", "-0.01", bought(cost("Other", "0.01"))))


def told(measured: Measured) -> list[str]:
    """The values as they are compared."""
    return [" ".join(filter(None, (each.label, str(each.amount), each.currency))) for each in measured.values]


def company_of(books: Ledger) -> Company:
    """What is known on the last day of the story."""
    return Company(ON, read_goals(GOALS), known_books(books.reports(), ON))


def by_names(order: Order) -> Order:
    """The order as a bank that names the other side would have it."""
    if not isinstance(order, BankBook) or not order.moves:
        return order
    of = order.moves[0].bank_id
    return named("Landlord" if of in LANDLORD else "Toolbox" if of in TOOLBOX else "", order)


def moved_by(before: Iterable[Measured], after: Iterable[Measured]) -> list[tuple[str, str, str, str]]:
    """Key, label and both amounts of all that moved."""
    return [
        (each.metric.key, each.label, str(each.before and each.before.amount), str(each.after and each.after.amount))
        for each in what_moved(before, after)
    ]


class MetricsContract:
    """The suite."""

    def test_every_metric_of_the_story_is_what_was_worked_out_by_hand(self, books: Ledger) -> None:
        perform(books, [(of, by_names(order)) for of, order in STORY])
        company = company_of(books)
        measured = measure(company)
        found = {each.metric.key: each for each in measured if each.metric in BOOK_METRICS}
        assert {key: told(each) for key, each in found.items()} == EXPECTED
        assert {key: each.missing for key, each in found.items() if each.missing} == MISSING
        assert {each.as_of for each in found.values()} == {ON}
        stale = "The bank's movements are in the books up to 2026-03-19 only."
        assert {each.stale for each in found.values() if not each.missing} == {stale}

        # the rows of a year come to what it says
        for key, total in (("revenue", "15550.00"), ("profit.operating", "11686.10"), ("tax.vat_due", "2904.10")):
            assert sum(row.amount for row in found[key].rows if row.currency == "EUR") == Decimal(total)
        assert {key for key, each in found.items() if each.values and not each.rows} == {
            "customers.recurring",
            "books.unexplained",
        }

        # a month before: out of what was read a month later, and read on that day
        earlier = date(2026, 2, 28)
        then = measure(Company(earlier, company.goals, known_books(books.reports(), earlier)))
        again = measure(company.back_to(earlier))
        assert moved_by(then, again) == []
        assert told(again[0])[-1] == "year to date 12650.00 EUR"  # 10,900 + 1,750

        # a posting of a cent more, and everything that it moves
        perform(books, [A_CENT], first=90)
        assert moved_by(measured, measure(company_of(books))) == [
            ("cash", "", "19499.40", "19499.39"),
            ("cash", "Checking", "19160.10", "19160.09"),
            ("profit.operating", "month to date", "1110.10", "1110.09"),
            ("profit.operating", "year to date", "11686.10", "11686.09"),
        ]

    def test_forecasts_start_from_what_the_books_hold(self, books: Ledger) -> None:
        perform(books, STORY)
        known = known_business(books.reports(), day("03-31"), [day("03-20"), day("03-10"), day("03-09"), day("03-31")])
        assert known.currency == "EUR"
        assert known.cash == Decimal("19499.40")  # 19,160.10 + 200.00 + 139.30
        assert len(known.revenue) == len(known.costs) == 2
        assert sum(known.revenue) + known.revenue_so_far == Decimal("15548.80")  # 15,550.00, and what exchange cost
        assert sum(known.costs) + known.costs_so_far == Decimal("3862.70")
        assert [(each.amount, each.due) for each in known.owed] == [(Decimal("271.00"), day("03-25"))]
        assert [(each.name, each.amount, each.day) for each in known.taxes] == [
            ("VAT", Decimal("-2904.10"), day("04-10"))
        ]
        april = known_business(books.reports(), day("04-05"))
        assert [(each.amount, each.day) for each in april.taxes] == [(Decimal("-2904.10"), day("04-10"))]
        assert known.work == (2, 0, 1)  # the days of this week do not count yet
        assert len([each for each in known.invoices if each.paid]) >= 5
