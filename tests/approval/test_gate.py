"""The gate: each way to say yes or no, each way to bend a note, and the verdict the owner sees."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.approval.gate import Found, Kind, Verdict, judge, same_content
from agents.approval.risk import Risk, Tier
from agents.vault.layout import APPROVED, PENDING, REJECTED
from agents.vault.note_edit import emit_note
from agents.vault.yaml_text import yaml_scalar
from tests.approval.examples import ACTIONS, HIGH, INVOICE, MAIL, MODELS, NASTY, WORDS, sealed
from tests.clock import NOON

if TYPE_CHECKING:
    from agents.connectors.contract import Action
    from agents.durability.proposal_rows import ProposalRow

ROW = sealed()
LATER = NOON + timedelta(days=7)
MOVED, IN_NOTE = "moved", "in the note"


def said(text: str, **values: str) -> str:
    """The note after the owner set properties."""
    for name, value in values.items():
        text = re.sub(rf"(?m)^{name}:.*$", f"{name}: {value}", text, count=1)
    return text


def verdict(*found: tuple[str, str], row: ProposalRow = ROW, now: float = 0) -> Verdict:
    notes = [Found(folder, text) for folder, text in found]
    return judge(row, notes, NOON + timedelta(days=now), MODELS)


YES = said(ROW.note, approve="true")
NO = said(ROW.note, reject="true", reason="too much")
BOTH = said(ROW.note, approve="true", reject="true")
EDITED = ROW.note.replace('price: "95.00"', 'price: "80.00"')
TEXT_EDITED = ROW.note.replace("Acme Ltd for", "Beta Ltd for").replace("`Acme Ltd`", "`Beta Ltd`")
UNREADABLE = ROW.note.replace('price: "95.00"', "price: cheap")
SWAPPED = sealed(INVOICE.model_copy(update={"customer": "Beta Ltd"})).note
OTHER_KIND = re.sub(
    r"(?s)```yaml action\n.*?\n```", f"```yaml action\n{sealed(MAIL).note.split('yaml action')[1]}", ROW.note
)
BROKEN_YAML = ROW.note.replace("id: ", "id: {")


@pytest.mark.parametrize(
    ("found", "kind", "how"),
    [
        pytest.param([], Kind.WAIT, "", id="nowhere"),
        pytest.param([(PENDING, ROW.note)], Kind.WAIT, "", id="pending, untouched"),
        pytest.param([(PENDING, said(ROW.note, decision="later"))], Kind.WAIT, "", id="later"),
        pytest.param([(PENDING, said(ROW.note, decision="perhaps"))], Kind.WAIT, "", id="no decision"),
        pytest.param([(PENDING, TEXT_EDITED)], Kind.WAIT, "", id="edited, not yet decided"),
        pytest.param([(APPROVED, ROW.note)], Kind.APPROVE, MOVED, id="moved"),
        pytest.param([(PENDING, YES)], Kind.APPROVE, IN_NOTE, id="ticked"),
        pytest.param([(PENDING, said(ROW.note, approve="True"))], Kind.APPROVE, IN_NOTE, id="ticked in capitals"),
        pytest.param([(PENDING, said(ROW.note, decision="Approve"))], Kind.APPROVE, IN_NOTE, id="decision: approve"),
        pytest.param([(APPROVED, YES)], Kind.APPROVE, MOVED, id="moved and ticked"),
        pytest.param([(APPROVED, said(ROW.note, decision="later"))], Kind.APPROVE, MOVED, id="moved, later"),
        pytest.param([(PENDING, NO)], Kind.REJECT, IN_NOTE, id="reject ticked"),
        pytest.param([(PENDING, said(ROW.note, decision="reject"))], Kind.REJECT, IN_NOTE, id="decision: reject"),
        pytest.param([(APPROVED, NO)], Kind.REJECT, "moved, but the note says reject", id="moved, says reject"),
        pytest.param([(REJECTED, ROW.note)], Kind.REJECT, MOVED, id="moved to Rejected"),
        pytest.param([(REJECTED, YES)], Kind.REJECT, MOVED, id="in Rejected, ticked yes"),
        pytest.param([(REJECTED, BROKEN_YAML)], Kind.REJECT, MOVED, id="in Rejected, broken"),
        pytest.param([(REJECTED, EDITED)], Kind.REJECT, MOVED, id="in Rejected, edited"),
        pytest.param([(APPROVED, ROW.note), (REJECTED, ROW.note)], Kind.REJECT, MOVED, id="rejected beats approved"),
        pytest.param([(PENDING, YES), (REJECTED, ROW.note)], Kind.REJECT, MOVED, id="rejected beats a tick"),
        pytest.param([(APPROVED, ROW.note), (PENDING, ROW.note)], Kind.HOLD, "", id="twin folders"),
        pytest.param([(APPROVED, ROW.note), (PENDING, NO)], Kind.HOLD, "", id="twin folders, one says no"),
        pytest.param([(PENDING, BOTH)], Kind.HOLD, "", id="both ticked"),
        pytest.param([(APPROVED, BOTH)], Kind.HOLD, "", id="moved, both ticked"),
        pytest.param([(PENDING, said(YES, decision="reject"))], Kind.HOLD, "", id="box and property disagree"),
        pytest.param([(PENDING, BROKEN_YAML)], Kind.HOLD, "", id="properties broken"),
        pytest.param([(APPROVED, EDITED)], Kind.EDITED, MOVED, id="order edited, moved"),
        pytest.param([(PENDING, said(EDITED, approve="true"))], Kind.EDITED, IN_NOTE, id="order edited, ticked"),
        pytest.param([(APPROVED, TEXT_EDITED)], Kind.TEXT_EDITED, MOVED, id="text edited"),
        pytest.param([(APPROVED, said(ROW.note, amount="1.00"))], Kind.TEXT_EDITED, MOVED, id="property edited"),
        pytest.param([(APPROVED, BROKEN_YAML)], Kind.TEXT_EDITED, MOVED, id="moved, properties broken"),
        pytest.param([(APPROVED, UNREADABLE)], Kind.UNREADABLE, MOVED, id="order unreadable"),
        pytest.param([(APPROVED, OTHER_KIND)], Kind.UNREADABLE, MOVED, id="order of another kind"),
        pytest.param([(APPROVED, "")], Kind.UNREADABLE, MOVED, id="emptied"),
        pytest.param([(APPROVED, sealed(MAIL).note)], Kind.UNREADABLE, MOVED, id="swapped for another proposal"),
        pytest.param([(APPROVED, SWAPPED)], Kind.UNREADABLE, MOVED, id="swapped for another of that kind"),
        pytest.param([(APPROVED, said(EDITED, id=""))], Kind.EDITED, MOVED, id="edited, its id emptied"),
    ],
)
def test_every_row_of_the_verdict_table(found: list[tuple[str, str]], kind: Kind, how: str) -> None:
    told = verdict(*found)
    assert (told.kind, told.how) == (kind, how)
    assert (told.action is not None) is (kind is Kind.EDITED)
    assert bool(told.reason) or kind not in {Kind.HOLD, Kind.UNREADABLE, Kind.TEXT_EDITED}


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ([], Kind.EXPIRED),
        ([(PENDING, ROW.note)], Kind.EXPIRED),
        ([(PENDING, YES)], Kind.EXPIRED),
        ([(APPROVED, ROW.note)], Kind.EXPIRED),
        ([(APPROVED, EDITED)], Kind.EXPIRED),
        ([(APPROVED, ROW.note), (PENDING, ROW.note)], Kind.EXPIRED),
        ([(PENDING, BOTH)], Kind.EXPIRED),
        ([(PENDING, BROKEN_YAML)], Kind.EXPIRED),
        ([(PENDING, NO)], Kind.REJECT),
        ([(REJECTED, ROW.note)], Kind.REJECT),
    ],
)
def test_after_its_time_nothing_but_a_no_counts(found: list[tuple[str, str]], kind: Kind) -> None:
    assert verdict(*found, now=7).kind is kind


def test_the_last_second_counts() -> None:
    assert judge(ROW, [Found(APPROVED, ROW.note)], LATER - timedelta(seconds=1), MODELS).kind is Kind.APPROVE
    assert judge(ROW, [Found(APPROVED, ROW.note)], LATER, MODELS).kind is Kind.EXPIRED


@pytest.mark.parametrize(("folder", "ticked"), [(APPROVED, "false"), (PENDING, "true")])
@pytest.mark.parametrize("risk", [HIGH, Risk(Tier.TWO, "two of you")])
def test_what_needs_a_proof_is_held_however_the_owner_says_yes(folder: str, ticked: str, risk: Risk) -> None:
    row = sealed(INVOICE, risk)
    told = verdict((folder, said(row.note, approve=ticked)), row=row)
    assert told.kind is Kind.HOLD
    assert "proof" in told.reason
    assert verdict((REJECTED, row.note), row=row).kind is Kind.REJECT
    assert verdict((PENDING, said(row.note, reject="true")), row=row).kind is Kind.REJECT
    with_code = verdict((folder, said(row.note, approve=ticked, code="4821 7730")), row=row)
    assert (with_code.kind, with_code.code) == (Kind.APPROVE, "4821 7730"), "whether it is right is not the gate's"
    commanded = judge(row, [Found(APPROVED, row.note)], NOON, MODELS, proof="code 1 of list 1")
    assert (commanded.kind, commanded.proof) == (Kind.APPROVE, "code 1 of list 1")


@pytest.mark.parametrize("text", [NO, said(ROW.note, decision="reject", reason="too much")])
def test_the_owners_reason_is_taken_along(text: str) -> None:
    assert verdict((PENDING, text)).reason == "too much"
    assert verdict((REJECTED, said(text, reason="[too much, and late]"))).reason == "too much, and late"


def test_an_edited_order_is_read_as_meant() -> None:
    action = verdict((APPROVED, EDITED)).action
    assert action is not None
    assert action.title() == "Create an invoice over 952.00 EUR (800.00 net) for Acme Ltd?"


def rewritten(text: str) -> str:
    """The note as Obsidian writes it after a property was set in its editor, with a Linter's blank line and CRLF."""
    _, head, body = text.split("---\n", 2)
    rows = ["aliases: []", "cssclasses: wide"]
    for row in head.splitlines():
        name, _, value = row.partition(": ")
        if value.startswith("["):
            rows += [f"{name}:", *(f"  - {each.strip()}" for each in value[1:-1].split(","))]
        elif re.fullmatch(r"\d+\.\d*0", value):
            rows.append(f"{name}: {value.rstrip('0').rstrip('.')}")
        elif name in {"created", "expires"}:
            rows.append(f"{name}: {value.replace('T', ' ').removesuffix(':00')}")
        else:
            rows.append(row if value else f"{name.rstrip(':')}:")
    rewritten_body = "\n".join(f"{line}  " for line in body.splitlines())
    return "---\r\n" + "\r\n".join(rows) + "\r\n---\r\n\r\n" + rewritten_body.replace("\n", "\r\n") + "\r\n\r\n"


@given(ACTIONS)
def test_a_note_rewritten_the_way_obsidian_rewrites_it_still_says_the_same(action: Action) -> None:
    row = sealed(action)
    assume("\n---\n" not in row.note.split("---\n", 2)[2])
    assert same_content(row.note, row.note)
    assert same_content(row.note, rewritten(row.note))
    assert verdict((APPROVED, rewritten(row.note)), row=row).kind is Kind.APPROVE
    assert verdict((PENDING, said(rewritten(row.note), approve="true\r")), row=row).kind is Kind.APPROVE


@pytest.mark.parametrize("name", ["NO", "on", "12:30", "1_000", "1e3", "0o7", "null", "~", "2026-11-23", "yes"])
def test_a_customer_whose_name_yaml_takes_for_something_else_can_be_approved_and_not_swapped(name: str) -> None:
    row = sealed(INVOICE.model_copy(update={"customer": name}))
    assert verdict((APPROVED, rewritten(row.note)), row=row).kind is Kind.APPROVE
    for unquoted in (name, f"'{name}'", yaml_scalar(name)):
        assert same_content(row.note, said(row.note, recipient=unquoted))
    for other in ("1000", "True", "false", "12.5", "'null '", "2026-11-24", "No"):
        if other.strip("' ") != name:
            assert not same_content(row.note, said(row.note, recipient=other))


@given(st.data())
def test_no_changed_character_of_the_body_goes_unseen(data: st.DataObject) -> None:
    start = ROW.note.index("\n---\n") + len("\n---\n")
    at = data.draw(st.integers(start, len(ROW.note) - 2))
    char = data.draw(st.characters().filter(lambda each: each != ROW.note[at] and each not in " \t\r\n"))
    kept = data.draw(st.booleans())
    assume(kept or ROW.note[at] not in " \n")
    assert not same_content(ROW.note, ROW.note[:at] + char + ROW.note[at + kept :])


@given(st.sampled_from(["id", "type", "action", "currency", "recipient", "risk", "task", "amount", "expires"]), WORDS)
def test_no_changed_property_of_ours_goes_unseen(name: str, word: str) -> None:
    text = said(ROW.note, **{name: yaml_scalar(word).replace("\\", "\\\\")})
    assume(f"{name}: {word.strip()}\n" not in ROW.note)
    assert not same_content(ROW.note, text)


@pytest.mark.parametrize(
    ("name", "value", "same"),
    [
        ("amount", "1130.5", True),
        ("amount", "1.1305e3", True),
        ("amount", "'1130.50'", True),
        ("amount", "1130.51", False),
        ("amount", "NaN", False),
        ("amount", "[1130.50]", False),
        ("expires", "2026-11-30 12:00", True),
        ("expires", "2026-11-30T12:00:00.000", True),
        ("expires", "2026-11-30T12:00:00Z", True),
        ("expires", "2026-11-30T13:00:00+01:00", True),
        ("expires", "2026-11-30T12:00:00+01:00", False),
        ("expires", "2026-11-30", False),
        ("expires", "next year", False),
        ("created", "2026-11-24T08:00:00", True),
        ("created", "Monday, November 23rd 2026", True),
        ("created", "[]", True),
        ("tags", "[proposal, mine]", True),
        ("tags", "[]", True),
        ("risk", "low", False),
        ("decision", "whatever", True),
        ("reason", "[a, b]", True),
    ],
)
def test_properties_are_compared_by_what_they_are(name: str, value: str, *, same: bool) -> None:
    assert same_content(ROW.note, said(ROW.note, **{name: value})) is same


@pytest.mark.parametrize("word", NASTY)
def test_what_the_owner_adds_for_themselves_does_not_count(word: str) -> None:
    first, rest = ROW.note.split("\n", 1)
    assert same_content(ROW.note, f"{first}\nmine: {yaml_scalar(word)}\n{rest}")


def test_a_property_of_ours_that_is_gone_or_doubled_is_seen() -> None:
    assert not same_content(ROW.note, ROW.note.replace("risk: medium\n", ""))
    assert not same_content(ROW.note, ROW.note.replace("risk: medium\n", "risk: medium\nrisk: medium\n"))


def test_a_sealed_note_nobody_can_read_is_never_the_same() -> None:
    assert not same_content("---\nid: {", "---\nid: {")


@given(WORDS, st.sampled_from([APPROVED, PENDING, REJECTED]))
def test_no_text_makes_the_gate_raise_and_only_the_sealed_one_is_approved(word: str, folder: str) -> None:
    note = emit_note({"approve": True}, word)
    assert verdict((folder, note)).kind is not Kind.APPROVE
    assert verdict((folder, word), row=replace(ROW, note="other")).kind is not Kind.APPROVE
