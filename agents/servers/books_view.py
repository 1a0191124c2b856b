"""What another assistant gets to see of the owner's books: figures with their day, their rows and how fresh they are.

Names, texts and places of the books may have been written by others, so they stand under `from_outside`. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.servers.waiting_view import MAX_SHOWN, MAX_WORD_CHARS, NOTICE, Shown
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from agents.connectors.book_figures import (
        DocumentStanding,
        Figure,
        Freshness,
        OpenDocument,
        OpenItems,
        ProfitAndLoss,
        SourceRow,
        VatPosition,
    )

    Words = Callable[[str], str]  # a text of the books as it may be shown

ROWS_OF_EACH = 3  # the newest behind each of several figures; list_rows tells all


class BooksState(Shown):
    """How fresh the books are: `version` tells their bytes, `bank_to` the last movement of each account (ISO days)."""

    version: str
    bank_to: dict[str, str]


class RowSaid(Shown):
    """Where a row stands ('file:line'), and what it says."""

    place: str
    words: str


class BookRow(Shown):
    """One row of the books behind a figure."""

    day: str
    amount: str
    currency: str
    from_outside: RowSaid


class FigureName(Shown):
    """The account, customer or vendor a figure is of, or what it is called."""

    name: str


class BookFigure(Shown):
    """One figure: amounts by currency, never added up across two; `rows_left_out` counts rows that are not listed."""

    amounts: dict[str, str]
    as_of: str
    rows: tuple[BookRow, ...]
    rows_left_out: int
    from_outside: FigureName


class FigureAnswer(Shown):
    """One figure with its rows, in the order of the books."""

    notice: str = NOTICE
    figure: BookFigure
    books: BooksState


class FigureList(Shown):
    """Figures of the same kind, largest first; `left_out` counts those that are not listed."""

    notice: str = NOTICE
    figures: tuple[BookFigure, ...]
    left_out: int
    books: BooksState


class ProfitAnswer(Shown):
    """What was earned and spent between two days, both with, without VAT; `result` is the difference."""

    notice: str = NOTICE
    first_day: str
    last_day: str
    revenue: tuple[BookFigure, ...]
    costs: tuple[BookFigure, ...]
    result: BookFigure
    left_out: int
    books: BooksState


class VatAnswer(Shown):
    """The VAT between two days: charged to customers, paid to vendors, and what is due (less than nothing: back)."""

    notice: str = NOTICE
    first_day: str
    last_day: str
    charged: BookFigure
    paid: BookFigure
    due: BookFigure
    books: BooksState


class DocumentSaid(Shown):
    """Whose document it is, the vendor's own number of a bill, and where it stands ('file:line')."""

    party: str
    reference: str
    place: str


class OpenLine(Shown):
    """An invoice or bill of which something is owed; `late_days` is less than nothing before it is due."""

    number: str
    day: str
    due: str
    late_days: int
    total: str
    open: str
    currency: str
    from_outside: DocumentSaid


class Aging(Shown):
    """What is open in one currency, by how many days late it is."""

    currency: str
    not_due: str
    up_to_30: str
    up_to_60: str
    up_to_90: str
    later: str


class Credit(Shown):
    """What stands to somebody's credit: paid too much, or before there was a document."""

    amount: str
    currency: str
    from_outside: FigureName


class Doubts(Shown):
    """What the books do not say plainly, in words that name file and line."""

    unclear: tuple[str, ...]


class OpenAnswer(Shown):
    """What is owed on a day, oldest due first; `aging` counts all of it, `left_out` what is not listed here."""

    notice: str = NOTICE
    as_of: str
    aging: tuple[Aging, ...]
    documents: tuple[OpenLine, ...]
    credits: tuple[Credit, ...]
    left_out: int
    from_outside: Doubts
    books: BooksState


class DocumentWords(DocumentSaid):
    """The same, and why the books do not say whether it is paid; empty when they do."""

    unclear: str


class DocumentAnswer(Shown):
    """One invoice or bill and what was booked on it.

    `open` is empty while it is unclear; `paid_on` until nothing is owed.
    """

    notice: str = NOTICE
    number: str
    day: str
    due: str
    total: str
    open: str
    currency: str
    paid_on: str
    as_of: str
    rows: tuple[BookRow, ...]
    rows_left_out: int
    from_outside: DocumentWords
    books: BooksState


def figure_answer(figure: Figure, words: Words, skip: int) -> FigureAnswer:
    """One figure with its rows from the one after `skip` on."""
    rows = figure.rows[skip : skip + MAX_SHOWN]
    return FigureAnswer(figure=_figure(figure, words, rows), books=books_state(figure.freshness))


def figure_list(figures: Sequence[Figure], words: Words, freshness: Freshness) -> FigureList:
    """The first of these figures."""
    shown = _figures(figures, words)
    return FigureList(figures=shown, left_out=len(figures) - len(shown), books=books_state(freshness))


def profit_answer(profit: ProfitAndLoss, words: Words) -> ProfitAnswer:
    """Profit and loss."""
    revenue, costs = _figures(profit.revenue, words), _figures(profit.costs, words)
    return ProfitAnswer(
        first_day=f"{profit.start}",
        last_day=f"{profit.end}",
        revenue=revenue,
        costs=costs,
        result=_brief(profit.result, words),
        left_out=len(profit.revenue) - len(revenue) + len(profit.costs) - len(costs),
        books=books_state(profit.result.freshness),
    )


def vat_answer(vat: VatPosition, first_day: str, words: Words) -> VatAnswer:
    """The VAT of a time that begins on `first_day`."""
    return VatAnswer(
        first_day=first_day,
        last_day=f"{vat.due.as_of}",
        charged=_brief(vat.charged, words),
        paid=_brief(vat.paid, words),
        due=_brief(vat.due, words),
        books=books_state(vat.due.freshness),
    )


def open_answer(items: OpenItems, words: Words, skip: int) -> OpenAnswer:
    """What is owed, the documents from the one after `skip` on."""
    documents = items.documents[skip : skip + MAX_SHOWN]
    credit = list(items.credits.items())[:MAX_SHOWN]
    unclear = items.unclear[:MAX_SHOWN]
    everything = len(items.documents) + len(items.credits) + len(items.unclear)
    return OpenAnswer(
        as_of=f"{items.as_of}",
        aging=tuple(_aging(items, each) for each in sorted({each.currency for each in items.documents})),
        documents=tuple(_open_line(each, words) for each in documents),
        credits=tuple(_credit(party, currency, amount, words) for (party, currency), amount in credit),
        left_out=everything - len(documents) - len(credit) - len(unclear),
        from_outside=Doubts(unclear=tuple(map(words, unclear))),
        books=books_state(items.freshness),
    )


def document_answer(found: DocumentStanding, words: Words) -> DocumentAnswer:
    """One invoice or bill with the newest of what was booked on it."""
    rows = found.rows[-MAX_SHOWN:]
    said = {"party": found.party, "reference": found.reference, "place": found.place, "unclear": found.unclear}
    return DocumentAnswer(
        number=found.number,
        day=f"{found.day}",
        due=f"{found.due}",
        total=f"{found.total:.2f}",
        open="" if found.open is None else f"{found.open:.2f}",
        currency=found.currency,
        paid_on=f"{found.paid_on or ''}",
        as_of=f"{found.as_of}",
        rows=book_rows(rows, words),
        rows_left_out=len(found.rows) - len(rows),
        from_outside=DocumentWords(**{name: words(each) for name, each in said.items()}),
        books=books_state(found.freshness),
    )


def shown_words(text: str) -> str:
    """A text of the books on one line, neutralised and capped."""
    return property_text(text, MAX_WORD_CHARS)


def _figures(figures: Sequence[Figure], words: Words) -> tuple[BookFigure, ...]:
    return tuple(_brief(each, words) for each in figures[:MAX_SHOWN])


def _brief(figure: Figure, words: Words) -> BookFigure:
    return _figure(figure, words, figure.rows[-ROWS_OF_EACH:])


def _figure(figure: Figure, words: Words, rows: Sequence[SourceRow]) -> BookFigure:
    return BookFigure(
        amounts=_amounts(figure.amounts),
        as_of=f"{figure.as_of}",
        rows=book_rows(rows, words),
        rows_left_out=len(figure.rows) - len(rows),
        from_outside=FigureName(name=words(figure.name)),
    )


def book_rows(rows: Iterable[SourceRow], words: Words) -> tuple[BookRow, ...]:
    """Rows of the books, what they say as quoted."""
    return tuple(
        BookRow(
            day=f"{each.day}",
            amount=f"{each.amount:.2f}",
            currency=each.currency,
            from_outside=RowSaid(place=words(each.place), words=words(each.said)),
        )
        for each in rows
    )


def _open_line(document: OpenDocument, words: Words) -> OpenLine:
    said = DocumentSaid(party=words(document.party), reference=words(document.reference), place=words(document.place))
    return OpenLine(
        number=document.number,
        day=f"{document.day}",
        due=f"{document.due}",
        late_days=document.late_days,
        total=f"{document.total:.2f}",
        open=f"{document.open:.2f}",
        currency=document.currency,
        from_outside=said,
    )


def _aging(items: OpenItems, currency: str) -> Aging:
    names = [name for name in Aging.model_fields if name != "currency"]
    sums = (f"{each:.2f}" for each in items.buckets(currency))
    return Aging(currency=currency, **dict(zip(names, sums, strict=True)))


def _credit(party: str, currency: str, amount: Decimal, words: Words) -> Credit:
    return Credit(amount=f"{amount:.2f}", currency=currency, from_outside=FigureName(name=words(party)))


def _amounts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:.2f}" for currency, amount in amounts.items()}


def books_state(freshness: Freshness) -> BooksState:
    """How fresh the books are."""
    return BooksState(version=freshness.version, bank_to={name: f"{day}" for name, day in freshness.bank_to.items()})
