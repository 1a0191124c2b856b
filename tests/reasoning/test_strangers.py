"""Ten mails in strangers' words: at least eight of the right kind, a question in the rest, never a wrong action."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdf
import pytest

from agents.connectors.email.reader import Mail, read_mail
from agents.reasoning.brain import AskOwner, Decision, ProposeAction, TaskView
from agents.reasoning.owner_files import read_owner_files
from tests.reasoning.builders import asked, dropped, facts, mail, playbook

STRANGERS = Path(__file__).parent / "strangers"
TEMPLATE = Path(__file__).resolve().parents[2] / "vault_template"
BRAIN = playbook()
# the file's name begins with the kind a person would say it is
EXPECTED = {path.stem: path.stem.partition("-")[0] for path in sorted(STRANGERS.glob("*.eml"))}
ACTIONS = {"invoice_request": "invoice.create", "complaint": "email.send"}


def view(path: Path) -> TaskView:
    read = read_mail(path.read_bytes())
    assert isinstance(read, Mail)
    return mail(
        read.text,
        sender_name=read.sender_name,
        sender_address=read.sender_address,
        subject=read.subject,
        message_id=read.message_id,
        flags=read.flags,
    )


DECISIONS = {name: BRAIN.decide(view(STRANGERS / f"{name}.eml"), (), facts()) for name in EXPECTED}


def test_at_least_eight_of_ten_are_of_the_right_kind() -> None:
    assert len(DECISIONS) >= 10
    wrong = [name for name, decision in DECISIONS.items() if decision.category != EXPECTED[name]]
    assert len(wrong) * 10 <= 2 * len(DECISIONS), wrong


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_not_of_the_right_kind_is_a_question_and_no_action_is_wrong(name: str) -> None:
    decision = DECISIONS[name]
    if decision.category != EXPECTED[name]:
        assert all(isinstance(move, AskOwner) for move in decision.moves)
    for move in decision.moves:
        if isinstance(move, ProposeAction):
            assert move.action.action == ACTIONS[EXPECTED[name]]


def sample(name: str) -> Decision:
    path = TEMPLATE / "sample_inbox" / name
    rates = (TEMPLATE / "vault" / "Accounting" / "Rates.md").read_text(encoding="utf-8")
    handbook = (TEMPLATE / "vault" / "Company_Handbook.md").read_text(encoding="utf-8")
    known = read_owner_files(handbook, rates, date(2026, 11, 23)).facts
    if path.suffix == ".eml":
        return BRAIN.decide(view(path), (), known)
    if name == "ask.txt":
        return BRAIN.decide(asked(path.read_text(encoding="utf-8").strip()), (), known)
    text = pypdf.PdfReader(path).pages[0].extract_text() if path.suffix == ".pdf" else path.read_text(encoding="utf-8")
    return BRAIN.decide(dropped(text, name), (), known)


@pytest.mark.parametrize(
    ("name", "category", "move"),
    [
        ("invoice-request.eml", "invoice_request", "ProposeAction"),
        ("newsletter.eml", "newsletter", "Finish"),
        ("complaint.eml", "complaint", "ProposeAction"),
        ("injection.eml", "suspicious", "AskOwner"),
        ("bank-statement.csv", "bank_statement", "AskOwner"),
        ("office-receipt.pdf", "receipt", "AskOwner"),
        ("ask.txt", "owner_request", "ProposeAction"),
    ],
)
def test_each_sample_of_the_first_hour_shows_what_it_is_there_for(name: str, category: str, move: str) -> None:
    decision = sample(name)
    assert (decision.category, type(decision.moves[0]).__name__) == (category, move)


def test_the_sample_request_is_at_the_owners_rate_and_needs_no_warning() -> None:
    (move,) = sample("invoice-request.eml").moves
    assert isinstance(move, ProposeAction)
    assert move.warnings == ()
    assert move.provenance["lines"].startswith("rates:")


def test_the_broken_sample_is_no_text() -> None:
    content = (TEMPLATE / "sample_inbox" / "broken-note.md").read_bytes()
    assert b"\x00" in content
    with pytest.raises(UnicodeDecodeError):
        content.decode()
