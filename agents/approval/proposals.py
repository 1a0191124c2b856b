"""Proposals: one sealed action each, rendered as a note for the owner.

The digest covers the action, the proposal's id, its task, its expiry and the SHA-256 of every attachment. The
idempotency key is derived from id and digest, so it survives the loss of everything else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.approval.gate import PROVED_TIERS
from agents.approval.payload import INFO, dump_action
from agents.approval.risk import POLICY, Risk, Tier
from agents.clock import as_local
from agents.connectors.contract import Action, sha256_hex
from agents.durability.proposal_rows import ProposalRow, seal_digest
from agents.vault.layout import note_id
from agents.vault.neutralize import code_span, fenced, property_text
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agents.connectors.contract import Row
    from agents.vault.yaml_text import PropertyValue

MAX_CELL = 300
MODEL = "claude"  # the brain whose rules are words
TRUSTED = ("owner", "contacts", "computed", "first", "handbook", "rates", "receipt", "books")
_BACKTICKS = re.compile(r"`+")
_DETAIL = re.compile(r"[a-z0-9-]{1,120}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal before it is sealed. `sibling` counts earlier proposals of the same move, so that ids differ.

    `asked_at`: when somebody asked for it who was told its id; its id names that day. None = the day it is sealed.
    """

    task: str
    move_key: str
    action: Action
    provenance: Mapping[str, str]
    quote: str
    rule: str
    brain: str
    warnings: tuple[str, ...] = ()
    read_as: bool = False
    sibling: int = 0
    undoes: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """What time, policy and the journal (its id) add to a draft."""

    now: datetime
    days: int
    risk: Risk
    epoch: int
    journal: str


def seal(draft: Draft, by: Seal) -> ProposalRow:
    """The sealed proposal with its note."""
    created = by.now.replace(microsecond=0)
    expires = created + timedelta(days=by.days)
    proposal = id_of(draft, draft.asked_at or created, by.epoch, by.journal)
    digest = digest_of(draft.action, proposal, draft.task, expires)
    return ProposalRow(
        id=proposal,
        task=draft.task,
        move_key=draft.move_key,
        action=draft.action.canonical().decode(),
        digest=digest,
        key=sha256_hex(f"{proposal}\0{digest}".encode()),
        note=render(draft, proposal, created, expires, by.risk),
        provenance=json.dumps(dict(draft.provenance), sort_keys=True),
        quote=draft.quote,
        rule=draft.rule,
        brain=draft.brain,
        risk=by.risk.tier,
        policy=POLICY,
        epoch=by.epoch,
        created_at=created.isoformat(),
        expires_at=expires.isoformat(),
        state="waiting",
        undoes=draft.undoes,
    )


def id_of(draft: Draft, asked_at: datetime, epoch: int, journal: str) -> str:
    """The id a draft has that was asked for at an aware moment, in an epoch of a journal."""
    kind = draft.action.action.replace(".", "-").replace("_", "-")
    # no two machines give one id, so a yes is known to one journal at most (ADR 0028)
    source_id = f"{draft.move_key}\0{draft.action.canonical().decode()}\0{draft.sibling}\0{epoch}\0{journal}"
    return note_id(as_local(asked_at).date(), kind, draft.task, source_id)


def digest_of(action: Action, proposal: str, task: str, expires: datetime) -> str:
    """The SHA-256 that seals an action to its proposal."""
    return seal_digest(action.canonical().decode(), proposal, task, expires.isoformat())


def render(draft: Draft, proposal: str, created: datetime, expires: datetime, risk: Risk) -> str:
    """The note as the owner reads it: made by code from the action, never from a model's words."""
    action, money = draft.action, draft.action.money
    properties: dict[str, PropertyValue] = {"id": proposal, "type": "approval_request", "action": action.action}
    if money is not None:
        properties |= {"amount": money.amount, "currency": money.currency}
    properties |= {
        "recipient": property_text(action.recipient()),
        "risk": risk.tier.value,
        "created": as_local(created),
        "expires": as_local(expires),
        "task": f"[[{draft.task}]]",
        "approve": False,
        "reject": False,
        "decision": None,
        "reason": None,
    }
    if risk.tier in PROVED_TIERS:
        properties["code"] = None
    return emit_note(properties | {"tags": ["proposal"]}, _body(draft, risk))


def _body(draft: Draft, risk: Risk) -> str:
    action = draft.action
    parts = [f"# {plain(('Read as: ' if draft.read_as else '') + action.title())}"]
    parts += [f"> [!warning] {plain(each)}" for each in (*draft.warnings, *action.cautions())]
    rows = (*action.rows(),)
    short = [row for row in rows if "\n" not in row.value]
    table = ["| what | value | where it comes from |", "| --- | --- | --- |"]
    table += [f"| {plain(row.what)} | {_value(row, draft)} | {_origin(row, draft)} |" for row in short]
    table.append(f"| can be undone | {plain(action.undo())} | |")
    source = f"[[Company_Handbook]], line {risk.line}" if risk.line else POLICY
    table.append(f"| risk | {risk.tier.value}: {plain(risk.why)} | {source} |")
    parts.append("\n".join(table))
    parts += [
        f"**{plain(row.what)}** ({_origin(row, draft)}):\n\n{fenced(row.value)}" for row in rows if row not in short
    ]
    if risk.tier in PROVED_TIERS:
        parts.append(NEEDS_PROOF + (NEEDS_TWO if risk.tier is Tier.TWO else ""))
    if risk.is_allowed:
        parts.append(ALLOWED)
    quote = f"{code_span(draft.quote, 300)} - " if draft.quote else ""
    parts.append(f"**Why:** {quote}[[{draft.task}]]; {_who_decided(draft)}.")
    parts.append(HOW_TO_DECIDE)
    return "\n\n".join([*parts, _block(dump_action(action))]) + "\n"


def _who_decided(draft: Draft) -> str:
    rule = f"*{plain(draft.rule)}*"
    return f"decided by {rule}" if draft.brain == MODEL else f"rule {rule} of the {plain(draft.brain)}"


NEEDS_PROOF = (
    "> [!danger] High risk\n> A yes to this needs a proof that it is you: write an unused code of your list into "
    "*code* above, then say yes; or type `approve ID --code CODE`. No list yet? `proof enrol` prints one. "
    "A no needs no code."
)
NEEDS_TWO = (
    "\n> Two people must say yes, each with a proof of their own; after the first the note comes back and says so."
)
ALLOWED = (
    "> [!info] Allowed by your handbook\n> A row of yours lets this be done without your yes. To stop it, move this "
    "note to `Rejected/` or tick *reject* before it is done."
)
HOW_TO_DECIDE = (
    "**Yes:** move this note to `Approved/`, or tick *approve* above. **No:** move it to `Rejected/`, or tick *reject* "
    "and say why in *reason*.\n\nWhat will run (you may edit it; it will then come back to you once, read as you "
    "meant it):"
)


def _block(content: str) -> str:
    ticks = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(content)), default=0))
    return f"{ticks}{INFO}\n{content}\n{ticks}"


def _value(row: Row, draft: Draft) -> str:
    trusted = row.argument is None or draft.provenance.get(row.argument, "").split(":")[0] in TRUSTED
    return plain(row.value) if trusted else code_span(row.value, MAX_CELL)


def _origin(row: Row, draft: Draft) -> str:
    """Where a value comes from; a source that names no line and no note as it should is unknown."""
    if row.argument is None:
        return "computed"
    whole = draft.provenance.get(row.argument, "")
    source, _, detail = whole.partition(":")
    shown = {
        "handbook": "[[Company_Handbook]], line {}",
        "rates": "your rate in [[Rates]], line {}",
        "receipt": "[[{}]]",
        "note": "⚠ [[{}]]",
    }
    if source in shown and _DETAIL.fullmatch(detail):
        return shown[source].format(detail)
    plainly = {
        "owner": "you",
        "contacts": "your contacts",
        "computed": "computed",
        "first": "computed; the first of its kind, so it needs your yes",
        "books": "your books",
        "mail": "⚠ the mail",
        "note": "⚠ a note",
        "model": "⚠ the model's own word",
        "agent": "⚠ a connected assistant",
    }
    return "your handbook" if whole == "handbook" else plainly.get(source, "⚠ unknown")
