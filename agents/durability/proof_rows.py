"""The lists of codes, which of them are used, and how many wrong proofs were tried; rows of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select, update

from agents.durability.journal import read_meta, write_meta
from agents.durability.schema import PROOF_CODES, PROOF_LISTS

if TYPE_CHECKING:
    from collections.abc import Sequence

_WRONG = "wrong codes"
_LOCKED = "codes locked until"


@dataclass(frozen=True, slots=True)
class ProofList:
    """One list of codes. `counts_from` is aware: before it, none of its codes proves anything."""

    number: int
    salt: str
    counts_from: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class SpentCode:
    """A code that was used for one proposal. `by`: the note it stood in, or the request it came with."""

    list: int
    number: int
    by: str


def add_list(sql: Connection, salt: str, digests: Sequence[str], counts_from: datetime) -> int:
    """A new list; its number."""
    values = {"salt": salt, "counts_from": counts_from.isoformat()}
    number = int(sql.execute(insert(PROOF_LISTS).values(**values).returning(PROOF_LISTS.c.number)).scalar_one())
    rows = [{"list": number, "number": at, "digest": digest} for at, digest in enumerate(digests, 1)]
    sql.execute(insert(PROOF_CODES), rows)
    return number


def every_list(sql: Connection) -> tuple[ProofList, ...]:
    """All lists that ever were, oldest first."""
    rows = sql.execute(select(PROOF_LISTS).order_by(PROOF_LISTS.c.number))
    return tuple(
        ProofList(row.number, row.salt, datetime.fromisoformat(row.counts_from), bool(row.revoked_at)) for row in rows
    )


def valid_lists(sql: Connection) -> tuple[ProofList, ...]:
    """The lists that are not revoked, oldest first."""
    return tuple(each for each in every_list(sql) if not each.revoked)


def revoke_list(sql: Connection, number: int, at: datetime) -> None:
    """No code of this list counts from now on."""
    sql.execute(update(PROOF_LISTS).where(PROOF_LISTS.c.number == number).values(revoked_at=at.isoformat()))


def unused_codes(sql: Connection, number: int) -> int:
    """How many codes of a list are left."""
    left = select(func.count()).where(PROOF_CODES.c.list == number, PROOF_CODES.c.used_at == "")
    return int(sql.execute(left).scalar_one())


def find_unused(sql: Connection, number: int, digest: str) -> int | None:
    """The place on its list of an unused code; None when it is on none, or used."""
    found = select(PROOF_CODES.c.number).where(
        PROOF_CODES.c.list == number, PROOF_CODES.c.digest == digest, PROOF_CODES.c.used_at == ""
    )
    return sql.execute(found).scalar()


def spend(sql: Connection, code: SpentCode, proposal: str, at: datetime) -> None:
    """The code is used now, for this proposal."""
    row = update(PROOF_CODES).where(PROOF_CODES.c.list == code.list, PROOF_CODES.c.number == code.number)
    sql.execute(row.values(used_at=at.isoformat(), used_for=proposal, used_by=code.by))


def last_spent(sql: Connection, number: int) -> str:
    """When a code of a list was used last, in ISO 8601; empty when none was."""
    newest = select(func.max(PROOF_CODES.c.used_at)).where(PROOF_CODES.c.list == number)
    return str(sql.execute(newest).scalar() or "")


def spent_on(sql: Connection, proposal: str) -> tuple[SpentCode, ...]:
    """The codes that were used for a proposal."""
    found = sql.execute(select(PROOF_CODES).where(PROOF_CODES.c.used_for == proposal))
    return tuple(SpentCode(row.list, row.number, row.used_by) for row in found)


def wrong_codes(sql: Connection) -> int:
    """How many wrong codes were tried since the last right one or the last lock."""
    return int(read_meta(sql, _WRONG, "0"))


def count_wrong(sql: Connection, wrong: int, locked_until: datetime | None = None) -> None:
    """Remember wrong codes, and how long no code is looked at."""
    write_meta(sql, _WRONG, str(wrong))
    if locked_until is not None:
        write_meta(sql, _LOCKED, locked_until.isoformat())


def locked_until(sql: Connection) -> datetime | None:
    """Until when no code is looked at; None when there never was a lock."""
    found = read_meta(sql, _LOCKED)
    return datetime.fromisoformat(found) if found else None
