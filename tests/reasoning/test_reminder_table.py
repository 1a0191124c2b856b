"""The owner's table of reminders: stages by day, letter and customer; a bad row stops those it belongs to."""

from __future__ import annotations

from datetime import date

import pytest

from agents.reasoning.brain import ReminderStage
from agents.reasoning.owner_files import read_owner_files
from agents.reasoning.reminder_table import stages_for

HEAD = "## Payment reminders\n\n| days | letter | customer |\n| --- | --- | --- |\n"


def read(rows: str, before: str = "") -> tuple[tuple[ReminderStage, ...], list[tuple[int, str]]]:
    """The stages, and the line and words of each bad row; the first row is on line 5."""
    files = read_owner_files(f"{HEAD}{rows}\n\n{before}", "", date(2026, 11, 23))
    return files.facts.handbook.reminders, [(each.line, each.message) for each in files.problems]


def test_stages_come_in_the_order_of_their_days_whatever_the_order_of_rows() -> None:
    rows = "| 30 | last | |\n| -3 | Notice | |\n| 45 | ask me | |\n| 3 | friendly | |\n| +14 | firm | |"
    stages, bad = read(rows)
    assert bad == []
    assert [(each.days, each.letter) for each in stages] == [
        *((-3, "notice"), (3, "friendly"), (14, "firm"), (30, "last"), (45, "ask me"))
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("| soon | firm | |", "'soon' are no days after the due date"),
        ("| 366 | firm | |", "'366' are no days"),
        ("| 14 | angry | |", "the letter 'angry' is none of notice, friendly, firm, last, ask me"),
        ("| 0 | firm | |", "a notice comes days before the due date"),
        ("| -1 | firm | |", "a notice comes days before the due date"),
        ("| 14 | notice | |", "a notice comes days before the due date"),
        ("| 3 | firm | |", "'firm' cannot follow 'friendly' of 3 days"),
        ("| 2 | firm | |", "'friendly' cannot follow 'firm' of 2 days"),
        ("| none | none | |", "'none' are no days"),
    ],
)
def test_a_bad_row_is_named_and_nobody_is_reminded_by_the_rows_it_belongs_to(row: str, why: str) -> None:
    own = ReminderStage(9, "friendly", "Slow Ltd")
    stages, bad = read(f"| 3 | friendly | |\n{row}\n| 9 | friendly | Slow Ltd |")
    assert stages == (own,)
    assert [line for line, _ in bad] == ([5] if "follow 'firm'" in why else [6])
    assert why in bad[0][1]
    assert "nobody is reminded by these rows" in bad[0][1]


@pytest.mark.parametrize("row", ["| 20 | ask me | |", "| 50 | friendly | |"])
def test_the_question_is_the_end_and_comes_once(row: str) -> None:
    stages, bad = read(f"| 3 | friendly | |\n| 45 | ask me | |\n{row}")
    assert stages == ()
    assert "cannot follow 'ask me'" in bad[0][1]


def test_a_letter_may_come_twice_but_a_notice_may_not() -> None:
    assert [each.days for each in read("| 3 | friendly | |\n| 10 | friendly | |")[0]] == [3, 10]
    assert read("| -9 | notice | |\n| -3 | notice | |")[0] == ()


def test_a_customer_is_meant_by_the_whole_name_and_may_be_left_in_peace() -> None:
    stages, bad = read("| 3 | friendly | |\n| 12 | friendly | Müller  GmbH |\n| none | none | Old Friend |")
    assert bad == []
    assert [each.days for each in stages_for(stages, "mueller gmbh")] == [12]
    assert [each.days for each in stages_for(stages, "Müller")] == [3]
    assert stages_for(stages, "OLD FRIEND") == ()
    both, _ = read("| none | none | Old Friend |\n| 3 | friendly | Old Friend |")
    assert stages_for(both, "Old Friend") == ()


def test_the_table_counts_and_the_short_form_beside_it_is_named() -> None:
    money = "## Money\n\n| what | value |\n| --- | --- |\n| payment reminders | 5 |\n"
    stages, bad = read("| 3 | friendly | |", money)
    assert [each.days for each in stages] == [3]
    assert [words for _, words in bad] == [
        "the table `Payment reminders` says when to remind; this row does not count beside it"
    ]
    assert read("| x | friendly | |", money)[0] == ()


def test_a_table_without_the_columns_is_named() -> None:
    text = "## Payment reminders\n\n| when | what |\n| --- | --- |\n| 3 | friendly |\n"
    files = read_owner_files(text, "", date(2026, 11, 23))
    assert files.facts.handbook.reminders == ()
    assert "has the columns `days` and `letter`" in files.problems[0].message


def test_a_bad_row_of_a_customer_leaves_them_in_peace() -> None:
    stages, bad = read("| 3 | friendly | |\n| nonee | none | An Old Friend |")
    assert [line for line, _ in bad] == [6]
    assert stages_for(stages, "An Old Friend") == ()
    assert [each.days for each in stages_for(stages, "Another")] == [3]
