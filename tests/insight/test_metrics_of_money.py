"""Metrics whose whole range the common story does not show, each worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from agents.connectors.book_figures import SourceRow
from agents.insight.company import Outlook, working_days
from agents.insight.financial_analyzer import METRICS, measure, what_moved
from agents.insight.measured import Value
from tests.insight.company_room import (
    ON,
    booked,
    books_of,
    charges,
    company_of,
    day,
    invoice,
    of_key,
    row,
    told,
)

PLAN = """# Goals

## Revenue

| month | target | currency |
| --- | --- | --- |
| 2026-11 | 8,000 | EUR |
"""


def test_there_are_thirty_metrics_and_each_says_what_it_is() -> None:
    keys = [each.key for each in METRICS]
    told_by_more = {
        "receivables.on_time",
        "customers.churn",
        "books.unexplained",
        "books.receipts_missing",
        "work.time_saved",
    }
    assert len(keys) == len(set(keys)) == 30 + len(told_by_more)
    assert told_by_more < set(keys)
    assert all(each.title and each.formula and each.source for each in METRICS)


def test_without_books_or_with_empty_ones_each_metric_says_so_and_none_is_nothing() -> None:
    without = measure(replace(company_of(), no_books="The ledger has an error."))
    assert {each.missing for each in without[:27]} == {"The ledger has an error."}
    empty = measure(company_of(books_of()))
    assert {each.missing for each in empty[:27]} == {"Nothing is booked yet."}
    assert {each.missing for each in empty[28:]} == {"The journal was not read."}
    assert not any(each.values for each in (*without, *empty))
    assert of_key(company_of(), "revenue").missing == "The books were not read."


def test_a_plan_that_is_not_there_is_missing_and_not_nothing() -> None:
    books = books_of(earned=booked("Services", ("11-03", "3000.00"), ("10-30", "9000.00")))
    assert told(of_key(company_of(books), "revenue.plan_pace")) == ["Business_Goals.md has no plan for 2026-11."]
    # 3,000 of 8,000 x 20 of 21 working days
    assert told(of_key(company_of(books, goals=PLAN), "revenue.plan_pace")) == ["39.4"]
    sunday = company_of(books, goals=PLAN, on=date(2026, 11, 1))
    assert told(of_key(sunday, "revenue.plan_pace")) == ["No working day of the month has come yet."]
    nothing = company_of(books, goals=PLAN.replace("8,000", "0"))
    assert told(of_key(nothing, "revenue.plan_pace")) == ["The plan of this month is nothing."]


def test_money_that_runs_out_says_when() -> None:
    moves = booked("Checking", ("08-20", "1000.00"), ("09-10", "-2500.00"), ("11-02", "-2000.00"))
    books = replace(books_of(money=moves), money_before={("Checking", "EUR"): Decimal("9500.00")})
    company = company_of(books)
    assert told(of_key(company, "cash")) == ["6000.00 EUR", "Checking 6000.00 EUR"]
    assert told(of_key(company, "cash.net_burn")) == ["1500.00 EUR"]  # (10,500 - 6,000) / 3
    assert told(of_key(company, "cash.runway")) == ["4.0"]
    assert [each.day for each in of_key(company, "cash.runway").rows] == [day("09-10"), day("11-02")]
    more = company_of(replace(books, money=(*books.money, *booked("Checking", ("11-20", "9000.00")))))
    assert told(of_key(more, "cash.net_burn")) == ["-1500.00 EUR"]
    assert told(of_key(more, "cash.runway")) == [
        "No more money went out than came in within 90 days, so it does not run out."
    ]


def test_what_the_work_itself_costs_leaves_a_margin_of_each_time() -> None:
    earned = booked("Services", ("03-02", "3000.00"), ("11-05", "1000.00"))
    spent = [*booked("COGS:Print", ("11-06", "250.00"), ("04-02", "150.00")), *booked("Office", ("11-07", "99.00"))]
    company = company_of(books_of(earned=earned, spent=spent, direct=["COGS:Print"]))
    # 750 of 1,000; 3,600 of 4,000
    assert told(of_key(company, "profit.gross_margin")) == ["month to date 75.0", "year to date 90.0"]
    unearned = company_of(books_of(spent=spent, direct=["COGS:Print"]))
    assert told(of_key(unearned, "profit.gross_margin")) == ["Nothing was earned this year."]
    assert of_key(company, "costs.change").missing == "Nothing was spent in the three months before the last."


def test_an_account_that_is_overdrawn_counts_as_owed() -> None:
    books = replace(
        books_of(money=booked("Card", ("11-20", "-200.00")), invoices=[invoice("I1", "Acme", "11-20", "100.00")]),
        money_before={("Checking", "EUR"): Decimal("700.00")},
        vat_charged=(row("10-05", "190.00"), row("09-20", "95.00")),
        vat_paid=(row("10-06", "30.00"),),
    )
    # 800 / (200 + 160); the quarter before is 58 days ago
    assert told(of_key(company_of(books), "cash.quick_ratio")) == ["2.2"]
    early = company_of(replace(books, vat_paid=()), on=day("10-20"))
    assert told(of_key(early, "cash.quick_ratio")) == ["2.5"]  # 700 / (190 + 95)
    safe = company_of(books_of(money=booked("Checking", ("11-20", "1.00"))))
    assert told(of_key(safe, "cash.quick_ratio")) == ["Nothing is owed to anybody."]


def test_what_is_owed_is_told_by_its_age_and_what_is_not_clear_is_not_counted() -> None:
    unclear = replace(invoice("I5", "Odd", "11-01", "77.00"), unclear="booked twice", open=None)
    some = [
        invoice("I1", "Acme", "11-20", "100.00"),
        invoice("I2", "Acme", "10-01", "200.00", ("11-01", "50.00")),  # due 15 October: 43 days
        invoice("I3", "Bolt", "08-01", "400.00", due_days=29),  # due 30 August: 89 days
        invoice("I4", "Bolt", "07-01", "10.00"),  # due 15 July
        unclear,
    ]
    company = company_of(books_of(invoices=some))
    assert told(of_key(company, "receivables")) == ["total 660.00 EUR", "overdue 560.00 EUR"]
    ages = [value.amount for value in of_key(company, "receivables.aging").values]
    assert [str(each) for each in ages] == ["100.00", "0.00", "150.00", "400.00", "10.00"]
    said = [each.said for each in of_key(company, "receivables").rows]
    assert said == ["I1 Acme", "I2 Acme", "I3 Bolt", "I4 Bolt", "not counted: booked twice"]
    assert told(of_key(company, "receivables.on_time")) == ["No invoice was paid within a year."]
    assert told(of_key(company, "receivables.days_late")) == ["No invoice was paid within a year."]
    # owed 90 days ago 410 (I3, I4); 300 and 77 invoiced since; of this 660 is owed, 100 not due: 127 / 687
    assert told(of_key(company, "receivables.collected")) == ["18.5"]
    assert told(of_key(company, "payables.dpo")) == ["No bill came within 90 days."]
    before = company.back_to(day("10-31"))  # the payment of 1 November had not come
    assert told(of_key(before, "receivables"))[0] == "total 610.00 EUR"
    old = company_of(books_of(invoices=some), on=date(2026, 6, 30))
    assert told(of_key(old, "receivables.dso")) == ["Nothing was invoiced within 90 days."]
    assert told(of_key(old, "receivables.collected")) == ["Nothing could be collected within 90 days."]


def test_what_is_invoiced_again_and_again_is_told_by_the_month_and_what_ends_as_lost() -> None:
    months = ("06-01", "07-01", "08-01")
    kept = [invoice(f"A{of}", "Acme", of, "357.00") for of in (*months, "09-01", "10-01", "11-01")]
    ended = [invoice(f"B{of}", "Bolt", of, "119.00") for of in months]
    net = [*((each, "300.00") for each in kept), *((each, "100.00") for each in ended)]
    earned = [
        replace(booked("Services", ("11-01", amount))[0], row=row(str(of.day), amount, place=of.place))
        for of, amount in net
    ]
    company = company_of(books_of(invoices=[*kept, *ended], earned=earned))
    assert told(of_key(company, "customers.recurring")) == ["304.17 EUR"]  # 300 x 365 / 30 / 12
    assert told(of_key(company, "customers.churn")) == ["25.0"]  # 100 of 400
    assert [each.place for each in of_key(company, "customers.churn").rows] == ["B08-01"]
    assert told(of_key(company, "customers.concentration"))[0] == "largest customer 85.7"  # 1,800 of 2,100
    bare = company_of(books_of(earned=booked("Services", ("11-01", "5.00"))))
    assert told(of_key(bare, "customers.concentration")) == ["Nothing was earned from a customer within a year."]
    assert told(of_key(bare, "customers.count")) == ["No invoice was issued within fifteen months."]


def test_a_customer_who_is_silent_for_longer_than_they_used_to_be_is_dormant_and_then_lost() -> None:
    some = [
        *(invoice(f"D{of}", "Dormant", of, "1.00") for of in ("06-27", "07-27", "08-27")),  # usually 30.5, now 92 days
        *(invoice(f"L{of}", "Lost", of, "1.00") for of in ("04-01", "05-01", "06-01")),  # usually 30.5, now 179
        *(invoice(f"R{of}", "Regular", of, "1.00") for of in ("08-01", "09-25", "11-20")),
        invoice("O", "Once", "03-01", "1.00"),
        invoice("N", "New", "11-26", "1.00"),
        invoice("F", "Future", "11-28", "1.00"),
    ]
    old = replace(books_of(invoices=some), customers_since={"New": date(2020, 1, 1), "Gone": date(2020, 1, 1)})
    assert told(of_key(company_of(old), "customers.count")) == ["new 0", "dormant 1", "lost 1"]
    found = of_key(company_of(books_of(invoices=some)), "customers.count")
    assert told(found) == ["new 1", "dormant 1", "lost 1"]
    assert [each.said for each in found.rows] == ["dormant: Dormant", "lost: Lost", "new: New"]


def test_projects_without_a_worth_say_that_it_is_missing() -> None:
    goals = (
        "# G\n\n## Active projects\n\n| project | customer | due |\n| --- | --- | --- |\n| Site | Acme | 2026-12-18 |\n"
    )
    company = company_of(books_of(invoices=[invoice("I1", "Acme", "11-20", "1.00")]), goals=goals)
    assert told(of_key(company, "customers.pipeline")) == [
        "No active project in Business_Goals.md says what it is worth."
    ]


def test_subscriptions_cost_so_much_a_month_and_two_of_one_payee_are_told() -> None:
    days = ("08-05", "09-05", "10-05", "11-05")
    twice = [*charges("Cloud", "30.00", *days), *charges("Cloud", "60.00", *(f"{of[:3]}20" for of in days))]
    company = company_of(
        books_of(charges=[*twice, *charges("Phone", "12.00", *days)], money=booked("Checking", ("11-05", "1.00")))
    )
    # (30 + 60 + 12) x 365 / 360, and 90 of it
    assert told(of_key(company, "costs.subscriptions")) == ["a month 103.42 EUR", "of it there twice 91.25 EUR"]


def test_a_movement_that_is_explained_waits_no_longer_and_another_of_that_amount_does() -> None:
    rows = [row("11-02", "50.00", place="a"), row("11-02", "-50.00", place="b"), row("11-02", "50.00", place="c")]
    company = company_of(books_of(unexplained=rows, money=booked("Checking", ("11-02", "50.00"))))
    found = of_key(company, "books.unexplained")
    assert (told(found), len(found.rows)) == (["1"], 1)
    assert told(of_key(company, "books.receipts_missing")) == ["Nothing was spent within 90 days."]


def test_what_the_books_say_is_called_old_after_two_working_days_without_the_bank() -> None:
    books = books_of(money=booked("Checking", ("11-02", "50.00")))
    tuesday, monday = (replace(books, bank_to={"Assets:Bank:Checking": day(of)}) for of in ("11-24", "11-25"))
    assert of_key(company_of(tuesday), "cash").stale == "The bank's movements are in the books up to 2026-11-24 only."
    assert of_key(company_of(monday), "cash").stale == ""
    assert told(of_key(company_of(tuesday), "books.bank_age")) == ["3"]
    never = company_of(replace(books, bank_to={"Assets:Cash": ON}))
    assert of_key(never, "cash").stale == "No movement of a bank is in the books yet."
    assert of_key(never, "books.bank_age").missing == "No movement of a bank is in the books yet."
    assert of_key(company_of(replace(books, cut="There is too much.")), "cash").stale == "There is too much."
    assert company_of().stale() == ""


def test_the_lowest_point_is_what_a_forecast_hands_in_and_is_not_known_of_earlier_days() -> None:
    rows = (SourceRow(ON, "forecast", "week 5", Decimal("-120.00"), "EUR"),)
    company = replace(company_of(), outlook=Outlook((Value(Decimal("-120.00"), "EUR"),), rows))
    assert told(of_key(company, "cash.low_point")) == ["-120.00 EUR"]
    assert of_key(company, "cash.low_point").rows == rows
    assert of_key(company.back_to(day("11-20")), "cash.low_point").missing == "No forecast was made for this day."


def test_what_moved_names_each_value_that_differs_came_or_went() -> None:
    one = company_of(books_of(money=[*booked("Checking", ("11-02", "5.00")), *booked("Till", ("11-02", "1.00"))]))
    other = company_of(books_of(money=[*booked("Checking", ("11-02", "5.01")), *booked("New", ("11-02", "1.00"))]))
    moved = [each for each in what_moved(measure(one), measure(other)) if each.metric.key == "cash"]
    assert [(each.label, each.before is None, each.after is None) for each in moved] == [
        ("", False, False),
        ("Checking", False, False),
        ("New", True, False),
        ("Till", False, True),
    ]
    assert what_moved(measure(one), measure(one)) == ()


def test_working_days_are_mondays_to_fridays() -> None:
    assert [working_days(day("11-27"), day(of)) for of in ("11-26", "11-27", "11-29", "11-30")] == [0, 1, 1, 2]
