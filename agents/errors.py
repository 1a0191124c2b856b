"""What went wrong, named after what to do next.

Every error carries a hint: one imperative sentence for whoever has to act.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOM = "Free space on the disk; then run again."
_RIGHTS = "Make vault and state folder writable; then run again."
_FILES = "Close other programs, or raise the limit of open files; then run again."
_HINTS = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EROFS: _RIGHTS,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
}
_ELSE = "Look at the disk; then run again."


class EmployeeError(Exception):
    """The root of our errors; never raised itself."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class BadNote(EmployeeError):
    """The owner edits the note and it is read again."""


class NotAllowed(EmployeeError):
    """Refused for good; never retry."""


class Transient(EmployeeError):
    """May work next time; the only error that is retried."""


class OutcomeUnknown(EmployeeError):
    """The effect may or may not have happened; look it up, never retry."""


class NeedsOwner(EmployeeError):
    """Credentials, settings or a decision are missing."""


class LockedOut(NeedsOwner):
    """A service does not let us in; whatever needs it waits until the owner has seen to it, and is tried again."""


WAITS = (Transient, LockedOut)  # what no task ends for: it goes on when the service answers


class Broken(EmployeeError):
    """A record we rely on does not say what it must; stop and tell the owner."""


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the system refuses - a full disk, a failing one, no more open files - is told in words, with what to do.

    A pipe nobody reads is no refusal: the error passes.

    Raises:
        Transient: it refused; what is in the journal by then is done by the next try.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as err:
        hint = _HINTS.get(err.errno or 0, _ELSE)
        raise Transient(f"The computer refuses: {err.strerror or err}. Nothing is lost.", hint=hint) from err
