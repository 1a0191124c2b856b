"""A small company on a Monday, as a briefing knows it; every figure chosen by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from agents.insight.briefing_known import Alarm, Decision, Deed, Forecast, Known, Period, SourceState, Target
from agents.insight.chart_svg import FanPoint
from agents.insight.measured import Measured, Metric, Value

SUNDAY = date(2026, 11, 22)
WEEK = Period("week", date(2026, 11, 16), SUNDAY)
CASH = Metric("cash", "Cash", "money", "sum of the accounts", "the books", "more")
REVENUE = Metric("revenue", "Revenue", "money", "invoices less credit notes", "the books", "more")
AGING = Metric("receivables.aging", "Owed to you by how late", "money", "open invoices", "the books", "less")
RUNWAY = Metric("cash.runway", "Runway", "months", "cash / burn", "the books", "more")
PACE = Metric("revenue.plan_pace", "Revenue against the plan", "percent", "revenue / plan", "the goals", "more")
ON_TIME = Metric(
    "receivables.on_time", "Invoices paid on time", "percent", "paid by the day / all", "the books", "more"
)
CASH_BEFORE = ("58200.12", "57100.00", "61000.50", "60000.00", "59000.00")
HARBOUR = "Harbour | Bakery 24/7"


def money(amount: str, label: str = "") -> Value:
    return Value(Decimal(amount), "EUR", label)


def measured(weeks_ago: int) -> tuple[Measured, ...]:
    day = SUNDAY - timedelta(weeks=weeks_ago)
    aging = [
        money(amount, label)
        for label, amount in zip(("not due", "1-30 days", "31-60 days"), ("4200.00", "1337.00", "0.00"), strict=True)
    ]
    return (
        Measured(CASH, day, (money(CASH_BEFORE[weeks_ago]),)),
        Measured(REVENUE, day, (money(f"{31200 - 7000 * weeks_ago}.40", "this month"),)),
        Measured(AGING, day, tuple(aging)),
        Measured(RUNWAY, day, (Value(Decimal("5.4") + weeks_ago),)),
        Measured(PACE, day, missing="There is no plan for this month in Business_Goals."),
        Measured(ON_TIME, day, (Value(Decimal(70)),), stale="The bank's movements are in up to 2026-11-18 only."),
    )


def fan_of(first: date, *medians: int) -> tuple[FanPoint, ...]:
    spread = Decimal(2000)
    return tuple(
        FanPoint(first + timedelta(weeks=at), amount - spread * (at + 1), Decimal(amount), amount + spread * (at + 1))
        for at, amount in enumerate(medians)
    )


def story() -> Known:
    cash = Forecast(
        "Cash, 13 weeks",
        CASH.key,
        "money",
        fan_of(SUNDAY + timedelta(weeks=1), 57000, 52000, 48000, 30000, 21000, 14000, 9000, 3000, 5000),
        "simulated from open invoices and recurring costs",
        "Of 12 weeks before, 10 came within.",
        currency="EUR",
    )
    return Known(
        WEEK,
        measured(0),
        tuple(measured(number) for number in range(1, 5)),
        decisions=(
            Decision(
                "Send the second reminder over 1,337.00 EUR to Globex?",
                "2026-11-20-reminder-send-a81c04be77",
                "medium risk",
                "yes",
                date(2026, 11, 27),
            ),
        ),
        alarms=(Alarm("Nobody knows whether a mail to Acme left", "2026-11-20-question-51d2aa90c3"),),
        done=(Deed("invoice INV-2026-0001 booked", "2026-11-17-invoice-create-a81c04be77"),),
        sources=(
            SourceState("books", "clean"),
            SourceState("bank Main", "to 2026-11-18", "its movements are 4 days old"),
        ),
        targets=(
            Target(ON_TIME.key, wanted=Decimal(90), below=Decimal(75)),
            Target(REVENUE.key, "this month", "EUR", wanted=Decimal(34000)),
        ),
        forecasts=(cash,),
        promised=(replace(cash, points=fan_of(SUNDAY, 60000, 50000)),),
        links={CASH.key: "2026-11-22-figure-cash"},
        past={cash.name: tuple((SUNDAY - timedelta(weeks=at), Decimal(CASH_BEFORE[at])) for at in range(4, -1, -1))},
    )
