"""What is to be done about a receipt or a bill whose movement of the bank is booked: a question, or one proposal.

A movement that was one cost without a receipt keeps its cost and gets the receipt with its VAT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.code_brain import Subject, ended_words, last_of
from agents.autonomy.dropped_slips import moves_without_receipt, slip_of
from agents.autonomy.receipt_words import NONE_OF_THESE, move_line, slip_line, source_of, unclear, what_for
from agents.connectors.bank.slips import fits, pairs
from agents.connectors.bank.spending import explained, known_of, names_of, usual_names
from agents.connectors.book_orders import BankExplain, Move
from agents.connectors.books import amount_text
from agents.errors import WAITS, EmployeeError
from agents.reasoning.brain import AskOwner, Choice, Condition, Decision, ProposeAction, Step, WaitUntil
from agents.reasoning.triage import BILL, RECEIPT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from agents.autonomy.dropped_slips import Slips
    from agents.connectors.bank.slips import Moved, Slip
    from agents.connectors.book_figures import BookReports
    from agents.reasoning.brain import Facts, Outcome, TaskView

KEY, WHICH, COST, AFTER = "joined", "movement", "cost", "after-"
OWN = (KEY, WHICH, COST)
MAX_LISTED = 10
ENDS = {
    "done": "filed, and booked with the movement of the bank that it belongs to",
    "rejected": "filed; it is not joined to a movement of the bank, as you said",
    "expired": "filed; it is not joined to a movement of the bank, since no answer came in time",
    "failed": "filed; it could not be joined to a movement of the bank",
    "skipped": "filed; it is not joined to a movement of the bank, as you said",
}


class ReceiptTasks:
    """Decides about papers. `root` is the vault's resolved folder; `reports`: the figures of the books as they are."""

    def __init__(self, root: Path, reports: Callable[[], BookReports], slips: Slips) -> None:
        self._root = root
        self._reports = reports
        self._slips = slips

    def decide(self, task: TaskView, outcomes: Sequence[Outcome], facts: Facts) -> Decision | None:
        """The next move; None when no movement belongs to it. `outcomes`: since the task was last brought back."""
        slip = slip_of(self._root, task.id, task.attachments[0])
        if slip is None or any(each.kind == "answered" and each.key not in OWN for each in outcomes):
            return None  # not plain, or the owner was asked what it is before its movement came
        last = last_of(outcomes, KEY)
        if last is not None and last.kind in ENDS:
            return _subject(slip).end(ended_words(ENDS, last))
        try:
            return self._joined(task.id, slip, {each.key: each.value for each in outcomes if each.key in OWN}, facts)
        except WAITS:
            raise
        except EmployeeError:
            return None  # told where the books are read

    def _joined(self, task: str, slip: Slip, said: dict[str, str], facts: Facts) -> Decision | None:
        reports = self._reports()
        used = reports.receipts()
        if slip.path in used:
            return _subject(slip).end("it is in the books already, with what it belongs to")
        kept = self._slips.kept(task, facts.today, used)
        moves = [each for each in moves_without_receipt(reports) if fits(slip, each)]
        if waits := [kept.promised[each.key] for each in moves if each.key in kept.promised]:
            return _after(slip, waits[0])
        others = [each for each in kept.slips if each.path != slip.path]
        found = pairs(moves, [slip, *others])
        sure = [each for each in moves if (one := found.sure.get(each.key)) and one.path == slip.path]
        doubtful = [each for each in moves if slip in found.doubtful.get(each.key, ())]
        if not sure and doubtful:
            if WHICH not in said:
                return _which(slip, doubtful)
            sure = [each for each in doubtful if _line(each) == said[WHICH]]
        return self._explained(slip, sure[0], said, facts) if sure else None

    def _explained(self, slip: Slip, moved: Moved, said: dict[str, str], facts: Facts) -> Decision | None:
        reports = self._reports()
        past, chart = reports.past_costs(), reports.cost_names()
        move = Move(
            bank_id=moved.bank_id, day=moved.day, amount=moved.amount, party=moved.party[:300], text=moved.text[:300]
        )
        (known,) = known_of([move], past)
        if known.is_billed and not moved.cost:
            return None
        answered = names_of(chart).get(said.get(COST, "").strip().casefold(), "")
        name = moved.cost or (known.shares[0][0] if known.is_sure else answered)
        if not name and COST not in said:
            about = f"{moved.party or slip.vendor} for: {amount_text(slip.total, slip.currency)}"
            ask = what_for(COST, about, known.shares, usual_names(past, chart), f"{slip_line(slip)}\n{_line(moved)}")
            return _subject(slip).waits("Find out which cost it is", ask, done_when="you have answered")
        if not name:
            return _subject(slip).end(f"filed; its movement stays as it is: {_line(moved)}")
        with_vat = bool(facts.handbook.tax)
        made = explained(move, name, slip, with_vat=with_vat)
        order = BankExplain(account=moved.account, currency=moved.currency, moves=(made,))
        warnings = (unclear(slip),) if slip.is_unclear and with_vat else ()
        propose = ProposeAction(
            KEY, order, {"account": "books", "currency": "books", "moves": source_of(slip.path)}, "", warnings
        )
        return _subject(slip).waits("Book it with its movement of the bank", propose)


def _subject(slip: Slip) -> Subject:
    return Subject("receipt", BILL if slip.is_bill else RECEIPT, "Join the paper to its movement of the bank")


def _after(slip: Slip, task: str) -> Decision:
    why = "a proposal about its movement of the bank waits for your word"
    wait = WaitUntil(f"{AFTER}{task}", why, None, (Condition("task", task),))
    subject = _subject(slip)
    step = Step("Wait until you have decided about its movement", move_key=wait.key)
    return Decision(subject.rule, subject.category, subject.objective, (step,), "you have decided about that", (wait,))


def _which(slip: Slip, moves: Sequence[Moved]) -> Decision:
    question = f"Which movement of your bank does this belong to: {slip_line(slip)}?"
    choices = (*(Choice(_line(each)) for each in moves[:MAX_LISTED]), NONE_OF_THESE)
    ask = AskOwner(WHICH, question, choices)
    return _subject(slip).waits("Find out which movement it belongs to", ask, done_when="you have answered")


def _line(moved: Moved) -> str:
    return move_line(moved.day, moved.amount, moved.currency, moved.party, moved.text)
