"""Mail, described lightly: what it does, how it works now, and how to connect an account."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agents.connectors.contract import Ask, Capability, Connection, Manifest, State
from agents.connectors.email.account import (
    IMAPS,
    MAIL,
    ONLY_SENDING,
    account_files,
    account_from,
    forget_account,
    further_name,
    is_connected,
    keep_account,
    kept_answers,
    offered_imap_host,
    open_account,
    password_from,
    read_account,
)
from agents.connectors.email.account_secret import UNKEPT, GivenSecret, is_unkept
from agents.connectors.email.actions import EmailSend
from agents.connectors.email.mail_source import known_trouble, reading_door
from agents.errors import NeedsOwner
from agents.security.egress import Destination, Egress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.connectors.contract import Connector, ConnectorContext
    from agents.connectors.email.account import MailAccount

NEXT_STEP = "python orchestrator.py connect mail"
AGAIN = "Unlock the keyring, or make room on the disk: it is tried again at each login."


def _open_connector(context: ConnectorContext) -> Connector:
    from agents.connectors.email.email_connector import (  # noqa: PLC0415 - smtplib and ssl, used rarely
        OutboxConnector,
        SmtpConnector,
    )

    return SmtpConnector(context) if is_connected(context) else OutboxConnector(context)


def _capabilities(context: ConnectorContext) -> Sequence[Capability]:
    further = [place.stem for place, _ in account_files(context) if place.stem != MAIL]
    return (*_first(context), *(_further_one(context, name) for name in further))


def _further_one(context: ConnectorContext, name: str) -> Capability:
    step = f"python orchestrator.py connect {name}"
    try:
        account, _ = open_account(context, name)
    except NeedsOwner as err:
        return Capability(f"{name} in", State.OFF, str(err), step)
    return _warned(context, name, replace(_reading(account, context, step), name=f"{name} in"))


def _first(context: ConnectorContext) -> Sequence[Capability]:
    if not is_connected(context):
        return (Capability("mail", State.OUTBOX, "finished messages wait in Outbox; nothing is sent", NEXT_STEP),)
    try:
        account, _ = open_account(context)
    except NeedsOwner as err:
        return (Capability("mail", State.OFF, str(err), NEXT_STEP),)
    sends = f"sends as {account.from_address} through {account.host}"
    return (_warned(context, MAIL, Capability("mail", State.REAL, sends, "")), _reading(account, context, NEXT_STEP))


def _warned(context: ConnectorContext, name: str, works: Capability) -> Capability:
    """The same, with a word about a credential that is newer than the one that is kept."""
    if not is_unkept(context.state, name):
        return works
    return replace(works, says=f"{works.says}; {UNKEPT}", next_step=works.next_step or AGAIN)


def _reading(account: MailAccount, context: ConnectorContext, step: str) -> Capability:
    """Whether mail is read, and what was in the way when it was last tried."""
    if account.imap is None:
        return Capability("mail in", State.OFF, f"{account.from_address} only sends; no mail is read", step)
    where = f"{', '.join(account.imap.folders)} of {account.from_address} at {account.imap.host}"
    if trouble := known_trouble(context.state, account):
        return Capability("mail in", State.OFF, f"{where} cannot be read: {trouble}", step)
    return Capability("mail in", State.REAL, f"reads {where}; marks nothing as read", "")


def _reaches(context: ConnectorContext) -> Sequence[Destination]:
    reached: list[Destination] = []
    for place, _ in account_files(context):
        with suppress(NeedsOwner):  # its file is damaged: whoever needs it says so
            reached += read_account(context, place.stem).reaches()
    return tuple(dict.fromkeys(reached))


def _test(answers: Mapping[str, str]) -> str:
    from agents.connectors.email.smtp_session import try_account  # noqa: PLC0415 - smtplib and ssl, used rarely

    account, secret = account_from(answers), GivenSecret(password_from(answers))
    typed = Egress("mail", (Destination(account.host, account.port),))
    works = [try_account(account, secret, typed)]
    if account.imap:
        from agents.connectors.email.imap_session import try_reading  # noqa: PLC0415 - heavy, used rarely

        works.append(try_reading(account, secret, reading_door(account)))
    return "\n".join(works)


def _reads(answers: Mapping[str, str]) -> bool:
    return answers["imap_host"].strip() != ONLY_SENDING


_ASKS = (
    Ask("host", "Mail server for sending (SMTP), such as smtp.example.org"),
    Ask("port", "Port (587 with starttls, 465 with tls)", default="587"),
    Ask("security", "Encryption: starttls or tls", default="starttls"),
    Ask("user", "User name"),
    Ask("password", "Password (an app password, if the provider has such)", secret=True),
    Ask("from", "Address your mails come from, such as Studio <owner@studio.example>"),
    Ask(
        "ca_file",
        "File with the server's own certificate (leave empty unless you run the server)",
        default="",
    ),
    Ask(
        "login",
        "What the password is: password, or xoauth2 for an access token or a credential to fetch one",
        default="password",
    ),
    Ask(
        "imap_host",
        f"Mail server for reading (IMAP); {ONLY_SENDING} if no mail is to be read",
        offer=offered_imap_host,
    ),
    Ask("imap_port", "Port (993; 143 with starttls)", default=str(IMAPS), applies=_reads),
    Ask("folders", "Folders to read, with commas between them", default="INBOX", applies=_reads),
)


def _connection(name: str) -> Connection:
    return Connection(
        name=name,
        asks=_ASKS,
        test=_test,
        keep=partial(keep_account, name=name),
        forget=partial(forget_account, name=name),
        answers=partial(kept_answers, name=name),
        further=lambda further: _connection(further_name(further)),
    )


def _further(context: ConnectorContext) -> Sequence[Connection]:
    return tuple(_connection(place.stem) for place, _ in account_files(context) if place.stem != MAIL)


MANIFEST = Manifest(
    name="email",
    actions=(EmailSend,),
    open_connector=_open_connector,
    capabilities=_capabilities,
    reaches=_reaches,
    connections=(_connection(MAIL),),
    further=_further,
)
