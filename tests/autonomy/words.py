"""The owner's words about a task, said by command or in its note, and brains that try their patience."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.reasoning.brain import AskOwner, Choice
from agents.reasoning.setbacks import after_setbacks
from tests.autonomy.scripted_brain import send

if TYPE_CHECKING:
    from agents.reasoning.brain import Move, Outcome, TaskView
    from tests.autonomy.house import House

WAYS = ["command", "note"]


def say(house: House, word: str, task: str, way: str = "command") -> None:
    """The owner says a word about a task."""
    if way == "command":
        house.command(word, task)
    else:
        path, text = house.path(task), house.text(task)
        said = re.sub(r"(?m)^control:.*$", f"control: {word}", text)
        path.write_text(said if said != text else text.replace("---\n", f"---\ncontrol: {word}\n", 1), "utf-8")


def history(house: House, task: str) -> list[str]:
    """The lines of a task's history, without their times."""
    return re.findall(r"(?m)^- \d\d:\d\d (.*)$", house.text(task))


def word_left(house: House, task: str) -> str:
    return "".join(re.findall(r"(?m)^control: *(\S.*)$", house.text(task)))


def always_asks(_task: TaskView, _outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """The same question, whatever the owner says."""
    return (AskOwner("colour", "Which colour?", (Choice("red"),)),)


def tries_until_retried(task: TaskView, outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Proposes; after a failure asks, as the playbook does, until the owner wants another try."""
    return after_setbacks((send(task, "lamp"),), outcomes, {})
