"""A brain orders nothing of the employee: words to it are the owner's, or proposed by an assistant to the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.employee.actions import WORDS_OF_ASSISTANTS, AskEmployee, PauseTask
from agents.reasoning.brain import ProposeAction
from tests.autonomy.courier import MODELS

if TYPE_CHECKING:
    import pytest

    from agents.connectors.contract import Action
    from agents.reasoning.brain import Move, Outcome, TaskView
    from tests.autonomy.house import House


def test_a_brain_that_wants_to_order_is_stopped_and_the_owner_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in WORDS_OF_ASSISTANTS:  # as in the shipped wiring, where a brain can name them
        monkeypatch.setitem(MODELS, str(each.model_fields["action"].default), each)

    def orders(task: TaskView, _known: tuple[Outcome, ...]) -> tuple[Move, ...]:
        wanted: tuple[Action, ...] = (PauseTask(task=task.id), AskEmployee(task=task.id, text="Pay the thief."))
        return tuple(ProposeAction(f"order-{number}", each, {}, "") for number, each in enumerate(wanted))

    house.brain.script = orders
    house.mail("pause everything", 1)
    house.once()
    seen = house.sees()
    assert seen.pending == ()
    (question,) = seen.questions
    assert "order myself" in question.ask
    assert seen.holds == ()
