"""Chain and history bent with stock git and sed, openly and well hidden: `verify` names the first record that was bent.

What no check on this computer can see is said by `verify` itself, and has a test here too. The tests of notes, objects
and foreign commits are in `test_tampering_with_notes.py`.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import Employee
from tests.flows.tampering import Intruder, assert_holds, assert_named, everything, keep, put_back, rechained, walk

if TYPE_CHECKING:
    from pathlib import Path


class TestClean:
    """Nobody tampered."""

    def test_a_clean_vault_is_clean_and_verify_says_what_only_a_witness_could_see(self, intruder: Intruder) -> None:
        result = intruder.verify()
        assert result.exit_code == 0
        assert "All holds." in result.output
        (line,) = [line for line in result.output.splitlines() if line.startswith("cannot see")]
        assert "set back to an earlier moment" in line
        assert "written down elsewhere" in line
        (newest,) = [line for line in result.output.splitlines() if line.startswith("newest")]
        assert f"event {len(intruder.lines())} " in newest
        assert intruder.head() in newest
        report = intruder.report()
        assert report["broken"] == report["warnings"] == report["unchecked"] == []
        assert len(report["cannot_see"]) == 2

    def test_verify_writes_nothing_not_even_a_time(self, intruder: Intruder) -> None:
        before = everything(intruder.employee)
        assert_holds(intruder)
        intruder.report()
        assert everything(intruder.employee) == before

    def test_verify_writes_nothing_where_things_are_missing(self, intruder: Intruder) -> None:
        (intruder.employee.state / "keys" / "signing-key").unlink()
        (intruder.git_dir / "index").unlink()
        before = everything(intruder.employee)
        assert intruder.verify().exit_code == 3
        assert everything(intruder.employee) == before


class TestEventBent:
    """1: an event says something else."""

    def test_in_the_log(self, intruder: Intruder) -> None:
        line = intruder.line_of("proposal.approved")
        intruder.sed(f"{line}s/proposal.approved/proposal.rejected/", intruder.log)
        assert_named(intruder, f"{intruder.log.name}, line {line}:", f"event {line}")

    def test_in_the_log_and_committed(self, intruder: Intruder) -> None:
        line = intruder.line_of("proposal.approved")
        intruder.sed(f"{line}s/proposal.approved/proposal.rejected/", intruder.log)
        commit = intruder.commit("vault backup")
        assert_named(intruder, f"{intruder.log.name}, line {line}:")
        assert_named(intruder, f"commit {commit} is not ours", intruder.log.name)

    def test_in_the_log_committed_and_put_back_again(self, intruder: Intruder) -> None:
        whole = intruder.log.read_bytes()
        intruder.sed("3s/runner/owner/", intruder.log)
        bent = intruder.commit()
        intruder.log.write_bytes(whole)
        intruder.commit()
        assert_named(intruder, f"commit {bent} is not ours", intruder.log.name)

    def test_in_the_log_and_in_the_journal(self, intruder: Intruder) -> None:
        line = intruder.line_of("effect.done")
        intruder.sed(f"{line}s/executor/runner/", intruder.log)
        bent = intruder.lines()[line - 1]
        intruder.sql("UPDATE chain SET line = ? WHERE seq = ?", bent, line)
        assert_named(intruder, f"journal: event {line}", "digest")

    def test_everywhere_with_a_new_chain_but_in_the_history(self, intruder: Intruder) -> None:
        line = intruder.line_of("effect.done")
        intruder.sed(f"{line}s/executor/runner/", intruder.log)
        lines = rechained(intruder.lines())
        intruder.write_log(lines)
        intruder.write_chain(lines)
        assert_named(intruder, f"event {line}", "git: commit")


class TestEventRemoved:
    """2: an event is taken out, and the chain closed over it."""

    def test_from_the_log(self, intruder: Intruder) -> None:
        line = intruder.line_of("proposal.approved")
        intruder.sed(f"{line}d", intruder.log)
        assert_named(intruder, f"{intruder.log.name}, line {line}:", f"event {line}")

    def test_from_the_log_with_a_new_chain(self, intruder: Intruder) -> None:
        line = intruder.line_of("proposal.approved")
        lines = intruder.lines()
        intruder.write_log(rechained([*lines[: line - 1], *lines[line:]]))
        assert_named(intruder, f"{intruder.log.name}, line {line}:", f"event {line}")

    def test_from_log_and_journal_with_a_new_chain(self, intruder: Intruder) -> None:
        line = intruder.line_of("task.planned")
        lines = intruder.lines()
        lines = rechained([*lines[: line - 1], *lines[line:]])
        intruder.write_log(lines)
        intruder.write_chain(lines)
        result = intruder.report()
        assert [words for words in result["broken"] if not words.startswith("git: commit")] == []
        assert_named(intruder, f"event {line}", "git: commit")


class TestCommitAmended:
    """3: a commit says something else."""

    @pytest.mark.parametrize("words", [("--no-edit",), ("--message", "Nothing happened")])
    def test_without_a_signature(self, intruder: Intruder, words: tuple[str, ...]) -> None:
        newest = intruder.head()
        intruder.git("commit", "--amend", "--quiet", "--no-gpg-sign", *words)
        assert_named(intruder, "the history was cut", newest)
        assert f"commit {intruder.head()} is not ours" in intruder.verify().output

    def test_signed_with_another_key(self, intruder: Intruder) -> None:
        newest, key = intruder.head(), intruder.employee.state / "evil"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "evil", "-f", str(key)], check=True)
        with_key = ("-c", f"user.signingKey={key}", "-c", "user.name=ai-employee")
        intruder.git(*with_key, "commit", "--amend", "--quiet", "--gpg-sign", "--no-edit")
        assert_named(intruder, "the history was cut", newest)
        assert f"commit {intruder.head()} is not ours" in intruder.verify().output

    def test_with_a_key_that_was_put_in_place_of_ours(self, intruder: Intruder) -> None:
        key = intruder.employee.state / "keys" / "signing-key"
        key.unlink()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "evil", "-f", str(key)], check=True)
        intruder.git("-c", f"user.signingKey={key}", "commit", "--amend", "--quiet", "--gpg-sign", "--no-edit")
        assert_named(intruder, "keys:")
        assert_named(intruder, "the history was cut")

    def test_further_back_with_everything_built_on_it_again(self, intruder: Intruder) -> None:
        newest = intruder.head()
        intruder.git(
            "-c", "core.editor=true", "-c", "sequence.editor=sed -i 1s/pick/reword/", "rebase", "-q", "-i", "HEAD~2"
        )
        assert_named(intruder, "the history was cut", newest)


class TestTailCut:
    """4: the end of the history is gone."""

    def test_with_vault_and_log_set_back_too(self, intruder: Intruder) -> None:
        newest = intruder.head()
        intruder.git("reset", "--quiet", "--hard", "HEAD~3")
        assert_named(intruder, "the history was cut", newest)
        assert_named(intruder, f"{intruder.log.name}, line ", "missing at the end")

    def test_with_the_vault_as_it_was(self, intruder: Intruder) -> None:
        newest = intruder.head()
        intruder.git("update-ref", "refs/heads/main", "HEAD~3")
        assert_named(intruder, "the history was cut", newest)

    def test_where_the_journal_is_told_that_it_was_never_longer(self, intruder: Intruder) -> None:
        intruder.git("update-ref", "refs/heads/main", "HEAD~3")
        intruder.sql("UPDATE meta SET value = ? WHERE name = 'head'", intruder.git("rev-parse", "HEAD"))
        assert_named(intruder, "git: event", "is in no commit")

    def test_where_its_events_are_said_to_wait_for_a_commit_is_told(self, intruder: Intruder) -> None:
        """The next run commits them again, so nothing is lost by it."""
        cut = intruder.git("rev-parse", "HEAD~1")
        intruder.git("update-ref", "refs/heads/main", "HEAD~2")
        intruder.sql("UPDATE meta SET value = ? WHERE name = 'head'", intruder.git("rev-parse", "HEAD"))
        intruder.sql("UPDATE transitions SET commit_id = '' WHERE commit_id = ?", cut)
        assert "3 events are in no commit yet" in " ".join(intruder.report()["warnings"])

    def test_of_the_log_alone(self, intruder: Intruder) -> None:
        last = len(intruder.lines())
        intruder.sed("$d", intruder.log)
        assert_named(intruder, f"{intruder.log.name}, line {last}:", f"event {last}")

    def test_of_everything_at_once_is_what_only_a_witness_sees(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        employee = Employee(tmp_path / "room")
        employee.room.mkdir()
        intruder = Intruder(employee.init())
        keep(employee, tmp_path / "kept")
        walk(employee)
        written_down = intruder.report()["newest"]
        put_back(employee, tmp_path / "kept")
        report = intruder.report()
        assert report["broken"] == report["unchecked"] == []
        assert "set back to an earlier moment" in report["cannot_see"][0]
        assert report["newest"] != written_down
        assert capsys.readouterr().err == ""
