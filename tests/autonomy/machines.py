"""Two machines on one synced vault, and the owner between them.

Each machine has a state folder of its own and sees its own copy of the vault; `SyncFolder` brings changes late, one by
one and in any order. The courier's book is the provider's own log, common to both.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.errors import NotAllowed
from tests.autonomy.house import House
from tests.clock import FrozenClock
from tests.standins.sync_folder import Style, SyncFolder
from tests.watchers.samples import mail, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STUDIO, LAPTOP = 0, 1
RUNNER = "Health/runner.md"
THING = re.compile(r"send (thing-\d+)")


@dataclass
class Machines:
    """Two machines, their owner, and the sync between them."""

    houses: tuple[House, House]
    sync: SyncFolder

    def __post_init__(self) -> None:
        self.yeses: set[str] = set()
        self.mails = 0
        for house in self.houses:
            house.courier.book = self.houses[0].courier.book

    @property
    def book(self) -> list[tuple[str, str]]:
        return self.houses[0].courier.book

    def run(self, side: int, *, take_over: bool = False, stays: bool = False) -> str:
        """`run --once`, or one more round of a run that is there already; why it ended early, or empty.

        `stays`: it watches on, or was killed; it did not say that it stopped.
        """
        house = self.houses[side]
        try:
            if not house.runs:
                house.start(take_over=take_over)
            house.runner.once()
        except NotAllowed as err:
            if house.runs:
                house.stop()
            return str(err)
        if not stays:
            house.stop()
        return ""

    def comes_in(self, side: int) -> None:
        """A mail is dropped into the Inbox on one machine."""
        self.mails += 1
        written(self.houses[side].vault / f"Inbox/{self.mails}.eml", mail(self.mails, body=f"send thing-{self.mails}"))

    def says_yes(self, side: int, number: int) -> None:
        """The owner, at one of the two, moves a proposal that lies there to Approved."""
        vault = self.houses[side].vault
        lying = sorted((vault / "Pending_Approval").glob("*.md"))
        if lying:
            note = lying[number % len(lying)]
            self.yeses.add(note.stem.partition(" ")[0].partition(".")[0])
            note.replace(vault / "Approved" / note.name)

    def says_yes_to_all(self, side: int) -> None:
        while list((self.houses[side].vault / "Pending_Approval").glob("*.md")):
            self.says_yes(side, 0)

    def synced(self) -> None:
        self.sync.deliver_all()

    def done_by_yes(self) -> bool:
        """Every effect has one yes of its own, and every yes at most one effect."""
        keys = [key for key, _thing in self.book]
        assert len(keys) == len(set(keys)), self.book
        assert len(keys) <= len(self.yeses)
        known: dict[str, str] = {}
        for house in self.houses:
            for journal in journals(house):
                known |= journal
        assert {known[key] for key in keys} <= self.yeses
        return True

    def close(self) -> None:
        for house in self.houses:
            house.close()


def journals(house: House) -> Iterator[dict[str, str]]:
    """The proposals by key of every journal this machine ever had."""
    for path in (house.state / "journal.sqlite", *(house.state / "earlier-journals").glob("*.sqlite")):
        if path.is_file():
            connection = sqlite3.connect(path)
            yield dict(connection.execute("select key, id from proposals"))
            connection.close()


def two_machines(room: Path, style: Style = "syncthing", ahead_s: float = 0.0) -> Machines:
    """The vault is made in the studio; the laptop has a copy by sync, and its clock may be wrong."""
    clocks = FrozenClock(), FrozenClock()
    clocks[LAPTOP].advance(ahead_s)
    rooms = (room / "studio", room / "laptop")
    for each in rooms:
        each.mkdir()
    studio = House(rooms[STUDIO], clocks[STUDIO]).found()
    shutil.copytree(studio.vault, rooms[LAPTOP] / "Vault", ignore=shutil.ignore_patterns(".git"))
    sync = SyncFolder((studio.vault, rooms[LAPTOP] / "Vault"), style)
    sync.deliver_all()
    return Machines((studio, House(rooms[LAPTOP], clocks[LAPTOP], node="laptop")), sync)


def settle(machines: Machines) -> None:
    """Both stop, the sync catches up, the owner lets one go on and says yes to all: every mail is dealt with."""
    for house in machines.houses:
        if house.runs:
            house.stop()
    machines.synced()
    for _ in range(3):
        machines.run(STUDIO, take_over=True, stays=True)
        machines.says_yes_to_all(STUDIO)
        machines.synced()
    machines.run(STUDIO)
    assert machines.done_by_yes()
    things = {thing.removeprefix("send ") for _key, thing in machines.book}
    assert things == {f"thing-{number}" for number in range(1, machines.mails + 1)}
    report = machines.houses[STUDIO].verified()
    assert report.broken == []
