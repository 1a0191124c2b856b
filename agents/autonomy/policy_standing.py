"""How the owner's rules stand: what is in force, what waits, and the handbook as it is now. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.autonomy.past_decisions import Differences, differences
from agents.autonomy.policy_changes import in_force
from agents.durability.policy_rows import policy_in_force, suspensions, waiting_change
from agents.errors import NeedsOwner
from agents.security.permission_manager import Policy
from agents.security.policy_comparison import loosens, tightens
from agents.security.policy_wire import digest_of, key_of, rules_from_json
from agents.security.rule_words import all_in_words, in_words
from agents.vault.files import read_regular
from agents.vault.layout import HANDBOOK_NOTE
from agents.vault.note import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.autonomy.policy_changes import PolicyPorts
    from agents.durability.policy_rows import PolicyChange, PolicyVersion, Suspension
    from agents.vault.outline import Problem


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that count, in words; those that are taken back, with why; and the change that waits.

    `version` is None before the first run: then the built-in rules hold.
    """

    version: PolicyVersion | None
    rules: tuple[str, ...]
    suspended: tuple[tuple[str, Suspension], ...]
    waits: PolicyChange | None


@dataclass(frozen=True, slots=True)
class Checked:
    """The handbook as it stands beside what is in force."""

    problems: tuple[Problem, ...]
    failing: tuple[Problem, ...]
    same: bool
    easier: tuple[str, ...]
    stricter: tuple[str, ...]
    past: Differences


def look_at_policy(sql: Connection, ports: PolicyPorts) -> InForce:
    """What is in force."""
    version, taken_back = policy_in_force(sql), suspensions(sql)
    rules = rules_from_json(version.rules) if version else ports.read("")[0]
    suspended = tuple((in_words(each), taken_back[key_of(each)]) for each in rules if key_of(each) in taken_back)
    counting = all_in_words(each for each in rules if key_of(each) not in taken_back)
    return InForce(version, counting, suspended, waiting_change(sql))


def check_handbook(root: Path, sql: Connection, ports: PolicyPorts, now: datetime) -> Checked:
    """What the handbook would change.

    Raises:
        NeedsOwner: it cannot be read.
    """
    content = read_regular(root / HANDBOOK_NOTE, MAX_NOTE_BYTES)
    if not isinstance(content, bytes):
        raise NeedsOwner(
            f"{HANDBOOK_NOTE} cannot be read: {content.message}.", hint="Put it back; until then nothing changes."
        )
    handbook = content.decode(errors="replace")
    rules, problems = ports.read(handbook)
    old = in_force(sql) or Policy(ports.read("")[0])
    taken_back = suspensions(sql)
    new = Policy(each for each in rules if key_of(each) not in taken_back)
    return Checked(
        problems=problems,
        failing=ports.failing(handbook, new),
        same=digest_of(old.rules) == digest_of(new.rules),
        easier=loosens(old, new),
        stricter=tightens(old, new),
        past=differences(sql, old, new, ports.models, now),
    )
