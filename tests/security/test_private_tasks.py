"""A note that tells of a private task is withheld, whatever kind of task it is."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from agents.security.private_notes import PrivacyRules
from agents.security.private_tasks import is_withheld
from agents.vault.layout import TASK_KINDS, note_id
from agents.vault.note import Note, read_note
from watchers.contract import Kind


def test_every_kind_of_event_becomes_a_task_of_a_known_name() -> None:
    assert set(TASK_KINDS) == set(get_args(Kind))


@pytest.mark.parametrize("kind", TASK_KINDS)
def test_a_plan_of_a_private_task_is_withheld_and_of_another_one_is_not(kind: str) -> None:
    task = note_id(date(2026, 11, 23), kind, "somewhere", "1")
    plan = read_note(f"# Plan\n\nFor [[{task}]].\n")
    assert isinstance(plan, Note)
    assert is_withheld("Plans/plan.md", plan, PrivacyRules(), lambda name: name == task)
    assert not is_withheld("Plans/plan.md", plan, PrivacyRules(), lambda _name: False)
