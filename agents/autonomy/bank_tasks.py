"""What is to be done about a statement of the bank: read, matched with the books, and one proposal to book it.

Which account it is of is told by its IBAN in the books, else the owner is asked. What its movements were for is found
once they are booked (`bank_costs`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.autonomy.bank_costs import BOOKED, NOTHING_KEPT, next_moves
from agents.autonomy.code_brain import Subject, ended_words, is_left_out, last_of, since_reopened
from agents.connectors.bank.from_books import expected_of, order_of
from agents.connectors.bank.line_text import account_name
from agents.connectors.bank.matches import Verdict
from agents.connectors.bank.matching import reconcile
from agents.connectors.bank.overlaps import OTHER_FILE, is_table, of_table, table_fault, untold_lines
from agents.connectors.bank.reader import NeedsProfile, Refusal, read_statements
from agents.connectors.bank.refusal import told
from agents.connectors.book_orders import MAX_MOVES, BankBook
from agents.errors import WAITS, EmployeeError
from agents.reasoning.brain import AskOwner, Choice, Decision, ProposeAction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.autonomy.dropped_slips import Slips
    from agents.connectors.bank.matches import Reconciliation
    from agents.connectors.bank.reader import Profile
    from agents.connectors.bank.statement import Statement
    from agents.connectors.book_figures import BookReports
    from agents.reasoning.brain import Facts, Outcome, TaskView

KEY, WHICH, CATEGORY = "bank", "account", "bank_statement"
SUBJECT = Subject("bank", CATEGORY, "Look through the statement")
MAX_TOLD = 20
ENDS = {
    "done": BOOKED,
    "rejected": "not booked, as you said",
    "expired": "no answer in time; nothing was booked",
    "failed": "it could not be booked; nothing was changed",
}


class BankTasks:
    """Decides about statements. `reports`: the figures of the books as they are now; `slips`: the owner's receipts."""

    def __init__(self, reports: Callable[[], BookReports], slips: Slips | None = None) -> None:
        self._reports = reports
        self._slips = slips

    def decide(
        self,
        task: TaskView,
        content: bytes,
        outcomes: tuple[Outcome, ...],
        facts: Facts,
        profiles: Mapping[str, Profile] = MappingProxyType({}),
    ) -> Decision:
        """The next move for a statement, of which `content` are the bytes; `profiles` say how a table is read."""
        since = since_reopened(outcomes)
        if booked := booking_in(since):
            return self._costs(task.id, booked, since, facts)
        found = _ended(since) or _read(task, content, profiles)
        if isinstance(found, str):
            return SUBJECT.end(found)
        try:
            reports = self._reports()
            accounts = dict(reports.accounts())
            name = _named(found, accounts, since)
            return self._proposed(task, found, name, facts, reports) if name else _which(found, accounts, since)
        except WAITS:
            raise
        except EmployeeError as err:
            return SUBJECT.end(f"nothing was booked: {err} {err.hint}")
        except ValidationError:
            return SUBJECT.end("nothing was booked: it holds an amount, a day or a text that the books cannot hold")

    def _costs(self, task: str, booked: BankBook, since: tuple[Outcome, ...], facts: Facts) -> Decision:
        """What follows the booking: what went out and is not explained gets its cost, and its receipt."""
        try:
            reports = self._reports()
            kept = self._slips.kept(task, facts.today, reports.receipts()) if self._slips else NOTHING_KEPT
            made = next_moves(booked, since, reports, kept, with_vat=bool(facts.handbook.tax))
        except WAITS:
            raise
        except EmployeeError as err:
            return SUBJECT.end(f"{BOOKED}; what movements were for cannot be looked up: {err} {err.hint}")
        if isinstance(made, str):
            return SUBJECT.end(made)
        moves = (made,) if isinstance(made, ProposeAction) else made
        return SUBJECT.waits("Say what the movements of the bank were for", *moves)

    def _proposed(
        self, task: TaskView, statement: Statement, name: str, facts: Facts, reports: BookReports
    ) -> Decision:
        moving = tuple(line for line in statement.lines if line.amount)  # a bank may tell of 0.00, which is no movement
        new = _new_part(replace(statement, lines=moving), name, reports)
        if isinstance(new, str):
            return SUBJECT.end(new)
        if fault := table_fault(statement, new, name, reports):
            return SUBJECT.end(f"nothing was booked: {fault}")
        on = max((*(line.day for line in new.lines), facts.today))  # what was paid since is not open any more
        own = {iban: each for each, iban in reports.accounts().items() if iban}
        accounts = (new.account, *own)
        expected = expected_of(reports.receivables(on), reports.payables(on), accounts, reports.ibans())
        found = reconcile([new], expected)
        is_first = not _days_of(name, reports)
        told = [*_told(new, found), *_opening_told(on, reports, is_first=is_first)]
        if new.closing is None and is_table(new):
            told.append("⚠ the file tells no balance: nothing shows whether a movement is missing from it")
        if new.closing is not None and new.closing.day >= facts.today:
            new = replace(new, closing=None)
            told.append("the balance is not checked: its day is not over, and more may come")
        if not new.lines and new.closing is None:
            return SUBJECT.end("it holds no movement, and no balance of a day that is over")
        order = order_of(new, name, found, expected, own, new=is_first)
        source = f"note:{task.attachments[0].stored.rpartition('.')[0]}"
        provenance = dict.fromkeys(("currency", "moves", "closing", "closed_on"), source) | {"account": "computed"}
        move = ProposeAction(KEY, order, provenance, "", tuple(told[:MAX_TOLD]))
        return SUBJECT.waits("Book the movements of the bank", move)


def _ended(since: tuple[Outcome, ...]) -> str:
    """How it ended without a booking; empty when it has not."""
    last = last_of(since, KEY)
    if last is not None and last.kind in ENDS:
        return ended_words(ENDS, last)
    return ENDS["rejected"] if is_left_out(since) else ""


def booking_in(outcomes: tuple[Outcome, ...]) -> BankBook | None:
    """The last booking that was done, as it was sealed; None without one."""
    done = (each.action for each in reversed(outcomes) if each.key == KEY and each.kind == "done")
    return next((each for each in done if isinstance(each, BankBook)), None)


def _new_part(statement: Statement, name: str, reports: BookReports) -> Statement | str:
    """The statement without what is booked already, or why nothing of it is."""
    booked = reports.booked_moves(name)
    lines = untold_lines(statement, booked)
    if lines is None:
        return f"nothing was booked: {OTHER_FILE}"
    if statement.lines and not lines:
        return "every movement of it is booked already"
    days = _days_of(name, reports)
    if days and lines and max(line.day for line in lines) < days[0]:
        return f"nothing was booked: the books of {name} begin on {days[0]}; give the oldest statement first"
    overlaps = bool(days and lines) and min(line.day for line in lines) <= days[-1]
    if overlaps and statement.closing is None and len(lines) == len(statement.lines):
        return f"nothing was booked: {OTHER_FILE}"
    return replace(statement, lines=lines)


def _days_of(name: str, reports: BookReports) -> list[date]:
    """The days of what is booked on an account, in order."""
    figures = (each for each in reports.cash(date.max) if each.name.rpartition(":")[2] == name)
    return sorted(row.day for each in figures for row in each.rows)


def _opening_told(on: date, reports: BookReports, *, is_first: bool) -> list[str]:
    under_way = [each for each in reports.cash(on) if each.name == "Assets:Transit" and each.amounts]
    if not (is_first and under_way):
        return []
    return ["⚠ money is under way between your accounts: if what was there before holds it already, it counts twice"]


def _read(task: TaskView, content: bytes, profiles: Mapping[str, Profile]) -> Statement | str:
    """The statement, or why nothing is booked."""
    read = read_statements(content, task.attachments[0].sent_name, profiles)
    if isinstance(read, Refusal):
        return f"nothing was booked: {read.sentence} {read.hint}"
    if isinstance(read, NeedsProfile):
        return "nothing was booked: how the table is to be read is not decided"
    if len(read) != 1:
        return "nothing was booked: give one statement of one account in each file"
    if len(read[0].lines) >= MAX_MOVES:
        return f"nothing was booked: {len(read[0].lines)} movements are too many for one yes; export months"
    if not read[0].lines and read[0].closing is None:
        return "it holds no movement"
    return of_table(read[0]) if is_table(read[0]) else read[0]


def _named(statement: Statement, accounts: Mapping[str, str], outcomes: tuple[Outcome, ...]) -> str:
    """The owner's name of the account, from the books or from what they answered; empty when nobody has said it."""
    said = [each.value.strip() for each in outcomes if each.key == WHICH and each.kind == "answered"]
    known = {iban: name for name, iban in accounts.items() if iban}
    by_iban = known.get(statement.account) or next((x for x in accounts if account_name(x) == statement.account), "")
    return by_iban or next((each for each in reversed(said) if each in accounts), "")


def missed_account(answer: str) -> str:
    """What is told of an account that the books do not know; empty without one."""
    return f"Your books know no account {told(answer)}. " if answer else ""


def _which(statement: Statement, accounts: Mapping[str, str], outcomes: tuple[Outcome, ...]) -> Decision:
    answer = last_of(outcomes, WHICH)
    missed = missed_account(answer.value if answer else "")
    question = f"{missed}Which of your accounts is {statement.account}?"
    choices = tuple(Choice(each) for each in sorted(accounts))
    return SUBJECT.waits("Find out which account the statement is of", AskOwner(WHICH, question, choices))


def _told(statement: Statement, found: Reconciliation) -> tuple[str, ...]:
    """What the owner is to know besides the movements."""
    count = {verdict: sum(each.verdict is verdict for each in found.matches) for verdict in Verdict}
    told = [f"{count[Verdict.AUTO]} of {len(found.matches)} movements were matched with the books for sure"]
    for each in found.matches:
        if each.flags:
            told.append(
                f"⚠ {each.line.day} {each.line.party}: an account that is not known for them; it is not matched"
            )
        elif each.verdict is Verdict.PROPOSED:
            told.append(f"{each.line.day}, {each.line.amount}: perhaps {'; '.join(each.reasons)}")
    if statement.left_out:
        told.append(f"{statement.left_out} movements are announced only and left out")
    return tuple(told)
