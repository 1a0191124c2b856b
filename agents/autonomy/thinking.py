"""The thinking of a turn, as work of the engine: it reads the journal, asks the brain, and writes nothing.

What it answers is JSON, kept by the engine until the runner has filed it: a decision with the news it knew of, or the
reason why the brain cannot decide now.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from agents.autonomy.learning import Taught
from agents.autonomy.views import outcomes, task_view
from agents.durability.engine import Order
from agents.durability.lesson_rows import LessonRow
from agents.durability.news import News, news_of
from agents.durability.task_persistence import find_task
from agents.errors import WAITS, EmployeeError, NeedsOwner, NotAllowed
from agents.reasoning.decision_wire import decision_from_json, decision_to_json
from agents.reasoning.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from pydantic import JsonValue
    from sqlalchemy import Connection

    from agents.autonomy.bad_rows import BadRow
    from agents.autonomy.learning import Learning
    from agents.connectors.contract import Action
    from agents.durability.engine import Steps
    from agents.reasoning.brain import Brain, Decision, Outcome, OwnerFiles

TURN = "turn"
_KINDS = {each.__name__: each for each in WAITS}  # a trouble of any other kind needs the owner


@dataclass(frozen=True, slots=True)
class Thought:
    """What a turn's thinking came to: a decision and the news it knew of; or, without one, the brain's trouble.

    `bad_rows` are those of the owner's files as they were read for it; `lessons` what is learned from the
    owner; `urgency` how soon the task is to be taken, None where nobody reckons it.
    """

    decision: Decision | None
    news: News
    trouble: EmployeeError | None = None
    bad_rows: tuple[BadRow, ...] = ()
    lessons: tuple[LessonRow, ...] = ()
    urgency: Urgency | None = None


def turn_order(journal: str, task: str, turn: int, word: str, attempt: int) -> Order:
    """The thinking of one turn. `word` is the owner's own category; `attempt` counts the brain's troubles."""
    argument: dict[str, JsonValue] = {"task": task, "turn": turn, "word": word}
    return Order(TURN, f"plan:{journal}:{task}:{turn}.{attempt}", argument)


class Thinking:
    """Thinks in any thread.

    `reading` opens a transaction of its own on the journal; `owner_files` reads what the owner wrote, for a task of
    which so much is known; `learning` is None where nothing is learned from the owner.
    """

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        brain: Brain,
        models: Mapping[str, type[Action]],
        owner_files: Callable[[tuple[Outcome, ...]], OwnerFiles],
        learning: Learning | None = None,
    ) -> None:
        self._reading = reading
        self._brain = brain
        self._models = models
        self._owner_files = owner_files
        self._learning = learning

    def __call__(self, steps: Steps, argument: JsonValue) -> JsonValue:
        """The engine's work: argument and answer as `turn_order` and `thought_from` know them."""
        asked: dict[str, Any] = dict(argument)  # type: ignore[arg-type]
        try:
            with self._reading() as sql:
                row = find_task(sql, asked["task"])
                if row is None:
                    raise NotAllowed(f"{asked['task']} is gone", hint="Nothing is lost; it is filed anew.")
                view = task_view(sql, row, asked["word"])
                known = outcomes(sql, row.id, self._models)
                news = news_of(sql, row.id)
                taught = self._learning.taught(sql, view, known) if self._learning else Taught()
            files = self._owner_files(known)
            facts = replace(files.facts, lessons=taught.lessons)
            decision = self._brain.decide(view, known, facts, steps)
            urgency, odd = self._learning.urgency(view, decision.category, facts) if self._learning else (None, ())
        except EmployeeError as err:
            kind = next((name for name, each in _KINDS.items() if isinstance(err, each)), "")
            return {"trouble": str(err), "hint": err.hint, "kind": kind}
        return {
            "decision": decision_to_json(decision),
            "news": {kind: list(rows) for kind, rows in news.items()},
            "bad_rows": [[each.file, each.line, each.message] for each in (*files.problems, *odd)],
            "lessons": [asdict(each) for each in taught.rows],
            "urgency": asdict(urgency) if urgency else None,
        }


def thought_from(kept: JsonValue, models: Mapping[str, type[Action]]) -> Thought:
    """What the thinking came to.

    Raises:
        ValueError: it is no thought, or one of its actions is not known here.
    """
    fields: dict[str, Any] = dict(kept)  # type: ignore[arg-type]
    if "trouble" in fields:
        kind = _KINDS.get(fields.get("kind", ""), NeedsOwner)
        return Thought(None, {}, kind(fields["trouble"], hint=fields["hint"]))
    try:
        bad_rows = tuple((file, line, message) for file, line, message in fields["bad_rows"])
        decision = decision_from_json(fields["decision"], models)
        lessons = tuple(LessonRow(**each) for each in fields.get("lessons", ()))  # earlier versions kept none
        urgency = Urgency(**fields["urgency"]) if fields.get("urgency") else None
        return Thought(decision, fields["news"], bad_rows=bad_rows, lessons=lessons, urgency=urgency)
    except KeyError as err:
        raise ValueError(f"this is no thought: {err} is missing") from err
