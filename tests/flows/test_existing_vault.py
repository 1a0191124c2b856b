"""An owner's vault that was there before us: we work in one subfolder, and nothing else of it changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.flows.employee import Employee, mail, request
from tests.flows.owners_vault import MARKER, OwnersVault
from tests.flows.steps import BOOKED, done_note, only, proposed_invoice, proposed_mail
from tests.stock_git import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OURS = "Staff"
NOTHING = ("needs_action", "in_progress", "questions", "pending_approval", "approved", "quarantine", "done", "stopped")


@pytest.fixture
def owner(tmp_path: Path) -> OwnersVault:
    """A small vault of an owner."""
    return OwnersVault.make(tmp_path / "Vault")


@pytest.fixture
def employee(tmp_path: Path, owner: OwnersVault) -> Employee:
    """Our subfolder in it."""
    assert owner.root.is_dir()
    return Employee(tmp_path, OURS).init("--folder", OURS)


def our_history(employee: Employee, *words: str) -> str:
    """Stock git over our history, without the pointer that an owner's vault does not get."""
    return git(employee.vault, f"--git-dir={employee.state / 'history.git'}", f"--work-tree={employee.vault}", *words)


def bytes_of_ours(employee: Employee) -> bytes:
    """Every byte we keep: our subfolder, the state folder, and what our history holds packed."""
    kept = [each for base in (employee.vault, employee.state) for each in base.rglob("*") if each.is_file()]
    everything = our_history(employee, "log", "--patch", "--all", "--format=%B")
    return b"".join(each.read_bytes() for each in kept) + everything.encode()


def test_the_whole_walk_changes_no_byte_no_commit_and_no_index_entry_of_the_owner(tmp_path: Path) -> None:
    owner = OwnersVault.make(tmp_path / "Vault", notes=5_000)
    before, status = owner.everything(but=OURS), owner.status()
    refs, staged = owner.git("show-ref"), owner.git("ls-files", "--stage", "--debug")
    assert len(before) > 5_000
    assert {each[:2] for each in status} == {"A ", "M ", " M", " D", "??"}

    employee = Employee(tmp_path, OURS).init("--folder", OURS)
    send = proposed_mail(employee)
    employee.approve(send)
    employee.once()
    assert len(employee.outbox()) == 1
    assert len(re.findall(BOOKED, employee.ledger())) == 1
    assert "All holds" in employee.said("verify")

    assert owner.everything(but=OURS) == before
    assert {*owner.status()} == {*status, f"?? {OURS}/"}
    assert (owner.git("show-ref"), owner.git("ls-files", "--stage", "--debug")) == (refs, staged)
    assert not list(employee.vault.rglob(".git"))
    assert not (employee.vault / ".obsidian").exists()
    assert MARKER.encode() not in bytes_of_ours(employee)
    assert our_history(employee, "status", "--porcelain") == ""


def test_a_folder_of_the_owners_is_not_taken_and_another_name_is_offered(owner: OwnersVault, tmp_path: Path) -> None:
    before = owner.everything(but=OURS)
    employee = Employee(tmp_path, OURS)
    refused = employee.call("init", str(owner.root))
    assert refused.exit_code == 1
    assert "AI Employee is there already and is not ours" in refused.output
    assert "--folder NAME" in refused.output
    assert owner.everything(but=OURS) == before
    employee.init("--folder", OURS)
    assert (employee.vault / "Inbox").is_dir()
    assert "already" in employee.said("init", str(owner.root), "--folder", "Other")
    assert not (owner.root / "Other").exists()
    assert owner.everything(but=OURS) == before


@pytest.mark.parametrize(
    "name",
    ["../Elsewhere", "a/b", ".", "..", "", ".hidden", "Diary.md", "{room}/Elsewhere", "Attic", "a\\b", "a\nb"],
)
def test_only_a_new_folder_directly_in_the_vault_can_become_ours(owner: OwnersVault, tmp_path: Path, name: str) -> None:
    (tmp_path / "Empty").mkdir()
    (owner.root / "Attic").symlink_to(tmp_path / "Empty")
    before, beside = owner.everything(but=OURS), set(tmp_path.rglob("*"))
    refused = Employee(tmp_path).call("init", str(owner.root), "--folder", name.format(room=tmp_path))
    assert refused.exit_code == 1
    assert "--folder NAME" in refused.output
    assert owner.everything(but=OURS) == before
    assert set(tmp_path.rglob("*")) == beside


def test_a_vault_with_nothing_but_settings_or_a_repository_is_an_owners_too(tmp_path: Path) -> None:
    root = tmp_path / "Vault"
    root.mkdir()
    git(root, "init", "--quiet")
    owner = OwnersVault(root)
    before = owner.everything(but="AI Employee")
    employee = Employee(tmp_path, "AI Employee").init()
    employee.once()
    assert owner.everything(but="AI Employee") == before
    assert not (employee.vault / ".git").exists()


def test_every_command_finds_our_folder_from_the_owners(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = proposed_invoice(employee)
    outside = Employee(employee.room)
    assert outside.ids("pending_approval") == [proposal.stem]
    outside.said("approve", proposal.stem)
    outside.once()
    assert len(re.findall(BOOKED, employee.ledger())) == 1
    assert outside.status()["vault"] == str(employee.vault)
    monkeypatch.chdir(employee.vault / "Done")
    assert Employee(employee.room).ids("pending_approval")


def test_notes_of_the_owner_elsewhere_are_never_taken_for_commands(employee: Employee, owner: OwnersVault) -> None:
    employee.once()
    status = employee.status()
    assert not any(status[key] for key in NOTHING), status
    proposal = proposed_invoice(employee)
    for folder in ("Approved", "Rejected"):
        owner.write(f"{folder}/{proposal.name}", proposal.read_text(encoding="utf-8"))
    before = owner.everything(but=OURS)
    employee.once()
    assert employee.pending("invoice.create") == [proposal]
    assert not re.search(BOOKED, employee.ledger())
    employee.approve(proposal)  # and the owner's own note STOP.md halts nothing of ours
    employee.once()
    assert len(re.findall(BOOKED, employee.ledger())) == 1
    assert owner.everything(but=OURS) == before


def test_the_owners_git_may_take_our_notes_along_at_any_moment(employee: Employee, owner: OwnersVault) -> None:
    send = proposed_mail(employee)
    owner.commit("Save everything, as a plugin does every five minutes")
    employee.approve(send)
    owner.commit("Again")
    head = owner.git("rev-parse", "HEAD")
    employee.once()
    assert len(employee.outbox()) == 1
    assert "All holds" in employee.said("verify")
    assert our_history(employee, "status", "--porcelain") == ""
    assert owner.git("rev-parse", "HEAD") == head
    assert {each.strip('"')[3 : 3 + len(OURS)] for each in owner.status()} == {OURS}


def as_linter(text: str) -> str:
    """Saved by a linter: properties sorted and written anew, times of its own added, blanks and lines at the end."""
    properties, body = parted(text)
    added = {"date created": "Monday, November 23rd 2026, 10:00:00 am", "date modified": "2026-11-23T10:00:00"}
    head = yaml.safe_dump(yaml.safe_load(properties) | added, sort_keys=True, allow_unicode=True)
    return f"---\n{head}---\n" + "".join(f"{line}  \n" for line in body.splitlines()) + "\n\n"


def as_templater(text: str) -> str:
    """Saved after a template ran: every value in other quotes, a key and an alias added, no newline at the end."""
    properties, body = parted(text)
    lines = [re.sub(r"^([\w ]+): ([^\[\"'].*)$", r"\1: '\2'", line) for line in properties.splitlines()]
    added = [] if "modified:" in properties else ["modified: 2026-11-23 10:00", "aliases:", "  - seen"]
    head = "\n".join([*lines, *added])
    return f"---\n{head}\n---\n{body.rstrip()}"


def as_windows(text: str) -> str:
    """Saved by an editor with line ends and a mark of its own."""
    return "\ufeff" + text.replace("\r\n", "\n").replace("\n", "\r\n")


def parted(text: str) -> tuple[str, str]:
    """The properties and the body."""
    _, properties, body = text.split("---\n", 2)
    return properties, body


def rewrite_all(employee: Employee, by: Callable[[str], str]) -> int:
    """Every note of ours with properties is saved by a plugin; how many."""
    notes = [each for each in employee.vault.rglob("*.md") if each.read_bytes().startswith(b"---\n")]
    for note in notes:
        note.write_bytes(by(note.read_text(encoding="utf-8")).encode())
    return len(notes)


@pytest.mark.parametrize("by", [as_linter, as_templater, as_windows])
def test_notes_that_plugins_write_anew_can_still_be_approved(employee: Employee, by: Callable[[str], str]) -> None:
    employee.drop("vague.eml", mail("Hello,\n\nplease send us the invoice for the consulting at 95.00 EUR.", number=7))
    employee.once()
    question = only(employee.questions())
    invoice = proposed_invoice(employee)
    assert rewrite_all(employee, by) >= 8
    question.write_text(re.sub(r"(?m)^answer:.*$", "answer: 12", question.read_text(encoding="utf-8")), "utf-8")
    employee.approve(invoice)
    employee.once()
    assert len(re.findall(BOOKED, employee.ledger())) == 1
    assert not employee.questions()
    assert len(employee.pending("invoice.create")) == 1
    send = only(employee.pending("email.send"))
    rewrite_all(employee, by)
    ticked = re.sub(r"(?m)^(approve: ).*?(\r?)$", r"\1true\2", send.read_bytes().decode())
    send.write_bytes(ticked.encode())
    employee.once()
    assert "not sent: no mail account" in done_note(employee, send)
    assert len(employee.outbox()) == 1
    rewrite_all(employee, by)
    employee.once()
    assert employee.ids("needs_action") == []
    assert employee.ids("quarantine") == []
    assert "All holds" in employee.said("verify")
    assert our_history(employee, "status", "--porcelain") == ""


TEMPLATER = "<% tp.file.title %> <%* await app.vault.delete(x) %> <%+ tp.date.now() %> {{date}} %%hidden%%"


def test_commands_of_templating_plugins_in_a_mail_stay_inert_in_every_note(employee: Employee) -> None:
    sender = '"Acme <%* tR %> {{title}}" <billing@client.example>'
    body = f"{request()}\n\n{TEMPLATER}\n```dataviewjs\ndv.view('x')\n```\n"
    employee.drop("<% tp.file.title %>.eml", mail(body, sender=sender, subject=f"Invoice please {TEMPLATER}"))
    employee.drop("<% tp.file.title %>.csv", f"date,amount\n2026-11-23,{TEMPLATER}\n")
    employee.once()
    employee.said("ask", f"Invoice {TEMPLATER} for 2 hours of design at 85.00 EUR")
    employee.once()
    for answer in (TEMPLATER, "an invoice request"):
        assert_inert(employee)
        for question in employee.questions():
            employee.said("answer", question.stem, answer)
        employee.once()
    for action in ("invoice.create", "email.send"):
        for proposal in employee.pending(action):
            employee.approve(proposal)
        employee.once()
        assert_inert(employee)
    assert employee.outbox()
    assert "All holds" in employee.said("verify")


def assert_inert(employee: Employee) -> None:
    """No note of ours, nor any file name, holds what Templater, Templates or Dataview would run."""
    for note in employee.notes("."):
        text = note.read_text(encoding="utf-8")
        assert "<%" not in text + note.name, note
        assert "{{" not in text, note
        assert not re.search(r"(?m)^ {0,3}(`{3,}|~{3,})\s*dataview", outside_longer_fences(text)), note
        assert not re.search(r"%%(?! yours: (begin|end) %%)(?<! yours: begin %%)(?<! yours: end %%)", text), note


def outside_longer_fences(text: str) -> str:
    """The text without what stands in fences of four and more."""
    return re.sub(r"(?ms)^(`{4,}).*?^\1$", "", text)
