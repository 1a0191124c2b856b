"""Puts events into the owner's calendar, or as finished files into Outbox while none is connected.

Both look a key up in both places, so an event stays found when the calendar is connected in between. An event that lies
in Outbox and is put in by hand has the same UID: a calendar takes it for the same event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from agents.connectors.calendar import outbox
from agents.connectors.calendar.account import is_connected, open_account
from agents.connectors.calendar.actions import CalendarEventCreate, CalendarEventDelete
from agents.connectors.calendar.caldav import CalDav
from agents.connectors.calendar.event_text import compose, created_at, uid_of
from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found, Receipt
from agents.connectors.filed import PROVIDER, Unreadable
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown

if TYPE_CHECKING:
    from datetime import datetime

    from agents.connectors.calendar.account import CalendarAccount, CalendarPlace
    from agents.connectors.contract import Action, Attachments, ConnectorContext, Lookup

NOT_MINE = "It is in no calendar of mine. Delete the file from Outbox, and the event if you put it in."
CHANGED = "the event was changed while it was to be deleted"


class _Place(Protocol):
    """Where events are put, but for the Outbox."""

    def find(self, key: str, action: Action) -> Lookup: ...
    def execute(self, action: Action, key: str) -> Receipt: ...


class CalendarConnector:
    """One connector for both: which it is says `name`."""

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context
        self._place: _Place = _Server(context) if is_connected(context.state) else _Outbox(context)
        self.name = _Server.name if is_connected(context.state) else PROVIDER

    def __repr__(self) -> str:
        return f"CalendarConnector({self.name})"

    def find(self, key: str, action: Action) -> Lookup:
        """Whether the event is in the calendar, or lies in Outbox; whether one that was to be deleted is gone.

        Raises:
            Transient, NeedsOwner: the server cannot be asked now.
        """
        filed = outbox.lookup(self._context.vault, key, self._context.clock.now())
        if isinstance(filed, Unreadable):
            return CannotKnow(f"Did you put the event into your calendar yourself? {filed.path}: {filed.why}.")
        return Found(filed) if filed else self._place.find(key, action)

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Make the change once.

        Raises:
            Transient, NotAllowed, NeedsOwner, OutcomeUnknown: as every connector.
        """
        del attachments  # an event has none
        if not isinstance(action, CalendarEventCreate | CalendarEventDelete):
            raise NotAllowed(f"{action.action} is no event", hint="Report this: the wrong connector was chosen.")
        match self.find(key, action):
            case Found(receipt):
                return receipt
            case CannotKnow(question):
                raise OutcomeUnknown(question, hint="Look into your calendar; answer the question in the vault.")
            case _:
                return self._place.execute(action, key)

    def release(self, key: str, action: Action) -> None:
        """Nothing is kept here about tries: the calendar itself says what is in it."""

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """Take the event out again."""
        if receipt.provider == PROVIDER:
            return CannotUndo(NOT_MINE)
        if not isinstance(action, CalendarEventCreate):
            return CannotUndo("A deleted event is gone. Let it be put in anew.")
        return CalendarEventDelete(uid=receipt.provider_id, summary=action.summary, when=action.when())


class _Outbox:
    def __init__(self, context: ConnectorContext) -> None:
        self._context = context

    def find(self, key: str, action: Action) -> Lookup:  # noqa: ARG002 - the Outbox was looked through
        return Absent()

    def execute(self, action: Action, key: str) -> Receipt:
        if not isinstance(action, CalendarEventCreate):
            raise NeedsOwner("the calendar is not connected any more", hint="Connect it, or delete the event yourself.")
        at = self._context.clock.now().replace(microsecond=0)
        content = compose(action, key, at)
        path = outbox.EVENTS.file(self._context.vault, key, content, at)
        return outbox.receipt(content, path, uid_of(key), at)


class _Server:
    name = "caldav"

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context

    def find(self, key: str, action: Action) -> Lookup:
        account, server = self._open()
        if not isinstance(action, CalendarEventCreate | CalendarEventDelete):
            return Absent()
        uid = action.uid if isinstance(action, CalendarEventDelete) else uid_of(key)
        found = ((each, server.find(each.url, uid)) for each in account.calendars)  # wherever the owner dragged it
        where, stored = next((each for each in found if each[1]), (None, None))
        if isinstance(action, CalendarEventDelete):
            return Absent() if stored else Found(self._deleted(uid))
        if where is None or stored is None:
            return Absent()
        return Found(self._made(key, account, where, created_at(stored.ics) or self._now()))

    def execute(self, action: Action, key: str) -> Receipt:
        account, server = self._open()
        if isinstance(action, CalendarEventDelete):
            return self._delete(action, account, server)
        if not isinstance(action, CalendarEventCreate):
            raise NotAllowed(f"{action.action} is no event", hint="Report this: the wrong connector was chosen.")
        at = self._now()
        ics = compose(action, key, at, next(iter(account.own_addresses), ""))
        if not server.put_new(account.calendars[0].url, uid_of(key), ics):
            raise OutcomeUnknown("an event of this name is in the calendar already", hint="It is looked up.")
        return self._made(key, account, account.calendars[0], at)

    def _delete(self, action: CalendarEventDelete, account: CalendarAccount, server: CalDav) -> Receipt:
        found = (server.find(each.url, action.uid) for each in account.calendars)
        if any(stored is not None and not server.delete(stored) for stored in found):
            raise OutcomeUnknown(CHANGED, hint="It is looked up.")
        return self._deleted(action.uid)

    def _open(self) -> tuple[CalendarAccount, CalDav]:
        account, password = open_account(self._context.state, self._context.secrets.get)
        return account, CalDav(account, password, self._context.egress, self._context.clock)

    def _made(self, key: str, account: CalendarAccount, where: CalendarPlace, at: datetime) -> Receipt:
        return Receipt(self.name, uid_of(key), at, f"in the calendar {where.name} at {account.destination.host}")

    def _deleted(self, uid: str) -> Receipt:
        return Receipt(self.name, uid, self._now(), "it is in the calendar no more")

    def _now(self) -> datetime:
        return self._context.clock.now().replace(microsecond=0)
