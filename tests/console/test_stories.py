"""The log in plain words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

from agents.console.stories import WORDS, story
from agents.durability.run_rows import State
from agents.security.audit_logger import Fact, Moment, chain

ROOT = Path(__file__).resolve().parents[2]


def recorded_types() -> set[str]:
    """The action types of all events that any room records."""
    found = set()
    for path in [*ROOT.glob("agents/**/*.py"), *ROOT.glob("watchers/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fact"
            if named and isinstance(node, ast.Call) and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                found.add(str(node.args[1].value))
    return found


def test_every_event_that_is_recorded_has_a_sentence_of_its_own() -> None:
    assert recorded_types() - set(WORDS) == set()


def test_every_end_of_a_scheduled_run_has_a_sentence_of_its_own() -> None:
    sentences = {WORDS[f"schedule.{state}"] for state in get_args(State)}
    assert len(sentences) == len(get_args(State))


def test_an_event_nobody_knows_is_still_told() -> None:
    link = chain(
        None, Fact("runner", "moon.landed", "apollo"), Moment("2026-11-23T10:00:00+00:00", 1.0), "", "2026-11-23"
    )
    assert "moon.landed apollo" in story(link)


def test_braces_in_an_id_are_no_template() -> None:
    link = chain(
        None, Fact("runner", "task.filed", "{target}"), Moment("2026-11-23T10:00:00+00:00", 1.0), "", "2026-11-23"
    )
    assert "filed {target}" in story(link)
