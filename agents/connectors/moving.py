"""Moving the owner's books from the embedded ledger into Odoo, or back: looked at, then carried, then compared.

Nothing here says who keeps the books: whoever moves them writes that line last, once both agree. Source: ADR 0071.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from agents.connectors.book_state import differences
from agents.connectors.ledger.ledger_append import LedgerAppend
from agents.connectors.ledger.ledger_cache import LedgerCache
from agents.connectors.ledger.ledger_files import ledger_texts, opened_accounts
from agents.connectors.ledger.ledger_state import later_than, ledger_state
from agents.connectors.ledger.moving_back import Movement, MovingBack, append_all
from agents.connectors.odoo.account_map import account_map
from agents.connectors.odoo.moving_in import MovingIn
from agents.connectors.odoo.odoo_figures import OdooFigures
from agents.connectors.odoo.odoo_state import later_in_odoo, odoo_state
from agents.connectors.odoo.writing import writing_of
from agents.errors import NotAllowed, Transient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from agents.clock import Clock
    from agents.connectors.book_state import BookState
    from agents.connectors.ledger.ledger import Ledger
    from agents.connectors.odoo.account_map import AccountMap
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.records import Records

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be carried, the state at the end of a day, and what is in the way of it, in words."""

    state: BookState
    obstacles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """The two books of an owner: the ledger in `root`, with its state folder, and one Odoo as it is set up now."""

    root: Path
    state: Path
    records: Records
    chart: Chart
    clock: Clock

    def ledger(self) -> Ledger:
        """The ledger as its files are now.

        Raises:
            NeedsOwner: a file cannot be read.
        """
        texts = ledger_texts(self.root)
        return LedgerCache(self.root, self.state).ledger(texts)

    def accounts(self, ledger: Ledger) -> AccountMap:
        """Which account of Odoo is which of the ledger."""
        return account_map(self.records, self.chart, opened_accounts(ledger.texts.values()))

    def states(self, on: date) -> tuple[BookState, BookState]:
        """The ledger and Odoo at the end of a day, each account called the same in both.

        Raises:
            NeedsOwner: the ledger has an error.
        """
        ledger = self.ledger()
        accounts = self.accounts(ledger)
        here = ledger_state(ledger, on)
        here = replace(here, balances=accounts.canonical(here.balances))
        return here, odoo_state(self.records, self.chart, accounts, on)


def into_odoo(both: Both, day: date) -> Plan:
    """What moving the books over would write, from the end of the day before `day`; nothing is written.

    Raises:
        NeedsOwner: the ledger cannot be read, or has an error.
    """
    on, ledger = day - timedelta(days=1), both.ledger()
    state = ledger_state(ledger, on)
    later = later_than(ledger, on)
    moving = MovingIn(writing_of(both.records), both.chart, both.accounts(ledger))
    too_late = [f"{later}: choose a later day"] if later else []
    return Plan(state, (*too_late, *state.unclear, *moving.obstacles(state)))


def move_into_odoo(both: Both, plan: Plan) -> tuple[str, ...]:
    """Carry it, and compare both books; may be done again after any fault. No file is changed.

    Raises:
        NotAllowed: something is in the way, or both books do not agree after it.
        NeedsOwner, Transient, OutcomeUnknown: as writing into Odoo does.
    """
    refuse(plan.obstacles)
    ledger = both.ledger()
    MovingIn(writing_of(both.records), both.chart, both.accounts(ledger)).write(plan.state)
    compare(both, plan.state.on)
    if both.ledger().texts != ledger.texts:
        raise Transient("The ledger was changed while it was carried over.", hint="Run the same command again.")
    return ()


def into_ledger(both: Both, day: date) -> Plan:
    """What moving the books back would write, from the end of the day before `day`; nothing is written.

    Raises:
        NeedsOwner: the ledger cannot be read, or has an error.
        Transient: Odoo does not answer.
    """
    on, ledger = day - timedelta(days=1), both.ledger()
    accounts = both.accounts(ledger)
    state = odoo_state(both.records, both.chart, accounts, on)
    later = later_in_odoo(both.records, on)
    back = MovingBack(ledger, state, _movements(both, accounts, state), both.clock.now())
    too_late = [f"{later}: choose a later day"] if later else []
    return Plan(state, (*too_late, *state.unclear, *back.obstacles()))


def move_into_ledger(both: Both, plan: Plan) -> tuple[str, ...]:
    """Append it, and compare both books; may be done again after any fault. The files that were changed.

    Raises:
        NotAllowed: something is in the way, or both books do not agree after it.
        NeedsOwner, Transient, OutcomeUnknown: as writing into the ledger does.
    """
    refuse(plan.obstacles)
    state, at = plan.state, both.clock.now()
    movements = _movements(both, both.accounts(both.ledger()), state)
    changed = append_all(LedgerAppend(both.root, both.state), lambda ledger: MovingBack(ledger, state, movements, at))
    compare(both, state.on)
    return changed


def _movements(both: Both, accounts: AccountMap, state: BookState) -> list[Movement]:
    """Every movement of the bank that Odoo holds."""
    figures, found = OdooFigures(both.records, both.chart), []
    for bank in both.chart.banks:
        waiting = state.waiting.get(bank.name, {})
        for bank_id, row in sorted(figures.moves(bank).items(), key=lambda each: (each[1].day, each[0])):
            if row.day <= state.on:
                found.append(Movement(accounts.ledger_name(bank.account), bank_id, row, bank_id in waiting))
    return found


def refuse(obstacles: Sequence[str]) -> None:
    """Nothing is moved while something is in the way."""
    if obstacles:
        said = "\n".join(f"- {each}" for each in obstacles)
        raise NotAllowed(f"The books cannot be moved yet:\n{said}", hint="Mend this first; nothing was changed.")


def compare(both: Both, on: date) -> None:
    """Both books must hold the same at the end of a day.

    Raises:
        NotAllowed: they do not.
    """
    found = differences(*both.states(on))
    if found:
        more = f"\n- and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        said = "".join(f"\n- {each}" for each in found[:SHOWN]) + more
        hint = "Look at these with `books reconcile`; the books are kept where they were."
        raise NotAllowed(f"After moving, the ledger and Odoo do not agree (ledger first):{said}", hint=hint)
