"""The texts we send, from the templates in `templates/`: plain text, a subject on the first line. Pure.

A template is `<name>.<language>.txt`; a language without one gets English. Values are one line each - but the
owner's own `answer` - and are never taken for template code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from agents.connectors.books import amount_text
from agents.connectors.email.actions import reply_subject
from agents.connectors.ledger.invoice_words import words_of
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.sandbox import SandboxedEnvironment

FOLDER = "templates"
SUBJECT_MARK = "Subject: "
MAX_VALUE_CHARS = 300
MAX_ANSWER_CHARS = 4_000
ANSWER = "answer"  # the one value that is a text: the owner's own words, in paragraphs as they wrote them


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text."""

    subject: str
    body: str


def write_letter(template: str, language: str, values: Mapping[str, str]) -> Letter | None:
    """The letter, or None when there is no such template or a value it needs is missing."""
    from jinja2.exceptions import TemplateError  # noqa: PLC0415 - an idle run writes no letters

    sources = _sources()
    source = sources.get(f"{template}.{language}.txt") or sources.get(f"{template}.en.txt")
    if source is None:
        return None
    shown = {name: _text(value) if name == ANSWER else _one_line(value) for name, value in values.items()}
    try:
        text = _environment().from_string(source).render(shown)
    except (TemplateError, ArithmeticError, ValueError):
        return None
    subject, _, body = text.partition("\n")
    return Letter(subject.removeprefix(SUBJECT_MARK).strip(), body.strip() + "\n")


def _text(value: str) -> str:
    lines = [on_one_line(line) for line in value.strip().splitlines()]
    return "\n".join(lines)[:MAX_ANSWER_CHARS]


def _one_line(value: str) -> str:
    return on_one_line(value)[:MAX_VALUE_CHARS]


@lru_cache(maxsize=1)
def _sources() -> dict[str, str]:
    folder = files("agents.reasoning").joinpath(FOLDER)
    return {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(".txt")}


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    """Plain text needs no HTML escaping; a missing value is an error, never an empty gap in a letter."""
    from jinja2 import StrictUndefined  # noqa: PLC0415 - as above
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    environment = SandboxedEnvironment(
        autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"money": _money, "money_de": _money_de, "reply": reply_subject}
    environment.filters |= {"day": partial(_day, "en"), "day_de": partial(_day, "de")}
    return environment


def _money(amount: str, currency: str) -> str:
    return amount_text(Decimal(amount), currency)


def _day(language: str, iso: str) -> str:
    return words_of(language).day(date.fromisoformat(iso))


def _money_de(amount: str, currency: str) -> str:
    return _money(amount, currency).translate(str.maketrans(",.", ".,"))
