"""Bad rows of a table the owner edits: each is named once, and again when it was right in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.journal import last_link, read_meta, write_meta
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from agents.durability.transitions import Writing
    from agents.vault.note import Problem


def tell_bad_rows(writing: Writing, memory: str, file: str, problems: Iterable[Problem], now: datetime) -> None:
    """Raise an alert for every problem of `file` that was not told yet. `memory` names the note of what was."""
    rows = sorted({(each.line, each.message) for each in problems})
    told = [tuple(each) for each in json.loads(read_meta(writing.sql, memory, "[]"))]
    if rows == told:
        return
    write_meta(writing.sql, memory, json.dumps(rows))
    newest = last_link(writing.sql)
    for line, message in rows:
        if (line, message) not in told:
            where = f"{file}, line {line}" if line else file
            raise_alert(writing, file, f"{where}: {plain(message)}", now, occasion=str(newest))
