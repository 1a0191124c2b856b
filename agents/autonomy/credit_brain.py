"""What the owner asks to be credited becomes one proposal of a credit note; all else the brain behind it does.

Read is only `credit INV-2026-0001` (all that is left of it), `credit line 2 of INV-...` (or `lines 2, 3`, as it was
invoiced) and `credit 100.00 EUR at 19 % of INV-...` (before VAT; without a rate, the only one it has), with `: why`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.autonomy.code_brain import CodeBrain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.connectors.book_figures import BookReports
    from agents.connectors.contract import Action
    from agents.connectors.invoice_orders import InvoiceLine
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView

    Invoiced = Callable[[str], tuple[InvoiceLine, ...]]

CATEGORY = "credit"
MAX_CHARS = 2_000
_LINES = r"(?:lines?|position(?:en)?|zeilen?) (?P<lines>[1-9][0-9]{0,2}(?:(?:, ?| and | und )[1-9][0-9]{0,2})*)"
_AMOUNT = r"(?P<net>[0-9]{1,9}[.,][0-9]{2})(?: (?P<currency>[A-Z]{3}))?"
_RATE = r"(?: (?:at|zu) (?P<tax>[0-9]{1,2}(?:[.,][0-9]{1,3})?) ?%)?"
_WISH = re.compile(
    rf"(?:please |bitte )?(?:credit|storniere) (?:(?:{_LINES}|{_AMOUNT}{_RATE}) (?:of|von|aus) )?"
    r"(?P<number>INV(?:[-/][0-9]{2,6}){2,3})(?: ?: ?(?P<reason>.{1,500}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be credited: `lines` from 1 or `net` (before VAT), neither = all.

    `currency` empty = the invoice's; `tax` None = the only rate it has.
    """

    number: str
    lines: tuple[int, ...] = ()
    net: Decimal | None = None
    currency: str = ""
    tax: Decimal | None = None
    reason: str = ""


def wish_in(text: str) -> Wish | None:
    """The wish when a request is one and nothing else."""
    found = _WISH.fullmatch(" ".join(text.split())) if len(text) <= MAX_CHARS else None
    if found is None:
        return None
    lines = tuple(dict.fromkeys(map(int, re.findall(r"[0-9]+", found["lines"] or ""))))
    net, tax = (Decimal(each.replace(",", ".")) if each else None for each in (found["net"], found["tax"]))
    currency = (found["currency"] or "").upper()
    return Wish(found["number"].upper(), lines, net, currency, tax, (found["reason"] or "").strip())


class CreditBrain(CodeBrain):
    """Takes wishes to have something credited.

    `reports`: the figures of the books as they are now; `invoiced`: the lines of an invoice, none where nobody knows.
    """

    STEP = "credit"

    def __init__(
        self, inner: Brain, models: Mapping[str, type[Action]], reports: Callable[[], BookReports], invoiced: Invoiced
    ) -> None:
        super().__init__(inner, models)
        self._reports = reports
        self._invoiced = invoiced

    def may_be_mine(self, task: TaskView) -> bool:
        """Whether the owner asked for just this."""
        return task.kind == "ask" and task.category in {"", CATEGORY} and wish_in(task.text) is not None

    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision | None:  # noqa: ARG002 (the books know the day)
        """The next move for the wish."""
        from agents.autonomy.credit_tasks import decide  # noqa: PLC0415 (an idle run credits nothing)

        wish = wish_in(task.text)
        return None if wish is None else decide(wish, outcomes, self._reports, self._invoiced)
