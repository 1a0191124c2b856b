"""The runner: the one process that writes the vault, tick by tick, until nothing is left to do.

A tick takes in what happened and moves everything one step on; the same tick after a crash does the rest.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.durability.journal import read_meta, write_meta
from agents.errors import Transient, refusals_told
from agents.vault.files import free_temp_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agents.autonomy.controls import Controls
    from agents.autonomy.desk import Desk
    from agents.autonomy.effects import Effects
    from agents.autonomy.new_epoch import NewEpoch
    from agents.autonomy.owner_moves import OwnerMoves
    from agents.autonomy.places import Places
    from agents.autonomy.presence import Presence
    from agents.autonomy.ralph_wiggum_engine import RalphWiggumEngine
    from agents.autonomy.requests import Requests
    from agents.autonomy.turns import Turns
    from agents.durability.transitions import Recorder

ROUND_S = 1.0  # turns of one round; then everything else has its chance again
POURING_SHARE = 8  # while files pour in, taking them in gets this many times as long as everything else
SHORT_ROUND_S = 0.1  # while files pour in, which come first: a tenth of each second is left for turns, one at a time
THINKING_S = 1.0  # a turn that thinks is looked at when the engine says that it ended, or after this time
MARGIN_S = 0.02  # a file is looked at just after it may be quiet, not just before


@dataclass(frozen=True, slots=True)
class Swept:
    """What one source brought: events filed, seconds until a file may be quiet (None = none waits), what was left.

    `next_due_s`: seconds until there will be something by the clock alone; only a watching run waits for it.
    """

    filed: int
    unsettled_s: float | None
    left: tuple[str, ...] = ()
    next_due_s: float | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The runner's parts. `sources` are the watchers with their intake; `report` shows progress to a person.

    `away` follows when the owner is away, `rules` what the owner's rules are and what they earn, `people` whom they
    deal with, `banks` how their banks write, `returned` which mails came back. `admit_signer` takes in a signing key
    that is new to the journal; `before_wait` is called before each pause of a watching run, `rested` when a burst of
    work is over.
    """

    places: Places
    presence: Presence
    sources: Sequence[Callable[[], Swept]]
    requests: Requests
    moves: OwnerMoves
    turns: Turns
    ralph: RalphWiggumEngine
    effects: Effects
    desk: Desk
    new_epoch: NewEpoch
    controls: Controls
    away: Callable[[], int] = lambda: 0
    rules: Callable[[], int] = lambda: 0
    returned: Callable[[], int] = lambda: 0
    people: Callable[[], int] = lambda: 0
    banks: Callable[[], int] = lambda: 0
    report: Callable[[str], None] = lambda _words: None
    wake: threading.Event = field(default_factory=threading.Event)
    admit_signer: Callable[[], None] = lambda: None
    before_wait: Callable[[], None] = lambda: None
    rested: Callable[[], None] = lambda: None


class Runner:
    """Runs a vault. Whoever makes one holds the vault's lock. `left`: files that were left where they lie, and why.

    `drained`: what to tell the owner when a run ended because they said drain.
    """

    def __init__(self, recorder: Recorder, parts: Parts, scan_every_s: float) -> None:
        self._recorder = recorder
        self._parts = parts
        self._scan_every_s = scan_every_s
        self._clock = recorder.clock
        self._waiting: dict[str, str] = {}
        self._next_round_s = float("-inf")
        self._next_due_s = float("inf")
        self.left: tuple[str, ...] = ()
        self.drained = ""

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
        return (*says, *parts.controls.run.begin())

    def once(self) -> None:
        """Work until idle; files that are still being written are waited for."""
        progressed = False
        while True:
            moved, unsettled_s = self.tick()
            progressed = progressed or moved > 0
            if not moved and unsettled_s is None:
                break
            if not moved:
                self._clock.wait(self._parts.wake, (unsettled_s or 0.0) + MARGIN_S)
                self._parts.wake.clear()
        progressed = self._drains() or progressed
        self._parts.ralph.tidy()
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
                        self._parts.ralph.tidy()
                        self._parts.rested()
                    progressed = False
                    if unsettled_s is None and self._drains():
                        break
            except Transient as err:
                self._parts.report(f"{err} {err.hint}")
                unsettled_s = None
            self._parts.before_wait()
            wait_s = min(self._scan_every_s, self._next_due_s, self._parts.effects.opens_in_s())
            wait_s = wait_s if unsettled_s is None else min(wait_s, unsettled_s + MARGIN_S)
            self._clock.wait(self._parts.wake, max(0.0, wait_s))
            self._parts.wake.clear()
        self._parts.desk.work(last=True, progressed=True)

    def _drains(self) -> bool:
        """Whether the run ends here, since the owner said drain and nothing that was begun is left to do."""
        if self._parts.controls.holds.draining():
            self.drained = self._parts.controls.run.finish()
        return bool(self.drained)

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
        self._next_due_s = min((each.next_due_s for each in swept if each.next_due_s is not None), default=float("inf"))
        moved = sum(each.filed for each in swept)
        if moved:
            self._recorder.flush()  # what came in is in the history before anybody thinks about it
        waits = [each.unsettled_s for each in swept if each.unsettled_s is not None]
        pouring = 0.0 in waits
        began_s = self._clock.monotonic_s()
        if not pouring or began_s >= self._next_round_s:
            moved += self._work(pouring=pouring)
            ended_s = self._clock.monotonic_s()
            self._next_round_s = ended_s + max(ROUND_S, POURING_SHARE * (ended_s - began_s))
        if parts.places.unsettled_s is not None:
            waits.append(parts.places.unsettled_s)
        if parts.ralph.thinking:
            waits.append(THINKING_S)
        return moved, min(waits, default=None)

    def _work(self, *, pouring: bool) -> int:
        """Everything but taking in: the owner's word, effects, turns; how many things moved."""
        parts = self._parts
        moved = parts.away() + parts.rules() + parts.new_epoch.look() + parts.requests.carry_out()
        moved += parts.moves.look() + parts.effects.resolve() + parts.returned() + parts.turns.waits.look()
        moved += self._effects()  # first: who said yes must not wait for the turns of others
        moved += parts.people() + parts.banks()
        return moved + parts.ralph.work(SHORT_ROUND_S if pouring else ROUND_S, one_by_one=pouring)

    def _effects(self) -> int:
        ended = self._parts.effects.run()
        says = self._parts.effects.says
        for proposal, words in says.items():
            if self._waiting.get(proposal) != words:
                self._parts.report(f"{proposal} waits: {words}")
        self._waiting = dict(says)
        return ended
