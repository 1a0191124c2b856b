"""Words from outside in a line of live markdown never act."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.vault.neutralize import visible
from agents.vault.plain import plain

ACTING = re.compile(r"(?<!\\)(?:\\\\)*(?:[`*_\[\]<>|#~$^]|%%|==|\{\{|\}\}|<%|%>|!\[|&#?\w{1,32};|://)")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Acme Ltd", "Acme Ltd"),
        ("1,130.50 EUR", "1,130.50 EUR"),
        ("-5.00", "-5.00"),
        ("[[link]] ![[x]]", r"\[\[link\]\] \!\[\[x\]\]"),
        ("a\n# b", r"a \# b"),
        ("<% x %> {{y}}", r"\<\% x \%\> \{\{y\}\}"),
        ("https://evil.example", r"https\://evil.example"),
        ("obsidian://run", r"obsidian\://run"),
        ("WWW.evil.example", r"WWW\.evil.example"),
        ("R&D &lt;b&gt;", r"R&D \&lt;b\&gt;"),
        ("19 % = 1.00, {a} and 5%", "19 % = 1.00, {a} and 5%"),
        ("==a== %%b%% {{{", r"\=\=a\=\= \%\%b\%\% \{\{\{"),
        ("yes! ![[x]]", r"yes! \!\[\[x\]\]"),
        ("- [ ] task", r"\- \[ \] task"),
        ("+ item", r"\+ item"),
        ("12. item", r"12\. item"),
        ("3) item", r"3\) item"),
        ("---", r"\---"),
        ("a - b 1. c", "a - b 1. c"),
        (r"\*", r"\\\*"),
        ("\u202eabc\u200b", "⟨U+202E⟩abc⟨U+200B⟩"),
        ("", ""),
    ],
)
def test_what_would_act_is_escaped_and_the_rest_reads_as_it_was(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_nothing_acts_in_any_text(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    assert not ACTING.search(shown)
    assert not re.match(r"([-+]|\d{1,9}[.)])(\s|$)|--", shown)
    assert re.sub(r"\\(.)", r"\1", shown) == " ".join(visible(text).split())[:300] or len(shown) >= 300


def test_long_words_are_cut_visibly() -> None:
    assert plain("x" * 20, max_chars=10) == "x" * 9 + "…"
