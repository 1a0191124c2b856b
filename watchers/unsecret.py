"""An event without the secrets that came with it: what is shown, thought about and kept as text. Pure.

The files it came as are not changed; whoever keeps them keeps them out of the history.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.security.secret_patterns import find_secrets, masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from watchers.contract import Event, StoredFile


def texts_of(event: Event, is_clean: Callable[[StoredFile], bool]) -> Iterator[str]:
    """Every text in which it may say a secret; `is_clean` as for `secrets_in`."""
    yield from (event.sender_name, event.subject, event.text)
    for each in (*((event.original,) if event.original else ()), *event.attachments):
        yield each.sent_name
        if each.text and not is_clean(each):
            yield each.text


def secrets_in(event: Event, is_clean: Callable[[StoredFile], bool]) -> tuple[str, ...]:
    """The kinds of secrets in what it says, each once. `is_clean` tells of a file of text what its bytes hold."""
    found = find_secrets("\n\n".join(texts_of(event, is_clean)))
    return tuple(dict.fromkeys(each.kind for each in found))


def without_secrets(event: Event) -> Event:
    """The same with words in place of every secret."""
    return replace(
        event,
        sender_name=masked(event.sender_name),
        subject=masked(event.subject),
        text=masked(event.text),
        original=_file(event.original) if event.original else None,
        attachments=tuple(map(_file, event.attachments)),
    )


def says_secrets(file: StoredFile) -> bool:
    """Whether the file's name or text holds one."""
    return bool(find_secrets(f"{file.sent_name}\n\n{file.text or ''}"))


def _file(file: StoredFile) -> StoredFile:
    return replace(file, sent_name=masked(file.sent_name), text=None if file.text is None else masked(file.text))
