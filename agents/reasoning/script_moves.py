"""What a skill's script answered, as typed moves. A script never names a recipient and never acts. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.clock import from_local
from agents.connectors.contract import AttachmentRef
from agents.connectors.email.actions import EmailSend
from agents.durability.proposal_rows import TO_EMPLOYEE
from agents.reasoning.brain import AskOwner, Choice, Condition, Finish, ProposeAction, WaitUntil
from agents.reasoning.letters import write_letter
from agents.reasoning.mail_answers import goes_elsewhere, in_thread
from agents.reasoning.reading import customer_of
from agents.reasoning.script_wire import ScriptAsk, ScriptFinish, ScriptLetter, ScriptPropose, ScriptWait
from agents.reasoning.setbacks import FILE_IT, I_DO_IT, after_setbacks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from agents.connectors.contract import Action
    from agents.reasoning.brain import Facts, Move, Outcome, TaskView
    from agents.reasoning.script_wire import ScriptCondition, ScriptMove, ScriptResult

LETTER = "email.send"  # never proposed with arguments of a script: only as a letter to the sender


class ScriptMoves:
    """What a script's moves are made with: the task, and the models a script may propose, by name."""

    def __init__(
        self,
        task: TaskView,
        outcomes: tuple[Outcome, ...],
        facts: Facts,
        language: str,
        actions: Mapping[str, type[Action]],
    ) -> None:
        self._task, self._outcomes, self._facts, self._language = task, outcomes, facts, language
        own = (LETTER, TO_EMPLOYEE)  # and no script answers our questions, or lets a task go on
        self._actions = {name: model for name, model in actions.items() if not name.startswith(own)}

    def of(self, result: ScriptResult) -> tuple[Move, ...] | str:
        """The typed moves, or why one of them cannot be made."""
        moves: list[Move] = []
        for said in result.moves:
            move = self._move(said)
            if isinstance(move, str):
                return move
            moves.append(move)
        changes = {each.key: each.changes for each in result.moves if isinstance(each, ScriptPropose | ScriptLetter)}
        return after_setbacks(moves, self._outcomes, changes)

    def _move(self, said: ScriptMove) -> Move | str:
        if isinstance(said, ScriptAsk):
            choices = tuple(Choice(each.text, each.weight) for each in said.choices)
            return AskOwner(said.key, said.question, choices, said.quote)
        if isinstance(said, ScriptFinish):
            return Finish(said.summary, _conditions(said.holds))
        if isinstance(said, ScriptWait):
            return WaitUntil(said.key, said.why, moment(said.until), _conditions(said.conditions))
        if isinstance(said, ScriptLetter):
            return self._letter(said)
        return self._propose(said)

    def _propose(self, said: ScriptPropose) -> Move | str:
        model = self._actions.get(str(said.action.get("action")))
        if model is None:
            return "its script proposed an action it may not propose"
        try:
            action = model.model_validate(said.action)
        except ValidationError as err:
            first = err.errors()[0]
            return f"the action would not be valid: {'.'.join(map(str, first['loc']))} {first['msg']}"
        warnings = (*said.warnings, *warnings_about(self._task))
        return ProposeAction(said.key, action, dict(said.provenance), said.quote, warnings)

    def _letter(self, said: ScriptLetter) -> Move | str:
        """An answer to the one who wrote, where they want it; a question when there is nobody to answer."""
        task = self._task
        if not task.answer_address:
            question = "The answer is ready, but the mail names no address to send it to. What shall I do?"
            return AskOwner(f"{said.key}-nobody", question, (Choice(I_DO_IT), Choice(FILE_IT)))
        letter = write_letter(said.template, self._language, self._values() | said.values)
        files = self._files(said.documents)
        if letter is None or files is None:
            return f"the letter {said.template} cannot be written with what is known"
        try:
            action = EmailSend(
                to=task.answer_address,
                subject=letter.subject,
                body=letter.body,
                in_reply_to=task.message_id,
                attachments=files,
            )
        except ValidationError as err:
            return f"the letter would not be valid: {err.errors()[0]['msg']}"
        mail = f"mail:{task.id}"
        provenance = {
            "to": mail,
            "subject": "computed",
            "body": "first" if said.first else "computed",
            "in_reply_to": mail,
            "references": mail,
            "attachments": "computed",
        }
        warnings = (*said.warnings, *goes_elsewhere(action, task), *warnings_about(task))
        return ProposeAction(said.key, in_thread(action, task), provenance, said.quote, warnings)

    def _values(self) -> dict[str, str]:
        handbook = self._facts.handbook
        return {
            "name": customer_of(self._task)[0],
            "subject": self._task.subject,
            "company": handbook.company,
            "owner_name": handbook.owner_name,
            "tone": handbook.tone.casefold(),
        }

    def _files(self, wanted: tuple[str, ...]) -> tuple[AttachmentRef, ...] | None:
        """The documents of this task's receipts; None when one is not among them."""
        receipts = (each.receipt for each in self._outcomes if each.receipt)
        known = {each.sha256: each.name for receipt in receipts for each in receipt.documents}
        if not known.keys() >= set(wanted):
            return None
        return tuple(AttachmentRef(name=known[sha256], sha256=sha256) for sha256 in wanted)


def warnings_about(task: TaskView) -> tuple[str, ...]:
    """What intake found odd about the mail."""
    return tuple(f"⚠ about this mail: {flag}" for flag in task.flags)


def _conditions(said: tuple[ScriptCondition, ...]) -> tuple[Condition, ...]:
    return tuple(Condition(each.kind, each.about) for each in said)


def moment(said: datetime | date | None) -> datetime | None:
    """The aware moment: a day begins at midnight where the owner is, a time without zone is the owner's."""
    if said is None:
        return None
    moment = said if isinstance(said, datetime) else datetime.combine(said, time())
    return moment.astimezone(UTC) if moment.tzinfo else from_local(moment)
