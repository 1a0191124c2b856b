"""Proof of who says yes: a code of a printed list, a code of an app, or a signature by an SSH key.

A move has no author; whoever can write the folder can move a note. Each proof counts once, for one proposal, and names
its person. Six wrong ones, of any kind, lock all for an hour (ADR 0024, ADR 0040).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.approval.gate import PEOPLE
from agents.approval.risk import Tier
from agents.clock import as_local
from agents.durability.credential_rows import (
    OWNER,
    Credential,
    Kind,
    Use,
    add_use,
    add_yes,
    count_uses,
    every_credential,
    newest_mark,
    uses_for,
    valid_credentials,
    yes_holders,
    yes_proofs,
)
from agents.durability.journal import journal_id
from agents.durability.proof_rows import (
    SpentCode,
    count_wrong,
    find_unused,
    locked_until,
    spend,
    spent_on,
    unused_codes,
    valid_lists,
    wrong_codes,
)
from agents.durability.proposal_rows import ProposalRow, find_proposal
from agents.errors import NeedsOwner
from agents.security import one_time_codes, proof_codes
from agents.security.ssh_proofs import is_signed_with, looks_like_signature

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.connectors.contract import SecretStore
    from agents.durability.proposal_rows import ProposalRow

MAX_WRONG = 6
LOCK = timedelta(hours=1)
FEW = 3
COMMAND = "command"
NOTE = "note"
ENROL = "`proof enrol` prints a list of codes"
USED_OR_WRONG = "the code is wrong or used"
TOO_LATE = "the code of the app came too late, or is used; in a note take one of a printed list"
UNREADABLE = (
    "the codes of an app cannot be checked here: its secret is gone, or the keyring is locked "
    "(unlock it, or use another proof)"
)
NOT_SIGNED = "the signature is used, or not by an enrolled key over exactly this (`proof request` says what to sign)"


class Outcome(StrEnum):
    """What an attempt came to."""

    PROVED = "proved"
    WRONG = "wrong"
    LOCKED = "locked"
    NONE = "none"  # nothing that counts is enrolled, or it cannot be looked at now


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to prove something. `words`: which proof it was, or why it proves nothing."""

    outcome: Outcome
    words: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What is shown as a proof, and of what. `holder`: whose it must be; empty = anybody's.

    `by` is where it stood: `NOTE`, `COMMAND`, or the request it came with. `secrets` keeps what an app's codes are
    checked with; without it such codes prove nothing.
    """

    text: str
    about: str
    by: str
    now: datetime
    secrets: SecretStore | None = None
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One proof that was given: whose, which one in words, and where it stood."""

    holder: str
    words: str
    by: str


def prove(
    sql: Connection, text: str, proposal: str, by: str, now: datetime, secrets: SecretStore | None = None
) -> Attempt:
    """Use a code or a signature for one proposal, once. `by` and `secrets` as in `Claim`."""
    return check(sql, Claim(text, proposal, by, now, secrets))


def check(sql: Connection, claim: Claim) -> Attempt:
    """Whether the claim is proved; what proves it is used up by that."""
    if not claim.text.strip():
        return Attempt(Outcome.NONE, "no code was given")
    until = locked_until(sql)
    if until is not None and claim.now < until:
        return Attempt(Outcome.LOCKED, f"too many wrong codes; no code is looked at until {_local(until)}")
    valid = valid_credentials(sql)
    known = [each for each in valid if claim.holder in {"", each.holder}]
    if not known:
        return Attempt(Outcome.NONE, f"no list of codes is enrolled; {ENROL}")
    attempt = _looked_at(sql, claim, known)
    if attempt.outcome is Outcome.PROVED and len({each.holder for each in valid}) == 1:
        count_wrong(sql, 0)  # among several, one could guess at another's proof and wipe the count with their own
    return attempt


def _looked_at(sql: Connection, claim: Claim, known: list[Credential]) -> Attempt:
    kind = _kind_of(claim.text)
    fitting = [each for each in known if each.kind is kind] or known
    counting = [each for each in fitting if claim.now >= each.counts_from]
    if not counting:
        return Attempt(Outcome.NONE, _not_yet(min(fitting, key=lambda each: each.counts_from)))
    tried = [each for each in counting if each.kind is kind]
    if kind is Kind.TOTP and tried and not any(_secret(claim, each) for each in tried):
        return Attempt(Outcome.NONE, UNREADABLE)
    words = next((words for each in tried if (words := _used(sql, claim, each))), "")
    return Attempt(Outcome.PROVED, words) if words else _wrong(sql, claim.now, _why_not(claim, tried, kind))


def _kind_of(text: str) -> Kind | None:
    if looks_like_signature(text):
        return Kind.SSH
    if proof_codes.normalized(text):
        return Kind.LIST
    return Kind.TOTP if one_time_codes.normalized(text) else None


def _used(sql: Connection, claim: Claim, credential: Credential) -> str:
    """Which use of the credential this was, in words; empty when the claim is not by it."""
    return {Kind.LIST: _by_list, Kind.TOTP: _by_app, Kind.SSH: _by_key}[credential.kind](sql, claim, credential)


def _by_list(sql: Connection, claim: Claim, credential: Credential) -> str:
    known = next(each for each in valid_lists(sql) if str(each.number) == credential.material)
    digest = proof_codes.digest_of(proof_codes.normalized(claim.text), known.salt)
    number = find_unused(sql, known.number, digest)
    if number is None:
        return ""
    spend(sql, SpentCode(known.number, number, claim.by), claim.about, claim.now)
    return _named(credential, number)


def _by_app(sql: Connection, claim: Claim, credential: Credential) -> str:
    secret, code = _secret(claim, credential), one_time_codes.normalized(claim.text)
    used = newest_mark(sql, credential)
    step = one_time_codes.matching_step(secret, code, claim.now, used) if secret else None
    return "" if step is None else _marked(sql, claim, credential, step)


def _by_key(sql: Connection, claim: Claim, credential: Credential) -> str:
    payload = words_to_sign(sql, claim.about, 1 + count_uses(sql, credential, claim.about))
    if not is_signed_with(payload.encode(), claim.text, credential.material):
        return ""
    return _marked(sql, claim, credential, 1 + newest_mark(sql, credential))


def _marked(sql: Connection, claim: Claim, credential: Credential, mark: int) -> str:
    add_use(sql, Use(credential.number, mark, claim.by), claim.about, claim.now)
    return _named(credential, mark)


def _secret(claim: Claim, credential: Credential) -> str:
    """What the app's codes are made of; empty when it is not here, or the keyring is locked."""
    try:
        return (claim.secrets.get(credential.material) if claim.secrets else None) or ""
    except NeedsOwner:
        return ""


def words_to_sign(sql: Connection, about: str, use: int) -> str:
    """What a key signs to prove one thing once: for a proposal, the sealed order and no other.

    `use` counts how often this key was used for it, so that no signature counts twice.
    """
    row = find_proposal(sql, about)
    sealed = [f"digest: {row.digest}", f"expires: {row.expires_at}"] if row else []
    lines = ["AI Employee: this signature says yes once, to this alone", f"about: {about}", *sealed]
    return "\n".join([*lines, f"journal: {journal_id(sql)}", f"use: {use}"]) + "\n"


def _not_yet(credential: Credential) -> str:
    what = {Kind.LIST: "list of codes", Kind.TOTP: "app", Kind.SSH: "key"}[credential.kind]
    return f"the new {what} counts from {_local(credential.counts_from)} on"


def _why_not(claim: Claim, tried: list[Credential], kind: Kind | None) -> str:
    if kind is Kind.SSH:
        return NOT_SIGNED
    code = one_time_codes.normalized(claim.text)
    secrets = [_secret(claim, each) for each in tried if kind is Kind.TOTP]
    late = any(one_time_codes.came_late(secret, code, claim.now) for secret in secrets if secret)
    return TOO_LATE if late else USED_OR_WRONG


def _wrong(sql: Connection, now: datetime, why: str) -> Attempt:
    wrong = wrong_codes(sql) + 1
    if wrong < MAX_WRONG:
        count_wrong(sql, wrong)
        left = MAX_WRONG - wrong
        return Attempt(Outcome.WRONG, f"{why}; {left} more wrong ones lock all codes for an hour")
    count_wrong(sql, 0, now + LOCK)
    return Attempt(Outcome.WRONG, f"{why}; all codes are locked until {_local(now + LOCK)}")


def by_request(number: int) -> str:
    """How a proof that came with a command is kept."""
    return f"request {number}"


def proofs_given(sql: Connection, about: str) -> tuple[Given, ...]:
    """Every proof that was given for one thing."""
    known = every_credential(sql)
    lists = {each.material: each for each in known if each.kind is Kind.LIST}
    others = {each.number: each for each in known}
    codes = ((lists[str(code.list)], code.number, code.by) for code in spent_on(sql, about))
    uses = ((others[use.credential], use.mark, use.by) for use in uses_for(sql, about))
    return tuple(Given(each.holder, _named(each, mark), by) for each, mark, by in (*codes, *uses))


def proof_of(sql: Connection, proposal: str, by: str) -> str:
    """The proof that was given for a proposal in one place, in words; empty when there is none."""
    return next((each.words for each in proofs_given(sql, proposal) if each.by == by), "")


def is_proved(sql: Connection, proposal: str) -> bool:
    """Whether any proof was given for a proposal."""
    return bool(proofs_given(sql, proposal))


def count_yes(sql: Connection, proposal: str, proof: str, now: datetime) -> bool:
    """Keep the yes of the person whose proof this is; False when just this proof was counted before."""
    if proof in yes_proofs(sql, proposal):
        return False
    for each in proofs_given(sql, proposal):
        if each.words == proof:
            add_yes(sql, proposal, each.holder, proof, now)
    return True


def enough_proof(sql: Connection, row: ProposalRow) -> bool:
    """Whether a proposal was proved as its risk asks: not at all, by one person, or by two different ones."""
    if row.risk == Tier.TWO:
        return len(yes_holders(sql, row.id)) >= PEOPLE
    return row.risk != Tier.HIGH or is_proved(sql, row.id)


def few_left(sql: Connection) -> str:
    """What the owner should know when codes run out; empty while there are enough."""
    left = min((unused_codes(sql, each.number) for each in valid_lists(sql)), default=FEW + 1)
    return f"{left} codes of your list are left; {ENROL}, a new one." if left <= FEW else ""


def standing(sql: Connection, now: datetime) -> tuple[bool, str]:
    """Whether a proof is enrolled, and how it stands in words."""
    known, until = valid_credentials(sql), locked_until(sql)
    if not known:
        return False, "no list of codes: what is of high risk cannot be approved"
    if until is not None and now < until:
        return True, f"too many wrong codes; all are locked until {_local(until)}"
    return True, "; ".join(_stands(sql, each, now) for each in known)


def _stands(sql: Connection, credential: Credential, now: datetime) -> str:
    whose = "" if credential.holder == OWNER else f" ({credential.holder})"
    number = credential.material
    if now < credential.counts_from:
        what = {Kind.LIST: f"list {number} of codes", Kind.TOTP: f"app {credential.name}"}
        named = what.get(credential.kind, f"SSH key {credential.name}")
        return f"{named}{whose} counts from {_local(credential.counts_from)} on"
    if credential.kind is Kind.LIST:
        return f"{unused_codes(sql, int(number))} unused codes on list {number}{whose}"
    return f"{'app' if credential.kind is Kind.TOTP else 'SSH key'} {credential.name}{whose}"


def _named(credential: Credential, mark: int) -> str:
    words = {
        Kind.LIST: f"code {mark} of list {credential.material}",
        Kind.TOTP: f"step {mark} of the app {credential.name}",
        Kind.SSH: f"signature {mark} by the key {credential.name}",
    }[credential.kind]
    return words if credential.holder == OWNER else f"{words} of {credential.holder}"


def _local(moment: datetime) -> str:
    return as_local(moment).strftime("%Y-%m-%d %H:%M")
