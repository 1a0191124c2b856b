"""358 real mails, 315 of them hostile, delivered to a real mail server and read from it over the command line.

They lie beside the project, not in it: `../shared/corpus/{hostile,benign}/*.eml`. Some senders wrote so many of them
that the rest is listed (ADR 0056): every mail is one task or one line of a list.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import Employee
from tests.flows.mailbox import Mailbox, sending_server
from tests.flows.test_corpus import (
    BENIGN,
    CORPUS,
    HERE,
    HOSTILE,
    KEYS,
    OUR_LINES,
    OURS,
    SKELETON,
    WARNED,
    blocks,
    files,
    live_lines,
    note_parts,
    surroundings,
)
from tests.standins.dovecot import running_dovecot
from watchers.mail_event import content_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = HOSTILE + BENIGN
WHOLE_MAIL = re.compile(r"\[\[(sha-[0-9a-f]{16}\.eml)\]\] \(the whole mail as it came\)")
BY_SERVER = re.compile(rb"\AReturn-Path: .*\r?\nDelivered-To: .*\r?\nReceived: .*\r?\n(?:[\t ].*\r?\n)+")
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d ° from °: \[\[(sha-[0-9a-f]{16}\.eml)\]\]")
LIST_LINES = re.compile(
    rf"{LINE.pattern}|\d+ mails? that became no tasks|From (one sender|senders of one domain) °, the newest first\. "
    r"They are kept as they came; ask for what you want done about one in °\."
)
MANY = ("h1", "blockquote", "code text", "h2", "ul")
MANY_LINES = re.compile(
    r"Very many mails|\[!info\] Mails that came after many others within an hour are listed in \[\[[a-z0-9-]+\]\]\. "
    r"In short:|History|\d\d:\d\d (filed by flood watcher|claimed|planned: abstain)"
)
pytestmark = pytest.mark.timeout(600)  # the first test waits for the whole run, also on a busy machine


@dataclass(frozen=True)
class Day:
    """The vault after the mails were read; `surroundings` outside the vault before and after."""

    mailbox: Mailbox
    mails: dict[str, bytes]
    laid_out: frozenset[str]
    surroundings: tuple[list[str], list[str]]

    def tasks(self) -> list[Path]:
        """The tasks that are mails."""
        return [each for each in self.mailbox.tasks() if WHOLE_MAIL.search(each.read_text(encoding="utf-8"))]

    def lists(self) -> list[Path]:
        return sorted((self.mailbox.employee.vault / "Files").rglob("*-mails-*.md"))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, dovecot_is_here: None) -> Iterator[Day]:  # noqa: ARG001 (it skips)
    """An empty mailbox is connected and looked into; then all of them come at once."""
    if not CORPUS.is_dir():
        assert HERE not in os.environ, f"{CORPUS} is not where the tests look for it"
        pytest.skip("the 358 mails (../shared/corpus beside the project) are not on this machine")
    mails = {f"{each.parent.name}-{each.name}": each.read_bytes() for each in sorted(CORPUS.glob("*/*.eml"))}
    employee = Employee(tmp_path_factory.mktemp("room")).init()
    with running_dovecot() as dovecot, sending_server(dovecot) as server, pytest.MonkeyPatch.context() as patch:
        (employee.room / "cwd").mkdir()
        patch.chdir(employee.room / "cwd")
        mailbox = Mailbox(employee, server, dovecot).connected()
        employee.once()
        laid_out, before = frozenset(files(employee.vault)), surroundings(employee)
        dovecot.deliver(*mails.values())
        employee.once()
        yield Day(mailbox, mails, laid_out, (before, surroundings(employee)))


def as_sent(content: bytes) -> str:
    """The digest of a mail without what servers write above it, and without blank lines at its end."""
    return content_sha256(content.rstrip(b"\r\n"))


def kept(day: Day) -> dict[str, str]:
    """The names of the kept mails, by the digest of what was sent."""
    found = {}
    for each in (day.mailbox.employee.vault / "Files").rglob("*.eml"):
        content = each.read_bytes()
        if content.startswith(b"Return-Path: <sender@client.example>"):  # else a mail that was attached to one
            found[as_sent(BY_SERVER.sub(b"", content, count=1))] = each.name
    return found


def test_each_of_358_mails_is_one_task_or_one_line_and_none_is_lost_or_doubled(day: Day) -> None:
    assert Counter(name.split("-")[0] for name in day.mails) == {"hostile": HOSTILE, "benign": BENIGN}
    names = kept(day)
    assert [name for name, content in day.mails.items() if as_sent(content) not in names] == []
    assert len(names) == ALL
    told = Counter(name for each in day.tasks() for name in WHOLE_MAIL.findall(each.read_text(encoding="utf-8")))
    listed = Counter(name for each in day.lists() for name in lines_of(each))
    assert told | listed == told + listed == Counter(dict.fromkeys(names.values(), 1))
    assert min(len(told), len(listed)) > 50
    assert day.mailbox.employee.ids("quarantine") == []
    assert "All holds" in day.mailbox.employee.said("verify")


def lines_of(note: Path) -> list[str]:
    """The mails that a list names."""
    found = (LINE.fullmatch(each) for each in live_lines(note_parts(note)[1]))
    return [each[1] for each in found if each]


def test_whoever_sent_very_many_is_told_of_once(day: Day) -> None:
    told = day.mailbox.alerts()
    many = [each for each in told if "Very many mails came within an hour" in each]
    tasks = {each.stem for each in day.mailbox.tasks()} - {each.stem for each in day.tasks()}
    assert (len(many), len(tasks)) == (len(day.lists()), len(day.lists()))
    assert told == many


def test_every_note_has_its_skeleton_whatever_the_mails_say(day: Day) -> None:
    strange: dict[str, set[str]] = {}
    shapes: dict[str, set[tuple[str, ...]]] = {
        "task": {SKELETON, WARNED},
        "list": {("h1", "p", "ul")},
        "many": {MANY},
    }
    lines = {"task": OUR_LINES, "list": LIST_LINES, "many": MANY_LINES}
    tasks = set(day.tasks())
    for note in (*day.mailbox.tasks(), *day.lists()):
        kind = "list" if "-mails-" in note.name else "task" if note in tasks else "many"
        properties, tokens = note_parts(note)
        assert properties.keys() == (KEYS if kind != "list" else KEYS_OF_LIST), note
        assert blocks(tokens) in shapes[kind], note
        if odd := {line for line in live_lines(tokens) if not lines[kind].fullmatch(line)}:
            strange[note.name] = odd
    assert strange == {}


KEYS_OF_LIST = {"id", "type", "from", "created", "mails", "task", "private", "tags"}


def test_nothing_is_written_outside_the_folders_of_the_vault(day: Day) -> None:
    employee = day.mailbox.employee
    assert day.surroundings[0] == day.surroundings[1]
    new = set(files(employee.vault)) - day.laid_out
    ours = re.compile(rf"{OURS.pattern}|Files/\d{{4}}-\d\d/\d{{4}}-\d\d-\d\d-mails-[0-9a-f]{{10}}\.md")
    assert sorted(each for each in new if not ours.fullmatch(each)) == []
    assert not [each for each in employee.vault.rglob("*") if each.is_symlink()]


def test_nothing_is_approved_sent_booked_or_marked(day: Day) -> None:
    employee = day.mailbox.employee
    status = employee.status()
    assert (status["pending_approval"], status["approved"], status["done"]) == ([], [], 0)
    assert day.mailbox.sending.received == []
    assert employee.outbox() == []
    assert "Assets:AR:" not in employee.ledger()
    assert day.mailbox.keeping.flags() == [""] * ALL


def test_looking_again_and_all_numbers_anew_brings_nothing_twice(day: Day) -> None:
    """Last in this file, since it changes the mailbox."""
    before = (day.mailbox.notes(), [each.read_bytes() for each in day.lists()], kept(day))
    day.mailbox.keeping.stop()
    day.mailbox.keeping.renumber()
    day.mailbox.keeping.start()
    for _ in range(2):
        day.mailbox.employee.once()
    assert (day.mailbox.notes(), [each.read_bytes() for each in day.lists()], kept(day)) == before
    assert day.mailbox.keeping.flags() == [""] * ALL
