"""What a skill script may answer: typed, bounded, nothing else. Pure.

A script names no recipient: a letter goes to the sender of the mail and to nobody else.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

Words = Annotated[str, Field(max_length=400)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
SOURCES = r"^(owner|contacts|computed|mail:[a-z0-9-]{1,80}|handbook:\d{1,6}|rates:\d{1,6})$"
SourceOf = Annotated[str, Field(pattern=SOURCES)]
NUMBER = r"[A-Z0-9][A-Za-z0-9./_-]{1,39}"  # INV-2026-0001, INV/2026/00001, or as the owner numbers in Odoo
ABOUT = {"paid": NUMBER, "reply": "", "done": r"[a-z][a-z0-9-]{0,39}"}
ABOUT["bank"] = r"\d{4}-\d\d-\d\d"
ABOUT["credited"] = ABOUT["paid"]
ABOUT["owed"] = ABOUT["paid"] + r" \d{1,12}\.\d\d"


def _moment(value: object) -> object:
    """An ISO date stays a day: as a moment it would lose that it is the owner's day, not UTC's.

    Raises:
        ValueError: it is no ISO date or time.
    """
    if not isinstance(value, str):
        raise ValueError("a time is written as text in ISO form")  # noqa: TRY004 (pydantic takes ValueError only)
    day_chars = len("2026-11-23")
    return date.fromisoformat(value) if len(value) == day_chars else datetime.fromisoformat(value)


Moment = Annotated[datetime | date, BeforeValidator(_moment)]


class _Strict(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


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
    """Propose an answer to the sender from one of our templates. `documents` are SHA-256 of files a receipt names.

    `first`: it is the first of its kind, so that no rule of the owner's says yes to it.
    """

    kind: Literal["letter"]
    key: Key
    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    values: dict[str, str] = {}
    documents: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    quote: Annotated[str, Field(max_length=1000)] = ""
    warnings: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    changes: Annotated[tuple[Words, ...], Field(max_length=8)] = ()
    first: bool = False


class ScriptAsk(_Strict):
    """Ask the owner."""

    kind: Literal["ask"]
    key: Key
    question: Words
    choices: Annotated[tuple[ScriptChoice, ...], Field(max_length=12)]
    quote: Annotated[str, Field(max_length=1000)] = ""


class ScriptCondition(_Strict):
    """Something code looks up.

    `about` is an invoice's number ('paid', 'credited'), that with an amount ('owed'), a move's key ('done'), a day
    ('bank'), or empty ('reply').
    """

    kind: Literal["paid", "reply", "done", "bank", "owed", "credited"]
    about: str = ""

    @model_validator(mode="after")
    def _says_about_what(self) -> Self:
        if not re.fullmatch(ABOUT[self.kind], self.about):
            raise ValueError(f"{self.kind} cannot be about {self.about[:40]!r}")
        return self


Conditions = Annotated[tuple[ScriptCondition, ...], Field(max_length=8)]


class ScriptWait(_Strict):
    """Wait for a day or a time (ISO; without zone it is the owner's), for a condition, or for whichever is first."""

    kind: Literal["wait"]
    key: Key
    why: Words
    until: Moment | None = None
    conditions: Conditions = ()

    @model_validator(mode="after")
    def _ends_some_time(self) -> Self:
        if self.until is None and not self.conditions:
            raise ValueError("a wait needs a time or a condition")
        return self


class ScriptFinish(_Strict):
    """Nothing is left to do, if all of `holds` do hold."""

    kind: Literal["finish"]
    summary: Words
    holds: Conditions = ()


ScriptMove = Annotated[
    ScriptPropose | ScriptLetter | ScriptAsk | ScriptWait | ScriptFinish, Field(discriminator="kind")
]


class ScriptResult(_Strict):
    """A script's whole answer."""

    objective: Words
    steps: Annotated[tuple[ScriptStep, ...], Field(max_length=30)] = ()
    done_when: Words
    moves: Annotated[tuple[ScriptMove, ...], Field(max_length=10)]
