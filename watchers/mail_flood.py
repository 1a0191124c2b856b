"""Very many mails at once: above a rate they are listed in one note instead of becoming a task each (ADR 0056).

Who had how many tasks is counted by the time of filing: a mail's own date is the sender's to choose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.alerts import raise_alert
from agents.durability.flood_rows import (
    ListedMail,
    MailList,
    add_arrivals,
    add_listed,
    arrivals,
    begin_list,
    dealt_with,
    listed_so_far,
    mail_list,
    newest_listed,
)
from agents.durability.journal import read_meta
from agents.durability.mail_replies import answered_task, sent_mail
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.layout import note_id
from agents.vault.store import Operation
from watchers.contract import FLOOD, MAIL, Event, OriginKind
from watchers.mail_list_note import ALERT, EVERYBODY, SHOWN, TASK, list_path, named, render_list, whom

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from agents.durability.transitions import Writing
    from watchers.first_priority import FirstPriority

FLOOD_PER_HOUR = 20  # unless the settings say otherwise
WINDOW = timedelta(hours=1)
KNOWN_TIMES = 5  # the limit of a sender for whom the owner approved something
DOMAIN_TIMES = 5  # of all strangers of one domain together
EVERYBODY_TIMES = 100  # of all strangers together
MAX_ADDRESS_CHARS = 320


@dataclass(slots=True)
class Pile:
    """The mails of somebody on a day that are listed in `note`. `task`: the one about them, empty until it is filed."""

    whose: str
    limit: int
    note: str
    began_at: datetime
    task: str = ""
    is_new: bool = True
    mails: list[ListedMail] = field(default_factory=list)
    before: int = 0

    def event(self) -> Event:
        """What the task about them is made from. Its words are ours, but for the name."""
        name = "" if self.whose == EVERYBODY else f" ({self.whose})" * bool(self.whose)
        return Event(
            source=FLOOD,
            source_id=self.note,
            occurred_at=self.began_at,
            content_sha256=sha256(self.note.encode()).hexdigest(),
            kind="email",
            origin="",
            origin_kind=OriginKind.REMOTE,
            sender_name=self.whose if self.whose.startswith("@") else "",
            sender_address=self.whose if "@" in self.whose[1:] else "",
            text=TASK.format(limit=f"{self.limit:,}", whom=f"{whom(self.whose)}{name}"),
        )

    def add(self, event: Event, kept: str) -> None:
        """One more mail, as it may be shown."""
        number = self.before + len(self.mails) + 1
        sender = event.sender_address or event.sender_name
        self.mails.append(ListedMail(self.note, number, event.occurred_at, sender, event.subject, kept))


class MailFlood:
    """Decides for the mails of one transaction. `per_hour`: so many of one unknown sender become tasks."""

    def __init__(
        self, writing: Writing, events: Sequence[Event], now: datetime, per_hour: int, priority: FirstPriority
    ) -> None:
        self._writing = writing
        self._now = now
        self._per_hour = per_hour
        self._priority = priority
        mails = [event for event in events if event.source == MAIL and event.problem is None]
        self._known = dealt_with(writing.sql, {_address(each) for each in mails})
        names = {name for each in mails for name, _ in self._limits(each)}
        self._counts = Counter(arrivals(writing.sql, names, now - WINDOW))
        self._arrived: list[str] = []
        self._piles: dict[str, Pile] = {}

    def pile_for(self, event: Event) -> Pile | None:
        """Where a mail is listed that was not seen before; None when it becomes a task, which is counted."""
        if event.source != MAIL:
            return None
        limits = self._limits(event)
        above = next((each for each in limits if self._counts[each[0]] >= each[1]), None)
        if above and not self._is_waited_for(event):
            return self._pile(*above)
        names = [name for name, _ in limits]
        self._counts.update(names)
        self._arrived += names
        return None

    def _limits(self, event: Event) -> tuple[tuple[str, int], ...]:
        """Among whom it counts, and how many of them become tasks within an hour."""
        address = _address(event)
        if address in self._known:
            return ((address, self._per_hour * KNOWN_TIMES),)
        domain = address.rpartition("@")[2]
        of_domain = ((f"@{domain}", self._per_hour * DOMAIN_TIMES),) if domain else ()
        return ((address, self._per_hour), *of_domain, (EVERYBODY, self._per_hour * EVERYBODY_TIMES))

    def _is_waited_for(self, event: Event) -> bool:
        """Whether it answers or returns a mail of ours, or a rule of the owner calls it urgent or high."""
        sql = self._writing.sql
        returned = event.bounce and sent_mail(sql, event.bounce.message_ids)[0]
        return bool(returned or answered_task(sql, event.answers)) or self._priority.is_wanted_soon(event)

    def _pile(self, whose: str, limit: int) -> Pile:
        if whose not in self._piles:
            epoch = read_meta(self._writing.sql, "epoch", "1")
            day = as_local(self._now).date()
            name = note_id(day, "mails", FLOOD, f"{epoch} {day.isoformat()} {whose}")
            known = mail_list(self._writing.sql, name)
            pile = Pile(whose, limit, name, self._now)
            if known:
                pile.began_at, pile.task, pile.is_new = known.began_at, known.task, False
                pile.before = listed_so_far(self._writing.sql, name)
            self._piles[whose] = pile
        return self._piles[whose]

    def write(self) -> None:
        """Write down what was counted and listed, each list into its note, and tell of a list that is new."""
        if not (self._arrived or self._piles):
            return
        sql = self._writing.sql
        add_arrivals(sql, self._arrived, self._now, self._now - WINDOW)
        for pile in self._piles.values():
            mails = MailList(pile.note, pile.whose, pile.task, pile.began_at)
            if pile.is_new:
                begin_list(sql, mails)
            add_listed(sql, pile.mails)
            text = render_list(mails, newest_listed(sql, pile.note, SHOWN))
            written = Operation("generate", list_path(pile.note, pile.began_at), text=text)
            fact = Fact("watcher", "mails.listed", pile.note, pile.task, {"more": str(len(pile.mails))})
            self._writing.record(Transition(fact, f"Write the list {pile.note}", (written,)))
            if pile.is_new:
                self._tell(pile)

    def _tell(self, pile: Pile) -> None:
        words = ALERT.format(whom=whom(pile.whose))
        name = f"It is{named(pile.whose)}. " * bool(named(pile.whose))
        raise_alert(self._writing, pile.note, words, self._now, detail=f"{name}The list is [[{pile.note}]].")


def _address(event: Event) -> str:
    return event.sender_address.casefold()[:MAX_ADDRESS_CHARS]
