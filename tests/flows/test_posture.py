"""`doctor` names what is open or dangerous about an installation, and a run tells a new danger once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.security.secrets import open_secrets
from tests.flows.employee import Employee
from tests.flows.owners_vault import OwnersVault
from tests.flows.steps import only
from tests.stock_git import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = dict[str, str]
KINDS = {"plugins", "history", "files", "sync", "disk", "network"}


def rows(employee: Employee) -> list[Row]:
    """What `doctor` says of how safe it stands here."""
    found: list[Row] = json.loads(employee.said("doctor", "--json"))
    return [each for each in found if each["name"] in KINDS]


def worst(employee: Employee) -> list[Row]:
    """The rows that are not fine; the disk of this machine is what it is."""
    return [each for each in rows(employee) if each["state"] != "fine" and each["name"] != "disk"]


def alerts(employee: Employee) -> list[str]:
    return [each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action") if "-alert-" in each.name]


def plugin(employee: Employee, name: str, settings: dict[str, object], version: str = "1.0.0") -> None:
    """The owner turns one plugin on, and it alone."""
    place = employee.vault / ".obsidian" / "plugins" / name
    place.mkdir(parents=True)
    (place / "data.json").write_text(json.dumps(settings), encoding="utf-8")
    (place / "manifest.json").write_text(json.dumps({"id": name, "version": version}), encoding="utf-8")
    (employee.vault / ".obsidian" / "community-plugins.json").write_text(json.dumps([name]), encoding="utf-8")


def dataview(employee: Employee) -> None:
    plugin(employee, "dataview", {"enableDataviewJs": True})


def templater(employee: Employee) -> None:
    plugin(employee, "templater-obsidian", {"trigger_on_file_creation": True, "enable_system_commands": True})


def shell_commands(employee: Employee) -> None:
    plugin(employee, "obsidian-shellcommands", {})


def old_tasks(employee: Employee) -> None:
    plugin(employee, "obsidian-tasks-plugin", {}, "7.22.0")


def eval_in_links(employee: Employee) -> None:
    plugin(employee, "obsidian-advanced-uri", {"allowEval": True})


def stranger(employee: Employee) -> None:
    plugin(employee, "some-new-plugin", {})


def broken_settings(employee: Employee) -> None:
    dataview(employee)
    (employee.vault / ".obsidian" / "plugins" / "dataview" / "data.json").write_text("{")


def setting_of_git(name: str, value: str) -> Callable[[Employee], None]:
    return lambda employee: (git(employee.vault, "config", name, value), None)[1]


def file_of_git(name: str, text: str) -> Callable[[Employee], None]:
    def plant(employee: Employee) -> None:
        place = employee.state / "history.git" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")

    return plant


def pointer(employee: Employee) -> None:
    (employee.vault / ".git").write_text("gitdir: /elsewhere\n", encoding="utf-8")


def attributes(employee: Employee) -> None:
    (employee.vault / "Inbox" / ".gitattributes").write_text("* filter=x\n", encoding="utf-8")


def mode(name: str) -> Callable[[Employee], None]:
    return lambda employee: (employee.state / name).chmod(0o644)


PLANTS: list[tuple[str, str, str, Callable[[Employee], None]]] = [
    ("plugins", "danger", "Dataview: JavaScript queries on", dataview),
    ("plugins", "danger", "Templater: running when a note appears and system commands on", templater),
    ("plugins", "danger", "Shell commands", shell_commands),
    ("plugins", "danger", "Tasks: older than 8.0.0", old_tasks),
    ("plugins", "danger", "Advanced URI: links may run JavaScript", eval_in_links),
    ("plugins", "unknown", "some-new-plugin", stranger),
    ("plugins", "unknown", "settings cannot be read", broken_settings),
    ("history", "danger", "core.fsmonitor = /planted", setting_of_git("core.fsmonitor", "/planted")),
    ("history", "danger", "core.hookspath = /planted", setting_of_git("core.hooksPath", "/planted")),
    ("history", "danger", "filter.x.smudge = /planted", setting_of_git("filter.x.smudge", "/planted")),
    ("history", "danger", "include.path = /planted", setting_of_git("include.path", "/planted")),
    ("history", "danger", "hooks/post-commit", file_of_git("hooks/post-commit", "#!/bin/sh\n")),
    ("history", "danger", "info/attributes", file_of_git("info/attributes", "* filter=x\n")),
    ("history", "danger", "another repository", pointer),
    ("history", "look", "Inbox/.gitattributes", attributes),
    ("files", "danger", "journal.sqlite", mode("journal.sqlite")),
]


def test_a_new_vault_is_fine_in_all_that_can_be_seen_and_says_what_cannot(employee: Employee) -> None:
    employee.once()
    assert worst(employee) == []
    assert {each["name"] for each in rows(employee)} == KINDS
    assert only([each["state"] for each in rows(employee) if each["name"] == "disk"]) in {"fine", "look", "unknown"}
    assert alerts(employee) == []


@pytest.mark.parametrize(("name", "grade", "says", "plant"), PLANTS, ids=[each[2] for each in PLANTS])
def test_each_plant_is_named_with_its_grade_why_it_matters_and_what_to_do(
    employee: Employee, name: str, grade: str, says: str, plant: Callable[[Employee], None]
) -> None:
    employee.once()
    plant(employee)
    found = only(worst(employee))
    assert (found["name"], found["state"], says in found["says"]) == (name, grade, True), found
    assert found["why"]
    assert found["next_step"]
    told = " ".join(employee.said("doctor").split())
    assert f"{name} {grade}" in told
    assert says in told
    assert found["next_step"] in told


def test_a_loosened_key_is_named_although_nothing_can_be_signed_with_it(employee: Employee) -> None:
    employee.once()
    mode("keys/signing-key")(employee)
    assert "keys/signing-key" in only(worst(employee))["says"]


def test_the_password_file_of_a_connected_account_must_be_closed_too(employee: Employee) -> None:
    open_secrets(employee.state).put("mail.password", "correct horse")
    (employee.state / "secrets.age").chmod(0o640)
    assert only(worst(employee))["says"].endswith("secrets.age")


def test_a_state_folder_in_a_synced_folder_is_a_danger(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    employee = Employee(tmp_path, kept="Dropbox/state").init()
    found = only(worst(employee))
    assert (found["name"], found["state"]) == ("sync", "danger")


def test_a_new_danger_is_told_once_and_again_when_it_came_back(employee: Employee) -> None:
    employee.once()
    dataview(employee)
    employee.once()
    assert "Danger: Dataview: JavaScript queries on" in only(alerts(employee))
    employee.once()
    assert len(alerts(employee)) == 1
    listed = employee.vault / ".obsidian" / "community-plugins.json"
    listed.write_text("[]", encoding="utf-8")
    employee.once()
    listed.write_text('["dataview"]', encoding="utf-8")
    employee.once()
    assert len(alerts(employee)) == 2
    assert "All holds" in employee.said("verify")


def test_a_planted_setting_is_told_although_the_start_takes_it_away(employee: Employee) -> None:
    employee.once()
    setting_of_git("core.fsmonitor", "/planted")(employee)
    employee.once()
    assert "core.fsmonitor = /planted" in only(alerts(employee))
    assert worst(employee) == []


def test_in_an_owners_vault_the_settings_above_ours_are_read_and_nothing_else(tmp_path: Path) -> None:
    owner = OwnersVault.make(tmp_path / "Vault", notes=5)
    settings = ".obsidian/plugins/templater-obsidian/data.json"
    owner.write(settings, '{"trigger_on_file_creation": true}')
    employee = Employee(tmp_path, "Staff").init("--folder", "Staff")
    before = owner.everything(but="Staff")
    found = {each["says"].partition(":")[0]: each["state"] for each in worst(employee)}
    assert found == {"Templater": "danger", "plugins that are on and that we do not judge": "unknown"}
    employee.once()
    assert "Templater: running when a note appears on" in only(alerts(employee))
    assert owner.everything(but="Staff") == before
