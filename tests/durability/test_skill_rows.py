"""Which trees of skills are accepted, as the journal keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.journal import Journal
from agents.durability.skill_rows import (
    AcceptedSkill,
    accept_skill,
    accepted_skills,
    first_acceptance_is_due,
    forget_skill,
    note_first_acceptance,
)
from tests.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

ONE = AcceptedSkill("file-it", "d1", ("newsletter", "spam"), "a newsletter", {"SKILL.md": "- ab"})


def test_a_tree_is_accepted_replaced_and_forgotten(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    other = AcceptedSkill("file-it", "d2", (), "", {})
    with journal.begin() as sql:
        assert accepted_skills(sql) == {}
        accept_skill(sql, ONE, NOON, "as it came")
        assert accepted_skills(sql) == {"file-it": ONE}
        accept_skill(sql, other, NOON, "by command")
        assert accepted_skills(sql) == {"file-it": other}
        forget_skill(sql, "file-it")
        assert accepted_skills(sql) == {}
    journal.close()


def test_skills_are_taken_as_they_come_once_and_a_journal_that_begins_anew_still_knows(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        assert first_acceptance_is_due(sql)
        accept_skill(sql, ONE, NOON, "as it came")
        note_first_acceptance(sql, NOON)
        assert not first_acceptance_is_due(sql)
    journal.begin_anew(tmp_path / "kept.sqlite", {})
    with journal.begin() as sql:
        assert not first_acceptance_is_due(sql)
        assert accepted_skills(sql) == {"file-it": ONE}
    journal.close()
