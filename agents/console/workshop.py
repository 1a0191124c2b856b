"""The runner and its parts, joined. Imported only by `run`."""

from __future__ import annotations

import threading
from dataclasses import asdict
from functools import cache, partial
from typing import TYPE_CHECKING

import watchers
from agents.approval.decisions import Decisions
from agents.approval.executor import Executor, Ports
from agents.autonomy.allowed_lines import lines_of
from agents.autonomy.audit_filing import AuditTicks
from agents.autonomy.autonomy_orchestrator import Parts, Runner, Swept
from agents.autonomy.away_times import AwayTimes
from agents.autonomy.bank_brain import BankBrain
from agents.autonomy.bank_notes import BankNotes
from agents.autonomy.book_facts import ISSUES, is_in, is_owed_otherwise, is_paid
from agents.autonomy.book_mistakes import BookMistakes
from agents.autonomy.caps import Caps
from agents.autonomy.conditions import Conditions
from agents.autonomy.consent_note import ConsentNote
from agents.autonomy.contacts_brain import ContactsBrain
from agents.autonomy.credit_brain import CreditBrain
from agents.autonomy.desk import Desk
from agents.autonomy.effects import Effects
from agents.autonomy.intake_pause import IntakePause
from agents.autonomy.learning import Learning
from agents.autonomy.new_epoch import NewEpoch
from agents.autonomy.odoo_news_brain import OdooNewsBrain
from agents.autonomy.overview import SHOWN, look
from agents.autonomy.owner_facts import OwnerFacts
from agents.autonomy.owner_moves import OwnerMoves
from agents.autonomy.payment_brain import PaymentBrain
from agents.autonomy.people import People
from agents.autonomy.people_requests import people_requests
from agents.autonomy.places import Places
from agents.autonomy.presence import open_presence
from agents.autonomy.ralph_wiggum_engine import RalphPorts, RalphWiggumEngine
from agents.autonomy.rate_gate import RateGate
from agents.autonomy.receipt_brain import ReceiptBrain
from agents.autonomy.requests import RequestPorts, Requests
from agents.autonomy.returned_mails import ReturnedMails
from agents.autonomy.rulebook import Rulebook
from agents.autonomy.shelving import Shelf
from agents.autonomy.skill_changes import SKILLS_REQUEST, SkillChanges
from agents.autonomy.succession import succeed
from agents.autonomy.thinking import TURN, Thinking
from agents.autonomy.timetable import Timetable
from agents.autonomy.turns import TurnPorts, Turns
from agents.clock import as_local
from agents.connectors.calendar.reader import Source
from agents.connectors.email.reader import MailSources
from agents.connectors.invoice_orders import InvoiceCreate
from agents.connectors.wrappers import Audited, Call, Discreet, Retrying
from agents.console import screens
from agents.console.audit_command import KIND as AUDIT
from agents.console.brief_command import KIND as BRIEF
from agents.console.facts_now import owner_files_now
from agents.console.kept_in_odoo import odoo_that_keeps
from agents.console.memory import give_back
from agents.console.model_when_connected import ModelWhenConnected, spending
from agents.console.policy_reading import policy_ports
from agents.console.privacy_commands import terms_of
from agents.console.scheduled import built_in_jobs
from agents.discovery import modules
from agents.durability.journal import looking
from agents.durability.mail_replies import tasks_with_untold_replies, untold_replies
from agents.durability.proposal_rows import action_behind
from agents.durability.signers import admit_signer
from agents.reasoning.embedding_e5 import open_embedder
from agents.reasoning.playbook import PlaybookBrain
from agents.vault.stop_note import stop_reason
from watchers.contract import WatcherContext
from watchers.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.autonomy.conditions import Check
    from agents.autonomy.dropped_slips import Slips
    from agents.autonomy.presence import Presence
    from agents.connectors.contract import Connector
    from agents.connectors.invoice_orders import InvoiceLine
    from agents.console.wiring import House
    from agents.durability.task_persistence import RequestRow
    from agents.reasoning.brain import Brain
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
    away = AwayTimes(recorder, places)
    rules = Rulebook(recorder, places, policy_ports(house))
    days = settings.proposal_days
    facts = OwnerFacts(root, house.clock, days, away.periods, models=house.models, in_force=rules.policy)
    decisions = Decisions(recorder, house.clock, house.context.secrets)
    skills = SkillChanges(recorder, house.blobs, house.skills)
    brain, thinking = _brain(house, facts)
    ports = TurnPorts(brain, house.models, house.blobs, facts.policy, _conditions(house), _caps(house))
    turns = Turns(recorder, decisions, places, ports)
    ended = threading.Event()
    engine = cache(partial(house.open_engine, {TURN: thinking}, partial(_set, ended, wake)))  # half a second: on use
    moves = OwnerMoves(recorder, places, decisions, turns, house.models, facts.policy)
    intake = IntakePause(recorder, moves.controls.holds, settings.max_open_proposals)
    ralph = RalphWiggumEngine(recorder, turns, RalphPorts(engine, house.models, report, ended), moves.controls, intake)
    others = {**rules.requests, SKILLS_REQUEST: skills.by_command, **_requests(house)}
    asked = RequestPorts(house.connectors, house.models, facts.policy, others)
    requests = Requests(recorder, places, decisions, moves, asked)
    stop = _stop(house, presence)
    dressed = _dressed(house, wake, stop)
    gate = RateGate(facts.rate_limits)
    executor = Executor(recorder, Ports(dressed, house.models, house.blobs, stop, facts.policy, refusal=gate.refusal))
    parts = Parts(
        places=places,
        presence=presence,
        sources=(skills.sweep, *_sources(house, places, wake, hints)),
        requests=requests,
        moves=moves,
        turns=turns,
        ralph=ralph,
        effects=Effects(recorder, executor, turns, moves.controls, gate),
        desk=Desk(recorder, house.capabilities, settings.owner_quiet_s, partial(spending, house), give_back),
        new_epoch=NewEpoch(recorder, places, house.blobs),
        controls=moves.controls,
        away=away.look,
        rules=rules.look,
        returned=ReturnedMails(recorder, turns.shelf).look,
        people=People(recorder).look,
        banks=BankNotes(recorder, lambda: house.book_reports).look,
        report=report,
        wake=wake,
        admit_signer=lambda: admit_signer(recorder, house.key.public_line()),
        before_wait=hints.renew,
        rested=partial(_rest, house),
    )
    return Runner(recorder, parts, settings.scan_every_s)


def _rest(house: House) -> None:
    """A burst of work is over: say what waits now."""
    root = house.place.root
    screens.waiting(look(root, house.journal, house.clock.now(), at_most=SHOWN), root)
    give_back()


def _slips(house: House) -> Slips:
    from agents.autonomy.dropped_slips import DroppedSlips  # what it takes is loaded with the first paper

    return DroppedSlips(house.place.root.resolve(), partial(looking, house.state))


def _brain(house: House, facts: OwnerFacts) -> tuple[Brain, Thinking]:
    """The rules with Claude behind them, and what has them think about a turn and learns from how the owner sorts."""
    embedder = open_embedder()
    playbook = PlaybookBrain(house.skills, accepted=house.accepted_skills, embedder=embedder)
    asked = ModelWhenConnected(house, playbook, facts.policy)
    contacts = ContactsBrain(house.place.root, OdooNewsBrain(asked, house.models), house.models)
    payments = PaymentBrain(house.place.root, contacts, house.models, lambda: house.book_reports)
    credit = CreditBrain(payments, house.models, lambda: house.book_reports, partial(_invoiced, house))
    slips = partial(_slips, house)
    receipts = ReceiptBrain(house.place.root, credit, house.models, lambda: house.book_reports, slips)
    brain = BankBrain(house.place.root, receipts, house.models, lambda: house.book_reports, slips)
    learning, files = Learning(embedder, lambda: playbook.kinds), partial(owner_files_now, house, facts)
    return brain, Thinking(partial(looking, house.state), brain, house.models, files, learning)


def _invoiced(house: House, number: str) -> tuple[InvoiceLine, ...]:
    """The lines of an invoice as they were approved; none where the journal does not know it."""
    with looking(house.state) as sql:
        sealed = action_behind(sql, ISSUES, number)
    return () if sealed is None else InvoiceCreate.model_validate_json(sealed).lines


def _set(*events: threading.Event) -> None:
    for each in events:
        each.set()


def _conditions(house: House) -> Conditions:
    """What tasks may wait for, and what must hold before they are closed."""
    books = house.receivables
    checks: dict[str, Check] = {
        "paid": lambda _sql, _task, number: is_paid(books, number),
        "bank": lambda _sql, _task, day: is_in(books, day),
        "moved": lambda _sql, _task, about: _is_here(house, about),
        "owed": lambda _sql, _task, about: is_owed_otherwise(books, about),
        "reply": lambda sql, task, _about: bool(untold_replies(sql, task)),
    }
    return Conditions(checks, lambda sql: (books.fingerprint(), tasks_with_untold_replies(sql)))


def _is_here(house: House, about: str) -> bool:
    from agents.autonomy.payout_moves import is_here  # it is loaded with the first report of a payment service

    return is_here(house.book_reports, about, as_local(house.clock.now()).date())


def _caps(house: House) -> Caps:
    settings = house.settings
    return Caps(settings.max_turns, settings.max_task_days, settings.max_task_usd)


def _stop(house: House, presence: Presence) -> Callable[[], str | None]:
    return lambda: stop_reason(house.place.root) or presence.overtaken()


def _requests(house: House) -> dict[str, Callable[[RequestRow], str]]:
    """What carries out requests that need nothing but the house, by their kind."""
    recorder = house.recorder
    return {
        **people_requests(recorder),
        **lines_of(recorder),
        BRIEF: partial(_brief, house),
        AUDIT: partial(_audit, house),
    }


def _brief(house: House, row: RequestRow) -> str:
    from agents.console.briefing import by_request  # figures and charts: most runs never write a briefing

    return by_request(house, row)


def _audit(house: House, row: RequestRow) -> str:
    from agents.console.auditing import by_request

    return by_request(house, row)


def _dressed(house: House, wake: threading.Event, stop: Callable[[], str | None]) -> dict[str, Connector]:
    """Every connector with discretion, patience and an audit around it."""

    def told(call: Call) -> None:
        from agents.console.run_log import open_log  # 4 MB that an idle run need not hold

        open_log(house.state).info("call", **asdict(call))

    def dressed(connector: Connector) -> Connector:
        patient = Retrying(Discreet(connector), house.clock, wake, lambda: stop() is not None)
        return Audited(patient, house.clock, told)

    return {name: dressed(connector) for name, connector in house.connectors.items()}


def _sources(house: House, places: Places, wake: threading.Event, hints: Hints) -> tuple[Callable[[], Swept], ...]:
    timetable = Timetable(house.recorder, places, built_in_jobs(house))
    consent = ConsentNote(house.recorder, terms_of(house.settings))
    mistakes = BookMistakes(house.recorder, Shelf(places, house.recorder.store), house.receivables)
    settings = house.settings
    intake = Intake(house.recorder, house.blobs, settings.flood_per_hour)
    context = WatcherContext(
        house.place.root,
        settings.quiet_s,
        house.journal,
        house.clock.machine_now,
        monotonic_s=house.clock.monotonic_s,
        stirs=hints.stirs,
        wake=wake,
        stopping=house.stopping,
        mail=MailSources(house.context),
        mail_days=settings.mail_days,
        mail_every_s=settings.mail_every_s,
        calendar=Source(house.state, house.context.secrets.get, house.clock),
        calendar_every_s=settings.calendar_every_s,
        meeting_hours=settings.meeting_hours,
        state=house.state,
        odoo=partial(odoo_that_keeps, house.context),
        odoo_every_s=settings.odoo_every_s,
    )

    def source(watcher: Watcher) -> Callable[[], Swept]:
        def sweep() -> Swept:
            seen = watcher.scan(house.clock.now())
            filed = intake.take_in(seen)
            left = tuple(f"{each.path}: {each.reason}" for each in seen.left)
            return Swept(filed, seen.unsettled_s, left, seen.next_due_s)

        return sweep

    found = (source(module.open_watcher(context)) for module in modules(watchers, "_watcher"))
    ticks = AuditTicks(house.recorder)
    return (timetable.sweep, consent.sweep, mistakes.sweep, ticks.sweep, *found)
