"""The whole year of one business, told from its seed."""

from __future__ import annotations

from tests.connectors.bank.incoming import cards_pay, customer_pays, invoices
from tests.connectors.bank.labelled_year import LabelledYear, Ledger
from tests.connectors.bank.outgoing import bills, everything_else
from tests.connectors.bank.people import customers, vendors


def year_of(seed: int, customer_count: int = 40) -> LabelledYear:
    """The same year for the same seed."""
    ledger = Ledger(seed)
    people, firms = customers(customer_count, ledger.dice), vendors(ledger.dice)
    issued = invoices(ledger, people)
    for each in people:
        if each.pays != "card":
            customer_pays(ledger, each, issued.get(each.name, []))
    cards_pay(ledger, [item for each in people if each.pays == "card" for item in issued.get(each.name, [])])
    for vendor in firms:
        bills(ledger, vendor)
    everything_else(ledger)
    return ledger.closed(people, firms)
