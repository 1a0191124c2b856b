"""What went wrong, named after what to do next.

Every error carries a hint: one imperative sentence for whoever has to act.
"""


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


class Broken(EmployeeError):
    """A record we rely on does not say what it must; stop and tell the owner."""
