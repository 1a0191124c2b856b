"""`make live NAME=mail` looks into a mailbox and changes nothing; here the stand-in is the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import live_mail
from tests.standins.dovecot import PASSWORD, SENT_FOLDER, USER, Dovecot
from tests.watchers.samples import mail

if TYPE_CHECKING:
    import pytest


def test_a_look_says_what_is_there_and_marks_nothing(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dovecot.deliver(mail(1), mail(2))
    given = {"HOST": "localhost", "PORT": str(dovecot.tls_port), "USER": USER, "PASSWORD": PASSWORD}
    given["CA"] = str(dovecot.certificate.certificate_file)
    for name, value in given.items():
        monkeypatch.setenv(f"LIVE_MAIL_{name}", value)
    assert live_mail.main() == 0
    told = capsys.readouterr().out
    assert "2 mails in INBOX, 2 of them unread" in told
    assert "marked as read: no" in told
    assert f"NotInSent(folder='{SENT_FOLDER}')" in told
    assert dovecot.flags() == ["", ""]
    monkeypatch.setenv("LIVE_MAIL_PASSWORD", "wrong")
    assert live_mail.main() == 1
    assert "refused user or password" in capsys.readouterr().err
