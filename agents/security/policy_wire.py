"""Rules as canonical JSON, and their digest. Pure.

The digest covers what decides, in any order, and not the rules' names: a line put in above a table changes no rule.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agents.security.permission_manager import ALWAYS, Conditions, Level, Role, Rule, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAMES = tuple(each.name for each in fields(Conditions))


def rules_to_json(rules: Iterable[Rule]) -> str:
    """The rules with their names, in their order."""
    return _canonical([{"name": each.name, **_decides(each)} for each in rules])


def rules_from_json(text: str) -> tuple[Rule, ...]:
    """The rules that were kept."""
    return tuple(
        Rule(
            name=row["name"],
            roles=frozenset(map(Role, row["roles"])),
            verbs=frozenset(map(Verb, row["verbs"])),
            level=Level(row["level"]),
            action=row["action"],
            when=Conditions(**{name: _loaded(value) for name, value in row["when"].items()}),
            demands=row["demands"],
        )
        for row in json.loads(text)
    )


def digest_of(rules: Iterable[Rule]) -> str:
    """The SHA-256 (hex) of what the rules decide; rules that stand twice count once."""
    return hashlib.sha256(_canonical(sorted({_canonical(_decides(each)) for each in rules})).encode()).hexdigest()


def key_of(rule: Rule) -> str:
    """The SHA-256 (hex) of one rule without its name."""
    return digest_of((rule,))


def _decides(rule: Rule) -> dict[str, object]:
    return {
        "roles": sorted(rule.roles),
        "verbs": sorted(rule.verbs),
        "level": int(rule.level),
        "action": rule.action,
        "when": _conditions(rule.when),
        "demands": rule.demands,
    }


def _conditions(when: Conditions) -> Mapping[str, object]:
    """Only what is set, by the types of the values."""
    values = ((name, getattr(when, name)) for name in _NAMES)
    return {name: _dumped(value) for name, value in values if value != getattr(ALWAYS, name)}


def _dumped(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return {"decimal": format(value.normalize(), "f")}
    return {"time": value.isoformat()} if isinstance(value, time) else value


def _loaded(value: Any) -> Any:  # noqa: ANN401 (a value of JSON, and one of the types of a condition)
    if isinstance(value, list):
        return frozenset(value)
    if isinstance(value, dict):
        return Decimal(value["decimal"]) if "decimal" in value else time.fromisoformat(value["time"])
    return value


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
