"""A session with a calendar server: CalDAV over the one door to the network. Errors are ours, by what to do next.

Redirects are followed within the host alone, and the password never goes elsewhere.
Source: RFC 4791 (CalDAV), RFC 6764 (discovery), RFC 9110 sections 13.1.1 and 13.1.2 (If-Match, If-None-Match).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urljoin, urlsplit

from pydantic import ValidationError

from agents.connectors.calendar.account import CONNECT, CalendarPlace
from agents.connectors.calendar.multistatus import (
    CALDAV,
    CALENDARS,
    DAV,
    HOME,
    SERVER,
    STATE,
    WHO,
    Said,
    many,
    read_multistatus,
    window,
    with_uid,
)
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.security.web_egress import Answer, Asking, Bounds, NothingSent, Web

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pydantic import SecretStr

    from agents.clock import Clock
    from agents.connectors.calendar.account import CalendarAccount
    from agents.security.egress import Egress

MAX_REDIRECTS = 5
MAX_CALENDARS = 50
TOGETHER = 50  # events fetched by one request
LATER = "It is tried again later."
LOOK = "It is looked up in the calendar."
OK, CREATED, NO_CONTENT, MULTI = 200, 201, 204, 207
AS_IT_IS = "%/:?#[]@!$&'()*+,;=~"  # also what is escaped already
REDIRECTS = {301, 302, 307, 308}
UNAUTHORIZED, NOT_FOUND, GONE, PRECONDITION_FAILED = 401, 404, 410, 412
TOO_MANY, SERVER_ERROR, UNAVAILABLE = 429, 500, 503


@dataclass(frozen=True, slots=True)
class Stored:
    """One event as it lies on the server: its address, its version, its text."""

    url: str
    etag: str
    ics: str


class CalDav:
    """Talks to the account's server, one request at a time."""

    def __init__(self, account: CalendarAccount, password: SecretStr, egress: Egress, clock: Clock) -> None:
        self._account = account
        self._web = Web(egress, account.ca_file)
        login = f"{account.user}:{password.get_secret_value()}".encode()
        self._headers = {"Authorization": f"Basic {base64.b64encode(login).decode()}"}
        self._bounds = Bounds(clock, silence_s=account.timeout_s, total_s=4 * account.timeout_s)

    def discover(self) -> tuple[CalendarPlace, ...]:
        """Every calendar of the account that holds events.

        Raises:
            NeedsOwner: password, certificate or address are wrong.
            Transient: the server cannot be reached now.
        """
        start = self._account.url
        said, where = self._propfind_somewhere((start, urljoin(start, "/.well-known/caldav")))
        if _is_calendar(said):
            return (CalendarPlace(url=where, name=_name(said)),)
        home = said.href_in(f"{CALDAV}calendar-home-set")
        if not home and (principal := said.href_in(f"{DAV}current-user-principal")):
            where = _joined(where, principal)
            home = self._one(where, HOME).href_in(f"{CALDAV}calendar-home-set")
        listed, where = self._propfind(_joined(where, home or where), CALENDARS, depth="1")
        found = [each for each in listed if _is_calendar(each)][:MAX_CALENDARS]
        return tuple(_place(where, each) for each in found)

    def state(self, calendar: str) -> str:
        """A word that changes when anything in the calendar does; empty: the server has none."""
        said = self._one(calendar, STATE)
        return said.text(f"{DAV}sync-token") or said.text(f"{SERVER}getctag")

    def versions(self, calendar: str, begin: datetime, end: datetime) -> dict[str, str]:
        """The versions of the events between two moments, by address."""
        said = self._report(calendar, window(begin, end))
        return {_joined(calendar, each.href): each.text(f"{DAV}getetag") for each in said}

    def fetch(self, calendar: str, urls: Sequence[str]) -> Iterator[Stored]:
        """The events at these addresses, as far as they are still there."""
        for at in range(0, len(urls), TOGETHER):
            asked = [urlsplit(each).path for each in urls[at : at + TOGETHER]]
            yield from _stored(calendar, self._report(calendar, many(asked)))

    def find(self, calendar: str, uid: str) -> Stored | None:
        """The event with this UID, or None: certainly there is none."""
        answer = self._send("GET", self.address_of(calendar, uid))
        if answer.status == OK and uid.encode() in answer.body:
            return Stored(
                self.address_of(calendar, uid), answer.headers.get("etag", ""), answer.body.decode(errors="replace")
            )
        if answer.status not in {OK, NOT_FOUND, GONE}:
            _refused(answer)
        return next(_stored(calendar, self._report(calendar, with_uid(uid))), None)

    def put_new(self, calendar: str, uid: str, ics: bytes) -> bool:
        """Put a new event in; False: there is one at its address already.

        Raises:
            Transient: certainly nothing was put in.
            OutcomeUnknown: no answer after it was on its way.
            NotAllowed, NeedsOwner: refused.
        """
        headers = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
        answer = self._write("PUT", self.address_of(calendar, uid), headers, ics)
        return answer.status in {OK, CREATED, NO_CONTENT}

    def delete(self, stored: Stored) -> bool:
        """Take an event out as it was read; False: it is gone, or somebody changed it meanwhile.

        Raises:
            As `put_new`.
        """
        headers = {"If-Match": stored.etag} if stored.etag else {}
        return self._write("DELETE", stored.url, headers).status in {OK, NO_CONTENT}

    def address_of(self, calendar: str, uid: str) -> str:
        """Where our own events lie."""
        return urljoin(calendar if calendar.endswith("/") else f"{calendar}/", f"{uid}.ics")

    def _write(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        try:
            answer = self._send(method, url, headers, body)
        except NothingSent:
            raise
        except Transient as err:
            raise OutcomeUnknown("the calendar server gave no answer to a change", hint=LOOK) from err
        if answer.status >= SERVER_ERROR and answer.status != UNAVAILABLE:
            raise OutcomeUnknown(f"the calendar server failed at a change ({answer.status})", hint=LOOK)
        if answer.status not in {OK, CREATED, NO_CONTENT, PRECONDITION_FAILED, NOT_FOUND, GONE}:
            _refused(answer)
        return answer

    def _propfind_somewhere(self, urls: Sequence[str]) -> tuple[Said, str]:
        for url in urls:
            answer, where = self._follow("PROPFIND", url, {"Depth": "0"}, WHO.encode())
            if answer.status == MULTI and (said := read_multistatus(answer.body)):
                return said[0], where
            if answer.status == UNAUTHORIZED:
                _refused(answer)
        raise NeedsOwner(f"there is no calendar server at {self._account.url}", hint=CONNECT)

    def _propfind(self, url: str, body: str, depth: str) -> tuple[tuple[Said, ...], str]:
        answer, where = self._follow("PROPFIND", url, {"Depth": depth}, body.encode())
        if answer.status != MULTI:
            _refused(answer)
        return read_multistatus(answer.body), where

    def _one(self, url: str, body: str) -> Said:
        return next(iter(self._propfind(url, body, "0")[0]), Said("", ()))

    def _report(self, url: str, body: str) -> tuple[Said, ...]:
        answer, _ = self._follow("REPORT", url, {"Depth": "1"}, body.encode())
        if answer.status != MULTI:
            _refused(answer)
        return read_multistatus(answer.body)

    def _follow(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, str]:
        """The answer, and the address it came from; redirects stay with the host (RFC 6764 section 6)."""
        sent = {"Content-Type": "application/xml; charset=utf-8", **headers}
        for _ in range(MAX_REDIRECTS):
            answer = self._send(method, url, sent, body)
            if answer.status not in REDIRECTS or not (to := answer.headers.get("location")):
                return answer, url
            target = _joined(url, to)
            if urlsplit(target)[:2] != urlsplit(url)[:2]:
                hint = "Connect the calendar with the address that it answers from."
                raise NotAllowed(f"the calendar server sends us on to {urlsplit(target).netloc[:100]!r}", hint=hint)
            url = target
        raise NeedsOwner("the calendar server sends us in a circle", hint=CONNECT)

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        return self._web.ask(Asking(method, url, {**self._headers, **(headers or {})}, body), self._bounds)


def _refused(answer: Answer) -> NoReturn:
    who = "the calendar server"
    if answer.status == UNAUTHORIZED:
        raise NeedsOwner(f"{who} refused user or password", hint=CONNECT)
    if answer.status in {TOO_MANY, UNAVAILABLE} or answer.status >= SERVER_ERROR:
        raise Transient(f"{who} says 'later' ({answer.status})", hint=LATER)
    if answer.status in {NOT_FOUND, GONE}:
        raise NeedsOwner(f"{who} does not know the calendar any more", hint=CONNECT)
    raise NotAllowed(f"{who} refused ({answer.status})", hint="Look at the rights of the account there.")


def _joined(base: str, said: str) -> str:
    """The address that the server names, in the letters an address may have."""
    try:
        joined = urljoin(base, quote(said, safe=AS_IT_IS))
        _ = urlsplit(joined).port
    except ValueError as err:  # as UnicodeEncodeError is
        raise Transient("the calendar server names an address that is none", hint=LATER) from err
    return joined


def _place(where: str, said: Said) -> CalendarPlace:
    url = _joined(where, said.href)
    try:
        return CalendarPlace(url=url, name=_name(said))
    except ValidationError as err:
        raise Transient("the calendar server names a calendar at an address that is none", hint=LATER) from err


def _is_calendar(said: Said) -> bool:
    """Whether it is a calendar, and one for events."""
    kinds = {each.tag for each in said.inner(f"{DAV}resourcetype")}
    holds = {each.get("name", "").upper() for each in said.inner(f"{CALDAV}supported-calendar-component-set")}
    return f"{CALDAV}calendar" in kinds and (not holds or "VEVENT" in holds)


def _name(said: Said) -> str:
    """What the server calls it; the last part of its address where it has no name."""
    return " ".join((said.text(f"{DAV}displayname") or said.href.rstrip("/").rpartition("/")[2]).split())[:200]


def _stored(calendar: str, said: Sequence[Said]) -> Iterator[Stored]:
    for each in said:
        if ics := each.text(f"{CALDAV}calendar-data"):
            yield Stored(_joined(calendar, each.href), each.text(f"{DAV}getetag"), ics)
