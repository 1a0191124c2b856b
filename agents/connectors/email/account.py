"""The owner's mail account: its settings, kept in the state folder; its password, kept in the SecretStore."""

from __future__ import annotations

from email.utils import formataddr
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from agents.connectors.contract import sha256_hex
from agents.connectors.email.actions import mail_address, one_header_line
from agents.connectors.email.attempts import ATTEMPTS, Attempts
from agents.connectors.email.headers import mailboxes
from agents.errors import NeedsOwner
from agents.vault.files import MISSING, PRIVATE_MODE, read_regular, remove, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import ConnectorContext

PASSWORD = "mail.password"  # noqa: S105 - the secret's name, not the secret
MAX_SETTINGS_BYTES = 10_000
CONNECT = "Run `python orchestrator.py connect mail`."

Line = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(one_header_line)]


class MailAccount(BaseModel):
    """How to reach the mail server.

    `ca_file`: trust this certificate file instead of the system's; None = the system's. `timeout_s` is for each answer,
    `delivery_timeout_s` for the one that says whether the mail was taken.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[
        str, Field(max_length=253, pattern=r"^(?:(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}|[0-9A-Fa-f:]{2,39})$")
    ]
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["starttls", "tls"]
    user: Line
    from_address: Annotated[str, AfterValidator(mail_address)]
    from_name: Annotated[str, Field(max_length=120), AfterValidator(one_header_line)] = ""
    ca_file: Path | None = None
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 30.0
    delivery_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 600.0


def account_from(answers: Mapping[str, str]) -> MailAccount:
    """The account of the answers `connect mail` got.

    Raises:
        NeedsOwner: an answer cannot be used.
    """
    sender = next(iter(mailboxes(answers.get("from", "").encode())), None)
    given = {name: answers.get(name, "").strip() for name in ("host", "port", "security", "user", "ca_file")}
    try:
        return MailAccount.model_validate(
            {
                **given,
                "security": given["security"].lower(),
                "ca_file": given["ca_file"] or None,
                "from_address": sender.address if sender else "",
                "from_name": sender.name if sender else "",
            }
        )
    except ValidationError as err:
        wrong = ", ".join(dict.fromkeys(str(each["loc"][0]).split("_")[0] for each in err.errors()))
        raise NeedsOwner(f"these answers cannot be used: {wrong}", hint="Answer them again.") from err


def password_from(answers: Mapping[str, str]) -> SecretStr:
    """The password of the answers.

    Raises:
        NeedsOwner: it is empty.
    """
    if not answers.get("password"):
        raise NeedsOwner("the password is empty", hint="Give the account's password, or an app password.")
    return SecretStr(answers["password"])


def is_connected(context: ConnectorContext) -> bool:
    """Whether the owner has connected an account, in working order or not."""
    return _place(context).exists()


def open_account(context: ConnectorContext) -> tuple[MailAccount, SecretStr]:
    """The account and its password.

    Raises:
        NeedsOwner: there is none, its file is damaged, or its password is not where it was kept.
    """
    account = read_account(context)
    password = context.secrets.get(PASSWORD)
    if not password:
        raise NeedsOwner("the password of the mail account is not where it was kept", hint=CONNECT)
    return account, SecretStr(password)


def read_account(context: ConnectorContext) -> MailAccount:
    """The account without its password.

    Raises:
        NeedsOwner: there is none, or its file is damaged.
    """
    content = read_regular(_place(context), MAX_SETTINGS_BYTES)
    if content == MISSING:
        raise NeedsOwner("no mail account is connected", hint=CONNECT)
    try:
        return MailAccount.model_validate_json(b"" if isinstance(content, Problem) else content)
    except ValidationError as err:
        raise NeedsOwner("the settings of the mail account are damaged", hint=CONNECT) from err


def keep_account(context: ConnectorContext, answers: Mapping[str, str]) -> str:
    """Keep settings and password; returns where they lie, in words for the owner."""
    account, password = account_from(answers), password_from(answers)
    where = context.secrets.put(PASSWORD, password.get_secret_value())
    Attempts(context.state / ATTEMPTS).prepare()
    write_over(_place(context), account.model_dump_json(indent=2).encode(), mode=PRIVATE_MODE)
    return f"Mails now go out as {account.from_address} through {account.host}. The password lies {where}."


def kept_answers(context: ConnectorContext) -> Mapping[str, str]:
    """What was answered to `connect mail`, without the password.

    Raises:
        NeedsOwner: no account is connected, or its file is damaged.
    """
    account = read_account(context)
    return {
        "host": account.host,
        "port": str(account.port),
        "security": account.security,
        "user": account.user,
        "from": formataddr((account.from_name, account.from_address)),
        "ca_file": str(account.ca_file or ""),
    }


def forget_account(context: ConnectorContext) -> str:
    """Forget settings and password."""
    context.secrets.forget(PASSWORD)
    content = read_regular(_place(context), MAX_SETTINGS_BYTES)
    if isinstance(content, bytes):
        remove(_place(context), sha256_hex(content))
    return "The mail account is forgotten; finished messages go to Outbox again."


def _place(context: ConnectorContext) -> Path:
    return context.state / "connections" / "mail.json"
