"""What can be done with mail: send one message to one person.

The model is the gate against header injection: one valid address, one-line headers, file names without paths.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from agents.connectors.contract import Action, AttachmentRef, Row, Stakes
from agents.connectors.mail_address import ascii_address, imitates_latin, mail_address, readable_domain
from agents.connectors.plain_text import NOT_IN_A_LINE, in_lines, in_one_line

MAX_SUBJECT_CHARS = 250
MAX_BODY_CHARS = 200_000
MAX_ATTACHMENTS = 20
MAX_FILE_NAME_CHARS = 120
MAX_REFERENCES = 10  # the first of a long thread and the newest; RFC 5537 section 3.4.4 lets the middle go

LOOKS_LATIN = "the recipient's domain mixes alphabets, or its letters look like Latin ones: read its ASCII form below"

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_FILE_NAME = re.compile(r'[^\\/:*?"<>|.\s][^\\/:*?"<>|]*')
_REPLY_MARK = re.compile(r"(?:(?:re|aw|antw|sv|vs|r)\s{0,3}:\s{0,3}){1,20}", re.IGNORECASE)


def _message_id(text: str) -> str:
    if text and not _MESSAGE_ID.fullmatch(text):
        raise ValueError("this must be a message id in angle brackets")
    return text


def _references(ids: tuple[str, ...]) -> tuple[str, ...]:
    for each in ids:
        if not _MESSAGE_ID.fullmatch(each):
            raise ValueError("an earlier mail is named by its message id in angle brackets")
    return ids


def _files(files: tuple[AttachmentRef, ...]) -> tuple[AttachmentRef, ...]:
    for each in files:
        in_one_line(each.name)
        if not _FILE_NAME.fullmatch(each.name) or len(each.name) > MAX_FILE_NAME_CHARS:
            raise ValueError("an attachment's name must be a plain file name")
        if not re.fullmatch(r"[0-9a-f]{64}", each.sha256):
            raise ValueError("an attachment is sealed by the 64 hex digits of its SHA-256")
    return files


class EmailSend(Action):
    """Send one mail to one person. `in_reply_to` is the message id of the mail it answers, or empty.

    `references` are the mails of the thread before that one, oldest first; code fills them in, and no model is told.
    """

    action: Literal["email.send"] = "email.send"
    to: Annotated[str, AfterValidator(mail_address)]
    subject: Annotated[str, Field(max_length=MAX_SUBJECT_CHARS), AfterValidator(in_one_line)]
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS), AfterValidator(in_lines)]
    in_reply_to: Annotated[str, AfterValidator(_message_id)] = ""
    references: Annotated[
        tuple[str, ...],
        Field(max_length=MAX_REFERENCES, exclude_if=lambda ids: not ids),  # mails sealed before it was there stay whole
        AfterValidator(_references),
        SkipJsonSchema(),
    ] = ()
    attachments: Annotated[tuple[AttachmentRef, ...], Field(max_length=MAX_ATTACHMENTS), AfterValidator(_files)] = ()

    def title(self) -> str:
        """'Send a mail to anna@client.example: Invoice INV-2026-0001?'."""
        return f"Send a mail to {self.recipient()}: {self.subject}?"

    def rows(self) -> tuple[Row, ...]:
        """To, subject, text, what it answers, its thread, and each attachment with its digest."""
        answers = (Row("answers", f"the mail {self.in_reply_to}", "in_reply_to"),) if self.in_reply_to else ()
        earlier = len(self.references)
        words = f"goes on, after {earlier} earlier {'mail' if earlier == 1 else 'mails'}"
        thread = (Row("thread", words, "references"),) if earlier else ()
        files = (Row("attachment", f"{each.name} (SHA-256 {each.sha256})", "attachments") for each in self.attachments)
        return (
            Row("to", self._shown_recipient(), "to"),
            Row("subject", self.subject, "subject"),
            Row("text", self.body, "body"),
            *answers,
            *thread,
            *files,
        )

    def recipient(self) -> str:
        """The address, its domain as ASCII: look-alike letters cannot pass for others."""
        return ascii_address(self.to) or self.to

    def cautions(self) -> tuple[str, ...]:
        """A domain in letters that look like others."""
        domain = self.recipient().rpartition("@")[2]
        return (f"⚠ {LOOKS_LATIN}",) if imitates_latin(domain) else ()

    def undo(self) -> str:
        """A mail cannot be called back."""
        return "no, a sent mail cannot be called back"

    @property
    def stakes(self) -> Stakes:
        """Words that leave to a person."""
        return Stakes.MESSAGE

    @property
    def sealed_files(self) -> tuple[AttachmentRef, ...]:
        """The attachments."""
        return self.attachments

    @property
    def recipient_argument(self) -> str:
        """The address decides."""
        return "to"

    def _shown_recipient(self) -> str:
        local, _, domain = self.recipient().rpartition("@")
        readable = readable_domain(domain)
        return self.recipient() if readable == domain else f"{local}@{domain} (shown elsewhere as {readable})"


def thread_before(answers: tuple[str, ...], answered: str) -> tuple[str, ...]:
    """The `references` of an answer to the mail `answered`, which says that it answers these, nearest first.

    What is no message id is left out. Source: RFC 5322 section 3.6.4.
    """
    ids = [each for each in dict.fromkeys(reversed(answers)) if _MESSAGE_ID.fullmatch(each) and each != answered]
    return tuple(ids) if len(ids) <= MAX_REFERENCES else (ids[0], *ids[1 - MAX_REFERENCES :])


def reply_subject(subject: str) -> str:
    """The subject of an answer to a mail with this subject: one 'Re:', fit for EmailSend."""
    clean = "".join(" " if unicodedata.category(char) in NOT_IN_A_LINE else char for char in subject)
    mark = _REPLY_MARK.match(clean)
    return f"Re: {clean[mark.end() if mark else 0 :].strip()}"[:MAX_SUBJECT_CHARS].rstrip()
