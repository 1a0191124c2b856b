"""The keys that sign our commits, as the journal knows them.

A key that is lost is followed by a new one. The journal keeps the public halves, so that what the old key signed still
counts; the chain and an alert tell of the change, since whoever can write the state folder could make it too.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta, write_meta
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.durability.transitions import Recorder

_SIGNERS = "signers"
NEW_KEY = (
    "The key that signs the history is a new one. If the state folder did not lose the old key, somebody replaced it: "
    "then run `verify` and change your passwords."
)


def known_signers(sql: Connection) -> tuple[str, ...]:
    """The public lines of every key the journal knows, the newest last."""
    return tuple(read_meta(sql, _SIGNERS).splitlines())


def admit_signer(recorder: Recorder, public_line: str) -> None:
    """Remember the key that signs from now on; one that follows another is told to the owner."""
    with recorder.journal.begin() as sql:
        known = known_signers(sql)
        if not known:
            write_meta(sql, _SIGNERS, public_line)
    if not known or public_line in known:
        return
    with recorder.begin() as writing:
        write_meta(writing.sql, _SIGNERS, "\n".join([*known, public_line]))
        fingerprint = hashlib.sha256(public_line.encode()).hexdigest()
        fact = Fact("runner", "key.replaced", "signing-key", parameters={"sha256": fingerprint})
        writing.record(Transition(fact, "Sign with a new key"))
        raise_alert(writing, "signing-key", NEW_KEY, recorder.clock.now(), occasion=fingerprint)
