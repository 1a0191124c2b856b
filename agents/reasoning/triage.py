"""What kind of task is this? The owner's rules, the patterns of the word tables, then what the owner taught. Pure.

Kinds are ranked by weight; only a clear winner counts, everything else is a question with the ranked list. What is
suspicious stays so, whatever was taught.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.email.quotes import quoted_reply_removed
from agents.reasoning.amounts import read_amounts, read_number
from agents.reasoning.billing_papers import Paper, PaperKind, read_paper
from agents.reasoning.lessons import NOTHING_LEARNED, chances, decide
from agents.reasoning.phrases import folded, sentences
from agents.reasoning.statements import Statement, read_statement
from agents.reasoning.suspicion import TOPIC, marks
from agents.reasoning.word_tables import load_word_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.reasoning.brain import OwnerRule, TaskView
    from agents.reasoning.lessons import Likeness

UNCLEAR = "unclear"
SUSPICIOUS = TOPIC
OWNER_REQUEST = "owner_request"
BANK_STATEMENT = "bank_statement"
RECEIPT = "receipt"
BILL = "bill_to_pay"
NEWSLETTER = "newsletter"
QUESTION = "question"
MEETING = "appointment"
ODOO = "odoo"
OF_ODOO = "odoo:"  # how the message id of a task begins that tells what others did in Odoo
CALENDAR_FILE = "text/calendar"
ENOUGH = 5
MARGIN = 2  # ahead of a weak second; a serious second needs twice its weight
DOUBT = 3  # weight of 'none of these' when percentages are computed
MAX_QUOTE_CHARS = 240
MAX_ATTACHED_CHARS = 20_000
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n[ \t]*\n")
_KIND_OF_PAPER = {PaperKind.INVOICE: BILL, PaperKind.RECEIPT: RECEIPT}
_LIST_FLAGS = ("list-unsubscribe", "mailing list", "newsletter")


@dataclass(frozen=True, slots=True)
class Triage:
    """What a task is. `ranked` pairs kinds with percentages, best first; `marks` says what is suspicious.

    `taught`: the owner's corrections decided, not the words. `paper`: the first file that is an invoice or a receipt.
    """

    category: str
    language: str
    ranked: tuple[tuple[str, int], ...]
    quote: str = ""
    marks: tuple[str, ...] = ()
    rule: OwnerRule | None = None
    statement: Statement | None = None
    taught: bool = False
    paper: Paper | None = None


def is_odoo_news(task: TaskView) -> bool:
    """Whether the watcher of Odoo made it."""
    return task.kind == "file" and task.message_id.startswith(OF_ODOO)


def newest_words(task: TaskView) -> str:
    """Subject and text without what a mail quotes of earlier ones."""
    text = quoted_reply_removed(task.text) if task.kind == "email" else task.text
    return f"{task.subject}\n\n{text}"


def attached_texts(task: TaskView) -> tuple[str, ...]:
    """What could be read of the attachments."""
    return tuple(each.text for each in task.attachments if each.text)


def compared_text(task: TaskView) -> str:
    """What of a task is compared with what the owner sorted."""
    words = newest_words(task)
    return words if task.kind == "email" else f"{words}\n\n{' '.join(attached_texts(task))[:MAX_ATTACHED_CHARS]}"


def classify(task: TaskView, rules: Iterable[OwnerRule], learned: Likeness = NOTHING_LEARNED) -> Triage:
    """The kind of a task by what it says and what the owner taught, without the owner's own word in the note."""
    words = newest_words(task)
    attached = attached_texts(task)
    language = load_word_tables().language_of(words if words.strip() else " ".join(attached)[:MAX_ATTACHED_CHARS])
    if task.kind == "ask":
        return Triage(OWNER_REQUEST, language, (), task.text[:MAX_QUOTE_CHARS])
    statement = next(filter(None, map(read_statement, (task.text, *attached))), None)
    scores = _scores(task, language)
    paper = _paper(attached) if statement is None else None
    if paper is not None and task.kind == "file":
        kind = _KIND_OF_PAPER[paper.kind]
        scores[kind] = scores.get(kind, 0) + 2 * ENOUGH
    if statement is not None:
        scores[BANK_STATEMENT] = scores.get(BANK_STATEMENT, 0) + 2 * ENOUGH
    found = suspicions(task) if statement is None else ()
    rule = next((each for each in rules if _applies(each, task, words)), None)
    by_words, chance = _winner(scores), chances(scores, learned)
    decided = _decided(by_words, chance, learned) if learned.scores else by_words
    made = MEETING if task.kind == "meeting" else ODOO if is_odoo_news(task) else ""
    category = SUSPICIOUS if found else made or decided
    quote = "" if category in {SUSPICIOUS, UNCLEAR} else _quote(words, category, language)
    ranked = _by_chance(chance) if learned.scores else _ranked(scores)
    taught = not found and decided not in {by_words, UNCLEAR}
    return Triage(category, language, ranked, quote, found, None if found else rule, statement, taught, paper)


def _paper(texts: Iterable[str]) -> Paper | None:
    papers = map(read_paper, texts)
    return next((each for each in papers if each.kind is not PaperKind.OTHER), None)


def suspicions(task: TaskView) -> tuple[str, ...]:
    """What is suspicious about a task, in the owner's words."""
    return marks((task.sender_name, task.subject, task.text, *attached_texts(task)), task.flags)


def _scores(task: TaskView, language: str) -> dict[str, int]:
    """The weight of each kind; the better of the mail's language and English counts."""
    text = compared_text(task)
    scores: dict[str, int] = {}
    for code in {language, "en"}:
        for topic, patterns in load_word_tables().books[code].weigh(text).items():
            if topic != SUSPICIOUS:
                scores[topic] = max(scores.get(topic, 0), sum(each.weight for each in patterns))
    if any(each.text and each.media_type == CALENDAR_FILE for each in task.attachments):
        scores[MEETING] = scores.get(MEETING, 0) + 2 * ENOUGH
    if any(known in flag.casefold() for flag in task.flags for known in _LIST_FLAGS):
        scores[NEWSLETTER] = scores.get(NEWSLETTER, 0) + ENOUGH
    return {topic: weight for topic, weight in scores.items() if weight > 0}


def _ranked(scores: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    total = sum(scores.values()) + DOUBT
    best_first = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((topic, round(100 * weight / total)) for topic, weight in best_first)


def _by_chance(chance: Mapping[str, float]) -> tuple[tuple[str, int], ...]:
    percent = {kind: round(100 * each) for kind, each in chance.items()}
    best_first = sorted(percent.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(pair for pair in best_first if pair[1])


def _decided(by_words: str, chance: Mapping[str, float], learned: Likeness) -> str:
    """The kind by words and lessons together. That somebody asks something says little of the kind."""
    sure = UNCLEAR if by_words == QUESTION else by_words
    decided = decide(sure, UNCLEAR, chance, learned)
    likely = max(chance, key=lambda kind: chance[kind])
    return QUESTION if (decided, by_words, likely) == (UNCLEAR, QUESTION, QUESTION) else decided


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
