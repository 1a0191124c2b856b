"""Names in the vault, and the one table of legal moves."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.vault.layout import (
    APPROVED,
    CONTACTS,
    DONE,
    FOLDERS,
    IN_PROGRESS,
    INBOX,
    LOGS,
    NEEDS_ACTION,
    PENDING,
    PLANS,
    QUARANTINE,
    REJECTED,
    Mover,
    is_conflict_copy,
    is_note_name,
    is_stop,
    is_word_note,
    may_move,
    month_folder,
    note_id,
)

DAY = date(2026, 11, 23)
ID = "2026-11-23-email-7f3a9c21d8"
TOPS = [each.split("/")[0] for each in FOLDERS]


def test_an_id_is_day_kind_and_ten_hex_digits_of_source_and_source_id() -> None:
    assert note_id(DAY, "email", "mail", "<1@client.example>") == "2026-11-23-email-410de7dc62"
    assert note_id(DAY, "email", "mai", "l<1@client.example>") != note_id(DAY, "email", "mail", "<1@client.example>")


@given(st.dates(), st.text(st.characters()))
def test_whatever_the_source_says_the_id_is_a_plain_file_name(day: date, source_id: str) -> None:
    assert is_note_name(f"{note_id(day, 'email', 'mail', source_id)}.md")


@pytest.mark.parametrize("kind", ["", "E-Mail", "../x", "a b", "1"])
def test_a_kind_is_ours_and_never_text_from_outside(kind: str) -> None:
    with pytest.raises(ValueError, match="no kind"):
        note_id(DAY, kind, "mail", "1")


@pytest.mark.parametrize(
    "name", ["X.md", "a b.md", "a.md.md", ".md", "a.txt", "ä.md", "a\n.md", "a.md\n", f"{'a' * 101}.md"]
)
def test_a_name_we_would_not_give_is_no_note_name(name: str) -> None:
    assert not is_note_name(name)


def test_archives_are_sharded_by_month() -> None:
    assert month_folder(DONE, date(2026, 3, 1)) == "Done/2026-03"
    assert month_folder(DONE, date(987, 12, 1)) == "Done/0987-12"


@pytest.mark.parametrize(
    "name",
    [
        f"{ID} (Conflicted copy Pixel 8 202611231010).md",
        f"{ID} (Emma's MacBook's conflicted copy 2026-11-23).md",
        f"{ID} (conflicted copy 2026-11-23 101010).md",
        f"{ID} (Case Conflict).md",
        f"{ID} (Case Conflict 1).md",
        f"{ID} (Selective Sync Conflict).md",
        f"{ID} (In Konflikt stehende Kopie von PC 2026-11-23).md",
        f"{ID} (Copie en conflit de PC 2026-11-23).md",
        f"{ID} (SFConflict emma@studio.example 2026-11-23-10-10-10).md",
        f"{ID}.sync-conflict-20261123-101010-ABCDEFG.md",
        f"{ID}_conflict-20261123-101010.md",
        f"{ID}.Conflict.md",
        f"{ID} 2.md",
        f"{ID} (1).md",
        f"{ID}(1).md",
        f"{ID} copy.md",
        f"{ID} copy 2.md",
        f"{ID} - Copy.md",
        f"{ID} - Copy (2).md",
        f"plan-{ID} 2.md",
        "Company_Handbook 2.md",
        "Letter (conflicted copy 2026-11-23).pdf",
        "conflict-files-obsidian-git.md",
    ],
)
def test_the_copies_of_every_sync_tool_are_recognised(name: str) -> None:
    assert is_conflict_copy(name)


@pytest.mark.parametrize(
    "name",
    [
        f"{ID}.md",
        "2026-11-23-question-0000000012.md",
        "Chapter 2.md",
        "Invoice (1).pdf",
        "Report on a conflict (of interest).pdf",
        "conflict.md",
        "Ask.md",
        "2026.md",
    ],
)
def test_a_name_an_owner_may_give_is_no_conflict_copy(name: str) -> None:
    assert not is_conflict_copy(name)


@pytest.mark.parametrize(
    "name",
    [
        "STOP.md",
        "stop.md",
        "Stop.MD",
        "STOP",
        "STOP.txt",
        "STOP.md.md",
        ".STOP.md.icloud",
        "STOP 2.md",
        "STOP (1).md",
        "Stop copy.md",
        "STOP - Copy.md",
        "STOP (Conflicted copy Pixel 202611231010).md",
        "STOP.sync-conflict-20261123-101010-ABCDEFG.md",
        "STOP_conflict-20261123-101010.md",
    ],
)
def test_a_word_is_seen_in_any_case_and_as_a_conflict_copy(name: str) -> None:
    assert is_stop(name)
    for word in ("pause", "drain"):
        assert is_word_note(re.sub("(?i)stop", word.upper(), name), word)
        assert not is_word_note(name, word)


@pytest.mark.parametrize(
    "name", ["Stop smoking.md", "stopped.md", "Bus stop.md", "nonstop (conflicted copy x).md", "STOP.pdf"]
)
def test_other_notes_do_not_stop_the_employee(name: str) -> None:
    assert not is_stop(name)


@pytest.mark.parametrize("mover", [Mover.RUNNER, Mover.WATCHER, Mover.AGENT])
@pytest.mark.parametrize("source", ["", *TOPS])
def test_only_the_owner_moves_or_creates_anything_in_approved(mover: Mover, source: str) -> None:
    assert not may_move(mover, f"{source}/{ID}.md" if source else "", f"{APPROVED}/{ID}.md")
    assert may_move(Mover.OWNER, f"{source}/{ID}.md", f"{APPROVED}/{ID}.md")


@pytest.mark.parametrize(
    ("mover", "source", "target"),
    [
        (Mover.RUNNER, f"{NEEDS_ACTION}/x.md", f"{IN_PROGRESS}/runner/x.md"),
        (Mover.RUNNER, f"{IN_PROGRESS}/runner/x.md", f"{NEEDS_ACTION}/x.md"),
        (Mover.RUNNER, f"{IN_PROGRESS}/runner/x.md", f"{DONE}/2026-11/x.md"),
        (Mover.RUNNER, f"{APPROVED}/x.md", f"{DONE}/2026-11/x.md"),
        (Mover.RUNNER, f"{APPROVED}/x.md", f"{QUARANTINE}/x.md"),
        (Mover.RUNNER, f"{PENDING}/x.md", f"{REJECTED}/x.md"),
        (Mover.RUNNER, "", f"{PENDING}/x.md"),
        (Mover.RUNNER, f"{CONTACTS}/x.md", f"{DONE}/2026-11/x.md"),
        (Mover.RUNNER, f"{DONE}/2026-11/plan-x.md", f"{PLANS}/plan-x.md"),
        (Mover.RUNNER, f"{LOGS}/2026-11-23-0001.jsonl", f"{LOGS}/before-epoch-2/2026-11-23-0001.jsonl"),
        (Mover.WATCHER, "", f"{NEEDS_ACTION}/x.md"),
        (Mover.WATCHER, f"{INBOX}/x.md", f"{QUARANTINE}/x.md"),
        (Mover.AGENT, f"{NEEDS_ACTION}/x.md", f"{IN_PROGRESS}/runner/x.md"),
        (Mover.OWNER, f"{DONE}/2026-11/x.md", f"{NEEDS_ACTION}/x.md"),
    ],
)
def test_legal_moves(mover: Mover, source: str, target: str) -> None:
    assert may_move(mover, source, target)


@pytest.mark.parametrize(
    ("mover", "source", "target"),
    [
        (Mover.AGENT, f"{IN_PROGRESS}/runner/x.md", f"{DONE}/2026-11/x.md"),
        (Mover.AGENT, f"{PENDING}/x.md", f"{DONE}/2026-11/x.md"),
        (Mover.AGENT, "", f"{PENDING}/x.md"),
        (Mover.WATCHER, "", f"{PENDING}/x.md"),
        (Mover.WATCHER, f"{NEEDS_ACTION}/x.md", f"{DONE}/2026-11/x.md"),
        (Mover.RUNNER, f"{INBOX}/x.md", f"{DONE}/x.md"),
        (Mover.RUNNER, "Company_Handbook.md", f"{DONE}/x.md"),
        (Mover.RUNNER, f"{CONTACTS}/x.md", f"{NEEDS_ACTION}/x.md"),
        (Mover.RUNNER, f"{NEEDS_ACTION}/x.md", "Company_Handbook.md"),
        (Mover.RUNNER, f"{NEEDS_ACTION}/x.md", f"{DONE}/../{APPROVED}/x.md"),
        (Mover.RUNNER, f"{NEEDS_ACTION}/x.md", f"/{DONE}/x.md"),
        (Mover.RUNNER, f"{NEEDS_ACTION}/x.md", "done/x.md"),
        (Mover.RUNNER, f"{NEEDS_ACTION}/x.md", DONE),
    ],
)
def test_illegal_moves(mover: Mover, source: str, target: str) -> None:
    assert not may_move(mover, source, target)
