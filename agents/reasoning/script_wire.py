"""What a skill script may answer: typed, bounded, nothing else. Pure.

A script names no recipient: a letter goes to the sender of the mail and to nobody else.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Words = Annotated[str, Field(max_length=400)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
SOURCES = r"^(owner|contacts|computed|mail:[a-z0-9-]{1,80}|handbook:\d{1,6}|rates:\d{1,6})$"
SourceOf = Annotated[str, Field(pattern=SOURCES)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScriptStep(_Strict):
    """One line of the plan; `move` is the key of the move it stands for."""

    text: Words
    done: bool = False
    move: str = ""


class ScriptChoice(_Strict):
    """One possible answer; `weight` in percent."""

    text: Words
    weight: Annotated[int, Field(ge=0, le=100)] | None = None


class ScriptPropose(_Strict):
    """Propose an action. `changes` are what the owner may want changed, offered when they say no."""

    kind: Literal["propose"]
    key: Key
    action: dict[str, JsonValue]
    provenance: dict[str, SourceOf]
    quote: Annotated[str, Field(max_length=1000)] = ""
    warnings: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    changes: Annotated[tuple[Words, ...], Field(max_length=8)] = ()


class ScriptLetter(_Strict):
    """Propose an answer to the sender from one of our templates. `documents` are SHA-256 of files a receipt names."""

    kind: Literal["letter"]
    key: Key
    template: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,39}$")]
    values: dict[str, str] = {}
    documents: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    quote: Annotated[str, Field(max_length=1000)] = ""
    warnings: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    changes: Annotated[tuple[Words, ...], Field(max_length=8)] = ()


class ScriptAsk(_Strict):
    """Ask the owner."""

    kind: Literal["ask"]
    key: Key
    question: Words
    choices: Annotated[tuple[ScriptChoice, ...], Field(max_length=12)]
    quote: Annotated[str, Field(max_length=1000)] = ""


class ScriptFinish(_Strict):
    """Nothing is left to do."""

    kind: Literal["finish"]
    summary: Words


ScriptMove = Annotated[ScriptPropose | ScriptLetter | ScriptAsk | ScriptFinish, Field(discriminator="kind")]


class ScriptResult(_Strict):
    """A script's whole answer."""

    objective: Words
    steps: Annotated[tuple[ScriptStep, ...], Field(max_length=30)] = ()
    done_when: Words
    moves: Annotated[tuple[ScriptMove, ...], Field(max_length=10)]
