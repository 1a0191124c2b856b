"""`verify` names what was bent, removed, cut, forged or lost, and says when it could not look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from agents.durability.journal import write_meta
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.durability.verification import Report, Verification
from agents.vault.history import History
from tests.clock import NOON
from tests.durability.finished import PDF
from tests.durability.room import Room, filed
from tests.stock_git import foreign_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agents.vault.history import CommitRecord

LOG = "Logs/2026-11-23-0001.jsonl"


def test_a_whole_vault_holds_and_looking_changes_nothing(done: Room) -> None:
    before = (done.notes(), done.git("rev-parse", "HEAD"))
    assert done.verify() == Report()
    assert (done.notes(), done.git("rev-parse", "HEAD")) == before


def test_an_empty_vault_holds(room: Room) -> None:
    assert room.verify() == Report()


class WalkingOn(History):
    """While `verify` walks through the commits, the runner makes another."""

    room: Room

    def walk_back(self, until: str | None = None) -> Iterator[CommitRecord]:
        self.room.record(filed("meanwhile"))
        self.room.recorder.flush()
        return super().walk_back(until)


def test_a_runner_that_works_meanwhile_is_no_breach(done: Room) -> None:
    history = WalkingOn(done.git_dir, done.vault, done.key.sign)
    history.room = done
    assert Verification(done.vault, done.journal, history, done.is_ours).run() == Report()
    assert done.events()[0] == "5"


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report(), 0),
        (Report(warnings=["w"]), 0),
        (Report(unchecked=["u"], warnings=["w"]), 3),
        (Report(broken=["b"], unchecked=["u"]), 1),
    ],
)
def test_the_exit_code_says_holds_broken_or_not_checked(report: Report, code: int) -> None:
    assert report.exit_code == code


def lines_of(room: Room) -> list[str]:
    return room.text(LOG).splitlines(keepends=True)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: [lines[0], re.sub(r"approved", "rejected", lines[1]), *lines[2:]], 2),
        (lambda lines: [*lines[:1], *lines[2:]], 2),
        (lambda lines: lines[:-1], 4),
        (lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2),
        (lambda lines: [*lines, lines[-1]], 5),
    ],
    ids=["bent", "removed", "cut", "swapped", "added"],
)
def test_a_log_that_was_tampered_with_is_named_with_its_line(
    done: Room, change: Callable[[list[str]], list[str]], line: int
) -> None:
    whole = done.text(LOG)
    done.write(LOG, "".join(change(lines_of(done))))
    report = done.verify()
    assert report.exit_code == 1
    assert report.broken[0].startswith(f"{LOG}, line {line}: ")
    done.write(LOG, whole)
    assert done.verify().exit_code == 0


def test_a_log_file_that_is_gone_or_strange_is_named(done: Room) -> None:
    (done.vault / LOG).rename(done.vault / "Logs/2026-11-22-0001.jsonl")
    broken = done.verify().broken
    assert broken == [
        f"{LOG}: the file is gone",
        "Logs/2026-11-22-0001.jsonl: a log file that was never written by the runner",
    ]


def test_a_log_that_cannot_be_read_is_not_checked(done: Room) -> None:
    (done.vault / LOG).rename(done.place / "log")
    (done.vault / LOG).symlink_to(done.place / "log")
    report = done.verify()
    assert (report.unchecked, report.exit_code) == ([f"{LOG}: it is a link"], 3)


def test_a_log_that_is_only_behind_is_no_breach(done: Room) -> None:
    done.record(filed("a"))
    report = done.verify()
    assert report.exit_code == 0
    assert report.warnings == [
        "1 events are not in the log yet; the next run writes them",
        "1 events are in no commit yet; the next run commits them",
    ]


def test_a_chain_bent_in_the_journal_is_named(done: Room) -> None:
    with done.journal.begin() as sql:
        sql.execute(update(CHAIN).where(CHAIN.c.seq == 2).values(line='{"seq": 2}'))
    assert done.verify().broken[0] == "journal: event 2 in the journal does not have its digest"


def test_an_event_removed_and_rechained_everywhere_but_in_the_history_is_named(done: Room) -> None:
    done.record(filed("a"))
    commit = done.recorder.flush()[:10]
    done.recorder.housekeeping(())
    with done.journal.begin() as sql:
        sql.execute(delete(CHAIN).where(CHAIN.c.seq == 5))
    done.write(LOG, "".join(lines_of(done)[:4]))
    assert done.verify().broken == [f"git: commit {commit} tells event 5, which the journal does not know"]


def test_an_event_rewritten_everywhere_but_in_the_history_is_named(done: Room) -> None:
    commit = done.git("rev-parse", "HEAD~1")[:10]
    line = lines_of(done)[3].rstrip("\n").replace('"executor"', '"owner"')
    digest = done.blobs.put(line.encode())
    with done.journal.begin() as sql:
        sql.execute(update(CHAIN).where(CHAIN.c.seq == 4).values(line=line, sha256=digest))
    done.write(LOG, "".join([*lines_of(done)[:3], f"{line}\n"]))
    assert done.verify().broken == [f"git: commit {commit} tells another event 4 than the journal"]


def test_two_commits_that_tell_one_event_differently_are_named(done: Room) -> None:
    done.history.commit((), author="ai-employee", message="x\n\nEvent: 4 0000", when=NOON)
    assert "git: two commits tell event 4 in different words" in done.verify().broken


def test_a_cut_history_is_named(done: Room) -> None:
    for name in "abc":
        done.record(filed(name))
        done.recorder.flush()
    head = done.git("rev-parse", "HEAD")
    done.git("update-ref", "HEAD", "HEAD~2")
    report = done.verify()
    assert report.exit_code == 1
    assert report.broken[0] == f"git: the history was cut; commit {head[:10]} is not in it any more"
    assert "git: event 6 is in no commit" in report.broken


def test_an_event_in_no_commit_is_named_also_when_the_journal_agrees_with_the_cut(done: Room) -> None:
    done.record(filed("a"))
    done.recorder.flush()
    done.git("update-ref", "HEAD", "HEAD~1")
    with done.journal.begin() as sql:
        write_meta(sql, "head", done.git("rev-parse", "HEAD"))
    assert done.verify().broken == ["git: event 5 is in no commit"]


def test_an_event_that_waits_for_its_commit_is_no_breach(done: Room) -> None:
    with done.journal.begin() as sql:
        sql.execute(update(TRANSITIONS).where(TRANSITIONS.c.number == 4).values(commit_id=""))
    report = done.verify()
    assert (report.exit_code, report.warnings) == (0, ["1 events are in no commit yet; the next run commits them"])


def test_a_history_that_is_gone_is_named(done: Room) -> None:
    done.git("update-ref", "-d", "refs/heads/main")
    assert "git: event 1 is in no commit" in done.verify().broken


def test_an_amended_commit_is_named(done: Room) -> None:
    done.git("commit", "--amend", "--quiet", "--message", "Nothing happened")
    report = done.verify()
    assert report.exit_code == 1
    assert "the history was cut" in " ".join(report.broken)


def test_a_foreign_commit_that_touches_nothing_sealed_is_only_named_as_foreign(done: Room) -> None:
    done.write("Plans/mine.md", "of the owner\n")
    commit = foreign_commit(done.vault)
    report = done.verify()
    assert (report.broken, report.exit_code) == ([], 0)
    assert report.warnings == [f"git: commit {commit[:10]} is not ours; it touches nothing that is sealed"]


@pytest.mark.parametrize("path", ["Logs/2026-11-23.md", "Approved/proposal-1.md"])
def test_a_foreign_commit_that_touches_the_log_or_a_sealed_note_is_a_breach(done: Room, path: str) -> None:
    done.write(path, "by somebody else\n")
    commit = foreign_commit(done.vault)
    report = done.verify()
    assert report.broken == [f"git: commit {commit[:10]} is not ours and touches {path}"]


def test_a_damaged_object_is_named(done: Room) -> None:
    blob = done.git("rev-parse", f"HEAD:{PDF}")
    (done.git_dir / "objects" / blob[:2] / blob[2:]).unlink()
    assert "git: Object" in " ".join(done.verify().broken)


def test_a_history_that_cannot_be_walked_is_named(done: Room) -> None:
    done.record(filed("a"))
    done.recorder.flush()
    parent = done.git("rev-parse", "HEAD~1")
    (done.git_dir / "objects" / parent[:2] / parent[2:]).unlink()
    assert "git: The history is damaged" in " ".join(done.verify().broken)


def test_a_planted_setting_of_git_is_named(done: Room) -> None:
    done.git("config", "core.fsmonitor", "/opt/evil")
    assert "fsmonitor" in " ".join(done.verify().broken)
