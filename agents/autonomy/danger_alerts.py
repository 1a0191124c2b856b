"""Dangers to this installation: what is new since the last start of a run is told once, as an alert.

Looking costs nothing while no file changed: the stamp of the last look is kept in the journal. A danger that went away
and comes back is told again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta, write_meta
from agents.security.findings import Finding, Grade
from agents.vault.neutralize import code_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from agents.durability.journal import Journal
    from agents.durability.transitions import Recorder

_STAMP, _TOLD = "dangers stamp", "dangers told"


@dataclass(frozen=True, slots=True)
class Dangers:
    """What was found, and the stamp of the files it was found in."""

    stamp: str
    found: tuple[Finding, ...]


def look_again(journal: Journal, stamp: str, look: Callable[[], Iterable[Finding]]) -> Dangers | None:
    """Look, unless nothing changed since the last look; then None. Writes nothing."""
    with journal.begin() as sql:
        if read_meta(sql, _STAMP) == stamp:
            return None
    return Dangers(stamp, tuple(each for each in look() if each.grade is Grade.DANGER))


def tell_dangers(recorder: Recorder, dangers: Dangers | None) -> None:
    """Raise an alert for each danger that was not there at the last look."""
    if dangers is None:
        return
    with recorder.begin() as writing:
        known = _told(writing.sql)
        for each in dangers.found:
            if each.told not in known:
                detail = f"{each.why}\n\nWhat to do: {each.next_step}"
                detail += f"\n\nFound: {code_span(each.outside)}" if each.outside else ""
                occasion = f"{each.told}\0{dangers.stamp}"
                words, now = f"Danger: {each.says}", recorder.clock.now()
                raise_alert(writing, each.about, words, now, detail=detail, occasion=occasion)
        write_meta(writing.sql, _STAMP, dangers.stamp)
        write_meta(writing.sql, _TOLD, json.dumps([each.told for each in dangers.found]))


def _told(sql: Connection) -> set[str]:
    return set(json.loads(read_meta(sql, _TOLD, "[]")))
