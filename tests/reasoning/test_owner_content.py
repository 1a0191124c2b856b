"""The files an owner finds in a new vault."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agents.approval.rate_limits import read_rate_limits
from agents.connectors.email import manifest as email
from agents.connectors.email.reader import Mail, read_mail
from agents.connectors.ledger import manifest as ledger
from agents.reasoning.tool_bench import BOOKKEEPING
from agents.vault.ask_lines import ask_lines
from agents.vault.note import Note, Problem, decode_note, read_note
from agents.vault.note_edit import append_line
from agents.vault.tables import Table, read_tables

VAULT = Path(__file__).resolve().parents[2] / "vault_template" / "vault"
SAMPLES = VAULT.parent / "sample_inbox"
VIEW_KEYS = {"type", "name", "limit", "filters", "groupBy", "order", "summaries"}


@pytest.mark.parametrize(
    "name", ["Company_Handbook.md", "Business_Goals.md", "Ask.md", "Schedules.md", "Accounting/Rates.md"]
)
def test_every_note_and_table_can_be_read(name: str) -> None:
    text = (VAULT / name).read_text(encoding="utf-8")
    note = read_note(text)
    assert isinstance(note, Note)
    assert isinstance(note.properties["tags"], tuple)
    assert all(isinstance(each, Table) for each in read_tables(text))


def test_the_limit_for_money_is_in_the_handbook() -> None:
    tables = read_tables((VAULT / "Company_Handbook.md").read_text(encoding="utf-8"))
    limits = [each for each in tables if isinstance(each, Table) and each.heading == "Limits"]
    assert dict(limits[0].rows[0].cells) == {"what": "money that leaves or is forgiven", "limit": "500 EUR"}


def test_the_limits_for_effects_are_in_the_handbook_and_cover_what_can_leave() -> None:
    limits, problems = read_rate_limits((VAULT / "Company_Handbook.md").read_text(encoding="utf-8"))
    assert problems == ()
    actions = [str(model.model_fields["action"].default) for each in (email, ledger) for model in each.MANIFEST.actions]
    leaving = [each for each in actions if not each.startswith(BOOKKEEPING)]  # what is only written down leaves nothing
    assert len(leaving) < len(actions)
    assert [action for action in leaving if not any(limit.covers(action) for limit in limits)] == []


def test_the_note_for_requests_asks_nothing_until_the_owner_writes() -> None:
    text = (VAULT / "Ask.md").read_text(encoding="utf-8")
    assert ask_lines(text) == ()
    line = (SAMPLES / "ask.txt").read_text(encoding="utf-8").strip()
    assert [each.words for each in ask_lines(append_line(text, "Ask", line))] == [line]


@pytest.mark.parametrize("name", ["Approvals.base", "Tasks.base", "Schedules.base"])
def test_the_bases_use_documented_keys_only(name: str) -> None:
    base = yaml.safe_load((VAULT / name).read_text(encoding="utf-8"))
    assert set(base) <= {"filters", "formulas", "properties", "summaries", "views"}
    for view in base["views"]:
        assert set(view) <= VIEW_KEYS
        assert view["type"] in {"table", "cards", "list"}


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.eml")), ids=lambda path: path.stem)
def test_every_sample_mail_is_a_mail_with_an_id_of_its_own(path: Path) -> None:
    mail = read_mail(path.read_bytes())
    assert isinstance(mail, Mail)
    assert mail.message_id
    assert mail.sender_address.endswith(".example")


def test_the_broken_sample_has_a_line_and_a_reason() -> None:
    problem = decode_note((SAMPLES / "broken-note.md").read_bytes())
    assert isinstance(problem, Problem)
    assert problem.line == 5
