"""What CalDAV servers are asked, and what they answer, as XML (RFC 4791, RFC 4918). Pure.

An answer with a document type or entities of its own is refused: nothing here expands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from agents.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from xml.etree.ElementTree import Element

DAV, CALDAV, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_NAMES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def _propfind(*names: str) -> str:
    wanted = "".join(f"<{each}/>" for each in names)
    return f"{_HEAD}<D:propfind {_NAMES}><D:prop>{wanted}</D:prop></D:propfind>"


WHO = _propfind("D:current-user-principal", "C:calendar-home-set", "D:resourcetype", "D:displayname")
HOME = _propfind("C:calendar-home-set")
CALENDARS = _propfind("D:resourcetype", "D:displayname", "C:supported-calendar-component-set")
STATE = _propfind("S:getctag", "D:sync-token")


@dataclass(frozen=True, slots=True)
class Said:
    """What a server says of one address: the properties it has."""

    href: str
    properties: tuple[Element, ...]

    def text(self, name: str) -> str:
        """The text of a property, or empty."""
        return next(((each.text or "").strip() for each in self.properties if each.tag == name), "")

    def inner(self, name: str) -> Iterator[Element]:
        """What stands within a property."""
        return (inner for each in self.properties if each.tag == name for inner in each)

    def href_in(self, name: str) -> str:
        """The address a property holds, or empty."""
        return next(((each.text or "").strip() for each in self.inner(name) if each.tag == f"{DAV}href"), "")


def window(begin: datetime, end: datetime) -> str:
    """Asks for address and version of every event between two moments (aware, UTC)."""
    times = f'start="{begin:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"'
    return _query(f"<C:time-range {times}/>", "<D:getetag/>")


def with_uid(uid: str) -> str:
    """Asks for address, version and text of the event with this UID."""
    match = f'<C:text-match collation="i;octet">{escape(uid)}</C:text-match>'
    return _query(f'<C:prop-filter name="UID">{match}</C:prop-filter>', "<D:getetag/><C:calendar-data/>")


def many(hrefs: Iterable[str]) -> str:
    """Asks for version and text of the events at these addresses."""
    listed = "".join(f"<D:href>{escape(each)}</D:href>" for each in hrefs)
    props = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
    return f"{_HEAD}<C:calendar-multiget {_NAMES}>{props}{listed}</C:calendar-multiget>"


def _query(condition: str, properties: str) -> str:
    within = f'<C:comp-filter name="VEVENT">{condition}</C:comp-filter>'
    wanted = (
        f'<D:prop>{properties}</D:prop><C:filter><C:comp-filter name="VCALENDAR">{within}</C:comp-filter></C:filter>'
    )
    return f"{_HEAD}<C:calendar-query {_NAMES}>{wanted}</C:calendar-query>"


def read_multistatus(body: bytes) -> tuple[Said, ...]:
    """What the server says, of each address; what it refuses or does not know is left out.

    Raises:
        Transient: it is no such answer.
    """
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as err:
        raise Transient("the calendar server gave an answer that cannot be read", hint="It is tried again.") from err
    return tuple(
        Said((each.findtext(f"{DAV}href") or "").strip(), tuple(_found(each))) for each in root.iter(f"{DAV}response")
    )


def _found(response: Element) -> Iterator[Element]:
    for each in response.findall(f"{DAV}propstat"):
        if " 200" in (each.findtext(f"{DAV}status") or ""):
            yield from (inner for prop in each.findall(f"{DAV}prop") for inner in prop)
