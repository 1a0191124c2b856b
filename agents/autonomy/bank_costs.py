"""What is to be done about movements of a booked statement that went out and nobody has explained.

One proposal for the whole statement holds what its payees were always paid for, what receipts in the vault say, and
what the owner said when asked; asked is about three payees or movements at most, and again only where an answer names
no cost of the books. All else is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from agents.autonomy.code_brain import ended_words, last_of
from agents.autonomy.dropped_slips import Kept, moves_without_receipt
from agents.autonomy.receipt_words import LEAVE, NONE_OF_THESE, move_line, slip_line, source_of, unclear, what_for
from agents.connectors.bank.refusal import told
from agents.connectors.bank.slips import pairs
from agents.connectors.bank.spending import explained, known_of, names_of, usual_names
from agents.connectors.book_orders import BankExplain, Spending
from agents.connectors.books import amount_text
from agents.reasoning.brain import AskOwner, Choice, ProposeAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agents.connectors.bank.slips import Slip
    from agents.connectors.bank.spending import Known
    from agents.connectors.book_figures import BookReports
    from agents.connectors.book_orders import BankBook, Move
    from agents.reasoning.brain import Outcome

KEY, ASKED, ASKED_RECEIPT = "costs", "cost:", "receipt:"
MAX_ASKED, MAX_LISTED = 3, 10
BOOKED = "booked as you said"
ENDS = {
    "done": f"{BOOKED}, and the costs too",
    "rejected": f"{BOOKED}; the costs are not, as you said",
    "expired": f"{BOOKED}; the costs are not, since no answer came in time",
    "failed": f"{BOOKED}; the costs could not be",
    "skipped": f"{BOOKED}; the costs are not, as you said",
}
NOTHING_KEPT = Kept()


@dataclass(frozen=True, slots=True)
class _Looked:
    """What is known of the movements that wait: of whom, which paper belongs to them or may, and the names of costs."""

    found: tuple[Known, ...]
    joined: Mapping[str, Slip]
    doubtful: Mapping[str, tuple[Slip, ...]]
    names: Mapping[str, str]
    usual: tuple[str, ...]

    def is_open(self, known: Known) -> bool:
        """Whether the owner can say what a payee was paid for: it was not always the same, or there is a receipt."""
        bare = [each for each in known.moves if each.bank_id in self.joined and not self.said(each)]
        return not (known.is_sure or known.is_billed) and bool(known.shares or bare)

    def said(self, move: Move) -> str:
        """What the owner said of the receipt of a movement, in a word the books know, or empty."""
        slip = self.joined.get(move.bank_id)
        return self.names.get(slip.said.strip().casefold(), "") if slip else ""


def next_moves(
    booked: BankBook,
    outcomes: Sequence[Outcome],
    reports: BookReports,
    kept: Kept = NOTHING_KEPT,
    *,
    with_vat: bool = True,
) -> str | ProposeAction | tuple[AskOwner, ...]:
    """What follows a booking: the questions, the proposal, or how the task ends, in words. `outcomes`: not empty.

    `kept`: the papers that are there; `with_vat`: whether the owner gets back the VAT they paid.

    Raises:
        NeedsOwner: the books have an error.
    """
    still = reports.unexplained_moves(booked.account).keys()
    promised = {bank_id for account, bank_id in kept.promised if account == booked.account}
    waiting = [each for each in booked.moves if each.bank_id in still - promised and each.amount < 0]
    last = last_of(outcomes, KEY)
    if last is not None and last.kind in ENDS:
        return _ended(ended_words(ENDS, last), waiting, booked.currency)
    said = {each.key: each.value for each in outcomes if each.kind in {"answered", "skipped"}}
    looked = _look(booked, waiting, said, reports, kept)
    which = [each for each in waiting if each.bank_id in looked.doubtful][:MAX_ASKED]
    asked = [each for each in looked.found if looked.is_open(each)][:MAX_ASKED]
    open_ones = [each for each in asked if not _is_meant(said.get(_key(each)), looked.names)]
    receipts = (_which_receipt(each, looked.doubtful[each.bank_id], booked.currency) for each in which)
    if questions := (
        *(each for each in receipts if each.key not in said),
        *(_question(each, looked, booked.currency, said.get(_key(each), "")) for each in open_ones),
    ):
        return questions
    names = _names(looked, said)
    moves = tuple(
        explained(each, names[each.bank_id], looked.joined.get(each.bank_id), with_vat=with_vat)
        for each in waiting
        if each.bank_id in names
    )
    if not moves:
        return _ended(BOOKED, waiting, booked.currency)
    order = BankExplain(account=booked.account, currency=booked.currency, moves=moves)
    return ProposeAction(
        KEY, order, _provenance(order), "", tuple(_told(looked, names, booked.currency, with_vat=with_vat))
    )


def _look(
    booked: BankBook, waiting: Sequence[Move], said: Mapping[str, str], reports: BookReports, kept: Kept
) -> _Looked:
    past, chart = reports.past_costs(), reports.cost_names()
    found = known_of(waiting, past)
    there = [each for each in moves_without_receipt(reports) if each.key not in kept.promised] if kept.slips else []
    seen = pairs(there, kept.slips)
    can_be = [each.bank_id for known in found if not known.is_billed for each in known.moves]
    joined = {each: seen.sure[booked.account, each] for each in can_be if (booked.account, each) in seen.sure}
    doubtful = {each: seen.doubtful[booked.account, each] for each in can_be if (booked.account, each) in seen.doubtful}
    taken = {each.path for each in joined.values()}
    for bank_id, slips in doubtful.items():
        chosen = next((each for each in slips if slip_line(each) == said.get(f"{ASKED_RECEIPT}{bank_id}")), None)
        if chosen is not None and chosen.path not in taken:
            joined[bank_id] = chosen
            taken.add(chosen.path)
    return _Looked(found, joined, doubtful, names_of(chart), usual_names(past, chart))


def _names(looked: _Looked, said: Mapping[str, str]) -> dict[str, str]:
    """What each movement was for, by `bank_id`: what is sure, and what the owner answered in a word the books know."""
    names = {}
    for known in looked.found:
        answered = looked.names.get(said.get(_key(known), "").strip().casefold(), "")
        name = known.shares[0][0] if known.is_sure else answered
        for move in known.moves:
            if one := looked.said(move) or name:
                names[move.bank_id] = one
    return names


def _provenance(order: BankExplain) -> dict[str, str]:
    papers = [each.reason.receipt for each in order.moves if isinstance(each.reason, Spending) and each.reason.receipt]
    source = source_of(papers[0]) if papers else "books"
    return {"account": "books", "currency": "books", "moves": source}


def _key(known: Known) -> str:
    return f"{ASKED}{known.moves[0].bank_id}"


def _is_meant(answer: str | None, names: Mapping[str, str]) -> bool:
    """Whether an answer says something: a cost of the books, or to leave it; a skipped question (empty) is left."""
    return answer is not None and answer.strip().casefold() in {"", LEAVE.text, *names}


def _question(known: Known, looked: _Looked, currency: str, answer: str) -> AskOwner:
    """The question; `answer` is one that names no cost, told with what it may have meant."""
    near = get_close_matches(answer.strip().casefold(), looked.names, 1)
    meant = f"; did you mean {looked.names[near[0]]}? " if near else ". "
    missed = f"Your books know no cost {told(answer)}{meant}" if answer else ""
    many = f"{len(known.moves)} movements, together " if len(known.moves) > 1 else ""
    sum_text = amount_text(known.sum, currency)
    quote = "\n".join(_line(each, currency) for each in known.moves[:MAX_LISTED])
    about = f"{known.moves[0].party} for: {many}{sum_text}"
    asked = what_for(_key(known), about, known.shares, looked.usual, quote)
    return replace(asked, question=f"{missed}{asked.question}")


def _which_receipt(move: Move, slips: Sequence[Slip], currency: str) -> AskOwner:
    question = f"Which receipt belongs to this movement: {_line(move, currency)}?"
    choices = (*(Choice(slip_line(each)) for each in slips[:MAX_LISTED]), NONE_OF_THESE)
    return AskOwner(f"{ASKED_RECEIPT}{move.bank_id}", question, choices)


def _told(looked: _Looked, names: Mapping[str, str], currency: str, *, with_vat: bool) -> Iterable[str]:
    """What is not plain on a receipt that is used, then the movements that the proposal leaves as they are, and why."""
    papers = {each: slip for each, slip in looked.joined.items() if each in names}
    yield from (unclear(slip) for slip in papers.values() if slip.is_unclear and with_vat)
    yield from [*_left(looked.found, names, currency)][:MAX_LISTED]


def _left(found: Iterable[Known], names: Mapping[str, str], currency: str) -> Iterable[str]:
    for each in found:
        why = "their bills are in the books: take in the bill of this one" if each.is_billed else "it stays unexplained"
        yield from (f"{_line(move, currency)}: {why}" for move in each.moves if move.bank_id not in names)


def _ended(words: str, waiting: Sequence[Move], currency: str) -> str:
    if not waiting:
        return words
    listed = [_line(each, currency) for each in waiting[:MAX_LISTED]]
    more = [f"and {len(waiting) - MAX_LISTED} more"] if len(waiting) > MAX_LISTED else []
    return f"{words}. Not explained yet: {'; '.join([*listed, *more])}"


def _line(move: Move, currency: str) -> str:
    return move_line(move.day, move.amount, currency, move.party, move.text)
