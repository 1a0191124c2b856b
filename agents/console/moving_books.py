"""`books switch`: what would be carried, in words; and carrying it, while nothing else works on the vault.

Who keeps the books from then on is said last, in one recorded change of main.beancount, once both books agree.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.book_keeping import (
    LEDGER,
    MAIN,
    MAX_MAIN_BYTES,
    ODOO,
    Keeping,
    keeping_line,
    keeping_of,
)
from agents.connectors.books import amount_text
from agents.connectors.books_connector import BOOK_ACTIONS
from agents.connectors.contract import sha256_hex
from agents.connectors.moving import Both, into_ledger, into_odoo, move_into_ledger, move_into_odoo, refuse
from agents.connectors.odoo.opening import open_odoo
from agents.durability.proposal_rows import OPEN, proposals_in
from agents.durability.transitions import Transition
from agents.errors import NotAllowed, Transient
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.neutralize import on_one_line
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from agents.connectors.book_state import BookState, Item
    from agents.connectors.moving import Plan
    from agents.console.wiring import House
    from agents.durability.transitions import Recorder

WIDTH = 44
NAMES = {LEDGER: "the ledger", ODOO: "Odoo"}
WAYS = {(LEDGER, ODOO): (into_odoo, move_into_odoo), (ODOO, LEDGER): (into_ledger, move_into_ledger)}
NAMED = frozenset(str(each.model_fields["action"].default) for each in BOOK_ACTIONS)
AGAIN = "Run the same command again."


def both_of(house: House) -> Both:
    """The ledger of the vault, and the Odoo that is connected."""
    records, chart = open_odoo(house.context)
    return Both(house.place.root, house.state, records, chart, house.clock)


def look(house: House, way: tuple[str, str], day: date) -> Iterator[str]:
    """What moving the books would write, line by line; nothing is changed anywhere.

    Raises:
        NotAllowed: they are kept elsewhere, or something is in the way, which was told.
    """
    _refuse_day(house, way, day)
    plan = _with_proposals(house, WAYS[way][0](both_of(house), day))
    yield from told(plan, way)
    if plan.obstacles:
        raise NotAllowed("The books cannot be moved yet.", hint="Mend what is in the way; nothing was changed.")
    yield f"\nNothing was changed. With --yes this is written, and {NAMES[way[1]]} keeps the books from {day} on."


def move(house: House, way: tuple[str, str], day: date) -> Iterator[str]:
    """Move the books, in sentences; may be done again after any fault.

    Raises:
        NotAllowed: a run holds the vault, something is in the way, or both books do not agree afterwards.
        NeedsOwner, Transient, OutcomeUnknown: as writing into the books does.
    """
    plan_of, carry = WAYS[way]
    with house.lock():
        _refuse_day(house, way, day)
        recorder = house.recorder
        if why := recorder.overtaken():
            raise NotAllowed(f"This journal is an old one: {why}.", hint="Run `run --once` first.")
        recorder.recover()
        both = both_of(house)
        plan = _with_proposals(house, plan_of(both, day))
        refuse(plan.obstacles)
        yield f"Carrying what {NAMES[way[0]]} holds at the end of {plan.state.on} ..."
        changed = carry(both, plan)
        _say_keeper(recorder, house.place.root, (way, day), changed)
    yield f"Both agree. From {day} on {NAMES[way[1]]} keeps the books."


def _refuse_day(house: House, way: tuple[str, str], day: date) -> None:
    """The books must be kept where they are moved from, and the day must have come, or come tomorrow."""
    now = keeping_of(house.place.root)
    if now.keeper != way[0]:
        since = f" since {now.since}" if now.since else ""
        back = f"To move them back, say `books switch {way[1]} {way[0]} --on DAY`; `books reconcile` compares both."
        raise NotAllowed(f"The books are kept by {NAMES[now.keeper]}{since}: nothing is left to move.", hint=back)
    tomorrow = as_local(house.clock.now()).date() + timedelta(days=1)
    if day > tomorrow:
        raise NotAllowed(f"{day} is still to come.", hint=f"Move the books on {tomorrow} or before.")
    if now.since and day <= now.since:
        raise NotAllowed(f"{NAMES[now.keeper]} keeps the books since {now.since}.", hint="Name a later day.")


def _with_proposals(house: House, plan: Plan) -> Plan:
    """The plan, with the proposals about the books that are not at their end in its way."""
    from dataclasses import replace

    with house.journal.begin() as sql:
        open_ = [each for each in proposals_in(sql, *OPEN) if each.action_name in NAMED]
    waiting = (f"the proposal {each.id} about the books is {_state(each.state)}" for each in open_)
    return replace(plan, obstacles=(*waiting, *plan.obstacles))


def _state(state: str) -> str:
    words = {"waiting": "waiting for you: say yes or no", "approved": "approved and not done yet: `run --once` does it"}
    return words.get(state, "in doubt: answer its question")


def _say_keeper(recorder: Recorder, root: Path, what: tuple[tuple[str, str], date], changed: tuple[str, ...]) -> None:
    """Write into main.beancount who keeps the books, unless it changed meanwhile."""
    way, day = what
    wanted = Keeping(way[1], day)
    content = read_regular(root / MAIN, MAX_MAIN_BYTES)
    if not isinstance(content, bytes):
        raise Transient(f"{MAIN} cannot be read.", hint=AGAIN)
    text = content.decode(errors="surrogateescape").rstrip("\r\n") + f"\n\n{keeping_line(wanted)}\n"
    operation = Operation("edit", MAIN, edits=(EditText("replace", text, sha256_hex(content)),))
    about = {"by": NAMES[way[0]], "until": str(day - timedelta(days=1))}
    fact = Fact("owner", "books.moved", NAMES[way[1]], parameters=about)
    with recorder.begin() as writing:
        writing.record(
            Transition(fact, f"Let {NAMES[way[1]]} keep the books from {day} on", (operation,), paths=changed)
        )
    recorder.flush()
    if keeping_of(root) != wanted:
        raise Transient(f"{MAIN} was changed meanwhile, so the books stay where they were.", hint=AGAIN)


def told(plan: Plan, way: tuple[str, str]) -> Iterator[str]:
    """Everything that would be carried, and what is in the way, as the owner reads it."""
    state = plan.state
    yield f"What {NAMES[way[0]]} holds at the end of {state.on}, and {NAMES[way[1]]} would hold as well:"
    balances = [_line(name, amount, currency) for (name, currency), amount in sorted(state.balances.items())]
    yield from _part("Balances, in one entry", balances)
    for title, is_vendors in (("Owed to you", False), ("Owed by you", True)):
        items = _items(each for each in state.items.values() if each.is_vendors == is_vendors)
        yield from _part(f"{title}, one document each", [*items])
    yield from _credits(state)
    waiting = [
        _line(f"{name} {row.day} {bank_id}", row.amount, row.currency)
        for name, rows in state.waiting.items()
        for bank_id, row in rows.items()
    ]
    if waiting:
        yield from _part("Movements that nobody has explained yet, one by one", waiting)
    if plan.obstacles:
        yield from _part("In the way", [f"  - {on_one_line(each)}" for each in plan.obstacles])


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"\n{title}"
    yield from lines or ("  nothing",)


def _items(items: Iterator[Item]) -> Iterator[str]:
    for each in sorted(items, key=lambda item: item.number):
        yield f"{_line(f'{each.number} {each.party}', each.open, each.currency)}  due {each.due}"


def _credits(state: BookState) -> Iterator[str]:
    if state.credits:
        yield "\nPaid, and put to no document yet"
    for (is_vendors, party, currency), amount in sorted(state.credits.items()):
        yield _line(f"{'by you to' if is_vendors else 'to you by'} {party}", amount, currency)


def _line(what: str, amount: Decimal, currency: str) -> str:
    return f"  {on_one_line(what):<{WIDTH}} {amount_text(amount, currency):>20}"
