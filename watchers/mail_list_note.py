"""The note that lists mails which are no tasks of their own, and what the owner is told of it. Pure.

Names and subjects come from outside and stand only in code spans and properties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.vault.layout import FILES, month_folder
from agents.vault.neutralize import code_span, property_text
from agents.vault.note_edit import emit_note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from agents.durability.flood_rows import ListedMail, MailList
    from agents.vault.yaml_text import PropertyValue

SHOWN = 100  # lines; the note is written into the journal again for every batch
EVERYBODY = "*"
KEPT = "From {whom}, the newest first. They are kept as they came; ask for what you want done about one in `Ask.md`."
ALERT = "Very many mails came within an hour from {whom}; what comes now is kept and listed, and makes no tasks."
TASK = (
    "More than {limit} mails from {whom} became tasks within an hour. The mails after them are kept and listed, and "
    "become no tasks of their own. Nobody read them."
)


def whom(whose: str) -> str:
    """Who that is, in words of ours without the name."""
    if whose == EVERYBODY:
        return "senders you had nothing to do with yet"
    return "senders of one domain" if whose.startswith("@") else "one sender"


def list_path(name: str, day: datetime) -> str:
    """Where the note of a list lies: beside the mails it lists, where nothing is moved."""
    return f"{month_folder(FILES, as_local(day).date())}/{name}.md"


def named(whose: str) -> str:
    """The name as it may stand in a note; empty where there is none."""
    return "" if whose in {"", EVERYBODY} else f" {code_span(whose)}"


def render_list(mails: MailList, newest: Sequence[ListedMail]) -> str:
    """The note of a list that is not empty. `newest`: its last mails, newest first."""
    count = newest[0].number
    properties: dict[str, PropertyValue] = {
        "id": mails.id,
        "type": "mail_list",
        "from": property_text(mails.whose) or None,
        "created": as_local(mails.began_at),
        "mails": count,
        "task": f"[[{mails.task}]]",
        "private": True,  # whose mails they are may be kept apart, and nobody looked
        "tags": ["mail_list"],
    }
    lines = [
        f"# {count:,} mail{'s' * (count != 1)} that became no tasks",
        "",
        KEPT.format(whom=f"{whom(mails.whose)}{named(mails.whose)}"),
        "",
    ]
    lines += [
        f"- {as_local(each.received_at):%Y-%m-%d %H:%M} {code_span(each.subject)} from {code_span(each.sender)}: "
        f"[[{each.kept}]]"
        for each in newest
    ]
    if count > len(newest):
        lines += ["", f"... and {count - len(newest):,} more, kept in `Files/` as well."]
    return emit_note(properties, "\n".join(lines) + "\n")
