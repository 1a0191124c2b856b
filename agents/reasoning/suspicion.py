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

_MODEL_WORDS = "control words of a language model"
_ENCODED = "a long block of encoded text"
_TAG_NAMES = "system|assistant|user|instructions?|information|prompt|tool_call|admin|important|human"
_PROPERTY = "decision|approved?|approved_by|approval_status|approval|status|type|action|answer|answered"
_YES = "approv\\w*|true|yes|granted|done|executed"
_ACTION = r"[a-z]{2,20}[._](?:send|create|post|pay|email|publish|credit)|(?:send|pay|create)_\w+"
# what it is, in the owner's words, and how it looks
_SIGNS = (
    (_ENCODED, r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{100,}"),
    (_ENCODED, r"(?:\b[0-9a-f]{2}[ \t]?){40,}"),
    (_ENCODED, r"(?:[.\-]{1,6}[ /|]{1,3}){16,}"),
    (_MODEL_WORDS, r"<\|[a-z_]{1,40}\|>|\[/?INST\]|<</?SYS>>"),
    (_MODEL_WORDS, rf"</?(?:{_TAG_NAMES})\b[^>\n]{{0,80}}>"),
    (_MODEL_WORDS, r"^[ \t]*[#*=\[(]{0,6}[ \t]*[(\[]?(?:system|assistant|developer)[\w ]{0,20}[)\]]?[ \t]*[:)]"),
    ("properties of our own notes", rf"^[ \t>]*\"?(?:{_PROPERTY})\"?[ \t]*:[ \t]*\"?(?:{_YES}|{_ACTION})"),
    (
        "markup that acts in Obsidian",
        r"\[\[|<%|%%|\{\{|```[ \t]*(?:dataview|js|tasks|button|query|base)|<!--|obsidian://",
    ),
    ("ticked boxes of our own notes", r"^[ \t>]*[-*+] \[[xX]\]"),
    ("letters that change the reading order or cannot be seen", "[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"),
)
_MARKS = tuple((words, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for words, pattern in _SIGNS)
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
