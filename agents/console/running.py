"""`run`: live progress for a person, and one screen at the end of each burst of work."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agents.autonomy.danger_alerts import tell_dangers
from agents.autonomy.overview import SHOWN, look
from agents.autonomy.skill_changes import SkillChanges
from agents.connectors.webhook.reader import settings_place
from agents.console import screens
from agents.console.interrupts import Interrupts, interrupts
from agents.console.memory import give_back
from agents.console.posture import dangers_at_start
from agents.console.practice import after_practice, practice
from agents.console.terminal import say, working, yellow
from agents.console.workshop import build_runner, take_up
from agents.durability.bell import bell_folder
from agents.durability.drop_folder_rows import drop_folders
from watchers.hints import Hints

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from agents.autonomy.autonomy_orchestrator import Runner
    from agents.console.wiring import House
    from agents.durability.transitions import Transition


def run_vault(house: House, *, once: bool, take_over: bool) -> None:
    """Run the vault until it is idle (`once`) or until Ctrl-C."""
    wake = threading.Event()
    with interrupts(wake) as signals:
        _run(house, wake, signals, once=once, take_over=take_over)


def _run(house: House, wake: threading.Event, signals: Interrupts, *, once: bool, take_over: bool) -> None:
    screens.loud(practice(house.clock))
    dangers = dangers_at_start(house)
    if why := take_up(house, take_over=take_over):
        say(yellow(f"{why}: this one begins a new epoch."))
    screens.loud(after_practice(house))
    house.recorder.told = _told
    hints = Hints(house.place.root, wake, bell=bell_folder(house.state), drops=partial(_drop_folders, house))
    runner = build_runner(house, wake, hints, _report)
    for words in runner.start(take_over=take_over):
        say(yellow(screens.shown(words)))
    tell_dangers(house.recorder, dangers)
    SkillChanges(house.recorder, house.blobs, house.skills).take_first()
    try:
        with working("Looking at what came in ..."):
            runner.once()
        screens.left(runner.left)
        overview = look(house.place.root, house.journal, house.clock.now(), at_most=SHOWN)
        screens.waiting(overview, house.place.root)
        if not once and not runner.drained:
            _watch(house, runner, signals, (wake, hints))
        if runner.drained:
            say(f"\n{yellow(screens.shown(runner.drained))}")
    finally:
        runner.leave()


def _watch(house: House, runner: Runner, signals: Interrupts, waking: tuple[threading.Event, Hints]) -> None:
    """Go on until Ctrl-C or a polite signal."""
    wake, hints = waking
    signals.watching()
    hints.start()
    try:
        with _listening(house, wake) as listens:
            say("\nWatching. Ctrl-C ends.")
            for words in filter(None, (hints.says, listens)):
                say(yellow(screens.shown(words)))
            give_back()
            runner.watch(signals.over)
    finally:
        hints.stop()


def _drop_folders(house: House) -> tuple[Path, ...]:
    with house.journal.begin() as sql:
        return tuple(Path(each.path) for each in drop_folders(sql))


def _listening(house: House, wake: threading.Event) -> AbstractContextManager[str]:
    """The webhook, where the owner connected one; what to tell of it."""
    if not settings_place(house.state).exists():
        return nullcontext("")
    from watchers.webhook_listener import listening

    return listening(house.state, house.context.secrets.get, house.clock, wake)


def _told(transition: Transition) -> None:
    screens.told(transition.fact.actor, transition.subject)


def _report(words: str) -> None:
    screens.told("brain", words)
