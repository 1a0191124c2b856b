"""What opens the file of passwords comes from a setting, or from systemd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.settings import Settings, chosen_passphrase

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_passphrase_comes_from_the_setting_before_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("AI_EMPLOYEE_PASSPHRASE", raising=False)
    assert chosen_passphrase(Settings()) is None
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert chosen_passphrase(Settings()) is None
    handed = tmp_path / "ai-employee-passphrase"
    handed.write_text("tulip field 4\n", encoding="utf-8")
    assert chosen_passphrase(Settings()) == "tulip field 4"
    handed.write_text("\n", encoding="utf-8")
    assert chosen_passphrase(Settings()) is None
    monkeypatch.setenv("AI_EMPLOYEE_PASSPHRASE", "correct horse")
    assert chosen_passphrase(Settings()) == "correct horse"
    assert "horse" not in repr(Settings())
    monkeypatch.setenv("AI_EMPLOYEE_PASSPHRASE", "")
    assert chosen_passphrase(Settings()) is None
