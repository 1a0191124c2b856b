"""Connecting, and what a session with a real server does when something is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from agents.connectors.calendar.account import CalendarAccount, is_connected, read_account
from agents.connectors.calendar.actions import CalendarEventCreate, CalendarEventDelete
from agents.connectors.calendar.caldav import CalDav
from agents.connectors.calendar.calendar_connector import NOT_MINE
from agents.connectors.calendar.connecting import (
    forget_account,
    found_calendars,
    keep_account,
    kept_answers,
    try_account,
)
from agents.connectors.calendar.manifest import MANIFEST
from agents.connectors.calendar.multistatus import Said
from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found, State
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.security.egress import NOWHERE
from agents.security.web_egress import Answer, Web
from tests.clock import NOON
from tests.connectors.calendar.calendar_room import KEY, connect, context_in, fresh_calendar, ics, meeting
from tests.connectors.contract import MemorySecrets
from tests.standins.certificates import make_certificate
from tests.standins.radicale_server import PASSWORD, RadicaleServer
from tests.standins.web_server import WebServer

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.clock import FrozenClock


@pytest.fixture
def context(tmp_path: Path, clock: FrozenClock) -> ConnectorContext:
    return context_in(tmp_path, clock)


def test_the_calendars_the_owner_names_are_found_and_no_other(server: RadicaleServer, work: str) -> None:
    home = fresh_calendar(server)
    account = found_calendars(server.answers() | {"calendars": f"{home}, {work.upper()}"})
    assert [each.name for each in account.calendars] == [home, work]
    assert {work, home} <= {each.name for each in found_calendars(server.answers()).calendars}
    alone = found_calendars(server.answers() | {"url": account.calendars[0].url})
    assert [each.name for each in alone.calendars] == [home]
    assert f"Read from now on: {home}" in try_account(server.answers() | {"calendars": home})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "battery staple"}, "refused user or password"),
        ({"password": ""}, "password is empty"),
        ({"calendars": "Nowhere"}, "no calendar named 'nowhere'; there are: "),
        ({"ca_file": ""}, "not to be trusted"),
        ({"ca_file": "/nowhere.pem"}, "cannot be used"),
        ({"url": "cloud.example"}, "cannot be used: url"),
        ({"url": "https://owner:secret@cloud.example"}, "cannot be used: url"),
        ({"url": "https://cloud.example:99999/"}, "cannot be used: url"),
        ({"user": ""}, "cannot be used: user"),
    ],
)
def test_answers_that_do_not_work_are_told(
    server: RadicaleServer, work: str, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(NeedsOwner) as refused:
        try_account(server.answers() | {"calendars": work} | changed)
    assert said in str(refused.value)
    assert PASSWORD not in f"{refused.value} {refused.value.hint}"


def test_a_host_that_is_not_there_is_tried_again_and_no_plain_line_is_opened(server: RadicaleServer) -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        try_account(server.answers() | {"url": "https://localhost:1/"})
    with pytest.raises(NotAllowed, match="without encryption"):
        try_account(server.answers() | {"url": "http://cloud.invalid/"})


def test_a_redirect_to_another_place_is_not_followed(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with WebServer(certificate) as elsewhere, WebServer(certificate) as here:
        here.redirects["/"] = elsewhere.address("/")
        here.redirects["/circle"] = "/circle"
        answers = {"user": "owner", "password": PASSWORD, "ca_file": str(certificate.certificate_file)}
        with pytest.raises(NotAllowed, match="sends us on to"):
            try_account(answers | {"url": here.address("/")})
        assert elsewhere.asked == []
        with pytest.raises(NeedsOwner, match="in a circle"):
            try_account(answers | {"url": here.address("/circle")})
        with pytest.raises(NeedsOwner, match="no calendar server"):
            try_account(answers | {"url": here.address("/hello")})


def says(monkeypatch: pytest.MonkeyPatch, href: str, properties: str) -> None:
    """Every server gives this answer to everything."""
    found = f"<href>{href}</href><propstat><prop>{properties}</prop><status>HTTP/1.1 200 OK</status></propstat>"
    body = (
        f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response>{found}</response></multistatus>'
    )
    monkeypatch.setattr(Web, "ask", lambda *_asked: Answer(207, {}, body.encode()))


def session(clock: FrozenClock) -> CalDav:
    account = CalendarAccount(url="https://cloud.example/", user="owner")
    return CalDav(account, SecretStr(PASSWORD), NOWHERE, clock)


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/b\u00fcro/my work/", "https://cloud.example/b%C3%BCro/my%20work/"),
        ("/a%20b%40c/", "https://cloud.example/a%20b%40c/"),
        ("work@home/", "https://cloud.example/dav/work@home/"),
    ],
    ids=["letters", "escaped", "beside"],
)
def test_an_address_of_any_letters_is_one_that_can_be_asked(
    monkeypatch: pytest.MonkeyPatch, clock: FrozenClock, href: str, address: str
) -> None:
    says(monkeypatch, href, "<getetag>1</getetag><C:calendar-data>x</C:calendar-data>")
    here = "https://cloud.example/dav/"
    assert session(clock).versions(here, NOON, NOON) == {address: "1"}
    assert [each.url for each in session(clock).fetch(here, [address])] == [address]
    says(monkeypatch, here, f"<current-user-principal><href>{href}</href></current-user-principal>")
    assert session(clock).discover() == ()
    says(monkeypatch, "/", f"<C:calendar-home-set><href>{href}</href></C:calendar-home-set>")
    assert session(clock).discover() == ()


@pytest.mark.parametrize("href", ["http://[x", "//[x/", "https://a:x/"])
def test_an_address_that_is_none_is_tried_again(monkeypatch: pytest.MonkeyPatch, clock: FrozenClock, href: str) -> None:
    says(monkeypatch, href, "<getetag>1</getetag><C:calendar-data>x</C:calendar-data>")
    with pytest.raises(Transient, match="is none"):
        session(clock).versions("https://cloud.example/", NOON, NOON)
    with pytest.raises(Transient, match="is none"):
        list(session(clock).fetch("https://cloud.example/", ["/x"]))
    says(monkeypatch, "/", f"<current-user-principal><href>{href}</href></current-user-principal>")
    with pytest.raises(Transient, match="is none"):
        session(clock).discover()
    monkeypatch.setattr(Web, "ask", lambda *_asked: Answer(302, {"location": href}, b""))
    with pytest.raises(Transient, match="is none"):
        session(clock).discover()


def test_a_calendar_is_never_kept_with_an_address_that_is_none(
    monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    kind = "<resourcetype><C:calendar/></resourcetype>"
    server = session(clock)
    monkeypatch.setattr(CalDav, "_propfind_somewhere", lambda *_asked: (Said("", ()), "https://cloud.example/"))
    for href in ("mailto:anna@client.example", "https://owner@cloud.example/", "https://cloud.example:x/", "x" * 2000):
        says(monkeypatch, href, kind)
        with pytest.raises(Transient, match="is none"):
            server.discover()
    says(monkeypatch, "/b\u00fcro/", kind)
    assert [each.url for each in server.discover()] == ["https://cloud.example/b%C3%BCro/"]


def test_kept_and_forgotten(context: ConnectorContext, server: RadicaleServer, work: str) -> None:
    assert MANIFEST.capabilities(context)[0].state is State.OUTBOX
    said = keep_account(context, server.answers() | {"calendars": work, "own": "me@studio.example"})
    assert work in said
    assert MANIFEST.capabilities(context)[0].state is State.REAL
    assert MANIFEST.reaches(context)[0].port == server.port
    assert {**kept_answers(context), "password": PASSWORD} == server.answers() | {
        "calendars": work,
        "own": "me@studio.example",
    }
    assert MANIFEST.capabilities(replace(context, secrets=MemorySecrets()))[0].state is State.OFF
    settings = context.state / "connections" / "calendar.json"
    assert PASSWORD not in settings.read_text(encoding="utf-8")
    assert settings.stat().st_mode & 0o777 == 0o600
    assert "forgotten" in forget_account(context)
    assert not is_connected(context.state)
    assert MANIFEST.reaches(context) == ()
    settings.write_text("{}", encoding="utf-8")
    with pytest.raises(NeedsOwner, match="damaged"):
        read_account(context.state)


def test_an_event_is_put_in_as_it_was_sealed(context: ConnectorContext, server: RadicaleServer, work: str) -> None:
    connect(context, server, work)
    MANIFEST.open(context).execute(meeting(), KEY, {})
    (text,) = server.events(work)
    plain = text.replace("\n ", "").replace("\r", "")
    assert "DTSTART:20261201T090000Z" in plain
    assert "SUMMARY:Call with Anna" in plain
    assert "LOCATION:Zoom\\; room 2\\, first floor" in plain
    assert "DESCRIPTION:About the samples.\\nBring all of them." in plain
    assert "ORGANIZER:mailto:owner@studio.example" in plain
    assert "mailto:anna@client.example" in plain
    assert f"UID:{KEY[:32]}@ai-employee.invalid" in plain


def test_an_event_dragged_to_another_calendar_is_found_and_not_put_in_again(
    context: ConnectorContext, server: RadicaleServer, work: str
) -> None:
    home = fresh_calendar(server)
    connect(context, server, work, home)
    receipt = MANIFEST.open(context).execute(meeting(), KEY, {})
    (text,) = server.events(work)
    server.delete(work, receipt.provider_id)
    server.put(home, "dragged", text)
    again = MANIFEST.open(context).execute(meeting(), KEY, {})
    assert replace(again, summary="") == replace(receipt, summary="")
    assert f"in the calendar {home} at" in again.summary
    connect(context, server, home, work)
    assert MANIFEST.open(context).execute(meeting(), KEY, {}) == again
    assert (len(server.events(home)), server.events(work)) == (1, [])


def test_an_event_of_our_name_that_somebody_wrote_is_not_written_over(
    context: ConnectorContext, server: RadicaleServer, work: str
) -> None:
    connect(context, server, work)
    server.put(work, f"{KEY[:32]}@ai-employee.invalid", ics("DTSTART:20261201T100000Z", uid="another"))
    with pytest.raises(OutcomeUnknown):
        MANIFEST.open(context).execute(meeting(), KEY, {})
    assert "another" in server.events(work)[0]
    assert len(server.events(work)) == 1


def test_what_was_not_sent_is_tried_again(context: ConnectorContext, server: RadicaleServer, work: str) -> None:
    connect(context, server, work)
    server.refuses.add("GET")
    with pytest.raises(Transient):
        MANIFEST.open(context).execute(meeting(), KEY, {})
    assert server.events(work) == []


def test_an_event_of_ours_is_deleted_once_and_undoing_proposes_it(
    context: ConnectorContext, server: RadicaleServer, work: str
) -> None:
    connect(context, server, work)
    connector = MANIFEST.open(context)
    receipt = connector.execute(meeting(), KEY, {})
    undoing = connector.compensate(meeting(), receipt)
    assert isinstance(undoing, CalendarEventDelete)
    assert connector.find("f" * 64, undoing) == Absent()
    server.loses_answers_to.add("DELETE")
    with pytest.raises(OutcomeUnknown):
        connector.execute(undoing, "f" * 64, {})
    assert server.events(work) == []
    assert isinstance(connector.find("f" * 64, undoing), Found)
    assert connector.execute(undoing, "f" * 64, {}).summary == "it is in the calendar no more"
    assert isinstance(connector.compensate(undoing, receipt), CannotUndo)


def test_without_a_calendar_an_event_lies_in_outbox_and_stays_found_when_one_is_connected(
    context: ConnectorContext, server: RadicaleServer, work: str
) -> None:
    connector = MANIFEST.open(context)
    receipt = connector.execute(meeting(), KEY, {})
    assert "not in a calendar" in receipt.summary
    assert connector.compensate(meeting(), receipt) == CannotUndo(NOT_MINE)
    connect(context, server, work)
    assert MANIFEST.open(context).execute(meeting(), KEY, {}) == receipt
    assert server.events(work) == []
    (context.vault / receipt.paths[0]).unlink()
    (context.vault / receipt.paths[0]).mkdir()
    assert isinstance(MANIFEST.open(context).find(KEY, meeting()), CannotKnow)
    with pytest.raises(OutcomeUnknown):
        MANIFEST.open(context).execute(meeting(), KEY, {})


def test_nothing_is_deleted_without_a_calendar(context: ConnectorContext) -> None:
    gone = CalendarEventDelete(uid=f"{KEY[:32]}@ai-employee.invalid", summary="Call", when="2026-12-01 10:00-11:00")
    with pytest.raises(NeedsOwner):
        MANIFEST.open(context).execute(gone, KEY, {})


def test_another_file_of_the_name_in_outbox_is_left_alone(context: ConnectorContext) -> None:
    name = f"2026-11-23-event-{KEY[:10]}.ics"
    (context.vault / "Outbox").mkdir()
    (context.vault / "Outbox" / name).write_text("mine", encoding="utf-8")
    with pytest.raises(NotAllowed, match="another file"):
        MANIFEST.open(context).execute(meeting(), KEY, {})


def test_an_event_without_guests_is_filed_and_one_with_guests_is_a_message() -> None:
    alone: CalendarEventCreate = meeting(attendees=[])
    assert (alone.stakes.value, alone.recipient()) == ("filing", "your calendar")
    assert (meeting().stakes.value, meeting().recipient()) == ("message", "anna@client.example")
