"""The skills whose whole tree the owner accepted, as rows of the journal: without one, a skill does not run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from agents.durability.journal import read_meta, write_meta
from agents.durability.skill_schema import ACCEPTED_SKILLS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_BEGUN = "skills accepted"


@dataclass(frozen=True, slots=True)
class AcceptedSkill:
    """One tree as it was accepted. `categories` are the kinds of task the skill took then, `label` its own word.

    `files` gives for each path its mode (`x` = may be run, else `-`), a blank, and the SHA-256 of its bytes.
    """

    name: str
    digest: str
    categories: tuple[str, ...]
    label: str
    files: Mapping[str, str]


def accept_skill(sql: Connection, skill: AcceptedSkill, at: datetime, how: str) -> None:
    """From now on just this tree of this name may run."""
    forget_skill(sql, skill.name)
    values = {
        "name": skill.name,
        "digest": skill.digest,
        "categories": " ".join(skill.categories),
        "label": skill.label,
        "files": json.dumps(dict(skill.files), sort_keys=True),
        "at": at.isoformat(),
        "how": how,
    }
    sql.execute(insert(ACCEPTED_SKILLS).values(**values))


def forget_skill(sql: Connection, name: str) -> None:
    """No tree of this name is accepted any more."""
    sql.execute(delete(ACCEPTED_SKILLS).where(ACCEPTED_SKILLS.c.name == name))


def accepted_skills(sql: Connection) -> dict[str, AcceptedSkill]:
    """What is accepted, by name."""
    rows = sql.execute(select(ACCEPTED_SKILLS).order_by(ACCEPTED_SKILLS.c.name))
    return {
        row.name: AcceptedSkill(row.name, row.digest, tuple(row.categories.split()), row.label, json.loads(row.files))
        for row in rows
    }


def first_acceptance_is_due(sql: Connection) -> bool:
    """Whether this journal has never accepted any skills; only then are those that are there taken as they are."""
    return not read_meta(sql, _BEGUN)


def note_first_acceptance(sql: Connection, at: datetime) -> None:
    """From now on every other tree needs the owner's word."""
    write_meta(sql, _BEGUN, at.isoformat())
