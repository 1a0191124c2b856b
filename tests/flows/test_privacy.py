"""What would leave for a model, over the command line: shown byte for byte, accepted once, taken back, kept away."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import ADDRESS, Employee, mail
from tests.flows.steps import only

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "Hello,\n\nwhat does a poster cost? Nora Client (+49 30 1234567, nora@client.example) pays 250,00 EUR from\n"
    "DE89 3704 0044 0532 0130 00, see order 4500012345 and [[diary]]. ⟨mail-1⟩\n\nAcme Ltd"
)


@pytest.fixture
def task(employee: Employee) -> str:
    """A mail about a contact, and a private note."""
    write(employee, "Contacts/nora.md", "---\nname: Nora Client\nstreet: Client Road 5\n---\n# Nora\n")
    write(employee, "Private/diary.md", "DIARY\n")
    write(employee, "Projects/poster.md", "# Poster for Nora Client, Client Road 5\n\n![[diary]]\n")
    employee.drop("question.eml", mail(WORDS))
    employee.once()
    return only(employee.ids("in_progress"))


def write(employee: Employee, path: str, text: str) -> Path:
    place = employee.vault / path
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


def edit(employee: Employee, name: str, old: str, new: str) -> None:
    place = only(sorted(employee.vault.rglob(name)))
    text = place.read_text(encoding="utf-8")
    assert old in text
    place.write_text(text.replace(old, new), encoding="utf-8")


def code(employee: Employee) -> str:
    found = re.search(r"privacy accept --page (\w+)", employee.said("privacy"))
    assert found
    return found[1]


def test_the_preview_is_the_request_without_personal_data(employee: Employee, task: str) -> None:
    shown = employee.call("privacy", "preview", task, "--note", "Projects/poster.md", "--note", "Private/diary.md")
    assert shown.exit_code == 0
    text = shown.stdout
    shape = ["model", "max_tokens", "stream", "output_config", "cache_control", "tools", "system", "messages"]
    assert [*json.loads(text)] == shape
    for each in ("250,00 EUR", "4500012345", "what does a poster cost?", "# Poster for ⟨name-"):
        assert each in text
    for each in ("Nora", "Client Road", "1234567", "DE89", ADDRESS, "nora@", "DIARY", "Robin", "Acme"):
        assert each not in text
    for each in ("1 quoted", "1 iban", "1 phone", "Private/diary.md: nothing in Private leaves", "Nothing was sent"):
        assert each in shown.stderr
    assert "Nora" not in shown.stderr
    again = employee.call("privacy", "preview", task, "--note", "Projects/poster.md", "--note", "Private/diary.md")
    assert again.stdout_bytes == shown.stdout_bytes


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("| Private | never |", "| Private | perhaps |", "cannot be read"),
        ("| Private | never |", "| In_Progress | never |", "nothing in In_Progress leaves"),
    ],
)
def test_while_the_handbook_forbids_it_nothing_is_shown(
    employee: Employee, task: str, old: str, new: str, words: str
) -> None:
    edit(employee, "Company_Handbook.md", old, new)
    refused = employee.call("privacy", "preview", task)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert words in refused.stderr


def test_without_the_handbook_nobody_knows_what_is_private(employee: Employee, task: str) -> None:
    (employee.vault / "Company_Handbook.md").unlink()
    refused = employee.call("privacy", "preview", task)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nobody knows what is private" in refused.stderr


def test_a_private_task_stays(employee: Employee, task: str) -> None:
    edit(employee, f"{task}.md", f"id: {task}", f"id: {task}\nprivate: true")
    refused = employee.call("privacy", "preview", task)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "it is private" in refused.stderr


def test_a_task_whose_note_is_gone_stays(employee: Employee, task: str) -> None:
    only(sorted(employee.vault.rglob(f"{task}.md"))).unlink()
    assert employee.call("privacy", "preview", task).exit_code == 1


def test_a_link_to_a_private_note_is_no_way_out(employee: Employee, task: str) -> None:
    (employee.vault / "Projects" / "way.md").symlink_to(employee.vault / "Private" / "diary.md")
    (employee.vault / "Ways").symlink_to(employee.vault / "Private")
    shown = employee.call("privacy", "preview", task, "--note", "Projects/way.md", "--note", "Ways/diary.md")
    assert "DIARY" not in shown.stdout
    assert shown.stderr.count("a link stands in its path") == 2


def test_an_id_that_is_no_task_is_said(employee: Employee) -> None:
    assert employee.call("privacy", "preview", "2026-11-23-email-0000000000").exit_code == 2


def test_the_page_is_accepted_once_asked_again_when_it_changes_and_taken_back(
    employee: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Not accepted" in employee.said("privacy")
    assert employee.call("privacy", "accept").exit_code == 1
    assert employee.call("privacy", "accept", "--page", "00000000").exit_code == 1
    assert "Accepted" in employee.said("privacy", "accept", "--page", code(employee))
    assert "You accepted this page" in employee.said("privacy")
    employee.once()
    assert "you accepted what is sent to a model" in employee.said("log")
    monkeypatch.setenv("AI_EMPLOYEE_MODEL_URL", "https://other.example")
    assert "You accepted another page" in employee.said("privacy")
    employee.said("privacy", "accept", "--page", code(employee))
    assert "Taken back" in employee.said("privacy", "revoke")
    assert "You took it back" in employee.said("privacy")
    assert "Taken back" in employee.said("privacy", "revoke")
    employee.once()
    assert employee.said("log").count("you took back that anything is sent") == 1
    assert "All holds" in employee.said("verify")


def test_a_tick_in_the_note_accepts_the_page_and_taking_it_away_takes_it_back(employee: Employee) -> None:
    employee.said("privacy", "note")
    employee.once()
    edit(employee, "Privacy.md", "accept: false", "accept: true")
    assert "Not accepted" in employee.said("privacy")
    employee.once()
    assert "You accepted this page" in employee.said("privacy")
    edit(employee, "Privacy.md", "accept: true", "accept: false")
    employee.once()
    assert "You took it back" in employee.said("privacy")
    assert "All holds" in employee.said("verify")


def test_the_note_follows_what_is_said_by_command(employee: Employee) -> None:
    employee.said("privacy", "note")
    employee.once()
    employee.said("privacy", "accept", "--page", code(employee))
    employee.once()
    assert "accept: true" in (employee.vault / "Privacy.md").read_text(encoding="utf-8")
    employee.said("privacy", "revoke")
    employee.once()
    assert "accept: false" in (employee.vault / "Privacy.md").read_text(encoding="utf-8")
    assert "You took it back" in employee.said("privacy")


def test_a_note_of_the_owners_own_with_that_name_is_left_alone(employee: Employee) -> None:
    own = write(employee, "Privacy.md", "---\naccept: true\n---\n# My own thoughts\n")
    employee.once()
    employee.said("privacy", "note")
    employee.once()
    assert "My own thoughts" in own.read_text(encoding="utf-8")
    assert "Not accepted" in employee.said("privacy")
    alerts = [each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    assert any("there is another note" in text for text in alerts)


@pytest.mark.parametrize("what", ["edited", "another page", "unreadable"])
def test_a_tick_under_another_text_accepts_nothing(
    employee: Employee, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    employee.said("privacy", "note")
    employee.once()
    edit(employee, "Privacy.md", "accept: false", "accept: true")
    if what == "edited":
        edit(employee, "Privacy.md", "20 USD", "2 USD")
    elif what == "another page":
        monkeypatch.setenv("AI_EMPLOYEE_MODEL_URL", "https://other.example")
    else:
        (employee.vault / "Privacy.md").write_bytes(b"---\naccept: true\n\xff")
    employee.once()
    assert "Not accepted" in employee.said("privacy")
    written = (employee.vault / "Privacy.md").read_text(encoding="utf-8")
    assert "accept: false" in written
    assert "20 USD" in written
    assert ("other.example" in written) is (what == "another page")


def test_a_secret_in_a_note_of_the_owner_becomes_a_placeholder(employee: Employee, task: str) -> None:
    key = "sk-ant-api03-" + "Ab3_" * 20 + "AAAAA"
    write(employee, "Projects/keys.md", f"# Keys\n\nOur key is {key}, please use it.\n")
    shown = employee.call("privacy", "preview", task, "--note", "Projects/keys.md")
    assert (shown.exit_code, key in shown.stdout) == (0, False)
    assert "Our key is ⟨secret-1⟩" in shown.stdout
    assert "1 secret" in shown.stderr


def test_in_what_the_owner_asks_the_word_owner_is_no_name(employee: Employee) -> None:
    employee.said("ask", "tell the owner of the print shop that we are late")
    employee.once()
    shown = employee.said("privacy", "preview", only(employee.ids("in_progress")))
    assert "| owner |" in shown
    assert "the owner of the print shop" in shown
