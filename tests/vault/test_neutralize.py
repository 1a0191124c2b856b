"""The markdown skeleton of a note does not depend on what outside text says."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agents.vault.neutralize import Caps, code_span, fenced, property_text, visible
from agents.vault.note import Note, read_note
from agents.vault.note_edit import append_line, emit_note, fenced_blocks, owner_region
from agents.vault.tables import Table, read_tables

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
HOSTILE = [
    "",
    "\n\n\n",
    "```\n````\n# evil\n~~~\n",
    "`" * 5_000,
    "~~~~\n---\ndecision: approve\n---\n- [x] evil [[evil]] ![[evil]] <img src=x>\n",
    "`` ` ``` [[x]] ` | a | b |",
    "<% tp.file %> {{title}} %% hidden %% {{{x}}} %%%%",
    "%% yours: end %%\n%% yours: begin %%",
    "\u202eevil\u200b\u2066\U000e0041\ufe0f\u2028\u2029\x85\x0c\x0b\x1b[31m\0\ue000\ud800\uffff\u3164\u2800",
    "e" + "\u0301\u0323" * 5_000,
    "x" * 300_000,
    "a\n" * 50_000,
    "\u0301start with a mark\r\nCRLF\rCR only\r",
    "= dv.pages()",
    "$= app.vault",
    "INPUT[toggle:approve]",
    "obsidian://run?x [a](http://x) https://evil.example <iframe>",
    "\\`\\|\\",
    " leading and trailing ",
    "\u00a0",
]
PIECES = st.lists(
    st.sampled_from(
        ["`", "``", "```", "~~~", "\n", "\r", "|", "%%", "<%", "{{", "[[", "]]", "# ", "- [x] ", "---", "> ", "\\"]
    )
    | st.text(st.characters(), max_size=4)
).map("".join)
OUTSIDE = st.sampled_from(HOSTILE) | PIECES | st.text(st.characters())


def note(text: str) -> str:
    """Outside text at every place where our notes show it."""
    body = (
        f"# Title\n> [!info] Mail from {code_span(text)}, first seen today.\n\n{fenced(text)}## Attachments\n"
        f"- [[sha-1.pdf]] (named by the sender: {code_span(text)})\n\n"
        f"| what | value |\n| --- | --- |\n| customer | {code_span(text)} |\n\n{fenced(text)}## History\n- done\n"
    )
    return emit_note({"id": "x", "subject": property_text(text), "from": property_text(text), "tags": ["task"]}, body)


def skeleton(text: str) -> list[tuple[str, str, str]]:
    """What markdown sees, without the text that stands in code."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        found.append((token.type, token.tag, token.info))
        found += [
            (child.type, child.tag, "" if child.type == "code_inline" else child.content)
            for child in token.children or []
        ]
    return found


def outside_code(text: str) -> str:
    """What a plugin that knows nothing but fences and single backticks takes for live text."""
    kept, fence = [], ""
    for line in text.splitlines():
        mark = re.match(r" {0,3}(`{3,}|~{3,})(.*)$", line)
        if fence:
            fence = (
                "" if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip() else fence
            )
        elif mark:
            fence = mark[1]
        else:
            kept.append(re.sub(r"`[^`]*`", "``", line))
    return "\n".join(kept)


def assert_harmless(text: str) -> None:
    written = note(text)
    read = read_note(written)
    assert isinstance(read, Note), read
    assert read.properties.keys() == {"id", "subject", "from", "tags"}
    assert read.properties["tags"] == ("task",)
    assert skeleton(read.body) == skeleton(read_body("harmless"))
    assert outside_code(read.body) == outside_code(read_body("harmless"))
    assert not re.search(r"<%|\{\{|%%", written)
    assert not [each for each in set(written) if unicodedata.category(each) in {"Cf", "Co", "Cs", "Cn", "Zl", "Zp"}]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", written)
    assert [type(each) for each in read_tables(read.body)] == [Table]
    assert len(fenced_blocks(written, "text")) == 2
    assert owner_region(written) == ""
    assert append_line(written, "History", "- new") == f"{written}- new\n"


def read_body(text: str) -> str:
    read = read_note(note(text))
    assert isinstance(read, Note)
    return read.body


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_nothing_but_itself(text: str) -> None:
    assert_harmless(text)


@given(OUTSIDE)
def test_no_text_changes_the_skeleton_of_a_note(text: str) -> None:
    assert_harmless(text)


def test_real_mails_hostile_and_benign_change_nothing_but_themselves() -> None:
    """The mails in the repository's neighbourhood, and our own samples where there are none."""
    mails = [path.read_bytes().decode(errors="replace") for path in sorted(CORPUS.rglob("*.eml"))]
    for text in [*HOSTILE, *mails]:
        assert_harmless(text)


@given(OUTSIDE)
def test_showing_what_is_invisible_twice_is_showing_it_once(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert unicodedata.is_normalized("NFC", shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("Grüße, Привет, 你好, 🏢", "Grüße, Привет, 你好, 🏢"),
        ("e\u0301", "é"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x1b[31m\r\x00", "a⟨U+001B⟩[31m⟨U+000D⟩⟨U+0000⟩"),
        ("❤\ufe0f\U000e0100", "❤⟨U+FE0F⟩⟨U+E0100⟩"),
        ("\U000e0061\ud800\ue000\u0378", "⟨U+E0061⟩⟨U+D800⟩⟨U+E000⟩⟨U+0378⟩"),
        ("\u2028\u2029\x85\u180b\u3164\u2800\ufffc", "⟨U+2028⟩⟨U+2029⟩⟨U+0085⟩⟨U+180B⟩⟨U+3164⟩⟨U+2800⟩⟨U+FFFC⟩"),
        ("q" + "\u0335" * 20 + "x", "q" + "\u0335" * 4 + "⟨+16 marks⟩x"),
    ],
)
def test_what_nobody_can_see_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_text_of_ever_other_invisible_characters_ends_in_linear_time() -> None:
    """The time limit of a test is the measure: a pattern made of these characters took minutes."""
    text = "".join(map(chr, range(0xF0000, 0xF0000 + 130_000, 2)))
    assert visible(text).count("⟨U+") == len(text)


def test_a_fence_is_longer_than_any_run_of_backticks_and_long_runs_are_split() -> None:
    assert fenced("a") == "```text\na\n```\n"
    assert fenced("````", info="text mail") == "`````text mail\n````\n`````\n"
    assert fenced("`" * 20).startswith("`````````text\n````````⟨⟩````````⟨⟩````\n")


def test_marks_of_templating_plugins_are_split_visibly() -> None:
    assert fenced("<% x %> {{y}} %%z%%%") == "```text\n<⟨⟩% x %> {⟨⟩{y}} %⟨⟩%z%⟨⟩%⟨⟩%\n```\n"


def test_what_is_cut_away_says_so() -> None:
    caps = Caps(max_bytes=40, max_lines=3, max_columns=10, max_blank_lines=1)
    assert fenced("x" * 11, caps=caps) == f"```text\n{'x' * 10} ... cut\n```\n"
    assert fenced("1\n2\n3", caps=caps) == "```text\n1\n2\n3\n```\n"
    assert fenced("1\n2\n3\n4", caps=caps) == "```text\n1\n2\n3\n... cut\n```\n"
    assert fenced("x\n" * 30, caps=caps) == "```text\nx\nx\nx\n... cut\n```\n"
    assert fenced("\u202e" * 4, caps=Caps(max_bytes=20)) == "```text\n⟨U+202E⟩⟨U+202\n... cut\n```\n"


def test_runs_of_blank_lines_hide_nothing() -> None:
    assert fenced("\n\n\na" + "\n \n" * 200 + "b\n\n") == "```text\na\n \n\nb\n```\n"


def test_the_result_is_never_longer_than_its_caps_allow() -> None:
    for text in HOSTILE:
        assert len(fenced(text).encode()) <= Caps().max_bytes + 100
        assert len(code_span(text)) <= 122
        assert len(property_text(text)) <= 300


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "`⟨empty⟩`"),
        (" \n\u00a0", "`⟨empty⟩`"),
        ("a\n b", "`a b`"),
        ("a`b|c", "`aˋb¦c`"),
        ("= 1", "`⟨⟩= 1`"),
        ("$= 1", "`⟨⟩$= 1`"),
        ("VIEW[x]", "`⟨⟩VIEW[x]`"),
        ("[[x]]", "`[[x]]`"),
        ("x" * 121, f"`{'x' * 119}…`"),
        (" " * 20_000 + "x", "`…`"),
    ],
)
def test_inline_code_is_one_line_and_runs_nothing(text: str, shown: str) -> None:
    assert code_span(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Hello\r\n  there\t!", "Hello there !"),
        ("![[evil]] [[[x", "![⟨⟩[evil]] [⟨⟩[⟨⟩[x"),
        ("https://x obsidian://y", "https:⟨⟩//x obsidian:⟨⟩//y"),
        ("e\u0301" * 301, "é" * 299 + "…"),
    ],
)
def test_a_property_is_one_line_without_live_links(text: str, shown: str) -> None:
    assert property_text(text) == shown
