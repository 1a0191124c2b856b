"""The owner's Odoo: its settings, kept in the state folder; the key of its user, kept in the SecretStore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from agents.errors import NeedsOwner
from agents.security.egress import Destination, destination_of, web_address
from agents.vault.files import MISSING, read_regular
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "odoo.key"
MAX_SETTINGS_BYTES = 100_000
CONNECT = "Run `python orchestrator.py connect odoo`."

Protocol = Literal["json-rpc", "json-2"]


class OdooAccount(BaseModel):
    """How to reach the server, and what of it was found when it was connected.

    `version` is its major version, 0 before anybody asked; `user_id` its number of the user, 0 likewise. `ca_file`:
    trust this certificate file instead of the system's. Seconds: a first login may take 30, a PDF 120.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    url: Annotated[str, Field(max_length=2000), AfterValidator(web_address)]
    database: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
    user: Annotated[str, Field(min_length=1, max_length=255)]
    ca_file: Path | None = None
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 60.0
    version: Annotated[int, Field(ge=0, le=99)] = 0
    user_id: Annotated[int, Field(ge=0)] = 0
    protocol: Protocol = "json-rpc"

    @property
    def destination(self) -> Destination:
        """The one host that is reached."""
        return destination_of(self.url)

    @property
    def title(self) -> str:
        """'Odoo 18 at odoo.example:443'."""
        return f"Odoo {self.version} at {self.destination}"


def place_of(state: Path) -> Path:
    """Where the settings lie."""
    return state / "connections" / "odoo.json"


def is_connected(state: Path) -> bool:
    """Whether the owner has connected a server, in working order or not."""
    return place_of(state).exists()


def read_account(state: Path) -> OdooAccount:
    """The account without its key.

    Raises:
        NeedsOwner: there is none, or its file is damaged.
    """
    content = read_regular(place_of(state), MAX_SETTINGS_BYTES)
    if content == MISSING:
        raise NeedsOwner("no Odoo is connected", hint=CONNECT)
    try:
        return OdooAccount.model_validate_json(b"" if isinstance(content, Problem) else content)
    except ValidationError as err:
        raise NeedsOwner("the settings of Odoo are damaged", hint=CONNECT) from err


def open_account(state: Path, secret: Callable[[str], str | None]) -> tuple[OdooAccount, SecretStr]:
    """The account and its key.

    Raises:
        NeedsOwner: there is none, its file is damaged, or its key is not where it was kept.
    """
    account = read_account(state)
    key = secret(KEY)
    if not key:
        raise NeedsOwner("the key of Odoo is not where it was kept", hint=CONNECT)
    return account, SecretStr(key)
