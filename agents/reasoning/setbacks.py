"""What was rejected, expired or failed is asked about, never just repeated; what was skipped is left out. Pure.

The same for every skill, so that no script can get it wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.reasoning.brain import AskOwner, Choice, Finish, Move, Outcome, ProposeAction, WaitUntil
from agents.reasoning.phrases import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DO_NOTHING = "do nothing"
FILE_IT = "file it, nothing is to be done"
I_DO_IT = "I do it myself"
I_ANSWER = "I answer it myself"
I_SEND = "I send it myself"
I_LOOK = "I look at it myself"
CLOSE_IT = "nothing, close it"
AGAIN = "propose it again"
SETBACKS = ("rejected", "expired", "failed")
_ENDS = frozenset(
    folded(each)
    for each in (
        *(
            DO_NOTHING,
            FILE_IT,
            I_DO_IT,
            I_ANSWER,
            I_SEND,
            I_LOOK,
            CLOSE_IT,
            "nothing",
            "file it",
            "close it",
            "ignore it",
            "done",
        ),
        *("nichts", "nichts tun", "ablegen", "erledigt", "ich mache es selbst", "ich antworte selbst"),
    )
)


def ends_it(answer: str) -> bool:
    """Whether the owner's answer closes the task."""
    return folded(answer).strip(" .!") in _ENDS


def closing(outcomes: tuple[Outcome, ...]) -> Finish | None:
    """The end, when the last thing that happened is an answer that closes the task."""
    if outcomes and outcomes[-1].kind == "answered" and ends_it(outcomes[-1].value):
        return Finish("closed as you said; nothing more was done")
    return None


def left_out(moves: Iterable[Move], outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """The moves without what the owner skipped since they last brought the task back; the end when that was all."""
    wanted = tuple(moves)
    since = max((at for at, each in enumerate(outcomes) if each.kind == "reopened"), default=-1)
    skipped = [each for each in outcomes[since + 1 :] if each.kind == "skipped"]
    if not skipped:
        return wanted
    told = f"you left out: {'; '.join(dict.fromkeys(each.reason for each in skipped))}"
    rest = tuple(
        replace(each, summary=f"{each.summary}; {told}") if isinstance(each, Finish) else each
        for each in wanted
        if isinstance(each, Finish | WaitUntil) or not _is_skipped(each, skipped)
    )
    return rest if rest or not wanted else (Finish(f"nothing is left to do; {told}"),)


def _is_skipped(move: ProposeAction | AskOwner, skipped: Iterable[Outcome]) -> bool:
    """Whether it is the same move, or would propose just the same once more under another key."""
    action = move.action if isinstance(move, ProposeAction) else None
    return any(each.key == move.key or (action is not None and each.action == action) for each in skipped)


def after_setbacks(
    moves: Iterable[Move], outcomes: tuple[Outcome, ...], changes: Mapping[str, tuple[str, ...]]
) -> tuple[Move, ...]:
    """The moves, with a question in place of every proposal that would repeat a setback.

    `changes` are, by move key, what the owner may want changed after a no.
    """
    return tuple(
        _with_setback(move, outcomes, changes.get(move.key, ())) if isinstance(move, ProposeAction) else move
        for move in moves
    )


def _with_setback(move: ProposeAction, outcomes: tuple[Outcome, ...], changes: tuple[str, ...]) -> Move:
    closed = [at for at, each in enumerate(outcomes) if each.key == move.key and each.kind in SETBACKS]
    if any(outcomes[at].kind == "rejected" and outcomes[at].action == move.action for at in closed):
        last_no = max(at for at in closed if outcomes[at].action == move.action and outcomes[at].kind == "rejected")
        return _ask_what_to_change(move.key, outcomes, last_no, changes)
    if not closed or outcomes[closed[-1]].kind == "rejected":
        return move
    last = closed[-1]
    if any(each.kind == "retried" and each.key == move.key for each in outcomes[last + 1 :]):
        return move
    answer = _answer_after(outcomes, last, f"{move.key}-{outcomes[last].kind}")
    return move if folded(answer) == AGAIN else _ask_again(outcomes[last])


def _ask_what_to_change(key: str, outcomes: tuple[Outcome, ...], at: int, changes: tuple[str, ...]) -> AskOwner:
    tried = _answer_after(outcomes, at, f"{key}-rejected")
    start = "Your answer did not change the proposal you rejected" if tried else "You rejected this proposal"
    reason = outcomes[at].reason
    because = f' (your reason: "{reason}")' if reason and not tried else ""
    choices = tuple(Choice(each) for each in (*changes, DO_NOTHING))
    return AskOwner(f"{key}-rejected", f"{start}{because}. What shall be different?", choices)


def _ask_again(last: Outcome) -> AskOwner:
    if last.kind == "expired":
        question = "The proposal expired without an answer. Shall it be proposed again?"
    else:
        question = f"It could not be done: {last.reason or 'no reason is known'}. Shall it be proposed again?"
    return AskOwner(f"{last.key}-{last.kind}", question, (Choice(AGAIN), Choice(DO_NOTHING)))


def _answer_after(outcomes: tuple[Outcome, ...], at: int, key: str) -> str:
    """The last answer to a question that came after a setback; empty = none yet."""
    answers = [each.value for each in outcomes[at + 1 :] if each.kind == "answered" and each.key == key]
    return answers[-1] if answers else ""
