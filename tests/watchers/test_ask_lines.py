"""Promises about the lines of `Ask.md`: what is a request, whose id it has, and that nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.vault.ask_lines import ask_lines, consumed, has_section, source_ids

TASK, OTHER = "2026-11-23-ask-0123456789", "2026-12-23-ask-9876543210"


def open_words(text: str) -> list[str]:
    return [line.words for line in ask_lines(text) if not line.ticked]


def ids_of(text: str, words: str) -> list[str]:
    ids = source_ids(text)
    return [ids[line.start] for line in ask_lines(text) if not line.ticked and line.words == words]


NOTE = """---
asked: 0
tags: [ask]
---
Not here.
# 💬 Ask
> [!info] One request a line.

Plain line
- bullet
- [ ] box
  * nested
3. number
-
- [ ]
---
| a | table |
%% a comment %%
%%
a long comment
%%
<!-- html -->
```text
fenced
```
## Detail
still inside
# Notes
not a request
## ask
again a request
"""


def test_requests_are_the_plain_lines_below_the_heading() -> None:
    assert open_words(NOTE) == [
        "Plain line",
        "bullet",
        "box",
        "nested",
        "number",
        "still inside",
        "again a request",
    ]


def test_without_any_heading_every_line_is_a_request() -> None:
    assert open_words("one\n\ntwo") == ["one", "two"]
    assert has_section("one")
    assert not has_section("# Plans\none")
    assert has_section("# Plans\n## ASK:\none")


def test_a_filed_or_ticked_line_is_no_open_request() -> None:
    assert open_words(f"- [x] one → [[{TASK}]]\n- [X] two\n- [-] three\n- [/] four\n") == []


def test_a_filed_request_reads_as_promised_and_counts() -> None:
    after = consumed(NOTE, "box", TASK)
    assert f"- [x] box → [[{TASK}]]\n" in after
    assert "asked: 1\n" in after
    assert "box" not in open_words(after)


def test_line_ends_indentation_and_all_other_text_stay() -> None:
    before = "---\r\nasked: 1\r\n---\r\n# Ask\r\n   me  \r\n\tyou\r\nlast"
    after = consumed(before, "me", TASK)
    assert after == f"---\r\nasked: 2\r\n---\r\n# Ask\r\n   - [x] me → [[{TASK}]]\r\n\tyou\r\nlast"


def test_doing_it_twice_for_one_task_changes_nothing_more() -> None:
    once = consumed("# Ask\nsame\nsame\n", "same", TASK)
    assert consumed(once, "same", TASK) == once
    assert open_words(once) == ["same"]


def test_two_equal_lines_are_two_requests_filed_one_by_one() -> None:
    text = "# Ask\nsame\nsame\n"
    first, second = ids_of(text, "same")
    assert first != second
    once = consumed(text, "same", TASK)
    assert ids_of(once, "same") == [second]
    assert open_words(consumed(once, "same", OTHER)) == []


def test_a_request_that_is_gone_changes_nothing() -> None:
    assert consumed("# Ask\nother\n", "same", TASK) == "# Ask\nother\n"


def test_the_same_sentence_a_month_later_is_a_new_request() -> None:
    before = "# Ask\nsend the report\n"
    after = consumed(before, "send the report", TASK)
    (first,) = ids_of(before, "send the report")
    (later,) = ids_of(after + "send the report\n", "send the report")
    assert later != first


def test_the_same_sentence_is_new_also_after_the_owner_tidied_up() -> None:
    before = "# Ask\nsend the report\n"
    after = consumed(before, "send the report", TASK)
    tidied = "".join(line for line in after.splitlines(keepends=True) if "[x]" not in line)
    (first,) = ids_of(before, "send the report")
    (later,) = ids_of(tidied + "send the report\n", "send the report")
    assert later != first


def test_an_old_version_brought_back_by_a_sync_tool_is_not_new() -> None:
    before = "# Ask\nsend the report\n"
    consumed(before, "send the report", TASK)
    assert ids_of(before, "send the report") == ids_of(before, "send the report")
    assert ids_of("---\nasked: 0\n---\n" + before, "send the report") == ids_of(before, "send the report")


def test_an_unticked_filed_line_is_the_same_request_and_is_not_counted_again() -> None:
    filed = consumed("# Ask\nsend it\n", "send it", TASK)
    unticked = filed.replace("- [x]", "- [ ]")
    assert ids_of(unticked, "send it") == ids_of("# Ask\nsend it\n", "send it")
    assert consumed(unticked, "send it", TASK) == filed


def test_a_link_the_owner_wrote_is_words() -> None:
    assert open_words("# Ask\nlook at → [[My Note]] please\nsee [[x]]\n") == [
        "look at → [[My Note]] please",
        "see [[x]]",
    ]


@pytest.mark.parametrize(
    "head", ["---\n{asked: 4}\n---\n", "---\n{b: 1}\n---\n", "---\nasked: [1, 2]\n---\n", "---\nasked: many\n---\n"]
)
def test_a_counter_that_cannot_be_set_does_not_stop_a_request(head: str) -> None:
    after = consumed(f"{head}# Ask\nsend it\n", "send it", TASK)
    assert f"- [x] send it → [[{TASK}]]" in after


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
LINES = st.lists(
    WORDS | st.sampled_from(["- same", "same", "- [ ] same", "%%", "```", "# Ask", "# x", "- [x] same"]), max_size=8
)


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_filing_every_request_ends_and_never_touches_another_line_or_id(lines: list[str], newline: str) -> None:
    text = newline.join(["---", "asked: 0", "---", "# Ask", *lines]) + newline
    while open_lines := [line for line in ask_lines(text) if not line.ticked]:
        line, ids = open_lines[-1], source_ids(text)
        first = next(each for each in open_lines if each.words == line.words)
        after = consumed(text, line.words, f"{TASK}-{len(ids)}-{len(text)}")
        changed = [(a, b) for a, b in zip(text.split(newline), after.split(newline), strict=True) if a != b]
        assert len(changed) == 2  # the counter and the line
        assert changed[1][0] == text[first.start : first.end]
        kept = [each for each in open_lines if each is not first]
        now = source_ids(after)
        assert [now[each.start] for each in ask_lines(after) if not each.ticked] == [ids[each.start] for each in kept]
        text = after
    assert open_words(text) == []


@given(st.text())
def test_any_text_can_be_read_and_ids_differ(text: str) -> None:
    ids = source_ids(text)
    assert len(set(ids.values())) == len(ids)
