"""A mail in doubt is looked for among what was sent, on a real server; only finding it is an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import Absent, CannotKnow, Found, sha256_hex
from agents.connectors.email.sent_folder import files_by_itself
from agents.errors import OutcomeUnknown, Transient
from tests.connectors.email.mail_room import KEY, SEALED, as_read_by_others, connect, context_in, invoice_mail, smtp
from tests.standins.dovecot import PASSWORD, SENT_FOLDER, USER, Dovecot
from tests.standins.smtp_server import Behaviour, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.clock import FrozenClock

MAIL = invoice_mail()
OTHER_KEY = sha256_hex(b"another approval")


@pytest.fixture
def server(dovecot: Dovecot) -> Iterator[SmtpServer]:
    with SmtpServer(dovecot.certificate, user=USER, password=PASSWORD) as running:
        yield running


@pytest.fixture
def context(tmp_path: Path, clock: FrozenClock, server: SmtpServer, dovecot: Dovecot) -> ConnectorContext:
    made = context_in(tmp_path, clock)
    connect(made, server, dovecot)
    return made


def kept(dovecot: Dovecot) -> list[bytes]:
    """What lies in the Sent folder."""
    place = dovecot.maildir(SENT_FOLDER)
    files = sorted(each for part in ("cur", "new") for each in place.glob(f"{part}/*"))
    return [each.read_bytes() for each in files]


def lost_answer(context: ConnectorContext, server: SmtpServer) -> bytes:
    """The server takes the mail and hangs up; what it took."""
    server.behaviour = Behaviour(hangs_up_at="content")
    with pytest.raises(OutcomeUnknown, match="hung up"):
        smtp(context).execute(MAIL, KEY, SEALED)
    server.behaviour = Behaviour()
    (taken,) = server.received
    return taken.content


def test_a_copy_of_what_went_out_is_filed_and_marked_as_read(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    receipt = smtp(context).execute(MAIL, KEY, SEALED)
    (copy,) = kept(dovecot)
    assert copy.replace(b"\r\n", b"\n") == server.received[0].content.replace(b"\r\n", b"\n")
    assert as_read_by_others(copy)["Message-ID"] == receipt.provider_id
    assert receipt.details["copy"] == f"filed into the folder {SENT_FOLDER} of the account"
    assert dovecot.flags(SENT_FOLDER) == ["S"]
    assert smtp(context).find(KEY, MAIL) == Found(receipt)


def test_where_the_provider_keeps_a_copy_none_is_added(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    server.keeps = lambda content: dovecot.put("kept", content, folder=SENT_FOLDER)
    receipt = smtp(context).execute(MAIL, KEY, SEALED)
    assert receipt.details["copy"] == f"lies in the folder {SENT_FOLDER} of the account"
    assert len(kept(dovecot)) == 1


def test_a_mail_is_sent_whatever_becomes_of_its_copy(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    dovecot.stop()
    receipt = smtp(context).execute(MAIL, KEY, SEALED)
    assert receipt.details["copy"].startswith("none in the Sent folder: localhost")
    assert "cannot be reached" in receipt.details["copy"]
    assert smtp(context).find(KEY, MAIL) == Found(receipt)
    assert len(server.received) == 1


def test_a_lost_answer_is_found_and_stays_found_without_the_server(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    server.keeps = lambda content: dovecot.put("kept", content, folder=SENT_FOLDER)
    lost_answer(context, server)
    found = smtp(context).find(KEY, MAIL)
    assert isinstance(found, Found)
    words = f"none came; the mail was found in the folder {SENT_FOLDER} of the account"
    assert found.receipt.details["the server's answer"] == words
    dovecot.stop()
    assert smtp(context).find(KEY, MAIL) == found
    assert smtp(context).execute(MAIL, KEY, SEALED) == found.receipt
    assert len(server.received) == 1


def test_that_it_is_not_there_proves_nothing(context: ConnectorContext, server: SmtpServer) -> None:
    lost_answer(context, server)
    known = smtp(context).find(KEY, MAIL)
    assert isinstance(known, CannotKnow)
    assert f"It is not in the folder {SENT_FOLDER} of the account, which proves nothing." in known.question
    smtp(context).release(KEY, MAIL)
    assert smtp(context).find(KEY, MAIL) == Absent()


def test_the_owners_word_does_not_outweigh_what_is_found(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    content = lost_answer(context, server)
    dovecot.put("late", content, folder=SENT_FOLDER)
    smtp(context).release(KEY, MAIL)
    assert isinstance(smtp(context).find(KEY, MAIL), Found)
    assert len(server.received) == 1


@pytest.mark.parametrize("damage", ["lost", "damaged"])
def test_where_the_records_say_nothing_the_folder_may(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot, damage: str
) -> None:
    server.keeps = lambda content: dovecot.put("kept", content, folder=SENT_FOLDER)
    smtp(context).execute(MAIL, KEY, SEALED)
    record = context.state / "smtp-attempts" / f"{KEY}.json"
    if damage == "lost":
        record.unlink()
        record.parent.rmdir()
    else:
        record.write_bytes(b"{}")
    assert isinstance(smtp(context).find(KEY, MAIL), Found)
    assert isinstance(smtp(context).execute(MAIL, KEY, SEALED).provider_id, str)
    assert len(server.received) == 1


def test_while_nobody_can_look_it_waits_for_an_hour_and_then_asks(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot, clock: FrozenClock
) -> None:
    lost_answer(context, server)
    dovecot.stop()
    with pytest.raises(Transient, match="Sent folder cannot be looked into"):
        smtp(context).find(KEY, MAIL)
    clock.advance(timedelta(hours=1).total_seconds())
    known = smtp(context).find(KEY, MAIL)
    assert isinstance(known, CannotKnow)
    assert "The Sent folder of the account cannot be looked into" in known.question


def test_the_owners_word_counts_while_nobody_can_look(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    lost_answer(context, server)
    dovecot.stop()
    smtp(context).release(KEY, MAIL)
    assert smtp(context).find(KEY, MAIL) == Absent()


def test_without_a_sent_folder_nobody_can_know_and_no_copy_is_kept(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    dovecot.stop()
    dovecot.has_sent = False
    dovecot.start()
    receipt = smtp(context).execute(MAIL, OTHER_KEY, SEALED)
    assert receipt.details["copy"] == "none: the account has no folder for what was sent"
    server.received.clear()
    lost_answer(context, server)
    known = smtp(context).find(KEY, MAIL)
    assert isinstance(known, CannotKnow)
    assert known.question.endswith("did not answer after it got the mail.")


def test_a_provider_that_files_by_itself_is_left_to_do_so(
    context: ConnectorContext, server: SmtpServer, dovecot: Dovecot
) -> None:
    dovecot.stop()
    dovecot.also_says = "X-GM-EXT-1"
    dovecot.start()
    receipt = smtp(context).execute(MAIL, KEY, SEALED)
    assert receipt.details["copy"] == "filed by the provider itself"
    assert kept(dovecot) == []
    assert len(server.received) == 1


@pytest.mark.parametrize("host", ["smtp.gmail.com", "smtp.office365.com.", "GMAIL.com"])
def test_providers_that_file_by_themselves_are_known_by_their_servers(host: str) -> None:
    assert files_by_itself(host)


@pytest.mark.parametrize("host", ["smtp.notgmail.com", "mail.studio.example", "gmail.com.evil.example"])
def test_others_are_not_taken_for_them(host: str) -> None:
    assert not files_by_itself(host)
