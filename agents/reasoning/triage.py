"""What kind of task is this? The owner's word, the owner's rules, then the patterns of the word tables. Pure.

Kinds are ranked by weight; only a clear winner counts, everything else is a question with the ranked list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.email.quotes import quoted_reply_removed
from agents.reasoning.amounts import read_amounts, read_number
from agents.reasoning.phrases import folded, sentences
from agents.reasoning.statements import Statement, read_statement
from agents.reasoning.suspicion import TOPIC, marks
from agents.reasoning.word_tables import load_word_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.reasoning.brain import OwnerRule, TaskView

UNCLEAR = "unclear"
SUSPICIOUS = TOPIC
OWNER_REQUEST = "owner_request"
BANK_STATEMENT = "bank_statement"
RECEIPT = "receipt"
NEWSLETTER = "newsletter"
QUESTION = "question"
ENOUGH = 5
MARGIN = 2  # ahead of a weak second; a serious second needs twice its weight
DOUBT = 3  # weight of 'none of these' when percentages are computed
MAX_QUOTE_CHARS = 240
MAX_ATTACHED_CHARS = 20_000
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n[ \t]*\n")
_LIST_FLAGS = ("list-unsubscribe", "mailing list", "newsletter")


@dataclass(frozen=True, slots=True)
class Triage:
    """What a task is. `ranked` pairs kinds with percentages, best first; `marks` says what is suspicious."""

    category: str
    language: str
    ranked: tuple[tuple[str, int], ...]
    quote: str = ""
    marks: tuple[str, ...] = ()
    rule: OwnerRule | None = None
    statement: Statement | None = None


def newest_words(task: TaskView) -> str:
    """Subject and text without what a mail quotes of earlier ones."""
    text = quoted_reply_removed(task.text) if task.kind == "email" else task.text
    return f"{task.subject}\n\n{text}"


def attached_texts(task: TaskView) -> tuple[str, ...]:
    """What could be read of the attachments."""
    return tuple(each.text for each in task.attachments if each.text)


def classify(task: TaskView, rules: Iterable[OwnerRule]) -> Triage:
    """The kind of a task by what it says, without the owner's own word in the note."""
    words = newest_words(task)
    attached = attached_texts(task)
    language = load_word_tables().language_of(words if words.strip() else " ".join(attached)[:MAX_ATTACHED_CHARS])
    if task.kind == "ask":
        return Triage(OWNER_REQUEST, language, (), task.text[:MAX_QUOTE_CHARS])
    statement = next(filter(None, map(read_statement, (task.text, *attached))), None)
    scores = _scores(task, words, attached, language)
    if statement is not None:
        scores[BANK_STATEMENT] = scores.get(BANK_STATEMENT, 0) + 2 * ENOUGH
    ranked = _ranked(scores)
    found = marks((task.sender_name, task.subject, task.text, *attached), task.flags) if statement is None else ()
    rule = next((each for each in rules if _applies(each, task, words)), None)
    category = SUSPICIOUS if found else _winner(scores)
    quote = "" if category in {SUSPICIOUS, UNCLEAR} else _quote(words, category, language)
    return Triage(category, language, ranked, quote, found, None if found else rule, statement)


def _scores(task: TaskView, words: str, attached: tuple[str, ...], language: str) -> dict[str, int]:
    """The weight of each kind; the better of the mail's language and English counts."""
    text = words if task.kind == "email" else f"{words}\n\n{' '.join(attached)[:MAX_ATTACHED_CHARS]}"
    scores: dict[str, int] = {}
    for code in {language, "en"}:
        for topic, patterns in load_word_tables().books[code].weigh(text).items():
            if topic != SUSPICIOUS:
                scores[topic] = max(scores.get(topic, 0), sum(each.weight for each in patterns))
    if any(known in flag.casefold() for flag in task.flags for known in _LIST_FLAGS):
        scores[NEWSLETTER] = scores.get(NEWSLETTER, 0) + ENOUGH
    return {topic: weight for topic, weight in scores.items() if weight > 0}


def _ranked(scores: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    total = sum(scores.values()) + DOUBT
    best_first = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((topic, round(100 * weight / total)) for topic, weight in best_first)


def _winner(scores: Mapping[str, int]) -> str:
    """The clear winner, or unclear. A plain question counts only when nothing else does."""
    serious = {topic: weight for topic, weight in scores.items() if topic != QUESTION}
    ordered = sorted(serious.items(), key=lambda pair: -pair[1])
    best = ordered[0][1] if ordered else 0
    if best < ENOUGH:
        return QUESTION if scores.get(QUESTION, 0) > best else UNCLEAR
    second = ordered[1][1] if len(ordered) > 1 else 0
    needed = 2 * second if second >= ENOUGH else second + MARGIN
    return ordered[0][0] if best >= needed else UNCLEAR


def _quote(words: str, category: str, language: str) -> str:
    """The sentence that speaks most for the kind, in the mail's own words."""
    books = [load_word_tables().books[code] for code in dict.fromkeys((language, "en"))]
    best, weight = "", 0
    for found in _SENTENCE_END.split(words[:MAX_ATTACHED_CHARS]):
        here = max(sum(each.weight for each in book.weigh(found).get(category, ())) for book in books)
        if here > weight:
            best, weight = found, here
    return " ".join(best.split())[:MAX_QUOTE_CHARS]


def _applies(rule: OwnerRule, task: TaskView, words: str) -> bool:
    """Whether one of the rule's phrases (`a or b`, `a; b`) occurs; `from: name` looks at the sender only."""
    text = _spaced(words)
    sender = f"{task.sender_name} {task.sender_address}".casefold()
    for phrase in re.split(r"\s+or\s+|\s+oder\s+|;", rule.when):
        wanted = phrase.strip().strip("\"'").casefold()
        if wanted.startswith("from:"):
            if wanted[5:].strip() and wanted[5:].strip() in sender:
                return _within_limit(rule, words)
        elif wanted and _spaced(wanted) in text:
            return _within_limit(rule, words)
    return False


def _spaced(text: str) -> str:
    return f" {' '.join(word for sentence in sentences(text) for word in sentence if word not in '^?')} "


def _within_limit(rule: OwnerRule, words: str) -> bool:
    """Whether no sum in the text, and no quantity times price, is above the rule's limit."""
    limit = read_number(rule.limit.split()[0]) if rule.limit else None
    if limit is None:
        return True
    amounts = read_amounts(words)
    most = max((each.value for each in amounts.quantities), default=Decimal(1))
    return all(each.amount * max(most, Decimal(1)) <= limit for each in amounts.prices)


def kind_named(answer: str, labels: Mapping[str, str]) -> str:
    """The kind an owner's words name: the kind itself or its label, in any spelling; empty = none."""
    said = _bare(answer)
    return next((kind for kind, label in labels.items() if said and said in {_bare(kind), _bare(label)}), "")


def _bare(words: str) -> str:
    spaced = folded(words).replace("_", " ").replace("-", " ").strip(" .!")
    return re.sub(r"^(?:an?|the|eine?|der|die|das) ", "", spaced)
