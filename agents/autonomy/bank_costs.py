"""What is to be done about movements of a booked statement that went out and nobody has explained.

One proposal for the whole statement holds what its payees were always paid for, and what the owner said when asked;
asked is about three payees at most, and again only where an answer names no cost of the books. All else is listed.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from agents.autonomy.code_brain import last_of
from agents.connectors.bank.refusal import told
from agents.connectors.bank.spending import explained, known_of, names_of
from agents.connectors.book_figures import PRIVATELY
from agents.connectors.book_orders import BankExplain
from agents.connectors.books import amount_text
from agents.reasoning.brain import AskOwner, Choice, ProposeAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agents.connectors.bank.spending import Known
    from agents.connectors.book_figures import BookReports
    from agents.connectors.book_orders import BankBook, Move
    from agents.reasoning.brain import Outcome

KEY, ASKED = "costs", "cost:"
MAX_ASKED, MAX_OFFERED, MAX_LISTED = 3, 5, 10
LEAVE = Choice("leave it unexplained")
BOOKED = "booked as you said"
ENDS = {
    "done": f"{BOOKED}, and the costs too",
    "rejected": f"{BOOKED}; the costs are not, as you said",
    "expired": f"{BOOKED}; the costs are not, since no answer came in time",
    "failed": f"{BOOKED}; the costs could not be",
    "skipped": f"{BOOKED}; the costs are not, as you said",
}


def next_moves(
    booked: BankBook, outcomes: Sequence[Outcome], reports: BookReports
) -> str | ProposeAction | tuple[AskOwner, ...]:
    """What follows a booking: the questions, the proposal, or how the task ends, in words. `outcomes`: not empty.

    Raises:
        NeedsOwner: the books have an error.
    """
    still = reports.unexplained_moves(booked.account)
    waiting = [each for each in booked.moves if each.bank_id in still and each.amount < 0]
    last = last_of(outcomes, KEY)
    if last is not None and last.kind in ENDS:
        reason = f": {last.reason}" if last.kind == "failed" and last.reason else ""
        return _ended(f"{ENDS[last.kind]}{reason}", waiting, booked.currency)
    found = known_of(waiting, reports.past_costs())
    said = {each.key: each.value for each in outcomes if each.kind in {"answered", "skipped"}}
    asked = [each for each in found if each.shares and not each.is_sure][:MAX_ASKED]
    known = names_of(reports.cost_names())
    open_ones = [each for each in asked if not _is_meant(said.get(_key(each)), known)]
    if questions := tuple(_question(each, booked.currency, said.get(_key(each), ""), known) for each in open_ones):
        return questions
    names = _names(found, said, known)
    moves = tuple(explained(each, names[each.bank_id]) for each in waiting if each.bank_id in names)
    if not moves:
        return _ended(BOOKED, waiting, booked.currency)
    order = BankExplain(account=booked.account, currency=booked.currency, moves=moves)
    left = [*_left(found, names, booked.currency)][:MAX_LISTED]
    return ProposeAction(KEY, order, dict.fromkeys(("account", "currency", "moves"), "books"), "", tuple(left))


def _names(found: Iterable[Known], said: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """What each movement was for, by `bank_id`: what is sure, and what the owner answered in a word the books know."""
    sure = {move.bank_id: each.shares[0][0] for each in found if each.is_sure for move in each.moves}
    answered = {
        move.bank_id: name
        for each in found
        if not each.is_sure and (name := names.get(said.get(_key(each), "").strip().casefold()))
        for move in each.moves
    }
    return sure | answered


def _key(known: Known) -> str:
    return f"{ASKED}{known.moves[0].bank_id}"


def _is_meant(answer: str | None, names: Mapping[str, str]) -> bool:
    """Whether an answer says something: a cost of the books, or to leave it; a skipped question (empty) is left."""
    return answer is not None and answer.strip().casefold() in {"", LEAVE.text, *names}


def _question(known: Known, currency: str, answer: str, names: Mapping[str, str]) -> AskOwner:
    """The question; `answer` is one that names no cost, told with what it may have meant."""
    near = get_close_matches(answer.strip().casefold(), names, 1)
    meant = f"; did you mean {names[near[0]]}? " if near else ". "
    missed = f"Your books know no cost {told(answer)}{meant}" if answer else ""
    many = f"{len(known.moves)} movements, together " if len(known.moves) > 1 else ""
    sum_text = amount_text(known.sum, currency)
    question = (
        f"{missed}What did you pay {known.moves[0].party} for: {many}{sum_text}? A percentage says how often it was so."
    )
    shares = tuple(Choice(name, percent) for name, percent in known.shares[:MAX_OFFERED])
    private = () if any(each.text == PRIVATELY for each in shares) else (Choice(PRIVATELY),)
    quote = "\n".join(_line(each, currency) for each in known.moves[:MAX_LISTED])
    return AskOwner(_key(known), question, (*shares, *private, LEAVE), quote)


def _left(found: Iterable[Known], names: Mapping[str, str], currency: str) -> Iterable[str]:
    """The movements that the proposal leaves as they are, and why."""
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
    said = (str(move.day), amount_text(move.amount, currency), move.party, move.text)
    return " · ".join(part for part in said if part)
