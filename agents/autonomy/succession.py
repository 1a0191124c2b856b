"""Before a run: does this journal still know its vault? If it is an old one or another machine came, it begins anew.

The old journal is kept as a file in the state folder; history, keys, accounts and the numbers of invoices go on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from agents.autonomy.new_epoch import BEGUN, WHY
from agents.autonomy.presence import open_presence
from agents.autonomy.whereabouts import keep_place, known_place, was_carried_over
from agents.durability.journal import journal_id, last_link
from agents.durability.proposal_rows import proposals_in
from agents.vault.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.autonomy.whereabouts import Whereabouts
    from agents.clock import Clock
    from agents.durability.journal import Journal

KEPT = "earlier-journals"
FOLLOWED = "Another machine or a copy works on this vault now"
OLDER = "The state folder is older than the vault, as after a restore from a backup"


def succeed(
    journal: Journal, now: Whereabouts, state: Path, clock: Clock, *, take_over: bool, overtaken: Callable[[], str]
) -> str:
    """Make sure of the journal, before anything is written; why it began anew, or empty. Only for the lock's holder.

    `overtaken` says what history and log tell that the journal does not know; it is asked when no other machine runs.

    Raises:
        NotAllowed: another machine runs the vault.
    """
    with journal.begin() as sql:
        carried = was_carried_over(known_place(sql), now)
        mine, empty = journal_id(sql), last_link(sql) is None
    presence = open_presence(journal, Path(now.root), now.node, clock, stranger=carried)
    followed = presence.followed(take_over=take_over)
    why = "" if empty else FOLLOWED if followed or carried else OLDER if overtaken() else ""
    if why:
        make_folder(state / KEPT)
        with journal.begin() as sql:
            begun = [row.id for row in proposals_in(sql, "approved", "unknown") if row.intent_at]
        journal.begin_anew(state / KEPT / f"{mine}.sqlite", {BEGUN: json.dumps(begun), WHY: why})
    with journal.begin() as sql:
        keep_place(sql, now)
    return why
