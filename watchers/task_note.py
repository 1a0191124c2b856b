"""The note of a task. Pure.

The title is ours; a subject or a name from outside stands only in properties and code spans, a text only in a fence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.vault.neutralize import code_span, fenced, property_text
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain
from watchers.contract import COMMAND, CONTACTS, FLOOD, ODOO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agents.vault.yaml_text import PropertyValue
    from watchers.contract import Event

_OUR_WORDS = re.compile(r"[A-Za-z0-9 .,:;'()?%/-]{1,200}")

_TITLES = {
    "ask": "A request of yours",
    "file": "A file from the inbox",
    "meeting": "A meeting in your calendar",
    "webhook": "A message to your webhook",
}
_INTRODUCTIONS = {
    "ask": "You asked:",
    "file": "A file from the inbox. What could be read of it, shown as it came:",
    "meeting": "A meeting in your calendar comes near. What stands there, shown as it came:",
    "webhook": "A message that was signed for your webhook {}, shown as it came:",
}


_TITLES_OF_SOURCES = {CONTACTS: "Two contacts that look like one", ODOO: "News from Odoo"}
_OF_SOURCES = {
    ODOO: "Somebody did this in Odoo, or it has become late there. What stands there, shown as it came:",
    CONTACTS: "These two notes look like one contact:",
    COMMAND: "A connected assistant asks, and you let it be filed. Its words count as text from outside:",
}


@dataclass(frozen=True, slots=True)
class TaskContent:
    """What stands in the note. `received` is local and naive; `history` the first line of the history, with its dash.

    `links` are the kept files in the order original (when there is one), attachments: name in the vault, sent name.
    `reply_to` is the task whose mail it says it answers, or empty. `secrets`: the kinds taken out of it. `notice_of`:
    the proposal whose mail it says did not arrive, or empty. `is_private`: nothing of it is shown
    to a model.
    """

    task_id: str
    event: Event
    received: datetime
    sender_known: bool
    links: tuple[tuple[str, str], ...]
    history: str
    flags: tuple[str, ...]
    reply_to: str = ""
    priority: str = "normal"
    secrets: tuple[str, ...] = ()
    notice_of: str = ""
    domain: str = "business"
    is_private: bool = False


def render_task(content: TaskContent) -> str:
    """The whole note of a new task. `plan` and `category` are empty until there is a plan."""
    event = content.event
    properties: dict[str, PropertyValue] = {
        "id": content.task_id,
        "type": event.kind,
        "from": property_text(event.sender_address or event.sender_name) or None,
        "subject": property_text(event.subject) or None,
        "received": content.received,
        "priority": content.priority,
        "category": None,
        "domain": content.domain,
        "plan": None,
        "tags": ["task"],
    }
    if content.is_private:
        properties["private"] = True
    if content.reply_to:
        properties["reply_to"] = f"[[{content.reply_to}]]"
    return emit_note(properties, "\n".join(_body(content)))


def _body(content: TaskContent) -> Iterator[str]:
    event = content.event
    yield f"# {_title(content)}"
    yield f"> [!info] {_introduction(content)}"
    if event.subject:
        yield f"> Subject: {code_span(event.subject)}"
    if content.reply_to:
        yield f"> It says that it answers a mail of ours, from [[{content.reply_to}]]."
    if content.notice_of:
        yield f"> It is a mail server's notice about a mail of ours: [[{content.notice_of}]]."
    yield from _warnings((*content.flags, *_secrets(content)))
    yield ""
    text = event.text or next((file.text for file in event.attachments if file.text), "")
    yield fenced(text) if text.strip() else "There is no text in it.\n"
    for each in event.attachments:
        if each.extension == "ics" and each.text and each.text != text:
            yield "A calendar file came with it. What stands in it, in short:\n"
            yield fenced(each.text)
    if content.links:
        yield "## Attachments"
        yield from _attachments(content)
        yield ""
    yield "## History"
    yield content.history


def _secrets(content: TaskContent) -> Iterator[str]:
    if content.secrets:
        yield f"secrets came with it and are not shown here: {', '.join(content.secrets)}"
        if content.links:
            yield "what came lies in Files as it came, and is kept out of the history"


def _title(content: TaskContent) -> str:
    if content.event.source in _TITLES_OF_SOURCES:
        return _TITLES_OF_SOURCES[content.event.source]
    if content.event.taken:
        return "A file from a drop folder"
    if content.event.kind in _TITLES:
        return _TITLES[content.event.kind]
    if content.event.source == COMMAND:
        return "A request of a connected assistant"
    if content.event.source == FLOOD:
        return "Very many mails"
    return "Mail from a sender you know" if content.sender_known else "Mail from a new sender"


def _introduction(content: TaskContent) -> str:
    event = content.event
    if event.run is not None:
        late = f"; {plain(event.run.words)}" if event.run.words else ""
        due = as_local(event.run.due).strftime("%Y-%m-%d %H:%M")
        return f"Your schedule asked: the job {code_span(event.run.job)} was due {due}{late}."
    if event.source == FLOOD:
        return f"Mails that came after many others within an hour are listed in [[{event.source_id}]]. In short:"
    if event.source in _OF_SOURCES:
        return _OF_SOURCES[event.source]
    if event.taken:
        place = f"your drop folder {code_span(event.taken.folder.name)}"
        return f"A file from {place}. What could be read of it, shown as it came:"
    if event.kind in _INTRODUCTIONS:
        return _INTRODUCTIONS[event.kind].format(code_span(event.sender_name))
    sender = " ".join(code_span(part) for part in (event.sender_name, event.sender_address) if part)
    seen = "" if content.sender_known else ", first seen today"
    return f"Mail from {sender or 'a sender it does not name'}{seen}. Text from outside, shown as it came:"


def _warnings(flags: tuple[str, ...]) -> Iterator[str]:
    if flags:
        yield ""
        yield "> [!warning] Look twice"
        yield from (f"> - {flag if _OUR_WORDS.fullmatch(flag) else code_span(flag, 200)}" for flag in flags)


def _attachments(content: TaskContent) -> Iterator[str]:
    links = content.links
    if content.event.original is not None and links:
        yield f"- [[{links[0][0]}]] (the whole mail as it came)"
        links = links[1:]
    named = "its name was" if content.event.kind == "file" else "named by the sender:"
    for stored, sent_name in links:
        yield f"- [[{stored}]] ({named} {code_span(sent_name)})" if sent_name else f"- [[{stored}]] (without a name)"
