"""Which kind a task is in the end: the owner's word in the note, their answer, their rule, then the patterns. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.reasoning.billing_papers import described
from agents.reasoning.brain import AskOwner, Choice
from agents.reasoning.lessons import FILED
from agents.reasoning.phrases import folded
from agents.reasoning.setbacks import CLOSE_IT, FILE_IT, I_ANSWER, ends_it
from agents.reasoning.triage import BILL, SUSPICIOUS, UNCLEAR, kind_named, suspicions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.reasoning.brain import Outcome, TaskView
    from agents.reasoning.triage import Triage

OTHER_KINDS = {
    "invoice_question": "a question about an invoice",
    "bill_to_pay": "a bill we have to pay",
    "appointment": "an appointment",
    "quote_request": "a request for a quote",
    "application": "an application for a job",
    "spam": "unwanted advertising",
    "question": "a question",
    "payment_received": "a payment we received",
    "mention": "a mention of us in public",
    "outage": "something that does not work",
    FILED: FILE_IT,
}
USUAL = ("invoice_request", "complaint", "question", "newsletter")  # offered when nothing at all was recognised
FILING = frozenset({"file", "file it", "archive", "ignore", "ablegen", "archivieren"})
ASKING = frozenset({"ask", "ask me", "fragen", "nachfragen"})
GO_ON = "go on where we stopped"
TRY_AGAIN = "I have accepted the skill: try again"
OTHER_KIND = "it is something of another kind"
HARMLESS = "harmless: "
KIND_KEYS = frozenset({"kind", "handle", "suspicious", "reopened"})
MAX_CHOICES = 5
MAX_QUOTE_CHARS = 600


@dataclass(frozen=True, slots=True)
class Rests:
    """A kind whose skill does not run: its label, the skill's name, and why in the owner's words."""

    label: str
    skill: str
    why: str


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds a skill takes, with their labels; those whose skill does not run; and all kinds there are."""

    with_skill: Mapping[str, str]
    resting: Mapping[str, Rests] = field(default_factory=dict)
    labels: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        resting = {kind: each.label for kind, each in self.resting.items()}
        object.__setattr__(self, "labels", {**OTHER_KINDS, **resting, **self.with_skill})

    def named(self, words: str) -> str:
        """The kind these words of the owner name, or empty."""
        return kind_named(words.removeprefix(HARMLESS), self.labels)

    def label(self, kind: str) -> str:
        """The kind in the owner's words."""
        return self.labels.get(kind, kind.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Settled:
    """A kind a skill takes; or one that is filed; or the question to ask first. `rule` empty = the patterns decided."""

    category: str
    rule: str = ""
    label: str = ""
    ask: AskOwner | None = None
    files: bool = False
    objective: str = "Ask the owner"


def settle(task: TaskView, outcomes: tuple[Outcome, ...], triage: Triage, kinds: Kinds) -> Settled:
    """The kind of a task, by whoever has the last word about it."""
    reopened = _after_reopening(outcomes, kinds)
    if reopened == OTHER_KIND:
        return Settled(triage.category, "reopened", ask=_which_kind("", task, triage, kinds))
    if isinstance(reopened, AskOwner):
        return Settled(triage.category, "reopened", ask=reopened)
    answered = _answered_kind(outcomes)
    if task.category:
        return _of_owner(task.category, "your word in the note", task, triage, kinds)
    if answered:
        return _of_owner(answered, "your answer", task, triage, kinds)
    if triage.rule is not None:
        where = f"your rule in line {triage.rule.line} of the handbook"
        return _of_owner(triage.rule.then, where, task, triage, kinds)
    return _of_kind(triage.category, "your corrections" if triage.taught else "", task, triage, kinds)


def _of_owner(words: str, rule: str, task: TaskView, triage: Triage, kinds: Kinds) -> Settled:
    said = folded(words).strip()
    if said in FILING:
        return Settled(triage.category, rule, "as you said", files=True)
    kind = kinds.named(words)
    if kind:
        return _of_kind(kind, rule, task, triage, kinds)
    start = "" if said in ASKING else "I do not know the kind of task you named. "
    return Settled(triage.category, rule, ask=_which_kind(start, task, triage, kinds))


def _of_kind(kind: str, rule: str, task: TaskView, triage: Triage, kinds: Kinds) -> Settled:
    if kind in kinds.with_skill:
        return Settled(kind, rule)
    if kind in kinds.resting:
        return Settled(kind, "abstain", ask=_skill_rests(kinds.resting[kind], _quote(task, triage)))
    if kind in {UNCLEAR, SUSPICIOUS}:
        return Settled(kind, "abstain", ask=_which_kind("", task, triage, kinds))
    label = kinds.label(kind)
    says = f" It says: {described(triage.paper)}." if triage.paper and kind == BILL else ""
    question = f"This looks like {label}.{says} I have no skill for that yet. What shall I do?"
    others = [Choice(kinds.label(each), weight) for each, weight in triage.ranked if each not in {kind, FILED}]
    choices = (Choice(I_ANSWER), Choice(FILE_IT), *others[: MAX_CHOICES - 2])
    return Settled(kind, rule or "abstain", ask=AskOwner("handle", question, choices, _quote(task, triage)))


def _skill_rests(rests: Rests, quote: str) -> AskOwner:
    """Nothing is done about a task whose skill is not the one the owner accepted."""
    question = (
        f"This looks like {rests.label}, but the skill {rests.skill} does not run: {rests.why}. "
        "`skills` shows it, `skills accept` accepts it. What shall I do?"
    )
    return AskOwner("handle", question, (Choice(TRY_AGAIN), Choice(I_ANSWER), Choice(FILE_IT)), quote)


def _which_kind(start: str, task: TaskView, triage: Triage, kinds: Kinds) -> AskOwner:
    likely = [Choice(kinds.label(kind), weight) for kind, weight in triage.ranked]
    known = {kind for kind, _weight in triage.ranked}
    usual = [Choice(kinds.label(kind)) for kind in USUAL if kind not in known]
    choices = [*(likely + usual)[:MAX_CHOICES], Choice(I_ANSWER)]
    if FILE_IT not in {each.text for each in choices}:  # the owner may have taught that such mails are filed
        choices.insert(-1, Choice(FILE_IT))
    return AskOwner("kind", f"{start}What kind of task is this?", tuple(choices), _quote(task, triage))


def _quote(task: TaskView, triage: Triage) -> str:
    return triage.quote or " ".join((task.text or task.subject).split())[:MAX_QUOTE_CHARS]


def _answered_kind(outcomes: tuple[Outcome, ...]) -> str:
    """The last answer that was about the kind; empty = none."""
    about = (each.value for each in outcomes if each.kind == "answered" and each.key in KIND_KEYS)
    return next(
        (each for each in reversed([*about]) if each not in {GO_ON, OTHER_KIND, TRY_AGAIN} and not ends_it(each)), ""
    )


def _after_reopening(outcomes: tuple[Outcome, ...], kinds: Kinds) -> AskOwner | str:
    """The question what is wanted, while the owner has brought a task back and not said why; else empty."""
    last = max((at for at, each in enumerate(outcomes) if each.kind == "reopened"), default=-1)
    if last < 0:
        return ""
    later = [each for each in outcomes[last + 1 :] if each.kind == "answered"]
    said = [each.value for each in later if each.key == "reopened"]
    if not said:
        return _ask_what_is_wanted(outcomes, "You brought this task back.")
    if said[-1] == OTHER_KIND:
        return "" if any(each.key == "kind" for each in later) else OTHER_KIND
    if said[-1] == GO_ON or ends_it(said[-1]) or kinds.named(said[-1]):
        return ""
    return _ask_what_is_wanted(outcomes, "I cannot do that by myself yet.")


def _ask_what_is_wanted(outcomes: tuple[Outcome, ...], start: str) -> AskOwner:
    if any(each.kind == "done" for each in outcomes):
        question = f"{start} What was done is done and is not repeated. What is wanted?"
        return AskOwner("reopened", question, (Choice(CLOSE_IT), Choice(GO_ON), Choice(OTHER_KIND)))
    return AskOwner("reopened", f"{start} What is wanted?", (Choice(OTHER_KIND), Choice(GO_ON), Choice(CLOSE_IT)))


def taught_kind(task: TaskView, outcomes: tuple[Outcome, ...], kinds: Kinds) -> str:
    """The kind the owner gave this task, by a word in its note or an answer; `filed` when they only put it away.

    Nothing is learned of a suspicious task but that it was one: no answer makes the next one harmless.
    """
    words = task.category or _answered_kind(outcomes) or _filed_by_answer(outcomes)
    kind = FILED if folded(words).strip() in {*FILING, FILE_IT} else kinds.named(words)
    return kind if kind in {SUSPICIOUS, "spam"} or not suspicions(task) else ""


def _filed_by_answer(outcomes: tuple[Outcome, ...]) -> str:
    said = [each.value for each in outcomes if each.kind == "answered" and each.key in {"kind", "handle"}]
    return said[-1] if said and said[-1] == FILE_IT else ""
