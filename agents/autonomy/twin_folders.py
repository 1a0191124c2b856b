"""A folder beside one of ours that passes for it: told, and nothing in it ever counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.vault.look_alikes import spelled
from agents.vault.neutralize import code_span
from agents.vault.twins import twin_of

if TYPE_CHECKING:
    from agents.autonomy.places import Entry, Places
    from agents.durability.transitions import Recorder

ROOT = ""
TWIN = "A folder that passes for {ours} lies beside it. Nothing in it counts or runs: empty it and delete it."


class TwinFolders:
    """Looks for them, at each round."""

    def __init__(self, recorder: Recorder, places: Places) -> None:
        self._recorder = recorder
        self._places = places
        self._told: set[tuple[str, int]] = set()

    def look(self) -> None:
        """Tell of each twin once."""
        for entry in self._places.entries(ROOT):
            ours = twin_of(entry.name) if entry.kind in {"folder", "link"} else ""
            if ours and (entry.name, entry.signature[0]) not in self._told and not self._is_ours(entry, ours):
                self._tell(entry, ours)

    def _is_ours(self, entry: Entry, ours: str) -> bool:
        """Whether it is that folder under another case: file systems that ignore case keep the name it was given."""
        real = self._places.entry(ROOT, ours)
        return real is not None and real.signature[0] == entry.signature[0]

    def _tell(self, entry: Entry, ours: str) -> None:
        self._told.add((entry.name, entry.signature[0]))
        detail = f"Its name, letter by letter: {code_span(spelled(entry.name))}"
        occasion = f"{entry.name}\0{entry.signature[0]}"
        with self._recorder.begin() as writing:
            words = TWIN.format(ours=ours)
            raise_alert(writing, ours, words, self._recorder.clock.now(), detail=detail, occasion=occasion)
