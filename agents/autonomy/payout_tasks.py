"""What is to be done about a report of a payment service: each payout joins its movement of the bank, by one proposal.

The movement may be booked before or after the report comes: until then the task waits. Of a payout either every
payment is booked or none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.autonomy.code_brain import Subject, since_reopened
from agents.autonomy.payout_moves import about, came_line, is_over, near
from agents.autonomy.receipt_words import source_of
from agents.connectors.bank.payout_matching import LEAVE, Invoices, charge_line
from agents.connectors.bank.payouts import read_report
from agents.connectors.bank.refusal import Refusal, told
from agents.connectors.book_orders import BankExplain, Move, Payout
from agents.connectors.book_reasons import MAX_SHARES
from agents.connectors.books import amount_text
from agents.errors import WAITS, EmployeeError
from agents.reasoning.brain import AskOwner, Choice, Condition, Decision, ProposeAction, Step, WaitUntil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from agents.autonomy.dropped_slips import Slips
    from agents.autonomy.payout_moves import Came
    from agents.connectors.bank.payout_matching import Doubt
    from agents.connectors.bank.payout_report import PaidOut, Report
    from agents.connectors.book_figures import BookReports
    from agents.reasoning.brain import Facts, Outcome, TaskView

SUBJECT = Subject("payout", "bank_statement", "Join what a payment service paid out to its movement of the bank")
KEY, WHICH, ALL, AFTER = "payouts:", "movement:", "paid", "after-"
MAX_ASKED, MAX_TOLD, MAX_TEXT_CHARS = 10, 20, 280
NONE_OF_THESE = "none of these"
ENDS = {
    "done": "booked as you said",
    "rejected": "not booked, as you said",
    "expired": "not booked, since no answer came in time",
    "failed": "it could not be booked",
    "skipped": "not booked, as you said",
}


@dataclass(slots=True)
class _Looked:
    """What is to be done about the payouts of one report; `words` say what became of those about which nothing is."""

    ready: dict[str, list[Move]] = field(default_factory=dict)  # by account
    currency: dict[str, str] = field(default_factory=dict)
    questions: list[AskOwner] = field(default_factory=list)
    coming: list[PaidOut] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class PayoutTasks:
    """Decides about reports. `reports`: the figures of the books as they are now; `slips`: what other tasks propose."""

    def __init__(self, reports: Callable[[], BookReports], slips: Slips | None = None) -> None:
        self._reports = reports
        self._slips = slips

    def decide(self, task: TaskView, content: bytes, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:
        """The next move for a report, of which `content` are the bytes."""
        read = read_report(content)
        if isinstance(read, Refusal):
            return SUBJECT.end(f"nothing was booked: {read.sentence} {read.hint}")
        if not read.payouts:
            return SUBJECT.end(f"it tells of no payout of {read.service}: nothing was paid out yet")
        try:
            return self._next(task, read, since_reopened(outcomes), facts)
        except WAITS:
            raise
        except EmployeeError as err:
            return SUBJECT.end(f"nothing was booked: {err} {err.hint}")
        except ValidationError:
            return SUBJECT.end("nothing was booked: it holds an amount or a name that the books cannot hold")

    def _next(self, task: TaskView, report: Report, since: tuple[Outcome, ...], facts: Facts) -> Decision:
        reports = self._reports()
        kept = self._slips.kept(task.id, facts.today, reports.receipts()).promised if self._slips else {}
        looked = _look(report, reports, facts, since, kept)
        if looked.questions:
            return SUBJECT.waits(
                "Find out what was paid", _one(report, looked.questions), done_when="you have answered"
            )
        if looked.promised:
            return _after(looked.promised[0])
        if looked.ready:
            source = source_of(task.attachments[0].stored)
            return SUBJECT.waits("Book what was paid out", *_proposals(looked, source))
        return _waiting(looked.coming) if looked.coming else SUBJECT.end("; ".join(looked.words[:MAX_TOLD]))


def _look(
    report: Report,
    reports: BookReports,
    facts: Facts,
    since: tuple[Outcome, ...],
    promised: Mapping[tuple[str, str], str],
) -> _Looked:
    said = {each.key: each.value for each in since if each.kind in {"answered", "skipped"}}
    decided = _decided(since)
    invoices = Invoices(reports.receivables(facts.today), lambda number: reports.document(number, facts.today), said)
    looked, used = _Looked(), set[tuple[str, str]]()
    for payout in report.payouts:
        found = _fault(payout) or _movement(payout, report.service, reports, facts, said, used)
        if isinstance(found, str):
            looked.words.append(f"{payout.line}: not booked: {found}")
        elif isinstance(found, AskOwner):
            looked.questions.append(found)
        elif found is None:
            looked.coming.append(payout)
        else:
            used.add(found.key)
            if found.key in decided or not found.waits:
                looked.words.append(f"{payout.line}: {decided.get(found.key, 'it is booked and explained already')}")
            elif found.key in promised:
                looked.promised.append(promised[found.key])
            else:
                _take(payout, report.service, found, invoices, looked)
    return looked


def _fault(payout: PaidOut) -> str:
    if len(payout.charges) > MAX_SHARES:
        return f"it holds {len(payout.charges)} payments, and {MAX_SHARES} are the most for one yes"
    return payout.fault


def _movement(
    payout: PaidOut,
    service: str,
    reports: BookReports,
    facts: Facts,
    said: Mapping[str, str],
    used: set[tuple[str, str]],
) -> Came | AskOwner | str | None:
    """The movement of a payout, the question which one it is, why there is none; None while it may still come."""
    there = [each for each in near(reports, payout) if each.key not in used]
    fitting = [each for each in there if each.row.amount == payout.amount]
    named = [each for each in fitting if _names(each, service)]
    if not fitting:
        return _why_not(service, there) if is_over(reports, payout, facts.today) else None
    nearest = min(each.days_off(payout) for each in named) if named else 0
    likely = [each for each in named if each.days_off(payout) == nearest] or fitting
    waiting = [each for each in likely if each.waits]
    return _which(payout, waiting, said) if len(waiting) > 1 else (waiting or likely)[0]


def _why_not(service: str, there: list[Came]) -> str:
    other = next((each for each in there if each.waits and _names(each, service)), None)
    if other is not None:
        return f"the report does not add up to what came: {came_line(other)}"
    return "no movement of the bank of this amount came within a week"


def _which(payout: PaidOut, waiting: list[Came], said: Mapping[str, str]) -> Came | AskOwner | str:
    key = f"{WHICH}{payout.id}"
    if key not in said:
        question = f"Which movement of your bank is the payout of {payout.line}?"
        return AskOwner(key, question, (*(Choice(came_line(each)) for each in waiting), Choice(NONE_OF_THESE)))
    chosen = next((each for each in waiting if came_line(each) == said[key]), None)
    return chosen or "you said that it is none of these movements"


def _take(payout: PaidOut, service: str, came: Came, invoices: Invoices, looked: _Looked) -> None:
    found = invoices.shares(payout)
    looked.questions += [_question(each, payout, service) for each in found.doubts]
    if found.left:
        line = charge_line(found.left[0], payout.currency)
        looked.words.append(f"{payout.line}: it stays unexplained, as you said: {line}")
    elif not found.doubts:
        party, _, text = came.row.said.partition(" · ")
        move = Move(
            bank_id=came.bank_id,
            day=came.row.day,
            amount=came.row.amount,
            party=party[:MAX_TEXT_CHARS],
            text=text[:MAX_TEXT_CHARS],
            reason=Payout(service=service, shares=found.shares, fee=payout.fee),
        )
        looked.ready.setdefault(came.account, []).append(move)
        looked.currency[came.account] = payout.currency
        looked.warnings += [f"by name and amount only: {each}" for each in found.by_name]


def _question(doubt: Doubt, payout: PaidOut, service: str) -> AskOwner:
    charge = doubt.charge
    line = told(charge_line(charge, payout.currency))
    missed = f"Nothing open of your books fits {told(doubt.missed)}. " if doubt.missed else ""
    asked = "Which invoice was paid by this" if charge.amount > 0 else "Of which invoice did this go back"
    question = f"{missed}{asked}: {line} ({service}, payout of {payout.line})? Choose one, or write its number."
    return AskOwner(doubt.key, question, (*map(Choice, doubt.offered), Choice(LEAVE)))


def _one(report: Report, questions: list[AskOwner]) -> AskOwner:
    if len(questions) == 1:
        return questions[0]
    key = f"{ALL}:{questions[0].key}"
    return AskOwner(key, f"What was paid through {report.service}?", (), "", tuple(questions[:MAX_ASKED]))


def _proposals(looked: _Looked, source: str) -> Iterable[ProposeAction]:
    for account, moves in looked.ready.items():
        order = BankExplain(account=account, currency=looked.currency[account], moves=tuple(moves))
        provenance = {"account": "books", "currency": "books", "moves": source}
        warnings = (*looked.warnings, *looked.words)[:MAX_TOLD]
        yield ProposeAction(f"{KEY}{moves[0].bank_id}", order, provenance, "", warnings)


def _decided(since: Iterable[Outcome]) -> dict[tuple[str, str], str]:
    """What became of the movements that were proposed."""
    found: dict[tuple[str, str], str] = {}
    for each in since:
        if each.key.startswith(KEY) and each.kind in ENDS and isinstance(each.action, BankExplain):
            why = f": {each.reason}" if each.kind == "failed" and each.reason else ""
            found |= {(each.action.account, move.bank_id): ENDS[each.kind] + why for move in each.action.moves}
    return found


def _names(came: Came, service: str) -> bool:
    return service.casefold() in came.row.said.casefold()


def _after(task: str) -> Decision:
    why = "a proposal about its movement of the bank waits for your word"
    return _until(WaitUntil(f"{AFTER}{task}", why, None, (Condition("task", task),)), "you have decided about that")


def _waiting(coming: list[PaidOut]) -> Decision:
    first = coming[0]
    more = f" and {len(coming) - 1} more" if len(coming) > 1 else ""
    amount = amount_text(first.amount, first.currency)
    why = f"the payout of {amount} on {first.days[0]}{more} is not in the books yet: give the bank's next statement"
    conditions = tuple(Condition("moved", about(each)) for each in coming[:MAX_TOLD])
    return _until(WaitUntil(f"{KEY}{first.id}", why, None, conditions), "it has come and is booked")


def _until(wait: WaitUntil, done_when: str) -> Decision:
    step = Step("Wait until it can be joined to its movement", move_key=wait.key)
    return Decision(SUBJECT.rule, SUBJECT.category, SUBJECT.objective, (step,), done_when, (wait,))
