"""What the owner of a sample vault reads about it, and their goals and rates as far as they go with its books. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.books import amount_text
from agents.connectors.sample.customers import CUSTOMERS, SILENT

if TYPE_CHECKING:
    from datetime import date

    from agents.connectors.sample.story import Label, Oddity, Story

SAMPLES_NOTE = "Samples.md"
OWN_VAULT = "`python orchestrator.py init PLACE`"
TARGET = "8,000"  # a month; about what the sample company earns
BACK, AHEAD = 5, 2  # months around the current one that have a target
USUAL_RATE = 85
_ODD: dict[Oddity, str] = {
    "amount": "a charge of {amount}, many times what is usual",
    "changed_iban": "paid to another account than before ({amount})",
    "duplicate_payment": "a bill of {amount} was paid twice",
    "duplicate_subscription": "two subscriptions at once",
    "price_rise": "the price rose to {amount}",
    "unused": "a subscription of {amount} a month that no note or mail speaks of",
}


def samples_note(story: Story) -> str:
    """The note that says that everything is made up, what is odd on purpose, and how to begin with an own vault."""
    odd = "".join(f"- {each.party}: {_said(each)}\n" for each in story.labels)
    return f"""---
type: samples
tags: [samples]
---
# Everything in this vault is a sample

Studio Example, its customers and its money are made up, so that you can look around: mails in the inbox, and in
`Accounting/` two years of books up to the day before {story.today}. Nobody is written to, and no bank is asked.

**Begin with a vault of your own**: {OWN_VAULT}, without `--sample`. It has a handbook for you, empty books,
and nothing of this. Do not put your own business into this vault: entries in books are never taken out again.

The books know the account `Business`, up to yesterday. The statement in the inbox is of the other one, `Checking`.

## What is odd here on purpose

{odd}- {SILENT}: the last invoice is not paid, and nobody answers
"""


def sample_goals(goals: str, today: date) -> str:
    """The goals of the template, with a target for each month around today in place of those that stand there."""
    rows, is_put = [], False
    for line in goals.splitlines():
        if f"| {TARGET} |" not in line:
            rows.append(line)
        elif not is_put:
            rows += [f"| {month} | {TARGET} | EUR |" for month in _months(today)]
            is_put = True
    return "\n".join(rows) + "\n"


def sample_rates(rates: str) -> str:
    """The rates of the template, and those of the other customers who pay more than is usual."""
    known = [each for each in CUSTOMERS if each.rate != USUAL_RATE and f"| {each.name} |" not in rates]
    return (
        rates.rstrip("\n") + "\n" + "".join(f"| {each.name} |  | h | {each.rate}.00 | EUR | 19 |\n" for each in known)
    )


def _said(label: Label) -> str:
    return _ODD[label.kind].format(amount=amount_text(label.amount, "EUR"))


def _months(today: date) -> list[str]:
    now = today.year * 12 + today.month - 1
    return [f"{at // 12}-{at % 12 + 1:02}" for at in range(now - BACK, now + AHEAD + 1)]
