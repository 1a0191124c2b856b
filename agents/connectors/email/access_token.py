"""The access token of a mail account (XOAUTH2): as the owner gave it, or fetched anew for each login.

For the latter the owner gives, instead of a token, the credential that providers' own tools write as JSON: `client_id`,
`client_secret`, `refresh_token`, and the address `token_uri` where it is exchanged. A new refresh token that comes back
is kept before anybody logs in. Source: RFC 6749 section 6.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from agents.clock import SystemClock
from agents.errors import NeedsOwner, Transient
from agents.security.egress import Egress, destination_of, web_address

if TYPE_CHECKING:
    from agents.connectors.email.account import MailAccount
    from agents.connectors.email.account_secret import AccountSecret

LATER = "It is tried again later."
AGAIN = "Fetch a new credential from the provider, then run `python orchestrator.py connect mail`."
MAX_ANSWER_BYTES, MAX_TOKEN_CHARS = 100_000, 8_000
OK, REFUSED = 200, frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the provider said; an empty token is one that it did not give."""

    status: int
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)


class Credential(BaseModel):
    """What is exchanged for an access token."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    token_uri: Annotated[str, Field(max_length=2000), AfterValidator(web_address)]
    client_id: Annotated[str, Field(min_length=1, max_length=500)]
    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=MAX_TOKEN_CHARS)]
    client_secret: Annotated[SecretStr, Field(max_length=2000)] = SecretStr("")


def credential_in(secret: SecretStr) -> Credential | None:
    """The credential that a secret is, or None: it is the access token itself.

    Raises:
        NeedsOwner: it begins as one and cannot be used.
    """
    text = secret.get_secret_value().strip()
    if not text.startswith("{"):
        return None
    try:
        return Credential.model_validate_json(text)
    except ValidationError as err:
        wrong = ", ".join(dict.fromkeys(str(each["loc"][0]) if each["loc"] else "no JSON" for each in err.errors()))
        hint = "It holds client_id, client_secret, refresh_token and token_uri, as one line."
        raise NeedsOwner(f"the credential cannot be used: {wrong}", hint=hint) from None  # the cause quotes it


def login_secret(account: MailAccount, secret: AccountSecret) -> SecretStr:
    """What the account logs in with: the password or the token as it is, or a token fetched for this login.

    Raises:
        NeedsOwner: the credential is damaged, or the provider does not take it any more.
        Transient: no token can be had now.
    """
    if account.login != "xoauth2" or credential_in(secret.opened) is None:
        return secret.opened
    with secret.alone():
        newest = secret.newest()
        credential = credential_in(newest)
        if credential is None:  # the owner has given a token instead, meanwhile
            return newest
        answer = _asked(credential, account)
        if answer.refresh_token not in ("", credential.refresh_token.get_secret_value()):
            secret.keep(newest, _renewed(newest, answer.refresh_token))
    if not answer.access_token:
        to = destination_of(credential.token_uri)
        raise Transient(f"{to} gave no access token ({answer.status})", hint=LATER)
    return SecretStr(answer.access_token)


def _asked(credential: Credential, account: MailAccount) -> _Answer:
    from agents.security.web_egress import Asking, Bounds, Web  # noqa: PLC0415 - heavy; most accounts have a password

    form = {
        "grant_type": "refresh_token",
        "client_id": credential.client_id,
        "refresh_token": credential.refresh_token.get_secret_value(),
    }
    if client_secret := credential.client_secret.get_secret_value():
        form["client_secret"] = client_secret
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    asking = Asking("POST", credential.token_uri, headers, urlencode(form).encode())
    bounds = Bounds(SystemClock(), account.timeout_s, 2 * account.timeout_s, MAX_ANSWER_BYTES)
    answer = Web(Egress("mail", account.reaches()), account.ca_file).ask(asking, bounds)
    if answer.status in REFUSED:
        to = destination_of(credential.token_uri)
        raise NeedsOwner(f"{to} does not take the credential of the account any more", hint=AGAIN)
    return _answer_in(answer.body, answer.status) if answer.status == OK else _Answer(answer.status)


def _answer_in(body: bytes, status: int) -> _Answer:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    tokens = said if isinstance(said, dict) else {}
    return _Answer(status, *(_token(tokens.get(name)) for name in ("access_token", "refresh_token")))


def _token(said: object) -> str:
    is_one = isinstance(said, str) and len(said) <= MAX_TOKEN_CHARS and said.isascii() and said.isprintable()
    return str(said) if is_one else ""


def _renewed(secret: SecretStr, refresh_token: str) -> SecretStr:
    """The credential with this token, and all else as the owner gave it."""
    return SecretStr(json.dumps(json.loads(secret.get_secret_value()) | {"refresh_token": refresh_token}))
