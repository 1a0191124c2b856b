"""`init`: the vault, its state folder, and the first signed commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.founding import add_samples, found_vault
from agents.autonomy.skill_changes import SkillChanges
from agents.autonomy.whereabouts import keep_place
from agents.clock import as_local, chosen_clock
from agents.connectors.ledger.ledger_files import opening_files
from agents.console.wiring import house_at
from agents.durability.signers import admit_signer
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

CURRENCY = "EUR"


def make_vault(vault: Path, folder: str, *, sample: bool) -> Iterator[str]:
    """Make the vault (or find it), in sentences."""
    settings = Settings()
    today = as_local(chosen_clock(settings.clock).now()).date()
    place = found_vault(vault, folder, opening_files(today, CURRENCY))
    house = house_at(place, settings)
    try:
        if not place.fresh:
            yield f"The vault in {place.root} is there already; nothing was changed."
            return
        with house.lock():
            recorder = house.recorder
            admit_signer(recorder, house.key.public_line())
            entries = _write_books(place.root, house.state, today) if sample else 0
            with recorder.begin() as writing:
                keep_place(writing.sql, house.whereabouts())
                fact = Fact("runner", "vault.created", "vault", parameters={"vault": place.vault_id})
                paths = recorder.history.changed_paths()
                writing.record(Transition(fact, "Make the vault", paths=paths))
            SkillChanges(recorder, house.blobs, house.skills).take_first()
            house.receivables.mistakes()  # what the books say is kept, so that a first run need not load beancount
            recorder.housekeeping(())
            recorder.refresh_index()
        yield f"The vault is in {place.root}."
        if sample:
            yield f"{add_samples(place.root)} samples lie in its Inbox and Ask.md."
            yield f"Its books hold two years of a made-up studio ({entries} entries); Samples.md says more."
        yield f"Next: `python orchestrator.py run --vault '{place.root}'`, and open the folder in Obsidian."
    finally:
        house.close()


def _write_books(root: Path, state: Path, today: date) -> int:
    """Two years of a made-up company; how many entries."""
    from agents.connectors.sample.company import sample_story
    from agents.connectors.sample_books import write_sample

    return write_sample(root, state, sample_story(today))
