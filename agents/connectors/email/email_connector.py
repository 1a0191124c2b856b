"""Sends mail: through the owner's account, or as a finished file in Outbox while there is none.

Both look a key up in the same two places, the record of tries and the Outbox, so a message stays found when the account
is connected or forgotten in between: nothing goes out twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found, Receipt
from agents.connectors.email import outbox
from agents.connectors.email.account import is_connected, open_account
from agents.connectors.email.actions import EmailSend
from agents.connectors.email.attempts import ATTEMPTS, Attempt, Attempts, Damaged
from agents.connectors.email.message import Sender, compose, message_id
from agents.connectors.email.smtp_session import hand_over, logged_in, offer
from agents.errors import NotAllowed, OutcomeUnknown, Transient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agents.connectors.contract import Action, Attachments, ConnectorContext, Lookup

LOOK_AT_SENT = "Look into the Sent folder of the account, or ask the recipient; answer the question in the vault."


class OutboxConnector:
    """Files the finished message; sending it is left to the owner."""

    name = "outbox"

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context

    def find(self, key: str, action: Action) -> Lookup:
        """Whether the message lies in Outbox, or went out while an account was connected."""
        return _find(self._context, key, action)

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """File the message once."""
        return _once(self.find(key, action), lambda: self._file(_mail(action), key, attachments))

    def release(self, key: str, action: Action) -> None:
        """The owner says that an earlier try did not go out."""
        _release(self._context, key, action)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """Nothing was sent, so there is nothing to call back."""
        return _cannot_undo(action, receipt)

    def _file(self, mail: EmailSend, key: str, attachments: Attachments) -> Receipt:
        at = self._context.clock.now().replace(microsecond=0)
        sender = outbox.handbook_sender(self._context.vault)
        content = b"X-Unsent: 1\r\n" + compose(mail, key, sender, at, attachments)  # mail programs open it as a draft
        path = outbox.file_message(self._context.vault, key, content, at)
        return outbox.receipt(content, path, message_id(key, sender), at)


class SmtpConnector:
    """Sends through the owner's account."""

    name = "smtp"

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context
        self._attempts = _attempts(context)

    def find(self, key: str, action: Action) -> Lookup:
        """Whether the message went out, or lies in Outbox since before the account was connected."""
        return _find(self._context, key, action)

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Send the message once; never tries twice itself.

        Raises:
            Transient: the server did not take it now, or cannot be reached.
            NotAllowed: the server refuses sender, recipient or message.
            NeedsOwner: account, certificate or password are wrong.
            OutcomeUnknown: no answer after the message was on its way, now or in an earlier try.
        """
        return _once(self.find(key, action), lambda: self._send(_mail(action), key, attachments))

    def release(self, key: str, action: Action) -> None:
        """The owner says that an earlier try did not go out."""
        _release(self._context, key, action)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """A mail cannot be called back."""
        return _cannot_undo(action, receipt)

    def _send(self, mail: EmailSend, key: str, attachments: Attachments) -> Receipt:
        account, password = open_account(self._context)
        sender = Sender(account.from_address, account.from_name)
        begun = Attempt(message_id=message_id(key, sender), host=account.host, at=self._now())
        content = compose(mail, key, sender, begun.at, attachments)
        with logged_in(account, password, self._context.egress) as server:
            offer(server, sender.ascii_address, mail.recipient(), len(content))
            self._begin(key, begun)
            try:
                reply = hand_over(server, content, account.delivery_timeout_s)
            except (Transient, NotAllowed):
                self._end(key, begun.model_copy(update={"outcome": "refused"}))
                raise
            return self._accepted(key, mail, begun, reply)

    def _accepted(self, key: str, mail: EmailSend, begun: Attempt, reply: str) -> Receipt:
        accepted = begun.model_copy(update={"outcome": "accepted", "reply": reply, "at": self._now()})
        self._end(key, accepted)
        return _sent_receipt(mail, accepted)

    def _begin(self, key: str, attempt: Attempt) -> None:
        try:
            self._attempts.record(key, attempt)
        except OSError as err:
            raise Transient("the try cannot be written down", hint="Make room on the disk.") from err

    def _end(self, key: str, attempt: Attempt) -> None:
        try:
            self._attempts.record(key, attempt)
        except OSError as err:
            raise OutcomeUnknown(
                f"the mail server's answer ({attempt.outcome}) cannot be written down", hint="Make room on the disk."
            ) from err

    def _now(self) -> datetime:
        return self._context.clock.now().replace(microsecond=0)


def _attempts(context: ConnectorContext) -> Attempts:
    return Attempts(context.state / ATTEMPTS)


def _mail(action: Action) -> EmailSend:
    if not isinstance(action, EmailSend):
        raise NotAllowed(f"{action.action} is no mail", hint="Report this: the wrong connector was chosen.")
    return action


def _once(earlier: Lookup, act: Callable[[], Receipt]) -> Receipt:
    match earlier:
        case Found(receipt):
            return receipt
        case CannotKnow(question):
            raise OutcomeUnknown(question, hint=LOOK_AT_SENT)
        case _:
            return act()


def _find(context: ConnectorContext, key: str, action: Action) -> Lookup:
    attempts = _attempts(context)
    if is_connected(context) and attempts.are_lost():
        return CannotKnow(f"Did the mail to {action.recipient()} go out before? The records of its sending are gone.")
    attempt = attempts.read(key)
    if isinstance(attempt, Damaged):
        return CannotKnow(f"Did the mail to {action.recipient()} go out? The record of its sending is damaged.")
    if attempt and attempt.outcome == "accepted":
        return Found(_sent_receipt(_mail(action), attempt))
    if attempt and attempt.outcome == "begun":
        return CannotKnow(
            f"Did the mail to {action.recipient()} go out on {as_local(attempt.at):%Y-%m-%d at %H:%M}? "
            f"{attempt.host} did not answer after it got the mail."
        )
    filed = outbox.lookup(context.vault, key, context.clock.now())
    if isinstance(filed, outbox.Unreadable):
        return CannotKnow(f"Did you send the mail to {action.recipient()} yourself? {filed.path}: {filed.why}.")
    return Found(filed) if filed else Absent()


def _release(context: ConnectorContext, key: str, action: Action) -> None:
    """What is certain stays: only a try in doubt is taken as refused."""
    if isinstance(_find(context, key, action), CannotKnow):
        now = context.clock.now().replace(microsecond=0)
        said = Attempt(message_id="", host="", at=now, outcome="refused", reply="the owner says that it did not go out")
        _attempts(context).record(key, said)


def _sent_receipt(mail: EmailSend, attempt: Attempt) -> Receipt:
    return Receipt(
        provider=SmtpConnector.name,
        provider_id=attempt.message_id,
        at=attempt.at,
        summary=f"sent to {mail.recipient()} through {attempt.host}",
        details={"the server's answer": attempt.reply},
    )


def _cannot_undo(action: Action, receipt: Receipt) -> CannotUndo:
    if receipt.provider == outbox.PROVIDER:
        return CannotUndo("Nothing was sent. Delete the message from Outbox if nobody is to send it.")
    return CannotUndo(f"A sent mail cannot be called back. Write to {action.recipient()} again.")
