"""What ten thousand waiting proposals cost: memory, processor time at rest, the restart, and the way of a decision.

Beside an empty vault. Each decision is made by the shipped command line, one after the other: `decision_s` is from the
moment that the command wrote it into the journal until the intent of its effect is there, `command_s` from the start of
the command's process. The limit of open proposals is set aside, so that nothing pauses. Linux only (/proc).
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import select

from agents.durability.journal import Journal
from agents.durability.proposal_rows import find_proposal
from agents.durability.schema import REQUESTS
from agents.durability.waiting_rows import waiting_ids
from benchmarks.common.crowds import gather
from benchmarks.common.drops import is_quick
from benchmarks.common.rooms import Room, vault_room, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


QUIET_S = 1.5
UNLIMITED = {"AI_EMPLOYEE_MAX_OPEN_PROPOSALS": "1000000"}
SETTLING_S = 6.0
STARTS = 3
POLL_S = 0.02


def main() -> None:
    """Print the figures."""
    number, decisions, watched_s = (1_000, 3, 15.0) if is_quick() else (10_000, 10, 65.0)
    with ExitStack() as stack:
        empty, full = (stack.enter_context(vault_room(quiet_s=QUIET_S)) for _ in range(2))
        full = replace(full, environment={**full.environment, **UNLIMITED})
        began_s = time.perf_counter()
        gather(full, number)
        found = {"waiting": number, "gathered_s": round(time.perf_counter() - began_s, 1)}
        found |= {f"empty_{name}": value for name, value in resting(empty, watched_s).items()}
        found |= resting(full, watched_s)
        found["more_rss_mb"] = round(found["rss_mb"] - found["empty_rss_mb"], 1)
        found |= deciding(full, decisions)
    print(json.dumps(found))


def resting(room: Room, watched_s: float) -> dict[str, float]:
    """The last of some starts, and what the process costs then."""
    for _ in range(STARTS - 1):
        with room.running():
            pass
    with room.running() as process:
        time.sleep(SETTLING_S)
        before_s, began_s = process.cpu_s(), time.perf_counter()
        time.sleep(watched_s)
        used_s, passed_s = process.cpu_s() - before_s, time.perf_counter() - began_s
        return {
            "ready_s": round(process.ready_s, 2),
            "rss_mb": round(process.rss_mb(), 1),
            "cpu_percent": round(used_s / passed_s * 100, 2),
        }


def deciding(room: Room, number: int) -> dict[str, float]:
    """The medians of so many decisions by command, each once the one before is over."""
    with room.running() as process, closing(Journal.open(room.git_dir.parent)) as journal:
        time.sleep(SETTLING_S)
        taken = list(decisions(room, journal, number))
        rss_mb = process.rss_mb()
    by_journal, by_command = zip(*taken, strict=True)
    return {
        "decision_s": round(median(by_journal), 3),
        "decision_max_s": round(max(by_journal), 3),
        "command_s": round(median(by_command), 3),
        "rss_after_decisions_mb": round(rss_mb, 1),
    }


def decisions(room: Room, journal: Journal, number: int) -> Iterator[tuple[float, float]]:
    """Seconds until the intent: since the row of the request, and since the start of the command."""
    with journal.begin() as sql:
        chosen = sorted(waiting_ids(sql))[:number]
    for proposal in chosen:
        began_s = time.perf_counter()
        room.command("approve", proposal)
        intended_s = wait_for(partial(intent_at, journal, proposal), f"{proposal} begun", POLL_S)
        with journal.begin() as sql:
            asked = sql.execute(select(REQUESTS.c.at).where(REQUESTS.c.target == proposal)).scalar_one()
        since = datetime.fromisoformat(intent_at(journal, proposal)) - datetime.fromisoformat(asked)
        yield since.total_seconds(), intended_s - began_s
        wait_for(partial(is_done, journal, proposal), f"{proposal} done", POLL_S)
        time.sleep(SETTLING_S / 3)


def intent_at(journal: Journal, proposal: str) -> str:
    """When its effect was begun, ISO; empty when it was not."""
    with journal.begin() as sql:
        row = find_proposal(sql, proposal)
    return row.intent_at if row else ""


def is_done(journal: Journal, proposal: str) -> bool:
    """Whether its effect is done."""
    with journal.begin() as sql:
        row = find_proposal(sql, proposal)
    return row is not None and row.state == "done"


if __name__ == "__main__":
    main()
