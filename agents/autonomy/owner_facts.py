"""The owner's files, read when a turn needs them: handbook, rates, and what the handbook says about risk."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.approval.decisions import Policy
from agents.approval.policy_facts import Intents
from agents.approval.policy_table import read_permissions
from agents.approval.rate_limits import RateLimit, read_rate_limits
from agents.approval.risk import policy_of
from agents.clock import as_local
from agents.connectors.contract import Money
from agents.reasoning.brain import Problem
from agents.reasoning.owner_files import read_owner_files
from agents.security.domain_table import read_domains
from agents.vault.files import read_regular
from agents.vault.layout import HANDBOOK_NOTE, RATES_NOTE
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from agents.approval.expiry import Period
    from agents.clock import Clock
    from agents.connectors.contract import Action
    from agents.reasoning.brain import OwnerFiles
    from agents.security.permission_manager import Policy as Permissions

MAX_BYTES = 1_000_000
LIMIT_ROW = "money that leaves or is forgiven"
DEFAULT_LIMIT = Money(Decimal(500), "EUR")
NOTHING = Money(Decimal(0), "EUR")  # a limit nobody can read is no permission
_AMOUNT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,2})?) ?([A-Z]{3})")


class OwnerFacts:
    """Reads the owner's files of one vault. `away` are the times the owner is away, in order; `models` all actions.

    `in_force` gives the rules that decide, whatever the handbook says by now; None = those of the handbook.
    """

    def __init__(
        self,
        root: Path,
        clock: Clock,
        proposal_days: int,
        away: Callable[[], tuple[Period, ...]] = tuple,
        *,
        models: Mapping[str, type[Action]],
        in_force: Callable[[], Permissions | None] = lambda: None,
    ) -> None:
        self._root = root
        self._clock = clock
        self._proposal_days = proposal_days
        self._intents = Intents(models)
        self._away = away
        self._in_force = in_force

    def owner_files(self) -> OwnerFiles:
        """What a brain needs, with every bad row named; those of the rules are told when the handbook changes."""
        today = as_local(self._clock.now()).date()
        handbook = handbook_of(self._root)
        files = read_owner_files(handbook, _text(self._root / RATES_NOTE), today)
        bad = (*read_rate_limits(handbook)[1], *read_domains(handbook).problems)
        wrong = (Problem(HANDBOOK_NOTE, each.line, each.message) for each in bad)
        return replace(files, problems=(*files.problems, *wrong))

    def rate_limits(self) -> tuple[RateLimit, ...]:
        """How many effects may leave within a time."""
        return read_rate_limits(handbook_of(self._root))[0]

    def policy(self) -> Policy:
        """What the handbook says about proposals, and when the owner is away."""
        handbook = handbook_of(self._root)
        limit, rules = read_limit(handbook), read_permissions(handbook)[0]
        return Policy(self._proposal_days, limit, self._away(), rules, self._intents, self._in_force())


def rules_of(handbook: str) -> Permissions:
    """The owner's rules as the handbook says them, and ours."""
    return policy_of(read_limit(handbook), read_permissions(handbook)[0])


def handbook_of(root: Path) -> str:
    """The handbook of a vault; empty when there is none that can be read."""
    return _text(root / HANDBOOK_NOTE)


def _text(path: Path) -> str:
    content = read_regular(path, MAX_BYTES)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""


def read_limit(handbook: str) -> Money:
    """The limit for money that leaves or is forgiven, from the table under `Limits`; 500 EUR without one."""
    for table in read_tables(handbook):
        if not isinstance(table, Table) or table.heading.casefold() != "limits":
            continue
        for row in table.rows:
            if row.cells.get("what", "").strip().casefold() == LIMIT_ROW:
                found = _AMOUNT.fullmatch(row.cells.get("limit", "").strip())
                return Money(Decimal(found[1]), found[2]) if found else NOTHING
    return DEFAULT_LIMIT
