"""From an event to a task note: event and task in one journal transaction, then the note, then the origin is cleared.

Killed anywhere, the same event is seen again and finds its task; a second note is never made.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.alerts import raise_alert
from agents.durability.bounce_rows import BounceRow, add_bounce
from agents.durability.checkpoint_rows import reach
from agents.durability.domain_rows import set_domain
from agents.durability.due_runs import record
from agents.durability.journal import read_meta, write_meta
from agents.durability.mail_replies import add_reply, answered_task, sent_mail
from agents.durability.priorities import NORMAL, set_priority
from agents.durability.task_persistence import (
    TaskRow,
    sender_seen_before,
    settle_request,
)
from agents.durability.transitions import Transition, local_text
from agents.security.audit_logger import Fact
from agents.security.secret_patterns import masked
from agents.vault.layout import FILES, NEEDS_ACTION, QUARANTINE, month_folder
from agents.vault.neutralize import code_span, visible
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation
from watchers.came_again import MOST, came_again
from watchers.contract import COMMAND, OriginKind
from watchers.drop_filing import DropFiling
from watchers.filing import Filing
from watchers.first_domain import BUSINESS, FirstDomain
from watchers.first_priority import FirstPriority
from watchers.mail_flood import FLOOD_PER_HOUR, MailFlood
from watchers.request_watcher import request_number
from watchers.stored_file import TEXT_EXTENSIONS
from watchers.task_note import TaskContent, render_task
from watchers.unsecret import says_secrets, secrets_in, texts_of, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from agents.durability.blobs import Blobs
    from agents.durability.due_runs import Run
    from agents.durability.transitions import Recorder, Writing
    from agents.vault.note import Problem
    from watchers.contract import Checkpoint, Event, Notice, StoredFile, Sweep
    from watchers.mail_flood import Pile

MAX_EXTENSION = 5
KNOWN_ID = "another message with this Message-ID was filed before; this one says something else"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of an event as it will lie in the vault: its name, folder, and blob."""

    name: str
    path: str
    blob: str
    file: StoredFile


class Intake:
    """Files events; the only part of the watchers' room that writes."""

    def __init__(self, recorder: Recorder, blobs: Blobs, flood_per_hour: int = FLOOD_PER_HOUR) -> None:
        self._recorder = recorder
        self._flood_per_hour = flood_per_hour
        self._blobs = blobs
        self._clock = recorder.clock
        self._priority = FirstPriority(recorder.store.root)
        self._domain = FirstDomain(recorder.store.root)
        self._drops = DropFiling(recorder)
        self._again: Counter[str] = Counter()  # how often each task's file came again in this transaction

    def take_in(self, sweep: Sweep) -> int:
        """File what a look brought, with how far it got, all in one transaction; how many things are new."""
        return self.file(*sweep.events, checkpoints=sweep.checkpoints, notices=sweep.notices)

    def file(self, *events: Event, checkpoints: Sequence[Checkpoint] = (), notices: Sequence[Notice] = ()) -> int:
        """File events, all in one transaction; how many, without those told before in which nothing changed."""
        if not (events or checkpoints or notices):
            return 0
        with self._kept_ahead(events), self._recorder.begin() as writing:
            self._again = Counter[str]()
            now = self._clock.now().replace(microsecond=0)
            says = (text for event in events for text in texts_of(event, self._is_clean))
            clean = not self._recorder.gate.finds_any(says)
            flood = MailFlood(writing, events, now, self._flood_per_hour, self._priority)
            filing = Filing(writing, events, as_local(now).date(), clean=clean, flood=flood)
            filed = sum(self._one(filing, event, now) for event in events)
            filing.end()
            for notice in notices:
                raise_alert(writing, notice.about, notice.words, now, occasion=notice.occasion)
            for checkpoint in checkpoints:
                reach(writing.sql, checkpoint.place, checkpoint.value, now)
        self._drops.clear(events)
        return filed + len(notices)

    @contextmanager
    def _kept_ahead(self, events: Sequence[Event]) -> Iterator[None]:
        """While many events are filed: their files are kept and looked at in one go."""
        if len(events) < 2:  # noqa: PLR2004 (many)
            yield
            return
        contents = [file.content for event in events for file in _files(event)]
        self._recorder.gate.look_ahead(contents)
        with self._blobs.ahead(contents):
            yield

    def _one(self, filing: Filing, event: Event, now: datetime) -> bool:
        if event.taken and self._drops.note(filing.writing.sql, event.taken):
            return False  # only taking it away was left to do
        if event.problem is not None:
            filing.write()
            return self._quarantine(filing.writing, event, event.problem)
        if event.run is not None:
            return self._scheduled(filing, event, event.run, now)
        known = filing.seen(event.source, event.source_id)
        if known is None:
            task = self._new(filing, event, event.source_id, now)
        elif known[1] == event.content_sha256:
            task = self._seen_again(filing, event, known[0])
        else:
            task = self._other_content(filing, event, now)
        if event.source == COMMAND:
            settle_request(filing.writing.sql, request_number(event), "done", task)
        return True

    def _scheduled(self, filing: Filing, event: Event, run: Run, now: datetime) -> bool:
        """A due time of a job: its task, if it is to be done, and its line in the ledger; never a second task."""
        began, task = self._clock.now(), ""
        if run.is_wanted:
            known = filing.seen(event.source, event.source_id)
            task = known[0] if known else self._new(filing, event, event.source_id, now)
        filing.write()
        record(filing.writing, run, started=began if run.is_wanted else None, now=began, task=task)
        return True

    def _other_content(self, filing: Filing, event: Event, now: datetime) -> str:
        """A known id with other bytes is another event; it is filed and flagged, never dropped."""
        source_id = f"{event.source_id}#{event.content_sha256}"
        known = filing.seen(event.source, source_id)
        if known:
            return self._seen_again(filing, event, known[0])
        return self._new(filing, event, source_id, now, (KNOWN_ID,))

    def _seen_again(self, filing: Filing, event: Event, task: str) -> str:
        fact = Fact("watcher", "event.seen_again", task, task, {"source": event.source, "sha256": event.content_sha256})
        self._again[task] += 1
        tell = self._again[task] <= MOST
        told = came_again(self._recorder.store.root, event, task, self._clock.now()) if tell else ()
        filing.record(Transition(fact, f"See {task} again", (*told, *_clear(event, task))))
        return task

    def _new(self, filing: Filing, event: Event, source_id: str, now: datetime, flags: tuple[str, ...] = ()) -> str:
        if pile := filing.flood.pile_for(event):
            return self._listed(filing, pile, event, source_id, now)
        task = filing.free_id(event, source_id)
        cleared = _clear(event, task)
        secrets = () if filing.clean else secrets_in(event, self._is_clean)
        event, kept = self._keep_files(event, secrets, now)
        flagged = (*event.flags, *flags)
        returned = sent_mail(filing.writing.sql, event.bounce.message_ids) if event.bounce else ("", "")
        view = _view(event, task, flagged, kept, returned[0])
        known = sender_seen_before(filing.writing.sql, event.sender_address, task)
        history = f"- {local_text(now)} filed by {event.source} watcher"
        links = tuple((each.name, each.file.sent_name) for each in kept)
        answered = "" if returned[0] else answered_task(filing.writing.sql, event.answers)
        priority = self._priority.of(event, flagged, sender_known=known)
        received, standing = as_local(event.occurred_at), self._domain.of(event)
        content = TaskContent(task, event, received, known, links, history, flagged, answered, priority, secrets)
        content = replace(content, domain=standing.domain, is_private=standing.is_apart, notice_of=returned[0])
        note = render_task(content)
        row = TaskRow(task, now.isoformat(), "filed", 0, event.sender_address, json.dumps(view), note, "", "", "")
        filing.add(_seen(event, source_id, task, now), row)
        operations = [Operation("file", each.path, blob=each.blob) for each in kept]
        operations.append(Operation("create", f"{NEEDS_ACTION}/{task}.md", text=note))
        parameters = {"source": event.source, "sha256": event.content_sha256}
        parameters |= {"reply_to": answered} if answered else {}
        parameters |= {"notice_of": returned[0]} if returned[0] else {}
        fact = Fact("watcher", "task.filed", task, task, parameters)
        filing.record(Transition(fact, f"File {task}", (*operations, *cleared)))
        if answered or returned[0] or priority != NORMAL or standing.domain != BUSINESS:
            filing.write()  # what follows is about a task that is there
            self._stand_out(filing.writing, content, standing.domain)
            self._come_back(filing.writing, content, returned[1])
        return task

    def _listed(self, filing: Filing, pile: Pile, event: Event, source_id: str, now: datetime) -> str:
        """One of very many mails: kept as it came and listed; the task about all of them."""
        pile.task = pile.task or self._new(filing, pile.event(), pile.note, now)
        secrets = () if filing.clean else secrets_in(event, self._is_clean)
        event, kept = self._keep_files(replace(event, attachments=()), secrets, now)
        pile.add(event, kept[0].name)
        filing.add_event(_seen(event, source_id, pile.task, now))
        parameters = {"source": event.source, "sha256": event.content_sha256}
        fact = Fact("watcher", "mail.listed", pile.note, pile.task, parameters)
        operations = (Operation("file", kept[0].path, blob=kept[0].blob), *_clear(event, pile.task))
        filing.record(Transition(fact, f"List a mail in {pile.note}", operations))
        return pile.task

    def _come_back(self, writing: Writing, content: TaskContent, sent_by: str) -> None:
        """The task is a mail server's notice about a mail that the task `sent_by` sent."""
        bounce = content.event.bounce
        if bounce and sent_by:
            said, at = masked(bounce.said), self._clock.now().isoformat()
            row = BounceRow(content.task_id, sent_by, content.notice_of, at, bounce.outcome, bounce.why, said)
            add_bounce(writing.sql, row)

    def _stand_out(self, writing: Writing, content: TaskContent, domain: str) -> None:
        """What most tasks have not: a mail of ours that they answer, another priority or domain than the usual one."""
        if content.reply_to:
            add_reply(writing.sql, content.reply_to, content.task_id, self._clock.now().isoformat())
        set_priority(writing.sql, content.task_id, content.priority)
        set_domain(writing.sql, content.task_id, domain)

    def _keep_files(self, event: Event, secrets: tuple[str, ...], now: datetime) -> tuple[Event, list[Kept]]:
        """The event as it may be shown, and its files, kept as they came."""
        event, as_it_came = (without_secrets(event) if secrets else event), _files(event)
        kept = [self._keep(each, month_folder(FILES, as_local(now).date())) for each in _files(event)]
        if secrets:
            self._keep_out(kept, as_it_came, event)
        return event, kept

    def _keep(self, file: StoredFile, folder: str) -> Kept:
        blob = self._blobs.put(file.content)
        name = f"sha-{blob[:16]}.{file.extension}"
        return Kept(name, f"{folder}/{name}", blob, file)

    def _is_clean(self, file: StoredFile) -> bool:
        """Whether it is text as it stands and holds no secret; the gate remembers it for the commit."""
        return file.extension in TEXT_EXTENSIONS and not self._recorder.gate.findings("", file.content)

    def _keep_out(self, kept: list[Kept], as_it_came: tuple[StoredFile, ...], event: Event) -> None:
        """Out of the history: the whole mail, and every file that says a secret, also where a format hides its text."""
        for each, file in zip(kept, as_it_came, strict=True):
            if each.file is event.original or says_secrets(file):
                self._recorder.history.exclude(each.path)

    def _quarantine(self, writing: Writing, event: Event, problem: Problem) -> bool:
        """What cannot be read is kept as it is, with the line and the reason in an alert beside it."""
        name = event.origin.rsplit("/", 1)[-1]
        digest = event.content_sha256 or sha256(event.source_id.encode()).hexdigest()
        kept = f"{QUARANTINE}/sha-{digest[:16]}.{_extension(name)}"
        told = f"quarantined|{event.source_id}"
        if event.origin_kind is OriginKind.OTHER and read_meta(writing.sql, told):
            return False  # it stays where it is, and was told
        if event.original is None and not os.path.lexists(self._recorder.store.path(event.origin)):
            return False  # gone since it was seen
        write_meta(writing.sql, told, kept)
        parameters = {"sha256": event.content_sha256, "line": str(problem.line)}
        fact = Fact("watcher", "file.quarantined", kept, parameters=parameters)
        writing.record(Transition(fact, "Quarantine a file that cannot be read", self._put_aside(event, kept)))
        where = f"line {problem.line}, {problem.message}" if problem.line else problem.message
        detail = f"It was named {code_span(visible(name))} and {_became(event, kept)}."
        where_from = (
            f"file from the drop folder {plain(event.taken.folder.name)}" if event.taken else "file from the Inbox"
        )
        what = "mail" if event.origin_kind is OriginKind.REMOTE else where_from
        words = f"A {what} cannot be read: {plain(where)}."
        raise_alert(writing, kept, words, self._clock.now(), detail=detail)
        return True

    def _put_aside(self, event: Event, kept: str) -> tuple[Operation, ...]:
        if event.original is not None:
            return (Operation("file", kept, blob=self._blobs.put(event.original.content)), *_clear(event, ""))
        if event.origin_kind is OriginKind.LINK:
            return (Operation("unlink", event.origin),)
        if event.origin_kind is OriginKind.UNREAD:
            return (Operation("move", event.origin, kept),)
        return ()


def _seen(event: Event, source_id: str, task: str, now: datetime) -> dict[str, str]:
    """The event as the journal remembers it."""
    return {
        "source": event.source,
        "source_id": source_id,
        "content_sha256": event.content_sha256,
        "task": task,
        "seen_at": now.isoformat(),
    }


def _clear(event: Event, task: str) -> tuple[Operation, ...]:
    """What removes the event from where it was seen."""
    if event.origin_kind is OriginKind.LINE:
        return (Operation("edit", event.origin, edits=(EditText("asked", task, event.text),)),)
    if event.origin_kind is OriginKind.FILE and event.origin_sha256:
        return (Operation("remove", event.origin, blob=event.origin_sha256),)
    return ()


def _became(event: Event, kept: str) -> str:
    if event.origin_kind is OriginKind.REMOTE:
        return f"lies in `{kept}`; in your mailbox it was not touched"
    if event.origin_kind is OriginKind.LINK:
        return "was removed; what it points to was not touched"
    return "was not touched" if event.origin_kind is OriginKind.OTHER else f"lies in `{kept}`"


def _extension(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower().lstrip(".")
    return suffix if suffix.isascii() and suffix.isalnum() and len(suffix) <= MAX_EXTENSION else "bin"


def _files(event: Event) -> tuple[StoredFile, ...]:
    return (*((event.original,) if event.original else ()), *event.attachments)


def _view(event: Event, task: str, flags: tuple[str, ...], kept: list[Kept], notice_of: str) -> dict[str, object]:
    """The event as the journal keeps it for the brain; the keys are those of `TaskView`, `answers` as in `Event`."""
    return {
        "id": task,
        "kind": event.kind,
        "sender_name": event.sender_name,
        "sender_address": event.sender_address,
        "subject": event.subject,
        "text": event.text,
        "received": event.occurred_at.isoformat(),
        "message_id": event.message_id,
        "answers": list(event.answers),
        "reply_to": event.reply_to,
        "notice_of": notice_of,
        "flags": list(flags),
        "attachments": [
            {
                "stored": each.name,
                "sent_name": each.file.sent_name,
                "media_type": each.file.media_type,
                "size_bytes": len(each.file.content),
                "text": each.file.text,
            }
            for each in kept
        ],
    }
