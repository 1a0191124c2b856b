"""What another assistant gets to see of the owner's policy: one answer with its rule, or all rules in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.policy_words import answer
from agents.security.permission_manager import Level
from agents.security.rule_words import all_in_words
from agents.servers.waiting_view import MAX_WORD_CHARS, Shown
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.security.permission_manager import Rule, Ruling

MEANS = {
    Level.ALLOW: "nobody is asked",
    Level.ASK: "the owner says yes by moving the note",
    Level.PROVE: "the owner says yes with a proof that it is them",
    Level.TWO: "two people say yes, each with a proof",
    Level.DENY: "it is not proposed and never done",
}


class PolicyAnswer(Shown):
    """How much the owner's policy asks for an action: `answer`, what it `means`, and the `rule` that decided."""

    answer: str
    means: str
    rule: str


class PolicyRules(Shown):
    """Every rule in words: 'only' asks for no less, the others ask for no more where they hold."""

    rules: tuple[str, ...]


def policy_answer(ruling: Ruling) -> PolicyAnswer:
    """One answer."""
    rule = property_text(ruling.rule, MAX_WORD_CHARS)
    return PolicyAnswer(answer=answer(ruling.level), means=MEANS[ruling.level], rule=rule)


def rules_in_words(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Each rule in one line: who may do what, how much is asked, when, and where it stands."""
    return tuple(property_text(each, MAX_WORD_CHARS) for each in all_in_words(rules))
