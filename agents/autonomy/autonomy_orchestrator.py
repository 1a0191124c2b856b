"""The runner: the one process that writes the vault, tick by tick, until nothing is left to do.

A tick takes in what happened and moves everything one step on; the same tick after a crash does the rest.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.autonomy.pauses import Pauses
from agents.autonomy.queries import task_ids
from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta, write_meta
from agents.durability.task_persistence import tasks_with_news
from agents.errors import EmployeeError, Transient, refusals_told
from agents.vault.files import free_temp_files
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from agents.autonomy.desk import Desk
    from agents.autonomy.effects import Effects
    from agents.autonomy.intake_pause import IntakePause
    from agents.autonomy.new_epoch import NewEpoch
    from agents.autonomy.owner_moves import OwnerMoves
    from agents.autonomy.places import Places
    from agents.autonomy.presence import Presence
    from agents.autonomy.requests import Requests
    from agents.autonomy.turns import Turns
    from agents.durability.transitions import Recorder

ROUND_S = 1.0  # turns of one round; then everything else has its chance again
POURING_SHARE = 4  # while files pour in, taking them in gets this many times as long as everything else
SHORT_ROUND_S = 0.1  # while files pour in, which come first: a tenth of each second is left for turns
MANY = 100  # tasks claimed in one round
MARGIN_S = 0.02  # a file is looked at just after it may be quiet, not just before


@dataclass(frozen=True, slots=True)
class Swept:
    """What one source brought: events filed, seconds until a file may be quiet (None = none waits), what was left."""

    filed: int
    unsettled_s: float | None
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """The runner's parts. `sources` are the watchers with their intake; `report` shows progress to a person.

    `admit_signer` takes in a signing key that is new to the journal, `before_wait` is called before each pause of a
    watching run, `rested` when a burst of work is over.
    """

    places: Places
    presence: Presence
    sources: Sequence[Callable[[], Swept]]
    requests: Requests
    moves: OwnerMoves
    turns: Turns
    effects: Effects
    intake: IntakePause
    desk: Desk
    new_epoch: NewEpoch
    report: Callable[[str], None] = lambda _words: None
    wake: threading.Event = field(default_factory=threading.Event)
    admit_signer: Callable[[], None] = lambda: None
    before_wait: Callable[[], None] = lambda: None
    rested: Callable[[], None] = lambda: None


class Runner:
    """Runs a vault. Whoever makes one holds the vault's lock. `left`: files that were left where they lie, and why."""

    def __init__(self, recorder: Recorder, parts: Parts, scan_every_s: float) -> None:
        self._recorder = recorder
        self._parts = parts
        self._scan_every_s = scan_every_s
        self._clock = recorder.clock
        self._thinking = Pauses(recorder.clock)
        self._waiting: dict[str, str] = {}
        self._next_round_s = float("-inf")
        self.left: tuple[str, ...] = ()

    def start(self, *, take_over: bool = False) -> tuple[str, ...]:
        """Claim the vault and finish what a crash interrupted; what the owner must know, in words.

        Raises:
            NotAllowed: another machine runs it.
            NeedsOwner: one of its folders is no folder.
        """
        parts = self._parts
        parts.places.prepare()
        lost = parts.new_epoch.needed()
        with self._recorder.journal.begin() as sql:
            claimed = bool(read_meta(sql, "epoch"))
        epoch = parts.presence.claim(take_over=take_over, lost=lost and not claimed)
        free_temp_files(self._recorder.store.root)
        with self._recorder.journal.begin() as sql:
            write_meta(sql, "epoch", str(epoch))
        if lost:
            parts.new_epoch.begin(epoch)
        says = self._recorder.recover()
        parts.admit_signer()
        return says

    def once(self) -> None:
        """Work until idle; files that are still being written are waited for."""
        progressed = False
        while True:
            moved, unsettled_s = self.tick()
            progressed = progressed or moved > 0
            if not moved and unsettled_s is None:
                break
            if not moved:
                self._clock.wait(threading.Event(), (unsettled_s or 0.0) + MARGIN_S)
        self._parts.desk.work(last=True, progressed=progressed)

    def watch(self, end: threading.Event) -> None:
        """Work until `end` is set. What journal, disk or history refuse for a moment is done at the next round."""
        progressed = False
        while not end.is_set():
            try:
                with refusals_told():
                    moved, unsettled_s = self.tick()
                    progressed = progressed or moved > 0
                    if moved:
                        continue
                    self._parts.desk.work(last=False, progressed=progressed)
                    if progressed:
                        self._parts.rested()
                    progressed = False
            except Transient as err:
                self._parts.report(f"{err} {err.hint}")
                unsettled_s = None
            self._parts.before_wait()
            wait_s = self._scan_every_s if unsettled_s is None else min(self._scan_every_s, unsettled_s + MARGIN_S)
            self._clock.wait(self._parts.wake, wait_s)
            self._parts.wake.clear()
        self._parts.desk.work(last=True, progressed=True)

    def leave(self) -> None:
        """Say that this node has stopped, if the disk lets us: the next start finds out by itself."""
        with suppress(OSError, Transient):
            self._parts.presence.leave()

    def tick(self) -> tuple[int, float | None]:
        """One round: how many things moved, and seconds until a file may be quiet (None = none waits).

        Raises:
            NotAllowed: another machine has taken over.
            Transient: journal, disk or history refused; the next round does the rest.
        """
        parts = self._parts
        parts.presence.beat()
        parts.places.begin()
        swept = [source() for source in parts.sources]
        self.left = tuple(words for each in swept for words in each.left)
        moved = sum(each.filed for each in swept)
        if moved:
            self._recorder.flush()  # what came in is in the history before anybody thinks about it
        waits = [each.unsettled_s for each in swept if each.unsettled_s is not None]
        pouring = 0.0 in waits
        began_s = self._clock.monotonic_s()
        if not pouring or began_s >= self._next_round_s:
            moved += self._work(SHORT_ROUND_S if pouring else ROUND_S)
            ended_s = self._clock.monotonic_s()
            self._next_round_s = ended_s + max(ROUND_S, POURING_SHARE * (ended_s - began_s))
        if parts.places.unsettled_s is not None:
            waits.append(parts.places.unsettled_s)
        return moved, min(waits, default=None)

    def _work(self, turns_s: float) -> int:
        """Everything but taking in: the owner's word, effects, turns for so many seconds; how many things moved."""
        parts = self._parts
        moved = parts.new_epoch.look() + parts.requests.carry_out() + parts.moves.look() + parts.effects.resolve()
        moved += self._effects()  # first: who said yes must not wait for the turns of others
        return moved + self._turns(turns_s)

    def _turns(self, turns_s: float) -> int:
        end_s = self._clock.monotonic_s() + turns_s
        filed = self._parts.intake.admitted(MANY)
        for row in filed:
            self._parts.turns.claim(row)
            if self._clock.monotonic_s() > end_s:
                return len(filed)
        with self._recorder.journal.begin() as sql:
            due = dict.fromkeys([*task_ids(sql, "claimed"), *tasks_with_news(sql)])
        return len(filed) + self._take(filter(self._thinking.due, due), end_s)

    def _take(self, due: Iterable[str], end_s: float) -> int:
        """Turns of these tasks until the round is over, but one at least that moved something: none means idle."""
        taken = 0
        for task in due:
            taken += self._turn(task)
            if taken and self._clock.monotonic_s() > end_s:
                break
        return taken

    def _turn(self, task: str) -> int:
        """One turn; a brain that cannot decide now is asked again after a pause, and the owner hears what it needs."""
        try:
            rule = self._parts.turns.take(task)
        except EmployeeError as err:
            self._thinking.tried(task)
            self._parts.report(f"{task}: {err}; tried again later")
            if not isinstance(err, Transient):
                with self._recorder.begin() as writing:
                    raise_alert(writing, task, f"{task} waits: {plain(f'{err} {err.hint}')}", self._clock.now())
            return 0
        if rule:
            self._parts.report(f"{task}: {rule}")
        return 1 if rule else 0

    def _effects(self) -> int:
        ended = self._parts.effects.run()
        says = self._parts.effects.says
        for proposal, words in says.items():
            if self._waiting.get(proposal) != words:
                self._parts.report(f"{proposal} waits: {words}")
        self._waiting = dict(says)
        return ended
