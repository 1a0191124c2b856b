"""The audit of a vault: made from what is known now, filed by the runner, on request or when its job is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.audit_filing import file_audit
from agents.autonomy.audit_gathering import work_state
from agents.autonomy.timetable import Ended
from agents.clock import as_local
from agents.console.metrics_command import company_now
from agents.console.payee_mentions import last_mentions
from agents.durability.finding_rows import known_findings
from agents.errors import EmployeeError
from agents.insight.audit_of_money import charges_that_go_on
from agents.insight.business_auditor import audit, findings_of

if TYPE_CHECKING:
    from datetime import date

    from agents.console.wiring import House
    from agents.durability.task_persistence import RequestRow
    from agents.insight.business_auditor import Audit


def make(house: House) -> Audit:
    """The audit as of today; nothing is written."""
    today = as_local(house.clock.now()).date()
    company = company_now(house, today)
    root = house.place.root.resolve()
    state = work_state(root, house.journal, house.clock.now())
    mentions: dict[str, date] = {}
    if company.books is not None:
        payees = {each.payee for each in charges_that_go_on(company.on, company.books)}
        mentions = last_mentions(root, house.state, payees)
    with house.journal.begin() as sql:
        known = known_findings(sql)
    blind = (f"your books cannot be read: {company.no_books}",) if company.books is None else ()
    return audit(findings_of(company, state, mentions), known, today, blind)


def file_now(house: House) -> str:
    """Write the note; what was done, in words. Only for whoever holds the lock.

    Raises:
        Transient: as recording does.
    """
    found = make(house)
    return f"wrote {file_audit(house.recorder, found)}, with {len(found.listed)} things to look at"


def by_request(house: House, _row: RequestRow) -> str:
    """What the command asked for. Why not, or empty."""
    try:
        file_now(house)
    except EmployeeError as err:
        return f"{err} {err.hint}"
    return ""


def job(house: House) -> Ended:
    """The built-in job."""
    return Ended(well=True, words=file_now(house))
