"""What people prove with, for a test: lists of codes, apps, keys; and a place for secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.approval.credentials import Enrolled, Wanted, enrol
from agents.approval.proof import words_to_sign
from agents.durability.credential_rows import OWNER, Credential, Kind, add_credential
from agents.errors import NeedsOwner
from agents.security.one_time_codes import code_of, draw_secret, step_at
from agents.security.ssh_proofs import read_public_key
from tests.security.ssh_keys import Token

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.durability.journal import Journal


def listed(journal: Journal, now: datetime, holder: str = OWNER) -> tuple[str, ...]:
    """The codes of a new list that counts now, whatever list there was."""
    with journal.begin() as sql:
        if holder != OWNER:
            return introduced(sql, now, holder)
        made = enrol(sql, now - timedelta(days=1), "", lost=True)
    assert isinstance(made, Enrolled)
    return made.codes


def introduced(sql: Connection, now: datetime, holder: str) -> tuple[str, ...]:
    """The codes of a list of another person, whom the owner let in two days ago."""
    before = now - timedelta(days=2)
    made = enrol(sql, before, "", lost=True)
    assert isinstance(made, Enrolled)
    other = enrol(sql, before, made.codes[0], lost=False, wanted=Wanted(name=f"list-{holder}", holder=holder))
    assert isinstance(other, Enrolled)
    return other.codes


@dataclass
class MemorySecrets:
    """A place for secrets that can be locked."""

    kept: dict[str, str] = field(default_factory=dict)
    locked: bool = False

    def get(self, name: str) -> str | None:
        if self.locked:
            raise NeedsOwner("the keyring does not answer", hint="Unlock it.")
        return self.kept.get(name)

    def put(self, name: str, value: str) -> str:
        self.kept[name] = value
        return "in memory"

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)


@dataclass
class App:
    """An app on a phone; its secret lies in `secrets`, its credential in the journal."""

    secrets: MemorySecrets
    name: str = "app"
    secret: str = field(default_factory=draw_secret)

    def enrolled(self, sql: Connection, now: datetime, holder: str = OWNER) -> App:
        material = f"proof.totp.{self.name}"
        self.secrets.put(material, self.secret)
        add_credential(sql, Credential(0, self.name, holder, Kind.TOTP, material, now, now))
        return self

    def shows(self, now: datetime, steps: int = 0) -> str:
        return code_of(self.secret, step_at(now) + steps)


@dataclass
class Signer:
    """A person with a token."""

    name: str = "key"
    token: Token = field(default_factory=Token)

    def enrolled(self, sql: Connection, now: datetime, holder: str = OWNER) -> Signer:
        public = read_public_key(self.token.public)
        add_credential(sql, Credential(0, self.name, holder, Kind.SSH, public, now, now))
        return self

    def signs(self, sql: Connection, about: str, use: int = 1) -> str:
        return self.token.sign(words_to_sign(sql, about, use).encode())
