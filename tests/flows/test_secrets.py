"""Secrets: wherever one comes in, it is found only where it came in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fpdf import FPDF

from tests.connectors.email.mail_room import answers_for
from tests.flows.canary import LINE, TEXT, TOKEN, files, full_mail, git_objects, journal_columns, leaks
from tests.flows.employee import mail, request
from tests.flows.steps import only, proposed_mail
from tests.servers.conversation import conversation
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer
from tests.stock_git import git

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.flows.employee import Employee

# where a planted secret may lie afterwards, and why
IN_VAULT = {
    r"Files/.*": "what came from outside, as it came: nothing is lost, and it is kept out of the history",
    r"Ask\.md|Company_Handbook\.md|Wifi\.md": "the owner's own notes, which nobody changes",
    r"Done/.*-question-.*\.md": "an answer the owner wrote into this note",
    r"Rejected/.*-invoice-create-.*\.md": "a reason the owner wrote into this note",
    r"Quarantine/.*-edited-.*\.md": "the owner's edit of a proposal, kept as they wrote it",
}
IN_STATE = {
    r"blobs/.*": "the bytes of what came, by digest; mode 0600",
    r"journal\.sqlite(-wal)?": "see IN_JOURNAL",
}
IN_JOURNAL = {
    r"transitions\.operations": "the line of Ask.md that is to be ticked, by its words; shown nowhere",
    r"transitions\.paths": "a file of the inbox, by the name it came with; shown nowhere, and in no commit",
}


@dataclass
class Told:
    """A vault, and everything its commands and answers said."""

    employee: Employee
    said: list[str] = field(default_factory=list)

    def call(self, *words: str, answers: str | None = None) -> None:
        self.said.append(self.employee.call(*words, answers=answers).output)

    def once(self) -> None:
        self.call("run", "--once")

    def change(self, path: Path, before: str, after: str) -> None:
        """The owner edits a note."""
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")


def comes_from_outside(told: Told) -> None:
    told.employee.drop(f"access {TOKEN}.eml", full_mail(1))
    told.employee.drop(f"wifi {TOKEN}.txt", TEXT)


def is_written_by_the_owner(told: Told) -> None:
    vault = told.employee.vault
    (vault / "Wifi.md").write_text(f"# Wifi\n\n{TEXT}\n", encoding="utf-8")
    ask = vault / "Ask.md"
    ask.write_text(f"{ask.read_text(encoding='utf-8')}\n- {LINE}\n", encoding="utf-8")
    row = "| currency | EUR |"
    told.change(vault / "Company_Handbook.md", row, f"{row}\n| wifi | {TOKEN} {LINE.replace('|', '/')} |")
    told.call("ask", LINE)


def is_answered(told: Told) -> None:
    first, second, *_ = told.employee.questions()
    told.change(first, "answer:", f"answer: {TOKEN}")
    told.call("answer", second.stem, LINE)


def is_edited_and_rejected(told: Told) -> None:
    employee = told.employee
    for number in (2, 3):
        employee.drop(f"request-{number}.eml", mail(request(f"{number} hours"), number=number))
    told.once()
    first, second = employee.pending("invoice.create")
    told.change(first, "text: consulting", f"text: {TOKEN}")
    employee.approve(first)
    told.call("reject", second.stem, "--reason", LINE)
    told.once()
    told.change(first, "decision:", "decision: reject")
    told.change(first, "reason:", f"reason: {TOKEN}")
    told.once()


def is_said_by_a_server(told: Told, room: Path) -> None:
    with SmtpServer(make_certificate(room)) as server:
        answers = "".join(f"{each}\n" for each in answers_for(server).values())
        server.behaviour.reply_to_login = f"535 bad password: {TOKEN}"
        told.call("connect", "mail", answers=answers)
        server.behaviour.reply_to_login = ""
        told.call("connect", "mail", answers=answers)
        server.behaviour.reply_to_recipient = f"550 no such user, {TOKEN}"
        told.employee.approve(proposed_mail(told.employee, 20))
        told.once()


def is_asked_about(told: Told) -> None:
    for words in ("status --all", "status --json", "log", "verify", "doctor", "doctor --json", "credentials"):
        told.call(*words.split())
    task = next(each for each in told.employee.notes("In_Progress") if "-email-" in each.name)
    for word in ("why", "log"):
        told.call(word, task.stem)
    with conversation(told.employee) as assistant:
        told.said += [str(assistant.call("list_tasks")), str(assistant.call("list_waiting"))]
        told.said.append(str(assistant.call("read_task", task_id=task.stem)))
        told.said.append(assistant.refused("propose_reply", task_id=task.stem, subject="Re", body=LINE))


def unexpected(found: dict[str, set[str]], allowed: dict[str, str]) -> dict[str, set[str]]:
    return {name: kinds for name, kinds in found.items() if not any(re.fullmatch(each, name) for each in allowed)}


def test_a_secret_of_each_kind_is_found_only_where_it_came_in(
    employee: Employee, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_TOKEN", LINE)
    told = Told(employee)
    comes_from_outside(told)
    is_written_by_the_owner(told)
    told.once()
    is_answered(told)
    told.once()
    is_edited_and_rejected(told)
    is_said_by_a_server(told, tmp_path)
    is_asked_about(told)
    leaked: dict[str, object] = {
        "said": [said for said in told.said if leaks(said.encode())],
        "vault": unexpected(files(employee.vault), IN_VAULT),
        "state": unexpected(files(employee.state), IN_STATE),
        "journal": unexpected(journal_columns(employee), IN_JOURNAL),
        "history": sorted(leaks(git_objects(employee))),
    }
    assert {place: found for place, found in leaked.items() if found} == {}
    assert all(leaks((employee.vault / each).read_bytes()) for each in ("Wifi.md", "Ask.md", "Company_Handbook.md"))
    assert "All holds." in employee.said("verify")


def test_a_mail_with_a_password_is_shown_masked_and_stays_readable_in_files(employee: Employee) -> None:
    employee.drop("wifi.eml", mail("Hello,\n\nyour wifi password: Ruffled-Heron-77\n"))
    employee.once()
    task = only(
        [each for each in employee.notes("In_Progress") + employee.notes("Needs_Action") if "-email-" in each.name]
    )
    text = task.read_text(encoding="utf-8")
    assert "your wifi password: ⟨secret: password, 16 characters⟩" in text
    assert "> - secrets came with it and are not shown here: password\n> - what came lies in Files" in text
    kept = only(list((employee.vault / "Files").rglob("*.eml")))
    assert b"Ruffled-Heron-77" in kept.read_bytes()
    history = employee.state / "history.git"
    assert kept.name not in git(history, "ls-tree", "-r", "--name-only", "HEAD")
    assert git(employee.vault, "status", "--porcelain") == ""
    before = git(history, "rev-parse", "HEAD")
    employee.once()
    assert git(history, "rev-parse", "HEAD") == before


def test_a_file_whose_format_hides_a_password_that_we_can_read_stays_out_too(employee: Employee) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica")
    pdf.multi_cell(0, text="Dear guest, the wifi password: Ruffled-Heron-77 is yours until Friday.")
    content = bytes(pdf.output())
    assert b"Ruffled" not in content
    employee.drop("wifi.pdf", content)
    employee.once()
    kept = only(list((employee.vault / "Files").rglob("*.pdf")))
    history = employee.state / "history.git"
    assert kept.read_bytes() == content
    assert kept.name not in git(history, "ls-tree", "-r", "--name-only", "HEAD")
    shown = [each.read_text(encoding="utf-8") for each in employee.vault.rglob("*.md")]
    assert any("password: ⟨secret: password, 16 characters⟩" in each for each in shown)
    assert not any("Ruffled" in each for each in shown)


def test_a_password_in_the_owners_note_is_told_once_and_the_note_comes_in_when_it_is_out(employee: Employee) -> None:
    note = employee.vault / "Wifi.md"
    note.write_text("# Wifi\n\nOffice\nPasswort: Ruffled-Heron-77\n", encoding="utf-8")
    employee.once()
    alert = only(employee.notes("Needs_Action"))
    told = alert.read_text(encoding="utf-8")
    assert "# A secret stands in Wifi.md" in told
    assert "- line 4: password" in told
    assert "Ruffled" not in told
    alert.unlink()
    employee.once()
    assert employee.notes("Needs_Action") == []
    history = employee.state / "history.git"
    assert "Wifi.md" not in git(history, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    note.write_text("# Wifi\n\nOffice\nPasswort: in the safe\n", encoding="utf-8")
    employee.once()
    assert "Wifi.md" in git(history, "ls-tree", "-r", "--name-only", "HEAD").splitlines()


def test_a_secret_given_to_a_command_is_left_out_and_said(employee: Employee) -> None:
    result = employee.call("ask", f"publish the package with {TOKEN}")
    assert "A secret was left out" in result.output
    assert TOKEN not in result.output
    employee.once()
    text = only(
        [each for each in employee.notes("Needs_Action") + employee.notes("In_Progress") if "-ask-" in each.name]
    )
    assert "publish the package with ⟨secret: GitHub token" in text.read_text(encoding="utf-8")
