"""A mail account is connected: from a finished message in the Outbox to one that a real server took, and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from tests.connectors.email.mail_room import answers_for
from tests.flows.employee import ADDRESS, Employee
from tests.flows.steps import done_note, only, proposed_mail
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import Behaviour, SmtpServer
from tests.stock_git import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from click.testing import Result

SECRET = "correct horse"
WRONG = "battery staple"


@dataclass(frozen=True)
class Account:
    """The owner's mail server, and a terminal at which to connect it."""

    employee: Employee
    server: SmtpServer

    def connect(self, **changed: str) -> Result:
        """`connect mail` with the right answers on stdin, but for those changed."""
        answers = answers_for(self.server) | changed
        return self.employee.call("connect", "mail", answers="".join(f"{each}\n" for each in answers.values()))

    def connected(self) -> Account:
        """The same, connected."""
        result = self.connect()
        assert result.exit_code == 0, result.output
        return self

    def messages(self) -> list[EmailMessage]:
        """What the server took, as others read it."""
        return [message_from_bytes(each.content, policy=policy.default) for each in self.server.received]

    def approve(self, note: Path) -> str:
        """The owner says yes; what the run then says."""
        self.employee.approve(note)
        return self.employee.once()

    def leaks(self) -> list[str]:
        """Every file that holds a password in the open; the history's packed text too."""
        kept = [each for base in (self.employee.vault, self.employee.state) for each in base.rglob("*")]
        history = git(self.employee.vault, "log", "--patch", "--all", "--format=%B")
        assert SECRET not in history
        assert WRONG not in history
        return [
            each.name
            for each in kept
            if each.is_file() and any(secret.encode() in each.read_bytes() for secret in (SECRET, WRONG))
        ]


@pytest.fixture(params=["starttls", "tls"])
def account(request: pytest.FixtureRequest, employee: Employee, tmp_path: Path) -> Iterator[Account]:
    """An account on a server that asks for a password and speaks TLS, in one of the two ways; not connected yet."""
    with SmtpServer(make_certificate(tmp_path), security=request.param, password=SECRET) as server:
        yield Account(employee, server)


@pytest.fixture
def plain_account(employee: Employee, tmp_path: Path) -> Iterator[Account]:
    """The same with STARTTLS, for flows in which that makes no difference; connected."""
    with SmtpServer(make_certificate(tmp_path), password=SECRET) as server:
        yield Account(employee, server).connected()


def doctor_about_mail(employee: Employee) -> dict[str, str]:
    """What `doctor` says about mail: its state, what that means, and the next step."""
    found: dict[str, str] = only(
        [each for each in json.loads(employee.said("doctor", "--json")) if each["name"] == "mail"]
    )
    assert found["says"] in " ".join(employee.said("doctor").split())
    return found


def files_in(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_without_an_account_the_receipt_says_plainly_that_nothing_was_sent(employee: Employee) -> None:
    send = proposed_mail(employee)
    employee.approve(send)
    assert "Done" in employee.once()
    assert "not sent: no mail account" in done_note(employee, send)
    assert "not sent: no mail account" in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    assert "not sent: no mail account" in employee.said("why", send.stem)
    mail = doctor_about_mail(employee)
    assert mail["state"] == "outbox"
    assert mail["next_step"].endswith("connect mail")


def test_a_wrong_password_is_refused_and_nothing_is_kept(account: Account) -> None:
    before = files_in(account.employee.state)
    refused = account.connect(password=WRONG)
    assert refused.exit_code == 1
    assert "refused user or password" in refused.output
    assert WRONG not in refused.output
    assert {name for name in files_in(account.employee.state) if name not in before} <= {"runner.lock"}
    assert doctor_about_mail(account.employee)["state"] == "outbox"
    assert account.leaks() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ca_file": ""}, "is not to be trusted"),
        ({"ca_file": "/nowhere.pem"}, "cannot be used"),
        ({"from": "nobody"}, "cannot be used: from"),
        ({"port": "1"}, "cannot be reached"),
        ({"user": "somebody else"}, "refused user or password"),
    ],
)
def test_an_account_that_does_not_work_is_not_connected(
    employee: Employee, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with SmtpServer(make_certificate(tmp_path), password=SECRET) as server:
        account = Account(employee, server)
        refused = account.connect(**changed)
        assert (refused.exit_code, said in refused.output) == (1, True), refused.output
        assert doctor_about_mail(employee)["state"] == "outbox"
        assert account.leaks() == []
        assert not (employee.state / "secrets.age").exists()


def test_connected_an_approved_mail_goes_out_once_with_the_invoice_as_it_was_filed(account: Account) -> None:
    employee = account.employee
    connected = account.connect()
    assert connected.exit_code == 0
    assert "took the login over an encrypted line" in connected.output
    assert "Mails now go out as owner@studio.example" in connected.output
    mail = doctor_about_mail(employee)
    assert (mail["state"], mail["says"]) == ("real", "sends as owner@studio.example through localhost")
    secrets = employee.state / "secrets.age"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert secrets.read_bytes().startswith(b"age-encryption.org/v1")
    assert (employee.state / "connections" / "mail.json").stat().st_mode & 0o777 == 0o600

    send = proposed_mail(employee)
    assert account.messages() == []
    account.approve(send)
    employee.once()
    message = only(account.messages())
    assert (message["To"], message["In-Reply-To"]) == (ADDRESS, "<flow-1@client.example>")
    assert account.server.received[0].recipients == (ADDRESS,)
    pdf = only(list((employee.vault / "Accounting" / "Invoices").rglob("*.pdf")))
    assert only(list(message.iter_attachments())).get_payload(decode=True) == pdf.read_bytes()
    assert f"sent to {ADDRESS} through localhost" in done_note(employee, send)
    assert employee.outbox() == []
    assert employee.status()["done"] == 1

    replay = employee.vault / "Approved" / send.name
    replay.write_text(done_note(employee, send), encoding="utf-8")
    employee.once()
    assert len(account.messages()) == 1
    assert "All holds" in employee.said("verify")
    assert account.leaks() == []
    assert SECRET not in connected.output + employee.said("log") + employee.said("why", send.stem)


def asked(account: Account) -> tuple[Path, Path]:
    """The server takes a mail and hangs up before it says so; the proposal, and the question to the owner."""
    account.server.behaviour = Behaviour(hangs_up_at="content")
    send = proposed_mail(account.employee)
    account.approve(send)
    account.server.behaviour = Behaviour()
    question = only(account.employee.questions())
    text = question.read_text(encoding="utf-8")
    assert "Did this happen?" in text
    assert ADDRESS in text
    account.employee.once()
    assert len(account.messages()) == 1
    return send, question


def tick(question: Path, choice: str) -> None:
    """The owner ticks one box."""
    text = question.read_text(encoding="utf-8")
    assert f"- [ ] {choice}" in text
    question.write_text(text.replace(f"- [ ] {choice}", f"- [x] {choice}"), encoding="utf-8")


def ended(account: Account, send: Path, said: str) -> None:
    """The proposal lies in Done and says so, nothing is left open, and nothing more is sent."""
    employee, sent = account.employee, len(account.messages())
    for _ in "12":
        employee.once()
    assert said in done_note(employee, send)
    assert not employee.questions()
    assert employee.ids("approved") == []
    assert employee.status()["done"] == 1
    assert len(account.messages()) == sent
    assert employee.outbox() == []
    assert "All holds" in employee.said("verify")


def test_when_nobody_knows_and_the_owner_says_it_happened_nothing_is_sent_again(plain_account: Account) -> None:
    send, question = asked(plain_account)
    tick(question, "it happened")
    plain_account.employee.once()
    assert len(plain_account.messages()) == 1
    ended(plain_account, send, "it happened")


def test_when_nobody_knows_and_the_owner_says_it_did_not_it_is_sent_once_more(plain_account: Account) -> None:
    send, question = asked(plain_account)
    tick(question, "it did not happen: do it now")
    plain_account.employee.once()
    first, second = plain_account.messages()
    assert first["Message-ID"] == second["Message-ID"]
    ended(plain_account, send, f"sent to {ADDRESS} through localhost")


def test_when_nobody_knows_and_the_owner_takes_over_nothing_is_sent_again(plain_account: Account) -> None:
    send, question = asked(plain_account)
    plain_account.employee.said("answer", question.stem, "leave it, I take care of it myself")
    plain_account.employee.once()
    assert len(plain_account.messages()) == 1
    employee = plain_account.employee
    for each in employee.questions():  # what is to become of the task, if it asks
        employee.said("answer", each.stem, "I do it myself")
    ended(plain_account, send, "take care of it myself")


def test_a_server_that_hangs_up_again_is_asked_about_again_and_never_retried(plain_account: Account) -> None:
    _, question = asked(plain_account)
    plain_account.server.behaviour = Behaviour(hangs_up_at="content")
    tick(question, "it did not happen: do it now")
    plain_account.employee.once()
    plain_account.employee.once()
    assert len(plain_account.messages()) == 2
    assert only(plain_account.employee.questions()) != question


def test_while_the_server_is_down_the_mail_waits_and_goes_out_later(employee: Employee, tmp_path: Path) -> None:
    server = SmtpServer(make_certificate(tmp_path), password=SECRET)
    account = Account(employee, server)
    with server:
        account.connected()
    send = proposed_mail(employee)
    said = account.approve(send)
    assert "cannot be reached" in said
    assert employee.ids("approved") == [send.stem]
    assert (employee.vault / "Approved" / send.name).is_file()
    assert not employee.questions()
    assert account.messages() == []
    with server:
        employee.once()
        assert len(account.messages()) == 1
        ended(account, send, f"sent to {ADDRESS} through localhost")
    assert account.leaks() == []


def test_a_changed_password_makes_the_mail_wait_and_says_what_to_do(plain_account: Account) -> None:
    employee = plain_account.employee
    send = proposed_mail(employee)
    plain_account.server.password = WRONG
    plain_account.approve(send)
    assert plain_account.messages() == []
    assert employee.ids("approved") == [send.stem]
    alert = (employee.vault / "Needs_Action" / f"{only(employee.ids('needs_action'))}.md").read_text(encoding="utf-8")
    assert "refused user or password" in alert
    assert "connect mail" in alert
    assert plain_account.leaks() == []
    plain_account.connected()
    employee.once()
    assert len(plain_account.messages()) == 1


def test_disconnected_a_mail_goes_to_the_outbox_again_and_nothing_of_the_account_is_left(
    plain_account: Account,
) -> None:
    employee = plain_account.employee
    plain_account.approve(proposed_mail(employee))
    assert len(plain_account.messages()) == 1
    assert "Outbox" in employee.said("disconnect", "mail")
    assert doctor_about_mail(employee)["state"] == "outbox"
    plain_account.approve(proposed_mail(employee, 2))
    assert len(employee.outbox()) == 1
    assert len(plain_account.messages()) == 1
    state = b"".join(files_in(employee.state).values())
    assert SECRET.encode() not in state
    assert not (employee.state / "connections" / "mail.json").exists()


def test_what_went_to_the_outbox_is_not_sent_after_connecting(plain_account: Account) -> None:
    account, employee = plain_account, plain_account.employee
    employee.said("disconnect", "mail")
    sent = proposed_mail(employee)
    account.approve(sent)
    assert len(employee.outbox()) == 1
    waiting = proposed_mail(employee, 2)
    account.connected()
    employee.once()
    assert account.messages() == []
    account.approve(waiting)
    assert only(account.messages())["In-Reply-To"] == "<flow-2@client.example>"
    assert len(employee.outbox()) == 1


def test_a_mail_held_by_stop_goes_out_after_it_is_lifted_and_only_then(plain_account: Account) -> None:
    send = proposed_mail(plain_account.employee)
    stop = plain_account.employee.vault / "STOP.md"
    stop.write_text("stop\n", encoding="utf-8")
    assert "Everything stands still" in plain_account.approve(send)
    assert plain_account.messages() == []
    stop.unlink()
    plain_account.employee.once()
    assert len(plain_account.messages()) == 1
