"""The brain that asks Claude: the rules decide first, and where they would have to ask the owner, a model may help.

Without a key, without consent, over a limit or when the provider has trouble, the rules' decision stands and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agents.connectors.contract import sha256_hex
from agents.errors import EmployeeError, Transient
from agents.reasoning.brain import MODEL, PLAYBOOK, AskOwner, Choice, Decision, Step
from agents.reasoning.claude_talk import TalkPorts, TalkWithModel
from agents.reasoning.escalation import REFUSED, worth_asking
from agents.reasoning.outgoing import Prompt, Talk, prepare
from agents.reasoning.setbacks import FILE_IT, I_DO_IT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from agents.durability.engine import Steps
    from agents.reasoning.brain import Brain, Facts, Outcome, TaskView
    from agents.reasoning.claude_asking import Asking
    from agents.reasoning.claude_talk import Ended
    from agents.reasoning.escalation import When
    from agents.reasoning.outgoing import Material, Prepared
    from agents.reasoning.toolbox import Toolbox
    from agents.security.consent_page import Terms
    from agents.security.data_protection import Redactor

CHANGED = "what the model was asked about has changed since it was asked"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a task is worked on with: its material, who is to be protected, the tools of this turn, and the terms."""

    material: Material
    redactor: Redactor
    toolbox: Toolbox
    terms: Terms
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class ClaudePorts:
    """What the brain works with, looked at anew for every turn, so that nothing needs a restart.

    `obstacle`: why no model may be asked now, in words; empty = it may, None = none is connected. `desk` gathers what a
    talk needs.

    Raises (desk):
        EmployeeError: the task may not leave, or nobody knows what is private.
    """

    rules: Brain
    obstacle: Callable[[], str | None]
    desk: Callable[[TaskView, tuple[Outcome, ...], Facts], Desk]
    asking: Asking
    when: When = "unsure"
    most_turns: int = 12


class ClaudeBrain:
    """Decides with the rules, and asks Claude where it is worth it."""

    name = MODEL

    def __init__(self, ports: ClaudePorts) -> None:
        self._ports = ports

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps) -> Decision:
        """The next moves. Every answer of the model is a step.

        Raises:
            Transient: after a crash the task is not as it was when the model was asked; it is asked anew.
        """
        ruled = replace(self._ports.rules.decide(task, outcomes, facts, steps), brain=PLAYBOOK)
        if not worth_asking(ruled, outcomes, self._ports.when):
            return ruled
        return _Turn(self._ports, task, ruled, steps).decide(outcomes, facts)


class _Turn:
    def __init__(self, ports: ClaudePorts, task: TaskView, ruled: Decision, steps: Steps) -> None:
        self._ports, self._task, self._ruled, self._steps = ports, task, ruled, steps

    def decide(self, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:
        desk, begun = self._begin(outcomes, facts)
        if desk is None:
            return replace(self._ruled, instead=str(begun["instead"]))
        prompt = desk.prompt

        def next_request(talk: Talk, max_tokens: int) -> Prepared:
            wider = replace(prompt, max_tokens=max_tokens)
            return prepare(desk.material, desk.redactor, desk.terms, wider, talk)

        def ask(prepared: Prepared, max_tokens: int) -> Any:  # noqa: ANN401 (a Reply, as TalkPorts has it)
            return self._ports.asking.reply(self._task.id, prepared, max_tokens)

        ports = TalkPorts(next_request, ask, desk.toolbox, self._steps, prompt.max_tokens, self._ports.most_turns)
        return self._ended(TalkWithModel(ports).run())

    def _begin(self, outcomes: tuple[Outcome, ...], facts: Facts) -> tuple[Desk | None, dict[str, JsonValue]]:
        """What to work with, or why not; after a crash the same, else what was answered does not fit what is asked."""
        desk, found = self._look(outcomes, facts)
        begun: dict[str, Any] = dict(self._steps.run("begin", lambda: found))  # type: ignore[arg-type]
        if begun["instead"] is not None:
            return None, begun
        if desk is None or begun["request"] != found["request"]:
            raise Transient(CHANGED, hint="It is asked anew.")
        return desk, begun

    def _look(self, outcomes: tuple[Outcome, ...], facts: Facts) -> tuple[Desk | None, dict[str, JsonValue]]:
        """What is there to work with now, and the digest of the first request; or the obstacle."""
        obstacle = self._ports.obstacle()
        if obstacle != "":
            return None, {"instead": obstacle or "", "request": ""}
        try:
            desk = self._ports.desk(self._task, outcomes, facts)
            first = prepare(desk.material, desk.redactor, desk.terms, desk.prompt)
        except EmployeeError as err:
            return None, {"instead": str(err).rstrip("."), "request": ""}
        return desk, {"instead": None, "request": sha256_hex(first.body)}

    def _ended(self, ended: Ended) -> Decision:
        if ended.refused is not None:
            return replace(_refusal(ended.refused, self._ruled), cost_usd=ended.cost_usd)
        if ended.decision is None:
            return replace(self._ruled, instead=ended.trouble.rstrip("."), cost_usd=ended.cost_usd)
        return replace(ended.decision, brain=MODEL)


def _refusal(kind: str, ruled: Decision) -> Decision:
    """The model will not work on it: the owner decides."""
    about = f" (it calls it {kind})" if kind else ""
    ask = AskOwner(
        REFUSED, f"The model refused to work on this{about}. What shall I do?", (Choice(I_DO_IT), Choice(FILE_IT))
    )
    step = Step("Wait for your answer", move_key=REFUSED)
    return Decision("refusal", ruled.category, "Ask the owner", (step,), "you have answered", (ask,), brain=MODEL)
