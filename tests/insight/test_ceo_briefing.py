"""Promises about the briefing: one screen first, every number from its source, what is missing said, the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.errors import NotAllowed
from agents.insight.briefing_figures import figures_of
from agents.insight.briefing_known import Alarm, Decision, Deed, Known, Period, SourceState, period_before
from agents.insight.briefing_numbers import Source, check, moved
from agents.insight.ceo_briefing_generator import Briefing, confidence, generate, refuse, write
from agents.insight.measured import Measured, Value
from agents.vault.note import Note, read_note
from tests.insight.briefing_story import AGING, CASH, HARBOUR, ON_TIME, PACE, REVENUE, SUNDAY, measured, money, story

if TYPE_CHECKING:
    from agents.insight.briefing_known import PeriodKind

NO_PLAN = "Not known: Revenue against the plan. There is no plan for this month in Business\\_Goals."
REMIND = "- Send the second reminder over 1,337.00 EUR to Globex?"
BELOW_THE_FOLD = ("Charts", "Forecasts", "How the last forecasts came", "All other figures", "How long the cash lasts")


def section(briefing: Briefing, heading: str) -> str:
    return briefing.text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].strip()


def with_values(known: Known, key: str, *values: Value) -> Known:
    now = tuple(replace(each, values=values) if each.metric.key == key else each for each in known.now)
    return replace(known, now=now)


def test_the_first_screen_is_decisions_alarms_and_money() -> None:
    assert generate(story()).first_screen.splitlines() == [
        "# Monday briefing, week 47",
        "",
        "> [!danger] 1 decision, 3 alarms.",
        "> Cash 58,200.12 EUR. Runway 5.4 months. Revenue (this month) 31,200.40 EUR.",
        "> From 2026-11-16 to 2026-11-22.",
        "",
        "## Decide",
        f"{REMIND} [[2026-11-20-reminder-send-a81c04be77|open]] (medium risk; I advise yes; until 2026-11-27)",
        "",
        "## Alarms",
        "- **Invoices paid on time** is 70.0 %; you wanted to know when it is below 75.0 %",
        "- Nobody knows whether a mail to Acme left [[2026-11-20-question-51d2aa90c3]]",
        "- bank Main: its movements are 4 days old",
        "",
        "## Money",
        "| | now | | plan | week before | 4-week average |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
        "| [[2026-11-22-figure-cash\\|Cash]], EUR | 58,200.12 | ▲ better | – | 57,100.00 | 59,275.13 |",
        "| Runway, months | 5.4 | ▼ worse | – | 6.4 | 7.9 |",
        "| Revenue, this month, EUR | 31,200.40 | ▲ better | 34,000.00 | 24,200.40 | 13,700.40 |",
        "| Revenue against the plan | not known | | | | |",
        "",
        f"- {NO_PLAN}",
    ]


def test_the_note_says_where_it_comes_from_and_how_fresh_that_is() -> None:
    briefing = generate(story())
    note = read_note(briefing.text)
    assert isinstance(note, Note)
    assert note.properties["type"] == "ceo_briefing"
    assert note.properties["sources"] == ("books: clean", "bank Main: to 2026-11-18 (stale)")
    assert note.properties["confidence"] == briefing.confidence == "medium"
    assert "| bank Main | to 2026-11-18 (**its movements are 4 days old**) |" in briefing.text


def test_the_same_knowledge_gives_the_same_bytes() -> None:
    assert generate(story()) == generate(story())


def test_a_vault_in_which_nothing_is_known_gets_a_briefing_too() -> None:
    briefing = generate(Known(story().period, ()))
    assert section(briefing, "Decide") == "> [!success] Nothing to decide."
    assert section(briefing, "Alarms") == "> [!success] Nothing is red."
    assert section(briefing, "What I did") == "Nothing left the house in this time."
    assert "[!summary] 0 decisions, 0 alarms." in briefing.text
    assert briefing.confidence == "low"
    assert briefing.assets == ()
    for heading in BELOW_THE_FOLD:
        assert f"## {heading}\n" not in briefing.text


def test_one_cent_moves_these_numbers_and_no_other() -> None:
    before, after = story(), with_values(story(), CASH.key, money("58200.13"))
    assert moved(generate(before).figures, generate(after).figures) == (Source("now", CASH.key, "", "EUR"),)
    lines = zip(generate(before).text.splitlines(), generate(after).text.splitlines(), strict=True)
    differing = [(was, now) for was, now in lines if was != now]
    assert all(now == was.replace("58,200.12", "58,200.13").replace("58200.12", "58200.13") for was, now in differing)
    assert len(differing) == 6  # summary, money, bars, their words, their table, the scorecard


def test_a_wrong_number_fails_the_briefing() -> None:
    figures = figures_of(story())
    finished, _ = write(story(), figures)
    planted = replace(finished, text=finished.text.replace("31,200.40 | ▲", "31,200.41 | ▲"))
    mistakes = check(planted, figures)
    assert [each.partition(": ")[2] for each in mistakes[:1]] == ["31,200.41 has no source"]
    with pytest.raises(NotAllowed, match=r"its numbers do not hold: line \d+: 31,200.41 has no source"):
        refuse(mistakes)
    with pytest.raises(NotAllowed, match=r"a; b; c \(and 1 more\)"):
        refuse(("a", "b", "c", "d"))


def test_figures_that_are_not_those_of_the_sources_fail_the_briefing() -> None:
    wrong = figures_of(with_values(story(), REVENUE.key, money("1.00", "this month")))
    finished, _ = write(story(), wrong)
    mistakes = check(finished, figures_of(story()))
    assert mistakes
    assert all("1.00 stands there, and now revenue (this month, EUR) is 31200.40" in each for each in mistakes)


def test_what_is_missing_is_said_and_not_nothing() -> None:
    briefing = generate(story())
    assert section(briefing, "What is not known").splitlines() == [
        f"- {NO_PLAN}",
        "- May be old: Invoices paid on time. The bank's movements are in up to 2026-11-18 only.",
    ]
    old = replace(story(), now=(replace(story().now[0], stale="Old since 2026-11-01."),))
    assert "- May be old: Cash. Old since 2026-11-01." in generate(old).first_screen
    first_is_missing = replace(story(), now=(Measured(CASH, SUNDAY, missing="The books have an error."),))
    assert confidence(first_is_missing) == "low"
    assert confidence(replace(story(), now=story().now[:2], sources=())) == "high"
    assert "- Not known: Cash. The books have an error." in generate(first_is_missing).text


def test_a_name_from_outside_stays_in_its_cell() -> None:
    known = with_values(story(), AGING.key, money("10.00", HARBOUR), money("5.00", "x [[Evil]] %% ```"))
    text = generate(known).text
    assert "| Owed to you by how late, Harbour \\| Bakery 24/7, EUR | 10.00 |" in text
    assert '    "Harbour Bakery 24/7" : 10.00' in text
    assert "[[Evil]]" not in text
    assert text.count("```") == 4


def test_at_most_five_decisions_and_seven_alarms_are_shown_and_all_are_counted() -> None:
    known = replace(
        story(),
        decisions=tuple(Decision(f"Pay bill {at}?", f"2026-11-20-x-{at}") for at in range(7)),
        alarms=tuple(Alarm(f"alarm {at}") for at in range(8)),
        done=tuple(Deed("sent", f"2026-11-17-y-{at}") for at in range(12)),
    )
    briefing = generate(known)
    decide = section(briefing, "Decide").splitlines()
    assert decide[-1] == "- and more: 7 in all, on the [[Dashboard]]"
    assert len(decide) == 6
    assert section(briefing, "Alarms").splitlines()[-1] == "- and more, 10 in all"
    assert len(briefing.alarms) == 10
    assert section(briefing, "What I did").splitlines()[-1] == "- and more: 12 in all, in `Done`"


def test_an_alarm_rings_beyond_the_limit_and_not_at_it() -> None:
    def alarms(paid: str, above: str | None = None) -> tuple[str, ...]:
        (first, *rest) = story().targets
        limit = replace(first, above=Decimal(above) if above else None)
        known = replace(story(), targets=(limit, *rest), alarms=(), sources=())
        return generate(with_values(known, ON_TIME.key, Value(Decimal(paid)))).alarms

    assert alarms("75") == ()
    assert alarms("74.9") == ("**Invoices paid on time** is 74.9 %; you wanted to know when it is below 75.0 %",)
    assert alarms("99", "98") == ("**Invoices paid on time** is 99.0 %; you wanted to know when it is above 98.0 %",)
    assert alarms("98", "98") == ()


def test_last_weeks_forecast_is_held_against_what_came() -> None:
    row = "| Cash, 13 weeks | 58,000.00 EUR to 62,000.00 EUR | 60,000.00 EUR |"
    assert f"{row} 58,200.12 EUR | as expected |" in generate(story()).text
    poorer = with_values(story(), CASH.key, money("57999.99"))
    assert f"{row} 57,999.99 EUR | **outside** |" in generate(poorer).text
    unknown = replace(story(), now=measured(0)[1:])
    assert "How the last forecasts came" not in generate(unknown).text


def test_a_drawing_is_named_after_what_it_shows() -> None:
    names = [each.name for each in generate(story()).assets]
    assert all(f"![[{name}]]" in generate(story()).text for name in names)
    other = [each.name for each in generate(with_values(story(), "cash.runway", Value(Decimal(7)))).assets]
    assert (names[0] != other[0], names[1] == other[1]) == (True, True)


def test_an_average_needs_every_period_before() -> None:
    gap = (*story().earlier[:3], (Measured(CASH, SUNDAY, missing="There were no books."),))
    text = generate(replace(story(), earlier=gap)).text
    assert "| 58,200.12 | ▲ better | – | 57,100.00 | – |" in text


@pytest.mark.parametrize(
    ("amount", "trend"), [("57100.00", "= same"), ("57100.004", "= same"), ("57000.00", "▼ worse")]
)
def test_a_trend_is_said_in_words(amount: str, trend: str) -> None:
    assert f" | {trend} | – | 57,100.00 |" in generate(with_values(story(), CASH.key, money(amount))).text


@pytest.mark.parametrize(
    ("day", "kind", "start", "end", "note", "title"),
    [
        ("2026-11-23", "week", "2026-11-16", "2026-11-22", "2026-11-23-ceo-briefing", "week 47"),
        ("2026-11-29", "week", "2026-11-16", "2026-11-22", "2026-11-23-ceo-briefing", "week 47"),
        ("2027-01-04", "week", "2026-12-28", "2027-01-03", "2027-01-04-ceo-briefing", "week 53"),
        ("2026-12-01", "month", "2026-11-01", "2026-11-30", "2026-12-01-monthly-briefing", "month 2026-11"),
        ("2026-03-31", "month", "2026-02-01", "2026-02-28", "2026-03-01-monthly-briefing", "month 2026-02"),
        ("2027-02-11", "quarter", "2026-10-01", "2026-12-31", "2027-01-01-quarterly-briefing", "quarter 4 of 2026"),
    ],
)
def test_a_period_is_the_newest_that_is_over(
    day: str, kind: PeriodKind, start: str, end: str, note: str, title: str
) -> None:
    found = period_before(date.fromisoformat(day), kind)
    assert (str(found.start), str(found.end), found.note, found.title) == (start, end, note, title)


def test_periods_before_go_back_one_by_one() -> None:
    quarter = period_before(date(2026, 5, 1), "quarter")
    assert [str(quarter.earlier(at).end) for at in range(5)] == [
        "2026-03-31",
        "2025-12-31",
        "2025-09-30",
        "2025-06-30",
        "2025-03-31",
    ]


def test_months_and_quarters_have_a_briefing_of_their_own() -> None:
    month = Period("month", date(2026, 11, 1), date(2026, 11, 30))
    text = generate(replace(story(), period=month)).text
    assert "# Briefing of the month, month 2026-11" in text
    assert "| | now | | plan | month before | 4-month average |" in text


def test_a_source_that_was_never_there_is_shown_as_missing_and_rings_no_alarm() -> None:
    known = replace(story(), sources=(SourceState("bank", "no movements of a bank are in the books", missing=True),))
    briefing = generate(known)
    assert "| bank | no movements of a bank are in the books (**missing**) |" in briefing.text
    assert '"bank: missing"' in briefing.text or "[bank: missing]" in briefing.text
    assert not any("bank" in each for each in briefing.alarms)
    assert PACE.key not in {source.key for source in briefing.figures}
