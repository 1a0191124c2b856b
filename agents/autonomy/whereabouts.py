"""Where a vault and its journal lie, remembered in the journal: a copied vault never works on another one's journal.

A folder that was only renamed or moved goes on. Two folders with one id are not told apart by us: the owner says which
of the two this is (ADR 0028).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING

from agents.autonomy.founding import identity_of
from agents.durability.journal import JOURNAL_FILE, read_meta, write_meta
from agents.errors import NeedsOwner, NotAllowed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.autonomy.founding import Place

_PLACE = "place"


class CopiedVault(NeedsOwner):
    """The vault lies here and where the journal knows it; only the owner can tell which of the two counts."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the vault lay when it last ran, the files that were it then, and on which machine."""

    root: str
    root_inode: int
    journal_inode: int
    node: str


class Found(StrEnum):
    """What a vault is, seen from its journal."""

    HERE = "here"
    MOVED = "moved"
    COPY = "copy"


def look_around(place: Place, state: Path, node: str = "") -> Whereabouts:
    """How it is now."""
    journal = state / JOURNAL_FILE
    return Whereabouts(str(place.root), place.root.stat().st_ino, journal.stat().st_ino, node)


def judge_place(known: Whereabouts | None, now: Whereabouts, *, there_too: bool) -> Found:
    """Whether the vault is where it was. `there_too`: a vault of the same id lies at the known place. Pure."""
    if known is None or known.root == now.root:
        return Found.HERE
    carried_along = known.journal_inode != now.journal_inode  # the journal was copied with it: a world of its own
    if known.root_inode == now.root_inode or carried_along or not there_too:
        return Found.MOVED
    return Found.COPY


def whence(sql: Connection, place: Place, now: Whereabouts, *, moved: bool = False) -> Whereabouts | None:
    """Where the vault was before it moved here; None when it is where this journal knows it. Reads only.

    `moved`: the owner says that this folder is the vault from now on.

    Raises:
        NotAllowed: the journal belongs to another vault.
        CopiedVault: a copy, and nobody has said yet what it is.
    """
    owner = read_meta(sql, "vault")
    if owner and owner != place.vault_id:
        raise NotAllowed(
            "The state folder belongs to another vault.", hint="Set AI_EMPLOYEE_STATE to a folder of this vault's own."
        )
    known = known_place(sql)
    there_too = known is not None and identity_of(Path(known.root)) == place.vault_id
    found = judge_place(known, now, there_too=there_too)
    if known is None or found is Found.HERE:
        return None
    if found is Found.COPY and not moved:
        raise CopiedVault(
            f"{now.root} is a copy of {known.root}; both have the same id, and one journal cannot serve two folders.",
            hint=f"Say once which it is: `run --moved` - the same vault, here from now on; "
            f"`init --copy '{now.root}'` - a new vault of its own.",
        )
    return known


def recognise(sql: Connection, place: Place, now: Whereabouts, *, moved: bool = False) -> str:
    """Keep where the vault lies now; words for the owner when it has moved, else empty. Raises as `whence`."""
    known = whence(sql, place, now, moved=moved)
    if known is None:
        return ""
    keep_place(sql, Whereabouts(now.root, now.root_inode, known.journal_inode, known.node))
    return f"The vault has moved here from {known.root}; it goes on here."


def known_place(sql: Connection) -> Whereabouts | None:
    """Where the vault was; None when it never ran."""
    kept = read_meta(sql, _PLACE)
    return Whereabouts(**loads(kept)) if kept else None


def keep_place(sql: Connection, now: Whereabouts) -> None:
    """Remember it. Only a runner says on which machine it is, after it looked at what that means."""
    write_meta(sql, _PLACE, dumps(asdict(now)))


def was_carried_over(known: Whereabouts | None, now: Whereabouts) -> bool:
    """Whether the journal is a copy on another machine: the other one may go on with the same. Pure.

    A computer that only changed its name has the same file; a backup put back has the same name.
    """
    return known is not None and known.node != now.node and known.journal_inode != now.journal_inode
