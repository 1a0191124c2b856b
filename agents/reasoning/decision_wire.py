"""A decision as JSON, for what keeps it: the engine's steps, and the results of turns. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agents.reasoning.brain import AskOwner, Choice, Condition, Decision, Finish, ProposeAction, Step, WaitUntil

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from agents.connectors.contract import Action
    from agents.reasoning.brain import Move

_PLAIN = ("rule", "category", "objective", "done_when", "model_says")
_LATER = ("brain", "instead")  # what earlier versions did not keep


def decision_to_json(decision: Decision) -> dict[str, JsonValue]:
    """The decision; `decision_from_json` gives an equal one back."""
    return {
        **{name: getattr(decision, name) for name in (*_PLAIN, *_LATER)},
        "steps": [[each.text, each.done, each.move_key] for each in decision.steps],
        "moves": [move_to_json(each) for each in decision.moves],
        "cost_usd": str(decision.cost_usd),
    }


def move_to_json(move: Move) -> dict[str, JsonValue]:
    """One move."""
    if isinstance(move, ProposeAction):
        return {
            "move": "propose",
            "key": move.key,
            "action": move.action.model_dump(mode="json"),
            "provenance": dict(move.provenance),
            "quote": move.quote,
            "warnings": list(move.warnings),
        }
    if isinstance(move, AskOwner):
        choices: list[JsonValue] = [[each.text, each.weight] for each in move.choices]
        parts: list[JsonValue] = [move_to_json(each) for each in move.parts]
        fields: dict[str, JsonValue] = {
            "key": move.key,
            "question": move.question,
            "choices": choices,
            "quote": move.quote,
        }
        later: dict[str, JsonValue] = {"parts": parts, "shared": move.shared}
        return {"move": "ask", **fields, **{name: value for name, value in later.items() if value}}
    if isinstance(move, WaitUntil):
        until = move.until.isoformat() if move.until else None
        conditions = conditions_to_json(move.conditions)
        return {"move": "wait", "key": move.key, "why": move.why, "until": until, "conditions": conditions}
    return {"move": "finish", "summary": move.summary, "holds": conditions_to_json(move.holds)}


def decision_from_json(kept: JsonValue, models: Mapping[str, type[Action]]) -> Decision:
    """The decision that was kept. `models` are the models of its actions, by name.

    Raises:
        ValueError: this is no decision, or one of its actions is not known here.
    """
    try:
        fields: dict[str, Any] = dict(kept)  # type: ignore[arg-type]
        return Decision(
            **{name: fields[name] for name in _PLAIN},
            **{name: fields.get(name, "") for name in _LATER},
            steps=tuple(Step(text, done, key) for text, done, key in fields["steps"]),
            moves=tuple(_move(each, models) for each in fields["moves"]),
            cost_usd=Decimal(fields["cost_usd"]),
        )
    except (KeyError, TypeError, ArithmeticError) as err:
        raise ValueError(f"this is no decision: {err!r}") from err


def _move(fields: dict[str, Any], models: Mapping[str, type[Action]]) -> Move:
    kind = fields["move"]
    if kind == "propose":
        action = models[fields["action"]["action"]].model_validate(fields["action"])
        return ProposeAction(fields["key"], action, fields["provenance"], fields["quote"], tuple(fields["warnings"]))
    if kind == "ask":
        return _question(fields)
    if kind == "wait":
        until = datetime.fromisoformat(fields["until"]) if fields["until"] else None
        return WaitUntil(fields["key"], fields["why"], until, conditions_from_json(fields["conditions"]))
    return Finish(fields["summary"], conditions_from_json(fields["holds"]))


def _question(fields: dict[str, Any]) -> AskOwner:
    choices = tuple(Choice(text, weight) for text, weight in fields["choices"])
    parts = tuple(map(_question, fields.get("parts", ())))
    return AskOwner(fields["key"], fields["question"], choices, fields["quote"], parts, fields.get("shared", ""))


def conditions_to_json(conditions: tuple[Condition, ...]) -> list[JsonValue]:
    """Conditions as pairs of kind and about."""
    return [[each.kind, each.about] for each in conditions]


def conditions_from_json(pairs: Any) -> tuple[Condition, ...]:  # noqa: ANN401 (what JSON gave)
    """The conditions of such pairs."""
    return tuple(Condition(kind, about) for kind, about in pairs)
