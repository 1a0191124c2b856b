"""What another assistant gets to see of how tasks stand: their turns, what they wait for, what holds them up. Pure.

What a brain chose to say stands under `from_outside` too: it read the mail, and may repeat it.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.proposal_rows import OPEN
from agents.reasoning.decision_wire import conditions_from_json
from agents.servers.waiting_view import (
    MAX_SHOWN,
    MAX_WORD_CHARS,
    NOTICE,
    OpenProposal,
    OpenQuestion,
    Sender,
    Shown,
    Waiting,
    open_proposal,
    open_question,
    quoted_sender,
    shown_of,
    waiting,
)
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agents.autonomy.overview import Overview
    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.task_persistence import QuestionRow, TaskRow
    from agents.durability.turn_rows import TurnRow
    from agents.durability.wait_rows import WaitRow

_UNTIL = {
    "paid": "invoice {} is paid",
    "reply": "a mail of the task is answered",
    "done": "the step {} is done",
    "task": "the task {} is closed",
    "bank": "the movements of the bank are in the books up to {}",
    "owed": "something else is owed than {}",
    "credited": "no credit note over {} waits for the owner",
}


class WaitWords(Shown):
    """Why a task waits, and any of what would end it."""

    why: str
    ends_when: tuple[str, ...]


class OpenWait(Shown):
    """What one task waits for: a moment, or any of its conditions, whichever comes first.

    `since` and `until` are local time; `until` empty = no moment, only conditions. `conditions`: of each the kind,
    'paid', 'reply', 'done' or 'task'.
    """

    task: str
    since: str
    until: str
    conditions: tuple[str, ...]
    from_outside: WaitWords


class WaitList(Shown):
    """The waits, soonest first, then those without a moment; `left_out` counts later ones and private ones."""

    notice: str = NOTICE
    waits: tuple[OpenWait, ...]
    left_out: int


class Tasks(Shown):
    """Ids of tasks, newest first; `left_out` is how many older ones are not listed."""

    ids: tuple[str, ...]
    left_out: int


class Standing(Shown):
    """How everything stands.

    `stands_still`: why no effect is made at all now, empty when nothing holds them. `not_begun`: tasks that nobody
    looked at yet. `approved`: what the owner said yes to and is not known to be done; `approved_left_out` counts more.
    """

    notice: str = NOTICE
    stands_still: str
    not_begun: Tasks
    in_progress: Tasks
    for_the_owner: Waiting
    approved: tuple[OpenProposal, ...]
    approved_left_out: int


class TaskWords(Sender):
    """Who wrote, what the brain took it for, the rule of its last turn, and what still keeps the task from its end.

    `not_done_because` is what the done-check missed when the last turn wanted to close the task; empty = nothing.
    """

    category: str
    rule: str
    not_done_because: str


class TaskStanding(Shown):
    """How one task stands.

    `state`: 'filed', 'claimed', 'waiting', 'done'. `turns` were taken, by `brain` the last (empty = none yet), at
    `last_turn` (local time). `turn_is_due`: the employee goes on with it by itself; not while it, or everything,
    `is_paused`. `cost_usd`: what its turns cost.
    Otherwise it waits for what `waits`, `proposals` and `questions` say; `left_out` counts what they do not list.
    """

    notice: str = NOTICE
    id: str
    kind: str
    state: str
    received: str
    turns: int
    last_turn: str
    brain: str
    cost_usd: str
    turn_is_due: bool
    is_paused: bool
    waits: tuple[OpenWait, ...]
    proposals: tuple[OpenProposal, ...]
    questions: tuple[OpenQuestion, ...]
    left_out: int
    from_outside: TaskWords


def standing(overview: Overview, is_private: Callable[[str], bool]) -> Standing:
    """How everything stands, as much as one answer holds; of private tasks the id at most."""
    approved = shown_of(overview.approved, is_private)
    return Standing(
        stands_still=property_text(overview.stopped, MAX_WORD_CHARS),
        not_begun=_tasks(overview.tasks),
        in_progress=_tasks(overview.in_progress),
        for_the_owner=waiting(overview.pending, overview.questions, overview.requests, is_private),
        approved=tuple(map(open_proposal, approved)),
        approved_left_out=len(overview.approved) - len(approved),
    )


def _tasks(oldest_first: Sequence[str]) -> Tasks:
    return Tasks(ids=tuple(reversed(oldest_first[-MAX_SHOWN:])), left_out=_beyond(oldest_first))


def _beyond(some: Sequence[object]) -> int:
    return max(0, len(some) - MAX_SHOWN)


def wait_list(soonest: Sequence[WaitRow], number: int, is_private: Callable[[str], bool]) -> WaitList:
    """The soonest waits, of so many; nothing of private tasks."""
    shown = shown_of(soonest, is_private)
    return WaitList(waits=tuple(map(_wait, shown)), left_out=number - len(shown))


def _wait(row: WaitRow) -> OpenWait:
    conditions = conditions_from_json(json.loads(row.conditions))
    ends_when = tuple(_UNTIL[each.kind].format(property_text(each.about, MAX_WORD_CHARS)) for each in conditions)
    return OpenWait(
        task=row.task,
        since=_local(row.created_at),
        until=_local(row.until),
        conditions=tuple(each.kind for each in conditions),
        from_outside=WaitWords(why=property_text(row.why, MAX_WORD_CHARS), ends_when=ends_when),
    )


def task_standing(
    row: TaskRow,
    turns: Sequence[TurnRow],
    waits: Sequence[WaitRow],
    asked: tuple[Sequence[ProposalRow], Sequence[QuestionRow]],
    *,
    has_news: bool,
    is_paused: bool,
) -> TaskStanding:
    """How one task stands, from the rows about it; `asked` are all its proposals and questions."""
    proposals = [each for each in asked[0] if each.state in OPEN]
    questions = [each for each in asked[1] if each.state == "open"]
    view = json.loads(row.view)
    return TaskStanding(
        id=row.id,
        kind=view["kind"],
        state=row.state,
        received=view["received"],
        turns=row.turn,
        last_turn=_local(turns[-1].filed_at) if turns else "",
        brain=row.brain,
        cost_usd=f"{sum((each.cost for each in turns), Decimal(0)):f}",
        turn_is_due=row.state != "done" and (has_news or row.state != "waiting"),
        is_paused=is_paused,
        waits=tuple(map(_wait, waits[:MAX_SHOWN])),
        proposals=tuple(map(open_proposal, proposals[:MAX_SHOWN])),
        questions=tuple(map(open_question, questions[:MAX_SHOWN])),
        left_out=sum(map(_beyond, (waits, proposals, questions))),
        from_outside=TaskWords(
            **quoted_sender(view),
            category=property_text(row.category, MAX_WORD_CHARS),
            rule=property_text(row.rule, MAX_WORD_CHARS),
            not_done_because=property_text(turns[-1].unmet, 2 * MAX_WORD_CHARS) if turns else "",
        ),
    )


def _local(moment: str) -> str:
    """The local time of an ISO time in UTC; empty stays empty."""
    return as_local(datetime.fromisoformat(moment)).isoformat() if moment else ""
