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
    """How a handbook is read, with the built-in rules, and what its changes are compared and proved with."""
    return PolicyPorts(read_rules, house.models, failing_examples, house.context.secrets)


def read_rules(handbook: str) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """The rules, the built-in ones included, and what is wrong with rows."""
    return rules_of(handbook).rules, read_permissions(handbook)[1]
