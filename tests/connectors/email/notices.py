"""Notices of mail servers about a mail that did not arrive, in the forms that servers write."""

from __future__ import annotations

OURS = "<0123456789abcdef0123456789abcdef@studio.example>"
TO = "anna@client.example"
HEADERS = """\
From: Studio Emma <owner@studio.example>
To: <{to}>
Subject: Invoice INV-2026-0001
Date: Mon, 23 Nov 2026 12:00:00 +0000
Message-ID: {mail}
"""


def report(
    mail: str = OURS,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <anna@client.example>: no such user here",
    to: str = TO,
    number: int = 1,
    returned: str = "text/rfc822-headers",
) -> str:
    """A standard report (RFC 3464); with `returned` empty the mail itself is not sent back, and it is only answered."""
    diagnostic = f"Diagnostic-Code: {said}\n" if said else ""
    back = f"--b\nContent-Type: {returned}\n\n{HEADERS.format(mail=mail, to=to)}\n" if returned else ""
    answers = "" if returned else f"In-Reply-To: {mail}\n"
    return (
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.studio.example>\nTo: owner@studio.example\n"
        f"Subject: Undelivered Mail Returned to Sender\nDate: Mon, 23 Nov 2026 12:05:00 +0000\n{answers}"
        f"Message-ID: <notice-{number}@mx.studio.example>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain; charset=us-ascii\n\nThis is the mail system. Your message is attached.\n\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.studio.example\nArrival-Date: Mon, 23 Nov 2026 12:00:01 +0000\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\nRemote-MTA: dns; mx.client.example\n"
        f"{diagnostic}\n{back}--b--\n"
    )


def prose(words: str, mail: str = OURS, *, sender: str = "MAILER-DAEMON@mx.studio.example", more: str = "") -> str:
    """A notice of a mailer daemon that writes no report: its words, then the headers of the mail as text."""
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: owner@studio.example\nSubject: failure notice\n{more}"
        "Date: Mon, 23 Nov 2026 12:05:00 +0000\nMessage-ID: <prose-1@mx.studio.example>\n\n"
        f"{words}\n\n--- Below this line is a copy of the message.\n\n{HEADERS.format(mail=mail, to=TO)}\nDear Anna,\n"
    )
