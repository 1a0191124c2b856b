"""Calls to an Odoo server, by names alone, and its errors as ours, by what to do next.

Odoo answers a refusal with the name of its exception; that name decides, never the text, which is in the user's
language. What Odoo refuses, it has rolled back. Source: docs/odoo.md, ADR 0069.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from agents.errors import EmployeeError, LockedOut, NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

LATER = "It is tried again later."
LOOK = "It is looked up in Odoo before anything is done again."
KEY_HINT = "Make a new key in Odoo (your user, Account Security), then run `python orchestrator.py connect odoo`."
RIGHTS_HINT = "Give the user the rights that docs/odoo.md names, then try again."
ADDRESS_HINT = "Look at the address, then run `python orchestrator.py connect odoo`."
MAX_SHOWN_CHARS = 300

# what only looks; whoever asks for anything else may have changed something
LOOKS = frozenset(
    {
        *("read", "search", "search_read", "search_count", "read_group", "formatted_read_group", "fields_get"),
        *("check_object_reference", "get_external_id", "has_group", "version", "login"),
    }
)
ENGLISH: dict[str, JsonValue] = {"lang": "en_US"}
OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY, UNAVAILABLE = 200, 401, 403, 404, 429, 503
NOT_FOUND_NAME = "werkzeug.exceptions.NotFound"  # JSON-2: no such model or method; nothing was called
_UNSPEAKABLE = "builtins.TypeError"  # also what cannot be put into an answer, after it was done
_FOR_THE_OWNER = {
    "odoo.exceptions.AccessDenied": ("Odoo does not take the key; it is wrong, or has run out", KEY_HINT),
    "odoo.exceptions.AccessError": ("Odoo does not let the user do this", RIGHTS_HINT),
    "odoo.http.SessionExpiredException": ("Odoo does not know the user any more", KEY_HINT),
}
_NOT_THERE = re.compile(r"database .{1,200} does not exist")


class Refused(NotAllowed):
    """Odoo says no and has rolled back. `name` is that of its exception, such as 'odoo.exceptions.UserError'."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"Odoo refuses: {message}", hint="Look at it in Odoo, or reject the proposal.")
        self.name = name
        self.said = message


class OdooCalls(Protocol):
    """One way to call an Odoo server."""

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        """Call a method of a model, on these records or on the model itself; None where it returns nothing.

        Raises:
            Refused: Odoo says no; nothing was changed.
            Transient: nothing was changed; may be tried again.
            OutcomeUnknown: no whole answer to what may have changed something.
            NeedsOwner: the key, the address or the user's rights do not do.
        """
        ...


def in_english(kwargs: Mapping[str, JsonValue] | None) -> dict[str, JsonValue]:
    """The named arguments, with a context in which Odoo says the same to every user."""
    named = dict(kwargs or {})
    context = named.get("context")
    named["context"] = {**ENGLISH, **(context if isinstance(context, dict) else {})}
    return named


def is_look(method: str) -> bool:
    """Whether a method only reads."""
    return method in LOOKS


def no_answer(method: str, why: str) -> EmployeeError:
    """There was no whole answer: what only reads is asked again, what may have been done is looked up."""
    if is_look(method):
        return Transient(why, hint=LATER)
    return OutcomeUnknown(why, hint=LOOK)


def refusal(method: str, name: str, message: str) -> EmployeeError:
    """What one of Odoo's exceptions means: its name as in 'odoo.exceptions.UserError', its message as it came."""
    said = on_one_line(message)[:MAX_SHOWN_CHARS]
    if name == "psycopg2.OperationalError" and _NOT_THERE.search(message):
        return NeedsOwner(f"Odoo has no such database: {said}", hint=ADDRESS_HINT)
    if name in _FOR_THE_OWNER:
        why, hint = _FOR_THE_OWNER[name]
        return LockedOut(f"{why}: {said}", hint=hint)
    if name.startswith("psycopg2."):  # rolled back: a fight over a row, a database that is not there now
        return Transient(f"Odoo could not do it now: {said}", hint=LATER)
    if name.startswith(("odoo.exceptions.", "builtins.", NOT_FOUND_NAME)) and name != _UNSPEAKABLE:
        return Refused(name, said)
    return no_answer(method, f"Odoo failed: {said}")


def unexpected(method: str, status: int) -> EmployeeError:
    """What an answer means that is none of Odoo's own: the page of a proxy, a wrong address."""
    if status == TOO_MANY:
        return Transient("Odoo takes no more calls now", hint=LATER)
    if status in {UNAUTHORIZED, FORBIDDEN}:
        return LockedOut("Odoo does not take the key", hint=KEY_HINT)
    if status == NOT_FOUND:
        why = "there is no Odoo or no such database at this address, or it does not speak this protocol"
        return NeedsOwner(why, hint=ADDRESS_HINT)
    if status // 100 in {3, 4}:
        return NeedsOwner(f"what answers at this address is no Odoo (status {status})", hint=ADDRESS_HINT)
    return no_answer(method, f"what answered is not Odoo itself (status {status})")
