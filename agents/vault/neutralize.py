"""Text from outside, made harmless before it stands in a note. Pure.

The promise: the markdown skeleton of a note does not depend on what the outside text says. Marks of templating
plugins, which work on text and not on markdown, are split with `⟨⟩`; what nobody can see is shown as `⟨U+202E⟩`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SPLIT = "⟨⟩"
CUT = "... cut"
MAX_MARKS = 4
MAX_BACKTICKS = 8
MAX_INLINE_CHARS = 10_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FIRST_MARK = "\u0300"
_STACK = re.compile(rf"\^{{{MAX_MARKS + 1},}}")
# invisible, though Unicode calls them letters, marks or symbols: fillers, joiners, blank braille, object mark
_BLANK = frozenset(map(chr, [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0xFFFC]))
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810))
_LINE_ENDS = re.compile(r"\r\n?")
_BLANKS = re.compile(r"[ \t\r\n]+")
_TEMPLATING = re.compile(r"<(?=%)|\{(?=\{)|%(?=%)")
_BACKTICKS = re.compile(r"`+")
_LONG_BACKTICKS = re.compile(rf"`{{{MAX_BACKTICKS}}}(?=`)")
_INLINE_QUERY = re.compile(r"\$?=|[A-Za-z]+\[")
_LIVE_VALUE = re.compile(r"\[(?=\[)|:(?=//)")


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of an outside text is shown: UTF-8 bytes, lines, characters a line, blank lines in a row."""

    max_bytes: int = 64_000
    max_lines: int = 1_000
    max_columns: int = 2_000
    max_blank_lines: int = 2


DEFAULT_CAPS = Caps()


def visible(text: str) -> str:
    """The text in NFC with every invisible character shown and stacks of combining marks cut (UAX #15, UTS #39)."""
    if not text.isascii():
        # marks are cut before normalising too: sorting a long stack takes quadratic time
        text = unicodedata.normalize("NFC", _cut_marks(text, set(text)))
        chars = set(text)
        shown = {ord(each): _shown(each) if is_hidden(each) else each for each in chars}
        return _cut_marks(text, chars).translate(shown)
    return _CONTROL.sub(lambda found: _shown(found[0]), text)


def fenced(text: str, info: str = "text", caps: Caps = DEFAULT_CAPS) -> str:
    """A code block that nothing in the text can leave, with a line ending behind it. What is cut away says so."""
    start = text[: caps.max_bytes]  # a character takes at least a byte
    shown = _split_templating(visible(_LINE_ENDS.sub("\n", start)))
    lines = _collapse_blank_lines(_LONG_BACKTICKS.sub("`" * MAX_BACKTICKS + SPLIT, shown), caps.max_blank_lines)
    content = "\n".join(_shorten(line, caps.max_columns) for line in lines[: caps.max_lines])
    fitting = content.encode()[: caps.max_bytes].decode(errors="ignore")
    if len(start) < len(text) or len(lines) > caps.max_lines or len(fitting) < len(content):
        fitting += f"\n{CUT}"
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(fitting)), default=0))
    return f"{fence}{info}\n{fitting}\n{fence}\n"


def code_span(text: str, max_chars: int = 120) -> str:
    """The text as inline code on one line, also within a table: backticks and pipes become look-alikes."""
    shown = _one_line(text).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}").replace("|", "\N{BROKEN BAR}")
    if _INLINE_QUERY.match(shown):  # plugins run inline code that begins so: Dataview `= x`, Meta Bind `INPUT[x]`
        shown = SPLIT + shown
    return f"`{_ellipsis(shown, max_chars) or '⟨empty⟩'}`"


def property_text(text: str, max_chars: int = 300) -> str:
    """The text on one line for a property, where Obsidian would make links of `[[x]]` and `https://x`."""
    return _ellipsis(_LIVE_VALUE.sub(rf"\g<0>{SPLIT}", _one_line(text)), max_chars)


def on_one_line(text: str) -> str:
    """All of a text on one line, safe to show: blanks are one each, and nothing is invisible."""
    return " ".join(visible(text).split())


def _one_line(text: str) -> str:
    shown = _split_templating(visible(_BLANKS.sub(" ", text[:MAX_INLINE_CHARS]))).strip()
    return shown if len(text) <= MAX_INLINE_CHARS else f"{shown}…"


def _ellipsis(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else f"{text[: max_chars - 1]}…"


def _shorten(line: str, max_columns: int) -> str:
    return line if len(line) <= max_columns else f"{line[:max_columns]} {CUT}"


def _split_templating(text: str) -> str:
    return _TEMPLATING.sub(rf"\g<0>{SPLIT}", text)


def _collapse_blank_lines(text: str, at_most: int) -> list[str]:
    kept: list[str] = []
    blank = at_most  # none at the beginning
    for line in text.rstrip().split("\n"):
        blank = 0 if line.strip() else blank + 1
        if blank <= at_most:
            kept.append(line)
    return kept


def _cut_marks(text: str, chars: set[str]) -> str:
    """Works on a picture of the text, `^` for a mark: a pattern made of thousands of marks takes quadratic time."""
    marks = {each for each in chars if each >= _FIRST_MARK and _is_mark(each)}
    if not marks:
        return text
    picture = text.translate({ord(each): "^" if each in marks else "." for each in chars})
    kept, at = [], 0
    for stack in _STACK.finditer(picture):
        kept += [text[at : stack.start() + MAX_MARKS], f"⟨+{stack.end() - stack.start() - MAX_MARKS} marks⟩"]
        at = stack.end()
    return "".join([*kept, text[at:]])


def _is_mark(char: str) -> bool:
    stacked = unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}
    return bool(stacked) and not is_hidden(char)


def _shown(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩"


def is_hidden(char: str) -> bool:
    """Whether nobody sees the character; line ends and tabs are seen."""
    if char in "\n\t":
        return False
    return (
        unicodedata.category(char) in _HIDDEN_CATEGORIES
        or char in _BLANK
        or any(ord(char) in selectors for selectors in _SELECTORS)
    )
