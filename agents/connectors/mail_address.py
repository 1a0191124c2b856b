"""Mail addresses: what is one, and how its domain reads in ASCII.

Addresses with letters outside ASCII before the `@` are refused: few servers take them. A domain with such letters
becomes punycode label by label, without the mapping of IDNA 2003 (which turns `ß` into `ss`, another domain).
Source: RFC 5321 section 4.1.2 and 4.5.3.1, RFC 5891.
"""

from __future__ import annotations

import re
import unicodedata

from agents.vault.look_alikes import LOOK_ALIKES

MAX_ADDRESS_CHARS = 254
MAX_DOMAIN_CHARS = 253
MAX_LABEL_CHARS = 63
MAX_LOCAL_CHARS = 64

_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM}){{0,31}}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def ascii_address(text: str) -> str | None:
    """The address with its domain in lower case and punycode, or None when it is no single valid address."""
    local, at, domain = text.rpartition("@")
    ascii_form = ascii_domain(domain)
    if not at or ascii_form is None or len(local) > MAX_LOCAL_CHARS or not _LOCAL.fullmatch(local):
        return None
    address = f"{local}@{ascii_form}"
    return address if len(address) <= MAX_ADDRESS_CHARS else None


def ascii_domain(domain: str) -> str | None:
    """The domain in lower case, labels outside ASCII as punycode; None when it is no domain with at least one dot."""
    if len(domain) > MAX_DOMAIN_CHARS:
        return None
    labels = [_ascii_label(label) for label in domain.split(".")]
    if len(labels) < 2 or None in labels or (labels[-1] or "").isdigit():  # noqa: PLR2004 - a name and a top level
        return None
    joined = ".".join(label for label in labels if label is not None)
    return joined if len(joined) <= MAX_DOMAIN_CHARS else None


def readable_domain(domain: str) -> str:
    """The domain with its punycode labels as letters; a label that is no punycode stays."""
    return ".".join(_readable_label(label) for label in domain.split("."))


def imitates_latin(domain: str) -> bool:
    """Whether a label of the domain mixes alphabets, or consists of letters that look like Latin ones."""
    return any(_label_imitates(label) for label in readable_domain(domain.lower()).split("."))


def _ascii_label(label: str) -> str | None:
    lower = unicodedata.normalize("NFC", label.lower())
    if not lower.isascii():
        if not all(unicodedata.category(char)[0] in "LMN" or char == "-" for char in lower):
            return None
        lower = "xn--" + lower.encode("punycode").decode("ascii")
    return lower if _LABEL.fullmatch(lower) else None


def _readable_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


def _label_imitates(label: str) -> bool:
    letters = [char for char in label if char.isalpha()]
    foreign = [char for char in letters if not char.isascii()]
    scripts = {unicodedata.name(char, "UNKNOWN").split()[0] for char in letters}
    return bool(foreign) and (all(char in LOOK_ALIKES for char in foreign) or ("LATIN" in scripts and len(scripts) > 1))


def mail_address(text: str) -> str:
    """The address when it is exactly one.

    Raises:
        ValueError: it is none, or several.
    """
    if ascii_address(text) is None:
        raise ValueError("this must be exactly one mail address, such as name@domain.example")
    return text
