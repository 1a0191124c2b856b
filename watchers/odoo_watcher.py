"""The Odoo that keeps the books: what others did there is told once, and much of it at once in one note.

It is asked in a thread beside the scan, which never waits for it. What was seen of each document is kept with the tasks
that tell of it, so nothing is told twice and nothing is lost, whenever a process ends.
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.checkpoint_rows import reached
from agents.errors import EmployeeError
from watchers.contract import ODOO, Checkpoint, Event, Left, Notice, OriginKind, Sweep
from watchers.odoo_news import news_of, overdue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from types import TracebackType

    from agents.connectors.odoo.reader import Look, Seen, Source
    from watchers.contract import WatcherContext
    from watchers.odoo_news import News

WAITS_S = 5.0  # for the thread at most; it wakes the runner when it is done
AT_ONCE = 5  # things that become a task each; more of one look are told in one
SHOWN = 100
LATE = f"{ODOO} late"
LOOK = "The news from Odoo say what; look at it there."
_NUMBER = re.compile(r"[A-Za-z0-9/._-]{1,40}")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What asking brought of which Odoo, or why nobody knows."""

    name: str
    look: Look | None
    why: str = ""


class OdooWatcher:
    """Offers what others did in Odoo. `every_s`: how often it is asked."""

    name = ODOO

    def __init__(self, context: WatcherContext) -> None:
        self._source = context.odoo
        self._journal = context.journal
        self._every_s = context.odoo_every_s
        self._wake = context.wake
        self._thread: threading.Thread | None = None
        self._answer: _Answer | None = None
        self._failure: BaseException | None = None
        self._asked: tuple[str, datetime] | None = None  # which one, and when
        self._idle: tuple[Look, date] | None = None  # nothing of this look is untold on this day

    def scan(self, now: datetime) -> Sweep:
        """What happened since what is kept of the last look.

        Raises:
            Exception: what ended the thread, a mistake of ours.
        """
        if self._failure is not None:
            raise self._failure
        source = self._source()
        if source is None:
            self._answer = self._asked = None
            return Sweep()
        try:
            name = source.name
        except EmployeeError as err:
            return Sweep(left=(Left("Odoo", f"{err}. {err.hint}"),))
        is_asking = self._ask_in_time(source, name, now)
        answer, due_s = self._answer, self._next_ask_s(now)
        if answer is None or answer.name != name or answer.look is None:
            left = (Left("Odoo", answer.why),) if answer and answer.why else ()
            return Sweep(unsettled_s=WAITS_S if is_asking else None, left=left, next_due_s=due_s)
        return replace(self._told(name, answer.look, now), unsettled_s=WAITS_S if is_asking else None, next_due_s=due_s)

    def _ask_in_time(self, source: Source, name: str, now: datetime) -> bool:
        """Whether it is being asked right now."""
        if self._thread and self._thread.is_alive():
            return True
        if self._asked and self._asked[0] == name and 0 <= (now - self._asked[1]).total_seconds() < self._every_s:
            return False
        self._asked = (name, now)
        of = (source, name, *self._kept(name))
        self._thread = threading.Thread(target=self._ask, args=of, name=ODOO, daemon=True)
        self._thread.start()
        return True

    def _ask(self, source: Source, name: str, position: str | None, kept: Mapping[int, str]) -> None:
        with _Ending(self._end):
            try:
                self._answer = _Answer(name, source.look(position, kept))
            except EmployeeError as err:
                self._answer = _Answer(name, None, f"{err}. {err.hint}")

    def _end(self, failure: BaseException | None) -> None:
        self._failure = failure
        self._wake.set()

    def _next_ask_s(self, now: datetime) -> float:
        asked = self._asked[1] if self._asked else now
        return max(0.0, self._every_s - (now - asked).total_seconds())

    def _kept(self, name: str) -> tuple[str | None, dict[int, str]]:
        """How far this Odoo was looked into, and its documents as they were seen last."""
        begins = _place(name)
        with self._journal.begin() as sql:
            found = {place.removeprefix(begins): each.value for place, each in reached(sql, begins).items()}
        position = found.pop("", None)
        return position, {int(number): kept for number, kept in found.items()}

    def _told(self, name: str, look: Look, now: datetime) -> Sweep:
        """What of a look is not told yet, and what is kept with it."""
        today = as_local(now).date()
        if self._idle == (look, today):
            return Sweep()
        position, kept = self._kept(name)
        late = self._untold(name, [*overdue({**look.known, **_by_number(look)}.values(), today)])
        places = [Checkpoint(_place(name, each.number), each.text()) for each in look.documents]
        places = [each for each in places if kept.get(int(each.place.rpartition("\t")[2])) != each.value]
        places += [Checkpoint(_late(name, each), today.isoformat()) for each in late]
        if position != look.position:
            places.append(Checkpoint(_place(name), look.position))
        if look.is_first:  # what was late before anybody looked is no news
            return Sweep(checkpoints=tuple(places))
        news = [*news_of(look, kept), *late]
        self._idle = None if news or places else (look, today)
        return Sweep(_events(name, news, now), checkpoints=tuple(places), notices=_notices(news))

    def _untold(self, name: str, late: Sequence[News]) -> list[News]:
        with self._journal.begin() as sql:
            told = reached(sql, f"{LATE}\t{name}\t")
        return [each for each in late if _late(name, each) not in told]


class _Ending:
    """Tells how a thread ended: with a mistake of ours, or without."""

    def __init__(self, told: Callable[[BaseException | None], None]) -> None:
        self._told = told

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._told(error)
        return True


def _place(name: str, number: int | None = None) -> str:
    """Where the journal keeps a document, or without a number how far was looked."""
    return f"{ODOO}\t{name}\t{'' if number is None else number}"


def _late(name: str, news: News) -> str:
    return f"{LATE}\t{name}\t{news.key}"


def _by_number(look: Look) -> dict[int, Seen]:
    return {each.number: each for each in look.documents}


def _events(name: str, news: Sequence[News], now: datetime) -> tuple[Event, ...]:
    """A task for each, or one that tells of all of them."""
    if len(news) <= AT_ONCE:
        return tuple(_event(f"{name} {each.key}", each.words, now) for each in news)
    ordered = sorted(news, key=lambda each: not each.is_alarming)
    lines = [f"{len(news)} things happened in Odoo:", "", *(f"- {each.words}" for each in ordered[:SHOWN])]
    lines += [f"... and {len(news) - SHOWN} more; look into Odoo."] if len(news) > SHOWN else []
    key = hashlib.sha256("\n".join(each.key for each in news).encode()).hexdigest()[:16]
    return (_event(f"{name} many {key}", "\n".join(lines), now),)


def _event(source_id: str, words: str, now: datetime) -> Event:
    return Event(
        source=ODOO,
        source_id=source_id,
        occurred_at=now,
        content_sha256=hashlib.sha256(words.encode(errors="replace")).hexdigest(),
        kind="file",
        origin="",
        origin_kind=OriginKind.REMOTE,
        text=words,
        message_id=f"{ODOO}:{source_id}",
    )


def _notices(news: Sequence[News]) -> tuple[Notice, ...]:
    """An alert for what was approved, or paid, and is not as it was; one for very many."""
    found = [each for each in news if each.is_alarming]
    if len(found) > AT_ONCE:
        key = hashlib.sha256("\n".join(each.key for each in found).encode()).hexdigest()
        return (Notice(ODOO, f"{len(found)} documents in Odoo are not as they were. {LOOK}", key),)
    named = ((each, each.document if _NUMBER.fullmatch(each.document) else "A document") for each in found)
    return tuple(Notice(ODOO, f"{document} in Odoo is not as it was. {LOOK}", each.key) for each, document in named)


def open_watcher(context: WatcherContext) -> OdooWatcher:
    """The watcher of one vault."""
    return OdooWatcher(context)
