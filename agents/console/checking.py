"""`verify` and `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.proof import standing
from agents.connectors.contract import Capability, State
from agents.console.claude_connection import brain_capability
from agents.console.credential_commands import credentials_capability
from agents.console.engine_connection import engine_capability
from agents.console.folder_connection import folders_capability
from agents.console.privacy_commands import privacy_capability
from agents.durability.signers import known_signers
from agents.durability.verification import Report, Verification
from agents.errors import EmployeeError
from agents.security.signing import SigningKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.console.wiring import House


NEXT_FOR_PROOF = "python orchestrator.py proof enrol"


def check(house: House) -> Report:
    """Every check; what could not be checked is said, never passed over."""
    if not (house.state / "journal.sqlite").is_file() or not SigningKey.is_in(house.state / "keys"):
        return Report(unchecked=[f"there is no journal or no key in the state folder {house.state}"])
    try:
        report = Verification(house.place.root, house.journal, house.history(), house.is_ours).run()
        with house.journal.begin() as sql:
            known = known_signers(sql)
    except EmployeeError as err:
        return Report(unchecked=[f"{err} {err.hint}"])
    if known and house.key.public_line() not in known:
        report.broken.append("keys: the key in the state folder is none that the journal knows")
    return report


def every_capability(house: House) -> tuple[Capability, ...]:
    """What works now: each row of `ROWS`, then every connector's own."""
    return (*(row(house) for row in ROWS), *house.capabilities())


def _inbox(_house: House) -> Capability:
    return Capability("inbox", State.REAL, "mails (.eml) and files in Inbox/, lines in Ask.md", "")


def _proof(house: House) -> Capability:
    with house.journal.begin() as sql:
        enrolled, words = standing(sql, house.clock.now())
    return Capability("proof", State.REAL if enrolled else State.OFF, words, "" if enrolled else NEXT_FOR_PROOF)


# one function a row of `doctor`, in their order; whatever has something to say about itself is added here
ROWS: tuple[Callable[[House], Capability], ...] = (
    brain_capability,
    _inbox,
    folders_capability,
    credentials_capability,
    _proof,
    privacy_capability,
    engine_capability,
)
