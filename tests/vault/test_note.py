"""Notes are read into text or a Problem, and edited without touching what nobody meant to change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.vault.note import Note, Problem, decode_note, property_span, read_note
from agents.vault.note_edit import emit_note, yaml_scalar

if TYPE_CHECKING:
    from agents.vault.yaml_text import PropertyValue

TASK = """\
---
id: 2026-11-23-email-7f3a9c21de
type: email
received: 2026-11-23T10:01:00
priority: normal          # urgent | high | normal | low; the owner may change it
plan: "[[plan-2026-11-23-email-7f3a9c21de]]"
tags: [task]
aliases:
  - Büro 🏢
  - "12:30"
decision:                 # approve | reject | later
---
# Invoice please
"""

ANY_TEXT = st.text(st.characters())
NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True)
FILE_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
YAML_CRUMBS = st.lists(
    st.sampled_from(
        [
            *(
                "a",
                "b:",
                ": ",
                "- ",
                "[",
                "]",
                "{",
                "}",
                "&x ",
                "*x",
                "!!int ",
                "|",
                ">",
                "? ",
                "#",
                '"',
                "'",
                ",",
                "@",
                "`",
            ),
            *("\n", "  ", "\r\n", "\r", "\t", "---", "...", "%YAML 1.1", "<<", "\ufeff", "\x85", "\u2028", "\0"),
        ]
    )
).map("".join)


def read(text: str) -> Note:
    found = read_note(text)
    assert isinstance(found, Note), found
    return found


def problem(text: str) -> Problem:
    found = read_note(text)
    assert isinstance(found, Problem), found
    return found


def test_properties_are_text_or_lists_of_text_and_the_body_follows() -> None:
    note = read(TASK)
    assert note.properties == {
        "id": "2026-11-23-email-7f3a9c21de",
        "type": "email",
        "received": "2026-11-23T10:01:00",
        "priority": "normal",
        "plan": "[[plan-2026-11-23-email-7f3a9c21de]]",
        "tags": ("task",),
        "aliases": ("Büro 🏢", "12:30"),
        "decision": "",
    }
    assert note.body == "# Invoice please\n"
    assert note.text == TASK


@pytest.mark.parametrize(
    "value", ["NO", "on", "12:30", "1_000", "01234", "0x1F", "1e3", "2026-02-30", "~", "null", ".inf"]
)
def test_a_value_that_yaml_would_convert_stays_what_the_owner_wrote(value: str) -> None:
    assert read(f"---\nname: {value}\n---\n").properties == {"name": value}


def test_windows_line_endings_and_a_byte_order_mark_are_tolerated() -> None:
    note = read("\ufeff---\r\na: 1\r\nb:\r\n- x\r\n---  \r\nbody\r\n")
    assert note.properties == {"a": "1", "b": ("x",)}
    assert note.body == "body\r\n"


@pytest.mark.parametrize(
    "text", ["", "body", "\n---\na: 1\n---\n", "--- \u00a0\n", "----\na: 1\n----\n", "text\n---\n"]
)
def test_a_note_without_frontmatter_has_no_properties(text: str) -> None:
    assert read(text) == Note({}, text, text)


def test_a_byte_order_mark_is_not_part_of_the_body() -> None:
    assert read("\ufeffbody").body == "body"


@pytest.mark.parametrize("header", ["", "\n\n", "# only a comment\n"])
def test_empty_frontmatter_has_no_properties(header: str) -> None:
    assert read(f"---\n{header}---\nbody") == Note({}, "body", f"---\n{header}---\nbody")


def test_frontmatter_may_end_the_file() -> None:
    assert read("---\na: 1\n---") == Note({"a": "1"}, "", "---\na: 1\n---")


@pytest.mark.parametrize(
    ("header", "line", "words"),
    [
        ("a: 1\na: 2\n", 3, "twice"),
        ("a: 1\n\nA: 2\n", 4, "twice"),
        ("<<: x\n", 2, "twice"),
        ("a: {b: c}\n", 2, "nested"),
        ("a:\n  b: c\n", 3, "nested"),
        ("a: [[x]]\n", 2, "nested"),
        ("a:\n- - x\n", 3, "nested"),
        ("? [x]\n: y\n", 2, "nested"),
        ("a: &x y\n", 2, "anchors"),
        ("a: *x\n", 2, "anchors"),
        ("&x a: y\n", 2, "anchors"),
        ("a: !!int 3\n", 2, "anchors"),
        ("a: !x y\n", 2, "anchors"),
        ("a: &x [y]\n", 2, "anchors"),
        ("a: [y, &x z]\n", 2, "anchors"),
        ("&x\na: y\n", 2, "anchors"),
        ("- a\n- b\n", 2, "name: value"),
        ("just words\n", 2, "name: value"),
        ("%YAML 1.1\n--- !x\na: b\n", 2, "name: value"),
        ("--- {a: b}\n", 2, "name: value"),
        ("a: b\n--- {c: d}\n", 3, "second document"),
        ("a: b: c\n", 2, "not a property"),
        ("a: [b\n", 3, "not a property"),
        ("a: 'b\n", 3, "not a property"),
        ("x: y\n\ta: b\n", 3, "not a property"),
        ("a: b\u2028decision: approve\n", 2, "U+2028"),
        ("a: b\x85decision: approve\n", 2, "U+0085"),
        ("a: b\rdecision: approve\n", 2, "U+000D"),
        ("x: y\na: \x1b[0m\n", 3, "U+001B"),
        ("a: \ud800\n", 2, "U+D800"),
        ("a: \ufeff\n", 2, "U+FEFF"),
    ],
)
def test_what_is_not_flat_yaml_is_a_problem_with_its_line(header: str, line: int, words: str) -> None:
    found = problem(f"---\n{header}---\nbody\n")
    assert (found.line, words in found.message) == (line, True), found


def test_an_alias_bomb_and_deep_nesting_are_refused_at_their_first_event() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{new}: &{new} [*{old},*{old}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    assert problem(f"---\n{bomb}---\n").line == 2
    assert problem("---\na: " + "[" * 16_000 + "\n---\n").line == 2
    assert problem("---\n" + "- " * 8_000 + "\n---\n").line == 2


def test_json_frontmatter_is_read() -> None:
    assert read('---\n{"a": "b", "tags": ["x"]}\n---\n').properties == {"a": "b", "tags": ("x",)}


def test_frontmatter_that_never_ends_or_is_too_long_is_a_problem() -> None:
    assert problem("---\na: 1\n") == Problem(1, "the frontmatter has no closing `---`")
    assert problem("---\n" + "a: 1\n" * 5_000 + "---\n") == Problem(1, "the frontmatter is too long")
    assert problem("---\n" + "x" * 16_380 + "\n---not the end\n---\n") == Problem(1, "the frontmatter is too long")


def test_merge_markers_are_a_problem_unless_a_fence_holds_them() -> None:
    clash = "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"
    assert problem(f"---\na: 1\n---\nbody\n{clash}").line == 5
    assert problem(clash).line == 1
    assert read(f"```text\n{clash}```\n").properties == {}


def test_bytes_that_are_no_text_are_a_problem_with_their_line() -> None:
    assert decode_note("ä\n".encode()) == "ä\n"
    assert decode_note(b"a\nb\xff") == Problem(2, "this is not UTF-8 text")
    assert decode_note(b"a\n\nb\0") == Problem(3, "this is not text: it holds a NUL")
    assert decode_note(b"abc", max_bytes=2) == Problem(0, "the file has 3 bytes; 2 are read at most")


@given(ANY_TEXT | YAML_CRUMBS)
def test_reading_never_raises_whatever_the_text(text: str) -> None:
    assert isinstance(read_note(text), Note | Problem)
    assert isinstance(read_note(f"---\n{text}\n---\n"), Note | Problem)


@given(st.binary())
def test_decoding_never_raises_whatever_the_bytes(content: bytes) -> None:
    assert isinstance(decode_note(content), str | Problem)


@given(st.dictionaries(NAMES, FILE_TEXT | st.lists(FILE_TEXT, max_size=3), max_size=6), FILE_TEXT)
def test_what_is_written_is_read_back_value_by_value(properties: dict[str, str | list[str]], body: str) -> None:
    note = read(emit_note(properties, body))
    assert note.properties == {name: tuple(v) if isinstance(v, list) else v for name, v in properties.items()}
    assert note.body in (body, f"{body}\n")


@given(FILE_TEXT)
def test_a_scalar_is_one_line_that_can_stand_in_a_list_and_on_its_own(text: str) -> None:
    written = yaml_scalar(text)
    assert len(written.splitlines()) == 1
    assert read(f"---\na: {written}\nb: [{written}, x]\n---\n").properties == {"a": text, "b": (text, "x")}


@pytest.mark.parametrize(
    "text", ["no", "Yes", "12:30", "1130.50", "2026-11-23", "@x", "#x", "%x", "*x", "&x", "a: b", "a #b"]
)
def test_text_that_yaml_or_obsidian_would_take_for_something_else_is_quoted(text: str) -> None:
    assert yaml_scalar(text) == f'"{text}"'


@pytest.mark.parametrize(
    "text", ["Acme Ltd", "invoice.create", "billing1@client.example", "2026-11-23-email-7f3a9c21de", "ü"]
)
def test_harmless_text_stays_plain(text: str) -> None:
    assert yaml_scalar(text) == text


def test_invisible_line_breaks_are_escaped_and_lone_surrogates_replaced() -> None:
    assert yaml_scalar("a\u2028b\x85c\ud800") == '"a\\u2028b\\u0085c\ufffd"'


def test_each_type_is_written_as_obsidian_knows_it() -> None:
    properties: dict[str, PropertyValue] = {
        "amount": Decimal("1130.50"),
        "big": Decimal("1E+3"),
        "count": 3,
        "approve": False,
        "done": True,
        "day": date(2026, 11, 23),
        "created": datetime(2026, 11, 23, 10, 2),
        "decision": None,
        "reason": "",
        "task": "[[x]]",
        "tags": ["task", "a, b"],
        "none": [],
        "paths": ["a" * 60, "b" * 60],
    }
    assert emit_note(properties, "body") == (
        "---\namount: 1130.50\nbig: 1000\ncount: 3\napprove: false\ndone: true\nday: 2026-11-23\n"
        'created: 2026-11-23T10:02:00\ndecision:\nreason: ""\ntask: "[[x]]"\ntags: [task, "a, b"]\nnone: []\n'
        f"paths:\n  - {'a' * 60}\n  - {'b' * 60}\n---\nbody\n"
    )


@pytest.mark.parametrize(
    "properties",
    [
        {"when": datetime(2026, 11, 23, tzinfo=UTC)},
        {"amount": Decimal("NaN")},
        {"no name": "x"},
        {"a\nb": "x"},
        {"long": "x" * 17_000},
    ],
)
def test_what_no_note_can_show_is_refused(properties: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        emit_note(properties, "")


def test_a_property_span_covers_name_and_value_only() -> None:
    header = "a: 1 # one\nlist:\n  - x # first\n  - y # last\nflow: [p,\n  q] # end\nz:\n"
    spans = {name: property_span(header, name) for name in ("a", "list", "flow", "z", "missing")}
    found = {name: header[span[0] : span[1]] for name, span in spans.items() if span}
    assert found == {"a": "a: 1", "list": "list:\n  - x # first\n  - y", "flow": "flow: [p,\n  q]", "z": "z:"}
    assert spans["missing"] is None
