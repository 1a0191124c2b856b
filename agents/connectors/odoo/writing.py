"""What writes into one Odoo, together: documents, entries, the matching of both, and contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.odoo.documents import Documents
from agents.connectors.odoo.entries import Entries
from agents.connectors.odoo.parties import Parties
from agents.connectors.odoo.settling import Settling

if TYPE_CHECKING:
    from agents.connectors.odoo.records import Records


@dataclass(frozen=True, slots=True)
class Writing:
    """The writers, all over the same calls."""

    records: Records
    documents: Documents
    entries: Entries
    settling: Settling
    parties: Parties


def writing_of(records: Records) -> Writing:
    """The writers of one Odoo."""
    entries = Entries(records)
    return Writing(records, Documents(records), entries, Settling(records, entries), Parties(records))
