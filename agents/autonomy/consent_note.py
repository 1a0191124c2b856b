"""`Privacy.md`: the page about models in the vault, accepted with a tick and taken back by taking the tick away.

Only a tick that the owner set since we last looked says something, and only under the page as it is now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.autonomy_orchestrator import Swept
from agents.durability.consent_rows import (
    accept_page,
    consent_in_force,
    remember_tick,
    revoke_consent,
    seen_tick,
)
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.security.consent_page import page
from agents.vault.files import read_regular
from agents.vault.layout import PRIVACY_NOTE
from agents.vault.note import MAX_NOTE_BYTES, Note, decode_note, read_note
from agents.vault.note_edit import emit_note
from agents.vault.store import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.durability.transitions import Recorder, Writing
    from agents.security.consent_page import Terms

FOOT = "\nTick `accept` above to accept this page, take the tick away to take it back. Another page is asked again.\n"
_YES = frozenset({"true", "yes", "on", "1"})
_NOTHING = Swept(0, None)


class ConsentNote:
    """Reads the note, and keeps it as the journal says."""

    def __init__(self, recorder: Recorder, terms: Terms) -> None:
        self._recorder = recorder
        self._terms = terms
        self._body = page(terms) + FOOT
        self._settled: tuple[bytes, bool] | None = None

    def sweep(self) -> Swept:
        """Take in what the owner ticked."""
        content = read_regular(self._recorder.store.root / PRIVACY_NOTE, MAX_NOTE_BYTES)
        if not isinstance(content, bytes):
            return _NOTHING
        with self._recorder.journal.begin() as sql:
            given, seen = consent_in_force(sql, self._terms), seen_tick(sql)
        if seen is None or (content, given) == self._settled:  # a note of the owner's own may have this name
            return _NOTHING
        with self._recorder.begin() as writing:
            transitions = list(self._look(writing, content, given=given))
            for each in transitions:
                writing.record(each)
        self._settled = None if transitions else (content, given)
        return Swept(len(transitions), None)

    def _look(self, writing: Writing, content: bytes, *, given: bool) -> Iterator[Transition]:
        ticked, is_this_page = self._read(content)
        if ticked != seen_tick(writing.sql):
            if ticked and is_this_page and not given:
                number = accept_page(writing.sql, self._terms, self._recorder.clock.now())
                given = True
                yield _said("accepted", f"consent-{number}")
            elif not ticked and revoke_consent(writing.sql, self._recorder.clock.now()):
                given = False
                yield _said("revoked", PRIVACY_NOTE)
        remember_tick(writing.sql, ticked=given)
        if ticked != given or not is_this_page:
            written = Operation("generate", PRIVACY_NOTE, text=consent_note(self._terms, accepted=given))
            yield Transition(Fact("runner", "privacy.shown", PRIVACY_NOTE), "Show the page about models", (written,))

    def _read(self, content: bytes) -> tuple[bool, bool]:
        """Whether it is ticked, and whether it holds the page as it is now."""
        text = decode_note(content)
        note = read_note(text) if isinstance(text, str) else text
        if not isinstance(note, Note):
            return False, False
        tick = note.properties.get("accept", "")
        return isinstance(tick, str) and tick.strip().casefold() in _YES, note.body.split() == self._body.split()


def consent_note(terms: Terms, *, accepted: bool) -> str:
    """The note as we write it."""
    return emit_note({"type": "privacy", "accept": accepted, "tags": ["privacy"]}, f"{page(terms)}{FOOT}")


def _said(word: str, about: str) -> Transition:
    fact = Fact("owner", f"privacy.{word}", about, parameters={"how": "Privacy.md"}, approved_by="owner")
    return Transition(fact, f"Privacy: {word}", author="owner", paths=(PRIVACY_NOTE,))
