"""358 real mails, 315 of them hostile, dropped into one Inbox: what stands in the vault after one run.

They lie beside the project, not in it: `../shared/corpus/{hostile,benign}/*.eml`.
"""

from __future__ import annotations

import email
import email.policy
import gc
import hashlib
import os
import re
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from markdown_it import MarkdownIt

from agents.autonomy.thinking import Thinking
from agents.console.wiring import open_house
from agents.console.workshop import build_runner
from agents.security.secret_patterns import masked
from agents.settings import Settings
from tests.flows.employee import Employee
from watchers.hints import Hints
from watchers.inbox_reading import read_entry
from watchers.task_note import render_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it.token import Token

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
HERE = "CORPUS_IS_HERE"  # set by `.ci/run` when it sees the mails: then a skip would be a lie
HOSTILE, BENIGN = 315, 43
AT_ONCE = 4  # mails are thought about at a time; the first of them load what is loaded once
pytestmark = pytest.mark.timeout(600)  # the first test waits for the whole run, also on a busy machine
MARKDOWN = MarkdownIt("commonmark").enable("table")

SKELETON = ("h1", "blockquote", "code text", "h2", "ul", "h2", "ul")
WARNED = ("h1", "blockquote", "blockquote", "code text", "h2", "ul", "h2", "ul")
OUR_LINES = re.compile(
    r"Mail from a new sender|\[!info\] Mail from °( °)?, first seen today\. Text from outside, shown as it came:"
    r"|Subject: °|\[!warning\] Look twice|Attachments|History"
    r"|invisible characters|homoglyphs in the text|two From headers|line breaks hidden in the subject"
    r"|hidden text: words that a mail program would not show are left out"
    r"|secrets came with it and are not shown here: (API key or secret|one-time code|, )+"
    r"|what came lies in Files as it came, and is kept out of the history"
    r"|the mail's own date cannot be true; the file's is shown"
    r"|\[\[sha-[0-9a-f]{16}\.eml\]\] \(the whole mail as it came\)"
    r"|\[\[sha-[0-9a-f]{16}\.[a-z]{2,5}\]\] \((named by the sender: °|without a name)\)"
    r"|\d\d:\d\d (filed by email watcher|claimed|planned: (abstain|suspicious-mail|expense-from-receipt"
    r"|email-triage-and-reply|meeting-preparation|error-triage))"
)
OURS = re.compile(
    r"(In_Progress/runner|Needs_Action|Plans)/[a-z0-9-]+\.md|Files/\d{4}-\d\d/sha-[0-9a-f]{16}\.[a-z]{2,5}"
    r"|Logs/[\w.-]+\.(md|jsonl)|Health/runner\.md|Dashboard\.md"
)
KEYS = {"id", "type", "from", "subject", "received", "priority", "category", "domain", "plan", "tags"}


@dataclass(frozen=True)
class Day:
    """The vault after the run; `mails` by name, `surroundings` outside the vault before and after.

    `cpu_s`: what was done with one mail, and the seconds of CPU time.
    """

    employee: Employee
    mails: Mapping[str, bytes]
    cpu_s: list[tuple[str, float]]
    laid_out: frozenset[str]
    surroundings: tuple[list[str], list[str]]

    def tasks(self) -> list[Path]:
        return self.employee.notes("In_Progress/runner")

    @cached_property
    def tasks_by_original(self) -> dict[str, list[Path]]:
        """The task notes, by the file they name as the whole mail."""
        found: dict[str, list[Path]] = defaultdict(list)
        for note in self.tasks():
            for link in re.findall(r"\[\[(.*?)\]\] \(the whole mail as it came\)", note.read_text(encoding="utf-8")):
                found[link].append(note)
        return found

    def task_of(self, content: bytes) -> list[Path]:
        """The task notes that keep this mail as their original."""
        return self.tasks_by_original.get(original(content), [])


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """One run over everything, in an empty working folder."""
    if not CORPUS.is_dir():
        assert HERE not in os.environ, f"{CORPUS} is not where the tests look for it"
        pytest.skip("the 358 mails (../shared/corpus beside the project) are not on this machine")
    paths = sorted(CORPUS.glob("*/*.eml"))
    mails = {f"{path.parent.name}-{path.name}": path.read_bytes() for path in paths}
    employee = Employee(tmp_path_factory.mktemp("room")).init()
    for name, content in mails.items():
        employee.drop(name, content)
    laid_out = frozenset(files(employee.vault))
    with pytest.MonkeyPatch.context() as patch:
        (employee.room / "cwd").mkdir()
        patch.chdir(employee.room / "cwd")
        before = surroundings(employee)
        cpu_s = run_measured(employee)
        after = surroundings(employee)
    return Day(employee, mails, cpu_s, laid_out, (before, after))


def run_measured(employee: Employee) -> list[tuple[str, float]]:
    """What `run --once` does; what was done with one mail alone, and the seconds of CPU time it took its thread."""
    cpu_s: list[tuple[str, float]] = []

    def measured(what: str, work: Callable[..., object]) -> Callable[..., object]:
        def measure(*given: object) -> object:
            since = time.thread_time()
            try:
                return work(*given)
            finally:
                cpu_s.append((what, time.thread_time() - since))

        return measure

    gc.collect()
    gc.freeze()  # of what earlier tests left, none is looked through while a mail is measured
    house = open_house(employee.vault, Settings(state=employee.state, quiet_s=0, flood_per_hour=1_000))
    wake = threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("watchers.inbox_watcher.read_entry", measured("read", read_entry))
        patch.setattr("watchers.intake.render_task", measured("write", render_task))
        patch.setattr(Thinking, "__call__", measured("think", Thinking.__call__))
        runner = build_runner(house, wake, Hints(house.place.root, wake), lambda _words: None)
        try:
            runner.start()
            runner.once()
        finally:
            runner.leave()
            house.close()
            gc.unfreeze()
    return cpu_s


def original(content: bytes) -> str:
    """The name under which a mail is kept."""
    return f"sha-{hashlib.sha256(content).hexdigest()[:16]}.eml"


def files(folder: Path) -> list[str]:
    return [each.relative_to(folder).as_posix() for each in folder.rglob("*") if not each.is_dir()]


def surroundings(employee: Employee) -> list[str]:
    """Everything near the vault and the state folder, but not in them: where `../` would lead."""
    near = [*employee.room.parent.iterdir(), *employee.room.iterdir(), *(employee.room / "cwd").iterdir()]
    return sorted(map(str, near))


def note_parts(note: Path) -> tuple[dict[str, object], list[Token]]:
    """Properties as any YAML reader sees them, and the markdown below."""
    _, head, body = note.read_text(encoding="utf-8").split("---\n", 2)
    properties = yaml.safe_load(head)
    assert isinstance(properties, dict)
    return properties, MARKDOWN.parse(body)


def blocks(tokens: list[Token]) -> tuple[str, ...]:
    """The top-level blocks."""
    return tuple(f"{each.tag} {each.info}".strip() for each in tokens if each.level == 0 and each.nesting >= 0)


def live_lines(tokens: list[Token]) -> set[str]:
    """Every line that is not code, with ° for inline code; anything but text and code is named."""
    found: set[str] = set()
    for token in tokens:
        shown = {"code_inline": "°", "softbreak": "\n", "text": ""}
        parts = [shown.get(each.type, f"<{each.type}>") or each.content for each in token.children or []]
        found.update("".join(parts).split("\n") if parts else ())
    return found


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_all_358_mails_become_one_task_each_and_none_is_lost_or_doubled(day: Day) -> None:
    assert Counter(name.split("-")[0] for name in day.mails) == {"hostile": HOSTILE, "benign": BENIGN}
    owners = {name: day.task_of(content) for name, content in day.mails.items()}
    assert {name: len(found) for name, found in owners.items() if len(found) != 1} == {}
    assert len({note for found in owners.values() for note in found}) == len(day.tasks()) == HOSTILE + BENIGN
    kept = {each.name: each.read_bytes() for each in (day.employee.vault / "Files").rglob("*.eml")}
    for content in day.mails.values():
        assert kept[original(content)] == content
    assert files(day.employee.vault / "Inbox") in ([], [".gitkeep"])
    assert day.employee.ids("quarantine") == []
    assert "All holds" in day.employee.said("verify")


def test_every_task_note_has_the_one_skeleton_whatever_its_mail_says(day: Day) -> None:
    strange: dict[str, set[str]] = {}
    for note in day.tasks():
        properties, tokens = note_parts(note)
        assert properties.keys() == KEYS, note
        assert properties["tags"] == ["task"], note
        assert isinstance(properties["subject"], str)
        assert isinstance(properties["from"], str)
        assert blocks(tokens) in {SKELETON, WARNED}, note
        if odd := {line for line in live_lines(tokens) if not OUR_LINES.fullmatch(line)}:
            strange[note.name] = odd
    assert strange == {}


def test_no_note_made_that_day_has_a_live_link_picture_or_html_of_a_stranger(day: Day) -> None:
    for note in day.employee.vault.rglob("*.md"):
        relative = note.relative_to(day.employee.vault).as_posix()
        if relative in day.laid_out and relative != "Dashboard.md":
            continue
        text = note.read_text(encoding="utf-8")
        tokens = MARKDOWN.parse(text.split("---\n", 2)[2] if text.startswith("---\n") else text)
        kinds = {child.type for token in tokens for child in token.children or []} | {token.type for token in tokens}
        assert not kinds & {"image", "link_open", "html_block", "html_inline"}, note
        links = re.findall(r"\[\[([^\]|]*)", "\n".join(live_lines(tokens)))
        assert [each for each in links if not re.fullmatch(r"[A-Za-z0-9_. -]+", each)] == [], note
        assert not re.search(r"<%|\{\{", text), note


def test_nothing_is_written_outside_the_folders_of_the_vault(day: Day) -> None:
    assert day.surroundings[0] == day.surroundings[1]
    new = set(files(day.employee.vault)) - day.laid_out
    assert sorted(each for each in new if not OURS.fullmatch(each)) == []
    assert not [each for each in day.employee.vault.rglob("*") if each.is_symlink()]
    assert not [each for each in (day.employee.vault / "Files").rglob("*") if each.is_file() and os.access(each, 1)]


def test_no_hostile_mail_leads_to_an_action_and_each_is_asked_about(day: Day) -> None:
    status = day.employee.status()
    assert (status["pending_approval"], status["approved"], status["done"]) == ([], [], 0)
    assert len(day.employee.questions()) == HOSTILE + BENIGN
    assert day.employee.outbox() == []
    assert "Assets:AR:" not in day.employee.ledger()


def test_the_words_of_every_benign_mail_can_be_read_in_its_note(day: Day) -> None:
    for name, content in day.mails.items():
        if not name.startswith("benign"):
            continue
        body = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
        assert body is not None, name
        (note,) = day.task_of(content)
        _, tokens = note_parts(note)
        shown = next(each.content for each in tokens if each.type == "fence")
        assert words(shown) == words(masked(body.get_content())), name  # login codes and reset links: test_secret_peers


def test_no_mail_takes_a_second_of_work(day: Day) -> None:
    done = Counter(what for what, _ in day.cpu_s)
    assert {what: done[what] >= HOSTILE + BENIGN for what in ("read", "write", "think")} == dict.fromkeys(done, True)
    by_kind = {what: [seconds for each, seconds in day.cpu_s if each == what] for what in done}
    dearest = {what: max(found[AT_ONCE:]) for what, found in by_kind.items()}
    assert sum(dearest.values()) < 1, dearest
