"""Promises about the table of jobs: good rows count, bad ones are named with their line and what to write instead."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.durability.due_times import MACHINE_ZONE, Cron
from agents.durability.schedule_table import IfMissed, Schedule, read_schedule, read_schedule_note
from agents.vault.files import MISSING
from agents.vault.note import Problem

HEADER = "| job | when | time zone | if missed | what |\n| --- | --- | --- | --- | --- |\n"
TEMPLATE = Path(__file__).resolve().parents[2] / "vault_template" / "vault"


def rows(*lines: str) -> Schedule:
    return read_schedule(HEADER + "".join(f"{line}\n" for line in lines))


def test_a_row_is_a_job() -> None:
    (job,) = rows("| Letter | every  Monday 07:00 | Europe/Berlin | Within 2 Hours | Write to  Acme |").jobs
    assert (job.name, job.says, job.what, job.built_in) == ("Letter", "every Monday 07:00", "Write to Acme", "")
    assert (job.when, job.zone, job.zone_name) == (Cron("0 7 * * 1"), ZoneInfo("Europe/Berlin"), "Europe/Berlin")
    assert (job.if_missed, job.policy) == (IfMissed("within", 7_200), "within 2 hours")


def test_an_empty_zone_is_the_machines_and_an_empty_policy_is_once() -> None:
    (job,) = rows("| check | daily 07:00 | | | `verify` |").jobs
    assert (job.zone, job.if_missed, job.built_in) == (MACHINE_ZONE, IfMissed("once"), "verify")


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("skip", IfMissed("skip")),
        ("all", IfMissed("all")),
        ("within 30 minutes", IfMissed("within", 1_800)),
        ("within 3 days", IfMissed("within", 259_200)),
        ("within 2h", IfMissed("within", 7_200)),
    ],
)
def test_what_becomes_of_missed_runs_is_the_owners_word(words: str, policy: IfMissed) -> None:
    (job,) = rows(f"| a | daily 07:00 | | {words} | do it |").jobs
    assert job.if_missed == policy


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("| | daily 07:00 | | | x |", "a job needs a name"),
        ("| - | daily 07:00 | | | x |", "a job needs a name"),
        (f"| {'a' * 61} | daily 07:00 | | | x |", "at most 60 characters"),
        ("| a | daily 07:00 | | | |", "`what` is empty"),
        (
            "| a | daily 07:00 | | | `dance` |",
            "there is no built-in job 'dance'; there are `verify`, `tidy`, `audit` and `briefing`",
        ),
        ("| a | daily 07:00 | | all | `verify` |", "`verify` looks at what is now"),
        ("| a | soon | | | x |", "'soon' is no time that can be read; write for example `every Monday 07:00`"),
        ("| a | | | | x |", "'' is no time that can be read"),
        ("| a | daily 07:00 | Europe/Atlantis | | x |", "the time zone 'Europe/Atlantis' is not known"),
        ("| a | daily 07:00 | ../../etc | | x |", "the time zone '../../etc' is not known"),
        ("| a | daily 07:00 | Europe | | x |", "the time zone 'Europe' is not known"),
        ("| a | daily 07:00 | | never | x |", "`if missed` is 'never'"),
        ("| a | daily 07:00 | | within 0 days | x |", "`if missed` is 'within 0 days'"),
        ("| a | daily 07:00 | | x |", "the row has 4 cells, its table has 5 columns"),
        ("| GOOD | daily 08:00 | | | again |", "a job of this name stands above"),
    ],
)
def test_a_bad_row_is_named_and_the_good_one_counts(row: str, words: str) -> None:
    schedule = rows("| good | daily 07:00 | | | do it |", row)
    assert [job.name for job in schedule.jobs] == ["good"]
    (problem,) = schedule.problems
    assert problem.line == 4
    assert words in problem.message


def test_a_table_without_time_or_request_is_named_once() -> None:
    (problem,) = read_schedule("# Jobs\n| job | what |\n| --- | --- |\n| a | b |\n| c | d |\n").problems
    assert (problem.line, problem.message) == (2, "the table of jobs needs a column `when`")
    (problem,) = read_schedule("| job | cron |\n| --- | --- |\n| a | 0 7 * * * |\n").problems
    assert problem.message == "the table of jobs needs a column `what`"


def test_a_column_named_cron_and_several_tables_are_fine_and_other_tables_are_the_owners_own() -> None:
    text = "| job | cron | what |\n| --- | --- | --- |\n| a | 0 7 * * * | x |\n\n| colour |\n| --- |\n| red |\n\n"
    assert [job.name for job in read_schedule(f"{text}{HEADER}| b | daily 09:00 | | | y |\n").jobs] == ["a", "b"]
    assert read_schedule(text).problems == ()


def test_only_what_decides_when_it_is_due_makes_it_another_job() -> None:
    def definition(row: str) -> str:
        (job,) = rows(row).jobs
        return job.definition

    same = definition("| a | daily 07:00 | | | x |")
    assert definition("| a | every day at 7:00 | | skip | y |") == same
    assert definition("| a | daily 07:01 | | | x |") != same
    assert definition("| a | daily 07:00 | Europe/Berlin | | x |") != same


@given(st.text(st.sampled_from("| \n-abcé`:0179*/[]"), max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    assert isinstance(read_schedule(HEADER + text), Schedule)


def test_the_note_of_a_new_vault_holds_a_check_an_audit_and_a_briefing_every_week() -> None:
    schedule = read_schedule_note(TEMPLATE)
    assert isinstance(schedule, Schedule)
    assert schedule.problems == ()
    monday = Cron("0 7 * * 1")
    assert [(job.built_in, job.when) for job in schedule.jobs] == [
        ("verify", monday),
        ("audit", Cron("30 6 * * 1")),
        ("briefing", monday),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"| \xff |\n", "this is not UTF-8 text"),
        (b"---\na: *b\n---\n", "anchors"),
        (b"<<<<<<< mine\nx\n=======\ny\n>>>>>>> theirs\n", "two versions"),
    ],
)
def test_a_note_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, message: str) -> None:
    assert read_schedule_note(tmp_path) == MISSING
    (tmp_path / "Schedules.md").write_bytes(content)
    found = read_schedule_note(tmp_path)
    assert isinstance(found, Problem)
    assert found.line > 0
    assert message in found.message
