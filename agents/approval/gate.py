"""The gate: what a note in a folder means for the sealed proposal. Pure; reading it again gives the same verdict.

What runs is always the sealed action. The returned note is compared, never executed (DESIGN 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.approval.expiry import Period, waits_until
from agents.approval.payload import read_action
from agents.approval.risk import Tier
from agents.clock import as_local
from agents.vault.layout import APPROVED, PENDING, REJECTED
from agents.vault.note import Note, Problem, read_note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.connectors.contract import Action
    from agents.durability.proposal_rows import ProposalRow

BY_COMMAND = "by command"  # a yes or no that stands in no note
BY_RULE = "policy"  # who said yes when a row of the handbook did, which stands in no note either
OWNER_FIELDS = frozenset({"decision", "approve", "reject", "reason", "code"})
NOT_ORDERED = frozenset({"created", "tags"})  # plugins and owners rewrite them; they say nothing about the order
NUMBERS = frozenset({"amount"})  # compared by value; every other property is text
MOMENTS = frozenset({"expires"})
PEOPLE = 2  # who must say yes where two must
PROVED_TIERS = frozenset({Tier.HIGH, Tier.TWO})
NEEDS_PROOF = (
    "it is of high risk and needs a proof that it is you: an unused code of your list in its property code "
    "(no list yet? type proof enrol)"
)


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
    """What to do, how the owner said it, why, and the action as edited (for `EDITED` alone).

    `code` is what stands in the note as a proof, not yet looked at; `proof` names the proof that was given; `until` is
    when it expired (for `EXPIRED` alone).
    """

    kind: Kind
    how: str = ""
    reason: str = ""
    action: Action | None = None
    code: str = ""
    proof: str = ""
    until: datetime | None = None


def judge(
    sealed: ProposalRow,
    found: Sequence[Found],
    now: datetime,
    models: Mapping[str, type[Action]],
    *,
    proof: str = "",
    away: Sequence[Period] = (),
) -> Verdict:
    """What the notes in the three folders say about one waiting proposal.

    `proof` came with a command; `away` is when the owner is away, which does not count against its expiry.
    """
    until = waits_until(sealed.created, sealed.expires, away)
    if [*found] == [Found(PENDING, sealed.note)] and now < until:
        return Verdict(Kind.WAIT, proof=proof)  # as we wrote it: of thousands that wait, nearly all
    by_folder = {each.folder: each.text for each in found}
    code = next(filter(None, map(code_in, by_folder.values())), "")
    if REJECTED in by_folder:  # rejected beats approved
        return Verdict(Kind.REJECT, "moved", _property(read_note(by_folder[REJECTED]), "reason"), code=code)
    verdict = replace(_said_in(by_folder, sealed, models), code=code, proof=proof)
    if now >= until and verdict.kind is not Kind.REJECT:
        return Verdict(Kind.EXPIRED, verdict.how, code=code, until=until)
    if verdict.kind is Kind.APPROVE and sealed.risk in PROVED_TIERS and not (code or proof):
        return replace(verdict, kind=Kind.HOLD, reason=NEEDS_PROOF)
    return verdict


def half_said(holders: tuple[str, ...]) -> str:
    """How a proposal stands that two people must approve, for its note and `status`."""
    whose = f" ({', '.join(holders)})"
    return f"two of two yes{whose}" if len(holders) >= PEOPLE else f"one of two yes{whose}; waits for another person's"


def code_in(text: str) -> str:
    """What the owner wrote into `code`; empty when nothing, or nobody can read the note."""
    return _property(read_note(text), "code").strip()


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
        return _approve(sealed, text, "moved" if moved else "in the note", models)
    return Verdict(Kind.WAIT)


def _approve(sealed: ProposalRow, text: str, how: str, models: Mapping[str, type[Action]]) -> Verdict:
    if same_content(sealed.note, text):
        return Verdict(Kind.APPROVE, how)
    action = _order(sealed, text, models)
    if isinstance(action, str):
        return Verdict(Kind.UNREADABLE, how, action)
    if action.canonical().decode() == sealed.action:
        return Verdict(Kind.TEXT_EDITED, how, "you changed the text, not the order; edit the block")
    return Verdict(Kind.EDITED, how, action=action)


def _order(sealed: ProposalRow, text: str, models: Mapping[str, type[Action]]) -> Action | str:
    """The order the note's block describes, or why it cannot be an edit of this proposal."""
    if _property(read_note(text), "id").strip() not in {"", sealed.id}:
        return "it is the note of another proposal"
    action = read_action(text, models)
    if isinstance(action, Problem):
        return f"line {action.line}: {action.message}"
    return action if action.action == sealed.action_name else "the edited order is of another kind"


def still_says_yes(sealed: ProposalRow, found: Sequence[Found]) -> bool:
    """Whether what lies there lets a yes stand that was taken in earlier: one note, unchanged, where it was said."""
    if len(found) != 1 or not same_content(sealed.note, found[0].text):
        return False
    said = _decision(read_note(found[0].text))
    in_no_note = sealed.decided_how == BY_COMMAND or sealed.decided_by == BY_RULE
    moved = found[0].folder == APPROVED or in_no_note
    return "reject" not in said and (moved or "approve" in said)


def _decision(note: Note | Problem) -> frozenset[str]:
    """'approve' and 'reject', by property `decision` or by checkbox."""
    ticked = {name for name in ("approve", "reject") if _property(note, name).strip().casefold() == "true"}
    return frozenset(ticked | ({_property(note, "decision").strip().casefold()} & {"approve", "reject"}))


def _property(note: Note | Problem, name: str) -> str:
    value = note.properties.get(name, "") if isinstance(note, Note) else ""
    return value if isinstance(value, str) else ", ".join(value)


def says_no(text: str) -> bool:
    """Whether the note says reject, by property or checkbox."""
    return "reject" in _decision(read_note(text))


def same_content(sealed: str, found: str) -> bool:
    """Whether two texts of a note say the same, as far as we wrote it.

    Line endings, trailing blanks and final newlines do not count; amounts are compared by value, dates by instant;
    keys we did not write, the owner's own fields and what is not part of the order are ignored (ADR 0026).
    """
    ours, theirs = read_note(sealed), read_note(found)
    if isinstance(ours, Problem) or isinstance(theirs, Problem) or _body(ours.body) != _body(theirs.body):
        return False
    keys = set(ours.properties) - OWNER_FIELDS - NOT_ORDERED
    return all(_value(key, ours.properties[key]) == _value(key, theirs.properties.get(key, "")) for key in keys)


def _body(text: str) -> str:
    """Only what editors and sync tools change is evened out; other line ends, such as U+2028, are text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip("\n")


def _moment(text: str) -> datetime:
    """Notes show local time; with a zone it is the same instant."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else as_local(moment)


def _value(key: str, value: str | Sequence[str]) -> object:
    """The property as it is compared: a list of one is its item."""
    if not isinstance(value, str):
        return value[0].strip() if len(value) == 1 else tuple(each.strip() for each in value)
    text = value.strip()
    try:
        if key in NUMBERS and (number := Decimal(text)).is_finite():
            return number
        return _moment(text) if key in MOMENTS else text
    except (InvalidOperation, ValueError):
        return text
