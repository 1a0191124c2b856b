"""Mail, described lightly: what it does, how it works now, and how to connect an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contract import Ask, Capability, Connection, Manifest, State
from agents.connectors.email.account import (
    account_from,
    forget_account,
    is_connected,
    keep_account,
    kept_answers,
    open_account,
    password_from,
    read_account,
)
from agents.connectors.email.actions import EmailSend
from agents.errors import NeedsOwner
from agents.security.egress import Destination, Egress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.connectors.contract import Connector, ConnectorContext

NEXT_STEP = "python orchestrator.py connect mail"


def _open_connector(context: ConnectorContext) -> Connector:
    from agents.connectors.email.email_connector import (  # noqa: PLC0415 - smtplib and ssl, used rarely
        OutboxConnector,
        SmtpConnector,
    )

    return SmtpConnector(context) if is_connected(context) else OutboxConnector(context)


def _capabilities(context: ConnectorContext) -> Sequence[Capability]:
    if not is_connected(context):
        return (Capability("mail", State.OUTBOX, "finished messages wait in Outbox; nothing is sent", NEXT_STEP),)
    try:
        account, _ = open_account(context)
    except NeedsOwner as err:
        return (Capability("mail", State.OFF, str(err), NEXT_STEP),)
    return (Capability("mail", State.REAL, f"sends as {account.from_address} through {account.host}", ""),)


def _reaches(context: ConnectorContext) -> Sequence[Destination]:
    try:
        account = read_account(context)
    except NeedsOwner:  # there is none, or its file is damaged: whoever needs it says so
        return ()
    return (Destination(account.host, account.port),)


def _test(answers: Mapping[str, str]) -> str:
    from agents.connectors.email.smtp_session import try_account  # noqa: PLC0415 - smtplib and ssl, used rarely

    account = account_from(answers)
    typed = Egress("mail", (Destination(account.host, account.port),))
    return try_account(account, password_from(answers), typed)


MANIFEST = Manifest(
    name="email",
    actions=(EmailSend,),
    open_connector=_open_connector,
    capabilities=_capabilities,
    reaches=_reaches,
    connections=(
        Connection(
            name="mail",
            asks=(
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
            ),
            test=_test,
            keep=keep_account,
            forget=forget_account,
            answers=kept_answers,
        ),
    ),
)
