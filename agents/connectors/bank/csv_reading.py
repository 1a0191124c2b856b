"""CSV exports of banks: statements by the profile of their heading, or what the owner must decide first. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_lines import statements_of
from agents.connectors.bank.csv_profile import NeedsProfile, Profile, digest_of
from agents.connectors.bank.csv_sniffing import drafted, proven, questions_of, settled, with_flag
from agents.connectors.bank.csv_sorting import check_end, sort_rows
from agents.connectors.bank.csv_table import read_table
from agents.connectors.bank.csv_values import read_cell
from agents.connectors.bank.csv_words import ACCOUNT, AMOUNT, CREDIT, CURRENCY, DEBIT
from agents.connectors.bank.refusal import RefusedError
from agents.security.personal_numbers import IBAN_CHARS, is_iban

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.connectors.bank.csv_sorting import Sorted
    from agents.connectors.bank.csv_table import Row, Table
    from agents.connectors.bank.statement import Statement

_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ _-]?[A-Z0-9]){11,30}", re.ASCII)


def read_csv(text: str, name: str, profiles: Mapping[str, Profile]) -> tuple[Statement, ...] | NeedsProfile | None:
    """The statements of a file, one for each account in it; None when it is no table. `profiles` are by their digest.

    Raises:
        RefusedError: it is a table, and not all of it can be read.
    """
    table = read_table(text)
    if table is None:
        return None
    kept = _profile(table, profiles)
    if questions := questions_of(kept):
        return NeedsProfile(kept, questions)
    rows = sort_rows(table, kept)
    if not rows.booked:
        raise RefusedError("The file holds no booked movement.", "Export a time in which there was one.")
    used, questions = settled(_completed(kept, table, rows, name), rows)
    if questions:
        return NeedsProfile(proven(kept, rows), questions)
    check_end(table, used)
    return statements_of(rows, used)


def learnt_profile(text: str, profiles: Mapping[str, Profile]) -> Profile | None:
    """What a file proves about its format, to be kept for later files that prove less; None when it is no table.

    Raises:
        RefusedError: it is a table, and not all of it can be read.
    """
    table = read_table(text)
    if table is None:
        return None
    kept = _profile(table, profiles)
    return kept if questions_of(kept) else proven(kept, sort_rows(table, kept))


def _profile(table: Table, profiles: Mapping[str, Profile]) -> Profile:
    return profiles.get(digest_of(table.heading)) or drafted(table)


def _completed(profile: Profile, table: Table, rows: Sorted, name: str) -> Profile:
    """The profile with account and currency of this file, where no column says them.

    The account that the owner fixed comes last, since one heading may serve two accounts.
    """
    account, currency = profile.account, profile.currency
    if profile.place(ACCOUNT) is None:
        account = _only_iban(cell for row in table.before for cell in row.cells) or _only_iban([name]) or account
    if profile.place(CURRENCY) is None:
        currency = currency or _only_unit(profile, rows.booked)
    return replace(with_flag(profile, rows), account=account, currency=currency)


def _only_iban(texts: Iterable[str]) -> str:
    """The one IBAN that stands there; empty when there is none, or two."""
    found = {iban for text in texts for match in _IBAN.finditer(text[:1_000]) if (iban := _within(match[0]))}
    return found.pop() if len(found) == 1 else ""


def _within(text: str) -> str:
    """The longest IBAN that a run of letters and digits begins with."""
    run = re.sub("[ _-]", "", text)
    return next((run[:end] for end in reversed(IBAN_CHARS) if end <= len(run) and is_iban(run[:end])), "")


def _only_unit(profile: Profile, rows: Iterable[Row]) -> str:
    places = [place for role in (AMOUNT, DEBIT, CREDIT) for place in profile.places(role)]
    cells = (read_cell(row.cells[place]) for row in rows for place in places if row.cells[place])
    units = {cell.currency for cell in cells if cell}
    return units.pop() if len(units) == 1 else ""
