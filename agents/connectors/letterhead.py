"""Who issues the invoices: the owner's table `Who we are` in `Company_Handbook.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from agents.connectors.books import plain_line
from agents.errors import NeedsOwner
from agents.vault.files import read_regular
from agents.vault.note import Problem, decode_note
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from pathlib import Path

HANDBOOK = "Company_Handbook.md"
HEADING = "Who we are"
MAX_HANDBOOK_BYTES = 1_000_000
MAX_VALUE_CHARS = 120
LONGER = {"note": 400, "opening": 400, "closing": 400, "footer": 160}  # more than one line, but for the footer
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands on our paper; empty = left out. `language` is that of the invoice: 'en' or 'de'.

    `accent_colour` is #RRGGBB; `opening` stands above the lines of an invoice, `closing` instead of our thanks,
    `footer` on each page. `note` is the owner's own sentence at the end, for example why no VAT is shown.
    `e_invoice`: the PDF carries its data as XML too; `country_code` (ISO 3166, two letters) and `customer_country`, by
    default the same, are for that.
    """

    company: str
    owner: str = ""
    street: str = ""
    city: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    web: str = ""
    tax_id: str = ""
    bank: str = ""
    iban: str = ""
    bic: str = ""
    note: str = ""
    accent_colour: str = ""
    opening: str = ""
    closing: str = ""
    footer: str = ""
    e_invoice: bool = False
    country_code: str = ""
    customer_country: str = ""
    language: str = "en"


def read_letterhead(root: Path) -> Letterhead:
    """Read the table; rows `what | value`, named as the fields of `Letterhead` ('tax id').

    Raises:
        NeedsOwner: there is no such table, it does not name the company, or a value cannot be read.
    """
    content = read_regular(root / HANDBOOK, MAX_HANDBOOK_BYTES)
    text = content if isinstance(content, Problem) else decode_note(content, MAX_HANDBOOK_BYTES)
    if isinstance(text, Problem):
        raise NeedsOwner(f"{HANDBOOK} cannot be read: {text.message}", hint=f"Put {HANDBOOK} back into the vault.")
    known = {each.name for each in fields(Letterhead)}
    values = {name: value for name, value in _values(text).items() if name in known and value}
    if "company" not in values:
        hint = f"Write the row `| company | your company |` into the table under '{HEADING}' in {HANDBOOK}."
        raise NeedsOwner("An invoice needs the name of your company.", hint=hint)
    if not _COLOUR.fullmatch(values.get("accent_colour", "#000000")):
        hint = f"Write the row `accent colour` under '{HEADING}' in {HANDBOOK} as #1C4E6E, or leave it empty."
        raise NeedsOwner("The colour of your invoices cannot be read.", hint=hint)
    language = "de" if values.pop("language", "en").lower() in {"de", "german", "deutsch"} else "en"
    e_invoice = values.pop("e_invoice", "").lower() in {"yes", "ja"}
    return Letterhead(**values, e_invoice=e_invoice, language=language)


def _values(handbook: str) -> dict[str, str]:
    rows = (
        row.cells
        for table in read_tables(handbook)
        if isinstance(table, Table) and table.heading.strip().lower() == HEADING.lower()
        for row in table.rows
    )
    said = ((_name(cells.get("what", "")), plain_line(cells.get("value", ""))) for cells in rows)
    return {name: text[: LONGER.get(name, MAX_VALUE_CHARS)] for name, text in said}


def _name(what: str) -> str:
    return "_".join(what.lower().replace("-", " ").split())
