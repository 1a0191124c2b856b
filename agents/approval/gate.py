"""The gate: what a note in a folder means for the sealed proposal. Pure; reading it again gives the same verdict.

What runs is always the sealed action. The returned note is compared, never executed (DESIGN 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.approval.payload import read_action
from agents.approval.risk import Tier
from agents.vault.layout import APPROVED, PENDING, REJECTED
from agents.vault.note import Note, Problem, read_note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.connectors.contract import Action
    from agents.durability.proposal_rows import ProposalRow

OWNER_FIELDS = frozenset({"decision", "approve", "reject", "reason", "code"})
NUMBERS = frozenset({"amount"})  # compared by value; every other property is text
MOVED = "moved"  # how a decision was said: by the folder in which the note lies
MOMENTS = frozenset({"created", "expires"})


class Kind(StrEnum):
    """What is to be done about a proposal now."""

    WAIT = "wait"
    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"
    EDITED = "edited"
    TEXT_EDITED = "text_edited"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Found:
    """A note with the proposal's id: the folder it lies in, and its text."""

    folder: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, how the owner said it, why, and the action as edited (for `EDITED` alone)."""

    kind: Kind
    how: str = ""
    reason: str = ""
    action: Action | None = None


def judge(sealed: ProposalRow, found: Sequence[Found], now: datetime, models: Mapping[str, type[Action]]) -> Verdict:
    """What the notes in the three folders say about one waiting proposal."""
    by_folder = {each.folder: each.text for each in found}
    if REJECTED in by_folder:  # rejected beats approved
        return Verdict(Kind.REJECT, MOVED, _property(read_note(by_folder[REJECTED]), "reason"))
    verdict = _said_in(by_folder, sealed, models)
    if now >= sealed.expires and verdict.kind is not Kind.REJECT:
        return Verdict(Kind.EXPIRED, verdict.how)
    return verdict


def _said_in(by_folder: Mapping[str, str], sealed: ProposalRow, models: Mapping[str, type[Action]]) -> Verdict:
    if {APPROVED, PENDING} <= set(by_folder):
        return Verdict(Kind.HOLD, reason="the same proposal lies in Approved and in Pending_Approval; keep one of them")
    moved = APPROVED in by_folder
    text = by_folder.get(APPROVED, by_folder.get(PENDING, ""))
    note = read_note(text)
    if isinstance(note, Problem) and not moved:
        return Verdict(Kind.HOLD, reason=f"line {note.line}: {note.message}")
    said = _decision(note)
    if len(said) > 1:
        return Verdict(Kind.HOLD, reason="it says both approve and reject; take one of them back")
    if "reject" in said:
        how = "moved, but the note says reject" if moved else "in the note"
        return Verdict(Kind.REJECT, how, _property(note, "reason"))
    if moved or "approve" in said:
        return _approve(sealed, text, MOVED if moved else "in the note", models)
    return Verdict(Kind.WAIT)


def _approve(sealed: ProposalRow, text: str, how: str, models: Mapping[str, type[Action]]) -> Verdict:
    if sealed.risk == Tier.HIGH:
        return Verdict(Kind.HOLD, how, "it is of high risk and needs a proof that it is you; none is enrolled")
    if same_content(sealed.note, text):
        return Verdict(Kind.APPROVE, how)
    action = read_action(text, models)
    if isinstance(action, Problem):
        return Verdict(Kind.UNREADABLE, how, f"line {action.line}: {action.message}")
    if action.action != sealed.action_name:
        return Verdict(Kind.UNREADABLE, how, "the edited order is of another kind")
    if action.canonical().decode() == sealed.action:
        return Verdict(Kind.TEXT_EDITED, how, "you changed the text, not the order; edit the block")
    return Verdict(Kind.EDITED, how, action=action)


def _decision(note: Note | Problem) -> frozenset[str]:
    """'approve' and 'reject', by property `decision` or by checkbox."""
    ticked = {name for name in ("approve", "reject") if _property(note, name).strip().casefold() == "true"}
    return frozenset(ticked | ({_property(note, "decision").strip().casefold()} & {"approve", "reject"}))


def _property(note: Note | Problem, name: str) -> str:
    value = note.properties.get(name, "") if isinstance(note, Note) else ""
    return value if isinstance(value, str) else ", ".join(value)


def same_content(sealed: str, found: str) -> bool:
    """Whether two texts of a note say the same, as far as we wrote it.

    Line endings, trailing blanks and final newlines do not count; amounts are compared by value, dates by instant;
    keys we did not write and the owner's own fields are ignored.
    """
    ours, theirs = read_note(sealed), read_note(found)
    if isinstance(ours, Problem) or isinstance(theirs, Problem) or _body(ours.body) != _body(theirs.body):
        return False
    keys = set(ours.properties) - OWNER_FIELDS
    return all(_value(key, ours.properties[key]) == _value(key, theirs.properties.get(key, "")) for key in keys)


def _body(text: str) -> str:
    """Only what editors and sync tools change is evened out; other line ends, such as U+2028, are text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip("\n")


def _value(key: str, value: str | Sequence[str]) -> object:
    """The property as it is compared: a list of one is its item."""
    if not isinstance(value, str):
        return value[0].strip() if len(value) == 1 else tuple(each.strip() for each in value)
    text = value.strip()
    try:
        if key in NUMBERS and (number := Decimal(text)).is_finite():
            return number
        return datetime.fromisoformat(text) if key in MOMENTS else text
    except (InvalidOperation, ValueError):
        return text
