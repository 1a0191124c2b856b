"""How people say it: a growing collection. A mail that was misread is added here first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.reasoning.triage import classify
from tests.reasoning.builders import mail

SAYINGS = json.loads(Path(__file__).with_name("sayings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying["text"][:40])
def test_it_is_understood_as_a_person_would(saying: dict[str, str]) -> None:
    found = classify(mail(saying["text"], subject=saying["subject"], sender_name="Kim"), ()).category
    unwanted = saying["kind"].removeprefix("no ")
    assert (found != unwanted) if saying["kind"].startswith("no ") else (found == saying["kind"])
