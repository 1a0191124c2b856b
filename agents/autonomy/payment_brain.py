"""What the owner asks to be paid becomes one proposal of a file for their bank; all else the brain behind it does.

Read is only `pay BILL-2026-0001`, more bills, a part of one (`pay 40.00 EUR of ...`), `to IBAN` with its `BIC` and
`on DAY`. Without an account it is the one the books know; where they know none or several, the owner is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.sepa import packed
from agents.durability.engine import UNKEPT
from agents.reasoning.decision_wire import decision_from_json, decision_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from agents.connectors.book_figures import BookReports
    from agents.connectors.contract import Action
    from agents.durability.engine import Steps
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView

CATEGORY = "payment"
MAX_CHARS = 2_000
_BILL = r"BILL-[0-9]{4}-[0-9]{4,6}"
_WISH = re.compile(
    r"(?:please |bitte )?(?:pay|zahle|bezahle) (?:(?P<amount>[0-9]{1,9}[.,][0-9]{2}) EUR (?:of|von) )?"
    rf"(?P<bills>{_BILL}(?:(?:, ?| and | und | ){_BILL})*)"
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


class PaymentBrain:
    """A brain in front of another one. `reports`: the figures of the books as they are now; `models`: all actions."""

    def __init__(
        self, root: Path, inner: Brain, models: Mapping[str, type[Action]], reports: Callable[[], BookReports]
    ) -> None:
        self._root = root
        self._inner = inner
        self._models = models
        self._reports = reports

    @property
    def name(self) -> str:
        """That of the brain behind it."""
        return self._inner.name

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps = UNKEPT) -> Decision:
        """The next moves, decided in one step; of most tasks by the brain behind it."""
        wish = wish_in(task.text) if task.kind == "ask" and task.category in {"", CATEGORY} else None
        if wish is None:
            return self._inner.decide(task, outcomes, facts, steps)
        kept = steps.run("payment", lambda: self._decided(wish, outcomes, facts))
        return decision_from_json(kept, self._models)

    def _decided(self, wish: Wish, outcomes: tuple[Outcome, ...], facts: Facts) -> JsonValue:
        from agents.autonomy.payment_tasks import PaymentTasks  # noqa: PLC0415 (an idle run pays nothing)

        return decision_to_json(PaymentTasks(self._root, self._reports).decide(wish, outcomes, facts))
