"""The owner's mail account: its settings, kept in the state folder; its password, kept in the SecretStore."""

from __future__ import annotations

import os
import re
from email.utils import formataddr
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from agents.connectors.email.access_token import credential_in
from agents.connectors.email.account_secret import KeptSecret, as_it_became, forget_unkept
from agents.connectors.email.attempts import ATTEMPTS, Attempts
from agents.connectors.email.headers import mailboxes
from agents.connectors.mail_address import mail_address
from agents.connectors.plain_text import in_one_line
from agents.errors import NeedsOwner
from agents.security.egress import Destination, destination_of, web_address
from agents.vault.files import MISSING, PRIVATE_MODE, forget_file, read_regular, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import ConnectorContext

MAIL = "mail"  # the first account, which sends; others are named `mail-shop`
PASSWORD = "mail.password"  # noqa: S105 - the secret's name, not the secret
MAX_SETTINGS_BYTES = 10_000
ONLY_SENDING = "-"
IMAPS, IMAP = 993, 143  # TLS at once; and after STARTTLS (RFC 8314)
CONNECT = "Run `python orchestrator.py connect mail`."

_FURTHER = re.compile(r"mail-[a-z0-9][a-z0-9-]{0,30}")

Line = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(in_one_line)]
Host = Annotated[
    str, Field(max_length=253, pattern=r"^(?:(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}|[0-9A-Fa-f:]{2,39})$")
]
Port = Annotated[int, Field(ge=1, le=65535)]
Security = Literal["starttls", "tls"]


class ImapServer(BaseModel):
    """Where the account's mails lie. `folders`: those that are read, by their names there."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    host: Host
    port: Port
    security: Security
    folders: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)] = ("INBOX",)


class MailAccount(BaseModel):
    """How to reach the mail server.

    `ca_file`: trust this certificate file instead of the system's; None = the system's. `timeout_s` is for each answer,
    `delivery_timeout_s` for the one that says whether the mail was taken. `imap`: None = it only sends. `login`: what
    the secret is that was given, a password or an access token; `token_uri`: where one is fetched, empty = it is given.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    host: Host
    port: Port
    security: Security
    user: Line
    from_address: Annotated[str, AfterValidator(mail_address)]
    from_name: Annotated[str, Field(max_length=120), AfterValidator(in_one_line)] = ""
    ca_file: Path | None = None
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 30.0
    delivery_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 600.0
    imap: ImapServer | None = None
    login: Literal["password", "xoauth2"] = "password"
    token_uri: Annotated[str, Field(max_length=2000), AfterValidator(lambda url: url and web_address(url))] = ""

    def reaches(self) -> tuple[Destination, ...]:
        """Every host that is asked for this account."""
        reading = [Destination(self.imap.host, self.imap.port)] if self.imap else []
        tokens = [destination_of(self.token_uri)] if self.token_uri else []
        return (Destination(self.host, self.port), *reading, *tokens)


def account_from(answers: Mapping[str, str]) -> MailAccount:
    """The account of the answers `connect mail` got.

    Raises:
        NeedsOwner: an answer cannot be used.
    """
    sender = next(iter(mailboxes(answers.get("from", "").encode())), None)
    given = {name: answers.get(name, "").strip() for name in ("host", "port", "security", "user", "ca_file")}
    login = answers.get("login", "").strip().lower() or "password"
    credential = credential_in(SecretStr(answers.get("password", ""))) if login == "xoauth2" else None
    try:
        return MailAccount.model_validate(
            {
                **given,
                "login": login,
                "token_uri": credential.token_uri if credential else "",
                "imap": _imap_from(answers),
                "security": given["security"].lower(),
                "ca_file": given["ca_file"] or None,
                "from_address": sender.address if sender else "",
                "from_name": sender.name if sender else "",
            }
        )
    except ValidationError as err:
        wrong = ", ".join(dict.fromkeys(str(each["loc"][0]).split("_")[0] for each in err.errors()))
        raise NeedsOwner(f"these answers cannot be used: {wrong}", hint="Answer them again.") from err


def _imap_from(answers: Mapping[str, str]) -> dict[str, object] | None:
    """Where to read, or None: this account only sends."""
    host, port = answers.get("imap_host", "").strip(), answers.get("imap_port", "").strip() or str(IMAPS)
    if host in ("", ONLY_SENDING):
        return None
    named = (each.strip() for each in answers.get("folders", "").split(","))
    folders = tuple(dict.fromkeys(each for each in named if each)) or ("INBOX",)
    security: Security = "starttls" if port == str(IMAP) else "tls"
    return {"host": host, "port": port, "security": security, "folders": folders}


def offered_imap_host(answers: Mapping[str, str]) -> str:
    """Where the mails of an account probably lie: providers name both servers alike."""
    host = answers.get("host", "").strip()
    first, dot, rest = host.partition(".")
    return f"imap.{rest}" if dot and first.lower() in ("smtp", "mail-out", "outgoing") else host


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


def further_name(name: str) -> str:
    """The same name, if an account beside the first may have it.

    Raises:
        NeedsOwner: it may not.
    """
    if not _FURTHER.fullmatch(name):
        raise NeedsOwner(
            f"an account cannot be named {name!r}", hint="Use small letters, digits and dashes, such as mail-shop."
        )
    return name


def open_account(context: ConnectorContext, name: str = MAIL) -> tuple[MailAccount, KeptSecret]:
    """An account and its password.

    Raises:
        NeedsOwner: there is none, its file is damaged, or its password is not where it was kept.
    """
    account = read_account(context, name)
    password = context.secrets.get(f"{name}.password")
    if not password:
        raise NeedsOwner("the password of the mail account is not where it was kept", hint=CONNECT)
    return account, KeptSecret(context, name, SecretStr(password))


def read_account(context: ConnectorContext, name: str = MAIL) -> MailAccount:
    """An account without its password.

    Raises:
        NeedsOwner: there is none, or its file is damaged.
    """
    content = read_regular(_place(context, name), MAX_SETTINGS_BYTES)
    if content == MISSING:
        raise NeedsOwner("no mail account is connected", hint=CONNECT)
    try:
        return MailAccount.model_validate_json(b"" if isinstance(content, Problem) else content)
    except ValidationError as err:
        raise NeedsOwner("the settings of the mail account are damaged", hint=CONNECT) from err


def keep_account(context: ConnectorContext, answers: Mapping[str, str], name: str = MAIL) -> str:
    """Keep settings and password; returns where they lie, in words for the owner."""
    account, password = account_from(answers), as_it_became(password_from(answers))
    where = context.secrets.put(f"{name}.password", password.get_secret_value())
    forget_unkept(context.state, name)
    Attempts(context.state / ATTEMPTS).prepare()
    write_over(_place(context, name), account.model_dump_json(indent=2).encode(), mode=PRIVATE_MODE)
    read = f" Mails are read from {', '.join(account.imap.folders)} at {account.imap.host}." if account.imap else ""
    out = f"Mails now go out as {account.from_address} through {account.host}."
    if name != MAIL:
        out = "Mails go out through the first account as before."
    return f"{out}{read} The password lies {where}."


def kept_answers(context: ConnectorContext, name: str = MAIL) -> Mapping[str, str]:
    """What was answered to `connect mail`, without the password.

    Raises:
        NeedsOwner: no account is connected, or its file is damaged.
    """
    account = read_account(context, name)
    return {
        "host": account.host,
        "port": str(account.port),
        "security": account.security,
        "user": account.user,
        "from": formataddr((account.from_name, account.from_address)),
        "ca_file": str(account.ca_file or ""),
        "login": account.login,
        "imap_host": account.imap.host if account.imap else ONLY_SENDING,
        "imap_port": str(account.imap.port) if account.imap else "",
        "folders": ", ".join(account.imap.folders) if account.imap else "",
    }


def forget_account(context: ConnectorContext, name: str = MAIL) -> str:
    """Forget settings and password."""
    context.secrets.forget(f"{name}.password")
    forget_unkept(context.state, name)
    forget_file(_place(context, name), MAX_SETTINGS_BYTES)
    if name != MAIL:
        return f"The mail account {name} is forgotten; nothing of it is read any more."
    return "The mail account is forgotten; finished messages go to Outbox again."


def account_files(context: ConnectorContext) -> tuple[tuple[Path, os.stat_result], ...]:
    """The files of the accounts that are connected, as they are now, the first one first; their stems are the names."""
    folder = context.state / "connections"
    try:
        with os.scandir(folder) as entries:
            named = sorted(each.name for each in entries if each.name.startswith(MAIL) and each.name.endswith(".json"))
        places = (folder / each for each in named)
        found = ((place, place.lstat()) for place in places if place.stem == MAIL or _FURTHER.fullmatch(place.stem))
        return tuple(sorted(found, key=lambda each: (each[0].stem != MAIL, each[0].stem)))
    except OSError:
        return ()  # none was ever connected, or one goes just now: look again


def _place(context: ConnectorContext, name: str = MAIL) -> Path:
    return context.state / "connections" / f"{name}.json"
