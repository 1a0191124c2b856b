"""The owner's calendar account: its settings, kept in the state folder; its password, kept in the SecretStore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from agents.errors import NeedsOwner
from agents.security.egress import Destination, destination_of, web_address
from agents.vault.files import MISSING, read_regular
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "calendar.password"  # noqa: S105 - the secret's name, not the secret
MAX_SETTINGS_BYTES = 100_000
CONNECT = "Run `python orchestrator.py connect calendar`."


class CalendarPlace(BaseModel):
    """One calendar of the account: its address and its name as the server says it."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    url: Annotated[str, Field(max_length=2000), AfterValidator(web_address)]
    name: Annotated[str, Field(max_length=200)]


class CalendarAccount(BaseModel):
    """How to reach the calendar server. Of `calendars` the first takes new events, all are read.

    `own`: the owner's address in invitations, or empty. `ca_file`: trust this certificate file instead of the system's.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    url: Annotated[str, Field(max_length=2000), AfterValidator(web_address)]
    user: Annotated[str, Field(min_length=1, max_length=255)]
    own: Annotated[str, Field(max_length=255)] = ""
    ca_file: Path | None = None
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 30.0
    calendars: Annotated[tuple[CalendarPlace, ...], Field(max_length=50)] = ()

    @property
    def destination(self) -> Destination:
        """The one host that is reached."""
        return destination_of(self.url)

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Who in an invitation is the owner."""
        return tuple(each for each in (self.own, self.user) if "@" in each)


def place_of(state: Path) -> Path:
    """Where the settings lie."""
    return state / "connections" / "calendar.json"


def is_connected(state: Path) -> bool:
    """Whether the owner has connected an account, in working order or not."""
    return place_of(state).exists()


def read_account(state: Path) -> CalendarAccount:
    """The account without its password.

    Raises:
        NeedsOwner: there is none, or its file is damaged.
    """
    content = read_regular(place_of(state), MAX_SETTINGS_BYTES)
    if content == MISSING:
        raise NeedsOwner("no calendar is connected", hint=CONNECT)
    try:
        return CalendarAccount.model_validate_json(b"" if isinstance(content, Problem) else content)
    except ValidationError as err:
        raise NeedsOwner("the settings of the calendar are damaged", hint=CONNECT) from err


def open_account(state: Path, secret: Callable[[str], str | None]) -> tuple[CalendarAccount, SecretStr]:
    """The account and its password.

    Raises:
        NeedsOwner: there is none, its file is damaged, or its password is not where it was kept.
    """
    account = read_account(state)
    password = secret(PASSWORD)
    if not password:
        raise NeedsOwner("the password of the calendar is not where it was kept", hint=CONNECT)
    return account, SecretStr(password)
