"""Which decisions of the rules stand, and which are worth asking a model about. Pure.

The rules decide first: that is free, and the same each time. A model is asked where they would have to ask the owner
(ADR 0044).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from agents.reasoning.brain import AskOwner, Finish
from agents.reasoning.came_back import BOUNCED
from agents.reasoning.setbacks import SETBACKS
from agents.reasoning.triage import BANK_STATEMENT, NEWSLETTER, RECEIPT, SUSPICIOUS

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, Outcome

When = Literal["unsure", "always"]
# decided by rules, or by the owner alone: a suspicious text is shown to no model, so it cannot talk to one
BY_RULES = frozenset({SUSPICIOUS, NEWSLETTER, BANK_STATEMENT, RECEIPT})
REFUSED = "model-refused"  # the key of the question when a model refuses; from then on the task is the rules'
_OWNERS_CALL = frozenset({"reopened", REFUSED, BOUNCED, *SETBACKS})


def worth_asking(ruled: Decision, outcomes: tuple[Outcome, ...], when: When) -> bool:
    """Whether a model is to be asked though the rules decided so."""
    if ruled.category in BY_RULES or any(each.key == REFUSED for each in outcomes):
        return False
    if when == "always":
        return not all(isinstance(each, Finish) for each in ruled.moves) or not ruled.moves
    questions = [each for each in ruled.moves if isinstance(each, AskOwner)]
    return any(each.key.rpartition("-")[2] not in _OWNERS_CALL and each.key not in _OWNERS_CALL for each in questions)
