"""Whether an Odoo is set up so that books can be kept in it: each point with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.connectors.odoo.account import OdooAccount
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.records import Records

GROUPS = {  # what the user must be able to do, and the group that lets them
    "account.group_account_invoice": "Accounting: Billing",
    "account.group_account_readonly": "Show Accounting Features - Readonly",
    "account.group_account_basic": "Technical: Basic (lines of bank statements)",
    "base.group_partner_manager": "Contact Creation",
}
TOO_MUCH = {"base.group_system": "Administration: Settings"}
RECORDS_SINCE = 18  # before, whether somebody has a group is asked of the model, not of the user
GROUP_HINT = "Give it to the user in Odoo (Settings, Users), with the developer mode on for the technical ones."


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at. `hint`: what to do, empty when it is as it should be."""

    says: str
    hint: str = ""
    stops: bool = False


def look_over(account: OdooAccount, records: Records, chart: Chart) -> tuple[Point, ...]:
    """Everything that must be right, and what the owner should know."""
    return (*_rights(account, records), *_journals(chart), *_taxes(chart), *_period(chart))


def _rights(account: OdooAccount, records: Records) -> Iterator[Point]:
    missing = [name for group, name in GROUPS.items() if not _has(account, records, group)]
    if missing:
        yield Point(f"the user lacks {', '.join(missing)}", GROUP_HINT, stops=True)
    if any(_has(account, records, group) for group in TOO_MUCH):
        hint = "Better make a user of its own for the employee, as docs/odoo.md says."
        yield Point("the user may change every setting of Odoo, which is more than is needed", hint)


def _has(account: OdooAccount, records: Records, group: str) -> bool:
    if account.version >= RECORDS_SINCE:
        return records.do("res.users", "has_group", [account.user_id], {"group_ext_id": group}) is True
    return records.call("res.users", "has_group", {"group_ext_id": group}) is True


def _journals(chart: Chart) -> Iterator[Point]:
    kinds = {each.kind for each in chart.journals}
    for kind, word in (("sale", "sales"), ("purchase", "purchases"), ("general", "miscellaneous operations")):
        if kind not in kinds:
            yield Point(f"there is no journal for {word}", "Make one in Odoo (Accounting, Journals).", stops=True)
    if not chart.banks:
        yield Point("there is no bank journal", "Make one in Odoo for each account of yours.", stops=True)
    for each in chart.banks:
        if not each.on_the_way:
            hint = "Enter an outstanding account at its payment methods (Accounting, Journals, Incoming Payments)."
            said = f"payments of the journal {each.name} would not be booked: its methods have no outstanding account"
            yield Point(said, hint, stops=True)
        if not each.suspense:
            yield Point(f"the journal {each.name} has no suspense account", "Enter one at the journal.", stops=True)


def _taxes(chart: Chart) -> Iterator[Point]:
    if not chart.rounds_globally:
        hint = "Set the rounding of taxes to 'Round globally' (Accounting, Settings)."
        yield Point("Odoo rounds taxes line by line; an invoice that then differs by a cent is refused", hint)
    for use, word in (("sale", "sales"), ("purchase", "purchases")):
        rates = sorted({each.rate for each in chart.taxes if each.use == use})
        told = ", ".join(f"{each:f} %" for each in rates) or "none but 0 %"
        yield Point(f"taxes on {word}: {told}")


def _period(chart: Chart) -> Iterator[Point]:
    yield Point(f"the books are in {chart.currency}")
    if chart.locked_to is not None:
        yield Point(f"the books are locked up to {chart.locked_to:%Y-%m-%d}; nothing is booked into that time")


def stopping(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points without which nothing can be booked."""
    return tuple(each for each in points if each.stops)


def told(points: Iterable[Point]) -> str:
    """The points as the owner reads them, one a line."""
    return "\n".join(f"- {each.says}." + (f" {each.hint}" if each.hint else "") for each in points)
