"""Promises about folders that pass for ours: every disguise is seen, and nobody's own folder is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.vault.layout import FOLDERS
from agents.vault.look_alikes import spelled
from agents.vault.twins import twin_of

TOP = sorted({each.split("/")[0] for each in FOLDERS})


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("approved", "Approved"),
        ("APPROVED", "Approved"),
        ("Approved ", "Approved"),
        (" Approved", "Approved"),
        ("App\u200broved", "Approved"),
        ("Approve\u0301d", "Approved"),
        ("Approv\u00e9d", "Approved"),
        ("\u0410pproved", "Approved"),
        ("\u0410\u0440\u0440roved", "Approved"),
        ("\ua4eepproved", "Approved"),
        ("\uff21pproved", "Approved"),
        ("Appr0ved", "Approved"),
        ("Approved.", "Approved"),
        ("Approved 2", "Approved"),
        ("Approved (1)", "Approved"),
        ("Approved copy", "Approved"),
        ("Approved - Copy (2)", "Approved"),
        ("Approved (Case Conflict)", "Approved"),
        ("Approved.sync-conflict-20261123-101010-ABCDEFG", "Approved"),
        ("rejected (Robin's conflicted copy 2026-11-23)", "Rejected"),
        ("Pending Approval", "Pending_Approval"),
        ("Pending-Approval", "Pending_Approval"),
        ("needsaction", "Needs_Action"),
        ("lnbox", "Inbox"),
        ("in_progress", "In_Progress"),
        ("Approved", ""),
        ("In_Progress", ""),
        ("Approvals", ""),
        ("Approved invoices", ""),
        ("Invoices", ""),
        ("\u0413\u043e\u0442\u043e\u0432\u043e", ""),
        ("Notes (Case Conflict)", ""),
        ("2026", ""),
        ("", ""),
    ],
)
def test_a_folder_that_passes_for_ours_is_known_and_others_are_not(name: str, ours: str) -> None:
    assert twin_of(name) == ours


@given(st.sampled_from(TOP), st.sampled_from(["upper", "lower", "swapcase", "title"]), st.sampled_from(["NFC", "NFD"]))
def test_no_case_and_no_form_makes_another_folder_of_it(name: str, case: str, form: str) -> None:
    changed = unicodedata.normalize("NFD" if form == "NFD" else "NFC", getattr(name, case)())
    assert twin_of(changed) == ("" if changed == name else name)


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_name_can_be_told_and_its_telling_is_plain(name: str) -> None:
    assert isinstance(twin_of(name), str)
    assert spelled(name).replace("\u27e8", "").replace("\u27e9", "").isascii()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Approved", "Approved"),
        ("\u0410pproved", "\u27e8U+0410\u27e9pproved"),
        ("Approved ", "Approved\u27e8U+0020\u27e9"),
        ("  a b", "\u27e8U+0020\u27e9\u27e8U+0020\u27e9a b"),
        ("a\nb", "a\u27e8U+000A\u27e9b"),
    ],
)
def test_what_may_pass_for_another_letter_is_spelled(name: str, shown: str) -> None:
    assert spelled(name) == shown
