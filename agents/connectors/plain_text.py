"""What a text of an action may hold: what ends a line somewhere, or cannot be written, is refused. Pure."""

from __future__ import annotations

import unicodedata

# controls, surrogates, line and paragraph separators
NOT_IN_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})

# Latin letters that do not come apart into one of ASCII and a mark; names of accounts are made by them
LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae"}
    | {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}
)


def in_one_line(text: str) -> str:
    """The text when it may stand in one line.

    Raises:
        ValueError: it has control characters or line breaks.
    """
    if any(unicodedata.category(char) in NOT_IN_A_LINE for char in text):
        raise ValueError("control characters and line breaks are not allowed here")
    return text


def in_lines(text: str) -> str:
    """The text with plain line ends, when each line may stand; tabs too.

    Raises:
        ValueError: it has other control characters.
    """
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    in_one_line(normal.replace("\n", " ").replace("\t", " "))
    return normal
