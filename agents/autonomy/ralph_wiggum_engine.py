"""The Ralph Wiggum engine: turn after turn, until the done-check of a task holds or a cap stops it and asks the owner.

A turn is thought by the engine, several at once, and filed here, one after the other. What the process did not live to
file is filed by the next one: the engine kept the thought, and without the engine's database it is thought again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.autonomy.queries import task_ids, task_states
from agents.autonomy.queue_order import due_in_order
from agents.autonomy.thinking import Thought, thought_from, turn_order
from agents.durability.alerts import raise_alert, tell_waiting
from agents.durability.engine import Standing, State
from agents.durability.journal import read_meta, write_meta
from agents.durability.news import tasks_with_news
from agents.errors import EmployeeError, NeedsOwner, Transient
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from agents.autonomy.controls import Controls
    from agents.autonomy.intake_pause import IntakePause
    from agents.autonomy.turns import Asked, Turns
    from agents.connectors.contract import Action
    from agents.durability.engine import Engine, Order
    from agents.durability.transitions import Recorder

MANY = 100  # tasks claimed in one round
PUT_OFF_S = 10.0  # opening the engine takes half a second, which a burst of files can do without
QUICK_S = 0.25  # a round waits so long for turns it has just begun; slower ones are filed in a later round
SWEPT = "engine swept"  # the day on which the engine last forgot what ended long ago
KEPT = timedelta(days=7)
TOO_LONG_S = 1800.0  # a turn that thinks longer is given up and begun anew


@dataclass(frozen=True, slots=True)
class RalphPorts:
    """What the engine of turns works with. `engine` opens the work's engine on first use.

    `ended` is set whenever work ends, and nobody else waits for it; `at_once` turns think at the same time; `report`
    shows progress to a person.
    """

    engine: Callable[[], Engine]
    models: Mapping[str, type[Action]]
    report: Callable[[str], None] = lambda _words: None
    ended: threading.Event = field(default_factory=threading.Event)
    at_once: int = 4


@dataclass(frozen=True, slots=True)
class _Begun:
    """A turn that thinks."""

    asked: Asked
    key: str
    since_s: float


class RalphWiggumEngine:
    """Takes the turns of all tasks."""

    def __init__(
        self, recorder: Recorder, turns: Turns, ports: RalphPorts, controls: Controls, intake: IntakePause
    ) -> None:
        self._recorder = recorder
        self._turns = turns
        self._ports = ports
        self._clock = recorder.clock
        self._resting = controls.pauses
        self._holds = controls.holds
        self._intake = intake
        self._begun: dict[str, _Begun] = {}
        self._used = False
        self._put_off_since_s: float | None = None

    @property
    def thinking(self) -> int:
        """How many turns are being thought."""
        return len(self._begun)

    def tidy(self) -> None:
        """Once a day, when nothing else is to be done: let the engine forget what ended long ago."""
        today = self._clock.now().date().isoformat()
        if not self._used:
            return
        with self._recorder.journal.begin() as sql:
            if read_meta(sql, SWEPT) == today:
                return
            write_meta(sql, SWEPT, today)
        self._ports.engine().sweep(self._clock.now() - KEPT)

    def work(self, seconds: float, *, one_by_one: bool = False) -> int:
        """Claim, begin turns and file what is thought, for so long; how many things moved.

        `one_by_one`: one turn is thought at a time, since something else needs the processor more.
        """
        at_once = self._at_once(one_by_one=one_by_one)
        end_s = self._clock.monotonic_s() + seconds
        moved = self._claim(end_s)
        with self._recorder.journal.begin() as sql:
            due = due_in_order(sql, [*task_ids(sql, "claimed"), *tasks_with_news(sql)])
        free = [task for task in due if self._resting.due(task) and not self._holds.held(task)]
        waiting = iter(free)
        began_s = self._begin(waiting, at_once)
        filed = 0
        while self._begun:
            filed += self._file(due, end_s, at_least_one=not filed)
            if self._clock.monotonic_s() > end_s:
                break
            began_s = self._begin(waiting, at_once) or began_s
            if not self._settle(min(end_s, began_s + QUICK_S)):
                break
        return moved + filed

    def _at_once(self, *, one_by_one: bool) -> int:
        """How many turns may be thought at once; none while an engine that is not open yet had better open later."""
        if not one_by_one or self._used:
            self._put_off_since_s = None
            return 1 if one_by_one else self._ports.at_once
        now_s = self._clock.monotonic_s()
        if self._put_off_since_s is None:
            self._put_off_since_s = now_s
        return int(now_s - self._put_off_since_s > PUT_OFF_S)

    def _claim(self, end_s: float) -> int:
        filed = self._intake.admitted(MANY)
        for at, row in enumerate(filed, 1):
            self._turns.claim(row)
            if self._clock.monotonic_s() > end_s:
                return at
        return len(filed)

    def _begin(self, waiting: Iterator[str], at_once: int) -> float:
        """Begin turns while there is room; when the last one began, 0 if none did."""
        began_s = 0.0
        while len(self._begun) < at_once:
            task = next((each for each in waiting if each not in self._begun), None)
            if task is None:
                break
            began_s = self._begin_turn(task) or began_s
        return began_s

    def _begin_turn(self, task: str) -> float:
        try:
            asked = self._turns.look(task)
            if asked is None:
                return 0.0
            engine = self._ports.engine()
            self._used = True
            self._tell(engine.says())
            order = self._fresh(engine, asked)
            engine.submit(order)
        except EmployeeError as err:
            self._trouble(task, err)
            return 0.0
        now_s = self._clock.monotonic_s()
        self._begun[task] = _Begun(asked, order.key, now_s)
        return now_s

    def _fresh(self, engine: Engine, asked: Asked) -> Order:
        """The order of a turn that is thought, or is yet to be: troubles are not told a second time."""
        attempt = 0
        while True:
            order = turn_order(asked.journal, asked.row.id, asked.row.turn, asked.word, attempt)
            standing = engine.status(order.key)
            if standing.state in {State.UNKNOWN, State.RUNNING} or self._thought(standing).decision:
                return order
            attempt += 1

    def _settle(self, end_s: float) -> bool:
        """Wait a moment for turns that have just begun; whether it is worth looking again."""
        left_s = end_s - self._clock.monotonic_s()
        if not self._begun or left_s <= 0:
            return False
        ended = self._clock.wait(self._ports.ended, left_s)
        self._ports.ended.clear()
        return ended

    def _file(self, due: Sequence[str], end_s: float, *, at_least_one: bool) -> int:
        """File the turns that are thought, in order, until the round is over; how many. Those the owner holds wait."""
        filed = 0
        self._let_go()
        for task in [each for each in dict.fromkeys([*due, *self._begun]) if each in self._begun]:
            begun = self._begun[task]
            if self._clock.monotonic_s() > end_s and (filed or not at_least_one):
                break
            filed += self._look_at(task, begun)
        return filed

    def _let_go(self) -> None:
        """Think no further about tasks that are over; what is thought of those the owner holds, the engine keeps."""
        with self._recorder.journal.begin() as sql:
            states = task_states(sql, self._begun)
        for task in [*self._begun]:
            if states.get(task) == "done":
                self._ports.engine().cancel(self._begun[task].key)
            if states.get(task) == "done" or self._holds.held(task):
                del self._begun[task]

    def _look_at(self, task: str, begun: _Begun) -> int:
        engine = self._ports.engine()
        try:
            standing = engine.status(begun.key)
            if standing.state is State.RUNNING:
                if self._clock.monotonic_s() - begun.since_s > TOO_LONG_S:
                    engine.cancel(begun.key)
                return 0
            del self._begun[task]
            if standing.state is State.UNKNOWN:  # the engine's database is gone: it is begun anew
                return 1
            thought = self._thought(standing)
            if thought.trouble is not None:
                raise thought.trouble
            rule = self._turns.file(begun.asked, thought)
        except EmployeeError as err:
            self._trouble(task, err)
            return 0
        if rule:
            self._ports.report(f"{task}: {rule}")
        return 1 if rule else 0

    def _thought(self, standing: Standing) -> Thought:
        if standing.state is State.CANCELLED:
            return Thought(None, {}, Transient("it thought for too long", hint="It is tried again."))
        if standing.state is State.FAILED:
            return Thought(None, {}, NeedsOwner(f"the turn broke: {standing.error}", hint="See the log of the run."))
        try:
            return thought_from(standing.result, self._ports.models)
        except ValueError as err:
            return Thought(None, {}, Transient(f"what was kept cannot be used: {err}", hint="It is thought again."))

    def _tell(self, says: Iterable[str]) -> None:
        """What the engine found damaged and began anew; the journal knows what is to be done again."""
        for words in says:
            self._ports.report(words)
            with self._recorder.begin() as writing:
                raise_alert(writing, "engine", plain(words), self._clock.now())

    def _trouble(self, task: str, err: EmployeeError) -> None:
        """A turn that cannot be taken now is tried again after a pause, and the owner hears what it needs."""
        self._resting.tried(task)
        self._ports.report(f"{task}: {err}; tried again later")
        if not isinstance(err, Transient):
            with self._recorder.begin() as writing:
                tell_waiting(writing, task, err, self._clock.now())
