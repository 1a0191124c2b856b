"""Who issues the invoices: the owner's table `Who we are` in `Company_Handbook.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from agents.connectors.books import plain_line
from agents.connectors.ledger.invoice_words import LABELS
from agents.errors import NeedsOwner
from agents.vault.files import read_regular
from agents.vault.note import Problem, decode_note
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HANDBOOK = "Company_Handbook.md"
HEADING, WORDS = "Who we are", "Words on invoices"
MAX_HANDBOOK_BYTES = 1_000_000
MAX_VALUE_CHARS, MAX_WORD_CHARS = 120, 30
LONGER = {"note": 400, "opening": 400, "closing": 400, "footer": 160}  # more than one line, but for the footer
LANGUAGES = {
    **dict.fromkeys(("de", "german", "deutsch"), "de"),
    **dict.fromkeys(("fr", "french", "français", "francais"), "fr"),
}  # else English
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands on our paper; empty = left out. `language` is that of the invoice: 'en', 'de' or 'fr'.

    `accent_colour` is #RRGGBB; `opening` stands above the lines of an invoice, `closing` instead of our thanks,
    `footer` on each page. `note` is the owner's own sentence at the end, for example why no VAT is shown.
    `e_invoice`: the PDF carries its data as XML too; `country_code` (ISO 3166, two letters) and `customer_country`, by
    default the same, are for that. `words`: what the owner calls otherwise on an invoice, by its English name.
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
    words: Mapping[str, str] = field(default_factory=dict)


def read_letterhead(root: Path) -> Letterhead:
    """Read the table; rows `what | value`, named as the fields of `Letterhead` ('tax id').

    Raises:
        NeedsOwner: there is no such table, it does not name the company, or a value cannot be read.
    """
    content = read_regular(root / HANDBOOK, MAX_HANDBOOK_BYTES)
    text = content if isinstance(content, Problem) else decode_note(content, MAX_HANDBOOK_BYTES)
    if isinstance(text, Problem):
        raise NeedsOwner(f"{HANDBOOK} cannot be read: {text.message}", hint=f"Put {HANDBOOK} back into the vault.")
    known = {each.name for each in fields(Letterhead)} - {"words"}
    values = {name: value for name, value in _values(text).items() if name in known and value}
    if "company" not in values:
        hint = f"Write the row `| company | your company |` into the table under '{HEADING}' in {HANDBOOK}."
        raise NeedsOwner("An invoice needs the name of your company.", hint=hint)
    if not _COLOUR.fullmatch(values.get("accent_colour", "#000000")):
        hint = f"Write the row `accent colour` under '{HEADING}' in {HANDBOOK} as #1C4E6E, or leave it empty."
        raise NeedsOwner("The colour of your invoices cannot be read.", hint=hint)
    language = LANGUAGES.get(values.pop("language", "en").lower(), "en")
    e_invoice = values.pop("e_invoice", "").lower() in {"yes", "ja"}
    return Letterhead(**values, e_invoice=e_invoice, language=language, words=_words(text))


def _words(handbook: str) -> dict[str, str]:
    """The owner's own words.

    Raises:
        NeedsOwner: a row names nothing that stands on an invoice.
    """
    found = {
        " ".join(cells.get("what", "").lower().split()): plain_line(cells.get("value", ""))[:MAX_WORD_CHARS]
        for cells in _rows(handbook, WORDS)
    }
    if unknown := sorted(each for each in found if each not in LABELS):
        hint = f"Under '{WORDS}' in {HANDBOOK} may stand: {', '.join(sorted(LABELS))}."
        raise NeedsOwner(f"Nothing on an invoice is called '{plain_line(unknown[0])[:MAX_WORD_CHARS]}'.", hint=hint)
    return {name: word for name, word in found.items() if word}


def _rows(handbook: str, heading: str) -> Iterator[Mapping[str, str]]:
    return (
        row.cells
        for table in read_tables(handbook)
        if isinstance(table, Table) and table.heading.strip().lower() == heading.lower()
        for row in table.rows
    )


def _values(handbook: str) -> dict[str, str]:
    rows = _rows(handbook, HEADING)
    said = ((_name(cells.get("what", "")), plain_line(cells.get("value", ""))) for cells in rows)
    return {name: text[: LONGER.get(name, MAX_VALUE_CHARS)] for name, text in said}


def _name(what: str) -> str:
    return "_".join(what.lower().replace("-", " ").split())
