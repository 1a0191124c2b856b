"""In a note the owner edits only the lines that are ours change: 38 things that YAML libraries and editors lose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from agents.vault.note_edit import append_line, set_property
from tests.flows.employee import mail
from tests.flows.steps import only

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.flows.employee import Employee

Change = tuple[str, str]
HEAD = "domain: business\n"
TAIL = "## Attachments\n"

IN_THE_PROPERTIES = {
    "a comment line": "# the owner's comment\n",
    "a comment behind a value": "mood: good   # today\n",
    "a time": "when: 12:30\n",
    "the country Norway": "land: NO\n",
    "a leading zero": "code: 01234\n",
    "an underscore in digits": "big: 1_000\n",
    "hexadecimal": "hex: 0x1F\n",
    "an exponent": "exp: 1e3\n",
    "base sixty": "sixty: 190:20:30\n",
    "a key that is a truth value": "on: yes\n",
    "a tilde": "nothing: ~\n",
    "an impossible date": "day: 2026-02-30\n",
    "a moment with a blank": "seen: 2026-11-23 10:01\n",
    "single quotes": "single: 'it''s'\n",
    "double quotes with escapes": 'double: "a\\tb\\u00e9"\n',
    "an emoji": "emoji: 🏢👩‍💻\n",
    "a key that is an emoji": "🏢: x\n",
    "a list in its order": "list:\n  - b\n  - a\n",
    "a list without indent": "list:\n- b\n- a\n",
    "a list in brackets": "list: [b, a,   c]\n",
    "a literal block": "text: |\n  one\n   two\n\n  three\n",
    "a folded block": "text: >-\n  one\n  two\n",
    "a value over two lines": "long: one\n  two\n",
    "an empty value": "empty:\n",
    "blanks around the colon": "spaced   :    x\n",
    "blanks at the end": "trail: x   \n",
    "a tab": "tab:\tx\n",
    "a quoted key": '"quoted key": x\n',
    "letters in two parts": "name: Mu\u0308ller\n",
    "a link": 'link: "[[Note|label]]"\n',
    "an address": "url: https://x.example/a#b\n",
    "an empty line": "\n",
}
IN_THE_BODY: dict[str, Callable[[str], str]] = {
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "a fence with our heading in it": lambda text: text.replace(TAIL, "~~~md\n## History\n- mine\n~~~\n\n" + TAIL),
    "no line end at the end": lambda text: text.rstrip("\n"),
    "hard breaks, tabs and templates": lambda text: text.replace(TAIL, "a  \n\tb\u00a0c <% x %> %% y %%\n\n\n" + TAIL),
    "the keys in another order": lambda text: text.replace("type: email\n", "").replace(HEAD, HEAD + "type: email\n"),
}
CASES: dict[str, Callable[[str], str]] = {
    **{name: lambda text, line=line: text.replace(HEAD, HEAD + line, 1) for name, line in IN_THE_PROPERTIES.items()},  # type: ignore[misc]
    **IN_THE_BODY,
}
NOTE = (
    "---\nid: 2026-11-23-email-7f3a9c21de\ntype: email\ncategory: unclear # mine\ndomain: business\ntags: [task]\n---\n"
    "# Mail\n\n```text\nhello\n```\n\n## Attachments\n- [[x]]\n\n## History\n- 10:01 filed\n"
)


def test_there_are_38_of_them() -> None:
    assert len(CASES) == 38


@pytest.mark.parametrize("name", CASES)
def test_an_edit_changes_the_one_line_and_no_other_byte(name: str) -> None:
    text = CASES[name](NOTE)
    assert text != NOTE
    assert set_property(text, "category", "receipt") == text.replace("category: unclear", "category: receipt")
    end = "\r\n" if "\r\n" in text else "\n"
    longer = append_line(text, "History", "- 10:02 claimed")
    assert longer == text + ("" if text.endswith("\n") else end) + "- 10:02 claimed" + end
    assert append_line(longer, "History", "- 10:02 claimed") == longer


def test_the_runner_changes_its_own_lines_in_38_notes_of_the_owner_and_no_other_byte(employee: Employee) -> None:
    for number in range(len(CASES)):
        words, sender = "Thank you for the great work!", f"Acme Ltd <billing@client{number}.example>"
        employee.drop(f"{number}.eml", mail(words, number=number, sender=sender, subject="Hello"))
    employee.once()
    before: dict[Path, bytes] = {}
    names = dict(zip(employee.notes("In_Progress/runner"), CASES, strict=True))
    for note, name in names.items():
        note.write_bytes(CASES[name](note.read_text(encoding="utf-8")).encode())
        before[note] = note.read_bytes()
    for question in employee.questions():
        employee.said("answer", question.stem, "an invoice request")
    employee.once()
    for note, name in names.items():
        assert_only_our_lines_changed(before[note], note.read_bytes(), name)
    assert "All holds" in employee.said("verify")


def assert_only_our_lines_changed(before: bytes, after: bytes, name: str) -> None:
    """The category has a new value, and the history one line more, with the note's own line end."""
    end = b"\r\n" if b"\r\n" in before else b"\n"
    assert before.count(b"category: unclear") == 1, name
    expected = before.replace(b"category: unclear", b"category: invoice_request")
    added = only([line for line in after.split(end) if line not in expected.split(end)])
    assert re.fullmatch(rb"- \d\d:\d\d planned: invoice-from-request.*", added), (name, added)
    assert after == expected + (b"" if expected.endswith(end) else end) + added + end, name
