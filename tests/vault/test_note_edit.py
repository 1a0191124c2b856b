"""Edits change what they are meant to, and not one byte more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agents.errors import BadNote
from agents.vault.note import Note, Problem, read_note
from agents.vault.note_edit import (
    Block,
    add_item,
    append_line,
    fenced_blocks,
    fill_property,
    owner_region,
    replace_region,
    set_property,
    yaml_scalar,
)
from agents.vault.outline import outline

FENCES = st.lists(
    st.sampled_from(
        ["```", "````", "~~~", "   ```x", "    ```", "``` a`b", "~~~ a`b", "```  \t", "``` x", "text", "", "# h"]
    )
)
OWNERS = (
    "\ufeff---\r\n# the owner's comment\r\nzeta: NO\r\nwhen: 12:30   # half past\r\nemoji: 🏢\r\n"
    "decision:                 # approve | reject | later\r\nlist:\r\n  - a\r\n  - b # last\r\n"
    "number: 01234\r\n---\r\nbody 🏢\r\n"
)
LINES = st.lists(
    st.sampled_from(
        ["text", "- item", "", "# A", "## History", "## Other", "### Sub", "```", "````text", "~~~", "> quote"]
    )
)
FILE_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(FENCES.map("\n".join))
def test_fences_are_where_markdown_sees_them(text: str) -> None:
    seen = outline(text)
    ours = [(fence.number - 1, last.number) for fence, last in seen.fences]
    ours += [(seen.unclosed.number - 1, len(seen.lines))] if seen.unclosed else []
    tokens = MarkdownIt("commonmark").parse(text)
    assert ours == [tuple(token.map or ()) for token in tokens if token.type == "fence"]


def value(text: str, name: str) -> object:
    note = read_note(text)
    assert isinstance(note, Note), note
    return note.properties[name]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("zeta", "zeta: NO\r\n", "zeta: V\r\n"),
        ("when", "when: 12:30   # half past\r\n", "when: V   # half past\r\n"),
        ("decision", "decision:                 # approve", "decision: V                 # approve"),
        ("list", "list:\r\n  - a\r\n  - b # last\r\n", "list: V # last\r\n"),
        ("number", "number: 01234\r\n---", "number: V\r\n---"),
        ("fresh", "---\r\nbody", "fresh: V\r\n---\r\nbody"),
    ],
)
def test_setting_a_property_changes_its_value_and_not_one_other_byte(name: str, old: str, new: str) -> None:
    assert OWNERS.count(old) == 1
    assert set_property(OWNERS, name, "V") == OWNERS.replace(old, new)


def test_a_value_can_be_emptied() -> None:
    assert set_property("---\na: 1 # one\nb: 2\n---\n", "a", "") == "---\na: # one\nb: 2\n---\n"


def test_a_literal_block_becomes_one_line() -> None:
    assert set_property("---\na: |\n  x\n  y\nb: 2\n---\n", "a", "V") == "---\na: V\nb: 2\n---\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "---\na: V\n---\n"),
        ("body\r\n", "---\r\na: V\r\n---\r\nbody\r\n"),
        ("\ufeffbody\n", "\ufeff---\na: V\n---\nbody\n"),
        ("---\n---\nbody", "---\na: V\n---\nbody"),
    ],
)
def test_a_note_without_the_property_gets_it(text: str, after: str) -> None:
    assert set_property(text, "a", "V") == after
    assert value(after, "a") == "V"


def test_in_frontmatter_nobody_can_read_the_line_of_that_name_is_set() -> None:
    broken = "---\nx: [\ndecision : old\n---\nbody\n"
    assert isinstance(read_note(broken), Problem)
    assert set_property(broken, "decision", "V") == "---\nx: [\ndecision: V\n---\nbody\n"
    assert set_property(broken, "other", "V") == "---\nx: [\ndecision : old\nother: V\n---\nbody\n"


def test_frontmatter_that_never_ends_stays_below_the_new_one() -> None:
    assert set_property("---\nx: 1\n", "a", "V") == "---\na: V\n---\n---\nx: 1\n"


@pytest.mark.parametrize(
    ("text", "new"), [("---\n{a: 1}\n---\n", "V"), ("---\na: 1\n---\n", "x\nb: y"), ("---\na: 1\n---\n", "[")]
)
def test_what_one_line_cannot_set_is_refused(text: str, new: str) -> None:
    with pytest.raises(BadNote):
        set_property(text, "fresh", new)


@given(
    st.dictionaries(st.sampled_from("abcdef"), FILE_TEXT, min_size=1),
    st.sampled_from("abcdefg"),
    FILE_TEXT,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "  # comment"]),
)
def test_any_value_is_set_and_every_other_stays(
    properties: dict[str, str], name: str, new: str, end: str, comment: str
) -> None:
    header = "".join(f"{key}: {yaml_scalar(text)}{comment}{end}" for key, text in properties.items())
    note = read_note(set_property(f"---{end}{header}---{end}body", name, yaml_scalar(new)))
    assert isinstance(note, Note)
    assert note.properties == properties | {name: new}
    assert note.body == "body"


def test_a_line_goes_to_the_end_of_its_section() -> None:
    text = "---\n# History: a comment\na: 1\n---\n# T\n## History\n- one\n### Sub\n- two\n\n## Next\nx\n"
    assert append_line(text, "History", "- three") == text.replace("- two\n", "- two\n- three\n")


def test_a_missing_section_is_made_at_the_end() -> None:
    assert append_line("# T\r\ntext", "History", "- one") == "# T\r\ntext\r\n\r\n## History\r\n- one\r\n"
    assert append_line("", "History", "- one") == "## History\n- one\n"


def test_headings_in_a_fence_are_no_headings_and_its_lines_are_not_the_line() -> None:
    text = "```text\n## History\n- one\n```\n## History\n```text\n- one\n## Next\n```\n"
    assert append_line(text, "History", "- one") == f"{text}- one\n"


def test_a_fence_that_never_closes_swallows_no_line() -> None:
    assert append_line("## History\n- a\n```\nx\n", "History", "- b") == "## History\n- a\n- b\n```\nx\n"
    once = append_line("~~~~\nx", "History", "- b")
    assert once == "~~~~\nx\n~~~~\n\n## History\n- b\n"
    assert append_line(once, "History", "- b") == once


@given(LINES.map("\n".join), st.sampled_from(["- new", "text", "- item"]))
def test_appending_twice_is_appending_once_and_loses_no_line(text: str, line: str) -> None:
    once = append_line(text, "History", line)
    assert append_line(once, "History", line) == once
    left = iter(once.splitlines())
    assert all(old in left for old in text.splitlines())


def test_the_block_with_exactly_that_info_string_is_found() -> None:
    text = (
        "---\na: |\n  ```yaml action\n  ```\n---\n```yaml\nno\n```\n````yaml   action\nx: 1\n```\n````\n"
        "  ~~~yaml action\n    two\n  three\n four\n~~~ \n    ```yaml action\n"
    )
    assert fenced_blocks(text, "yaml action") == (
        Block(9, 12, "x: 1\n```"),
        Block(13, 17, "  two\nthree\nfour"),
    )


def test_a_block_that_never_closes_is_no_block() -> None:
    assert fenced_blocks("```yaml action\nx: 1\n", "yaml action") == ()
    assert fenced_blocks("```yaml action\nx: 1\n~~~\n``` no\n", "yaml action") == ()


def test_backticks_in_the_info_string_open_no_block() -> None:
    assert fenced_blocks("``` a`b\n```\n```\n", "a`b") == ()


def test_lines_end_as_markdown_says_and_not_as_unicode_says() -> None:
    assert fenced_blocks("```x\ra\u2028b\x0cc\r\nd\n```", "x") == (Block(1, 4, "a\u2028b\x0cc\nd"),)


def test_the_owners_region_survives_rewriting() -> None:
    old = "generated\n%% yours: begin %%\nmine\n```\n%% yours: end %%\nold tail\n"
    assert owner_region(old) == "mine\n```\n"
    fresh = "new\n%% yours: begin %%\n%% yours: end %%\nnew tail\n"
    written = replace_region(fresh, owner_region(old))
    assert written == "new\n%% yours: begin %%\nmine\n```\n%% yours: end %%\nnew tail\n"


def test_a_lost_mark_loses_no_text_of_the_owner() -> None:
    assert owner_region("x\n%% yours: begin %%\nmine") == "mine"
    assert replace_region("new", "mine") == "new\n%% yours: begin %%\nmine\n%% yours: end %%\n"
    assert owner_region("no marks") == ""


@given(st.lists(st.sampled_from(["mine", "", "```", "%%", "# T", "%% yours: begin %% x"])), LINES)
def test_what_is_put_into_the_region_is_read_from_it(region: list[str], lines: list[str]) -> None:
    mine = "".join(f"{line}\n" for line in region)
    assert owner_region(replace_region("\n".join(lines), mine)) == mine


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\nx: 1\nemails:\n---\n", "---\nx: 1\nemails: [new]\n---\n"),
        ("---\nx: 1\n---\n", "---\nx: 1\nemails: [new]\n---\n"),
        ("---\nemails: a # mine\n---\n", "---\nemails: [a, new] # mine\n---\n"),
        ("---\nemails: [a, 'b, c']\nx: 1\n---\n", '---\nemails: [a, "b, c", new]\nx: 1\n---\n'),
        ("---\nemails:\n  - a\n  - b\nx: 1\n---\n", "---\nemails: [a, b, new]\nx: 1\n---\n"),
        ("---\nemails: [a, NEW]\n---\n", "---\nemails: [a, NEW]\n---\n"),
        ("no properties\n", "---\nemails: [new]\n---\nno properties\n"),
    ],
)
def test_an_item_is_added_once_and_nothing_else_changes(before: str, after: str) -> None:
    assert add_item(before, "emails", "new") == after
    assert add_item(after, "emails", "new") == after


def test_a_property_is_filled_only_where_it_says_nothing() -> None:
    assert fill_property("---\ncompany:\n---\n", "company", "Acme") == "---\ncompany: Acme\n---\n"
    assert fill_property("---\nx: 1\n---\n", "company", "Acme") == "---\nx: 1\ncompany: Acme\n---\n"
    mine = "---\ncompany: Mine # my word\n---\n"
    assert fill_property(mine, "company", "Acme") == mine


def test_where_nobody_can_read_the_properties_nothing_is_added() -> None:
    for edit in (add_item, fill_property):
        with pytest.raises(BadNote, match="line 3 cannot be read"):
            edit("---\n{\n---\n", "emails", "new")
