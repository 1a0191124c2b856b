"""One run of the whole employee through a world drawn from a seed, and what it must have kept."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from agents.errors import EmployeeError
from tests.durability.mortal import in_memory
from tests.simulation import invariants
from tests.simulation.dice import Dice
from tests.simulation.disk import Killed, Kind, Trouble
from tests.simulation.owner import WITH_FILES
from tests.simulation.witness import PromiseBroken
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEPS = 20
MAILS = 3  # in the Inbox at the start
TROUBLES: dict[Kind, int] = {"dies": 6, "dies after": 3, "full": 3, "breaks": 3, "owner": 4}
ROUNDS = 6  # rounds of the process between two looks of ours
LAST_ROUNDS = 60
DAY_S = 86_400.0
REPLAY = "make simulate FROM={seed} SEEDS=1"
TAIL = 60


class SeedFailed(AssertionError):
    """A promise was broken in the world of one seed."""


class Simulation:
    """The world of one seed, step by step."""

    def __init__(self, room: Path, seed: int) -> None:
        self.world = World(room, seed)
        self._dice = Dice(seed, "world")
        self.world.disk.owner = self._owner_comes_in
        self.world.clock.waited = self._somebody_waits

    def run(self) -> None:
        """All of it.

        Raises:
            PromiseBroken: an invariant does not hold.
        """
        world = self.world
        with world.disk.mounted():
            world.found()
            for _ in range(MAILS):
                world.tell(f"owner drops a mail: {world.owner.drops_a_mail()}")
            for number in range(STEPS):
                world.owner.round = number
                world.tell(f"-- step {number}, {world.clock.now():%Y-%m-%d %H:%M:%S}")
                self._around()
                self._process()
            self._ends()

    def _around(self) -> None:
        """What happens while the process is not looking."""
        for _ in range(self._dice.below(5)):
            self._owner_does()
        if self._dice.chance(20):
            self._owner_says()
        moved = self._dice.weighted({"": 12, "minutes": 6, "night": 2, "week": 1, "ahead": 2, "back": 2})
        clock, some = self.world.clock, 1 + self._dice.below(50)
        if moved in {"ahead", "back"}:
            clock.jump(some * 5000.0 * (1 if moved == "ahead" else -1))
        elif moved:
            clock.advance({"minutes": 60.0 * some, "night": 9 * 3600.0, "week": 8 * DAY_S}[moved])
        if moved:
            self.world.tell(f"clock: {moved}, now {clock.now():%Y-%m-%d %H:%M:%S}")

    def _owner_does(self) -> None:
        act = self.world.owner.dice.weighted(WITH_FILES)
        if words := act(self.world.owner):
            self.world.tell(f"owner {act.__name__.replace('_', ' ')}: {words}")

    def _owner_says(self) -> None:
        if words := self.world.commands(self.world.owner.dice):
            self.world.tell(f"owner says: {words}")

    def _owner_comes_in(self) -> None:
        with self.world.disk.aside():
            self._owner_does()

    def _somebody_waits(self) -> None:
        if not self.world.calm and self._dice.chance(30):
            self._owner_comes_in()

    def _trouble(self) -> Trouble | None:
        if self._dice.chance(25):
            return None
        kind = self._dice.weighted(TROUBLES)
        reach = self._dice.pick((8, 40, 160))
        steps = self._dice.pick((1, 1, 3, 20)) if kind in {"full", "breaks"} else 1
        return Trouble(kind, 1 + self._dice.below(reach), steps)

    def _process(self) -> None:
        """The process works for a while, and may not survive it."""
        world = self.world
        world.disk.arm(self._trouble())
        with self._whatever_ends_it():
            if world.runner is None or self._dice.chance(15):
                self._stops_politely()
                world.boot()
                invariants.after_recovery(world)
            self._works(ROUNDS)
        invariants.nothing_is_half_done(world)

    def _stops_politely(self) -> None:
        if self.world.runner is not None:
            self.world.runner.leave()

    def _works(self, rounds: int) -> bool:
        """Ticks until nothing moves, or so many; whether it came to rest."""
        runner = self.world.runner
        assert runner is not None
        for _ in range(rounds):
            moved, unsettled_s = runner.tick()
            if not moved and unsettled_s is None:
                runner.once()
                return True
            if not moved:
                self.world.clock.advance((unsettled_s or 0.0) + 0.02)
        return False

    @contextmanager
    def _whatever_ends_it(self) -> Iterator[None]:
        world = self.world
        try:
            with world.disk.serving():
                yield
        except Killed:
            world.tell("process: killed")
            world.end()
        except (EmployeeError, OSError) as err:
            world.tell(f"process: ended by {type(err).__name__}: {err}")
            world.end()
        finally:
            world.disk.arm(None)

    def _ends(self) -> None:
        """The faults are over: everything comes to rest, and stays there."""
        world = self.world
        world.tell("-- the faults are over")
        world.calm = True
        world.owner.removes_stop()
        world.boot()
        for _ in range(LAST_ROUNDS):
            before = len(world.trace)
            if self._works(ROUNDS) and len(world.trace) == before:
                break
            world.clock.advance(61.0)
        else:
            raise PromiseBroken("I9: it does not come to rest")
        invariants.at_the_end(world)
        self._begins_again()

    def _begins_again(self) -> None:
        """I6: recovering again changes nothing."""
        world = self.world
        before = invariants.snapshot(world)
        for _ in range(2):
            self._stops_politely()
            world.boot()
        assert world.runner is not None
        world.runner.once()
        after = invariants.snapshot(world)
        changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        invariants.holds(not changed, f"I6: beginning again changed {changed}")
        world.runner.leave()
        world.end()


def simulate(seed: int, kind: type[Simulation] = Simulation) -> list[str]:
    """Run one seed; its trace.

    Raises:
        SeedFailed: with the seed, the last steps, and how to run it again.
    """
    with in_memory() as room:
        simulation = kind(room, seed)
        try:
            simulation.run()
        except (PromiseBroken, Exception) as err:
            tail = "\n".join(simulation.world.trace[-TAIL:])
            words = f"{tail}\nseed {seed} failed: {type(err).__name__}: {err}\nagain: {REPLAY.format(seed=seed)}"
            raise SeedFailed(words) from err
        finally:
            simulation.world.end()
        return simulation.world.trace
