"""How the rooms are joined for one vault. No logic: every line opens a room and hands it to the next."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import agents.connectors
from agents.autonomy.founding import Place, locate
from agents.autonomy.whereabouts import Whereabouts, look_around, recognise
from agents.clock import Clock, FileClock, SystemClock, as_local, chosen_clock
from agents.connectors.books_now import BooksOfNow
from agents.connectors.contract import (
    Action,
    Capability,
    Connector,
    ConnectorContext,
    Manifest,
    State,
)
from agents.connectors.wrappers import OpenedAnew
from agents.console.holder import Holder, held, holder_of, is_held
from agents.discovery import members
from agents.durability.journal import Journal, journal_id, looking, write_meta
from agents.errors import EmployeeError, NotAllowed
from agents.security.credential_records import RecordedSecrets
from agents.security.secrets import SecretsOnUse
from agents.settings import Settings, prepare_environment
from agents.vault.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import URL

    from agents.connectors.book_figures import BookReports
    from agents.connectors.books import Receivables
    from agents.durability.blobs import Blobs
    from agents.durability.engine import Engine, Work
    from agents.durability.skill_rows import AcceptedSkill
    from agents.durability.transitions import Recorder
    from agents.security.secret_gate import SecretGate
    from agents.security.signing import SigningKey
    from agents.vault.history import CommitRecord, History

PRACTICE = Capability(
    "clock",
    State.OFF,
    "practice time from a file: no date here is real, but what you approve happens",
    "unset AI_EMPLOYEE_CLOCK and run again",
)


@dataclass(frozen=True)
class House:
    """One vault with its state folder; rooms are opened when first used.

    `moved`: the owner says that this folder is the vault from now on. `noticed`: what the owner must know of that.
    `stopping` is set when the house closes: nobody waits for anything then.
    """

    place: Place
    state: Path
    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    moved: bool = False
    noticed: list[str] = field(default_factory=list)
    opened: list[Engine] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def journal(self) -> Journal:
        """The journal.

        Raises:
            NotAllowed: the state folder belongs to another vault.
            CopiedVault: the vault is a copy, and nobody has said yet what it is.
        """
        journal = Journal.open(self.state)
        try:
            with journal.begin() as sql:
                if words := recognise(sql, self.place, self.whereabouts(), moved=self.moved):
                    self.noticed.append(words)
                write_meta(sql, "vault", self.place.vault_id)
        except EmployeeError:
            journal.close()
            raise
        return journal

    def whereabouts(self) -> Whereabouts:
        """Where the vault and its journal are now."""
        return look_around(self.place, self.state, self.settings.node)

    @cached_property
    def context(self) -> ConnectorContext:
        """What connectors may use."""
        books = partial(getattr, self, "book_reports")  # when it is used: the books need this context
        return ConnectorContext(self.place.root, self.state, self.clock, self.passwords, books=books)

    @cached_property
    def passwords(self) -> RecordedSecrets:
        """The passwords that are kept; their uses are recorded."""
        store = SecretsOnUse(self.state, self.settings)
        return RecordedSecrets(store, self.state / "credentials.json", lambda: date.fromisoformat(self.today()))

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every connector folder's manifest."""
        prepare_environment()
        return tuple(module.MANIFEST for module in members(agents.connectors, "manifest"))

    @property
    def skills(self) -> Path:
        """The folder of the skills."""
        return self.settings.skills_folder()

    def accepted_skills(self) -> dict[str, AcceptedSkill]:
        """Which trees of skills the owner accepted, as the journal says now; asked in any thread."""
        from agents.durability.skill_rows import accepted_skills

        with looking(self.state) as sql:
            return accepted_skills(sql)

    @cached_property
    def models(self) -> dict[str, type[Action]]:
        """The model of every action, by name."""
        found = {}
        for manifest in self.manifests:
            for model in manifest.actions:
                found[str(model.model_fields["action"].default)] = model
        return found

    @cached_property
    def connectors(self) -> dict[str, Connector]:
        """The connector of every action, by name."""
        found: dict[str, Connector] = {}
        for manifest in self.manifests:
            connector = OpenedAnew(self.books.open if manifest.books else partial(manifest.open, self.context))
            found |= {str(model.model_fields["action"].default): connector for model in manifest.actions}
        return found

    @cached_property
    def books(self) -> BooksOfNow:
        """The owner's books, wherever they are kept at that moment."""
        return BooksOfNow(self.manifests, self.context)

    @property
    def receivables(self) -> Receivables:
        """What customers owe, read from the owner's books."""
        return self.books

    @property
    def book_reports(self) -> BookReports:
        """The figures of the owner's books as they are now."""
        return self.books.reports()

    def capabilities(self) -> tuple[Capability, ...]:
        """What works now, and the next step of what does not."""
        practice = (PRACTICE,) if isinstance(self.clock, FileClock) else ()
        looking = replace(self.context, secrets=SecretsOnUse(self.state, self.settings))  # to look is no use
        return (*practice, *(each for manifest in self.manifests for each in manifest.capabilities(looking)))

    @cached_property
    def key(self) -> SigningKey:
        """The key that signs commits, made on first use."""
        from agents.security.signing import SigningKey

        return SigningKey.load_or_create(self.state / "keys")

    @cached_property
    def signers(self) -> tuple[str, ...]:
        """The public lines of the keys whose commits are ours: those the journal knows, and the one that signs now."""
        from agents.durability.signers import known_signers

        with self.journal.begin() as sql:
            known = known_signers(sql)
        return tuple(dict.fromkeys([*known, self.key.public_line()]))

    def is_ours(self, commit: CommitRecord) -> bool:
        """Whether a commit bears a signature of ours."""
        from agents.security.signing import is_signed_by

        return is_signed_by(commit.payload, commit.signature, self.signers)

    @cached_property
    def blobs(self) -> Blobs:
        """Bytes by digest."""
        from agents.durability.blobs import Blobs

        return Blobs(self.state / "blobs")

    def engine_url(self) -> URL | None:
        """Where the engine keeps its steps; None: in a file of the state folder.

        Raises:
            NeedsOwner: what the owner connected cannot be used.
        """
        from agents.durability.engine_address import address

        return address(self.settings.engine_url, self.state, self.context.secrets)

    def history(self, *, create: bool = False) -> History:
        """The history; `create` lays it out when there is none."""
        from agents.vault.history import History

        way = History.create if create else History.open
        return way(self.state / "history.git", self.place.root, self.key.sign, gate=self.gate.findings)

    @cached_property
    def gate(self) -> SecretGate:
        """What keeps secrets out of notes and history."""
        from agents.security.secret_gate import SecretGate

        return SecretGate()

    @cached_property
    def recorder(self) -> Recorder:
        """The one writer; only for whoever holds the lock."""
        from agents.durability.transitions import Recorder
        from agents.security.signing import allowed_signers
        from agents.vault.files import free_temp_files, write_over
        from agents.vault.store import Store

        free_temp_files(self.state, without="objects")  # of the history: many, and never written by us
        journal, history = self.journal, self.history(create=True)  # first the journal: is it for this folder?
        allowed = allowed_signers(self.signers)
        signers = self.state / "allowed_signers"
        if not signers.is_file() or signers.read_text(encoding="utf-8") != allowed:
            write_over(signers, allowed.encode())
        history.prepare(pointer=self.place.pointer, allowed_signers=signers)
        return Recorder(journal, Store(self.place.root, self._blob), history, self.clock, self.is_ours, self.gate)

    def _blob(self, digest: str) -> bytes:
        content = self.blobs.get(digest)
        if content is None:
            raise NotAllowed(f"the bytes {digest[:10]} are gone", hint="Restore the state folder from a backup.")
        return content

    def lock(self) -> AbstractContextManager[None]:
        """Hold the vault: one runner at a time.

        Raises:
            NotAllowed: another one holds it, and which.
        """
        return held(self.state, Holder(os.getpid(), self.clock.machine_now(), self.settings.node))

    def runs_now(self) -> bool:
        """Whether a runner holds the vault on this machine."""
        return is_held(self.state)

    def holder(self) -> Holder | None:
        """Who holds the vault on this machine; None when nobody does, or nobody knows."""
        return holder_of(self.state) if self.runs_now() else None

    def open_engine(self, works: Mapping[str, Work], ended: Callable[[], None]) -> Engine:
        """The engine that does this vault's work; only for whoever holds the lock. `close` closes it.

        Raises:
            NotAllowed: another process has it open.
            Transient: its database cannot be reached.
        """
        from agents.durability.dbos_engine import open_engine

        with self.journal.begin() as sql:
            journal = journal_id(sql)
        engine = open_engine(self.engine_url(), self.state, works, ended, journal=journal)
        self.opened.append(engine)
        return engine

    def close(self) -> None:
        """Give back what was opened."""
        while self.opened:
            self.opened.pop().close()
        self.stopping.set()  # after the engine: what a step says from now on is no result of its work
        if "journal" in self.__dict__:
            self.journal.close()

    def today(self) -> str:
        """The local day, ISO."""
        return as_local(self.clock.now()).date().isoformat()


def open_house(vault: Path | None, settings: Settings | None = None, *, moved: bool = False) -> House:
    """The house of a vault that is there.

    Raises:
        NeedsOwner: there is no vault.
    """
    return house_at(locate(vault, Path.cwd()), settings, moved=moved)


def house_at(place: Place, settings: Settings | None = None, *, moved: bool = False) -> House:
    """The house of a place; its state folder is made when missing.

    Raises:
        NotAllowed: the state folder lies inside the vault.
        NeedsOwner: there is a clock file that cannot be used.
    """
    settings = settings or Settings()
    state = settings.state_folder(place.vault_id)
    if state.resolve().is_relative_to(place.root.resolve()):
        raise NotAllowed("The state folder lies inside the vault.", hint="Set AI_EMPLOYEE_STATE to a folder outside.")
    make_folder(state)
    state.chmod(0o700)
    return House(place, state, settings, chosen_clock(settings.clock), moved=moved)
