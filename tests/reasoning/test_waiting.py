"""What a script may wait for, and what must hold when it ends: through the wire into typed moves."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from agents.reasoning.brain import Condition, Finish, WaitUntil
from agents.reasoning.playbook import PlaybookBrain
from tests.reasoning.builders import facts, mail, question

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.reasoning.brain import Decision


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The owner's days begin at 23:00 UTC in winter, at 22:00 in summer."""
    monkeypatch.setitem(os.environ, "TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def decided(tmp_path: Path, move: str) -> Decision:
    """What a brain makes of this one move of a script."""
    folder = tmp_path / "odd"
    (folder / "scripts").mkdir(parents=True)
    head = "---\nname: odd\ndescription: x\nmetadata:\n  category: complaint\n---\n"
    (folder / "SKILL.md").write_text(head, encoding="utf-8")
    answer = f'{{"objective": "o", "done_when": "d", "moves": [{move}]}}'
    script = f"import sys\nsys.stdout.write({answer!r})\n"
    (folder / "scripts" / "playbook.py").write_text(script, encoding="utf-8")
    return PlaybookBrain(tmp_path, {}).decide(mail("I am disappointed and unhappy.", subject=""), (), facts())


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ('"2026-12-10"', datetime(2026, 12, 9, 23, tzinfo=UTC)),
        ('"2026-07-10"', datetime(2026, 7, 9, 22, tzinfo=UTC)),
        ('"2026-12-10T08:30:00"', datetime(2026, 12, 10, 7, 30, tzinfo=UTC)),
        ('"2026-12-10T08:30:00-05:00"', datetime(2026, 12, 10, 13, 30, tzinfo=UTC)),
        ("null", None),
    ],
)
def test_a_day_is_the_owners_and_a_time_with_a_zone_is_what_it_says(
    tmp_path: Path, until: str, moment: datetime | None
) -> None:
    conditions = '[{"kind": "paid", "about": "INV-2026-0001"}, {"kind": "reply"}, {"kind": "done", "about": "send"}]'
    move = f'{{"kind": "wait", "key": "w", "why": "money", "until": {until}, "conditions": {conditions}}}'
    (wait,) = decided(tmp_path, move).moves
    expected = (Condition("paid", "INV-2026-0001"), Condition("reply", ""), Condition("done", "send"))
    assert wait == WaitUntil("w", "money", moment, expected)


def test_a_finish_says_what_must_hold(tmp_path: Path) -> None:
    holds = '[{"kind": "done", "about": "send"}]'
    (end,) = decided(tmp_path, f'{{"kind": "finish", "summary": "sent", "holds": {holds}}}').moves
    assert end == Finish("sent", (Condition("done", "send"),))


@pytest.mark.parametrize(
    "move",
    [
        '{"kind": "wait", "key": "w", "why": "for ever"}',
        '{"kind": "wait", "key": "w", "why": "x", "until": "soon"}',
        '{"kind": "wait", "key": "w", "why": "x", "until": "2026-02-30"}',
        '{"kind": "wait", "key": "w", "why": "x", "until": 1764547200}',
        '{"kind": "wait", "key": "w", "why": "x", "conditions": [{"kind": "paid"}]}',
        '{"kind": "wait", "key": "w", "why": "x", "conditions": [{"kind": "paid", "about": "the bill"}]}',
        '{"kind": "wait", "key": "w", "why": "x", "conditions": [{"kind": "reply", "about": "anybody"}]}',
        '{"kind": "wait", "key": "w", "why": "x", "conditions": [{"kind": "rain", "about": ""}]}',
        '{"kind": "finish", "summary": "x", "holds": [{"kind": "done", "about": ""}]}',
    ],
)
def test_a_wait_that_cannot_end_or_looks_at_nothing_is_a_question(tmp_path: Path, move: str) -> None:
    decision = decided(tmp_path, move)
    assert decision.rule == "abstain"
    assert "cannot be used" in question(decision).question
