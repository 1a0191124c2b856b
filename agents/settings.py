"""What can be set from outside: environment variables `AI_EMPLOYEE_*`, nothing else.

Units are in the names. Everything has a default that works on a bare machine. Read by pydantic alone: the package for
settings costs a process that waits 3.5 MB, for sources that nobody uses here.
"""

from __future__ import annotations

import os
import socket
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "AI_EMPLOYEE_"
SKILLS = Path(__file__).resolve().parents[1] / "skills"
HEAVY_ENVIRONMENT = {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}  # its cache is a pickle beside the ledger


class Settings(BaseModel):
    """The settings of one process; what is given counts before what the environment says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: Path | None = Field(
        default=None, description="The state folder; default: the platform's, keyed by vault id."
    )
    node: str = Field(default_factory=socket.gethostname, description="The name of this machine.")
    quiet_s: float = Field(default=1.5, ge=0, le=60, description="A file is finished after this time without change.")
    scan_every_s: float = Field(default=5.0, gt=0, le=600, description="How often folders are scanned without a hint.")
    owner_quiet_s: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="When the owner's own edits are committed; later in a vault of very many files.",
    )
    mail_days: int = Field(
        default=7, ge=0, le=3650, description="Unread mails of so many days become tasks when an account is connected."
    )
    mail_every_s: float = Field(
        default=120.0, ge=1, le=1500, description="How often a mail account is looked at without a hint."
    )
    flood_per_hour: int = Field(
        default=20, gt=0, description="More mails of one sender within an hour are listed instead of becoming tasks."
    )
    calendar_every_s: float = Field(
        default=300.0, ge=1, le=86_400, description="How often a calendar is looked at, once it is connected."
    )
    odoo_every_s: float = Field(
        default=300.0, ge=1, le=86_400, description="How often Odoo is looked into, once it keeps your books."
    )
    meeting_hours: float = Field(
        default=0,
        ge=0,
        le=336,
        description="How many hours before a meeting it is prepared; 0 = from the working day before.",
    )
    proposal_days: int = Field(default=7, ge=1, le=90, description="How long a proposal waits before it expires.")
    max_open_proposals: int = Field(
        default=200, gt=0, description="While more proposals than this wait for you, no new task is begun."
    )
    max_turns: int = Field(default=60, gt=0, description="Turns a task may take before the owner is asked.")
    max_task_days: int = Field(default=180, gt=0, description="Days a task may be open before the owner is asked.")
    max_task_usd: Decimal = Field(default=Decimal(5), gt=0, description="What thinking about one task may cost.")
    max_day_usd: Decimal = Field(default=Decimal(2), gt=0, description="What thinking may cost in a day.")
    max_month_usd: Decimal = Field(default=Decimal(20), gt=0, description="What thinking may cost in a month.")
    model: str = Field(default="claude-sonnet-5-5", description="The model that is asked, once you accepted it.")
    model_provider: str = Field(default="Anthropic", description="Who runs the model.")
    model_url: str = Field(
        default="https://api.anthropic.com",
        pattern=r"^(https://[^\s/]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?)(/\S*)?$",
        description="Where requests to the model go: https, or this computer itself.",
    )
    model_when: Literal["unsure", "always"] = Field(
        default="unsure",
        description="When it is asked: `unsure` = where the rules would ask you; `always` = also where they act.",
    )
    model_effort: Literal["", "low", "medium", "high", "xhigh", "max"] = Field(
        default="medium", description="How hard the model thinks; empty = not said, for servers that do not know it."
    )
    model_max_tokens: int = Field(default=8_000, gt=0, le=64_000, description="How long one answer of it may be.")
    model_max_answers: int = Field(default=12, gt=0, le=100, description="Its answers in one turn of a task.")
    model_timeout_s: float = Field(default=300, gt=0, le=3600, description="How long one answer of it may take.")
    model_usd_in: Decimal = Field(
        default=Decimal(2),
        ge=0,
        description="Its price for a million tokens it reads (that of claude-sonnet-5-5, read 2026-11-26 in a copy of"
        " the provider's page, unverified).",
    )
    model_usd_out: Decimal = Field(
        default=Decimal(10), ge=0, description="Its price for a million tokens it writes (the same source)."
    )
    engine_url: SecretStr | None = Field(
        default=None, description="A PostgreSQL address for the engine's steps, before the one that was connected."
    )
    passphrase: SecretStr | None = Field(
        default=None, description="Opens the file of your passwords where there is no keyring; or a systemd credential."
    )
    skills: Path | None = Field(
        default=None, description="The folder of the skills; default: the program's. Each needs your word anyway."
    )
    clock: Path | None = Field(
        default=None,
        description="For practice: a file that says what time it is (ISO, with a zone); default: the clock.",
    )
    max_note_bytes: int = Field(default=1_000_000, gt=0, description="Larger notes are not read.")

    @model_validator(mode="before")
    @classmethod
    def _from_outside(cls, given: dict[str, object]) -> dict[str, object]:
        """The variables of the environment, in letters of any case."""
        told = {name.upper(): value for name, value in os.environ.items()}
        outside = {name: told[PREFIX + name.upper()] for name in cls.model_fields if PREFIX + name.upper() in told}
        return {**outside, **given}

    def skills_folder(self) -> Path:
        """The folder of the skills; absolute."""
        return (self.skills or SKILLS).expanduser().resolve()

    def state_folder(self, vault_id: str) -> Path:
        """The state folder of a vault; absolute, outside the vault."""
        if self.state is not None:
            return self.state.expanduser().absolute()
        return platformdirs.user_state_path("ai-employee", appauthor=False) / vault_id


def chosen_passphrase(settings: Settings) -> str | None:
    """What opens the file of passwords: the setting, else systemd's credential `ai-employee-passphrase`; or None."""
    if settings.passphrase is not None:
        return settings.passphrase.get_secret_value() or None
    handed = Path(os.environ.get("CREDENTIALS_DIRECTORY", "")) / "ai-employee-passphrase"
    if "CREDENTIALS_DIRECTORY" not in os.environ or not handed.is_file():
        return None
    return handed.read_text(encoding="utf-8").rstrip("\r\n") or None


def wants_colour() -> bool:
    """Whether a terminal may show colours: the owner has not set `NO_COLOR`."""
    return not os.environ.get("NO_COLOR")


def prepare_environment(values: Mapping[str, str] = HEAVY_ENVIRONMENT) -> None:
    """Set what libraries read from the environment when they are imported."""
    for name, value in values.items():
        os.environ.setdefault(name, value)
