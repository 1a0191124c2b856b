"""What all watchers together cost while nothing happens: 100k notes, a mailbox, a drop folder. Linux only.

The mailbox is a real one (Dovecot) that tells by IDLE; the drop folder holds files that were filed and stay (`keep`).
"""

from __future__ import annotations

import json

from agents.vault.layout import CLAIMED, NEEDS_ACTION
from benchmarks.common.drops import COUNT_POLL_S, count, is_quick, rest, texts
from benchmarks.common.rooms import vault_room, wait_for
from benchmarks.idling import watched
from benchmarks.mail_arrivals import connect
from tests.flows.mailbox import sending_server
from tests.standins.dovecot import running_dovecot

NOTES, FEW_NOTES = 100_000, 1_000
DROPPED, FEW_DROPPED = 1_000, 50


def main() -> None:
    """Print the figures."""
    notes, dropped = (FEW_NOTES, FEW_DROPPED) if is_quick() else (NOTES, DROPPED)
    with vault_room(notes, quiet_s=1.5) as room, running_dovecot() as dovecot, sending_server(dovecot) as server:
        connect(room, dovecot, server)
        drops = room.folder / "drops"
        texts(drops, "kept", dropped)
        room.command("connect", "folder", str(drops), answers="keep\n")
        room.command("run", "--once")
        with room.running() as process:
            history = room.history()
            wait_for(lambda: count(history, (NEEDS_ACTION, CLAIMED), "-file-") >= dropped, "every file", COUNT_POLL_S)
            rest(history)
            print(json.dumps({"notes": notes, **watched(process, "")}))


if __name__ == "__main__":
    main()
