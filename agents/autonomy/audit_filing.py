"""Puts an audit into the vault and its findings into the journal, and takes in what the owner ticks there.

A tick counts once: the finding is decided and the request is filed in one transaction. What is asked for is what the
journal keeps of the finding, never what the note says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.autonomy.autonomy_orchestrator import Swept
from agents.clock import as_local
from agents.durability.finding_rows import ASKED, LEFT, decide_finding, keep_findings, marked_open
from agents.durability.task_persistence import add_request
from agents.durability.transitions import Transition
from agents.insight.audit_page import DO, FINE, audit_note, note_name, ticks
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import BRIEFINGS
from agents.vault.note import MAX_NOTE_BYTES, decode_note
from agents.vault.store import Operation

if TYPE_CHECKING:
    from pathlib import Path

    from agents.durability.finding_rows import FindingRow
    from agents.durability.transitions import Recorder, Writing
    from agents.insight.business_auditor import Audit

_NOTE = re.compile(r"\d{4}-\d\d-\d\d-audit\.md")
_NOTHING = Swept(0, None)


def file_audit(recorder: Recorder, audit: Audit) -> str:
    """Write the note and keep the findings; the name of the note.

    Raises:
        Transient: journal, disk or history refused; the same may be done again.
    """
    name = note_name(audit.day)
    (text,) = recorder.gate.masked_all([audit_note(audit)])
    fact = Fact("runner", "audit.written", name, parameters={"number": str(len(audit.listed))})
    recorder.flush()  # a commit of its own
    with recorder.begin() as writing:
        keep_findings(writing.sql, audit.rows)
        written = Operation("generate", f"{BRIEFINGS}/{name}.md", text=text)
        writing.record(Transition(fact, f"Write the audit {name}", (written,)))
    recorder.flush()
    return name


class AuditTicks:
    """Looks at the newest audit in the vault; costs two looks at the disk while nothing changes."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._folder = recorder.store.root / BRIEFINGS
        self._listed = 0
        self._note: Path | None = None
        self._seen: tuple[int, int] | None = None

    def sweep(self) -> Swept:
        """Take in what was ticked."""
        note = self._newest()
        seen = _signature(note) if note else None
        if note is None or seen is None or seen == self._seen:
            return _NOTHING
        content = read_regular(note, MAX_NOTE_BYTES)
        text = decode_note(content) if isinstance(content, bytes) else ""
        said = ticks(text) if isinstance(text, str) else {}
        with self._recorder.journal.begin() as sql:
            rows = {mark: row for mark in said if (row := marked_open(sql, mark))}
        decided = [row for mark, row in rows.items() if row.ask or said[mark] == FINE]
        if decided:
            with self._recorder.begin() as writing:
                for row in decided:
                    self._decide(writing, note.name, row, ASKED if said[row.mark] == DO else LEFT)
        self._seen = seen
        return Swept(len(decided), None)

    def _decide(self, writing: Writing, name: str, row: FindingRow, state: str) -> None:
        now = self._recorder.clock.now()
        decide_finding(writing.sql, row, state, as_local(now).date().isoformat())
        if state == ASKED:
            text = f"{row.ask} (a finding of {name.removesuffix('.md')})."
            add_request(
                writing.sql, {"at": now.isoformat(), "kind": "ask", "target": "", "text": text, "actor": "vault"}
            )
        fact = Fact("owner", f"finding.{state}", name.removesuffix(".md"), parameters={"mark": row.mark})
        writing.record(Transition(fact, f"Finding {state}: {row.mark}", author="owner", paths=(f"{BRIEFINGS}/{name}",)))

    def _newest(self) -> Path | None:
        """The newest audit; the folder is listed only when something came or went."""
        try:
            changed = self._folder.stat().st_mtime_ns
            if changed != self._listed:
                names = [each.name for each in self._folder.iterdir() if _NOTE.fullmatch(each.name)]
                self._note = self._folder / max(names) if names else None
                self._listed = changed
        except OSError:
            return None
        return self._note


def _signature(note: Path) -> tuple[int, int] | None:
    try:
        found = note.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
