"""Names and texts of a movement as one line each. Pure."""

from __future__ import annotations

MAX_TEXT_CHARS = 2_000


def one_line(text: str) -> str:
    """The text without line breaks, doubled blanks and what is invisible."""
    line = " ".join(text[: 2 * MAX_TEXT_CHARS].split())
    return (line if line.isprintable() else "".join(char for char in line if char.isprintable()))[:MAX_TEXT_CHARS]


def compact(text: str) -> str:
    """An IBAN, a BIC or an account number: without blanks, in capitals."""
    return one_line("".join(text.split())).upper()
