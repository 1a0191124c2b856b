"""Promises about what a briefing gathers from a vault, and how it is put there: whole, and never a second time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.audit_filing import file_audit
from agents.autonomy.briefing_facts import work_facts
from agents.autonomy.briefing_filing import file_briefing, lies_there
from agents.autonomy.briefing_gathering import BriefingPorts, Expected, gather
from agents.connectors.contract import Receipt
from agents.connectors.receipts import receipt_to_json
from agents.durability.promise_rows import PromiseRow, add_promise
from agents.durability.proposal_rows import ProposalRow, add_proposal
from agents.durability.task_persistence import TaskRow, add_task
from agents.errors import Transient
from agents.insight.briefing_known import Alarm, Period
from agents.insight.business_auditor import audit
from agents.insight.ceo_briefing_generator import generate
from agents.insight.company import Outlook
from agents.insight.finding import NOW as GRAVE
from agents.insight.finding import Finding
from agents.insight.measured import Value
from tests.clock import NOON
from tests.insight.briefing_story import WEEK, story
from tests.insight.company_room import booked, books_of, company_of

if TYPE_CHECKING:
    from agents.insight.briefing_known import Known
    from agents.insight.company import Company
    from tests.autonomy.house import House

MONDAY = date(2026, 11, 23)
TASK = "2026-11-16-email-0123456789"


EXPECTED = Expected(outlook=Outlook((Value(Decimal("12.30"), "EUR"),)))


def proposal(number: int, state: str, note: str = "# Pay \\[x\\]?\n", done_at: datetime | None = None) -> ProposalRow:
    receipt = receipt_to_json(Receipt("bank", "1", done_at, f"paid | bill {number}")) if done_at else ""
    return ProposalRow(
        id=f"2026-11-16-payment-{number}",
        task=TASK,
        move_key=f"pay {number}",
        action=json.dumps({"action": "payment.order"}),
        digest="",
        key=str(number),
        note=note,
        provenance="{}",
        quote="",
        rule="",
        brain="",
        risk="high",
        policy="",
        epoch=1,
        created_at=NOON.isoformat(),
        expires_at=(NOON + timedelta(days=7 - number)).isoformat(),
        state=state,
        receipt=receipt,
    )


def put(house: House, *rows: ProposalRow) -> None:
    """The journal knows a task and these proposals of it."""
    with house.recorder.journal.begin() as sql:
        add_task(sql, TaskRow(TASK, NOON.isoformat(), "filed", 0, "", "{}", "", "", "", ""))
        for row in rows:
            add_proposal(sql, row)


def ports(house: House, company: Company | None = None) -> BriefingPorts:
    def told(day: date) -> Company:
        if company is None:
            raise Transient("Odoo did not answer.", hint="Wait.")
        return replace(company, on=day)

    return BriefingPorts(house.vault, house.recorder.journal, told, lambda _day: EXPECTED)


def known_of(house: House, company: Company | None = None) -> Known:
    return gather(ports(house, company), MONDAY, "week", NOON)


def test_what_waits_and_what_was_done_comes_from_the_journal(house: House) -> None:
    sunday_night = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    put(
        house,
        proposal(1, "waiting"),
        proposal(2, "waiting", "# Sooner?\n"),
        proposal(3, "unknown"),
        proposal(4, "done", done_at=sunday_night),
        proposal(5, "done", done_at=sunday_night + timedelta(minutes=1)),
        proposal(6, "done", done_at=datetime(2026, 11, 16, tzinfo=UTC)),
        proposal(7, "done", done_at=datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC)),
    )
    with house.recorder.journal.begin() as sql:
        for by, who, words, due in (("us", "a@b.example", "the *plan*", 20), ("them", "c@d.example", "to pay", 21)):
            add_promise(sql, PromiseRow(by, who, words, f"2026-11-{due}", TASK, by, NOON.isoformat()))
    facts = work_facts(house.vault, house.recorder.journal, WEEK, NOON)
    assert [(each.words, each.note[-1], str(each.by)) for each in facts.decisions] == [
        ("Sooner?", "2", "2026-11-28"),
        ("Pay \\[x\\]?", "1", "2026-11-29"),
    ]
    assert [(each.words, each.note[-1]) for each in facts.done] == [("paid \\| bill 6", "6"), ("paid \\| bill 4", "4")]
    assert facts.alarms == (
        Alarm("Nobody knows whether this happened: Pay \\[x\\]?", "2026-11-16-payment-3"),
        Alarm("You promised a@b.example, due 2026-11-20: the \\*plan\\*", TASK),
        Alarm("c@d.example promised you, due 2026-11-21: to pay", TASK),
    )


def test_what_the_audit_calls_urgent_is_to_be_decided_first(house: House) -> None:
    put(house, proposal(1, "waiting"))
    twice = Finding("duplicate_payment", "x", GRAVE, "[[Shop]] was paid twice.")
    file_audit(house.recorder, audit([twice, replace(twice, about="y", gravity=GRAVE - 1)], {}, MONDAY))
    facts = work_facts(house.vault, house.recorder.journal, WEEK, NOON)
    assert [(each.words, each.note) for each in facts.decisions] == [
        ("\\[\\[Shop\\]\\] was paid twice.", "2026-11-23-audit"),
        ("Pay \\[x\\]?", "2026-11-16-payment-1"),
    ]


def test_a_halt_is_an_alarm(house: House) -> None:
    (house.vault / "STOP.md").write_text("wait", encoding="utf-8")
    (alarm,) = work_facts(house.vault, house.recorder.journal, WEEK, NOON).alarms
    assert alarm.words.startswith("Everything stands still: ")


def test_books_that_do_not_answer_are_told_and_the_rest_is_told_all_the_same(house: House) -> None:
    put(house, proposal(1, "waiting"))
    known = known_of(house)
    assert (known.now, len(known.decisions)) == ((), 1)
    assert known.alarms == (Alarm("The figures cannot be told: Odoo did not answer. Wait."),)


def test_books_with_an_error_are_an_alarm_and_every_figure_of_theirs_is_missing(house: House) -> None:
    broken = replace(company_of(), no_books="The ledger has an error. Mend it.")
    known = known_of(house, broken)
    assert known.alarms == (Alarm("Your books cannot be read: The ledger has an error. Mend it."),)
    assert {each.missing for each in known.now if each.metric.key == "cash"} == {"The ledger has an error. Mend it."}
    assert "The ledger has an error." in generate(known).first_screen
    assert [each.name for each in known.sources if each.missing] == ["books"]


def test_figures_are_those_of_the_days_before_too(house: House) -> None:
    money = booked("Checking", ("2026-10-01", "100.00"), ("11-10", "20.00"), ("11-20", "-5.01"), ("11-23", "7.00"))
    known = known_of(house, company_of(books_of(money=money)))
    cash = [
        str(next(each.values[0].amount for each in some if each.metric.key == "cash"))
        for some in (known.now, *known.earlier)
    ]
    assert cash == ["114.99", "120.00", "100.00", "100.00", "100.00"]
    assert {each.as_of for each in known.now} == {date(2026, 11, 22)}
    assert known.links["cash"] == "2026-11-22-figure-cash"
    text = generate(known).first_screen
    assert "| [[2026-11-22-figure-cash\\|Cash]], EUR | 114.99 | ▼ worse | – | 120.00 | 105.00 |" in text


def test_the_lowest_point_of_the_money_is_what_is_expected_after_the_period(house: House) -> None:
    known = known_of(house, company_of(books_of(money=booked("Checking", ("11-10", "100.00")))))
    (low,) = (each for each in known.now if each.metric.key == "cash.low_point")
    assert low.values == EXPECTED.outlook.low_point
    assert all(each.missing for some in known.earlier for each in some if each.metric.key == "cash.low_point")


def test_a_reading_that_does_not_go_back_far_enough_is_made_anew(house: House) -> None:
    asked: list[date] = []
    company = company_of(books_of())

    def told(day: date) -> Company:
        asked.append(day)
        return replace(company, on=day)

    gather(replace(ports(house), company=told), date(2026, 11, 23), "quarter", NOON)
    assert asked == [date(2026, 9, 30), date(2025, 12, 31), date(2025, 9, 30)]


@pytest.mark.parametrize(("to", "is_stale"), [("11-15", False), ("11-14", True)])
def test_a_bank_that_is_behind_is_red_and_a_silent_account_is_not_waited_for(
    house: House, to: str, *, is_stale: bool
) -> None:
    day = date.fromisoformat(f"2026-{to}")
    books = replace(books_of(), bank_to={"Assets:Bank:Main": day, "Assets:Bank:Old": day - timedelta(days=60)})
    known = known_of(house, company_of(books))
    (bank,) = (each for each in known.sources if each.name.startswith("bank"))
    assert (bank.name, bank.says, bool(bank.stale)) == ("bank Main", f"to {day}", is_stale)
    assert any("bank Main" in each for each in generate(known).alarms) is is_stale


def test_books_without_a_bank_miss_a_source_and_alarm_nobody(house: House) -> None:
    known = known_of(house, company_of(replace(books_of(), bank_to={})))
    assert [each.name for each in known.sources if each.missing] == ["bank"]
    assert generate(known).alarms == ()


def test_goals_become_plans_and_limits_and_a_name_nobody_knows_is_told(house: House) -> None:
    goals = (
        "## Revenue\n\n| month | target | currency |\n| --- | --- | --- |\n| 2026-11 | 8,000 | EUR |\n\n"
        "## Key metrics\n\n| metric | target | alert when |\n| --- | --- | --- |\n"
        "| Cash | 5,000 EUR | below 1,000 |\n| good mood | always | below 1 |\n"
    )
    books = books_of(
        money=booked("Checking", ("11-10", "999.99")), earned=booked("Services", ("11-10", "840.00"), ("10-10", "1.00"))
    )
    known = known_of(house, company_of(books, goals=goals))
    text = generate(known).text
    assert "month to date, EUR | 840.00 |  | 8,000.00 | 840.00 | – |" in text
    assert "- **Cash** is 999.99 EUR; you wanted to know when it is below 1,000.00 EUR" in text
    assert '- Your goals name "good mood", and no figure is called so.' in text


def test_a_briefing_is_one_commit_and_none_when_nothing_is_new(house: House) -> None:
    known, briefing = story(), generate(story())
    assert not lies_there(house.vault, briefing.name)
    assert file_briefing(house.recorder, known, briefing)
    head = house.recorder.history.head()
    drawings = sorted(each.name for each in (house.vault / "Briefings/assets/2026-11-23").iterdir())
    assert drawings == sorted(each.name for each in briefing.assets)
    assert (house.vault / "Briefings/2026-11-22-figures/2026-11-22-figure-cash.md").is_file()
    assert not file_briefing(house.recorder, known, briefing)
    assert (house.recorder.history.head(), lies_there(house.vault, briefing.name)) == (head, True)


def test_a_drawing_that_lies_there_is_never_written_again(house: House) -> None:
    known, briefing = story(), generate(story())
    file_briefing(house.recorder, known, briefing)
    drawing = house.vault / "Briefings/assets/2026-11-23" / briefing.assets[0].name
    drawing.write_text("the owner's", encoding="utf-8")
    (house.vault / "Briefings" / f"{briefing.name}.md").unlink()
    assert file_briefing(house.recorder, known, briefing)
    assert drawing.read_text(encoding="utf-8") == "the owner's"


def test_what_was_promised_first_counts(house: House) -> None:
    (cash,) = story().forecasts
    for forecast in (cash, replace(cash, method="another way")):
        known = replace(story(), forecasts=(forecast,))
        assert file_briefing(house.recorder, known, generate(known))
    later = Period("week", MONDAY, date(2026, 11, 29))
    assert work_facts(house.vault, house.recorder.journal, later, NOON).promised == (cash,)
    assert work_facts(house.vault, house.recorder.journal, WEEK, NOON).promised == ()
