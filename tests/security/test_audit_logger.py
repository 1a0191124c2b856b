"""The event chain: one canonical line a link, and the first place where a log or a chain says something else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.audit_logger import (
    GENESIS,
    LINES_PER_FILE,
    Fact,
    Link,
    Moment,
    chain,
    check_links,
    check_log,
    fields_of,
    log_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOMENT = Moment("2026-11-23T12:00:00.000+00:00", 1.23456)
FILE = "2026-11-23-0001.jsonl"


def linked(count: int, day: str = "2026-11-23") -> list[Link]:
    links: list[Link] = []
    for number in range(count):
        fact = Fact("runner", "task.filed", f"task-{number}", parameters={"sha256": "ab"})
        links.append(chain(links[-1] if links else None, fact, MOMENT, "c0ffee", day))
    return links


def test_a_line_is_canonical_json_with_every_field_of_the_event() -> None:
    fact = Fact("owner", "proposal.approved", "p", "t", {"digest": "d"}, "approved", "owner")
    link = chain(None, fact, MOMENT, "c0ffee", "2026-11-23")
    assert fields_of(link) == {
        "seq": 1,
        "prev": GENESIS,
        "timestamp": MOMENT.timestamp,
        "monotonic_s": 1.235,
        "actor": "owner",
        "action_type": "proposal.approved",
        "target": "p",
        "task": "t",
        "parameters": {"digest": "d"},
        "approval_status": "approved",
        "approved_by": "owner",
        "result": "ok",
        "commit_parent": "c0ffee",
    }
    assert link.line == json.dumps(fields_of(link), sort_keys=True, separators=(",", ":"))


@given(st.text())
def test_a_link_is_one_line_for_every_reader_whatever_a_value_says(word: str) -> None:
    link = chain(None, Fact("runner", word, "target", parameters={"rule": word}), MOMENT, "", "2026-11-23")
    assert link.line.isascii()
    assert link.line.splitlines() == [link.line]
    assert fields_of(link)["parameters"] == {"rule": word}


def test_a_file_closes_after_500_lines_and_with_its_day() -> None:
    files = [link.file for link in linked(LINES_PER_FILE + 1)]
    assert set(files[:-1]) == {FILE}
    assert files[-1] == "2026-11-23-0002.jsonl"
    assert linked(2, "2026-11-24")[1].file == "2026-11-24-0001.jsonl"


def test_a_whole_chain_has_no_breach() -> None:
    assert list(check_links(linked(5))) == []
    assert list(check_links([])) == []


def bent(links: Sequence[Link]) -> list[Link]:
    return [links[0], replace(links[1], line=links[1].line.replace("task-1", "task-9")), *links[2:]]


def rechained(links: Sequence[Link]) -> list[Link]:
    """The second event taken out, and the third made to follow the first."""
    third = chain(links[0], Fact("runner", "task.filed", "task-2"), MOMENT, "", "2026-11-23")
    return [links[0], replace(third, seq=3), *links[3:]]


@pytest.mark.parametrize(
    ("tamper", "line", "message"),
    [
        (bent, 2, "event 2 in the journal does not have its digest"),
        (lambda links: [links[0], *links[2:]], 2, "event 3 does not follow the one before"),
        (lambda links: [links[1], links[0], *links[2:]], 1, "event 2 does not follow the one before"),
        (rechained, 2, "event 3 does not follow the one before"),
        (
            lambda links: [replace(links[0], line="[1]"), *links[1:]],
            1,
            "event 1 in the journal does not have its digest",
        ),
        (lambda links: [replace(links[0], line="{"), *links[1:]], 1, "event 1 in the journal does not have its digest"),
    ],
)
def test_the_first_link_that_was_bent_removed_or_swapped_is_named(
    tamper: Callable[[list[Link]], list[Link]], line: int, message: str
) -> None:
    first = next(iter(check_links(tamper(linked(4)))))
    assert (first.line, first.message) == (line, message)


def test_a_log_that_says_what_was_recorded_has_no_breach() -> None:
    links = linked(3)
    assert check_log(FILE, log_bytes(links), links) is None


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"task-1", b"task-7"), lines[2]], 2, "event 2 is not here"),
        (lambda lines: [lines[0], lines[2]], 2, "event 2 is not here"),
        (lambda lines: lines[:2], 3, "event 3 is missing at the end"),
        (lambda lines: [lines[1], lines[0], lines[2]], 1, "event 1 is not here"),
        (lambda lines: lines[:0], 1, "event 1 is missing at the end"),
        (lambda lines: [*lines[:2], lines[2][:-1]], 3, "event 3 is cut"),
        (lambda lines: [lines[0], lines[1][:-1]], 2, "event 2 is cut"),
        (lambda lines: [*lines[:2], lines[2][:-9]], 3, "event 3 is not here"),
        (lambda lines: [*lines, lines[0]], 4, "a line that was never recorded"),
        (lambda lines: [*lines, b"\n"], 4, "a line that was never recorded"),
        (lambda lines: [*lines, b"\xff"], 4, "a line that was never recorded"),
    ],
)
def test_the_first_line_of_a_log_that_differs_is_named(
    change: Callable[[list[bytes]], list[bytes]], line: int, message: str
) -> None:
    links = linked(3)
    breach = check_log(FILE, b"".join(change(log_bytes(links).splitlines(keepends=True))), links)
    assert breach is not None
    assert (breach.file, breach.line) == (FILE, line)
    assert breach.message.startswith(message)


@given(st.integers(0, 2), st.data())
def test_no_changed_byte_of_a_log_goes_unseen(count: int, data: st.DataObject) -> None:
    links = linked(count + 1)
    whole = log_bytes(links)
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    assert check_log(FILE, whole[:at] + bytes([other]) + whole[at + 1 :], links) is not None
