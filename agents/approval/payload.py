"""The one block of a proposal the owner may edit: the action as YAML.

Written by our own emitter, so that what stands there is what will run: characters nobody can see and the marks of
templating plugins are escaped. Read as strings only; the action's model gives them their types. No anchors, aliases,
tags or repeated names, and caps on size and depth (an alias bomb hangs a reader, deep nesting ends the process).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.tokens import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    TagToken,
)

from agents.vault.neutralize import visible
from agents.vault.note import Problem
from agents.vault.note_edit import fenced_blocks
from agents.vault.yaml_text import yaml_scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import Action

INFO = "yaml action"
MAX_PAYLOAD_BYTES = 500_000
MAX_DEPTH = 8
_OPENING = (BlockMappingStartToken, BlockSequenceStartToken, FlowMappingStartToken, FlowSequenceStartToken)
_CLOSING = (BlockEndToken, FlowMappingEndToken, FlowSequenceEndToken)
_LIVE = (AliasToken, AnchorToken, TagToken)
# Templater, Obsidian's comments, and backticks that would need an absurd fence
_MARKS = re.compile(r"<(?=%)|\{(?=\{)|%(?=%)|`(?=`{8})|(?<=`{8})`")
MAX_SHORT_ESCAPE = 0xFFFF


def dump_action(action: Action) -> str:
    """The block's content: one key a line, nested values in flow style, long text as a literal block."""
    fields = action.model_dump(mode="json")
    return "\n".join(f"{name}: {_value(value)}" for name, value in fields.items() if value is not None)


def _value(value: object) -> str:
    text = value.removesuffix("\n") if isinstance(value, str) else ""
    if isinstance(value, str) and "\n" in value and text and _is_literal(text):
        mark = "|-" if text == value else "|"
        return f"{mark}\n" + "\n".join(f"  {line}" if line else "" for line in text.split("\n"))
    return _flow(value)


def _is_literal(text: str) -> bool:
    """Whether a literal block carries the text exactly, and shows all of it."""
    whole = all(line == line.rstrip() and line.isprintable() for line in text.split("\n"))
    return whole and text == text.strip() and _shows_all(text) and not _MARKS.search(text)


def _shows_all(text: str) -> bool:
    return visible(text) == unicodedata.normalize("NFC", text)


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(text: str) -> str:
    """The text as one scalar; what is hidden, or acts, is escaped."""
    scalar = yaml_scalar(text)
    whole = _shows_all(text)
    if whole and not _MARKS.search(scalar):
        return scalar
    scalar = _MARKS.sub(lambda found: _escape(found[0]), scalar)
    hidden = set() if whole else {char for char in set(scalar) if not _shows_all(char)}
    if not whole and not hidden:  # a stack of marks, each of which could be seen
        hidden = {char for char in set(scalar) if not char.isascii()}
    inner = "".join(_escape(char) if char in hidden else char for char in scalar)
    return inner if inner.startswith('"') else f'"{inner}"'


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= MAX_SHORT_ESCAPE else f"\\U{ord(char):08x}"


def read_action(text: str, models: Mapping[str, type[Action]]) -> Action | Problem:
    """The action a note's block describes, or what is wrong with it, by line of the note. Never raises."""
    blocks = fenced_blocks(text, INFO)
    if len(blocks) != 1:
        return Problem(1, f"there must be exactly one block `{INFO}`, found {len(blocks)}")
    block = blocks[0]
    if len(block.content.encode(errors="replace")) > MAX_PAYLOAD_BYTES:
        return Problem(block.start_line, "the block is too long")
    fields = _load(block.content)
    if isinstance(fields, Problem):
        return Problem(block.start_line + fields.line, fields.message)
    return _validate(fields, models, block.start_line)


def _load(content: str) -> dict[str, object] | Problem:
    try:
        if problem := _first_refused(content):
            return problem
        fields = _plain(yaml.compose(f"{content}\n", Loader=yaml.CBaseLoader))
    except _Refused as err:
        return Problem(err.line, str(err))
    except yaml.MarkedYAMLError as err:
        return Problem(err.problem_mark.line + 1 if err.problem_mark else 1, str(err.problem or "not YAML"))
    except (yaml.YAMLError, ValueError):
        return Problem(1, "not readable as YAML")
    return fields if isinstance(fields, dict) else Problem(1, "not a list of `name: value` lines")


def _first_refused(content: str) -> Problem | None:
    depth = 0
    for token in yaml.scan(content, Loader=yaml.CBaseLoader):
        line = token.start_mark.line + 1
        if isinstance(token, _LIVE):
            return Problem(line, "anchors, aliases and tags are not read")
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            return Problem(line, "this is nested too deeply")
    return None


class _Refused(Exception):  # it becomes a Problem and never leaves this module
    """A name that stands twice, or is none."""

    def __init__(self, node: Node) -> None:
        super().__init__(f"{str(node.value)[:40]!r} stands here twice, or is no name")
        self.line = node.start_mark.line + 1


def _plain(node: Node | None) -> object:
    """The node as text, lists and mappings; at most `MAX_DEPTH` deep."""
    if isinstance(node, SequenceNode):
        return [_plain(each) for each in node.value]
    if isinstance(node, MappingNode):
        fields: dict[str, object] = {}
        for name, value in node.value:
            if not isinstance(name, ScalarNode) or name.value in fields:
                raise _Refused(name)
            fields[name.value] = _plain(value)
        return fields
    return "" if node is None else node.value


def _validate(fields: dict[str, object], models: Mapping[str, type[Action]], line: int) -> Action | Problem:
    model = models.get(str(fields.get("action", "")))
    if model is None:
        return Problem(line, "this action is not known")
    try:
        return model.model_validate(fields)
    except ValidationError as err:
        first = err.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return Problem(line, f"{where}: {first['msg']}".removeprefix(": "))
