"""What people prove with: enrolled, replaced and revoked, each time with a proof, or a day later and with an alert.

The first of all needs none. Who is known adds to their own with a proof of their own; a new person is brought in by a
proof of somebody known. Taking away lets nothing pass, so anybody's proof does (ADR 0040).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.approval.proof import COMMAND, ENROL, Attempt, Claim, Outcome, check, words_to_sign
from agents.durability.credential_rows import (
    OWNER,
    OWNER_LIST,
    Credential,
    Kind,
    Use,
    add_credential,
    add_use,
    count_uses,
    last_use,
    revoke_credential,
    take_yeses_of,
    valid_credentials,
)
from agents.durability.proof_rows import add_list, unused_codes
from agents.errors import NeedsOwner
from agents.security.proof_codes import digest_of, draw_codes, draw_salt
from agents.security.ssh_proofs import fingerprint, is_token

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.connectors.contract import SecretStore

LOST_WAIT = timedelta(hours=24)  # time to see the alert, when somebody else asks for a new one
_NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")  # small letters only: Bob and bob must not pass for two people


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be enrolled. `material`: the public key, or the name under which the app's secret is kept.

    `step` is that of the app's first code, which must not count again.
    """

    kind: Kind = Kind.LIST
    name: str = OWNER_LIST
    holder: str = OWNER
    material: str = ""
    step: int = 0


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What was enrolled. `number` and `codes` are of a list; they are shown once and kept nowhere.

    `replaced` is what it stands in for, and `newcomer` says that nothing of its person was known before.
    """

    number: int
    codes: tuple[str, ...]
    counts_from: datetime
    replaced: Credential | None = None
    newcomer: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One means of proof as `proof list` shows it. `details`: the codes that are left, or the key's fingerprint."""

    credential: Credential
    last_used: datetime | None
    details: str


OWNERS_LIST = Wanted()


def enrol(
    sql: Connection,
    now: datetime,
    text: str,
    *,
    lost: bool,
    wanted: Wanted = OWNERS_LIST,
    secrets: SecretStore | None = None,
) -> Enrolled | Attempt:
    """Enrol something new, in place of what has its name; an attempt when it was not proved that it may be.

    `text` is a code or signature of what is enrolled; with `lost` instead of it, the new one counts a day later.
    """
    known = valid_credentials(sql)
    old = next((each for each in known if each.name == wanted.name), None)
    if refusal := _unfit(wanted, known, old, lost=lost):
        return Attempt(Outcome.NONE, refusal)
    newcomer = bool(known) and all(each.holder != wanted.holder for each in known)
    if known and not lost:
        whose = "" if newcomer else wanted.holder
        attempt = check(sql, Claim(text, f"enrol-{wanted.name}", COMMAND, now, secrets, whose))
        if attempt.outcome is not Outcome.PROVED:
            return attempt
    if old:
        _end(sql, old, now, doubted=lost)
    counts_from = now + LOST_WAIT if known and (lost or newcomer) else now
    number, codes = _made(sql, wanted, now, counts_from)
    return Enrolled(number, codes, counts_from, old, newcomer)


def _unfit(wanted: Wanted, known: tuple[Credential, ...], old: Credential | None, *, lost: bool) -> str:
    if not (_NAME.fullmatch(wanted.name) and _NAME.fullmatch(wanted.holder)):
        return "a name is of small letters, digits and hyphens, as in bob or phone-2"
    if old and (old.kind, old.holder) != (wanted.kind, wanted.holder):
        return f"the name {wanted.name} is taken by another proof; choose one with --name"
    if twin := next((each for each in known if each.material == wanted.material and each.kind is Kind.SSH), None):
        return f"this key is enrolled already, as {twin.name}"  # one key must not pass for two people
    if lost and known and old is None:
        return f"nothing of the name {wanted.name} is enrolled that could be lost; `proof list` shows what is"
    return ""


def _made(sql: Connection, wanted: Wanted, now: datetime, counts_from: datetime) -> tuple[int, tuple[str, ...]]:
    codes = draw_codes() if wanted.kind is Kind.LIST else ()
    number, material = 0, wanted.material
    if codes:
        salt = draw_salt()
        number = add_list(sql, salt, [digest_of(each, salt) for each in codes], counts_from)
        material = str(number)
    new = Credential(0, wanted.name, wanted.holder, wanted.kind, material, now, counts_from)
    kept = add_credential(sql, new)
    if wanted.step:
        add_use(sql, Use(kept, wanted.step, COMMAND), f"enrol-{wanted.name}", now)
    return number, codes


def revoke(
    sql: Connection, now: datetime, text: str, *, name: str = OWNER_LIST, secrets: SecretStore | None = None
) -> tuple[Attempt, Credential | None]:
    """Take one back, proved by anybody's proof; which one it was, when it is revoked."""
    found = find_credential(sql, name)
    if found is None:
        return Attempt(
            Outcome.NONE, f"no list of codes is enrolled; {ENROL}" if name == OWNER_LIST else _no(name)
        ), None
    attempt = check(sql, Claim(text, f"revoke-{name}", COMMAND, now, secrets))
    if attempt.outcome is not Outcome.PROVED:
        return attempt, None
    _end(sql, found, now, doubted=True)
    return attempt, found


def _end(sql: Connection, credential: Credential, now: datetime, *, doubted: bool) -> None:
    """It counts no more; `doubted`: nor does what its person said that waits for a second one."""
    revoke_credential(sql, credential, now)
    if doubted:
        take_yeses_of(sql, credential.holder, now)


def find_credential(sql: Connection, name: str) -> Credential | None:
    """The valid one of this name."""
    return next((each for each in valid_credentials(sql) if each.name == name), None)


def _no(name: str) -> str:
    return f"nothing of the name {name} is enrolled; `proof list` shows what is"


def listing(sql: Connection) -> tuple[Listed, ...]:
    """Everything that is enrolled."""
    return tuple(Listed(each, last_use(sql, each), _details(sql, each)) for each in valid_credentials(sql))


def _details(sql: Connection, credential: Credential) -> str:
    if credential.kind is Kind.LIST:
        return f"{unused_codes(sql, int(credential.material))} unused codes on list {credential.material}"
    if credential.kind is Kind.TOTP:
        return "codes that change every 30 seconds"
    return f"{fingerprint(credential.material)}{' in a token' if is_token(credential.material) else ''}"


def to_sign(sql: Connection, about: str, name: str = "") -> str:
    """What a key must sign next to prove this.

    Raises:
        NeedsOwner: no key is enrolled, or several were used differently often for it.
    """
    keys = [each for each in valid_credentials(sql) if each.kind is Kind.SSH and name in {"", each.name}]
    if not keys:
        hint = "Enrol one with proof enrol --ssh KEYFILE.pub; proof list shows what is enrolled."
        raise NeedsOwner("There is no such SSH key", hint=hint)
    counts = {1 + count_uses(sql, each, about) for each in keys}
    if len(counts) > 1:
        raise NeedsOwner("Some of the keys were used for it before", hint="Say with which you sign: --name NAME.")
    return words_to_sign(sql, about, counts.pop())
