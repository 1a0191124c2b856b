"""The one block of a proposal the owner may edit: the action as YAML.

Written by our own emitter and read as strings only; the action's model gives them their types. No anchors, aliases or
tags, and a cap on size (facts of YAML: an alias bomb loads quickly and hangs later).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from agents.vault.note import Problem
from agents.vault.note_edit import fenced_blocks
from agents.vault.yaml_text import yaml_scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import Action

INFO = "yaml action"
MAX_PAYLOAD_BYTES = 64_000


def dump_action(action: Action) -> str:
    """The block's content: one key a line, nested values in flow style, long text as a literal block."""
    fields = action.model_dump(mode="json")
    return "\n".join(f"{name}:{_value(value)}" for name, value in fields.items())


def _value(value: object) -> str:
    if isinstance(value, str) and "\n" in value:
        return _literal(value)
    flow = _flow(value)
    return f" {flow}" if flow else ""


def _literal(text: str) -> str:
    """A literal block; text a literal block cannot carry exactly is one quoted line."""
    lines = text.split("\n")
    plain = all(line.isprintable() for line in lines)
    if not plain or text != text.strip() or any(line != line.rstrip() for line in lines):
        return f" {yaml_scalar(text)}"
    return " |-\n" + "\n".join(f"  {line}" if line else "" for line in lines)


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return "" if value is None else _quoted(str(value))


def _quoted(text: str) -> str:
    """In flow style, commas and brackets would end a plain scalar."""
    scalar = yaml_scalar(text)
    plain = not scalar.startswith(("'", '"'))
    return yaml.dump(text, default_style='"', width=10**9).strip() if plain and set(text) & set(",[]{}") else scalar


def read_action(text: str, models: Mapping[str, type[Action]]) -> Action | Problem:
    """The action a note's block describes, or what is wrong with it, by line of the note. Never raises."""
    blocks = fenced_blocks(text, INFO)
    if len(blocks) != 1:
        return Problem(1, f"there must be exactly one block `{INFO}`, found {len(blocks)}")
    block = blocks[0]
    if len(block.content.encode()) > MAX_PAYLOAD_BYTES:
        return Problem(block.start_line, "the block is too long")
    fields = _load(block.content)
    if isinstance(fields, Problem):
        return Problem(block.start_line + fields.line, fields.message)
    return _validate(fields, models, block.start_line)


def _load(content: str) -> dict[str, object] | Problem:
    try:
        for token in yaml.scan(content, Loader=yaml.CBaseLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                return Problem(token.start_mark.line + 1, "anchors, aliases and tags are not read")
        fields = yaml.load(content, Loader=yaml.CBaseLoader)  # noqa: S506 (CBaseLoader makes strings, nothing else)
    except yaml.MarkedYAMLError as err:
        return Problem(err.problem_mark.line + 1 if err.problem_mark else 1, str(err.problem or "not YAML"))
    except (yaml.YAMLError, ValueError, RecursionError):
        return Problem(1, "not readable as YAML")
    return fields if isinstance(fields, dict) else Problem(1, "not a list of `name: value` lines")


def _validate(fields: dict[str, object], models: Mapping[str, type[Action]], line: int) -> Action | Problem:
    model = models.get(str(fields.get("action", "")))
    if model is None:
        return Problem(line, "this action is not known")
    try:
        return model.model_validate({name: value for name, value in fields.items() if value != ""})
    except ValidationError as err:
        first = err.errors()[0]
        return Problem(line, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
