"""What an action, a connector and its manifest must offer.

A connector performs actions on one service and finds them again by key. Only `agents/approval/executor.py` calls
`execute`. Retry, limits and audit wrap a connector; nothing branches inside one.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict

from agents.security.egress import NOWHERE, Egress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

    from agents.clock import Clock
    from agents.connectors.book_figures import BookReports
    from agents.connectors.books import Receivables
    from agents.security.egress import Destination


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency (ISO 4217)."""

    amount: Decimal
    currency: str


class Stakes(StrEnum):
    """What is at stake when an action runs; the risk table turns it into a tier."""

    FILING = "filing"  # label, file, draft
    MESSAGE = "message"  # words that leave to a person
    MONEY_ASKED = "money_asked"  # an invoice we issue
    MONEY_LEAVES = "money_leaves"  # payment, purchase
    MONEY_FORGIVEN = "money_forgiven"  # refund, credit note
    DELETION = "deletion"
    PUBLIC = "public"  # a post anybody can read


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a proposal's table. `argument` names the argument whose provenance is shown, or None: computed."""

    what: str
    value: str
    argument: str | None = None


class AttachmentRef(BaseModel):
    """A sealed file: its name in the message, and the SHA-256 (64 hex digits) of its bytes."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    name: str
    sha256: str


class Action(BaseModel, ABC):
    """A typed, named effect on the outside world. Subclasses set `action: Literal["..."]`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    action: str

    @abstractmethod
    def title(self) -> str:
        """The question the owner reads: 'Create an invoice over 1,130.50 EUR (950.00 net) for Acme Ltd?'."""

    @abstractmethod
    def rows(self) -> tuple[Row, ...]:
        """The table of the proposal: everything that will happen."""

    @abstractmethod
    def recipient(self) -> str:
        """Who is on the other side: a name or an address."""

    @abstractmethod
    def undo(self) -> str:
        """Whether and how it can be undone: 'yes, by a credit note', 'no'."""

    @property
    @abstractmethod
    def stakes(self) -> Stakes:
        """What is at stake."""

    @property
    def money(self) -> Money | None:
        """The amount the owner decides about, or None."""
        return None

    @property
    def sealed_files(self) -> tuple[AttachmentRef, ...]:
        """The files whose bytes are sealed with the action."""
        return ()

    def cautions(self) -> tuple[str, ...]:
        """What the owner should look at twice, in our own words; shown above the table."""
        return ()

    @property
    def recipient_argument(self) -> str:
        """The argument whose provenance decides about the recipient."""
        return "recipient"

    def canonical(self) -> bytes:
        """The bytes that are sealed: JSON with sorted keys, no blanks; decimals as text."""
        return json.dumps(
            self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()


@dataclass(frozen=True, slots=True)
class Document:
    """A file an effect made: its name, the SHA-256 of its bytes, and its path in the vault (posix, relative)."""

    name: str
    sha256: str
    path: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of an effect. `paths` are the vault files it changed (posix, relative); `details` are shown as they are."""

    provider: str
    provider_id: str
    at: datetime
    summary: str
    documents: tuple[Document, ...] = ()
    paths: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The effect happened; here is its proof."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Absent:
    """The effect certainly did not happen."""


@dataclass(frozen=True, slots=True)
class CannotKnow:
    """Nobody here can tell; the owner is asked. `question` is what to ask."""

    question: str


@dataclass(frozen=True, slots=True)
class CannotUndo:
    """Why an effect cannot be undone."""

    reason: str


Lookup = Found | Absent | CannotKnow
Attachments = dict[str, bytes]  # by SHA-256; the executor has checked the digests


class Connector(Protocol):
    """Performs actions on one service."""

    @property
    def name(self) -> str:
        """The service, as in receipts: 'ledger', 'outbox', 'smtp'."""
        ...

    def find(self, key: str, action: Action) -> Lookup:
        """Look up whether the effect with this idempotency key (64 hex digits) happened."""
        ...

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Make the effect once.

        Raises:
            Transient: certainly nothing happened; may be tried again.
            OutcomeUnknown: no answer after the call; look it up.
            NotAllowed: refused for good.
            NeedsOwner: credentials or settings are missing.
        """
        ...

    def release(self, key: str, action: Action) -> None:
        """The owner knows that it did not happen: where `find` said CannotKnow, it says Absent from now on."""
        ...

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """The action that undoes an effect, or why there is none."""
        ...


class State(StrEnum):
    """How a capability works now."""

    REAL = "real"
    OUTBOX = "outbox"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of `doctor`: what, how it works now, and the one next step (empty when nothing is to do)."""

    name: str
    state: State
    says: str
    next_step: str


class SecretStore(Protocol):
    """Where passwords live: the keyring, else an encrypted 0600 file in the state folder."""

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        ...

    def put(self, name: str, value: str) -> str:
        """Keep it; returns where it lies, in words for the owner."""
        ...

    def forget(self, name: str) -> None:
        """Remove it; nothing happens when it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What a connector may use. `vault` is our root folder in the vault, `state` the state folder.

    `egress`: the hosts it may reach, and the only way to reach them. `books`: the figures of the owner's books as they
    are now, for what depends on them. `books_before`: those of the embedded ledger, for books into which it was moved.
    """

    vault: Path
    state: Path
    clock: Clock
    secrets: SecretStore
    egress: Egress = NOWHERE
    books: Callable[[], BookReports] | None = None
    books_before: Callable[[], BookReports] | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing `connect` asks for. A secret goes to the SecretStore and is never echoed; `default` None = required.

    `offer`: a default that follows from what was answered before. `applies`: whether it is asked at all then.
    """

    name: str
    prompt: str
    default: str | None = None
    secret: bool = False
    offer: Callable[[Mapping[str, str]], str] | None = None
    applies: Callable[[Mapping[str, str]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """How `connect NAME` works. `test` tries the answers live; raises NeedsOwner or Transient, or says what works.

    The password asked for by a secret `Ask` is kept under `<name>.<name of the ask>`. `answers`: what was answered, as
    far as it is no secret, so that a password can be replaced alone; None = it cannot. `further`: where there may be
    several, the connection of another name than the first, such as `mail-shop`; it raises NeedsOwner for a wrong name.
    `in_clear`: the host that these answers allow to be reached without encryption, empty = none; it becomes an event.
    """

    name: str
    asks: tuple[Ask, ...]
    test: Callable[[Mapping[str, str]], str]
    keep: Callable[[ConnectorContext, Mapping[str, str]], str]
    forget: Callable[[ConnectorContext], str]
    answers: Callable[[ConnectorContext], Mapping[str, str]] | None = None
    further: Callable[[str], Connection] | None = None
    in_clear: Callable[[Mapping[str, str]], str] | None = None


def _nothing(_context: ConnectorContext) -> Sequence[Destination]:
    return ()


def _none_further(_context: ConnectorContext) -> Sequence[Connection]:
    return ()


@dataclass(frozen=True, slots=True)
class BookReaders:
    """What reads the books that a folder keeps: what customers owe, opened once, and all figures, opened each time."""

    open_receivables: Callable[[ConnectorContext], Receivables]
    open_reports: Callable[[ConnectorContext], BookReports]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A connector folder's light description: importing it must not import the runtime or its libraries.

    `books`: how they are read, where the owner's books can be kept in it.
    `reaches`: the hosts that its configuration names now; nothing else can be reached, and it raises nothing.
    `further`: the connections that the owner made beside the first ones.
    """

    name: str
    actions: tuple[type[Action], ...]
    open_connector: Callable[[ConnectorContext], Connector]  # imports the runtime when called
    capabilities: Callable[[ConnectorContext], Sequence[Capability]]
    connections: tuple[Connection, ...] = ()
    books: BookReaders | None = None
    reaches: Callable[[ConnectorContext], Sequence[Destination]] = _nothing
    further: Callable[[ConnectorContext], Sequence[Connection]] = _none_further

    def open(self, context: ConnectorContext) -> Connector:
        """The connector as it is now, with the way to the hosts that its configuration names and to no other."""
        return self.open_connector(replace(context, egress=Egress(self.name, tuple(self.reaches(context)))))


def sha256_hex(content: bytes) -> str:
    """The SHA-256 of bytes, as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()
