"""Notices of mail servers are read for what they say of a mail that did not arrive, in the forms servers write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.email.bounces import Bounce, meaning
from agents.connectors.email.reader import Mail, read_mail
from tests.connectors.email.notices import HEADERS, OURS, TO, prose, report


def bounce_of(text: str) -> Bounce | None:
    mail = read_mail(text.encode())
    assert isinstance(mail, Mail)
    return mail.bounce


def sure(text: str) -> Bounce:
    found = bounce_of(text)
    assert found is not None
    return found


def test_a_standard_report_says_which_mail_to_whom_and_why() -> None:
    assert sure(report()) == Bounce(
        message_ids=(OURS,),
        outcome="failed",
        why="the address does not exist there",
        said="550 5.1.1 <anna@client.example>: no such user here",
        recipient=TO,
    )


def test_a_report_with_line_ends_of_the_wire_says_the_same() -> None:
    assert sure(report().replace("\n", "\r\n")) == sure(report())


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "message/global-headers", ""])
def test_the_mail_is_named_by_what_is_sent_back_or_by_what_is_answered(returned: str) -> None:
    assert sure(report(returned=returned)).message_ids == (OURS,)


def test_a_delay_is_no_failure() -> None:
    late = sure(report(action="delayed", status="4.4.1", said="smtp; 451 4.4.1 timed out"))
    assert (late.outcome, late.why) == ("delayed", "the server of the recipient did not answer")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "nonsense"])
def test_what_went_well_is_no_notice(action: str) -> None:
    assert bounce_of(report(action=action, status="2.0.0", said="")) is None


def test_of_several_recipients_the_worst_counts() -> None:
    two = "Final-Recipient: rfc822; first@client.example\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822;"
    found = sure(report().replace("Final-Recipient: rfc822;", two))
    assert (found.outcome, found.recipient) == ("failed", TO)


def test_a_report_without_a_code_takes_the_one_in_the_servers_words() -> None:
    found = sure(report(status="", said="smtp; 552 5.2.2 mailbox full"))
    assert (found.why, found.said) == ("the mailbox is full", "552 5.2.2 mailbox full")


def test_the_servers_words_are_one_capped_line() -> None:
    found = sure(report(said="smtp; 550 " + "no " * 500))
    assert len(found.said) <= 310
    assert "\n" not in sure(report(said="smtp; 550 5.1.1 one\n two")).said


QMAIL = f"Hi. This is the qmail-send program.\nI could not deliver your message.\n\n<{TO}>:\n550 5.2.1 account disabled"
EXIM = f"A message that you sent could not be delivered.\n\n  {TO}\n    550-no such user"
LATE = "Warning: your message has not yet been delivered. It will be retried.\n\n451 4.7.1 greylisted"


@pytest.mark.parametrize(
    ("text", "outcome", "why"),
    [
        (prose(QMAIL), "failed", "the mailbox is switched off"),
        (prose(EXIM, more=f"X-Failed-Recipients: {TO}\n"), "failed", "the server gives no reason that is known"),
        (prose(EXIM, sender="noreply@mx.example", more=f"X-Failed-Recipients: {TO}\n"), "failed", None),
        (prose(LATE), "delayed", None),
        (prose("Your mail could not be delivered.", sender="Postmaster <postmaster@client.example>"), "failed", None),
    ],
)
def test_a_daemon_that_writes_prose_is_understood(text: str, outcome: str, why: str | None) -> None:
    found = sure(text)
    assert (found.message_ids[0], found.outcome) == (OURS, outcome)
    assert why is None or found.why == why


def test_a_code_in_the_mail_itself_is_not_the_servers() -> None:
    assert sure(prose("It did not work.") + "see 5.1.1 and 550 of them\n").why == "no reason is given"


def test_a_persons_mail_that_quotes_ours_is_no_notice() -> None:
    assert bounce_of(prose("Nothing arrived, says our server: 550 5.1.1", sender="Anna <anna@client.example>")) is None


def test_a_notice_that_names_no_mail_is_just_a_mail() -> None:
    assert bounce_of(report().replace(f"Message-ID: {OURS}\n", "")) is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.1", "the address does not exist there"),
        ("4.2.2", "the mailbox is full"),
        ("5.7.26", "the server of the recipient refuses it by a rule, often as unwanted mail"),
        ("5.3.0", "the server of the recipient has trouble"),
        ("5.0.0", "the server gives no reason that is known"),
        ("5.01.01", "the address does not exist there"),
        ("", "no reason is given"),
        ("5.1.1.1", "no reason is given"),
    ],
)
def test_codes_in_words(status: str, words: str) -> None:
    assert meaning(status) == words


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=300))
def test_whatever_stands_in_it_nothing_raises(said: str, action: str, words: str) -> None:
    read_mail(report(said=said, action=action).encode(errors="surrogatepass"))
    read_mail(prose(words).encode(errors="surrogatepass"))
    read_mail(HEADERS.encode() + words.encode(errors="surrogatepass"))
