"""The line of the handbook that grants what was earned, read back before it is shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.security.permission_manager import Level, Verb
from agents.vault.neutralize import fenced
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from agents.security.permission_manager import Rule
    from agents.vault.outline import Problem

HEADING = "permissions"
COLUMNS = ("who", "may", "what", "when", "then")
NEEDED = frozenset({"what", "when", "then"})


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule that was earned. `highest` in `currency` (None = no money), `most_a_day` so many on one local day."""

    kind: str
    counterparty: str
    currency: str
    highest: Decimal | None
    most_a_day: int


def earned_row(offer: Offer, handbook: str, read: Callable[[str], tuple[tuple[Rule, ...], tuple[Problem, ...]]]) -> str:
    """The row as the owner's table has it, with a header where there is no table; "" when no row says just this."""
    found = (each for each in read_tables(handbook) if isinstance(each, Table))
    mine = (each.columns for each in found if each.heading.strip().casefold() == HEADING)
    columns = next((each for each in mine if set(each) >= NEEDED), ())
    row, header = _line(_cells(offer), columns or COLUMNS), _header(columns or COLUMNS)
    rules, problems = read(f"## Permissions\n\n{header}\n{row}\n")
    added = set(rules) - set(read("")[0])
    if problems or not added or not all(_grants(each, offer) for each in added):
        return ""
    lines = row if columns else f"{header}\n{row}"
    return lines if f"\n{lines}\n" in fenced(lines) else ""


def _cells(offer: Offer) -> dict[str, str]:
    amount = f"up to {offer.highest:,.2f} {offer.currency} and " if offer.highest is not None else ""
    when = f"{amount}at most {offer.most_a_day} a day and to {offer.counterparty}"
    return {"who": "owner", "may": "approve", "what": offer.kind, "when": when, "then": "allow"}


def _line(cells: dict[str, str], columns: Sequence[str]) -> str:
    return f"| {' | '.join(cells.get(each, '') for each in columns)} |"


def _header(columns: Sequence[str]) -> str:
    return f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}"


def _grants(rule: Rule, offer: Offer) -> bool:
    """Whether a rule is what was earned, and nothing more."""
    when = rule.when
    return (
        (rule.demands, rule.level, rule.verbs, rule.action)
        == (False, Level.ALLOW, frozenset({Verb.APPROVE}), offer.kind)
        and when.counterparties == {offer.counterparty.strip().casefold()}
        and (when.up_to, when.count_up_to) == (offer.highest, offer.most_a_day)
        and when.currency == (offer.currency if offer.highest is not None else "")
    )
