"""The values that the owner's files, the books and what was done before give to an action's arguments. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import Unclear
from agents.reasoning.value_sources import COMPUTED, OWNER, Known, Sources, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agents.connectors.books import Standing
    from agents.reasoning.brain import Facts, Outcome, Rate, TaskView

HANDBOOK = "handbook"  # where its line is not known
PRICES = frozenset({"price", "unit_price", "amount"})
TAXES = frozenset({"tax", "vat", "tax_rate"})
TERMS = frozenset({"due_days", "payment_days"})
CURRENCIES = frozenset({"currency"})
UNITS = frozenset({"unit"})
SUMS = frozenset({"total", "amount", "open"})
BETWEEN = "\n\0\n"  # two texts made one: no value spans it


def sources_of(
    task: TaskView,
    outcomes: tuple[Outcome, ...],
    facts: Facts,
    *,
    contacts: Iterable[str] = (),
    booked: Mapping[str, tuple[str, Standing]] | None = None,
    read: Iterable[Text] = (),
) -> Sources:
    """All that a value may stand in.

    `contacts`: the texts of the contacts; `booked`: customer and standing of invoices, by number; `read`: texts from
    outside beside the task's own.
    """
    own = [Text(OWNER, each) for each in own_words(task, outcomes)]
    own.append(Text("contacts", BETWEEN.join(contacts), numbers=False))
    known = (*_of_facts(facts), *_of_outcomes(task, outcomes), *_of_books(booked or {}))
    outside = [Text(f"mail:{task.id}", each) for each in outside_words(task)]
    return Sources(tuple(own), known, (*outside, *read))


def own_words(task: TaskView, outcomes: tuple[Outcome, ...]) -> tuple[str, ...]:
    """What the owner said about a task, in their own words: a choice that was offered to them is none of theirs."""
    said = [task.text] if task.kind == "ask" else []
    said += [each.value for each in outcomes if each.kind == "answered" and not each.offered]
    said += [each.reason for each in outcomes if each.kind == "rejected"]
    return tuple(filter(None, said))


def outside_words(task: TaskView) -> tuple[str, ...]:
    """What came with a task from outside; of a request of the owner only its files."""
    files = (text for each in task.attachments for text in (each.sent_name, each.text or ""))
    mail = (task.sender_name, task.sender_address, task.reply_to, task.subject, task.message_id, task.text)
    return tuple(filter(None, (*(mail if task.kind != "ask" else ()), *files)))


def _of_facts(facts: Facts) -> Iterator[Known]:
    handbook = facts.handbook
    yield Known(f"handbook:{handbook.tax_line}" if handbook.tax_line else HANDBOOK, handbook.tax, TAXES)
    yield Known(HANDBOOK, handbook.currency, CURRENCIES)
    yield Known(HANDBOOK, Decimal(handbook.payment_days), TERMS)
    yield from (Known(HANDBOOK, each) for each in (handbook.company, handbook.owner_name) if each)
    for rate in facts.rates:
        yield from _of_rate(rate)


def _of_rate(rate: Rate) -> Iterator[Known]:
    line = f"rates:{rate.line}"
    yield Known(line, rate.price, PRICES)
    yield Known(line, rate.tax, TAXES)
    yield Known(line, rate.currency, CURRENCIES)
    yield Known(line, rate.unit, UNITS)
    yield from (Known(line, each) for each in (rate.service, rate.customer) if each)


def _of_outcomes(task: TaskView, outcomes: tuple[Outcome, ...]) -> Iterator[Known]:
    """What receipts of this task's own effects say; of its documents name and digest."""
    for receipt in (each.receipt for each in outcomes if each.receipt):
        yield Known(f"receipt:{task.id}", receipt.provider_id)
        for document in receipt.documents:
            yield Known(COMPUTED, document.name, frozenset({"name"}))
            yield Known(COMPUTED, document.sha256, frozenset({"sha256"}))


def _of_books(booked: Mapping[str, tuple[str, Standing]]) -> Iterator[Known]:
    for number, (customer, standing) in booked.items():
        yield Known("books", number)
        yield Known("books", customer)
        if not isinstance(standing, Unclear):
            yield Known("books", standing.total.amount, SUMS)
            yield Known("books", standing.open, SUMS)
            yield Known("books", standing.total.currency, CURRENCIES)
