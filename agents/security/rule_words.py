"""Rules in words for the owner. Pure. Names in them are the owner's: neutralise before they stand in a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.security.permission_manager import Level, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.security.permission_manager import Conditions, Rule

LEVELS = {
    Level.ALLOW: "without asking you",
    Level.ASK: "after a plain yes",
    Level.PROVE: "after a yes with a proof",
    Level.TWO: "after the yes of two people",
    Level.DENY: "never",
}
_VERBS = {Verb.FILE: "take in", Verb.CHANGE_POLICY: "change the rules of"}
_KINDS = {  # by what is at stake
    "filing": "what is only filed",
    "message": "mails",
    "money_asked": "invoices",
    "money_leaves": "payments",
    "money_forgiven": "refunds and credit notes",
    "deletion": "deletions",
    "public": "public posts",
}
_SOURCES = {"owner": "you", "contacts": "your contacts", "sender": "the one who wrote", "mail": "the text of a mail"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def all_in_words(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Each rule; a row of the handbook that both grants and demands one thing is told once, as the demand."""
    known = tuple(rules)
    demanded = {(each.name, each.level, each.action, each.when) for each in known if each.demands}
    told = (each for each in known if each.demands or (each.name, each.level, each.action, each.when) not in demanded)
    return tuple(map(in_words, told))


def in_words(rule: Rule) -> str:
    """One rule: who may do what, how much is asked, when; and where it stands."""
    roles = " or ".join(sorted(each.value for each in rule.roles))
    verbs = " or ".join(sorted(_VERBS.get(each, each.value) for each in rule.verbs))
    kinds = " or ".join(sorted(_KINDS.get(each, each) for each in rule.when.stakes))
    what = rule.action if rule.action != "*" else kinds or "anything"
    if kinds and what != kinds:
        what = f"{what} where it is about {kinds}"
    when = "".join(f", {each}" for each in _conditions(rule.when))
    if rule.level is Level.DENY:
        return f"{roles} may never {verbs} {what}{when} ({rule.name})"
    asked = f"{'only ' if rule.demands else ''}{LEVELS[rule.level]}"
    return f"{roles} may {verbs} {what} {asked}{when} ({rule.name})"


def _conditions(when: Conditions) -> Iterator[str]:
    yield from _amounts(when)
    yield from _history(when)
    yield from _names(when)
    if when.weekdays:
        yield f"on {', '.join(_DAYS[each] for each in sorted(when.weekdays))}"
    if when.from_time is not None or when.to_time is not None:
        start, end = (f"{each:%H:%M}" if each else "00:00" for each in (when.from_time, when.to_time))
        yield f"from {start} to {end}"


def _amounts(when: Conditions) -> Iterator[str]:
    bounds = (
        (when.up_to, "up to {} {}"),
        (when.above, "above {} {}"),
        (when.day_sum_up_to, "up to {} {} a day together"),
        (when.day_sum_above, "above {} {} a day together"),
    )
    yield from (words.format(f"{amount:,}", when.currency) for amount, words in bounds if amount is not None)
    if when.count_up_to is not None:
        yield f"at most {when.count_up_to} a day"
    if when.count_above is not None:
        yield f"when it is more than {when.count_above} a day"


def _history(when: Conditions) -> Iterator[str]:
    if when.known_days is not None:
        yield f"for somebody known for {when.known_days} days"
    if when.newer_than_days is not None:
        yield f"for somebody known for less than {when.newer_than_days} days"


def _names(when: Conditions) -> Iterator[str]:
    listed = (
        (when.counterparties, "for {}"),
        ({_SOURCES.get(each, each) for each in when.sources}, "with a recipient from {}"),
        (when.countries, "in {}"),
    )
    yield from (words.format(" or ".join(sorted(names))) for names, words in listed if names)
