"""Marks of a text that tries to steer whoever reads it. Pure.

A mark never decides anything alone: it turns what would be an action into a question. Nothing here protects the
vault - that is the gate's work - it only spares the owner proposals a stranger dictated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.reasoning.word_tables import load_word_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

TOPIC = "suspicious"
MAX_TEXT_CHARS = 50_000
_URL = re.compile(r"https?://\S{1,4000}")

# what it is, in the owner's words, and how it looks
_MARKS = tuple(
    (words, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for words, pattern in (
        ("a long block of encoded text", r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{100,}"),
        ("a long block of encoded text", r"(?:\b[0-9a-f]{2}[ \t]?){40,}"),
        ("a long block of encoded text", r"(?:[.\-]{1,6}[ /|]{1,3}){16,}"),
        ("control words of a language model", r"<\|[a-z_]{1,40}\|>|\[/?INST\]|<</?SYS>>"),
        (
            "control words of a language model",
            r"</?(?:system|assistant|user|instructions?|information|prompt|tool_call|admin|important|human)\b[^>\n]{0,80}>",
        ),
        ("control words of a language model", r"^[ \t]*(?:#{1,6}|\*\*|\[|={2,})?[ \t]*(?:\(|\[)?(?:system|assistant|developer)[\w ]{0,20}(?:\)|\])?[ \t]*(?::|\))"),
        (
            "properties of our own notes",
            r"^[ \t>]*\"?(?:decision|approved?|approved_by|approval_status|approval|status|type|action|answer|answered)\"?"
            r"[ \t]*:[ \t]*\"?(?:approv\w*|true|yes|granted|done|executed|[a-z]{2,20}[._](?:send|create|post|pay|email|publish|credit)|(?:send|pay|create)_\w+)",
        ),
        ("markup that acts in Obsidian", r"!?\[\[|<%|%%|\{\{|```[ \t]*(?:dataview|js|tasks|button|query|base)|<!--|obsidian://"),
        ("ticked boxes of our own notes", r"^[ \t>]*[-*+] \[[xX]\]"),
        ("letters that change the reading order or cannot be seen", "[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"),
    )
)
_FLAGS = (
    "two from",
    "several sender",
    "looks like another address",
    "homoglyphs",
    "line breaks hidden",
    "could run a program",
    "with this message-id was filed before",
)


def marks(texts: Iterable[str], flags: Iterable[str]) -> tuple[str, ...]:
    """What is suspicious, in the owner's words, each once; empty = nothing."""
    found = [flag for flag in flags if any(known in flag.casefold() for known in _FLAGS)]
    for text in texts:
        start = _URL.sub(" ", text[:MAX_TEXT_CHARS])
        found += [words for words, pattern in _MARKS if pattern.search(start)]
        found += _phrases(start)
    return tuple(dict.fromkeys(found))


def _phrases(text: str) -> list[str]:
    books = load_word_tables().books.values()
    return ["words that give orders to whoever reads the mail"] if any(TOPIC in b.weigh(text) for b in books) else []
