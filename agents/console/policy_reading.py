"""How a handbook becomes rules, for the runner and for `policy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.policy_table import read_permissions
from agents.autonomy.policy_changes import PolicyPorts

if TYPE_CHECKING:
    from agents.console.wiring import House


def policy_ports(house: House) -> PolicyPorts:
    """The rules of a handbook with the built-in ones, and the models of past proposals."""
    return PolicyPorts(read_permissions, house.models)
