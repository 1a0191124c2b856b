"""Who can prove with what, what was used of it for which proposal, and whose yes a proposal has; rows of the journal.

No row holds a secret: of a list the number, of an app the name under which the keyring keeps its secret, of a key its
public half.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select, update

from agents.durability.proof_rows import every_list, last_spent, revoke_list
from agents.durability.schema import PROOF_CREDENTIALS, PROOF_USES, PROOF_YESES, PROPOSALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    from agents.durability.proof_rows import ProofList

OWNER = "owner"
OWNER_LIST = "list"  # the name of the first list, and of those from before there were names


class Kind(StrEnum):
    """What a person proves with: a printed list of codes, an app with codes that change, an SSH key."""

    LIST = "list"
    TOTP = "totp"
    SSH = "ssh"


@dataclass(frozen=True, slots=True)
class Credential:
    """One means of one person. `counts_from` and `since` are aware; before the first, it proves nothing.

    `material` is the list's number, the name of the app's secret, or the public key.
    """

    number: int
    name: str
    holder: str
    kind: Kind
    material: str
    since: datetime
    counts_from: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """One use of an app's code or a key, for one thing. `by`: the note it stood in, or the request it came with.

    `mark` is the step of the app, or which signature it was; each counts once.
    """

    credential: int
    mark: int
    by: str


def add_credential(sql: Connection, new: Credential) -> int:
    """Keep a new one; its number, whatever `new.number` says."""
    values = {
        "name": new.name,
        "holder": new.holder,
        "kind": new.kind.value,
        "material": new.material,
        "since": new.since.isoformat(),
        "counts_from": new.counts_from.isoformat(),
    }
    added = insert(PROOF_CREDENTIALS).values(**values).returning(PROOF_CREDENTIALS.c.number)
    return int(sql.execute(added).scalar_one())


def every_credential(sql: Connection) -> tuple[Credential, ...]:
    """All that ever were, oldest first; a list from before there were persons is the owner's."""
    rows = sql.execute(select(PROOF_CREDENTIALS).order_by(PROOF_CREDENTIALS.c.number))
    found = [_credential(row) for row in rows]
    named = {each.material for each in found if each.kind is Kind.LIST}
    older = (_owners(each) for each in every_list(sql) if str(each.number) not in named)
    return (*older, *found)


def valid_credentials(sql: Connection) -> tuple[Credential, ...]:
    """Those that are not revoked, oldest first."""
    return tuple(each for each in every_credential(sql) if not each.revoked)


def revoke_credential(sql: Connection, credential: Credential, at: datetime) -> None:
    """It proves nothing from now on."""
    row = update(PROOF_CREDENTIALS).where(PROOF_CREDENTIALS.c.number == credential.number)
    sql.execute(row.values(revoked_at=at.isoformat()))
    if credential.kind is Kind.LIST:
        revoke_list(sql, int(credential.material), at)


def last_use(sql: Connection, credential: Credential) -> datetime | None:
    """When it was used last; None when never."""
    newest = select(func.max(PROOF_USES.c.used_at)).where(PROOF_USES.c.credential == credential.number)
    found = last_spent(sql, int(credential.material)) if credential.kind is Kind.LIST else sql.execute(newest).scalar()
    return datetime.fromisoformat(found) if found else None


def newest_mark(sql: Connection, credential: Credential) -> int:
    """The highest mark of its uses; 0 when there is none."""
    newest = select(func.max(PROOF_USES.c.mark)).where(PROOF_USES.c.credential == credential.number)
    return int(sql.execute(newest).scalar() or 0)


def count_uses(sql: Connection, credential: Credential, about: str) -> int:
    """How often it was used for one thing."""
    of_it = (PROOF_USES.c.credential == credential.number, PROOF_USES.c.used_for == about)
    return int(sql.execute(select(func.count()).where(*of_it)).scalar_one())


def add_use(sql: Connection, use: Use, about: str, at: datetime) -> None:
    """It is used now, for this."""
    values = {"credential": use.credential, "mark": use.mark, "used_for": about, "used_by": use.by}
    sql.execute(insert(PROOF_USES).values(**values, used_at=at.isoformat()))


def uses_for(sql: Connection, about: str) -> tuple[Use, ...]:
    """What was used for one thing, oldest first."""
    wanted = select(PROOF_USES).where(PROOF_USES.c.used_for == about).order_by(PROOF_USES.c.used_at)
    return tuple(Use(row.credential, row.mark, row.used_by) for row in sql.execute(wanted))


def add_yes(sql: Connection, proposal: str, holder: str, proof: str, at: datetime) -> None:
    """A person has said yes to a proposal, with proof."""
    values = {"proposal": proposal, "holder": holder, "proof": proof, "given_at": at.isoformat()}
    sql.execute(insert(PROOF_YESES).values(**values))


def yes_holders(sql: Connection, proposal: str) -> tuple[str, ...]:
    """The different people whose yes with proof stands."""
    wanted = select(PROOF_YESES.c.holder).where(PROOF_YESES.c.proposal == proposal, PROOF_YESES.c.taken_back_at == "")
    return tuple(sorted(set(sql.execute(wanted).scalars())))


def yes_proofs(sql: Connection, proposal: str) -> frozenset[str]:
    """The proofs that were counted as a yes to a proposal, also those taken back."""
    return frozenset(sql.execute(select(PROOF_YESES.c.proof).where(PROOF_YESES.c.proposal == proposal)).scalars())


def take_yeses_of(sql: Connection, holder: str, at: datetime) -> None:
    """No yes of this person to what still waits counts any more."""
    waiting = select(PROPOSALS.c.id).where(PROPOSALS.c.state == "waiting")
    theirs = (PROOF_YESES.c.holder == holder, PROOF_YESES.c.taken_back_at == "", PROOF_YESES.c.proposal.in_(waiting))
    sql.execute(update(PROOF_YESES).where(*theirs).values(taken_back_at=at.isoformat()))


def take_yeses_back(sql: Connection, proposal: str, at: datetime) -> None:
    """No yes to a proposal that was said until now counts any more."""
    standing = update(PROOF_YESES).where(PROOF_YESES.c.proposal == proposal, PROOF_YESES.c.taken_back_at == "")
    sql.execute(standing.values(taken_back_at=at.isoformat()))


def first_yeses(sql: Connection) -> Mapping[str, str]:
    """The proposals that wait for a second person, and who has said yes."""
    wanted = select(PROOF_YESES.c.proposal, PROOF_YESES.c.holder).join(
        PROPOSALS, PROPOSALS.c.id == PROOF_YESES.c.proposal
    )
    rows = sql.execute(wanted.where(PROPOSALS.c.state == "waiting", PROOF_YESES.c.taken_back_at == ""))
    return {row.proposal: row.holder for row in rows}


def _credential(row: Row[tuple[object, ...]]) -> Credential:
    since, counts_from = datetime.fromisoformat(row.since), datetime.fromisoformat(row.counts_from)
    kind, revoked = Kind(row.kind), bool(row.revoked_at)
    return Credential(row.number, row.name, row.holder, kind, row.material, since, counts_from, revoked)


def _owners(known: ProofList) -> Credential:
    material = str(known.number)
    since = known.counts_from
    return Credential(-known.number, OWNER_LIST, OWNER, Kind.LIST, material, since, known.counts_from, known.revoked)
