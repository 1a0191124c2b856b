"""A vault that moved goes on; a copied one asks once what it is; one journal never serves two folders."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.founding import open_place
from agents.autonomy.whereabouts import CopiedVault, Found, Whereabouts, judge_place, was_carried_over
from agents.servers.email_mcp_server import MailDoor
from tests.flows.programs import PROJECT, command_line
from tests.flows.steps import only, proposed_invoice
from tests.watchers.samples import snapshot

if TYPE_CHECKING:
    from tests.flows.employee import Employee

HERE = Whereabouts("/home/emma/Vault", 7, 70, "studio")


def copied(employee: Employee, kept: str = "state") -> Employee:
    """The owner copies the vault's folder; the state folder is shared unless `kept` names another."""
    copy = replace(employee, folder="Copy of Vault", kept=kept)
    shutil.copytree(employee.vault, copy.vault, symlinks=True)
    return copy


def test_a_renamed_vault_goes_on_and_says_so_once(employee: Employee) -> None:
    proposal = proposed_invoice(employee)
    moved = replace(employee, folder="Moved")
    employee.vault.rename(moved.vault)
    assert f"The vault has moved here from {employee.vault}" in moved.once()
    assert "moved" not in moved.once()
    moved.approve(moved.vault / "Pending_Approval" / proposal.name)
    moved.once()
    assert len(moved.pending("email.send")) == 1
    assert "All holds" in moved.said("verify")


def test_a_vault_copied_to_another_disk_and_deleted_here_has_moved(employee: Employee) -> None:
    copy = copied(employee)
    shutil.rmtree(employee.vault)
    assert "The vault has moved here" in copy.once()
    assert "moved" not in copy.once()


def test_a_copy_is_refused_by_every_command_until_the_owner_says_what_it_is(employee: Employee) -> None:
    proposal = proposed_invoice(employee)
    copy = copied(employee)
    before = snapshot(copy.vault), employee.ids("pending_approval")
    for words in (("run", "--once"), ("status",), ("approve", proposal.stem), ("ask", "something"), ("log",)):
        refused = copy.call(*words)
        assert refused.exit_code == 1, words
        assert f"{copy.vault} is a copy of {employee.vault}" in refused.output
        assert "`run --moved`" in refused.output
        assert f"`init --copy '{copy.vault}'`" in refused.output
    assert copy.call("verify").exit_code == 3
    with pytest.raises(CopiedVault), MailDoor(open_place(copy.vault), copy.state).journal():
        pass
    assert (snapshot(copy.vault), employee.ids("pending_approval")) == before
    assert employee.status()["requests"] == 0
    employee.once()
    assert "All holds" in employee.said("verify")


def test_moved_is_said_once_and_then_the_old_folder_is_the_copy(employee: Employee) -> None:
    proposed_invoice(employee)
    copy = copied(employee)
    copy.said("run", "--once", "--moved")
    copy.once()
    proposal = only(copy.pending("invoice.create"))
    refused = employee.call("run", "--once")
    assert refused.exit_code == 1
    assert f"{employee.vault} is a copy of {copy.vault}" in refused.output
    copy.approve(proposal)
    copy.once()
    assert copy.ledger().count("key:") == 1
    assert employee.ledger().count("key:") == 0
    assert "All holds" in copy.said("verify")


@pytest.mark.parametrize("own_folder", [True, False])
def test_a_copy_made_a_vault_of_its_own_shares_nothing_with_the_other(
    employee: Employee, monkeypatch: pytest.MonkeyPatch, *, own_folder: bool
) -> None:
    proposal = proposed_invoice(employee)
    copy = copied(employee)
    said = copy.call("init", str(copy.vault), "--copy")
    assert said.exit_code == 0
    assert "is a vault of its own now" in said.output
    assert "AI_EMPLOYEE_STATE names the state folder of the other vault" in said.output
    refused = copy.call("run", "--once")
    assert refused.exit_code == 1
    assert "belongs to another vault" in refused.output
    own = replace(copy, kept="own state") if own_folder else copy
    if not own_folder:  # the platform's place, by vault id
        monkeypatch.setattr(type(own), "settings", {"AI_EMPLOYEE_QUIET_S": "0", "COLUMNS": "200"})
    own.once()
    again = only(own.pending("invoice.create"))
    assert again.stem != proposal.stem
    own.approve(again)
    own.once()
    assert own.ledger().count("key:") == 1
    assert employee.ledger().count("key:") == 0
    assert "All holds" in own.said("verify")


def test_the_vault_itself_is_never_parted_from_its_journal(employee: Employee) -> None:
    before = snapshot(employee.vault)
    refused = employee.call("init", str(employee.vault), "--copy")
    assert refused.exit_code == 1
    assert "is no copy: its journal knows it here" in refused.output
    assert snapshot(employee.vault) == before


@pytest.mark.parametrize("answer", ["moved", "copy"])
def test_on_a_terminal_the_owner_is_asked_once(employee: Employee, answer: str) -> None:
    copy = copied(employee)
    command = command_line(copy, "status")
    settings = {name: value for name, value in copy.settings.items() if value is not None}
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        command, cwd=PROJECT, env={**os.environ, **settings}, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    said, _ = program.communicate(timeout=90)
    os.close(ours)
    assert b"Which is it" in said
    if answer == "moved":
        assert program.returncode == 0
        copy.once()
    else:
        assert b"is a vault of its own now" in said
        replace(copy, kept="own state").once()
        employee.once()


def test_vault_and_state_folder_copied_together_are_a_world_of_their_own(employee: Employee) -> None:
    proposal = proposed_invoice(employee)
    shutil.copytree(employee.state, employee.room / "state copy")
    copy = copied(employee, kept="state copy")
    copy.once()
    copy.approve(only(copy.pending("invoice.create")))
    copy.once()
    assert (copy.ledger().count("key:"), employee.ledger().count("key:")) == (1, 0)
    assert proposal.is_file()
    assert "All holds" in employee.said("verify")


def test_vault_and_state_folder_copied_to_another_machine_run_nothing_the_first_was_told(employee: Employee) -> None:
    """One synced folder, and two journals that know the same proposal: only the first one may carry it out."""
    proposal = proposed_invoice(employee)
    shutil.copytree(employee.state, employee.room / "state copy")
    other = replace(copied(employee, kept="state copy"), node="laptop")
    other.approve(other.vault / "Pending_Approval" / proposal.name)
    assert "begins a new epoch" in other.once()
    assert other.ledger().count("key:") == 0
    again = only(other.pending("invoice.create"))
    assert again.stem != proposal.stem
    employee.approve(proposal)
    employee.once()
    assert employee.ledger().count("key:") == 1
    assert "All holds" in other.said("verify")
    assert "begins a new epoch" not in other.once()


@pytest.mark.parametrize(
    ("known", "there_too", "found"),
    [
        (None, False, Found.HERE),
        (HERE, True, Found.HERE),
        (replace(HERE, root="/mnt/Vault"), False, Found.MOVED),
        (replace(HERE, root="/mnt/Vault"), True, Found.MOVED),  # the same folder under another name
        (replace(HERE, root="/mnt/Vault", root_inode=8), True, Found.COPY),
        (replace(HERE, root="/mnt/Vault", root_inode=8), False, Found.MOVED),
        (replace(HERE, root="/mnt/Vault", root_inode=8, journal_inode=80), True, Found.MOVED),
    ],
)
def test_moved_or_copied_is_told_by_place_and_files(known: Whereabouts, *, there_too: bool, found: Found) -> None:
    assert judge_place(known, HERE, there_too=there_too) is found


def test_a_computer_that_changed_its_name_is_the_same_and_so_is_a_backup_put_back() -> None:
    assert not was_carried_over(None, HERE)
    assert not was_carried_over(replace(HERE, node="studio.fritz.box"), HERE)
    assert not was_carried_over(replace(HERE, journal_inode=1), HERE)
    assert was_carried_over(replace(HERE, node="laptop", journal_inode=1), HERE)
