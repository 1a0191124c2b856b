"""Unsigned commits, changed notes, damaged objects and planted programs: named, and never taken for the owner's own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import mail, request
from tests.flows.tampering import Intruder, assert_holds, assert_named
from tests.stock_git import git

if TYPE_CHECKING:
    from tests.flows.employee import Employee

INVOICE = mail(request())
ANNA = "s/billing@client.example/anna@evil.example/"


class TestUnsignedCommit:
    """5: a commit that is not ours."""

    def test_that_touches_a_sealed_note_is_named(self, intruder: Intruder) -> None:
        note = intruder.done("invoice-create")
        intruder.sed("s/1,130.50/9,130.50/", note)
        commit = intruder.commit()
        assert_named(intruder, f"commit {commit} is not ours and touches", note.name)

    def test_that_touches_a_sealed_note_and_takes_it_back_is_named_all_the_same(self, intruder: Intruder) -> None:
        note = intruder.done("email-send")
        whole = note.read_bytes()
        intruder.sed(ANNA, note)
        commit = intruder.commit()
        note.write_bytes(whole)
        intruder.commit()
        assert_named(intruder, f"commit {commit} is not ours and touches", note.name)

    def test_that_pretends_to_be_ours_is_foreign(self, intruder: Intruder) -> None:
        trailer = next(line for line in intruder.git("log", "--format=%B").splitlines() if line.startswith("Event: "))
        intruder.git(
            "-c", "user.name=ai-employee", "commit", "--quiet", "--allow-empty", "--message", f"x\n\n{trailer}"
        )
        assert f"commit {intruder.head()} is not ours" in " ".join(intruder.report()["warnings"])

    def test_with_only_the_owners_notes_is_foreign_and_no_tampering(self, intruder: Intruder) -> None:
        (intruder.vault / "Company_Handbook.md").write_text("# Mine\n", encoding="utf-8")
        (intruder.vault / "Plan for 2027.md").write_text("# Plan\n", encoding="utf-8")
        commit = intruder.commit("my own words")
        result = intruder.verify()
        assert result.exit_code == 0, result.output
        assert f"note      git: commit {commit} is not ours; it touches nothing that is sealed" in result.output

    def test_of_a_plugin_that_commits_what_the_owner_and_we_just_did_is_no_tampering(self, employee: Employee) -> None:
        """The owner's move to Approved, our move to Done and our log all get into commits of the plugin first."""
        intruder = Intruder(employee)
        employee.drop("request.eml", INVOICE)
        employee.once()
        (note,) = employee.pending("invoice.create")
        employee.approve(note)
        first = intruder.commit()
        employee.once()
        done = intruder.done("invoice-create")
        done.write_text(f"{done.read_text(encoding='utf-8')}\nThank you, all went well.\n", encoding="utf-8")
        second = intruder.commit()
        assert_holds(intruder)
        employee.once()
        warnings = " ".join(intruder.report()["warnings"])
        assert f"commit {first} is not ours" in warnings
        assert f"commit {second} is not ours" in warnings
        assert_holds(intruder)


class TestApprovedNoteChangedLater:
    """6: what was approved reads differently afterwards."""

    @pytest.mark.parametrize("committed", [False, True])
    @pytest.mark.parametrize(("kind", "script"), [("email-send", ANNA), ("invoice-create", "s/^amount: .*/amount: 9/")])
    def test_in_done_with_and_without_a_commit(
        self, intruder: Intruder, kind: str, script: str, *, committed: bool
    ) -> None:
        note = intruder.done(kind)
        intruder.sed(script, note)
        if committed:
            assert_named(intruder, intruder.commit(), note.name)
        assert_named(intruder, f"the note {note.name} was changed after it was approved")

    def test_in_its_receipt(self, intruder: Intruder) -> None:
        note = intruder.done("invoice-create")
        intruder.sed("/^done /s/INV-2026-0001/INV-2026-0002/", note)
        assert_named(intruder, f"the receipt in the note {note.name} was changed")

    def test_in_done_and_in_the_journal(self, intruder: Intruder) -> None:
        note = intruder.done("email-send")
        intruder.sed("s/billing@client/anna@evil/g", note)
        intruder.sql("UPDATE proposals SET note = replace(note, 'billing@client', 'anna@evil') WHERE id = ?", note.stem)
        assert_named(intruder, note.stem, "the note in the journal is not the one of commit")

    def test_the_order_itself_in_the_journal(self, intruder: Intruder) -> None:
        note = intruder.done("email-send")
        intruder.sql("UPDATE proposals SET action = replace(action, 'billing@', 'anna@') WHERE id = ?", note.stem)
        assert_named(intruder, note.stem, "the order in the journal is not the one that was sealed")

    def test_the_receipt_in_the_journal(self, intruder: Intruder) -> None:
        note = intruder.done("invoice-create")
        intruder.sql(
            "UPDATE proposals SET receipt = replace(receipt, 'INV-2026-0001', 'INV-2026-7') WHERE id = ?", note.stem
        )
        assert_named(intruder, note.stem, "receipt")

    def test_its_document(self, intruder: Intruder) -> None:
        (pdf,) = (intruder.vault / "Accounting" / "Invoices").rglob("*.pdf")
        pdf.write_bytes(pdf.read_bytes() + b"%")
        assert_named(intruder, pdf.name, "is not the one of the receipt")


class TestTheRepositoryItself:
    """Objects, settings and programs of the history."""

    @pytest.mark.parametrize("name", ["HEAD", "HEAD~4", "HEAD~2^{tree}", "HEAD:Dashboard.md"])
    def test_a_flipped_byte_in_an_object_is_named(self, intruder: Intruder, name: str) -> None:
        path = intruder.object_file(name)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        assert_named(intruder, "git:")

    def test_a_whole_object_with_other_content_is_named(self, intruder: Intruder) -> None:
        note = intruder.done("email-send")
        before = intruder.object_file(f"HEAD:{note.relative_to(intruder.vault).as_posix()}")
        intruder.sed(ANNA, note)
        other = intruder.git("hash-object", "-w", str(note))
        shutil.copyfile(intruder.object_file(other), before)
        intruder.git("cat-file", "-e", other)
        assert_named(intruder, "git: Object", before.parent.name + before.name)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("core.fsmonitor", "touch ran"), ("core.hooksPath", "hooks"), ("filter.evil.clean", "touch ran; cat")],
    )
    def test_a_planted_program_is_named_and_not_run(self, intruder: Intruder, name: str, value: str) -> None:
        git(intruder.git_dir, "config", name, value)
        assert_named(intruder, name.lower())
        assert not list(intruder.employee.room.rglob("ran"))

    def test_a_planted_hook_is_named(self, intruder: Intruder) -> None:
        (intruder.git_dir / "hooks").mkdir(exist_ok=True)
        (intruder.git_dir / "hooks" / "post-commit").write_text("#!/bin/sh\n", encoding="utf-8")
        assert_named(intruder, "hooks/post-commit")


@pytest.mark.parametrize("lost", ["journal.sqlite", "keys/signing-key", "keys", "history.git", "history.git/HEAD"])
def test_what_cannot_be_checked_is_never_called_whole(intruder: Intruder, lost: str) -> None:
    place = intruder.employee.state / lost
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    result = intruder.verify()
    assert result.exit_code == 3, result.output
    assert "Not everything could be checked." in result.output
    assert "cannot see" in result.output


def test_a_journal_that_is_no_journal_cannot_be_checked(intruder: Intruder) -> None:
    (intruder.employee.state / "journal.sqlite").write_bytes(b"x" * 5000)
    assert intruder.verify().exit_code == 3
