"""What the server says when it refuses: the class as its clients see it, and the sentence."""

from __future__ import annotations

from types import MappingProxyType


class OdooError(Exception):
    """An error that rolls the request back. `name` is what `error.data.name` says; `raw` what `load` reports of it."""

    name = "odoo.exceptions.UserError"
    status = 422  # over JSON-2

    def __init__(self, message: str, raw: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.raw = raw or message

    @property
    def arguments(self) -> list[object]:
        """What the exception was made of."""
        return [self.message]


class UserError(OdooError):
    """Not possible in this state."""


class ValidationError(OdooError):
    """A rule about the data is broken."""

    name = "odoo.exceptions.ValidationError"


class MissingError(OdooError):
    """There is no such record."""

    name = "odoo.exceptions.MissingError"
    status = 404

    def __init__(self, model: str, record: object, uid: int) -> None:
        super().__init__(f"Record does not exist or has been deleted.\n(Record: {model}({record},), User: {uid})")


class AccessError(OdooError):
    """No right to do it."""

    name = "odoo.exceptions.AccessError"
    status = 403


class AccessDenied(OdooError):
    """No such login, password or key."""

    name = "odoo.exceptions.AccessDenied"
    status = 401

    def __init__(self, message: str = "Access Denied") -> None:
        super().__init__(message)


class BadValue(OdooError):
    """A field, date, choice or external id that does not exist."""

    name = "builtins.ValueError"
    status = 500


class BadKey(OdooError):
    """An answer that cannot be written as JSON."""

    name = "builtins.TypeError"
    status = 500


class BadCall(BadKey):
    """Arguments that do not fit the method."""


class NoMethod(OdooError):
    """The model has no such method."""

    name = "builtins.AttributeError"


class NoDatabase(OdooError):
    """The database is not there, or is down: the same class."""

    name = "psycopg2.OperationalError"
    status = 500


class SerializationFailure(OdooError):
    """Another transaction was first; nothing happened."""

    name = "psycopg2.errors.SerializationFailure"
    status = 500

    def __init__(self) -> None:
        super().__init__("could not serialize access due to concurrent update\n")


def broken_rule(rule: str, raw: str = "") -> ValidationError:
    """A constraint of the database, in the server's words."""
    return ValidationError(f"The operation cannot be completed: {rule}", raw)


class WebError(OdooError):
    """What JSON-2 says before a method runs, by the status."""

    NAMES = MappingProxyType({401: "Unauthorized", 404: "NotFound", 422: "UnprocessableEntity"})

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = f"werkzeug.exceptions.{self.NAMES[status]}"

    @property
    def arguments(self) -> list[object]:
        return [self.message, self.status]
