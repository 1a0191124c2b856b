"""What the fence around a skill's script lets pass and what it refuses, event by event."""

from __future__ import annotations

import os

import pytest

from agents.reasoning.script_launcher import refuse

Event = tuple[str, tuple[object, ...]]
WRITES = os.O_WRONLY | os.O_CREAT
PASSES: tuple[Event, ...] = (
    ("open", ("rates.json", "r", os.O_RDONLY | os.O_CLOEXEC)),
    ("open", ("rates.json", None, os.O_RDONLY)),
    ("import", ("json", None, None, None, None)),
    ("object.__setattr__", (refuse, "__name__", "other")),
    ("compile", (None, "<string>")),
)
REFUSED: tuple[Event, ...] = (
    ("open", ("note.md", "w", WRITES)),
    ("open", ("note.md", "a", os.O_RDONLY)),
    ("open", ("note.md", "r+", os.O_RDONLY)),
    ("open", ("note.md", None, WRITES)),
    ("open", ("note.md", None, os.O_RDWR)),
    ("open", ("note.md", None, os.O_TRUNC)),
    ("import", ("ctypes", None, None, None, None)),
    ("import", ("_posixsubprocess", None, None, None, None)),
    ("object.__setattr__", (refuse, "__code__", None)),
    ("os.rename", ("a", "b", -1, -1)),
    ("subprocess.Popen", ("sh", [], None, None)),
    ("an event of a later Python", ()),
)


@pytest.mark.parametrize(("event", "arguments"), PASSES)
def test_what_a_pure_script_needs_passes(event: str, arguments: tuple[object, ...]) -> None:
    refuse(event, arguments)


@pytest.mark.parametrize(("event", "arguments"), REFUSED)
def test_everything_else_is_refused_by_name(event: str, arguments: tuple[object, ...]) -> None:
    named = f"import {arguments[0]}" if event == "import" else event
    with pytest.raises(PermissionError, match=f"a skill script may not do this: {named}"):
        refuse(event, arguments)
