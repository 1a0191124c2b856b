"""What a brain sees, made from the journal's rows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agents.connectors.email.actions import thread_before
from agents.connectors.receipts import receipt_from_json
from agents.durability.bounce_rows import BounceRow, returned_mails
from agents.durability.control_rows import RETRIED, SKIPPED, InterventionRow, interventions_of
from agents.durability.proposal_rows import ProposalRow, proposals_of
from agents.durability.task_persistence import QuestionRow, TaskRow, questions_of, reopenings_of, sender_seen_before
from agents.durability.turn_rows import turns_since
from agents.durability.wait_rows import waits_of
from agents.reasoning.brain import AskOwner, AttachedFile, Choice, Outcome, TaskView
from agents.security.secret_patterns import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from agents.connectors.contract import Action

DECIDED = ("done", "rejected", "expired", "failed")


def task_view(sql: Connection, row: TaskRow, category: str) -> TaskView:
    """The task as the brain sees it. `category` is the owner's own word, or empty."""
    fields = json.loads(row.view)
    return TaskView(
        id=row.id,
        kind=fields["kind"],
        sender_name=fields["sender_name"],
        sender_address=fields["sender_address"],
        subject=fields["subject"],
        text=fields["text"],
        received=datetime.fromisoformat(fields["received"]),
        sender_known=sender_seen_before(sql, row.sender, row.id),
        message_id=fields["message_id"],
        category=category,
        flags=tuple(fields["flags"]),
        attachments=tuple(AttachedFile(**each) for each in fields["attachments"]),
        reply_to=fields.get("reply_to", ""),  # earlier versions kept none of these
        thread=thread_before(tuple(fields.get("answers", ())), fields["message_id"]),
        notice_of=fields.get("notice_of", ""),
    )


def outcomes(sql: Connection, task: str, models: Mapping[str, type[Action]]) -> tuple[Outcome, ...]:
    """What became of the task's earlier moves, in the order in which it happened."""
    happened: list[tuple[str, Outcome]] = []
    proposals = proposals_of(sql, task)
    known = {each.id: each for each in proposals}
    happened += [
        (proposal.decided_at, _proposal_outcome(proposal, models))
        for proposal in proposals
        if proposal.state in DECIDED and not proposal.undoes and not proposal.is_to_employee
    ]
    happened += [
        (each.ended_at, Outcome(each.move_key, "waited", value=each.value, at=_at(each.ended_at)))
        for each in waits_of(sql, task, "ended")
    ]
    happened += [
        (each.filed_at, Outcome("", "unmet", value=each.unmet, at=_at(each.filed_at)))
        for each in turns_since(sql, task, "")
        if each.unmet
    ]
    happened += [
        (
            question.answered_at,
            Outcome(ask.key, "answered", value=answer, at=_at(question.answered_at), offered=_is_offered(ask, answer)),
        )
        for question in questions_of(sql, task)
        if question.state == "answered" and not question.about
        for ask, answer in answers_in(question)
    ]
    happened += [(each.at, _returned(each, known.get(each.proposal), models)) for each in returned_mails(sql, task)]
    happened += [(at, Outcome("", "reopened", at=_at(at))) for at in reopenings_of(sql, task)]
    happened += [
        (each.at, _word_about(each, known.get(each.about), models))
        for each in interventions_of(sql, task)
        if each.kind in {SKIPPED, RETRIED}
    ]
    return tuple(outcome for _at, outcome in sorted(happened, key=lambda pair: pair[0]))


def _is_offered(ask: AskOwner, answer: str) -> bool:
    """Whether the answer is one of the choices, however it is written."""
    return _evened(answer) in {_evened(each.text) for each in ask.choices}


def _evened(words: str) -> str:
    return " ".join(masked(words).split()).casefold()


def _word_about(row: InterventionRow, about: ProposalRow | None, models: Mapping[str, type[Action]]) -> Outcome:
    action = _proposal_outcome(about, models).action if about else None
    return Outcome(row.move_key, row.kind, action=action, reason=row.words)


def _returned(row: BounceRow, about: ProposalRow | None, models: Mapping[str, type[Action]]) -> Outcome:
    action, key = (_proposal_outcome(about, models).action, about.move_key) if about else (None, "")
    return Outcome(key, "bounced", action=action, value=row.said, reason=row.why, at=_at(row.at))


def _proposal_outcome(row: ProposalRow, models: Mapping[str, type[Action]]) -> Outcome:
    model = models.get(row.action_name)
    return Outcome(
        key=row.move_key,
        kind=row.state,
        action=model.model_validate_json(row.action) if model else None,
        reason=row.reason,
        receipt=receipt_from_json(row.receipt) if row.receipt else None,
        at=_at(row.decided_at),
    )


def _at(moment: str) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None


def ask_to_json(ask: AskOwner) -> str:
    """A question as the journal keeps it."""
    choices = [[each.text, each.weight] for each in ask.choices]
    parts = [json.loads(ask_to_json(each)) for each in ask.parts]
    fields = {"key": ask.key, "question": ask.question, "choices": choices, "quote": ask.quote}
    later = {"parts": parts, "shared": ask.shared}
    return json.dumps(fields | {name: value for name, value in later.items() if value})


def ask_from_row(row: QuestionRow) -> AskOwner:
    """The question as it was asked."""
    return _ask_of(json.loads(row.ask))


def _ask_of(fields: Mapping[str, Any]) -> AskOwner:
    choices = tuple(Choice(text, weight) for text, weight in fields["choices"])
    parts = tuple(map(_ask_of, fields.get("parts", ())))
    return AskOwner(fields["key"], fields["question"], choices, fields["quote"], parts, fields.get("shared", ""))


def answers_in(question: QuestionRow) -> tuple[tuple[AskOwner, str], ...]:
    """What was answered, with what was asked: of a question with parts each of them."""
    ask = ask_from_row(question)
    return tuple(zip(ask.parts, question.answer.split("\n"), strict=True)) if ask.parts else ((ask, question.answer),)
