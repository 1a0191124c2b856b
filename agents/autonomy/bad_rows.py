"""Bad rows of the files the owner edits: each is named once, and again when it was right in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.journal import newest_seq, read_meta, write_meta
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from agents.durability.transitions import Writing

BadRow = tuple[str, int, str]  # the file, the line (0 = the whole file), and what is wrong


def tell_bad_rows(writing: Writing, memory: str, rows: Iterable[BadRow], now: datetime) -> None:
    """Raise an alert for every bad row that was not told yet. `memory` names the note of what was."""
    bad = sorted(set(rows))
    told = [tuple(each) for each in json.loads(read_meta(writing.sql, memory, "[]"))]
    if bad == told:
        return
    write_meta(writing.sql, memory, json.dumps(bad))
    occasion = str(newest_seq(writing.sql))
    for file, line, message in bad:
        if (file, line, message) not in told:
            where = f"{file}, line {line}" if line else file
            raise_alert(writing, file, f"{where}: {plain(message)}", now, occasion=occasion)
