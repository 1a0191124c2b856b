"""What another assistant gets to see of contacts and promises: nothing of what is private or kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contacts.reader import ContactBook
from agents.security.privacy_rules import privacy_rules
from agents.security.private_tasks import is_withheld
from agents.servers.waiting_view import MAX_SHOWN, NOTICE, Shown
from agents.vault.neutralize import property_text
from agents.vault.note_files import note_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from agents.connectors.contacts.reader import Contact
    from agents.durability.promise_rows import PromiseRow
    from agents.security.private_tasks import IsPrivate

MAX_WORDS_CHARS = 300


class ContactSaid(Shown):
    """What a contact says of themselves."""

    name: str
    company: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    aliases: tuple[str, ...]


class ContactLine(Shown):
    """One contact: the note, the days it was first and last seen (ISO; empty = not known), and what is theirs."""

    note: str
    first_seen: str
    last_seen: str
    channels: tuple[str, ...]
    from_outside: ContactSaid


class ContactList(Shown):
    """The contacts that were asked for; `left_out` counts those beyond what one answer shows."""

    notice: str = NOTICE
    contacts: tuple[ContactLine, ...]
    left_out: int


class PromiseSaid(Shown):
    """The words of a promise, and who the other side is."""

    other: str
    words: str


class PromiseLine(Shown):
    """One promise. `said_by`: 'us' or 'them'; `due`: a day (ISO); `task`: the mail it stands in."""

    number: int
    said_by: str
    due: str
    overdue: bool
    task: str
    from_outside: PromiseSaid


class PromiseList(Shown):
    """The open promises, the earliest due first; `left_out` counts those beyond what one answer shows."""

    notice: str = NOTICE
    promises: tuple[PromiseLine, ...]
    left_out: int


def contact_list(root: Path, words: str, is_private: IsPrivate) -> ContactList:
    """The contacts in which all these words stand; `root` is our folder in the vault.

    Raises:
        NeedsOwner: the handbook does not say what is private.
    """
    place = root.resolve()
    found = [*_found(place, words, is_private)]
    lines = tuple(_contact(each) for each in found[:MAX_SHOWN])
    return ContactList(contacts=lines, left_out=len(found) - len(lines))


def _found(root: Path, words: str, is_private: IsPrivate) -> Iterator[Contact]:
    wanted, rules = words.casefold().split(), privacy_rules(root)
    for each in ContactBook(root).look():
        told = f"{each.stem} {each.values.summary()}".casefold()
        if all(word in told for word in wanted) and not is_withheld(
            each.path, note_at(root, each.path), rules, is_private
        ):
            yield each


def _contact(contact: Contact) -> ContactLine:
    values = contact.values
    said = ContactSaid(
        name=_shown(values.name),
        company=_shown(values.company),
        emails=tuple(map(_shown, values.emails)),
        phones=values.phones,
        aliases=tuple(map(_shown, values.aliases)),
    )
    days = {"first_seen": _shown(contact.first_seen), "last_seen": _shown(contact.last_seen)}
    return ContactLine(
        note=_shown(contact.stem), channels=tuple(map(_shown, contact.channels)), from_outside=said, **days
    )


def promise_list(rows: Sequence[PromiseRow], today: str, is_private: IsPrivate) -> PromiseList:
    """These promises without those of private tasks."""
    shown = [each for each in rows if not is_private(each.task)]
    lines = tuple(_promise(each, today) for each in shown[:MAX_SHOWN])
    return PromiseList(promises=lines, left_out=len(shown) - len(lines))


def _promise(row: PromiseRow, today: str) -> PromiseLine:
    said = PromiseSaid(other=_shown(row.other), words=_shown(row.words))
    return PromiseLine(
        number=row.number,
        said_by=row.said_by,
        due=row.due,
        overdue=row.due < today,
        task=row.task,
        from_outside=said,
    )


def _shown(text: str) -> str:
    return property_text(text, MAX_WORDS_CHARS)
