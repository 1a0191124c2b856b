"""Reading an account on a real server: what is found there, that nothing is marked, and what the owner is told."""

from __future__ import annotations

from threading import Event, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal, cast

import pytest
from pydantic import SecretStr

from agents.connectors.email.account import ImapServer, MailAccount
from agents.connectors.email.account_secret import GivenSecret
from agents.connectors.email.imap_session import (
    ImapSession,
    find_sent,
    logged_in,
    try_reading,
)
from agents.connectors.email.mail_source import NoSentFolder, NotInSent, SentCopy
from agents.errors import NeedsOwner, NotAllowed, Transient
from agents.security.egress import NOWHERE, Destination, Egress
from tests.standins.certificates import make_certificate
from tests.standins.dovecot import PASSWORD, SENT_FOLDER, TOKEN, USER, Dovecot
from tests.standins.unsteady_proxy import UnsteadyProxy
from tests.watchers.samples import mail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.connectors.email.imap_session import _Box

WAIT_S = 60.0


def account(server: Dovecot, **changed: object) -> MailAccount:
    """The owner's account on this server; `security` and `port` are those of reading."""
    security = changed.pop("security", "tls")
    port = changed.pop("port", server.tls_port if security == "tls" else server.port)
    imap = {"host": "localhost", "port": port, "security": security, "folders": changed.pop("folders", ("INBOX",))}
    given: dict[str, object] = {
        "host": "localhost",
        "port": 1,
        "security": "tls",
        "user": USER,
        "from_address": "owner@studio.example",
        "ca_file": server.certificate.certificate_file,
        "imap": imap,
    }
    return MailAccount.model_validate(given | changed)


def door(to: MailAccount) -> Egress:
    assert isinstance(to.imap, ImapServer)
    return Egress("mail", (Destination(to.imap.host, to.imap.port),))


def read(to: MailAccount, secret: str = PASSWORD) -> str:
    return try_reading(to, GivenSecret(SecretStr(secret)), door(to))


@pytest.fixture
def session(dovecot: Dovecot) -> Iterator[ImapSession]:
    to = account(dovecot)
    with logged_in(to, GivenSecret(SecretStr(PASSWORD)), door(to)) as open_session:
        yield open_session


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_it_logs_in_over_tls_in_both_ways(dovecot: Dovecot, security: Literal["tls", "starttls"]) -> None:
    dovecot.deliver(mail(1), mail(2))
    assert read(account(dovecot, security=security)) == (
        "localhost took the login over an encrypted line; 2 mails lie in INBOX."
    )


def test_it_logs_in_with_an_access_token(dovecot: Dovecot) -> None:
    assert "took the login" in read(account(dovecot, login="xoauth2"), TOKEN)


@pytest.mark.parametrize("login", ["password", "xoauth2"])
def test_a_wrong_secret_is_the_owners_to_correct_and_is_not_repeated(dovecot: Dovecot, login: str) -> None:
    with pytest.raises(NeedsOwner, match="refused user or password") as refused:
        read(account(dovecot, login=login), "battery staple")
    assert "battery" not in str(refused.value)
    assert "connect mail" in refused.value.hint


def test_without_a_server_to_read_from_the_owner_is_told(dovecot: Dovecot) -> None:
    to = account(dovecot)
    sends = to.model_copy(update={"imap": None})
    with pytest.raises(NeedsOwner, match="only sends"), logged_in(sends, GivenSecret(SecretStr(PASSWORD)), door(to)):
        pass


def test_a_folder_that_is_not_there_is_the_owners_to_correct(dovecot: Dovecot) -> None:
    with pytest.raises(NeedsOwner, match="no folder 'Archive' to read"):
        read(account(dovecot, folders=("INBOX", "Archive")))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_somebody_else_is_not_trusted(dovecot: Dovecot, tmp_path: Path, security: str) -> None:
    other = make_certificate(tmp_path)
    with pytest.raises(NeedsOwner, match="is not to be trusted"):
        read(account(dovecot, ca_file=other.certificate_file, security=security))


def test_a_port_that_speaks_otherwise_is_the_owners_to_correct(dovecot: Dovecot) -> None:
    with pytest.raises(NeedsOwner, match="does not speak TLS"):
        read(account(dovecot, port=dovecot.port))


def test_a_server_without_encryption_gets_no_password(dovecot: Dovecot) -> None:
    dovecot.stop()
    dovecot.encrypts = False
    dovecot.start()
    with pytest.raises(NeedsOwner, match="offers no encryption"):
        read(account(dovecot, security="starttls"))
    assert "Login" not in dovecot.log()


def test_a_server_that_is_down_is_tried_again(dovecot: Dovecot) -> None:
    dovecot.stop()
    with pytest.raises(Transient, match="cannot be reached"):
        read(account(dovecot))


def test_a_host_that_is_not_on_the_list_is_not_reached(dovecot: Dovecot) -> None:
    with pytest.raises(NotAllowed):
        try_reading(account(dovecot), GivenSecret(SecretStr(PASSWORD)), NOWHERE)


def test_folders_are_listed_with_what_they_are_for(session: ImapSession) -> None:
    uses = {each.name: each.use for each in session.folders()}
    assert set(uses) == {"INBOX", "Bank", SENT_FOLDER}
    assert [name for name, use in uses.items() if "\\sent" in use] == [SENT_FOLDER]


def test_mails_are_found_listed_and_read_and_none_is_marked(dovecot: Dovecot, session: ImapSession) -> None:
    dovecot.deliver(*(mail(number) for number in (1, 2, 3)))
    opened = session.open("INBOX")
    assert (opened.mails, opened.uid_validity > 0) == (3, True)
    assert session.uids("UNSEEN") == (1, 2, 3)
    assert session.after(1) == (2, 3)
    assert session.after(3) == ()
    listed = session.list((1, 3))
    assert [each.uid for each in listed] == [1, 3]
    assert all(each.arrived_at and each.arrived_at.tzinfo for each in listed)
    contents = session.contents((1, 2, 3), 25_000_000)
    assert {uid: len(content) for uid, content in contents.items()}[1] == listed[0].size_bytes
    assert b"Message-ID: <m2@client.example>" in contents[2]
    assert len(session.contents((1,), 100)[1]) == 100
    assert (session.list(()), session.uids("UNSEEN"), dovecot.flags()) == ((), (1, 2, 3), ["", "", ""])


def test_what_a_server_tells_unasked_is_no_mail_and_each_mail_comes_once() -> None:
    size, arrived = b"RFC822.SIZE 5", b'INTERNALDATE "23-Nov-2026 12:00:00 +0000"'
    answers = [
        b"1 (UID 7 FLAGS (\\Seen))",
        b"9 (UID 99 %b %b)" % (size, arrived),
        b"1 (UID 7 %b %b)" % (size, arrived),
        b"1 (UID 7 %b %b)" % (size, arrived),
        (b"9 (UID 99 %b BODY[]<0> {5}" % size, b"other"),
        b")",
        (b"1 (UID 7 %b %b BODY[]<0> {5}" % (size, arrived), b"hello"),
        b")",
        (b"1 (UID 7 %b BODY[]<0> {5}" % size, b"again"),
        b")",
        b"2 (FLAGS (\\Seen))",
    ]
    client = SimpleNamespace(uid=lambda *_asked: ("OK", answers))
    session = ImapSession(cast("_Box", SimpleNamespace(client=client)), "localhost")
    assert [(each.uid, each.size_bytes) for each in session.list((7, 8))] == [(7, 5)]
    assert session.contents((7, 8), 100) == {7: b"hello"}


def test_a_mail_of_ours_is_found_in_the_sent_folder_by_its_message_id(dovecot: Dovecot, session: ImapSession) -> None:
    assert find_sent(session, "<m7@client.example>") == NotInSent(SENT_FOLDER)
    for number in (6, 7):
        dovecot.put(f"{number}.sent", mail(number), folder=SENT_FOLDER, seen=True)
    found = find_sent(session, "<m7@client.example>")
    assert isinstance(found, SentCopy)
    session.open(found.folder)
    assert b"<m7@client.example>" in session.contents((found.uid,), 10_000)[found.uid]
    assert find_sent(session, '<m7" OR ALL "@client.example>') == NotInSent(SENT_FOLDER)


def test_an_account_without_a_sent_folder_says_so(dovecot: Dovecot) -> None:
    dovecot.stop()
    dovecot.has_sent = False
    dovecot.start()
    to = account(dovecot)
    with logged_in(to, GivenSecret(SecretStr(PASSWORD)), door(to)) as session:
        assert find_sent(session, "<m7@client.example>") == NoSentFolder()


def test_waiting_ends_when_mail_comes(dovecot: Dovecot, session: ImapSession) -> None:
    session.open("INBOX")
    assert session.can_idle
    came = Event()
    waiter = Thread(target=lambda: came.set() if session.idle(WAIT_S, lambda: False) else None)
    waiter.start()
    dovecot.deliver(mail(1))
    waiter.join(WAIT_S)
    assert came.is_set()
    assert session.after(0) == (1,)  # the session goes on


def test_waiting_ends_when_it_is_told_to(session: ImapSession) -> None:
    session.open("INBOX")
    assert session.idle(WAIT_S * 20, lambda: True) is False


def test_a_line_that_breaks_is_told_as_such(dovecot: Dovecot) -> None:
    with UnsteadyProxy(dovecot.tls_port) as proxy:
        to = account(dovecot, port=proxy.port)
        with logged_in(to, GivenSecret(SecretStr(PASSWORD)), door(to)) as session:
            session.open("INBOX")
            proxy.cut()
            with pytest.raises(Transient, match="line to localhost broke"):
                session.uids("ALL")


def test_a_line_that_falls_silent_is_given_up(dovecot: Dovecot) -> None:
    with UnsteadyProxy(dovecot.tls_port) as proxy:
        to = account(dovecot, port=proxy.port, timeout_s=3)
        with logged_in(to, GivenSecret(SecretStr(PASSWORD)), door(to)) as session:
            session.open("INBOX")
            proxy.stalled = True
            with pytest.raises(Transient, match="line to localhost broke"):
                session.uids("ALL")


def test_a_server_that_hangs_up_at_once_is_tried_again(dovecot: Dovecot) -> None:
    with UnsteadyProxy(dovecot.tls_port, cut_at_once=1) as proxy:
        to = account(dovecot, port=proxy.port)
        with pytest.raises(Transient):
            read(to)
        assert "took the login" in read(to)
