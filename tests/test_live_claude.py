"""`make live NAME=claude` asks one tiny question and tells what it cost; here the stand-in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import live_claude
from tests.standins.messages_server import KEY, Fails, MessagesServer, Says, text

if TYPE_CHECKING:
    import pytest


def test_the_one_question_is_asked_and_its_price_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with MessagesServer(script=[Says(text("yes")), Fails(401)]) as server:
        monkeypatch.setenv("AI_EMPLOYEE_MODEL_URL", server.address)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        assert live_claude.main() == 0
        told = capsys.readouterr().out
        assert "'yes', end_turn" in told
        assert "USD by the prices of the settings" in told
        assert live_claude.main() == 1
    assert "refuses the key" in capsys.readouterr().err
    assert len(server.messages[0].body) < 1500
    assert KEY not in told
