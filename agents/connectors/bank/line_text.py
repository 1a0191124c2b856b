"""Names and texts of a movement as one line each. Pure."""

from __future__ import annotations

MAX_TEXT_CHARS = 2_000


def one_line(text: str) -> str:
    """The text without line breaks, doubled blanks and what is invisible."""
    line = " ".join(text[: 2 * MAX_TEXT_CHARS].split())
    return (line if line.isprintable() else "".join(char for char in line if char.isprintable()))[:MAX_TEXT_CHARS]


def account_name(text: str) -> str:
    """An account as every export of it is to name it: without blanks, in capitals."""
    return "".join(text.split()).upper()


def compact(text: str) -> str:
    """An IBAN or an account number out of a file: the same, without what is invisible."""
    return account_name(one_line(text))
