"""What of a vault never leaves, as its handbook says it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.errors import NeedsOwner
from agents.security.domain_table import read_domains
from agents.security.private_notes import PrivacyRules, read_private_folders
from agents.vault.layout import HANDBOOK_NOTE
from agents.vault.note import Problem
from agents.vault.note_files import note_at

if TYPE_CHECKING:
    from pathlib import Path


def privacy_rules(root: Path) -> PrivacyRules:
    """The folders of which nothing leaves, and the domains that are kept apart.

    Raises:
        NeedsOwner: the handbook is not there or cannot be read, or a row about them is wrong.
    """
    handbook = note_at(root, HANDBOOK_NOTE)
    if isinstance(handbook, Problem):
        raise NeedsOwner(
            f"{HANDBOOK_NOTE} cannot be read, so nobody knows what is private: {handbook.message}.",
            hint="Mend or restore the handbook; nothing leaves meanwhile.",
        )
    folders, problems = read_private_folders(handbook.text)
    domains = read_domains(handbook.text)
    for each in (*problems, *domains.problems):
        raise NeedsOwner(
            f"Line {each.line} of {HANDBOOK_NOTE} cannot be read, so nobody knows what is private: {each.message}.",
            hint="Mend the line; nothing leaves meanwhile.",
        )
    return PrivacyRules(folders, frozenset(domains.apart))
