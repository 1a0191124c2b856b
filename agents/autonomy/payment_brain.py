"""What the owner asks to be paid becomes one proposal of a file for their bank; all else the brain behind it does.

Read is only `pay BILL-2026-0001`, more bills, a part of one (`pay 40 EUR of ...` or `40.50`; 1.000 may mean either,
and is not read), `to IBAN` with its `BIC` and `on DAY`. Without an account it is the one the books know; where they
know none or several, the owner is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.autonomy.code_brain import CodeBrain
from agents.connectors.sepa import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from agents.connectors.book_figures import BookReports
    from agents.connectors.contract import Action
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView

CATEGORY = "payment"
MAX_CHARS = 2_000
_BILL = r"BILL(?:[-/][0-9]{2,6}){2,3}"  # BILL-2026-0001, and BILL/2026/01/0001 of other books
_WISH = re.compile(
    r"(?:please |bitte )?(?:pay|zahle|bezahle) (?:(?P<amount>[0-9]{1,9}(?:[.,][0-9]{2})?) EUR (?:of|von) )?"
    rf"(?P<bills>{_BILL}(?:(?:, ?(?:and |und )?| and | und | ){_BILL})*)"
    r"(?: (?:to|an|auf) (?P<iban>[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}?))?(?: BIC (?P<bic>[A-Z0-9]{8,11}))?"
    r"(?: (?:on|am) (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}))?\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be paid: bills by number; `amount` of the only one, None = what is open; empty = not said."""

    numbers: tuple[str, ...]
    amount: Decimal | None = None
    iban: str = ""
    bic: str = ""
    day: date | None = None


def wish_in(text: str) -> Wish | None:
    """The wish when a request is one and nothing else."""
    found = _WISH.fullmatch(" ".join(text.split())) if len(text) <= MAX_CHARS else None
    if found is None:
        return None
    numbers = tuple(dict.fromkeys(re.findall(_BILL, found["bills"].upper())))
    try:
        day = date.fromisoformat(found["day"]) if found["day"] else None
    except ValueError:
        return None
    amount = Decimal(found["amount"].replace(",", ".")) if found["amount"] else None
    return Wish(numbers, amount, packed(found["iban"] or ""), (found["bic"] or "").upper(), day)


class PaymentBrain(CodeBrain):
    """Takes wishes to have bills paid. `reports`: the figures of the books as they are now."""

    STEP = "payment"

    def __init__(
        self, root: Path, inner: Brain, models: Mapping[str, type[Action]], reports: Callable[[], BookReports]
    ) -> None:
        super().__init__(inner, models)
        self._root = root
        self._reports = reports

    def may_be_mine(self, task: TaskView) -> bool:
        """Whether the owner asked for just this."""
        return task.kind == "ask" and task.category in {"", CATEGORY} and wish_in(task.text) is not None

    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision | None:
        """The next move for the wish."""
        from agents.autonomy.payment_tasks import PaymentTasks  # noqa: PLC0415 (an idle run pays nothing)

        wish = wish_in(task.text)
        return None if wish is None else PaymentTasks(self._root, self._reports).decide(wish, outcomes, facts)
