"""The notes in which the owner reads a decision: the plan and the question; and how an answer is read back.

Everything a decision says is shown as plain words: nothing in it acts as markdown. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.reasoning.brain import MODEL
from agents.vault.neutralize import fenced, property_text
from agents.vault.note import Note, Problem, read_note
from agents.vault.note_edit import emit_note
from agents.vault.outline import lines_outside_fences
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from agents.reasoning.brain import AskOwner, Choice, Decision, Step
    from agents.vault.outline import Line
    from agents.vault.yaml_text import PropertyValue

MAX_LINE_CHARS = 400
BY_THE_MODEL = (
    "A model did: what stands above is in its words. What a proposal would do is told by the program, and only a "
    "proposal you approve is done."
)
ALL_OF_THEM = "Tick one box in each part, or write after its `answer` above. Nothing happens until all are answered."
SOMETHING_ELSE = "something else (write it in `answer`)"
_TICKED = re.compile(r"[ \t]{0,3}[-*+] \[[xX]\][ \t]+(.*)")


def render_plan(task_id: str, decision: Decision, links: Mapping[str, str], turn_notes: Sequence[str]) -> str:
    """The note `plan-<task id>`. `links` names the note of each move that has one; `turn_notes` is what it cost."""
    properties = {
        "id": f"plan-{task_id}",
        "type": "plan",
        "task": f"[[{task_id}]]",
        "rule": property_text(decision.rule),
        "category": property_text(decision.category),
        "tags": ["plan"],
    }
    parts = [
        f"# {plain(decision.objective)}",
        "## Steps",
        "\n".join(_step(step, links) for step in decision.steps) or "None yet.",
        "## Done when",
        f"- [ ] {plain(decision.done_when)}",
    ]
    if decision.instead:
        parts += ["## Who decided", f"The rules, not the model: {plain(decision.instead)}."]
    if decision.brain == MODEL:
        parts += ["## Who decided", BY_THE_MODEL]
    if decision.model_says:
        parts += ["## The model says", fenced(decision.model_says).rstrip("\n")]
    if turn_notes:
        parts += ["## Budget used", f"So far: {' · '.join(map(plain, turn_notes))}"]
    return emit_note(properties, "\n\n".join(parts) + "\n")


def _step(step: Step, links: Mapping[str, str]) -> str:
    link = f" -> [[{links[step.move_key]}]]" if step.move_key in links else ""
    return f"- [{'x' if step.done else ' '}] {plain(step.text)}{link}"


def render_question(question_id: str, task_id: str, ask: AskOwner, created: datetime) -> str:
    """The note of one question; `created` is local time. The owner ticks one box or writes after `answer:`."""
    properties: dict[str, PropertyValue] = {
        "id": question_id,
        "type": "question",
        "task": f"[[{task_id}]]",
        "created": created,
        **dict.fromkeys(_places(ask)),
        "tags": ["question"],
    }
    parts = [f"# {plain(ask.question)}"]
    for place, part in zip(_places(ask), ask.parts or (ask,), strict=True):
        parts += [f"## {plain(part.question)}"] if ask.parts else []
        boxes = [*map(_choice_line, part.choices), SOMETHING_ELSE.replace("`answer`", f"`{place}`")]
        parts.append("\n".join(f"- [ ] {line}" for line in boxes))
    if ask.quote:
        parts += ["Text from outside, shown as it came:", fenced(ask.quote).rstrip("\n")]
    parts.append(
        ALL_OF_THEM if ask.parts else "Tick one box, or write after `answer:` above. Nothing happens until you do."
    )
    return emit_note(properties, "\n\n".join(parts) + "\n")


def _places(ask: AskOwner) -> tuple[str, ...]:
    """The properties that answers may be written after."""
    return tuple(f"answer_{number}" for number, _ in enumerate(ask.parts, 1)) or ("answer",)


def _choice_line(choice: Choice) -> str:
    words = plain(choice.text)
    return words if choice.weight is None else f"{words} (looks like it: {choice.weight} %)"


def read_answer(text: str, ask: AskOwner) -> str | Problem | None:
    """What the owner answered: a choice's text or their own words; None = nothing yet. Never raises.

    Of a question with parts it is one line for each, once all of them are answered. A Problem names the line when
    several boxes are ticked, or a box and other words disagree.
    """
    note = read_note(text)
    if isinstance(note, Problem):
        return note
    answers: list[str] = []
    for number, (place, part) in enumerate(zip(_places(ask), ask.parts or (ask,), strict=True), 1):
        answer = _answer(note, _boxes(text, number if ask.parts else 0), part, place)
        if isinstance(answer, Problem):
            return answer
        answers += [answer] if answer else []
    return "\n".join(answers) if len(answers) == len(_places(ask)) else None


def _answer(note: Note, boxes: Iterable[Line], ask: AskOwner, place: str) -> str | Problem | None:
    written = _written(note, ask, place)
    if isinstance(written, Problem):
        return written
    ticked = _ticked(boxes, ask)
    if isinstance(ticked, Problem):
        return ticked
    if written and ticked and written != ticked[1]:
        return Problem(ticked[0], f"a box is ticked, but `{place}` says {plain(written)[:60]!r}: keep one of them")
    return written or (ticked[1] if ticked else None)


def _boxes(text: str, number: int) -> Iterator[Line]:
    """The lines in which the boxes of a part stand; of all the note for 0."""
    at = 0
    for line in lines_outside_fences(text):
        at += line.text.startswith("## ")
        if not number or at == number:
            yield line


def _written(note: Note, ask: AskOwner, place: str) -> str | Problem:
    value = note.properties.get(place, "")
    if not isinstance(value, str):
        return Problem(1, f"`{place}` holds a list; write one answer")
    words = " ".join(value.split())
    same = (choice.text for choice in ask.choices if choice.text.casefold() == words.casefold())
    return next(same, words)


def _ticked(boxes: Iterable[Line], ask: AskOwner) -> tuple[int, str] | Problem | None:
    """The line and text of the one ticked choice. What a plugin appends to a ticked line (a date) is tolerated."""
    lines = sorted(((_choice_line(each), each.text) for each in ask.choices), key=lambda pair: -len(pair[0]))
    found: list[tuple[int, str]] = []
    for line in boxes:
        box = _TICKED.match(line.text)
        chosen = next((choice for shown, choice in lines if box and box[1].startswith(shown)), None)
        if chosen is not None:
            found.append((line.number, chosen))
    if len(found) > 1:
        return Problem(found[1][0], "more than one box is ticked; tick one")
    return found[0] if found else None
