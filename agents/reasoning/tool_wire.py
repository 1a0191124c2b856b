"""What a model may say to each tool: typed and bounded, with the strict JSON schema it is told. Pure.

The schema holds the forms only (types, names, choices), as the provider's strict mode takes it; lengths, patterns and
all else are checked by the same model when it is called. What is optional for us is told as required: empty means none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from agents.reasoning.script_wire import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_PROBLEMS = 3
MAX_CHOICES = 8
MAX_DAYS = 366
Words = Annotated[str, Field(max_length=400)]
Name = Annotated[str, Field(max_length=300)]
_KEPT = ("type", "enum", "description")


class ToolInput(BaseModel):
    """The base of all inputs."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class ReadTask(ToolInput):
    """Which task."""

    task: Annotated[Name, Field(description="Its id; empty: this one.")]


class ReadNote(ToolInput):
    """Which note."""

    note: Annotated[Name, Field(description="Path or name.")]


class Search(ToolInput):
    """What to look for."""

    words: Name


class ReadBooks(ToolInput):
    """Which invoices."""

    words: Annotated[Name, Field(description="Number or customer; empty: all open ones.")]


class ReadCalendar(ToolInput):
    """Which days: so many from the first one on."""

    first: Annotated[Name, Field(description="ISO day; empty: today.")]
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)]


class LoadSkill(ToolInput):
    """Which skill."""

    skill: Name


class RunSkill(ToolInput):
    """Which skill's script, and whether its moves become those of this turn."""

    skill: Name
    adopt: Annotated[bool, Field(description="Make its moves yours.")]


class Propose(ToolInput):
    """An action for the owner to decide about: all but key and quote is the order, checked by the action's model."""

    key: Key
    quote: Annotated[str, Field(max_length=1000)]
    order: dict[str, JsonValue]

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, said: object) -> object:
        if not isinstance(said, dict):
            return said
        own = {name: said[name] for name in ("key", "quote") if name in said}
        return {**own, "order": {name: value for name, value in said.items() if name not in own}}


class Ask(ToolInput):
    """A question to the owner."""

    key: Key
    question: Words
    choices: Annotated[tuple[Words, ...], Field(max_length=MAX_CHOICES, description="Best first.")]


Conditions = Annotated[tuple[Annotated[str, Field(max_length=120)], ...], Field(max_length=8)]


class Wait(ToolInput):
    """A wait for a moment, for conditions, or for whichever is first."""

    key: Key
    why: Words
    until: Annotated[str, Field(max_length=40, description="ISO date or time; or empty.")]
    conditions: Conditions


class Plan(ToolInput):
    """The plan as it stands."""

    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    objective: Words
    steps: Annotated[tuple[Words, ...], Field(max_length=30, description="[x] before those done.")]
    done_when: Words


class Done(ToolInput):
    """The end."""

    summary: Words
    holds: Conditions


def strict_schema(model: type[BaseModel], *, without: str = "") -> dict[str, JsonValue]:
    """The JSON schema of a model: every property required, nothing else allowed, in the model's own order.

    `without` names a property that is left out.
    """
    schema = model.model_json_schema()
    shown = _strict(schema, schema.get("$defs", {}))
    properties = shown["properties"]
    properties.pop(without, None)
    return {**shown, "properties": properties, "required": list(properties)}


def joined(one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """One schema with the properties of two.

    Raises:
        ValueError: both name the same property.
    """
    first, second = _properties(one), _properties(other)
    if both := first.keys() & second.keys():
        raise ValueError(f"both schemas name {min(both)}")
    return {**one, "properties": {**first, **second}, "required": [*first, *second]}


def _properties(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    found = schema["properties"]
    return {**found} if isinstance(found, dict) else {}


def _strict(node: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return _strict(defs[node["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in node:
        return _one_of(node["anyOf"], defs)
    kept = {name: node[name] for name in _KEPT if name in node}
    if "const" in node:
        kept["enum"] = [node["const"]]
    if "items" in node:
        kept["items"] = _strict(node["items"], defs)
    if "properties" in node:
        properties = {name: _strict(inner, defs) for name, inner in node["properties"].items()}
        kept.pop("description", None)  # of a class: it speaks to whoever reads the code
        kept |= {"properties": properties, "required": list(properties), "additionalProperties": False}
    return kept


def _one_of(options: list[Mapping[str, Any]], defs: Mapping[str, Any]) -> dict[str, Any]:
    """One form of several: a decimal number is text, and nothing at all is told as null."""
    forms = [_strict(each, defs) for each in options]
    if {"type": "string"} in forms:
        forms = [each for each in forms if each != {"type": "number"}]
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def problems(err: ValidationError, where: str = "") -> str:
    """What is wrong, as one sentence; it quotes nothing of what was said."""
    told = []
    for each in err.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]:
        place = ".".join(map(str, (*filter(None, [where]), *each["loc"])))
        told.append(f"{place}: {each['msg']}" if place else each["msg"])
    return "; ".join(told)
