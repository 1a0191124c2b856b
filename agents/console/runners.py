"""Who runs a vault, here or elsewhere, for `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.presence import open_presence
from agents.vault.neutralize import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.autonomy.presence import Seen
    from agents.console.wiring import House


def machine_view(house: House) -> dict[str, object]:
    """`running`: on this machine; `runner`: which process that is; `elsewhere`: the other machine that says it runs."""
    here, there = house.holder(), _elsewhere(house)
    return {
        "running": house.runs_now(),
        "runner": here and {"pid": here.pid, "since": here.since.isoformat(), "node": here.node},
        "elsewhere": there and {"node": there.node, "last_seen": there.heartbeat.isoformat()},
    }


def sentences(house: House) -> Iterator[str]:
    """The same for a person; nothing when nobody runs."""
    if here := house.holder():
        yield f"`run` is at work: {here}."
    if there := _elsewhere(house):
        yield f"The machine {visible(there.node)} runs this vault (last seen {there.heartbeat:%Y-%m-%d %H:%M} UTC)."


def _elsewhere(house: House) -> Seen | None:
    return open_presence(house.journal, house.place.root, house.settings.node, house.clock).elsewhere()
