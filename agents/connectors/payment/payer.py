"""Whose account bills are paid from: the owner's, as the handbook names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.letterhead import HANDBOOK, HEADING, read_letterhead
from agents.connectors.sepa import is_account, is_bic, packed
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from pathlib import Path

IBAN_HINT = f"Write your IBAN into the row `iban` of the table '{HEADING}' in {HANDBOOK}."


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose account it is paid from; `bic` may be empty."""

    name: str
    iban: str
    bic: str = ""


def read_payer(vault: Path) -> Payer:
    """The owner as the handbook tells them.

    Raises:
        NeedsOwner: it names no company, or no account in the SEPA area.
    """
    ours = read_letterhead(vault)
    iban, bic = packed(ours.iban), packed(ours.bic)
    if not is_account(iban):
        which = f"{iban} is no account in the SEPA area" if iban else "it names none"
        raise NeedsOwner(f"The handbook must name your account: {which}.", hint=IBAN_HINT)
    return Payer(ours.company, iban, bic if is_bic(bic) else "")
