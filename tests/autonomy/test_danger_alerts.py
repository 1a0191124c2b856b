"""A danger is told once when a run starts, told again when it came back, and looking costs nothing without a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.danger_alerts import Dangers, look_again, tell_dangers
from agents.security.findings import Finding, Grade

if TYPE_CHECKING:
    from tests.autonomy.house import House

OPEN = Finding("files", Grade.DANGER, "keys are open", "Others can sign.", "chmod", "keys/signing-key `![[x]]`")
SCRIPT = Finding("plugins", Grade.DANGER, "Dataview: JavaScript on", "Text could run.", "Turn it off.")
MILD = Finding("plugins", Grade.LOOK, "Buttons")


def alerts(house: House) -> list[str]:
    """What the alerts in the vault say."""
    found = sorted((house.vault / "Needs_Action").glob("*-alert-*.md"))
    return [each.read_text(encoding="utf-8").partition("# ")[2] for each in found]


def start(house: House, stamp: str, *found: Finding) -> None:
    """What a run does at its start."""
    tell_dangers(house.recorder, look_again(house.recorder.journal, stamp, lambda: found))


def test_a_danger_is_told_once_with_why_and_what_to_do_and_nothing_in_it_acts(house: House) -> None:
    start(house, "1", OPEN, MILD)
    start(house, "2", OPEN, MILD)
    (told,) = alerts(house)
    assert told.startswith("Danger: keys are open\n")
    assert "Others can sign.\n\nWhat to do: chmod\n\nFound: `keys/signing-key" in told
    assert "`![[x]]`" not in told


def test_a_new_one_beside_it_is_told_alone(house: House) -> None:
    start(house, "1", OPEN)
    start(house, "2", OPEN, SCRIPT)
    assert len(alerts(house)) == 2


def test_one_that_went_and_came_back_is_told_again(house: House) -> None:
    start(house, "1", OPEN)
    start(house, "2")
    start(house, "3", OPEN)
    assert len(alerts(house)) == 2


def test_nothing_is_looked_at_while_nothing_changed(house: House) -> None:
    start(house, "1", OPEN)

    def never() -> list[Finding]:
        pytest.fail("it looked")

    assert look_again(house.recorder.journal, "1", never) is None
    tell_dangers(house.recorder, None)


def test_looking_alone_tells_nothing_and_keeps_nothing(house: House) -> None:
    for _ in range(2):
        assert look_again(house.recorder.journal, "1", lambda: [OPEN, MILD]) == Dangers("1", (OPEN,))
    assert alerts(house) == []
