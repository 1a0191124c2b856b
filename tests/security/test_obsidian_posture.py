"""Plugins that run code from notes are named, with the switch; what cannot be seen is said; nothing is written."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.findings import Grade
from agents.security.obsidian_posture import (
    KNOWN,
    MAX_BYTES,
    Plugin,
    config_folders,
    judge,
    obsidian_findings,
    watched_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from agents.security.findings import Finding

DANGER, LOOK, UNKNOWN, FINE = Grade.DANGER, Grade.LOOK, Grade.UNKNOWN, Grade.FINE
OFF_TEMPLATER = {"trigger_on_file_creation": False, "enable_system_commands": False, "startup_templates": [""]}


def plant(vault: Path, name: str, settings: object = None, version: str = "1.0.0", folder: str = "") -> Path:
    """Turn a plugin on, with these settings, in a folder of its own name or another."""
    enabled = vault / ".obsidian" / "community-plugins.json"
    place = vault / ".obsidian" / "plugins" / (folder or name)
    place.mkdir(parents=True, exist_ok=True)
    on = json.loads(enabled.read_text(encoding="utf-8")) if enabled.exists() else []
    enabled.write_text(json.dumps([*on, name]), encoding="utf-8")
    (place / "manifest.json").write_text(json.dumps({"id": name, "version": version}), encoding="utf-8")
    if settings is not None:
        (place / "data.json").write_text(json.dumps(settings), encoding="utf-8")
    return place


def only(found: tuple[Finding, ...]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def test_a_vault_that_obsidian_never_opened_is_fine(tmp_path: Path) -> None:
    assert only(obsidian_findings(tmp_path)).grade is FINE


def test_a_vault_without_plugins_is_fine(tmp_path: Path) -> None:
    (tmp_path / ".obsidian").mkdir()
    found = only(obsidian_findings(tmp_path))
    assert (found.grade, found.says) == (FINE, "no plugin that runs code from notes is on")


@pytest.mark.parametrize(
    ("name", "settings", "version", "grade", "says"),
    [
        ("dataview", {"enableDataviewJs": True}, "1", DANGER, "Dataview: JavaScript queries on"),
        ("dataview", {"enableInlineDataviewJs": True}, "1", DANGER, "Dataview: inline JavaScript queries on"),
        (
            "dataview",
            {"enableDataviewJs": True, "enableInlineDataviewJs": 1},
            "1",
            DANGER,
            "Dataview: JavaScript queries and inline JavaScript queries on",
        ),
        ("dataview", {"enableDataviewJs": False, "enableInlineDataview": True}, "1", FINE, ""),
        (
            "templater-obsidian",
            OFF_TEMPLATER | {"trigger_on_file_creation": True},
            "1",
            DANGER,
            "Templater: running when a note appears on",
        ),
        (
            "templater-obsidian",
            OFF_TEMPLATER | {"enable_system_commands": True},
            "1",
            DANGER,
            "Templater: system commands on",
        ),
        (
            "templater-obsidian",
            OFF_TEMPLATER | {"startup_templates": ["", "start.md"]},
            "1",
            DANGER,
            "Templater: templates at start on",
        ),
        ("templater-obsidian", OFF_TEMPLATER, "1", FINE, ""),
        ("templater-obsidian", OFF_TEMPLATER | {"startup_templates": 7}, "1", FINE, ""),
        (
            "templater-obsidian",
            {"data_version": 2},
            "3",
            UNKNOWN,
            "Templater: this version keeps in the app whether templates run by themselves",
        ),
        (
            "templater-obsidian",
            OFF_TEMPLATER | {"data_version": 2},
            "3",
            UNKNOWN,
            "Templater: this version keeps in the app whether templates run by themselves",
        ),
        ("obsidian-tasks-plugin", {}, "7.23.1", DANGER, "Tasks: older than 8.0.0, it runs JavaScript in queries"),
        ("obsidian-tasks-plugin", {}, "8.0.0", FINE, ""),
        ("obsidian-tasks-plugin", {}, "10.1.0", FINE, ""),
        (
            "obsidian-tasks-plugin",
            {},
            "newest",
            UNKNOWN,
            "Tasks: its version cannot be read; before 8.0.0 it runs JavaScript in queries",
        ),
        ("obsidian-meta-bind-plugin", {"enableJs": True}, "1", DANGER, "Meta Bind: JavaScript on"),
        ("obsidian-meta-bind-plugin", {"enableJs": False}, "1", FINE, ""),
        ("obsidian-shellcommands", {}, "1", DANGER, "Shell commands: it starts programs on this computer"),
        ("execute-code", {}, "1", DANGER, "Execute Code: it runs code blocks of notes"),
        ("js-engine", {}, "1", DANGER, "JS Engine: it runs JavaScript of notes"),
        ("customjs", {}, "1", DANGER, "CustomJS: it runs JavaScript files of the vault"),
        ("buttons", {}, "1", LOOK, "Buttons: a click in a note runs commands and templates"),
        ("obsidian-advanced-uri", {}, "1", LOOK, "Advanced URI: links may change notes and run commands"),
        (
            "obsidian-advanced-uri",
            {"allowEval": True},
            "1",
            DANGER,
            "Advanced URI: links may run JavaScript (allow eval is on)",
        ),
    ],
)
def test_a_plugin_is_judged_by_its_settings_and_version(
    tmp_path: Path, name: str, settings: object, version: str, grade: Grade, says: str
) -> None:
    plant(tmp_path, name, settings, version)
    found = only(obsidian_findings(tmp_path))
    assert found.grade is grade
    if says:
        assert found.says == says
        assert found.why
        assert found.next_step


def test_every_plugin_we_know_is_judged_without_settings_too(tmp_path: Path) -> None:
    for name in KNOWN:
        found = judge(Plugin(name))
        assert found is None or found.grade is not FINE
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / ".obsidian" / "community-plugins.json").write_text('["execute-code"]')
    assert only(obsidian_findings(tmp_path)).grade is DANGER


def test_a_plugin_that_is_off_is_not_named(tmp_path: Path) -> None:
    plant(tmp_path, "dataview", {"enableDataviewJs": True})
    (tmp_path / ".obsidian" / "community-plugins.json").write_text("[]")
    assert only(obsidian_findings(tmp_path)).grade is FINE


def test_a_plugin_is_known_by_its_id_whatever_its_folder_is_called(tmp_path: Path) -> None:
    plant(tmp_path, "dataview", {"enableDataviewJs": True}, folder="harmless")
    assert only(obsidian_findings(tmp_path)).grade is DANGER


def test_plugins_we_do_not_know_are_named_together_and_not_judged(tmp_path: Path) -> None:
    for name in ["calendar", "a\u202eb", *(f"p{number:02d}" for number in range(30))]:
        plant(tmp_path, name, folder=f"f{len(name)}")
    found = only(obsidian_findings(tmp_path))
    assert found.grade is UNKNOWN
    assert "a⟨U+202E⟩b, calendar, p00" in found.told
    assert len(found.told) < 300


def test_many_plugins_we_do_not_know_are_counted(tmp_path: Path) -> None:
    for number in range(25):
        plant(tmp_path, f"p{number}")
    assert only(obsidian_findings(tmp_path)).outside.endswith("and 5 more")


@pytest.mark.parametrize(
    "content",
    [b"{not json", b"{}", b'"x"', b"\xff\xfe\x00", b"[" * 100_000, b"[" + b" " * MAX_BYTES + b"]"],
    ids=["no JSON", "an object", "a string", "no text", "deep", "huge"],
)
def test_a_list_of_plugins_that_cannot_be_read_is_unknown_and_not_fine(tmp_path: Path, content: bytes) -> None:
    plant(tmp_path, "dataview")
    (tmp_path / ".obsidian" / "community-plugins.json").write_bytes(content)
    assert only(obsidian_findings(tmp_path)).grade is UNKNOWN


@pytest.mark.parametrize("content", [b"{not json", b"[]", b"\xff", b"{" * 100_000, b"{}" + b" " * MAX_BYTES])
def test_settings_that_cannot_be_read_are_unknown_and_not_fine(tmp_path: Path, content: bytes) -> None:
    (plant(tmp_path, "dataview") / "data.json").write_bytes(content)
    found = only(obsidian_findings(tmp_path))
    assert (found.grade, "Dataview: its settings cannot be read" in found.told) == (UNKNOWN, True)


def test_a_pipe_instead_of_settings_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(plant(tmp_path, "dataview") / "data.json")
    assert only(obsidian_findings(tmp_path)).grade is UNKNOWN


def test_a_manifest_that_cannot_be_read_leaves_the_folders_name(tmp_path: Path) -> None:
    (plant(tmp_path, "dataview", {"enableDataviewJs": True}) / "manifest.json").write_text("{")
    assert only(obsidian_findings(tmp_path)).grade is DANGER


def test_what_is_no_name_in_the_list_is_said_and_the_rest_still_judged(tmp_path: Path) -> None:
    plant(tmp_path, "dataview", {"enableDataviewJs": True})
    (tmp_path / ".obsidian" / "community-plugins.json").write_text('[1, null, "dataview"]')
    assert [each.grade for each in obsidian_findings(tmp_path)] == [UNKNOWN, DANGER]


def test_a_byte_order_mark_changes_nothing(tmp_path: Path) -> None:
    place = plant(tmp_path, "dataview")
    (place / "data.json").write_bytes(b'\xef\xbb\xbf{"enableDataviewJs": true}')
    assert only(obsidian_findings(tmp_path)).grade is DANGER


def test_in_a_subfolder_the_settings_of_the_vault_above_count_and_stay_as_they_are(tmp_path: Path) -> None:
    ours = tmp_path / "Vault" / "Staff"
    ours.mkdir(parents=True)
    plant(tmp_path / "Vault", "execute-code")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "Vault").rglob("*")}
    assert only(obsidian_findings(ours)).grade is DANGER
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "Vault").rglob("*")} == before


def test_settings_of_a_vault_far_above_count_too(tmp_path: Path) -> None:
    ours = tmp_path / "Vault" / "Work" / "Staff"
    ours.mkdir(parents=True)
    plant(tmp_path / "Vault", "execute-code")
    assert only(obsidian_findings(ours)).grade is DANGER


def test_settings_under_another_hidden_name_count_too(tmp_path: Path) -> None:
    plant(tmp_path, "execute-code")
    (tmp_path / ".obsidian").rename(tmp_path / ".phone")
    (tmp_path / ".hidden").mkdir()
    assert config_folders(tmp_path) == (tmp_path / ".phone",)
    assert only(obsidian_findings(tmp_path)).grade is DANGER


def test_settings_behind_a_link_are_read(tmp_path: Path) -> None:
    plant(tmp_path / "shared", "execute-code")
    (tmp_path / "Vault").mkdir()
    (tmp_path / "Vault" / ".obsidian").symlink_to(tmp_path / "shared" / ".obsidian", target_is_directory=True)
    assert only(obsidian_findings(tmp_path / "Vault")).grade is DANGER


def test_the_files_that_decide_are_watched(tmp_path: Path) -> None:
    place = plant(tmp_path, "dataview")
    enabled = tmp_path / ".obsidian" / "community-plugins.json"
    assert list(watched_settings(tmp_path)) == [enabled, place / "manifest.json", place / "data.json"]


@given(
    st.sampled_from(sorted(KNOWN)), st.text(max_size=8), st.dictionaries(st.text(max_size=30), st.none() | st.text())
)
def test_no_settings_make_judging_fail(name: str, version: str, settings: dict[str, object]) -> None:
    found = judge(Plugin(name, version, settings))
    assert found is None or found.told
