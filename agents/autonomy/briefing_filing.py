"""Puts a briefing into the vault: its note, drawings, the rows behind its figures, and what it promised; in one change.

The note of a period is written anew when what is known has changed; a drawing is never touched again, since its name
tells its content. What was promised first counts, so that a forecast cannot be made easier in the course of its week.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.briefing_facts import promise_name
from agents.durability.journal import read_meta, write_meta
from agents.durability.transitions import Transition
from agents.insight.drill_down import drill_down, note_of
from agents.insight.forecast_promises import to_json
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import BRIEFINGS
from agents.vault.note import MAX_NOTE_BYTES
from agents.vault.note_edit import owner_region, replace_region
from agents.vault.store import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from agents.durability.transitions import Recorder
    from agents.insight.briefing_known import Known
    from agents.insight.ceo_briefing_generator import Briefing


def note_path(name: str) -> str:
    """Where the note of a briefing lies."""
    return f"{BRIEFINGS}/{name}.md"


def lies_there(root: Path, name: str) -> bool:
    """Whether the note of a briefing is in the vault."""
    return (root / note_path(name)).is_file()


def file_briefing(recorder: Recorder, known: Known, briefing: Briefing) -> bool:
    """Write what is not there yet; whether anything was written.

    Raises:
        Transient: journal, disk or history refused; the same may be done again.
    """
    (text,) = recorder.gate.masked_all([briefing.text])
    operations = tuple(_operations(recorder.store.root, known, briefing, text))
    if not operations:
        return False
    about = {"period": known.period.title, "numbers": str(len(briefing.figures))}
    fact = Fact("runner", "briefing.written", briefing.name, parameters=about)
    recorder.flush()  # a commit of its own
    with recorder.begin() as writing:
        name = promise_name(known.period)
        if known.forecasts and not read_meta(writing.sql, name):
            write_meta(writing.sql, name, to_json(known.forecasts))
        writing.record(Transition(fact, f"Write the briefing {briefing.name}", operations))
    recorder.flush()
    return True


def _operations(root: Path, known: Known, briefing: Briefing, text: str) -> Iterator[Operation]:
    folder = f"{BRIEFINGS}/assets/{known.period.day}"
    files: Mapping[str, str] = {f"{folder}/{each.name}": each.content for each in briefing.assets}
    for path, content in files.items():
        if not (root / path).is_file():
            yield Operation("create", path, text=content)
    notes = {note_of(each.metric, each.as_of): drill_down(each) for each in known.now if each.metric.key in known.links}
    for path, content in notes.items():
        if _differs(root / path, content):
            yield Operation("generate", path, text=content)
    path = note_path(briefing.name)
    if _differs(root / path, text):
        yield Operation("generate", path, text=text)


def _differs(path: Path, text: str) -> bool:
    """Whether the note says something else, apart from what the owner wrote into their part of it."""
    found = read_regular(path, MAX_NOTE_BYTES)
    if not isinstance(found, bytes):
        return True
    here = found.decode(errors="surrogateescape")
    region = owner_region(here)
    return here != (replace_region(text, region) if region else text)
