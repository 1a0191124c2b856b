"""The owner's consent to what is sent to a model, as rows of the journal: to which page, when, and when taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from agents.durability.journal import read_meta, write_meta
from agents.durability.schema import CONSENTS
from agents.security.consent_page import Terms, page, page_digest

if TYPE_CHECKING:
    from datetime import datetime


_TICK = "tick in Privacy.md"


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent. `revoked_at` empty = not taken back; only the newest counts."""

    number: int
    at: str
    page: str
    page_sha256: str
    revoked_at: str


def accept_page(sql: Connection, terms: Terms, at: datetime) -> int:
    """The owner accepts the page of these terms; earlier consents end. Its number."""
    revoke_consent(sql, at)
    values = {"at": at.isoformat(), "page": page(terms), "page_sha256": page_digest(terms), "revoked_at": ""}
    return int(sql.execute(insert(CONSENTS).values(**values).returning(CONSENTS.c.number)).scalar_one())


def revoke_consent(sql: Connection, at: datetime) -> bool:
    """No consent is in force from now on. Whether one was."""
    given = update(CONSENTS).where(CONSENTS.c.revoked_at == "").values(revoked_at=at.isoformat())
    return sql.execute(given).rowcount > 0


def newest_consent(sql: Connection) -> Consent | None:
    """The newest one, in force or not."""
    row = sql.execute(select(CONSENTS).order_by(CONSENTS.c.number.desc()).limit(1)).first()
    return Consent(row.number, row.at, row.page, row.page_sha256, row.revoked_at) if row else None


def consent_in_force(sql: Connection, terms: Terms) -> bool:
    """Whether the owner accepted exactly the page these terms make, and did not take it back.

    Asked before every request to a model; without it nothing leaves.
    """
    newest = newest_consent(sql)
    return newest is not None and not newest.revoked_at and newest.page_sha256 == page_digest(terms)


def seen_tick(sql: Connection) -> bool | None:
    """Whether the page in the vault was ticked when we last looked at it, or wrote it; None: we never wrote it."""
    return {"yes": True, "no": False}.get(read_meta(sql, _TICK))


def remember_tick(sql: Connection, *, ticked: bool) -> None:
    """How the tick stands now; only a change of it says something."""
    write_meta(sql, _TICK, "yes" if ticked else "no")
