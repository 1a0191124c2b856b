"""What the tools of one turn work with: the task, a library that reads, and the moves and the plan collected so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from agents.reasoning.known_values import outside_words, own_words, sources_of
from agents.reasoning.toolbox import Part, ToolAnswer
from agents.reasoning.value_sources import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from agents.connectors.books import Standing
    from agents.connectors.contract import Action
    from agents.durability.note_index import Hit
    from agents.reasoning.brain import Facts, Move, Outcome, ProposeAction, Step, TaskView
    from agents.reasoning.skill_library import Skill
    from agents.reasoning.value_sources import Sources

MAX_PART_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A note that may be read. `path` is posix and relative."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One of the owner's contacts. `may_leave`: it is not private."""

    name: str
    text: str
    may_leave: bool


@dataclass(frozen=True, slots=True)
class Booked:
    """An invoice in the books: who owes it, and how it stands."""

    customer: str
    standing: Standing


class Library(Protocol):
    """Reads the vault, the journal and the books for a model; what is private it does not give. Writes nothing.

    Every method raises an `EmployeeError` when it cannot look: its words and hint are told to the model.
    """

    def task(self, task: str) -> TaskView | None:
        """A task by its id; None when there is none, or it is private."""
        ...

    def note(self, name: str) -> ReadNote | str:
        """A note by its path or its name, or why it is not given, in a sentence."""
        ...

    def search(self, words: str) -> tuple[Hit, ...]:
        """The notes in which the words stand, the best first."""
        ...

    def contacts(self) -> tuple[Contact, ...]:
        """All contacts, private ones too: they are looked through, and not shown."""
        ...

    def books(self) -> Mapping[str, Booked]:
        """Every invoice of the books by its number, of private tasks too: they are looked through."""
        ...

    def may_tell(self, numbers: Iterable[str]) -> frozenset[str]:
        """The invoices among these that may be shown."""
        ...


@dataclass(frozen=True, slots=True)
class ToolPorts:
    """What a toolbox is made with. `skills` are those the owner accepted; `actions` the models that may be proposed.

    `refusal` says why the owner's rules never allow an action with this provenance; empty = they may.
    """

    library: Library
    skills: Sequence[Skill]
    actions: Mapping[str, type[Action]]
    refusal: Callable[[ProposeAction], str] = lambda _move: ""


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """The plan as it stands after a turn."""

    category: str
    objective: str
    steps: tuple[Step, ...]
    done_when: str


@dataclass(slots=True)
class Desk:
    """One turn: `moves` by key (the end has an empty one), `plan` when there is one, `skill` the last one loaded."""

    task: TaskView
    outcomes: tuple[Outcome, ...]
    facts: Facts
    ports: ToolPorts
    moves: dict[str, Move] = field(default_factory=dict)
    plan: TurnPlan | None = None
    skill: str = ""
    _read: list[Text] = field(default_factory=list)

    def outside(self, source: str, text: str) -> Part:
        """A text from outside, ready to be read; from now on a value may come from it."""
        self._read.append(Text(source, text))
        return Part(_cut(text), outside=True)

    def sources(self) -> Sources:
        """What a value of an action may stand in."""
        library = self.ports.library
        booked = {number: (each.customer, each.standing) for number, each in library.books().items()}
        texts = [each.text for each in library.contacts()]
        return sources_of(self.task, self.outcomes, self.facts, contacts=texts, booked=booked, read=self._read)

    def quotes(self, words: str) -> bool:
        """Whether the task itself says these words, whole."""
        texts = (*own_words(self.task, self.outcomes), *outside_words(self.task))
        return any(" ".join(words.split()) in " ".join(each.split()) for each in texts)


def said(*parts: Part | str, ends: bool = False) -> ToolAnswer:
    """An answer; text is our own words, or the owner's."""
    return ToolAnswer(tuple(each if isinstance(each, Part) else Part(_cut(each)) for each in parts), ends=ends)


def failed(words: str) -> ToolAnswer:
    """What is wrong, in a sentence the model can use."""
    return ToolAnswer((Part(words),), failed=True)


def listed(names: Iterable[str]) -> str:
    """'a, b, c', or 'none'."""
    return ", ".join(names) or "none"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_PART_CHARS else f"{text[:MAX_PART_CHARS]}\n... cut"
