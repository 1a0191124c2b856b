"""Headers of a mail as bytes from outside: split, unfolded, decoded. Nothing here raises, whatever the bytes say.

Written without the `email` package: its decoders let newlines through, raise on some input and are quadratic on other.
Source: RFC 5322 sections 2.2 and 3.4, RFC 2047, RFC 2231.
"""

from __future__ import annotations

import binascii
import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEADERS = 500
MAX_VALUE_BYTES = 8_000
MAX_MAILBOXES = 100

_HEADER = re.compile(rb"([!-9;-~]{1,80})[ \t]*:(.*)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]{0,20})?\?([bBqQ])\?([^?]{0,2000})\?=")
_CONTINUED = re.compile(r"\*([0-9]{1,3})$")
_NO_LINE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What mail is written in. Others (utf-7, unicode_escape, undefined ...) hide text or raise.
_CHARSETS = re.compile(
    r"ascii|utf-(?:8|16|32)(?:-[lb]e)?|iso8859-[0-9]{1,2}|cp(?:125[0-8]|437|85[02]|866|874|932|936|949|950)|koi8-[ru]"
    r"|mac-roman|gb2312|gbk|gb18030|hz|big5|shift_jis|euc_(?:jp|kr)|iso2022_(?:jp|kr)|tis-620"
)


@dataclass(frozen=True, slots=True)
class Header:
    """One header: its name in lower case and its value, unfolded."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The headers of a mail or part. `bad_line` is the first line (1-based) that is none, 0 when all are."""

    headers: tuple[Header, ...]
    body: bytes
    bad_line: int

    def all_of(self, name: str) -> tuple[bytes, ...]:
        """The values of every header of that name (lower case), in their order."""
        return tuple(each.value for each in self.headers if each.name == name)

    def first(self, name: str) -> bytes:
        """The value of the first header of that name (lower case); empty when there is none."""
        return next(iter(self.all_of(name)), b"")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One name and address of a header, as written: the address is not checked, either may be empty."""

    name: str
    address: str


def split_headers(raw: bytes) -> HeaderBlock:
    """The headers up to the first blank line, and the rest. A line that is no header begins the rest."""
    found: list[tuple[str, list[bytes]]] = []
    at, number = 0, 0
    while at < len(raw):
        number += 1
        line, following = _line_at(raw, at)
        if not line.strip(b" \t"):
            return HeaderBlock(_joined(found), raw[following:], 0)
        if line[:1] in b" \t" and found:
            found[-1][1].append(line.strip(b" \t"))
        elif match := _HEADER.fullmatch(line):
            found.append((match[1].decode("ascii").lower(), [match[2].strip(b" \t")]))
        elif not (number == 1 and line.startswith((b"From ", b">From "))):  # an mbox file's own first line
            return HeaderBlock(_joined(found), raw[at:], number)
        at = following
    return HeaderBlock(_joined(found), b"", 0)


def readable(value: bytes) -> str:
    """A header's value as one line of text: encoded words decoded, line breaks and control characters as blanks."""
    return one_line(decoded_words(eight_bit(value)))


def one_line(text: str) -> str:
    """The text in one line: runs of blanks, line breaks and control characters become one blank."""
    return _NO_LINE.sub(" ", text).strip()


def eight_bit(value: bytes) -> str:
    """Raw bytes of a header as text: UTF-8, else Windows' Latin."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def decoded_words(text: str) -> str:
    """The text with its encoded words decoded. Line breaks that were encoded come out as they are."""
    pieces: list[str] = []
    charset, waiting, end = "", b"", 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[end : word.start()]
        if waiting and (between.strip() or word[1].lower() != charset):
            pieces.append(decoded(waiting, charset)[0])
            waiting = b""
        if not end or between.strip():
            pieces.append(between)
        charset, end = word[1].lower(), word.end()
        waiting += _word_bytes(word[2], word[3])
    pieces += [decoded(waiting, charset)[0], text[end:]]
    return "".join(pieces)


def decoded(content: bytes, charset: str) -> tuple[str, bool]:
    """The text, and whether the charset told the truth; if not it is read as UTF-8, else as Windows' Latin."""
    declared = _known_charset(charset) if charset else "utf-8"
    is_true = bool(declared) or content.isascii()
    for name in (declared or "utf-8", "utf-8"):
        try:
            return content.decode(name), is_true
        except UnicodeError:
            is_true = False
    return content.decode("cp1252", "replace"), False


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """The first word of a structured header in lower case (a media type, a disposition), and its parameters."""
    pieces = list(_pieces(eight_bit(value), ";", opening='"'))
    found: dict[str, str] = {}
    continued: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces[1:]:
        name, _, written = piece.partition("=")
        name = name.strip().lower()
        is_encoded = name.endswith("*")
        name = name.removesuffix("*")
        if match := _CONTINUED.search(name):
            continued.setdefault(name[: match.start()], {})[int(match[1])] = (_unquoted(written), is_encoded)
        else:
            found.setdefault(name, _from_percent(_unquoted(written)) if is_encoded else _unquoted(written))
    for name, parts in continued.items():
        found[name] = _assembled([parts[number] for number in sorted(parts)])
    return one_line(pieces[0]).lower(), found


def mailboxes(value: bytes) -> tuple[Mailbox, ...]:
    """The names and addresses of a From, To or Reply-To header; encoded words are decoded in names only."""
    found = [_mailbox(piece) for piece in _pieces(eight_bit(value), ",;", opening='"(<')][:MAX_MAILBOXES]
    return tuple(each for each in found if each.name or each.address)


def _line_at(raw: bytes, at: int) -> tuple[bytes, int]:
    end = raw.find(b"\n", at)
    following = len(raw) if end < 0 else end + 1
    return raw[at:following].rstrip(b"\r\n"), following


def _joined(found: list[tuple[str, list[bytes]]]) -> tuple[Header, ...]:
    return tuple(Header(name, b" ".join(lines)[:MAX_VALUE_BYTES]) for name, lines in found[:MAX_HEADERS])


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "bB":
        return base64_bytes(text.encode("ascii", "replace"))
    return binascii.a2b_qp(text.encode("utf-8"), header=True)


def base64_bytes(written: bytes) -> bytes:
    """The bytes behind base64, as much of it as can be read; everything outside its alphabet is skipped."""
    return b"".join(_base64_run(run) for run in re.sub(rb"[^A-Za-z0-9+/=]+", b"", written).split(b"=") if run)


def _base64_run(run: bytes) -> bytes:
    whole = run[: len(run) - (len(run) % 4 == 1)]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _known_charset(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name if re.fullmatch(r"[A-Za-z0-9_.:-]{1,40}", charset) else ""
    except LookupError:
        name = ""
    return name if _CHARSETS.fullmatch(name) else ""


def _from_percent(written: str) -> str:
    charset, quote, rest = written.partition("'")
    _, second, text = rest.partition("'")
    return decoded(unquote_to_bytes(text), charset)[0] if quote and second else written


def _assembled(parts: list[tuple[str, bool]]) -> str:
    charset, written = "", b""
    for number, (text, is_encoded) in enumerate(parts):
        if number == 0 and is_encoded and text.count("'") > 1:
            charset, _, text = text.split("'", 2)  # noqa: PLW2901 - the first part carries the charset
        written += unquote_to_bytes(text) if is_encoded else text.encode("utf-8")
    return decoded(written, charset)[0]


def _unquoted(written: str) -> str:
    text = written.strip()
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"'), flags=re.DOTALL)
    return text


def _pieces(text: str, separators: str, *, opening: str) -> Iterator[str]:
    """The text split at separators that stand outside what the opening signs enclose."""
    start = 0
    for at, (char, place) in enumerate(_placed(text, opening)):
        if not place and char in separators:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _placed(text: str, opening: str = '"(<') -> Iterator[tuple[str, str]]:
    """Every character with where it stands: '' outside, else a stack of `"` quotes, `(` comments and `<` brackets.

    The signs that open and close belong to the inside; a backslash and what it escapes stand in quotes or comments.
    """
    stack, is_escaped = "", False
    for char in text:
        before = stack
        if is_escaped:
            is_escaped = False
        elif char == "\\" and stack[-1:] in {'"', "("}:
            is_escaped = True
        else:
            stack = _entered(stack, char, opening)
        yield char, max(before, stack, key=len)


def _entered(stack: str, char: str, opening: str) -> str:
    top = stack[-1:]
    if (top, char) in {('"', '"'), ("(", ")"), ("<", ">")}:
        return stack[:-1]
    if char in opening and top != '"' and (char != "<" or not stack):
        return stack + char
    return stack


def _mailbox(piece: str) -> Mailbox:
    phrase, comment, angle = "", "", ""
    for char, place in _placed(piece):
        if place.startswith("("):
            comment += char
        elif place.startswith("<"):
            angle += char
        else:
            phrase = "" if char == ":" and not place else phrase + char  # a group's own name is left out
    address = angle[1:].removesuffix(">").strip()
    if not angle and "@" in phrase:
        phrase, address = comment[1:].removesuffix(")"), phrase
    return Mailbox(one_line(decoded_words(_plain_phrase(phrase))), "".join(address.split()))


def _plain_phrase(phrase: str) -> str:
    quoted = re.sub(r'"((?:[^"\\]|\\.)*)"?', lambda match: re.sub(r"\\(.)", r"\1", match[1]), phrase)
    return quoted.strip()
