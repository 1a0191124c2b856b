"""A brain that does what a mail's first words say, and remembers what it was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.reasoning.brain import AskOwner, Choice, Decision, Finish, Move, Outcome, ProposeAction, Step, TaskView
from agents.reasoning.decision_wire import decision_from_json, decision_to_json
from tests.autonomy.courier import MODELS, ParcelSend, SafeEmpty

if TYPE_CHECKING:
    from agents.durability.engine import Steps
    from agents.reasoning.brain import Facts

Script = Callable[[TaskView, tuple[Outcome, ...]], tuple[Move, ...]]


@dataclass
class ScriptedBrain:
    """The `script` gives the moves; `seen` is every view and what was known then."""

    script: Script
    seen: list[tuple[TaskView, tuple[Outcome, ...]]] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    name = "scripted"

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps) -> Decision:
        assert facts.handbook
        kept = steps.run("decide", lambda: decision_to_json(self._decide(task, outcomes)))
        return decision_from_json(kept, MODELS)

    def _decide(self, task: TaskView, outcomes: tuple[Outcome, ...]) -> Decision:
        if self.troubles:
            raise self.troubles.pop(0)
        self.seen.append((task, outcomes))
        moves = self.script(task, outcomes)
        steps = tuple(Step(f"step {move.key}", move_key=move.key) for move in moves if not isinstance(move, Finish))
        return Decision("errand", "errand", "Run the errand", steps, "it is run", moves)


def errands(task: TaskView, outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """`send X`, `empty X`, `choose`, `nothing`, `puzzle`; a task ends with its first outcome."""
    word, _, thing = task.text.strip().partition(" ")
    if outcomes and outcomes[-1].kind != "reopened":
        return (Finish(f"ended: {outcomes[-1].kind} {outcomes[-1].value}".strip()),)
    if word in {"send", "empty"}:
        return (send(task, thing, SafeEmpty if word == "empty" else ParcelSend),)
    if word == "choose":
        return (AskOwner("colour", "Which colour?", (Choice("red", 70), Choice("blue"))),)
    return () if word == "puzzle" else (Finish("nothing to do"),)


def send(task: TaskView, thing: str, kind: type[ParcelSend] = ParcelSend, key: str = "send") -> ProposeAction:
    """A parcel to whoever wrote."""
    provenance = {"to": f"mail:{task.id}", "thing": f"mail:{task.id}"}
    return ProposeAction(key, kind(to=task.sender_address or "owner", thing=thing), provenance, task.text[:40])


def stubborn(task: TaskView, _outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """The same parcel again and again, whatever the owner says."""
    return (send(task, "lamp"),)
