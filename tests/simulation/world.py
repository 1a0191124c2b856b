"""The whole employee as it is shipped, in one room, with everything around it drawn from a seed."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from agents.autonomy.founding import found_vault, open_place
from agents.clock import as_local
from agents.connectors.ledger.ledger_files import opening_files
from agents.console.wiring import House
from agents.console.workshop import build_runner, take_up
from agents.durability.journal import Journal, write_meta
from agents.durability.proposal_rows import find_proposal, proposals_in
from agents.durability.task_persistence import add_request, questions_in
from agents.durability.transitions import Transition
from agents.durability.verification import Report, Verification
from agents.security.audit_logger import Fact
from agents.settings import Settings
from tests.autonomy.inline_engine import InlineEngine
from tests.simulation.clock import SimulatedClock
from tests.simulation.dice import Dice
from tests.simulation.disk import Disk, SimulatedHistory
from tests.simulation.owner import NOBODY_KNOWS, Owner
from tests.simulation.witness import BOOKED, Witness
from tests.standins.post_office import Mood, PostOffice
from watchers.hints import Hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from agents.autonomy.autonomy_orchestrator import Runner
    from agents.connectors.contract import Connector
    from agents.durability.engine import Engine, Work

MOODS = {
    Mood.WORKS: 10,
    Mood.LATE: 1,
    Mood.REFUSES: 1,
    Mood.DOWN: 2,
    Mood.LOCKED: 1,
    Mood.SILENT_SENT: 3,
    Mood.SILENT_UNSENT: 3,
}
LATE_S = 290.0


@dataclass(frozen=True)
class SimulatedHouse(House):
    """The shipped wiring; only the history's commits, and the service that mails go to, are told to the disk."""

    world: World = field(kw_only=True)

    def history(self, *, create: bool = False) -> SimulatedHistory:
        way = SimulatedHistory.create if create else SimulatedHistory.open
        history = way(self.state / "history.git", self.place.root, self.key.sign, gate=self.gate.findings)
        assert isinstance(history, SimulatedHistory)
        history.disk = self.world.disk
        return history

    def open_engine(self, works: Mapping[str, Work], ended: Callable[[], None]) -> Engine:
        """Work is done when it is submitted: a seed must always lead to the same world."""
        return InlineEngine(works, on_end=ended)

    @cached_property
    def connectors(self) -> dict[str, Connector]:
        world = self.world
        real = super().connectors
        if world.has_post:
            real |= {"email.send": world.post}
        return {name: Witness(each, world, self) for name, each in real.items()}


class World:
    """One vault with its state folder; processes come and go."""

    def __init__(self, room: Path, seed: int) -> None:
        self.vault, self.state = room / "Vault", room / "state"
        self._seed = seed
        self.trace: list[str] = []
        self.clock = SimulatedClock()
        self._service = Dice(seed, "service")
        self.has_post = self._service.chance(80)  # else mails are filed in Outbox by the real connector
        self.disk = Disk(told=self.tell)
        self.owner = Owner(self.vault, self.clock, Dice(seed, "owner"), self.knows)
        self.post = PostOffice(
            self.clock, self._mood, self._reachable, self.disk.step, searchable=self._service.chance(50)
        )
        self.calm = False  # services work
        self._open = ExitStack()
        self.house: SimulatedHouse | None = None
        self.runner: Runner | None = None

    def tell(self, words: str) -> None:
        self.trace.append(words)

    def found(self) -> None:
        """What `init` does."""
        place = found_vault(self.vault, "AI Employee", opening_files(as_local(self.clock.now()).date(), "EUR"))
        self.state.mkdir()
        house = self._house()
        with house.recorder.begin() as writing:
            write_meta(writing.sql, "journal", f"j{self._seed:016x}")  # ids are derived from it
            fact = Fact("runner", "vault.created", "vault", parameters={"vault": place.vault_id})
            writing.record(Transition(fact, "Make the vault", paths=house.recorder.history.changed_paths()))
        house.recorder.housekeeping(())
        house.recorder.refresh_index()
        house.close()

    def _house(self) -> SimulatedHouse:
        settings = Settings(state=self.state, node="studio")
        return SimulatedHouse(open_place(self.vault), self.state, settings, self.clock, world=self)

    def boot(self) -> None:
        """A new process begins; whatever the last one had in memory is gone."""
        self.end()
        house = self._house()
        self._open.enter_context(house.lock())
        self._open.callback(house.close)
        wake = threading.Event()
        self.house = house
        if why := take_up(house, take_over=False):
            self.tell(f"take up: {why}")
        runner = build_runner(house, wake, Hints(house.place.root, wake), lambda words: self.tell(f"says: {words}"))
        for words in runner.start():
            self.tell(f"start: {words}")
        self.runner = runner

    def end(self) -> None:
        """The process is gone, politely or not."""
        self.runner = self.house = None
        with self.disk.aside():
            self._open.close()
            self._open = ExitStack()

    def journal(self) -> Journal:
        """The journal as another process opens it."""
        return Journal.open(self.state)

    def verified(self) -> Report:
        house = self._house()
        with self.disk.aside():
            try:
                return Verification(house.place.root, house.journal, house.history(), house.is_ours).run()
            finally:
                house.close()

    # ---- services ----

    def _mood(self) -> Mood:
        mood = Mood.WORKS if self.calm else self._service.weighted(MOODS)
        self.tell(f"post: {mood}")
        if mood is Mood.LATE:
            self.clock.wait(threading.Event(), LATE_S)
        return mood

    def _reachable(self) -> bool:
        return self.calm or self._service.chance(85)

    def happened(self, key: str) -> int:
        """How many effects of this key the services' own books show."""
        booked = sum(BOOKED.findall(each.read_text(encoding="utf-8")).count(key) for each in self._books())
        filed = len([*self.vault.glob(f"Outbox/*-message-{key[:10]}.eml")])
        return booked + filed + self.post.delivered(key)

    def _books(self) -> list[Path]:
        return sorted(self.vault.glob("Accounting/20*/*.beancount"))

    def keys(self) -> list[str]:
        """The keys of all effects there ever were; of a message in Outbox the first ten digits."""
        booked = [key for each in self._books() for key in BOOKED.findall(each.read_text(encoding="utf-8"))]
        filed = [each.stem.rpartition("-")[2] for each in sorted(self.vault.glob("Outbox/*.eml"))]
        return [*booked, *filed, *(each.key for each in self.post.book)]

    def knows(self, proposal: str) -> bool:
        """What the owner finds out at the service about a proposal."""
        journal = self.house.journal if self.house else self.journal()
        with self.disk.aside(), journal.begin() as sql:
            row = find_proposal(sql, proposal)
        if not self.house:
            journal.close()
        assert row is not None
        return self.happened(row.key) > 0

    # ---- commands, from another process ----

    def commands(self, dice: Dice) -> str:
        """The owner says something in a terminal."""
        journal = self.journal()
        try:
            with journal.begin() as sql:
                waiting = proposals_in(sql, "waiting")
                done = proposals_in(sql, "done")
                questions = questions_in(sql, "open")
            kind = dice.weighted({"approve": 4, "reject": 2, "answer": 3, "undo": 2, "ask": 1})
            target, text = "", ""
            if kind in {"approve", "reject"} and waiting:
                row = dice.pick(waiting)
                target = row.id
                if kind == "approve":
                    self.owner.agrees_by_command(row.id, row.note)
            elif kind == "undo" and done:
                target = dice.pick(done).id
            elif kind == "answer" and questions:
                question = dice.pick(questions)
                target, text = question.id, self._word(question.note, dice)
            elif kind == "ask":
                text = f"Invoice Harbour Bakery for {1 + dice.below(9)} hours of consulting"
            if not target and not text:
                return ""
            values = {
                "at": self.clock.now().isoformat(),
                "kind": kind,
                "target": target,
                "text": text,
                "actor": "vault",
            }
            with journal.begin() as sql:
                add_request(sql, values)
            return f"{kind} {target} {text}".strip()
        finally:
            journal.close()

    def _word(self, note: str, dice: Dice) -> str:
        boxes = [line[6:] for line in note.splitlines() if line.startswith("- [ ] ") and "something else" not in line]
        if doubt := NOBODY_KNOWS.search(note):
            boxes = boxes[:1] if self.knows(doubt[1]) else boxes[1:]
        return dice.pick(boxes).partition(" (looks like")[0] if boxes else "as you think"
