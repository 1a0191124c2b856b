"""A vault with its runner, joined from the real parts; the brain is scripted and the courier keeps a book."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from agents.approval.decisions import Decisions
from agents.approval.executor import Executor
from agents.approval.executor import Ports as ExecutorPorts
from agents.autonomy.autonomy_orchestrator import Parts, Runner, Swept
from agents.autonomy.away_times import AwayTimes
from agents.autonomy.caps import Caps
from agents.autonomy.conditions import Conditions
from agents.autonomy.desk import Desk
from agents.autonomy.effects import Effects
from agents.autonomy.founding import found_vault, open_place
from agents.autonomy.intake_pause import IntakePause
from agents.autonomy.new_epoch import NewEpoch
from agents.autonomy.owner_facts import OwnerFacts
from agents.autonomy.owner_moves import OwnerMoves
from agents.autonomy.places import Places
from agents.autonomy.presence import open_presence
from agents.autonomy.ralph_wiggum_engine import RalphPorts, RalphWiggumEngine
from agents.autonomy.rate_gate import RateGate
from agents.autonomy.requests import RequestPorts, Requests
from agents.autonomy.rulebook import Rulebook
from agents.autonomy.succession import succeed
from agents.autonomy.thinking import TURN, Thinking
from agents.autonomy.turns import TurnPorts, Turns
from agents.autonomy.whereabouts import look_around
from agents.durability.blobs import Blobs
from agents.durability.journal import Journal
from agents.durability.task_persistence import add_request
from agents.durability.transitions import Recorder, Transition
from agents.security.audit_logger import Fact
from agents.security.secrets import FileSecrets
from agents.security.signing import SigningKey, allowed_signers, is_signed_by
from agents.vault.history import CommitRecord, History
from agents.vault.stop_note import stop_reason
from agents.vault.store import Store
from tests.autonomy.courier import CAPABILITIES, MODELS, Courier
from tests.autonomy.house_view import HouseView
from tests.autonomy.inline_engine import InlineEngine
from tests.autonomy.scripted_brain import ScriptedBrain, errands
from tests.clock import FrozenClock
from tests.watchers.samples import mail, written
from watchers import ask_watcher, folder_watcher, inbox_watcher, request_watcher
from watchers.contract import WatcherContext
from watchers.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agents.autonomy.conditions import Check
    from agents.autonomy.policy_changes import PolicyPorts
    from agents.vault.store import Operation
    from watchers.contract import Watcher

MANY = 1_000  # mails of one sender in an hour, whose tasks are what these tests are about
SENDER = "billing@client.example"


class Killed(BaseException):
    """The process ends here; nothing may catch it."""


class MortalStore(Store):
    """A store whose process is killed at one of its operations, before or after it was applied."""

    kill_at = -1
    after = False
    applied = 0

    def apply(self, operation: Operation, *, again: bool = False) -> None:
        self.applied += 1
        if self.applied == self.kill_at and not self.after:
            raise Killed
        super().apply(operation, again=again)
        if self.applied == self.kill_at:
            raise Killed


@dataclass
class House(HouseView):
    """One vault in `room/Vault`, its state in `room/state`. `start` is what a new process does."""

    mails_per_hour: ClassVar[int] = MANY

    room: Path
    clock: FrozenClock = field(default_factory=FrozenClock)
    node: str = "studio"
    quiet_s: float = 0.0
    owner_quiet_s: float = 60.0
    failpoint: str = ""
    max_open: int = 200
    rules: PolicyPorts | None = None  # how the handbook becomes rules; None = the runner looks at none

    def __post_init__(self) -> None:
        self.vault, self.state = self.room / "Vault", self.room / "state"
        self.brain, self.courier = ScriptedBrain(errands), Courier(self.vault)
        self.engine, self.caps, self.ended = InlineEngine({}), Caps(), threading.Event()
        self.checks: dict[str, Check] = {}
        self.changes = 0
        self.reports: list[str] = []
        self.runs = False

    def found(self) -> House:
        """What `init` does."""
        place = found_vault(self.vault, "AI Employee", {})
        self.open()
        with self.recorder.begin() as writing:
            fact = Fact("runner", "vault.created", "vault", parameters={"vault": place.vault_id})
            writing.record(Transition(fact, "Make the vault", paths=self.history.changed_paths()))
        self.recorder.housekeeping(())
        self.recorder.refresh_index()
        return self

    def open(self) -> None:
        """Open journal, history and store anew, as another process would."""
        self.state.mkdir(exist_ok=True)
        key = SigningKey.load_or_create(self.state / "keys")
        lines = [key.public_line()]
        signers = self.state / "allowed_signers"
        signers.write_text(allowed_signers(lines), encoding="utf-8")
        self.journal = Journal.open(self.state)
        self.blobs = Blobs(self.state / "blobs")
        self.history = History.create(self.state / "history.git", self.vault, key.sign)
        self.history.prepare(pointer=True, allowed_signers=signers)
        self.store = MortalStore(self.vault, self._blob)
        self.trust: Callable[[CommitRecord], bool] = lambda c: is_signed_by(c.payload, c.signature, lines)
        self.recorder = Recorder(self.journal, self.store, self.history, self.clock, self.trust)
        self._join()

    def _blob(self, digest: str) -> bytes:
        content = self.blobs.get(digest)
        assert content is not None
        return content

    def _join(self) -> None:
        connectors = dict.fromkeys(MODELS, self.courier)
        self.presence = open_presence(self.journal, self.vault, self.node, self.clock)
        self.places = Places(self.vault, self.clock, self.quiet_s)
        away = AwayTimes(self.recorder, self.places)
        rules = Rulebook(self.recorder, self.places, self.rules) if self.rules else None
        in_force = rules.policy if rules else lambda: None
        facts = OwnerFacts(self.vault, self.clock, 7, away.periods, models=MODELS, in_force=in_force)
        decisions = Decisions(self.recorder, self.clock, FileSecrets(self.state / "secrets.json"))
        conditions = Conditions(self.checks, lambda _sql: self.changes)
        ports = TurnPorts(self.brain, MODELS, self.blobs, facts.policy, conditions=conditions, caps=self.caps)
        turns = Turns(self.recorder, decisions, self.places, ports)
        thinking = Thinking(self.journal.begin, self.brain, MODELS, lambda _known: facts.owner_files())
        self.engine.works, self.engine.on_end = {TURN: thinking}, self.ended.set
        ralph_ports = RalphPorts(lambda: self.engine, MODELS, self.reports.append, self.ended)
        moves = OwnerMoves(self.recorder, self.places, decisions, turns, MODELS, facts.policy)
        intake = IntakePause(self.recorder, moves.controls.holds, self.max_open)
        asked = RequestPorts(connectors, MODELS, facts.policy, rules.requests if rules else {})
        gate = RateGate(facts.rate_limits)
        executor_ports = ExecutorPorts(
            connectors, MODELS, self.blobs, self._stop, facts.policy, self._fail, gate.refusal
        )
        parts = Parts(
            places=self.places,
            presence=self.presence,
            sources=self._sources(),
            requests=Requests(self.recorder, self.places, decisions, moves, asked),
            moves=moves,
            turns=turns,
            ralph=RalphWiggumEngine(self.recorder, turns, ralph_ports, moves.controls, intake),
            effects=Effects(self.recorder, Executor(self.recorder, executor_ports), turns, moves.controls, gate),
            desk=Desk(self.recorder, lambda: CAPABILITIES, self.owner_quiet_s),
            new_epoch=NewEpoch(self.recorder, self.places, self.blobs),
            controls=moves.controls,
            away=away.look,
            rules=rules.look if rules else lambda: 0,
            report=self.reports.append,
        )
        self.parts = parts
        self.runner = Runner(self.recorder, parts, scan_every_s=5.0)

    def _fail(self, name: str) -> None:
        if name == self.failpoint:
            raise Killed

    def _stop(self) -> str | None:
        return stop_reason(self.vault) or self.presence.overtaken()

    def _sources(self) -> tuple[Callable[[], Swept], ...]:
        context = WatcherContext(self.vault, self.quiet_s, self.journal)
        intake = Intake(self.recorder, self.blobs, self.mails_per_hour)

        def source(watcher: Watcher) -> Callable[[], Swept]:
            def sweep() -> Swept:
                seen = watcher.scan(self.clock.now())
                filed = intake.take_in(seen)
                return Swept(filed, seen.unsettled_s, tuple(each.path for each in seen.left))

            return sweep

        found = (ask_watcher, inbox_watcher, request_watcher, folder_watcher)
        return tuple(source(module.open_watcher(context)) for module in found)

    def once(self) -> None:
        """`run --once`; the process lives on until `stop` or `restart`."""
        if not self.runs:
            self.start()
        self.runner.once()

    def start(self, *, take_over: bool = False) -> tuple[str, ...]:
        """A new process takes the vault over; what it said."""
        self.close()
        self.open()
        now = look_around(open_place(self.vault), self.state, self.node)
        if succeed(self.journal, now, self.state, self.clock, take_over=take_over, overtaken=self.recorder.overtaken):
            self._join()
        said = self.runner.start(take_over=take_over)
        self.runs = True
        return said

    def sweep(self) -> int:
        """Only the watchers look, and intake files what they saw; how many events that were."""
        return sum(source().filed for source in self.parts.sources)

    def once_killed_at(self, number: int, *, after: bool) -> None:
        """`run --once`, killed at the so many-th operation from now, before or after it; then a new process runs."""
        self.store.kill_at, self.store.after = self.store.applied + number, after
        try:
            self.once()
        except Killed:
            self.restart()
        self.restart()

    def stop(self) -> None:
        """The process ends politely."""
        self.runner.leave()
        self.runs = False

    def restart(self) -> tuple[str, ...]:
        """Whatever became of the process before, a new one runs once; what it said at its start."""
        said = self.start()
        self.runner.once()
        return said

    def close(self) -> None:
        self.runs = False
        if hasattr(self, "journal"):
            self.journal.close()

    # ---- the owner ----

    def mail(self, body: str, number: int = 1) -> None:
        written(self.vault / f"Inbox/{number}.eml", mail(number, body=body))

    def path(self, name: str) -> Path:
        """Where a note lies; there must be exactly one of this name."""
        (found,) = self.lying(name)
        return found

    def lying(self, name: str) -> list[Path]:
        return sorted(each for each in self.vault.rglob(f"{name}.md") if ".git" not in each.parts)

    def folder(self, name: str) -> str:
        return self.path(name).parent.relative_to(self.vault).as_posix()

    def text(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8")

    def move(self, name: str, folder: str) -> Path:
        target = self.vault / folder / f"{name}.md"
        target.parent.mkdir(exist_ok=True)
        return self.path(name).rename(target)

    def set(self, name: str, prop: str, value: str) -> None:
        """The owner changes one property of a note."""
        text = self.text(name)
        changed = re.sub(rf"(?m)^{prop}:.*$", f"{prop}: {value}", text, count=1)
        assert changed != text
        self.path(name).write_text(changed, encoding="utf-8")

    def tick(self, name: str, *choices: str) -> None:
        text = self.text(name)
        for choice in choices:
            assert f"- [ ] {choice}" in text
            text = text.replace(f"- [ ] {choice}", f"- [x] {choice}")
        self.path(name).write_text(text, encoding="utf-8")

    def command(self, kind: str, target: str, text: str = "") -> None:
        at = self.clock.now().isoformat()
        with self.journal.begin() as sql:
            add_request(sql, {"at": at, "kind": kind, "target": target, "text": text, "actor": "vault"})

    def elsewhere(self, node: str) -> House:
        """The same vault on another machine, with a state folder of its own."""
        return replace(self, node=node)

    def lose_state(self) -> None:
        """The state folder is gone; the courier's book is not."""
        self.close()
        self.state.rename(self.room / f"lost-{len(list(self.room.iterdir()))}")

    def proposed(self, body: str = "send lamp", number: int = 1) -> str:
        """A mail comes in; the one new proposal it leads to."""
        before = set(self.waiting()) if hasattr(self, "journal") else set()
        self.mail(body, number)
        self.once()
        (new,) = set(self.waiting()) - before
        return new

    def asked(self, body: str = "choose", number: int = 1) -> str:
        """A mail comes in; the one question it leads to."""
        self.mail(body, number)
        self.once()
        (question,) = self.sees().questions
        return question.id
