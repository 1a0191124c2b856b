"""The note behind a figure shows its rows, never more than it should, and nothing that outside text could do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from agents.connectors.book_figures import SourceRow
from agents.insight.drill_down import MAX_ROWS, drill_down, note_name, note_of
from agents.insight.financial_analyzer import METRICS
from agents.insight.measured import Measured, Metric, Value
from agents.vault.note import Note, read_note
from tests.insight.company_room import ON, day

METRIC = Metric("receivables.days_late", "How late customers pay", "days", "pay day − due day", "the books", "less")
HOSTILE = "Evil | [[Company_Handbook]] `x` <% tp %> ![](https://evil.example) \n# head"
ROW = SourceRow(day("11-20"), "Accounting/2026/2026-11.beancount:41", HOSTILE, Decimal("1130.50"), "EUR")
FOUND = Measured(METRIC, ON, (Value(Decimal("4.1")), Value(Decimal("14.6"), "", HOSTILE)), (ROW,))


def test_the_note_says_what_how_from_where_and_the_rows() -> None:
    text = drill_down(FOUND)
    note = read_note(text)
    assert isinstance(note, Note)
    assert note.properties["type"] == "figure"
    assert note.properties["metric"] == "receivables.days_late"
    assert "# How late customers pay, 2026-11-27" in text
    assert "| in all | 4.1 days |" in text
    assert "**How:** pay day − due day. **From:** the books." in text
    assert "1,130.50 EUR | `Accounting/2026/2026-11.beancount:41` |" in text
    assert drill_down(FOUND) == text


def test_text_from_outside_stays_in_its_cell() -> None:
    text = drill_down(FOUND)
    plain = drill_down(
        replace(
            FOUND, values=(FOUND.values[0], replace(FOUND.values[1], label="Acme")), rows=(replace(ROW, said="Acme"),)
        )
    )
    assert [line.count("|") for line in text.split("\n")] == [line.count("|") for line in plain.split("\n")]
    assert "<%" not in text
    assert "\n# head" not in text


def test_of_very_many_rows_the_newest_stand_there_and_the_rest_is_summed_by_currency() -> None:
    rows = [replace(ROW, day=day("11-01"), said=f"row {at}", amount=Decimal("1.01")) for at in range(MAX_ROWS)]
    old = [replace(ROW, day=day("10-01"), amount=Decimal("0.50"), currency=each) for each in ("EUR", "EUR", "CHF", "")]
    text = drill_down(replace(FOUND, rows=(*old, *rows)))
    assert f"## Rows behind it ({MAX_ROWS + 4})" in text
    assert text.count("1.01 EUR") == MAX_ROWS
    assert text.endswith(
        "| older | 1 more rows, together | 0.50 | |\n"
        "| older | 1 more rows, together | 0.50 CHF | |\n"
        "| older | 2 more rows, together | 1.00 EUR | |\n"
    )


def test_what_is_missing_or_old_is_said() -> None:
    missing = drill_down(Measured(METRIC, ON, missing="No invoice was paid within a year."))
    assert "Not known: `No invoice was paid within a year.`" in missing
    assert "Rows behind it" not in missing
    stale = drill_down(replace(FOUND, stale="The bank is old.", rows=()))
    assert "> [!warning] This may be old: `The bank is old.`\n\n| what |" in stale
    assert "\nNone.\n" in stale


def test_the_name_of_each_note_is_there_once() -> None:
    names = {note_name(each, on) for each in METRICS for on in (ON, day("11-20"))}
    assert len(names) == 2 * len(METRICS)
    assert note_of(METRIC, ON) == "Briefings/2026-11-27-figures/2026-11-27-figure-receivables-days-late.md"
