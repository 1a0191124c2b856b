"""The note that holds every effect: the owner writes STOP into the vault's root."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agents.vault.layout import is_stop
from agents.vault.neutralize import visible

if TYPE_CHECKING:
    from pathlib import Path


def stop_reason(root: Path) -> str | None:
    """Why no effect may happen now: a STOP note in the root, or a root nobody can read. None: effects may happen."""
    try:
        with os.scandir(root) as entries:
            found = next((entry.name for entry in entries if is_stop(entry.name)), None)
    except OSError as err:
        return f"the vault cannot be read: {err.strerror}"
    return None if found is None else f"{visible(found)} is in the vault"
