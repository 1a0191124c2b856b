"""What of a look into Odoo is news, in words: what others made, paid, changed or took back there. Pure.

What we did is none: a document with our key is as we wrote it, and what was matched with entries of ours we matched.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from agents.connectors.odoo.reader import Look, Seen

POSTED = "posted"
Told = tuple[str, str, bool]  # what happened in a word, in words, and whether it is alarming
WORDS = {"out_invoice": "invoice", "out_refund": "credit note", "in_invoice": "bill", "in_refund": "vendor's credit"}
COMPARED = {
    "party": "who it is with",
    "day": "its day",
    "due": "when it is due",
    "total": "its total",
    "currency": "its currency",
    "reference": "its reference",
    "lines": "its lines",
}


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened to `document`. `key` is the same however often it is seen.

    `is_alarming`: what the owner once approved, or a payment, is not as it was.
    """

    key: str
    document: str
    words: str
    is_alarming: bool = False

    @property
    def digest(self) -> str:
        """64 hex digits that tell it from other news."""
        return hashlib.sha256(f"{self.key}\n{self.words}".encode(errors="replace")).hexdigest()


def news_of(look: Look, kept: Mapping[int, str]) -> Iterator[News]:
    """What happened to each document since it was kept (by number), in the order of the documents."""
    for now in look.documents:
        if kept.get(now.number) != now.text():
            before = now.before(kept[now.number]) if now.number in kept else None
            mark = hashlib.sha256(f"{look.position}\n{now.text()}".encode(errors="replace")).hexdigest()[:16]
            for word, words, is_alarming in _changed(before, now) if before else _new(now):
                yield News(f"{word} {now.number} {mark}", now.name, words, is_alarming=is_alarming)


def overdue(documents: Iterable[Seen], today: date) -> Iterator[News]:
    """Invoices of others' making that are late today; of ours, the task that issued it knows.

    A document that is due later than before becomes late again, and that is told again.
    """
    for each in documents:
        is_open = each.kind == "out_invoice" and each.state == POSTED and each.open > 0
        if is_open and not each.is_ours and each.due and date.fromisoformat(each.due) < today:
            yield News(
                f"late {each.number} {each.due}",
                each.name,
                f"{_begun(_name(each))} is late: {_open(each)} since {each.due}.",
            )


def _new(now: Seen) -> Iterator[Told]:
    if now.is_ours:
        if not now.is_written_by_us and now.state != POSTED:
            yield "undone", f"{_begun(_name(now))} is {now.state}: somebody took it back in Odoo.", True
        elif now.open != now.total and not now.is_matched_by_us:
            yield from _paid(replace(now, open=now.total), now)
        elif not now.is_written_by_us and now.open == now.total:
            said = f"Somebody wrote into {_name(now)} in Odoo soon after us; what changed, nobody can tell."
            yield "touched", said, False
    elif now.state == POSTED:
        yield "made", f"{_begun(_name(now))} was made in Odoo: {_total(now)}, {_due(now)}.", False
    elif now.kind == "in_invoice" and now.state == "draft":
        yield "came", f"A bill{_of(now)} came in and is not posted yet: {_total(now)}.", False


def _changed(before: Seen, now: Seen) -> Iterator[Told]:
    if before.state != POSTED:
        if now.state == POSTED and not now.is_ours:
            yield "made", f"{_begun(_name(now))} was posted in Odoo: {_total(now)}, {_due(now)}.", False
        return
    if now.state != POSTED:
        became = {"draft": "is a draft again", "cancel": "was cancelled"}.get(now.state, f"is {now.state} now")
        if now.is_ours:
            yield "undone", f"{_begun(_name(now))} {became}: somebody took it back in Odoo.", True
        else:
            yield "withdrawn", f"{_begun(_name(now))} {became} in Odoo.", False
        return
    if now.is_ours and (edits := [*_edits(before, now)]):
        said = f"{_begun(_name(now))} was changed in Odoo after we posted it: {'; '.join(edits)}."
        yield "edited", said, True
    if now.total == before.total and not now.is_matched_by_us:
        yield from _paid(before, now)


def _paid(before: Seen, now: Seen) -> Iterator[Told]:
    if now.open > before.open:
        said = f"A payment of {_name(now)} was taken back in Odoo: {_open(now)} again."
        yield "unpaid", said, True
    elif before.open > 0 >= now.open:
        yield "paid", f"{_begun(_name(now))} was paid or credited in Odoo: nothing is open.", False
    elif now.open < before.open:
        part = _amount(before.open - now.open, now)
        yield "paid", f"{part} of {_name(now)} was paid or credited in Odoo; {_open(now)}.", False


def _edits(before: Seen, now: Seen) -> Iterator[str]:
    for field, words in COMPARED.items():
        was, is_ = getattr(before, field), getattr(now, field)
        if was != is_:
            yield f"{words} differ" if field == "lines" else f"{words} was {was or 'empty'} and is {is_ or 'empty'}"


def _name(now: Seen) -> str:
    return f"the {WORDS.get(now.kind, 'document')} {now.name}{_of(now)}"


def _begun(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _of(now: Seen) -> str:
    side = "to" if now.kind.startswith("out_") else "of"
    return f" {side} {now.party}" if now.party else ""


def _total(now: Seen) -> str:
    return _amount(now.total, now)


def _due(now: Seen) -> str:
    return f"due {now.due}" if now.due else "due at once"


def _open(now: Seen) -> str:
    return f"{_amount(now.open, now)} is open"


def _amount(amount: Decimal, now: Seen) -> str:
    return f"{amount:,.2f} {now.currency}"
