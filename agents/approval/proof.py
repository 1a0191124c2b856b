"""Proof that it is the owner who says yes: an unused code of their printed list.

A move has no author; whoever can write the folder can move a note. A code can be used once, for one proposal. Six wrong
ones lock all codes for an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.approval.risk import Tier
from agents.clock import as_local
from agents.durability.proof_rows import (
    ProofList,
    SpentCode,
    add_list,
    count_wrong,
    current_list,
    find_unused,
    locked_until,
    revoke_lists,
    spend,
    spent_on,
    unused_codes,
    wrong_codes,
)
from agents.security.proof_codes import digest_of, draw_codes, draw_salt, normalized

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.durability.proposal_rows import ProposalRow

MAX_WRONG = 6
LOCK = timedelta(hours=1)
LOST_WAIT = timedelta(hours=24)  # time to see the alert, when somebody else asks for a new list
FEW = 3
COMMAND = "command"
NOTE = "note"
ENROL = "`proof enrol` prints a list of codes"


class Outcome(StrEnum):
    """What an attempt came to."""

    PROVED = "proved"
    WRONG = "wrong"
    LOCKED = "locked"
    NONE = "none"  # no list that counts


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to prove something. `words`: which code it was, or why it proves nothing."""

    outcome: Outcome
    words: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new list. The codes are shown once and kept nowhere."""

    number: int
    codes: tuple[str, ...]
    counts_from: datetime


def prove(sql: Connection, text: str, proposal: str, by: str, now: datetime) -> Attempt:
    """Use a code for one proposal. `by` is where it stood: `NOTE`, `COMMAND`, or the request it came with."""
    if not text.strip():
        return Attempt(Outcome.NONE, "no code was given")
    until = locked_until(sql)
    if until is not None and now < until:
        return Attempt(Outcome.LOCKED, f"too many wrong codes; no code is looked at until {_local(until)}")
    known = current_list(sql)
    if known is None:
        return Attempt(Outcome.NONE, f"no list of codes is enrolled; {ENROL}")
    if now < known.counts_from:
        return Attempt(Outcome.NONE, f"the new list of codes counts from {_local(known.counts_from)} on")
    code = normalized(text)
    number = find_unused(sql, known.number, digest_of(code, known.salt)) if code else None
    if number is None:
        return _wrong(sql, now)
    spend(sql, SpentCode(known.number, number, by), proposal, now)
    count_wrong(sql, 0)
    return Attempt(Outcome.PROVED, _named(known.number, number))


def _wrong(sql: Connection, now: datetime) -> Attempt:
    wrong = wrong_codes(sql) + 1
    if wrong < MAX_WRONG:
        count_wrong(sql, wrong)
        left = MAX_WRONG - wrong
        return Attempt(Outcome.WRONG, f"the code is wrong or used; {left} more wrong ones lock all codes for an hour")
    count_wrong(sql, 0, now + LOCK)
    return Attempt(Outcome.WRONG, f"the code is wrong or used; all codes are locked until {_local(now + LOCK)}")


def by_request(number: int) -> str:
    """How a proof that came with a command is kept."""
    return f"request {number}"


def proof_of(sql: Connection, proposal: str, by: str) -> str:
    """The proof that was given for a proposal in one place, in words; empty when there is none."""
    return next((_named(code.list, code.number) for code in spent_on(sql, proposal) if code.by == by), "")


def is_proved(sql: Connection, proposal: str) -> bool:
    """Whether any proof was given for a proposal."""
    return bool(spent_on(sql, proposal))


def enough_proof(sql: Connection, row: ProposalRow) -> bool:
    """Whether a proposal was proved as its risk asks; that two people did cannot be proved yet."""
    return row.risk != Tier.TWO and (row.risk != Tier.HIGH or is_proved(sql, row.id))


def few_left(sql: Connection) -> str:
    """What the owner should know when codes run out; empty while there are enough."""
    known = current_list(sql)
    left = unused_codes(sql, known.number) if known else FEW + 1
    return f"{left} codes of your list are left; {ENROL}, a new one." if left <= FEW else ""


def standing(sql: Connection, now: datetime) -> tuple[bool, str]:
    """Whether a list is enrolled, and how it stands in words."""
    known, until = current_list(sql), locked_until(sql)
    if known is None:
        return False, "no list of codes: what is of high risk cannot be approved"
    if until is not None and now < until:
        return True, f"too many wrong codes; all are locked until {_local(until)}"
    if now < known.counts_from:
        return True, f"list {known.number} of codes counts from {_local(known.counts_from)} on"
    return True, f"{unused_codes(sql, known.number)} unused codes on list {known.number}"


def enrol(sql: Connection, now: datetime, code: str, *, lost: bool) -> Enrolled | Attempt:
    """Make a list that replaces the one there is; an attempt when it did not prove that it may.

    `code` is an unused one of the present list; with `lost` instead of it, the new list counts a day later.
    """
    before = current_list(sql)
    if before is not None and not lost:
        attempt = prove(sql, code, _about(before), COMMAND, now)
        if attempt.outcome is not Outcome.PROVED:
            return attempt
    revoke_lists(sql, now)
    codes, salt = draw_codes(), draw_salt()
    counts_from = now + LOST_WAIT if before is not None and lost else now
    number = add_list(sql, salt, [digest_of(each, salt) for each in codes], counts_from)
    return Enrolled(number, codes, counts_from)


def revoke(sql: Connection, now: datetime, code: str) -> Attempt:
    """Take the list back, proved by one of its codes; nothing of high risk can be approved from then on."""
    known = current_list(sql)
    if known is None:
        return Attempt(Outcome.NONE, f"no list of codes is enrolled; {ENROL}")
    attempt = prove(sql, code, _about(known), COMMAND, now)
    if attempt.outcome is Outcome.PROVED:
        revoke_lists(sql, now)
    return attempt


def _about(known: ProofList) -> str:
    return f"list-{known.number}"


def _named(number: int, code: int) -> str:
    return f"code {code} of list {number}"


def _local(moment: datetime) -> str:
    return as_local(moment).strftime("%Y-%m-%d %H:%M")
