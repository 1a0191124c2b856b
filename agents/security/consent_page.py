"""The one page on which the owner reads what would be sent to a model, to whom, and what it may cost. Pure.

Consent is to this page, word by word: its digest is what is kept, so whatever changes on it is asked again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

SENT = (
    "the text of the task a model is asked about, with its sender, subject and the text of its files",
    "notes you name, and `Accounting/Rates.md`",
    "what it looks up while it works: notes found by their words, contacts, open invoices, appointments, skills",
    "of the handbook the parts Who we are, Money, Tone and Rules",
    "what became of earlier steps of the same task, and what it said itself in this turn",
)
REPLACED = (
    "mail addresses, phone numbers, bank accounts, cards, tax and identity numbers",
    "names and addresses of your contacts, of whoever wrote, and your own",
    "passwords, keys and other secrets, as far as their form gives them away",
)
WITHHELD = (
    "notes with `private: true`, and the folders named in the handbook under Privacy",
    "notes that cannot be read",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """To whom it goes and what it may cost. `address` is where requests are sent."""

    provider: str
    address: str
    model: str
    task_usd: Decimal
    month_usd: Decimal


def page(terms: Terms) -> str:
    """The page, as Markdown."""
    return "\n".join(
        [
            "# May a model help?",
            "",
            f"**To whom:** {terms.provider}, at {terms.address}, for the model {terms.model}.",
            f"**What it may cost:** {terms.task_usd:f} USD for one task, {terms.month_usd:f} USD in a month.",
            "",
            "**What is sent, when a task needs a model:**",
            "",
            *(f"- {each}" for each in SENT),
            "",
            "**What is replaced by placeholders before, and put back into the answer here:**",
            "",
            *(f"- {each}" for each in REPLACED),
            "",
            "**What never leaves:**",
            "",
            *(f"- {each}" for each in WITHHELD),
            "",
            "What nobody can find by its form or by your contacts goes as it is: a name that is in no contact, a",
            "street in a sentence, what a text tells about a person. `privacy preview TASK` shows the bytes.",
            "",
        ]
    )


def page_digest(terms: Terms) -> str:
    """SHA-256 of the page, hex."""
    return hashlib.sha256(page(terms).encode()).hexdigest()
