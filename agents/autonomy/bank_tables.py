"""What is to be done about a bank's table (CSV) in the inbox: what it does not prove is asked, then it is booked.

What the owner answers is taken from the task until `bank_notes` has written it down; from then on the note counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.autonomy.bank_formats import formats_in
from agents.autonomy.bank_tasks import CATEGORY, ENDS, KEY, SUBJECT, WHICH, booking_in, missed_account
from agents.autonomy.code_brain import is_left_out, last_of, since_reopened
from agents.autonomy.payout_tasks import PayoutTasks
from agents.connectors.bank.csv_recognition import is_export
from agents.connectors.bank.csv_study import (
    ACCOUNT_OF_ALL,
    CURRENCY_OF_ALL,
    NO_STATEMENT,
    THIS_FILE_ONLY,
    digest_in,
    study,
)
from agents.connectors.bank.line_text import account_name
from agents.connectors.bank.payouts import is_report
from agents.connectors.bank.refusal import Refusal, told
from agents.errors import WAITS, EmployeeError
from agents.reasoning.brain import AskOwner, Choice, Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from agents.autonomy.bank_formats import Fault
    from agents.autonomy.bank_tasks import BankTasks
    from agents.autonomy.dropped_slips import Slips
    from agents.connectors.bank.csv_study import Studied
    from agents.connectors.book_figures import BookReports
    from agents.reasoning.brain import Facts, Outcome, TaskView

ABOUT = "bank-"  # how the key of a question begins that a note about a format will answer
BROKEN = f"{ABOUT}note"
TABLE = f"{ABOUT}table"  # several of them in one question
CORRECTED, LEAVE_IT = "I have corrected it", "do not book the file"
KEPT = "What you say is kept for later files of this bank."
CURRENCIES = ("EUR", "USD", "GBP", "CHF")


class TableTasks:
    """Decides about tables. `root` is the vault's resolved folder; `reports`: the figures of the books as they are.

    `slips`: what other tasks propose.
    """

    def __init__(
        self, root: Path, tasks: BankTasks, reports: Callable[[], BookReports], slips: Slips | None = None
    ) -> None:
        self._root = root
        self._payouts = PayoutTasks(reports, slips)
        self._tasks = tasks
        self._reports = reports

    def decide(self, task: TaskView, content: bytes, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision | None:
        """The next move; None when the table is no statement of a bank and no report of a payment service."""
        if is_report(content):
            return self._payouts.decide(task, content, outcomes, facts)
        since = since_reopened(outcomes)
        last = last_of(since, KEY)
        if booking_in(since) or is_left_out(since) or (last is not None and last.kind in ENDS):
            return self._tasks.decide(task, content, outcomes, facts)
        try:
            return self._read(task, content, since, facts)
        except WAITS:
            raise
        except EmployeeError as err:
            return SUBJECT.end(f"nothing was booked: {err} {err.hint}")

    def _read(self, task: TaskView, content: bytes, since: tuple[Outcome, ...], facts: Facts) -> Decision | None:
        formats = formats_in(self._root)
        known = {*formats.profiles, *(each.digest for each in formats.faults)}
        said = answers_of((each.key, each.value) for each in since if each.kind == "answered")
        is_none = said.get(ACCOUNT_OF_ALL, [""])[-1] == NO_STATEMENT
        if is_none or not (task.category == CATEGORY or is_export(content, known)):
            return None
        if fault := formats.fault_of(digest_in(content)):
            return _broken(fault, said.get("note", ()))
        answers, missed = with_known_accounts(said, lambda: self._reports().accounts())
        found = study(content, task.attachments[0].sent_name, formats.profiles, answers)
        if isinstance(found, Refusal):
            return SUBJECT.end(f"nothing was booked: {found.sentence} {found.hint}")
        if found.questions:
            return self._asked(task, found, facts, missed)
        return self._tasks.decide(task, content, since, facts, {found.used.digest: found.used})

    def _asked(self, task: TaskView, found: Studied, facts: Facts, missed: str) -> Decision:
        accounts = sorted(self._reports().accounts())
        currencies = tuple(dict.fromkeys((facts.handbook.currency, *CURRENCIES)))
        choices = {**found.choices, ACCOUNT_OF_ALL: _of_accounts(accounts), CURRENCY_OF_ALL: currencies}
        name = told(task.attachments[0].sent_name)
        rows = "\n".join(found.rows)
        points = tuple(
            AskOwner(
                _key(each.about),
                (missed_account(missed) if each.about == ACCOUNT_OF_ALL else "") + each.words,
                tuple(map(Choice, choices[each.about])),
            )
            for each in found.questions
        )
        one = (
            points[0]
            if len(points) == 1
            else AskOwner(TABLE, "How is this file of your bank to be read?", (), "", points)
        )
        shared = f"{ABOUT}{found.used.digest}"
        return _asking(replace(one, question=f"{name}: {one.question} {KEPT}", quote=rows, shared=shared))


def answers_of(answered: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The owner's answers by what they are about, oldest first, out of pairs of a question's key and its answer."""
    found: dict[str, list[str]] = {}
    for key, words in answered:
        about = ACCOUNT_OF_ALL if key == WHICH else key.removeprefix(ABOUT)
        if key == WHICH or about != key:
            found.setdefault(about, []).append(words.strip())
    return found


def with_known_accounts(
    answers: Mapping[str, list[str]], accounts: Callable[[], Mapping[str, str]]
) -> tuple[dict[str, list[str]], str]:
    """The answers without accounts that the books do not know, and the last one about accounts if it is left out.

    `accounts` are the books', by name, each with its IBAN or empty.

    Raises:
        NeedsOwner: the books have an error.
    """
    said = answers.get(ACCOUNT_OF_ALL, [])
    names = {account_name(each) for pair in accounts().items() for each in pair if each} if said else set()
    known = [each for each in said if each == NO_STATEMENT or account_name(each.removesuffix(THIS_FILE_ONLY)) in names]
    return {**answers, ACCOUNT_OF_ALL: known}, said[-1] if said[-1:] != known[-1:] else ""


def _key(about: str) -> str:
    return WHICH if about == ACCOUNT_OF_ALL else f"{ABOUT}{about}"


def _of_accounts(accounts: Sequence[str]) -> tuple[str, ...]:
    """One heading may serve several accounts: then an answer may be for one file only."""
    once = [f"{each}{THIS_FILE_ONLY}" for each in accounts] if len(accounts) > 1 else []
    return (*accounts, *once, NO_STATEMENT)


def _broken(fault: Fault, answers: Sequence[str]) -> Decision:
    if answers and answers[-1] == LEAVE_IT:
        return SUBJECT.end("not booked, as you said")
    question = f"Please correct {fault.path}, line {fault.line}: {fault.message}. Your bank's file is read by it."
    return _asking(AskOwner(BROKEN, question, (Choice(CORRECTED), Choice(LEAVE_IT))))


def _asking(*moves: AskOwner) -> Decision:
    return SUBJECT.waits("Find out how your bank's file is to be read", *moves, done_when="you have answered")
