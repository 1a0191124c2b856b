"""The talk with a model about one task: turn by turn, its tool calls answered, until it has decided or cannot.

Each of its turns is a step that the engine keeps, and so is each answer of a tool: after a crash nothing is paid for
twice. The tools themselves are called again then, since they read and collect, and cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from agents.reasoning.claude_asking import Reply
from agents.reasoning.outgoing import Exchange, Talk
from agents.reasoning.toolbox import Part, ToolAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from agents.durability.engine import Steps
    from agents.reasoning.brain import Decision
    from agents.reasoning.model_answer import Answer, ToolCall
    from agents.reasoning.outgoing import Prepared
    from agents.reasoning.toolbox import Toolbox

NUDGE = "Nothing is decided yet: plain words change nothing. Use a tool to propose, ask, wait or finish."
TOO_MANY = "it did not decide within {0} answers"
NO_TOOL = "it talked instead of deciding"
TOO_LONG = "its answer was longer than it may be"
TOO_LARGE = "the task is too large for it"
_THOUGHTS = frozenset({"thinking", "redacted_thinking"})


@dataclass(frozen=True, slots=True)
class TalkPorts:
    """`prepare` makes the request of a talk so far, with room for so many tokens; `ask` asks."""

    prepare: Callable[[Talk, int], Prepared]
    ask: Callable[[Prepared, int], Reply]
    toolbox: Toolbox
    steps: Steps
    max_tokens: int
    most_turns: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a talk ended: with a decision, a refusal (of what kind, if it said) or a trouble in words."""

    cost_usd: Decimal
    decision: Decision | None = None
    trouble: str = ""
    refused: str | None = None


@dataclass(slots=True)
class TalkWithModel:
    """One talk; `run` it once."""

    ports: TalkPorts
    _talk: Talk = field(default_factory=Talk)
    _tokens: int = 0
    _cost: Decimal = Decimal(0)
    _said: list[str] = field(default_factory=list)
    _nudged: bool = False

    def run(self) -> Ended:
        """Talk until it is over."""
        self._tokens = self.ports.max_tokens
        for number in range(1, self.ports.most_turns + 1):
            prepared = self.ports.prepare(self._talk, self._tokens)
            ask = partial(self.ports.ask, prepared, self._tokens)
            reply = Reply.from_json(self.ports.steps.run(f"model-{number}", lambda ask=ask: ask().to_json()))  # type: ignore[misc]
            self._cost += reply.cost_usd
            ended = self._heard(number, prepared, reply)
            if ended is not None:
                return ended
        return self._gave_up(TOO_MANY.format(self.ports.most_turns))

    def _heard(self, number: int, prepared: Prepared, reply: Reply) -> Ended | None:
        answer = reply.answer
        if answer is None:
            return self._shorter() if reply.is_too_large else self._gave_up(reply.trouble)
        match answer.stop:
            case "refusal":
                return Ended(self._cost, refused=answer.refusal)
            case "model_context_window_exceeded":
                return self._shorter()
            case "max_tokens":
                return self._longer()
            case "pause_turn":
                self._go_on(Exchange(answer.content))
                return None
            case _:  # tool_use, end_turn, stop_sequence: by what it holds, whatever it is called
                return self._turn(number, prepared, answer)

    def _turn(self, number: int, prepared: Prepared, answer: Answer) -> Ended | None:
        if answer.words():
            self._said.append(prepared.answered(answer.words())[0])
        calls = answer.calls()
        if not calls:
            return self._without_tool(answer)
        answers = [self._called(f"tool-{number}-{at}", prepared, call) for at, call in enumerate(calls, 1)]
        self._go_on(Exchange(answer.content, tuple(zip((each.id for each in calls), answers, strict=True))))
        return self._decided() if any(each.ends for each in answers) else None

    def _called(self, step: str, prepared: Prepared, call: ToolCall) -> ToolAnswer:
        arguments, made_up = _restored(call.input, prepared)
        if made_up:
            names = ", ".join(each.strip("\u27e8\u27e9") for each in made_up)  # in brackets they would be one more text
            words = f"There is no placeholder {names}. Use only what you were shown, or ask the owner."
            answer = ToolAnswer((Part(words),), failed=True)
        else:
            answer = self.ports.toolbox.call(call.name, arguments)
        return _answer_from(self.ports.steps.run(step, lambda: _answer_json(answer)))

    def _without_tool(self, answer: Answer) -> Ended | None:
        """It ended without calling a tool: with what it proposed before, or after a reminder that it must."""
        decided = self._decided()
        if decided.decision and decided.decision.moves:
            return decided
        if self._nudged:
            return self._gave_up(NO_TOOL)
        self._nudged = True
        self._go_on(Exchange(answer.content, words=NUDGE))
        return None

    def _decided(self) -> Ended:
        decision = self.ports.toolbox.decision("\n\n".join(self._said), self._cost)
        return Ended(self._cost, decision)

    def _gave_up(self, words: str) -> Ended:
        return Ended(self._cost, trouble=words)

    def _shorter(self) -> Ended | None:
        """Once, the same with every text cut sooner and without what it thought."""
        if self._talk.short:
            return self._gave_up(TOO_LARGE)
        so_far = tuple(replace(each, said=_without_thoughts(each.said)) for each in self._talk.so_far)
        self._talk = Talk(so_far, short=True)
        return None

    def _longer(self) -> Ended | None:
        """Once, the same with twice the room for an answer; what was cut off is left out."""
        if self._tokens > self.ports.max_tokens:
            return self._gave_up(TOO_LONG)
        self._tokens *= 2
        return None

    def _go_on(self, exchange: Exchange) -> None:
        self._talk = replace(self._talk, so_far=(*self._talk.so_far, exchange))


def _without_thoughts(said: tuple[JsonValue, ...]) -> tuple[JsonValue, ...]:
    return tuple(each for each in said if not (isinstance(each, dict) and each.get("type") in _THOUGHTS))


def _restored(value: JsonValue, prepared: Prepared) -> tuple[JsonValue, tuple[str, ...]]:
    """Arguments with the values behind the placeholders, names of fields too; and the placeholders it made up."""
    made_up: list[str] = []

    def walk(each: JsonValue) -> JsonValue:
        if isinstance(each, str):
            text, unknown = prepared.answered(each)
            made_up.extend(unknown)
            return text
        if isinstance(each, list):
            return [walk(one) for one in each]
        if isinstance(each, dict):
            return {str(walk(name)): walk(one) for name, one in each.items()}
        return each

    return walk(value), tuple(dict.fromkeys(made_up))


def _answer_json(answer: ToolAnswer) -> JsonValue:
    return {
        "parts": [[each.text, each.outside] for each in answer.parts],
        "failed": answer.failed,
        "ends": answer.ends,
    }


def _answer_from(kept: JsonValue) -> ToolAnswer:
    fields: dict[str, Any] = dict(kept)  # type: ignore[arg-type]
    return ToolAnswer(tuple(Part(text, outside) for text, outside in fields["parts"]), fields["failed"], fields["ends"])
