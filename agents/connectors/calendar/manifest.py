"""The calendar, described lightly: what it does, how it works now, and how to connect an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.calendar.account import is_connected, open_account, read_account
from agents.connectors.calendar.actions import CalendarEventCreate, CalendarEventDelete
from agents.connectors.calendar.connecting import forget_account, keep_account, kept_answers, try_account
from agents.connectors.contract import Ask, Capability, Connection, Manifest, State
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.connectors.contract import Connector, ConnectorContext
    from agents.security.egress import Destination

NEXT_STEP = "python orchestrator.py connect calendar"


def _open_connector(context: ConnectorContext) -> Connector:
    from agents.connectors.calendar.calendar_connector import (  # noqa: PLC0415 - opens lines, used rarely
        CalendarConnector,
    )

    return CalendarConnector(context)


def _capabilities(context: ConnectorContext) -> Sequence[Capability]:
    if not is_connected(context.state):
        says = "finished events wait in Outbox; no calendar is read"
        return (Capability("calendar", State.OUTBOX, says, NEXT_STEP),)
    try:
        account, _ = open_account(context.state, context.secrets.get)
    except NeedsOwner as err:
        return (Capability("calendar", State.OFF, str(err), NEXT_STEP),)
    names = ", ".join(each.name for each in account.calendars)
    return (Capability("calendar", State.REAL, f"reads {names} at {account.destination.host}", ""),)


def _reaches(context: ConnectorContext) -> Sequence[Destination]:
    try:
        return (read_account(context.state).destination,)
    except NeedsOwner:  # there is none, or its file is damaged: whoever needs it says so
        return ()


MANIFEST = Manifest(
    name="calendar",
    actions=(CalendarEventCreate, CalendarEventDelete),
    open_connector=_open_connector,
    capabilities=_capabilities,
    reaches=_reaches,
    connections=(
        Connection(
            name="calendar",
            asks=(
                Ask("url", "Address of the calendar server (CalDAV), such as https://cloud.example/remote.php/dav"),
                Ask("user", "User name"),
                Ask("password", "Password (an app password, if the provider has such)", secret=True),
                Ask(
                    "calendars",
                    "Which calendars (names with commas, empty: all); the first takes new events",
                    default="",
                ),
                Ask("own", "Your own mail address in invitations (empty: the user name)", default=""),
                Ask(
                    "ca_file",
                    "File with the server's own certificate (leave empty unless you run the server)",
                    default="",
                ),
            ),
            test=try_account,
            keep=keep_account,
            forget=forget_account,
            answers=kept_answers,
        ),
    ),
)
