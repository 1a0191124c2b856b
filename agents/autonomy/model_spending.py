"""What asking the model costs, as the Dashboard shows it: spent so far, where that leads, why it is not asked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.reasoning.budget import forecast
from agents.vault.plain import plain

if TYPE_CHECKING:
    from datetime import date

    from agents.durability.spend_rows import Spent
    from agents.reasoning.budget import Limits


@dataclass(frozen=True, slots=True)
class Spending:
    """How it stands on a local day. `obstacle`: why the model is not asked; empty = it is; None = none is connected."""

    day: date
    spent: Spent
    limits: Limits
    model: str
    obstacle: str | None


def spending_section(spending: Spending) -> str:
    """The section; empty while no model is connected and none was ever paid."""
    spent, limits = spending.spent, spending.limits
    if spending.obstacle is None and not spent.month:
        return ""
    reached = "" if spending.obstacle else _reached(spending)
    why = spending.obstacle or reached
    rows = ["## The model"]
    if why:
        rows.append(f"> [!warning] The rules decide alone: {plain(why)}.\n")
    elif spending.obstacle is not None:
        rows.append(f"{plain(spending.model)} is asked where the rules are not sure.\n")
    rows += [
        "| | spent | your limit |",
        "| --- | --- | --- |",
        f"| today | {spent.day:.2f} USD | {limits.day:f} USD |",
        f"| this month | {spent.month:.2f} USD | {limits.month:f} USD |",
        f"| the month, if it goes on so | {forecast(spent.month, spending.day):.2f} USD | |",
    ]
    if spent.open:
        rows += ["", f"{spent.open} of the requests never came back; they count with the most they may have cost."]
    return "\n".join(rows)


def _reached(spending: Spending) -> str:
    """A limit that is used up; what is left may still be too little for a long question, whose plan says so then."""
    for what, limit, so_far in (
        ("this month", spending.limits.month, spending.spent.month),
        ("today", spending.limits.day, spending.spent.day),
    ):
        if so_far >= limit:
            return f"your limit of {limit:f} USD for {what} is reached"
    return ""
