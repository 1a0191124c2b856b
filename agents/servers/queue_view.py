"""What another assistant gets to see of what is next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.control_rows import DRAIN, EVERYTHING
from agents.durability.priorities import NORMAL
from agents.servers.waiting_view import MAX_SHOWN, MAX_WORD_CHARS, NOTICE, Shown
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agents.autonomy.queue_order import ApprovedEffect
    from agents.durability.control_rows import HoldRow
    from agents.durability.task_persistence import TaskRow


class ToBegin(Shown):
    """A task that nobody looked at yet."""

    task: str
    priority: str


class ToDo(Shown):
    """An effect the owner said yes to. `held`: its task, or everything, is paused."""

    proposal: str
    task: str
    action: str
    held: bool


class Queue(Shown):
    """What is taken next, in this order; `left_out` counts what is not listed, private tasks too.

    `stands_still`: why no effect is made at all now, empty when nothing holds them. `paused`: ids of paused tasks.
    """

    notice: str = NOTICE
    stands_still: str
    everything_is_paused: bool
    nothing_new_is_begun: bool
    paused: tuple[str, ...]
    to_begin: tuple[ToBegin, ...]
    to_do: tuple[ToDo, ...]
    left_out: int


def queue_view(
    filed: tuple[Sequence[TaskRow], int],
    priority_of: Mapping[str, str],
    approved: Sequence[ApprovedEffect],
    held: Mapping[str, HoldRow],
    stopped: str,
    is_private: Callable[[str], bool],
) -> Queue:
    """What is next; `filed` are the first of the new tasks, and how many there are."""
    begin = [row.id for row in filed[0] if not is_private(row.id)]
    effects = [each for each in approved if not is_private(each.task)][:MAX_SHOWN]
    return Queue(
        stands_still=property_text(stopped, MAX_WORD_CHARS),
        everything_is_paused=EVERYTHING in held,
        nothing_new_is_begun=DRAIN in held,
        paused=tuple(name for name in held if name not in {EVERYTHING, DRAIN} and not is_private(name))[:MAX_SHOWN],
        to_begin=tuple(ToBegin(task=task, priority=priority_of.get(task, NORMAL)) for task in begin),
        to_do=tuple(
            ToDo(proposal=each.id, task=each.task, action=each.action, held=bool({each.task, EVERYTHING} & set(held)))
            for each in effects
        ),
        left_out=filed[1] - len(begin) + len(approved) - len(effects),
    )
