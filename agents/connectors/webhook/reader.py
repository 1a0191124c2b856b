"""The owner's webhook: its settings, the check of a signature, and the spool in which what came waits to be filed.

Signed as Standard Webhooks does it (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and raw body, so that
none of the three can be changed. An id is taken once; what is older than a few minutes is not taken at all.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agents.errors import NeedsOwner
from agents.security.egress import is_loopback
from agents.vault.files import MISSING, PRIVATE_MODE, forget_file, make_folder, read_regular, write_new, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SECRET = "webhook.secret"  # noqa: S105 - the secret's name, not the secret
SECRET_MARK = "whsec_"  # noqa: S105 - how such secrets begin
CONNECT = "Run `python orchestrator.py connect webhook`."
LOOPBACK = "127.0.0.1"
TOLERANCE_S = 300
MAX_BODY_BYTES = 256_000
MAX_WAITING = 1_000
MAX_ENTRY_BYTES = 2_000_000
MAX_SETTINGS_BYTES = 10_000
_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TIME = re.compile(r"[0-9]{1,12}")


def _address(text: str) -> str:
    ip_address(text)
    return text


class WebhookSettings(BaseModel):
    """Where it listens, and for which names: `POST /hooks/<name>`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    names: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")], ...], Field(min_length=1, max_length=20)
    ]
    port: Annotated[int, Field(ge=0, le=65535)] = 8787
    address: Annotated[str, AfterValidator(_address)] = LOOPBACK

    @property
    def host(self) -> str:
        """The address as it stands before a port."""
        return f"[{self.address}]" if ":" in self.address else self.address

    @property
    def is_private(self) -> bool:
        """Whether only this computer reaches it."""
        return is_loopback(self.address)


class Delivery(BaseModel):
    """One message that came. `received` is aware; `body` is its text."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    name: str
    id: str
    received: datetime
    media_type: str
    body: str

    @property
    def source_id(self) -> str:
        """The same whenever it is sent again."""
        return f"{self.name} {self.id}"


@dataclass(frozen=True, slots=True)
class Signed:
    """What the headers of a message say of it."""

    id: str
    time: str
    signatures: str


def settings_place(state: Path) -> Path:
    """Where the settings lie."""
    return state / "connections" / "webhook.json"


def read_settings(state: Path) -> WebhookSettings | None:
    """The settings; None: it is off.

    Raises:
        NeedsOwner: they are damaged.
    """
    content = read_regular(settings_place(state), MAX_SETTINGS_BYTES)
    if content == MISSING:
        return None
    try:
        return WebhookSettings.model_validate_json(b"" if isinstance(content, Problem) else content)
    except ValidationError as err:
        raise NeedsOwner("the settings of the webhook are damaged", hint=CONNECT) from err


def signature(secret: str, id_: str, time: str, body: bytes) -> str:
    """The one signature of a message: `v1,` and base64.

    Raises:
        ValueError: the secret is none.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_MARK), validate=True)
    signed = hmac.new(key, f"{id_}.{time}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def is_signed(secret: str, signed: Signed, body: bytes, now: datetime) -> bool:
    """Whether it was signed with this secret, just now."""
    if not (_ID.fullmatch(signed.id) and _TIME.fullmatch(signed.time)):
        return False
    try:
        wanted = signature(secret, signed.id, signed.time, body)
    except (binascii.Error, ValueError):
        return False
    given = [each.encode() for each in signed.signatures.split(" ")[:10]]
    right = [hmac.compare_digest(each, wanted.encode()) for each in given]  # all of them, whichever is right
    return any(right) and abs(now.timestamp() - int(signed.time)) <= TOLERANCE_S


class Spool:
    """Messages that were answered with 'accepted' and are not filed yet: one file each, outside the vault."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "webhook" / "spool"

    def add(self, delivery: Delivery) -> bool:
        """Keep it durably; False: too many wait. One that is here already is kept as it came first.

        Raises:
            OSError: the disk refused.
        """
        make_folder(self._folder)
        place = self._place(delivery.source_id)
        if place.exists():
            return True
        if sum(1 for _ in self._folder.glob("*.json")) >= MAX_WAITING:
            return False
        try:
            write_new(place, delivery.model_dump_json().encode(), mode=PRIVATE_MODE)
        except FileExistsError:  # it came twice at once
            return True
        return True

    def waiting(self, at_most: int) -> tuple[Delivery, ...]:
        """What waits; what cannot be read is left out."""
        found = (read_regular(each, MAX_ENTRY_BYTES) for each in sorted(self._folder.glob("*.json"))[:at_most])
        return tuple(filter(None, (_delivery(each) for each in found if isinstance(each, bytes))))

    def remove(self, filed: Iterable[str]) -> None:
        """Take away what the journal knows by now, by its source id."""
        for each in filed:
            forget_file(self._place(each), MAX_ENTRY_BYTES, flush=False)

    def _place(self, source_id: str) -> Path:
        return self._folder / f"{hashlib.sha256(source_id.encode()).hexdigest()[:40]}.json"


class Refusals:
    """How many messages were refused, by reason; nothing else is kept of them."""

    def __init__(self, state: Path) -> None:
        self._place = state / "webhook" / "refused.json"

    def counts(self) -> Mapping[str, int]:
        """The counts so far."""
        content = read_regular(self._place, MAX_SETTINGS_BYTES)
        try:
            return _Counts.model_validate_json(b"" if isinstance(content, Problem) else content).counts
        except ValidationError:
            return {}

    def count(self, reason: str) -> None:
        """One more.

        Raises:
            OSError: the disk refused.
        """
        counts = dict(self.counts())
        counts[reason] = counts.get(reason, 0) + 1
        write_over(self._place, _Counts(counts=counts).model_dump_json().encode(), mode=PRIVATE_MODE)


class _Counts(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    counts: dict[str, int] = {}


def _delivery(content: bytes) -> Delivery | None:
    try:
        return Delivery.model_validate_json(content)
    except ValidationError:
        return None
