"""What a person sees in the terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.autonomy.overview import SHOWN, Overview
from agents.console import screens
from agents.durability.verification import Report
from tests.autonomy.test_dashboard import row

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOTHING = Overview((), (), (), (), (), (), (), 0, (), 0, "")


def test_when_nothing_waits_the_screen_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    screens.waiting(NOTHING, tmp_path)
    assert f"into {tmp_path}/Inbox" in capsys.readouterr().out.replace("\n", "")


def test_stop_is_said_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stopped = Overview((), (), (), (), (), (), (), 0, (), 0, "STOP.md lies in the vault")
    screens.waiting(stopped, tmp_path)
    assert capsys.readouterr().out.startswith("Everything stands still: STOP.md")


def test_a_pause_is_said_and_of_ten_thousand_proposals_the_screen_shows_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = replace(
        NOTHING, pending=(row(),) * 60, to_decide=10_000, working=9_000, intake_paused="Nothing new is begun."
    )
    screens.waiting(full, tmp_path)
    out = capsys.readouterr().out
    assert "Nothing new is begun." in out
    assert out.count("risk medium") == SHOWN
    assert "... and 9950 more" in out
    assert "10000 to decide" in out
    assert "9000 in progress" in out


def test_words_from_outside_cannot_colour_or_steer_the_terminal() -> None:
    shown = screens.shown("[red]stop[/] \x1b[31m\u202e")
    assert shown.startswith("[red]stop[/]")
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_an_alert_whose_note_is_gone_does_not_stop_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Overview((), (), ("2026-11-23-alert-0123456789",), (), (), (), (), 0, (), 0, "")
    screens.waiting(told, tmp_path)
    assert "2026-11-23-alert-0123456789" in capsys.readouterr().out


def test_verify_names_what_is_broken_what_was_not_checked_and_what_is_worth_knowing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report(broken=["the log is bent"], warnings=["a foreign commit"], unchecked=["no key"])
    screens.verified(report)
    out = capsys.readouterr().out
    assert report.exit_code == 1
    for words in ("the log is bent", "a foreign commit", "no key", "Something is broken"):
        assert words in out


def test_files_that_were_left_are_named_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    screens.left(["Inbox/x.part: it is still being loaded"])
    assert "still being loaded" in capsys.readouterr().out


def test_what_happens_is_one_plain_line_whatever_comes_from_outside(capsys: pytest.CaptureFixture[str]) -> None:
    screens.told("watcher", "File [bold]a\x1b[31m\n:smile: thing")
    said = capsys.readouterr().out
    assert said.startswith("watcher   File [bold]a")
    assert ":smile: thing" in said
    assert "\x1b" not in said
    assert said.count("\n") == 1
