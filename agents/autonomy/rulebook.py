"""The runner's side of the owner's rules: the policy in force, what waits to become it, and what was earned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.earned_row import Offer, earned_row
from agents.autonomy.earned_rules import EarnedPorts, EarnedRules, read_times
from agents.autonomy.owner_facts import handbook_of
from agents.autonomy.policy_changes import CONFIRM, PolicyChanges
from agents.security.permission_manager import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.autonomy.places import Places
    from agents.autonomy.policy_changes import PolicyPorts
    from agents.durability.task_persistence import RequestRow
    from agents.durability.transitions import Recorder


class Rulebook:
    """Both of them, joined. `policy` is the one in force, for whoever decides."""

    def __init__(self, recorder: Recorder, places: Places, ports: PolicyPorts) -> None:
        self._root = recorder.store.root
        self._ports = ports
        self._changes = PolicyChanges(recorder, places, ports)
        built_in = Policy(ports.read("")[0])
        earned = EarnedPorts(ports.models, built_in, lambda: read_times(handbook_of(self._root)), self._row)
        self._earned = EarnedRules(recorder, self._changes, earned)

    def policy(self) -> Policy:
        """The policy in force, without what is taken back."""
        return self._changes.policy()

    @property
    def requests(self) -> Mapping[str, Callable[[RequestRow], str]]:
        """What it carries out of the requests of other processes."""
        return {CONFIRM: self._changes.by_command}

    def look(self) -> int:
        """Take in what the owner changed, and what became of proposals; how many things moved."""
        return self._changes.look() + self._earned.look()

    def _row(self, offer: Offer) -> str:
        return earned_row(offer, handbook_of(self._root), self._ports.read)
