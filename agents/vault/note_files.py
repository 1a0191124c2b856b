"""One note of a vault by its path, wherever links may stand in it."""

from __future__ import annotations

import os
from pathlib import Path

from agents.vault.files import read_regular
from agents.vault.note import MAX_NOTE_BYTES, Note, Problem, decode_note, read_note


def note_at(root: Path, path: str) -> Note | Problem:
    """A note of the vault whose resolved folder is `root`. What a link leads to is none, wherever in the path."""
    place = root / path
    if Path(os.path.realpath(place)) != place:
        return Problem(0, "a link stands in its path")
    content = read_regular(place, MAX_NOTE_BYTES)
    text = decode_note(content) if isinstance(content, bytes) else content
    return text if isinstance(text, Problem) else read_note(text)
