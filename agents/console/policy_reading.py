"""How a handbook becomes rules, for the runner and for `policy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.policy_examples import failing_examples
from agents.approval.policy_table import read_permissions
from agents.autonomy.owner_facts import rules_of
from agents.autonomy.policy_changes import PolicyPorts

if TYPE_CHECKING:
    from agents.console.wiring import House
    from agents.security.permission_manager import Rule
    from agents.vault.outline import Problem


def policy_ports(house: House) -> PolicyPorts:
    """The rules of a handbook with the built-in ones, the owner's examples, and the models of past proposals."""
    return PolicyPorts(_read, house.models, failing_examples)


def _read(handbook: str) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    return rules_of(handbook).rules, read_permissions(handbook)[1]
