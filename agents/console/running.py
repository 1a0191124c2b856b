"""`run`: live progress for a person, and one screen at the end of each burst of work."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from agents.autonomy.danger_alerts import tell_dangers
from agents.autonomy.overview import SHOWN, look
from agents.console import screens
from agents.console.posture import dangers_at_start
from agents.console.practice import after_practice, practice
from agents.console.workshop import build_runner, take_up
from agents.durability.bell import bell_folder
from watchers.hints import Hints

if TYPE_CHECKING:
    from types import FrameType

    from agents.autonomy.autonomy_orchestrator import Runner
    from agents.console.wiring import House
    from agents.durability.transitions import Transition


def run_vault(house: House, *, once: bool, take_over: bool) -> None:
    """Run the vault until it is idle (`once`) or until Ctrl-C."""
    screens.loud(practice(house.clock))
    wake = threading.Event()
    dangers = dangers_at_start(house)
    if why := take_up(house, take_over=take_over):
        screens.OUT.print(f"[yellow]{why}: this one begins a new epoch.[/]")
    screens.loud(after_practice(house))
    house.recorder.told = _told
    hints = Hints(house.place.root, wake, bell=bell_folder(house.state))
    runner = build_runner(house, wake, hints, _report)
    for words in runner.start(take_over=take_over):
        screens.OUT.print(f"[yellow]{screens.shown(words)}[/]")
    tell_dangers(house.recorder, dangers)
    try:
        with screens.OUT.status("Looking at what came in ..."):
            runner.once()
        screens.left(runner.left)
        overview = look(house.place.root, house.journal, house.clock.now(), at_most=SHOWN)
        screens.waiting(overview, house.place.root)
        if not once and not runner.drained:
            _watch(runner, wake, hints)
        if runner.drained:
            screens.OUT.print(f"\n[yellow]{screens.shown(runner.drained)}[/]")
    finally:
        runner.leave()


def _watch(runner: Runner, wake: threading.Event, hints: Hints) -> None:
    """Go on until Ctrl-C or a polite signal; a second Ctrl-C ends at once, and nothing is lost by it."""
    over = threading.Event()

    def finish() -> None:
        over.set()
        wake.set()

    def end(_signal: int, _frame: FrameType | None) -> None:
        # the interrupted wait may hold an event's lock: setting it here, in the same thread, could wait for ever
        threading.Thread(target=finish).start()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    hints.start()
    screens.OUT.print("\nWatching. Ctrl-C ends.")
    if hints.says:
        screens.OUT.print(f"[yellow]{screens.shown(hints.says)}[/]")
    try:
        runner.watch(over)
    finally:
        hints.stop()
        for each, handler in before.items():
            signal.signal(each, handler)


def _told(transition: Transition) -> None:
    screens.OUT.print(f"[dim]{transition.fact.actor:<9}[/] {screens.shown(transition.subject)}")


def _report(words: str) -> None:
    screens.OUT.print(f"[dim]brain    [/] {screens.shown(words)}")
