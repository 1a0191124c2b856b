"""What goes wrong is told without a secret in it."""

from __future__ import annotations

import pytest

from agents.console.entering import crash_told, told_plainly
from agents.errors import NeedsOwner

WORDS = "the server says: password: hunter2"


def test_an_error_of_ours_is_a_sentence_and_a_hint_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), told_plainly():
        raise NeedsOwner(WORDS, hint="Do not use hunter2; the PIN: 48213 is old.")
    said = capsys.readouterr().err
    assert said.startswith("the server says: password: ⟨secret: password, 7 characters⟩\n")
    assert "48213" not in said


def test_a_crash_is_told_with_its_place_and_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="hunter2") as caught:
        raise ValueError(WORDS)
    crash_told(caught.type, caught.value, caught.tb)
    said = capsys.readouterr().err
    assert "test_entering.py" in said
    assert "hunter2" not in said
