"""Mails leave through a real server, once, and every way it can fail has its own next step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import Absent, AttachmentRef, CannotKnow, CannotUndo, Found, sha256_hex
from agents.connectors.email.account import keep_account
from agents.connectors.email.email_connector import OutboxConnector
from agents.connectors.email.manifest import MANIFEST
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from tests.connectors.email.mail_room import (
    BODY,
    KEY,
    PDF,
    SEALED,
    answers_for,
    as_read_by_others,
    connect,
    context_in,
    invoice_mail,
    smtp,
)
from tests.standins.certificates import Certificate, make_certificate
from tests.standins.closing_server import closing_server
from tests.standins.smtp_server import Behaviour, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.clock import FrozenClock


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["starttls", "tls"])
def server(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[SmtpServer]:
    with SmtpServer(certificate, security=request.param) as running:
        yield running


@pytest.fixture
def context(tmp_path: Path, clock: FrozenClock) -> ConnectorContext:
    return context_in(tmp_path, clock)


def test_the_mail_arrives_as_it_was_sealed(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    receipt = smtp(context).execute(invoice_mail(in_reply_to="<ask-1@client.example>"), KEY, SEALED)
    (arrived,) = server.received
    assert (arrived.sender, arrived.recipients) == ("owner@studio.example", ("anna@client.example",))
    message = as_read_by_others(arrived.content)
    assert message["From"] == "Studio Emma <owner@studio.example>"
    assert message["To"] == "anna@client.example"
    assert message["Subject"] == "Invoice INV-2026-0001"
    assert message["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert message["In-Reply-To"] == message["References"] == "<ask-1@client.example>"
    assert message["Message-ID"] == receipt.provider_id == f"<{KEY[:32]}@studio.example>"
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == BODY
    (pdf,) = message.iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_filename() == "inv-2026-0001.pdf"
    assert pdf.get_content() == PDF
    assert receipt.summary == "sent to anna@client.example through localhost"


def test_a_wrong_password_needs_the_owner_and_sends_nothing(server: SmtpServer, context: ConnectorContext) -> None:
    keep_account(context, answers_for(server) | {"password": "wrong horse"})
    with pytest.raises(NeedsOwner, match="refused user or password") as refused:
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert "connect mail" in refused.value.hint
    assert "wrong horse" not in f"{refused.value!r}"
    assert server.received == []
    assert smtp(context).find(KEY, invoice_mail()) == Absent()


def test_a_password_with_letters_no_server_takes_needs_the_owner(server: SmtpServer, context: ConnectorContext) -> None:
    keep_account(context, answers_for(server) | {"password": "pässword"})
    with pytest.raises(NeedsOwner, match="letters"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)


def test_without_starttls_no_password_leaves(certificate: Certificate, context: ConnectorContext) -> None:
    with SmtpServer(certificate, security="plain") as server:
        connect(context, server)
        with pytest.raises(NeedsOwner, match="STARTTLS"):
            smtp(context).execute(invoice_mail(), KEY, SEALED)
        assert server.logins == 0


def test_a_server_without_login_needs_the_owner(certificate: Certificate, context: ConnectorContext) -> None:
    with SmtpServer(certificate, offers_login=False) as server:
        connect(context, server)
        with pytest.raises(NeedsOwner, match="no login"):
            smtp(context).execute(invoice_mail(), KEY, SEALED)


def test_an_untrusted_certificate_needs_the_owner(server: SmtpServer, context: ConnectorContext) -> None:
    keep_account(context, answers_for(server) | {"ca_file": ""})
    with pytest.raises(NeedsOwner, match="not to be trusted"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert server.logins == 0


def test_a_certificate_for_another_host_needs_the_owner(tmp_path: Path, context: ConnectorContext) -> None:
    with SmtpServer(make_certificate(tmp_path, "mail.other.example")) as server:
        connect(context, server)
        with pytest.raises(NeedsOwner, match="not to be trusted"):
            smtp(context).execute(invoice_mail(), KEY, SEALED)


def test_a_missing_certificate_file_needs_the_owner(server: SmtpServer, context: ConnectorContext) -> None:
    keep_account(context, answers_for(server) | {"ca_file": "/nowhere/ca.pem"})
    with pytest.raises(NeedsOwner, match="certificate file"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)


def test_tls_on_a_port_that_speaks_none_needs_the_owner(certificate: Certificate, context: ConnectorContext) -> None:
    with SmtpServer(certificate, security="plain") as server:
        keep_account(context, answers_for(server) | {"security": "tls"})
        with pytest.raises(NeedsOwner, match="port and security"):
            smtp(context).execute(invoice_mail(), KEY, SEALED)


def test_nobody_listening_is_transient(certificate: Certificate, context: ConnectorContext) -> None:
    with SmtpServer(certificate) as server:
        connect(context, server)
    with pytest.raises(Transient, match="cannot be reached"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert smtp(context).find(KEY, invoice_mail()) == Absent()


@pytest.mark.parametrize("moment", ["login", "recipient"])
def test_a_line_cut_before_the_mail_is_transient(server: SmtpServer, context: ConnectorContext, moment: str) -> None:
    connect(context, server)
    server.behaviour = Behaviour(hangs_up_at="login" if moment == "login" else "recipient")
    with pytest.raises(Transient, match="hung up"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert smtp(context).find(KEY, invoice_mail()) == Absent()


def test_a_line_cut_after_the_mail_is_unknown_and_never_sent_again(
    server: SmtpServer, context: ConnectorContext
) -> None:
    connect(context, server)
    server.behaviour = Behaviour(hangs_up_at="content")
    with pytest.raises(OutcomeUnknown, match="hung up"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    server.behaviour = Behaviour()
    found = smtp(context).find(KEY, invoice_mail())
    assert isinstance(found, CannotKnow)
    assert found.question == (
        "Did the mail to anna@client.example go out on 2026-11-23 at 12:00? "
        "localhost did not answer after it got the mail."
    )
    with pytest.raises(OutcomeUnknown, match="Did the mail"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (Behaviour(reply_to_recipient="451 try later"), Transient),
        (Behaviour(reply_to_recipient="550 no such user"), NotAllowed),
        (Behaviour(reply_to_login="454 try later"), Transient),
        (Behaviour(reply_to_data="451 try later"), Transient),
        (Behaviour(reply_to_data="554 looks like spam"), NotAllowed),
        (Behaviour(reply_to_content="451 try later"), Transient),
        (Behaviour(reply_to_content="550 looks like spam"), NotAllowed),
    ],
)
def test_a_refusal_is_certain_and_leaves_the_way_free(
    server: SmtpServer, context: ConnectorContext, behaviour: Behaviour, outcome: type[Exception]
) -> None:
    connect(context, server)
    server.behaviour = behaviour
    with pytest.raises(outcome, match="refused") as refused:
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert re.search("try later|no such user|spam", str(refused.value))
    assert smtp(context).find(KEY, invoice_mail()) == Absent()
    server.behaviour = Behaviour()
    smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert len(server.received) == 1


def test_a_mail_above_the_servers_size_is_refused_before_it_is_sent(
    server: SmtpServer, context: ConnectorContext
) -> None:
    connect(context, server)
    huge = PDF * 4_000
    file = AttachmentRef(name="huge.pdf", sha256=sha256_hex(huge))
    mail = invoice_mail().model_copy(update={"attachments": (file,)})
    with pytest.raises(NotAllowed, match="size"):
        smtp(context).execute(mail, KEY, {file.sha256: huge})
    assert smtp(context).find(KEY, mail) == Absent()


def test_a_missing_sealed_file_is_refused(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    with pytest.raises(NotAllowed, match=r"inv-2026-0001\.pdf is missing"):
        smtp(context).execute(invoice_mail(), KEY, {})
    assert server.logins == 0


def test_a_file_that_is_not_what_was_sealed_does_not_leave(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    (sealed,) = invoice_mail().attachments
    with pytest.raises(NotAllowed, match=r"inv-2026-0001\.pdf is missing"):
        smtp(context).execute(invoice_mail(), KEY, {sealed.sha256: PDF + b"."})
    assert server.logins == 0


def test_a_forgotten_password_needs_the_owner(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    context.secrets.forget("mail.password")
    with pytest.raises(NeedsOwner, match="not where it was kept"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    (capability,) = MANIFEST.capabilities(context)
    assert (capability.state, capability.next_step) == ("off", "python orchestrator.py connect mail")


def test_a_message_filed_before_the_account_came_is_not_sent_after(
    server: SmtpServer, context: ConnectorContext
) -> None:
    filed = OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    connect(context, server)
    assert smtp(context).find(KEY, invoice_mail()) == Found(filed)
    assert smtp(context).execute(invoice_mail(), KEY, SEALED) == filed
    assert server.received == []


def test_a_message_sent_before_the_account_went_is_not_filed_after(
    server: SmtpServer, context: ConnectorContext
) -> None:
    connect(context, server)
    sent = smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert OutboxConnector(context).execute(invoice_mail(), KEY, SEALED) == sent
    assert not (context.vault / "Outbox").exists()


def test_a_damaged_record_asks_the_owner(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    smtp(context).execute(invoice_mail(), KEY, SEALED)
    record = context.state / "smtp-attempts" / f"{KEY}.json"
    for damage in (b"", b"{}", b"\xff"):
        record.write_bytes(damage)
        assert isinstance(smtp(context).find(KEY, invoice_mail()), CannotKnow)
    record.unlink()
    record.symlink_to("/dev/null")
    assert isinstance(smtp(context).find(KEY, invoice_mail()), CannotKnow)


def test_where_the_records_are_gone_nobody_can_know_until_the_owner_says(
    server: SmtpServer, context: ConnectorContext
) -> None:
    connect(context, server)
    connector = smtp(context)
    assert connector.find(KEY, invoice_mail()) == Absent()
    (context.state / "smtp-attempts").rmdir()
    assert isinstance(connector.find(KEY, invoice_mail()), CannotKnow)
    with pytest.raises(OutcomeUnknown, match="records of its sending are gone"):
        connector.execute(invoice_mail(), KEY, SEALED)
    assert server.received == []
    connector.release(KEY, invoice_mail())
    connector.execute(invoice_mail(), KEY, SEALED)
    assert len(server.received) == 1


def test_without_a_record_nothing_is_sent(server: SmtpServer, context: ConnectorContext, tmp_path: Path) -> None:
    connect(context, server)
    (tmp_path / "elsewhere").mkdir()
    (context.state / "smtp-attempts").rmdir()
    (context.state / "smtp-attempts").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutcomeUnknown, match="record of its sending is damaged"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert server.received == []
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_answer_that_cannot_be_written_down_is_unknown(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    records = context.state / "smtp-attempts"

    def take_the_disk_away() -> None:
        records.rename(context.state / "away")
        records.symlink_to(context.state / "away")

    server.behaviour = Behaviour(before_taking=take_the_disk_away)
    with pytest.raises(OutcomeUnknown, match="accepted"):
        smtp(context).execute(invoice_mail(), KEY, SEALED)
    records.unlink()
    (context.state / "away").rename(records)
    assert isinstance(smtp(context).find(KEY, invoice_mail()), CannotKnow)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("line", "security", "outcome"),
    [
        (b"421 too busy\r\n", "starttls", Transient),
        (b"554 not for you\r\n", "starttls", NotAllowed),
        (b"220 hello\r\n", "starttls", Transient),
        (b"", "tls", Transient),
        (bytes.fromhex("15030300020100"), "tls", Transient),  # TLS for 'I close' (RFC 8446, section 6.1)
    ],
)
def test_a_server_that_hangs_up_at_once_says_what_to_do(
    context: ConnectorContext, line: bytes, security: str, outcome: type[Exception]
) -> None:
    told = {"host": "127.0.0.1", "security": security, "user": "owner", "password": "x", "from": "owner@studio.example"}
    with closing_server(line) as port:
        keep_account(context, told | {"port": str(port)})
        with pytest.raises(outcome):
            smtp(context).execute(invoice_mail(), KEY, SEALED)
    assert smtp(context).find(KEY, invoice_mail()) == Absent()


def test_a_refused_starttls_ends_it(certificate: Certificate, context: ConnectorContext) -> None:
    with SmtpServer(certificate, behaviour=Behaviour(reply_to_starttls="454 no TLS now")) as server:
        connect(context, server)
        with pytest.raises(Transient, match="no TLS now"):
            smtp(context).execute(invoice_mail(), KEY, SEALED)
        assert server.logins == 0


def test_the_record_is_private_and_without_content(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    smtp(context).execute(invoice_mail(), KEY, SEALED)
    record = context.state / "smtp-attempts" / f"{KEY}.json"
    assert record.stat().st_mode & 0o777 == 0o600
    assert "invoice" not in record.read_text(encoding="utf-8").lower()


def test_a_sent_mail_cannot_be_called_back(server: SmtpServer, context: ConnectorContext) -> None:
    connect(context, server)
    connector = smtp(context)
    undone = connector.compensate(invoice_mail(), connector.execute(invoice_mail(), KEY, SEALED))
    assert isinstance(undone, CannotUndo)
    assert "anna@client.example" in undone.reason
