"""What the journal says of the work, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from agents.insight.company import Work
from tests.insight.company_room import ON, company_of, of_key, proposal, task, told

AUTOMATION = """# G

## Automation

| what | value | currency |
| --- | --- | --- |
| minutes saved per finished task | 15 | |
| an hour of mine | 60.00 | EUR |
| one US dollar | 0.90 | EUR |
"""
TASKS = (
    task("a", "11-02 08:00", "11-02 10:00"),
    task("b", "11-03 08:00", "11-03 14:00", mail=True),
    task("c", "11-04 08:00", "11-05 08:00", mail=True),
    task("d", "11-05 08:00", moved="11-20 08:00"),
    task("e", "11-06 08:00", moved="11-26 08:00", mail=True),
    task("f", "06-01 08:00", "06-02 08:00"),
)
PROPOSALS = (
    proposal("p1", "11-03 09:00", "11-03 10:00", "11-03 11:00", of="b"),
    proposal("p2", "11-03 09:00", "11-03 12:00", "11-03 12:30", of="b"),  # a second letter
    proposal("p3", "11-04 09:00", "11-05 07:00", "11-05 08:00", of="c"),
    proposal("p4", "11-06 09:00", "11-27 07:00", of="e"),
    proposal("p5", "11-20 08:00", of="d", action="invoice.create"),
    proposal("p6", "11-03 09:00", "11-03 09:05", "11-03 09:10", of="b", action="invoice.create"),
)
WORK = Work(TASKS, PROPOSALS, {date(2026, 11, 3): Decimal("1.50"), date(2026, 5, 1): Decimal(9)})


def test_what_is_finished_and_how_long_it_took() -> None:
    company = company_of(work=WORK)
    completion = of_key(company, "work.completion")
    assert told(completion) == ["60.0"]  # three of the five that came within 30 days
    assert [each.place for each in completion.rows] == ["d", "e"]
    # 2, 6 and 24 hours: the middle one; nine of ten at 6 + 0.8 x 18
    assert told(of_key(company, "work.cycle_time")) == ["half within 6.0", "nine of ten within 20.4"]


def test_an_answer_counts_from_the_mail_to_the_first_letter_that_left() -> None:
    found = of_key(company_of(work=WORK), "work.response_time")
    assert told(found) == ["half within 13.5", "nine of ten within 21.9"]  # 3 and 24 hours
    assert [(each.place, str(each.amount)) for each in found.rows] == [("b", "3.0"), ("c", "24.0")]


def test_what_stands_still_and_what_waits_for_a_yes() -> None:
    company = company_of(work=WORK)
    still = of_key(company, "work.blocked")
    assert told(still) == ["1"]
    assert [(each.place, str(each.amount)) for each in still.rows] == [("d", "7")]
    waiting = of_key(company, "work.approvals_waiting")
    assert told(waiting) == ["1"]
    assert [each.place for each in waiting.rows] == ["p5"]
    before = company.back_to(date(2026, 11, 4))  # what was decided or came later counts as it was then
    assert told(of_key(before, "work.approvals_waiting")) == ["1"]
    assert told(of_key(before, "work.completion")) == ["66.7"]


def test_nothing_within_a_month_is_missing_and_not_nothing() -> None:
    old = company_of(work=Work(TASKS[-1:]))
    assert told(of_key(old, "work.completion")) == ["No task came in within 30 days."]
    assert told(of_key(old, "work.cycle_time")) == ["No task came to its end within 30 days."]
    assert told(of_key(old, "work.response_time")) == ["No mail was answered within 30 days."]
    assert told(of_key(old, "work.blocked")) == ["0"]


def test_what_automation_saves_is_reckoned_with_what_the_owner_says_it_is_worth() -> None:
    company = company_of(work=WORK, goals=AUTOMATION)
    assert told(of_key(company, "work.time_saved")) == ["time saved 45.00 EUR", "models 1.50 USD"]
    assert told(of_key(company, "work.return")) == ["32.3"]  # (45.00 - 1.35) / 1.35
    unsaid = company_of(work=WORK)
    why = "Business_Goals.md does not say, under Automation, what a finished task saves and an hour is worth."
    assert told(of_key(unsaid, "work.time_saved")) == told(of_key(unsaid, "work.return")) == [why]
    no_rate = company_of(work=WORK, goals=AUTOMATION.replace("one US dollar", "a dollar"))
    assert "one US dollar" in of_key(no_rate, "work.return").missing
    in_dollars = company_of(work=WORK, goals=AUTOMATION.replace("60.00 | EUR", "60.00 | USD"))
    assert told(of_key(in_dollars, "work.return")) == ["29.0"]  # (45.00 - 1.50) / 1.50
    free = company_of(work=Work(TASKS), goals=AUTOMATION)
    assert of_key(free, "work.return").missing.startswith("No model cost anything")
    assert company.on == ON
