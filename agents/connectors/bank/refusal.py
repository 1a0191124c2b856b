"""What is said of a file that is not read: nothing of it is taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agents.connectors.bank.line_text import one_line

MAX_BYTES = 40_000_000
MAX_ROWS = 100_000
MAX_TOLD_CHARS = 80
WHOLE = "Export it again from the bank and save it unchanged."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not read, in one sentence for the owner, and what to do."""

    sentence: str
    hint: str


class RefusedError(Exception):
    """Carries a refusal out of a reader; `reader` turns it into a value and it never leaves this room."""

    def __init__(self, sentence: str, hint: str = WHOLE) -> None:
        super().__init__(sentence)
        self.refusal = Refusal(sentence, hint)


def told(text: str) -> str:
    """A piece of the file as it may stand in a sentence: short, on one line, nothing invisible."""
    line = one_line(text)
    return line if len(line) <= MAX_TOLD_CHARS else f"{line[:MAX_TOLD_CHARS]}…"


def check_rows(rows: int) -> None:
    """A file has so many movements at most.

    Raises:
        RefusedError: it has more.
    """
    if rows > MAX_ROWS:
        raise RefusedError(
            f"The file holds more than {MAX_ROWS:,} movements.", "Export a shorter time from the bank, a year or less."
        )
