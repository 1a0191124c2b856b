"""Reads the owner's calendars: keeps a copy of what lies near now in the state folder, and says what is planned.

Only `refresh` asks the server, and of it only what changed; everybody else reads the agenda it left. Whether anything
changed is one small request; then the versions of the events in the window, then those whose version is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.connectors.calendar.account import is_connected, open_account, place_of, read_account
from agents.connectors.calendar.agenda import Agenda, Occurrence, by_start, from_json, to_json
from agents.connectors.calendar.ics import CalendarFile, read_ics
from agents.connectors.calendar.invitation import describe
from agents.errors import NeedsOwner
from agents.security.domain_table import Whence, domain_of, read_domains
from agents.security.egress import Egress
from agents.vault.files import PRIVATE_MODE, read_regular, write_over
from agents.vault.layout import HANDBOOK_NOTE
from agents.vault.note import Problem
from agents.vault.note_files import note_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agents.clock import Clock
    from agents.connectors.calendar.account import CalendarAccount, CalendarPlace
    from agents.connectors.calendar.caldav import CalDav
    from agents.security.domain_table import Domains

__all__ = ["Agenda", "CalendarFile", "Occurrence", "Source", "agenda_of", "describe", "read_ics", "shown_agenda"]

BEFORE, AFTER = timedelta(days=7), timedelta(days=92)
MAX_COPY_BYTES = 100_000_000
MAX_AGENDA_BYTES = 50_000_000
MAX_EVENTS = 10_000  # of one calendar, near now
MAX_EVENT_CHARS = 250_000


class _Kept(BaseModel):
    """One event of the copy: its version and its text; the text is empty where it is too long to be read."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    etag: str
    ics: str


class _Copied(BaseModel):
    """One calendar of the copy: its state at the server, the day of its window, and its events by address.

    `unread`: how many events there are besides.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    state: str = ""
    day: str = ""
    events: dict[str, _Kept] = {}
    unread: int = 0


class _Copy(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    calendars: dict[str, _Copied] = {}


@dataclass(frozen=True, slots=True)
class Source:
    """The account in the state folder, and what reading it needs. `secret` gives a kept password by its name."""

    state: Path
    secret: Callable[[str], str | None]
    clock: Clock

    @property
    def is_connected(self) -> bool:
        """Whether the owner has connected a calendar."""
        return is_connected(self.state)

    def connected_since(self) -> tuple[int, int] | None:
        """Changes whenever the owner connects anew; None: nothing is connected."""
        try:
            status = place_of(self.state).lstat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def refresh(self, now: datetime) -> Agenda:
        """What is planned near `now`, as the server has it.

        Raises:
            NeedsOwner: it is not connected, or the account does not work.
            Transient: the server cannot be reached now.
            NotAllowed: the server refuses.
        """
        from agents.connectors.calendar.caldav import CalDav  # noqa: PLC0415 - opens lines, used rarely

        account, password = open_account(self.state, self.secret)
        server = CalDav(account, password, Egress("calendar", (account.destination,)), self.clock)
        before = _read_copy(self.state)
        copies = {each.url: _copied(server, each, before.calendars.get(each.url), now) for each in account.calendars}
        copy = _Copy(calendars=copies)
        kept = agenda_of(self.state)
        if copy == before and kept is not None and kept.begin.date() == (now - BEFORE).astimezone(UTC).date():
            return kept
        agenda = _agenda(account, copy, now)
        write_over(_copy_place(self.state), copy.model_dump_json().encode(), mode=PRIVATE_MODE)
        write_over(_agenda_place(self.state), to_json(agenda), mode=PRIVATE_MODE)
        return agenda


def agenda_of(state: Path) -> Agenda | None:
    """What was planned when the server was last asked; None: nothing is connected, or it never was asked."""
    content = read_regular(_agenda_place(state), MAX_AGENDA_BYTES) if is_connected(state) else b""
    return None if isinstance(content, Problem) else from_json(content)


def shown_agenda(state: Path, root: Path) -> Agenda | None:
    """As `agenda_of`, for whoever is not the owner: of what the handbook keeps apart, only that it takes its time.

    `root` is our folder in the vault. While the handbook does not say what is kept apart, nothing is told in words.
    """
    agenda = agenda_of(state)
    if agenda is None:
        return None
    handbook = note_at(root, HANDBOOK_NOTE)
    domains = None if isinstance(handbook, Problem) else read_domains(handbook.text)
    if domains is None or domains.problems:
        return agenda.without_words(lambda _entry: True)
    return agenda.without_words(partial(_is_apart, domains))


def _is_apart(domains: Domains, entry: Occurrence) -> bool:
    """Whether it is of a domain that is kept apart, by whoever takes part or by its words."""
    if not domains.apart:
        return False
    text = f"{entry.title}\n{entry.place}\n{entry.description}"
    people = {entry.organizer, *entry.others}
    return any(domain_of(Whence(sender=who, text=text), domains.rows) in domains.apart for who in people)


def own_addresses(state: Path) -> tuple[str, ...]:
    """Who in an invitation is the owner; none where nothing is connected."""
    try:
        return read_account(state).own_addresses
    except NeedsOwner:
        return ()


def _copied(server: CalDav, place: CalendarPlace, before: _Copied | None, now: datetime) -> _Copied:
    before = before or _Copied()
    state, day = server.state(place.url), f"{now.astimezone(UTC):%Y-%m-%d}"
    if state and (state, day) == (before.state, before.day):
        return before
    named = server.versions(place.url, now - BEFORE, now + AFTER)
    versions = dict([*named.items()][:MAX_EVENTS])
    same = {url: each for url, each in before.events.items() if each.etag and versions.get(url) == each.etag}
    wanted = [url for url in versions if url not in same]
    new = {
        each.url: _Kept(etag=each.etag, ics=each.ics if len(each.ics) <= MAX_EVENT_CHARS else "")
        for each in server.fetch(place.url, wanted)
    }
    missing = max(0, len(wanted) - len(new))  # gone meanwhile, or not given: without its state it is asked for again
    unread = len(named) - len(versions) + missing
    return _Copied(state="" if missing else state, day=day, events=same | new, unread=unread)


def _agenda(account: CalendarAccount, copy: _Copy, now: datetime) -> Agenda:
    begin, end = now - BEFORE, now + AFTER
    found: dict[str, Occurrence] = {}
    unread = 0
    for calendar in copy.calendars.values():
        unread += calendar.unread
        for kept in calendar.events.values():
            read = read_ics(kept.ics.encode(), account.own_addresses)
            if isinstance(read, Problem):
                unread += 1
                continue
            unread += read.unfollowed
            found |= {each.id: each for each in read.occurrences(begin, end)}
    return Agenda(begin, end, by_start(found.values()), unread)


def _read_copy(state: Path) -> _Copy:
    content = read_regular(_copy_place(state), MAX_COPY_BYTES)
    try:
        return _Copy() if isinstance(content, Problem) else _Copy.model_validate_json(content)
    except ValidationError:  # it is only a copy: it is fetched again
        return _Copy()


def _copy_place(state: Path) -> Path:
    return state / "calendar" / "copy.json"


def _agenda_place(state: Path) -> Path:
    return state / "calendar" / "agenda.json"
