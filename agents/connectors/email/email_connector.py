"""Sends mail: through the owner's account, or as a finished file in Outbox while there is none.

A try without an answer is looked up in the account's Sent folder, where only finding the mail is an answer. Both look a
key up in the same places, the record of tries and the Outbox, so a message stays found when the account is connected or
forgotten in between: nothing goes out twice.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found, Receipt
from agents.connectors.email import outbox
from agents.connectors.email.account import is_connected, open_account
from agents.connectors.email.actions import EmailSend
from agents.connectors.email.attempts import ATTEMPTS, Attempt, Attempts, Damaged
from agents.connectors.email.mail_source import NotInSent, SentCopy
from agents.connectors.email.message import Sender, compose, message_id
from agents.connectors.email.sent_folder import CannotLook, file_copy, look_up
from agents.connectors.email.smtp_session import hand_over, logged_in, offer
from agents.connectors.filed import PROVIDER, Unreadable
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agents.connectors.contract import Action, Attachments, ConnectorContext, Lookup
    from agents.connectors.email.account import MailAccount
    from agents.connectors.email.account_secret import AccountSecret

WORTH_WAITING = timedelta(hours=1)  # for a Sent folder that cannot be looked into; then the owner is asked
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
        path = outbox.MESSAGES.file(self._context.vault, key, content, at)
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
            accepted = begun.model_copy(update={"outcome": "accepted", "reply": reply, "at": self._now()})
            self._end(key, accepted)
        return _sent_receipt(mail, self._with_copy(key, accepted, account, password, content))

    def _with_copy(
        self, key: str, accepted: Attempt, account: MailAccount, password: AccountSecret, content: bytes
    ) -> Attempt:
        """The same, with what became of the copy among what was sent; the mail is out, so nothing here can fail it."""
        says = file_copy(account, password, accepted.message_id, content, accepted.at)
        if not says:
            return accepted
        told = accepted.model_copy(update={"copy_says": says})
        try:
            self._attempts.record(key, told)
        except OSError:  # a later look-up gives the receipt without these words
            return accepted
        return told

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
        question = f"Did the mail to {action.recipient()} go out before? The records of its sending are gone."
        return _in_sent(context, key, action, None, question)
    attempt = attempts.read(key)
    if isinstance(attempt, Damaged):
        question = f"Did the mail to {action.recipient()} go out? The record of its sending is damaged."
        return _in_sent(context, key, action, None, question)
    if attempt and attempt.outcome == "accepted":
        return Found(_sent_receipt(_mail(action), attempt))
    if attempt and attempt.outcome == "begun":
        question = (
            f"Did the mail to {action.recipient()} go out on {as_local(attempt.at):%Y-%m-%d at %H:%M}? "
            f"{attempt.host} did not answer after it got the mail."
        )
        return _in_sent(context, key, action, attempt, question)
    filed = outbox.lookup(context.vault, key, context.clock.now())
    if isinstance(filed, Unreadable):
        return CannotKnow(f"Did you send the mail to {action.recipient()} yourself? {filed.path}: {filed.why}.")
    return Found(filed) if filed else Absent()


def _in_sent(
    context: ConnectorContext, key: str, action: Action, attempt: Attempt | None, question: str
) -> Found | CannotKnow:
    """A mail in doubt is found in the Sent folder, or the question is asked: that it is not there proves nothing.

    Raises:
        Transient: the folder cannot be looked into now, and the try is so young that it is worth waiting.
    """
    try:
        account, secret = open_account(context)
    except NeedsOwner:  # there is no account any more
        return CannotKnow(question)
    now = context.clock.now().replace(microsecond=0)
    named = attempt.message_id if attempt else message_id(key, Sender(account.from_address))
    match look_up(account, secret, named):
        case SentCopy(folder, _, arrived_at):
            at = attempt.at if attempt else (arrived_at or now).astimezone(UTC)
            reply = f"none came; the mail was found in the folder {folder} of the account"
            host = attempt.host if attempt else account.host
            found = Attempt(message_id=named, host=host, at=at, outcome="accepted", reply=reply)
            with suppress(OSError):  # what is not kept is looked up again
                _attempts(context).record(key, found)
            return Found(_sent_receipt(_mail(action), found))
        case NotInSent(folder):
            return CannotKnow(f"{question} It is not in the folder {folder} of the account, which proves nothing.")
        case CannotLook(why) if attempt and now - attempt.at < WORTH_WAITING:
            raise Transient(f"the Sent folder cannot be looked into: {why}", hint="It is tried again later.")
        case CannotLook(why):
            return CannotKnow(f"{question} The Sent folder of the account cannot be looked into: {why}.")
    return CannotKnow(question)


def _release(context: ConnectorContext, key: str, action: Action) -> None:
    """What is certain stays: only a try in doubt is taken as refused."""
    try:
        found = _find(context, key, action)
    except Transient:  # nobody can look now, and the owner knows
        found = CannotKnow("")
    if isinstance(found, CannotKnow):
        now = context.clock.now().replace(microsecond=0)
        said = Attempt(message_id="", host="", at=now, outcome="refused", reply="the owner says that it did not go out")
        _attempts(context).record(key, said)


def _sent_receipt(mail: EmailSend, attempt: Attempt) -> Receipt:
    return Receipt(
        provider=SmtpConnector.name,
        provider_id=attempt.message_id,
        at=attempt.at,
        summary=f"sent to {mail.recipient()} through {attempt.host}",
        details={"the server's answer": attempt.reply} | ({"copy": attempt.copy_says} if attempt.copy_says else {}),
    )


def _cannot_undo(action: Action, receipt: Receipt) -> CannotUndo:
    if receipt.provider == PROVIDER:
        return CannotUndo("Nothing was sent. Delete the message from Outbox if nobody is to send it.")
    return CannotUndo(f"A sent mail cannot be called back. Write to {action.recipient()} again.")
