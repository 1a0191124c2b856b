"""What is known of a person or a company: the values that a card, a note of a contact and a change share. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agents.security.personal_numbers import e164
from agents.vault.neutralize import is_hidden, property_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_READ_CHARS = 10_000
MAX_LINE_CHARS, MAX_MAIL_CHARS, MAX_PHONE_CHARS, MAX_VALUES = 120, 254, 40, 20
_MAIL = re.compile(r"""[^\s@<>"(),:;\[\]]{1,64}@[^\s@<>"(),:;\[\]]{1,180}\.[^\s@.<>"(),:;\[\]]{2,60}""")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()\./-]{3,39}")
_NAME_WORD = re.compile(r"[^\W_]+")


def _line(text: str) -> str:
    if any(char in "\n\t" or is_hidden(char) for char in text):
        raise ValueError("characters that nobody sees are not allowed here")
    return text


def _mail(text: str) -> str:
    if not _MAIL.fullmatch(text):
        raise ValueError("this must be a mail address")
    return text


def _phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise ValueError("this must be a phone number")
    return text


Line = Annotated[str, Field(max_length=MAX_LINE_CHARS), AfterValidator(_line)]
Mail = Annotated[str, Field(max_length=MAX_MAIL_CHARS), AfterValidator(_line), AfterValidator(_mail)]
Phone = Annotated[str, Field(max_length=MAX_PHONE_CHARS), AfterValidator(_phone)]


class Values(BaseModel):
    """The values of one contact; what is not known is empty. `address` are the lines of a postal address."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    name: Line = ""
    company: Line = ""
    emails: Annotated[tuple[Mail, ...], Field(max_length=MAX_VALUES)] = ()
    phones: Annotated[tuple[Phone, ...], Field(max_length=MAX_VALUES)] = ()
    aliases: Annotated[tuple[Line, ...], Field(max_length=MAX_VALUES)] = ()
    address: Annotated[tuple[Line, ...], Field(max_length=6)] = ()

    @property
    def title(self) -> str:
        """How the contact is called: its name, else its company, a mail address or a phone number."""
        return next(filter(None, (self.name, self.company, *self.emails, *self.phones)), "")

    def summary(self) -> str:
        """All of it in one line."""
        told = (self.name, self.company, *self.emails, *self.phones, *self.aliases, ", ".join(self.address))
        return " · ".join(dict.fromkeys(filter(None, told)))


def one_line(text: str, max_chars: int) -> str:
    """Text from outside as one value: on one line, without what nobody sees and without what a plugin would run."""
    seen = "".join(" " if is_hidden(char) else char for char in text[:MAX_READ_CHARS])
    return property_text(" ".join(seen.split()), MAX_READ_CHARS)[:max_chars].rstrip()


def is_mail(text: str) -> bool:
    """Whether it is a mail address as contacts have them."""
    return len(text) <= MAX_MAIL_CHARS and _MAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether it looks like a phone number."""
    return _PHONE.fullmatch(text) is not None


def ways(values: Values) -> Iterator[str]:
    """What leads to this one and hardly to another: mail addresses in small letters, phone numbers as E.164."""
    yield from (each.casefold() for each in values.emails)
    yield from filter(None, map(e164, values.phones))


def name_form(name: str) -> str:
    """A name as names are compared: its words in order of the alphabet, without case and accents; empty = one word.

    'Example, Anna' and 'anna example' are one; a single word is too little to tell people apart, and an address that
    stands for a name is compared as an address.
    """
    if "@" in name:
        return ""
    flat = "".join(each for each in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(each))
    words = sorted(_NAME_WORD.findall(flat))
    return " ".join(words) if len(words) > 1 else ""
