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
    """What to do, how the owner said it, why, and the action as edited."""

    kind: Kind
    how: str = ""
    reason: str = ""
    action: Action | None = None


def judge(sealed: ProposalRow, found: Sequence[Found], now: datetime, models: Mapping[str, type[Action]]) -> Verdict:
    """What the notes in the three folders say about one waiting proposal."""
    by_folder = {each.folder: each.text for each in found}
    if REJECTED in by_folder:  # rejected beats approved
        return Verdict(Kind.REJECT, "moved", _property(by_folder[REJECTED], "reason"))
    if {APPROVED, PENDING} <= set(by_folder):
        return Verdict(Kind.HOLD, reason="the same proposal lies in Approved and in Pending_Approval; keep one of them")
    if APPROVED in by_folder:
        return _moved(sealed, by_folder[APPROVED], now, models)
    if PENDING in by_folder:
        return _in_place(sealed, by_folder[PENDING], now, models)
    return Verdict(Kind.EXPIRED) if now >= sealed.expires else Verdict(Kind.WAIT)


def _moved(sealed: ProposalRow, text: str, now: datetime, models: Mapping[str, type[Action]]) -> Verdict:
    said = _said(text)
    if said == "reject":
        return Verdict(Kind.REJECT, "moved, but the note says reject", _property(text, "reason"))
    if said == "both":
        return Verdict(Kind.HOLD, reason="both approve and reject are ticked; untick one of them")
    return _approve(sealed, text, "moved", now, models)


def _in_place(sealed: ProposalRow, text: str, now: datetime, models: Mapping[str, type[Action]]) -> Verdict:
    said = _said(text)
    if said == "reject":
        return Verdict(Kind.REJECT, "in the note", _property(text, "reason"))
    if said == "both":
        return Verdict(Kind.HOLD, reason="both approve and reject are ticked; untick one of them")
    if said == "approve":
        return _approve(sealed, text, "in the note", now, models)
    return Verdict(Kind.EXPIRED) if now >= sealed.expires else Verdict(Kind.WAIT)


def _approve(sealed: ProposalRow, text: str, how: str, now: datetime, models: Mapping[str, type[Action]]) -> Verdict:
    if now >= sealed.expires:
        return Verdict(Kind.EXPIRED, how)
    if sealed.risk == Tier.HIGH:
        return Verdict(Kind.HOLD, how, "it is of high risk and needs a proof that it is you; none is enrolled")
    if same_content(sealed.note, text):
        return Verdict(Kind.APPROVE, how)
    return _edited(sealed, text, how, models)


def _edited(sealed: ProposalRow, text: str, how: str, models: Mapping[str, type[Action]]) -> Verdict:
    action = read_action(text, models)
    if isinstance(action, Problem):
        return Verdict(Kind.UNREADABLE, how, f"line {action.line}: {action.message}")
    if action.action != sealed.action_name:
        return Verdict(Kind.UNREADABLE, how, "the edited order is of another kind")
    if action.canonical().decode() == sealed.action:
        return Verdict(Kind.TEXT_EDITED, how, "you changed the text, not the order; edit the block")
    return Verdict(Kind.EDITED, how, action=action)


def _said(text: str) -> str:
    """'approve', 'reject', 'both' or '' - by property `decision` or by checkbox."""
    decision = _property(text, "decision").strip().casefold()
    ticked = {name for name in ("approve", "reject") if _property(text, name).strip().casefold() == "true"}
    said = ticked | ({decision} & {"approve", "reject"})
    if len(said) > 1:
        return "both"
    return next(iter(said), "")


def _property(text: str, name: str) -> str:
    note = read_note(text)
    value = note.properties.get(name, "") if isinstance(note, Note) else ""
    return value if isinstance(value, str) else ", ".join(value)


def same_content(sealed: str, found: str) -> bool:
    """Whether two texts of a note say the same, as far as we wrote it.

    Line endings, trailing blanks and final newlines do not count; numbers are compared by value, dates by instant;
    keys we did not write and the owner's own fields are ignored.
    """
    ours, theirs = read_note(sealed), read_note(found)
    if isinstance(ours, Problem) or isinstance(theirs, Problem):
        return False
    if _body(ours.body) != _body(theirs.body):
        return False
    keys = set(ours.properties) - OWNER_FIELDS
    return all(_equal(ours.properties[key], theirs.properties.get(key, "")) for key in keys)


def _body(text: str) -> list[str]:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip().split("\n")


def _equal(ours: str | Sequence[str], theirs: str | Sequence[str]) -> bool:
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours.strip() == theirs.strip() or _value(ours) == _value(theirs)
    return [ours] == [theirs] or list(ours if not isinstance(ours, str) else [ours]) == list(
        theirs if not isinstance(theirs, str) else [theirs]
    )


def _value(text: str) -> object:
    stripped = text.strip()
    try:
        number = Decimal(stripped)
    except InvalidOperation:
        number = None
    if number is not None and number.is_finite():
        return number
    try:
        return datetime.fromisoformat(stripped)
    except ValueError:
        return stripped.casefold() if stripped.casefold() in {"true", "false"} else stripped
