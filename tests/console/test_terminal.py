"""Colours are for a person at a terminal who wants them, and for nobody else."""

from __future__ import annotations

import io
import sys

import pytest

from agents.console.terminal import WIPED, say, working, yellow


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


both = pytest.mark.parametrize("kind", [io.StringIO, Terminal])


def printed_to(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the command line prints goes there, from now on."""
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


@both
def test_a_terminal_has_colours_and_a_file_has_none(kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    stream = printed_to(kind(), monkeypatch)
    say(yellow("look"))
    assert stream.getvalue() == ("\x1b[33mlook\x1b[0m\n" if stream.isatty() else "look\n")


@both
def test_who_wants_no_colours_gets_none(kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch) -> None:
    stream = printed_to(kind(), monkeypatch)
    say(yellow("look"))
    assert stream.getvalue() == "look\n"


@both
def test_only_at_a_terminal_something_stands_there_while_it_works(
    kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = printed_to(kind(), monkeypatch)
    with working("Looking"):
        during = stream.getvalue()
    assert ("Looking" in during) is stream.isatty()
    assert stream.getvalue().endswith(WIPED) is stream.isatty()
