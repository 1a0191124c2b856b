"""The runner and its parts, joined. Imported only by `run`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import watchers
from agents.approval.decisions import Decisions
from agents.approval.executor import Executor, Ports
from agents.autonomy.autonomy_orchestrator import Parts, Runner, Swept
from agents.autonomy.desk import Desk
from agents.autonomy.effects import Effects
from agents.autonomy.intake_pause import IntakePause
from agents.autonomy.new_epoch import NewEpoch
from agents.autonomy.overview import look
from agents.autonomy.owner_facts import OwnerFacts
from agents.autonomy.owner_moves import OwnerMoves
from agents.autonomy.places import Places
from agents.autonomy.presence import open_presence
from agents.autonomy.requests import RequestPorts, Requests
from agents.autonomy.succession import succeed
from agents.autonomy.turns import TurnPorts, Turns
from agents.connectors.wrappers import Audited, Call, Limited, Retrying
from agents.console import screens
from agents.console.wiring import SKILLS, House
from agents.discovery import modules
from agents.durability.signers import admit_signer
from agents.reasoning.playbook import PlaybookBrain
from agents.vault.stop_note import stop_reason
from watchers.contract import WatcherContext
from watchers.intake import Intake

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from agents.autonomy.presence import Presence
    from agents.connectors.contract import Connector
    from watchers.contract import Watcher
    from watchers.hints import Hints


def take_up(house: House, *, take_over: bool) -> str:
    """Make sure of the journal before anything else is opened; why it began anew, or empty.

    Raises:
        NotAllowed: another machine runs the vault.
    """
    return succeed(
        house.journal,
        house.whereabouts(),
        house.state,
        house.clock,
        take_over=take_over,
        overtaken=lambda: house.recorder.overtaken(),  # noqa: PLW0108 (opening the recorder writes: not before)
    )


def build_runner(house: House, wake: threading.Event, hints: Hints, report: Callable[[str], None]) -> Runner:
    """Join everything for one run."""
    recorder, root, settings = house.recorder, house.place.root, house.settings
    presence = open_presence(house.journal, root, settings.node, house.clock)
    places = Places(root, house.clock, settings.quiet_s, hints.news)
    facts = OwnerFacts(root, house.clock, settings.proposal_days)
    decisions = Decisions(recorder, house.clock)
    ports = TurnPorts(PlaybookBrain(SKILLS), house.models, house.blobs, facts.owner_files, facts.policy)
    turns = Turns(recorder, decisions, places, ports)
    moves = OwnerMoves(recorder, places, decisions, turns, house.models, facts.policy)
    requests = Requests(recorder, places, decisions, moves, RequestPorts(house.connectors, house.models, facts.policy))
    stop = _stop(house, presence)
    dressed = _dressed(house, wake, stop)
    executor = Executor(recorder, Ports(dressed, house.models, house.blobs, stop))
    parts = Parts(
        places=places,
        presence=presence,
        sources=_sources(house),
        requests=requests,
        moves=moves,
        turns=turns,
        effects=Effects(recorder, executor, turns),
        intake=IntakePause(recorder, places, settings.max_open_proposals),
        desk=Desk(recorder, house.capabilities, settings.owner_quiet_s),
        new_epoch=NewEpoch(recorder, places, house.blobs),
        report=report,
        wake=wake,
        admit_signer=lambda: admit_signer(recorder, house.key.public_line()),
        before_wait=hints.renew,
        rested=lambda: screens.waiting(look(root, house.journal, at_most=screens.SHOWN), root),
    )
    return Runner(recorder, parts, settings.scan_every_s)


def _stop(house: House, presence: Presence) -> Callable[[], str | None]:
    return lambda: stop_reason(house.place.root) or presence.overtaken()


def _dressed(house: House, wake: threading.Event, stop: Callable[[], str | None]) -> dict[str, Connector]:
    """Every connector with patience, a limit and an audit around it."""

    def told(call: Call) -> None:
        from agents.console.run_log import open_log  # 4 MB that an idle run need not hold

        open_log(house.state).info("call", **asdict(call))

    return {
        name: Audited(
            Limited(
                Retrying(connector, house.clock, wake, lambda: stop() is not None),
                house.clock,
                house.settings.max_effects_per_hour,
            ),
            house.clock,
            told,
        )
        for name, connector in house.connectors.items()
    }


def _sources(house: House) -> tuple[Callable[[], Swept], ...]:
    intake = Intake(house.recorder, house.blobs)
    context = WatcherContext(house.place.root, house.settings.quiet_s, house.journal)

    def source(watcher: Watcher) -> Callable[[], Swept]:
        def sweep() -> Swept:
            seen = watcher.scan(house.clock.now())
            filed = intake.file(*seen.events)
            return Swept(filed, seen.unsettled_s, tuple(f"{each.path}: {each.reason}" for each in seen.left))

        return sweep

    return tuple(source(module.open_watcher(context)) for module in modules(watchers, "_watcher"))
