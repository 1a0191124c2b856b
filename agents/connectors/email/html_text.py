"""The words of an HTML mail as its reader would see them.

Scripts, styles and hidden elements are left out, links show the host they lead to. Known limit: hiding by a class of a
style sheet is not seen, that would need a browser; the original mail is kept beside the note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

MAX_HTML_CHARS = 1_000_000
MAX_OPEN_TAGS = 200
MAX_LINK_CHARS = 2_000

_COMMENT = re.compile(r"<!--.*?(?:--!?>|\Z)", re.DOTALL)
# The stdlib's parser takes minutes on `<a <a <a ...` (50 kB: 36 s), so only signs that begin a whole tag reach it.
_NO_TAG = re.compile(r"<(?![a-zA-Z/!?][^<>]{0,8000}>)")
_MARKED_SECTION = re.compile(r"<!\[")  # the parser raises AssertionError on an unknown one
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|font-size:0(?![.]?[1-9])|opacity:0(?![.]?[1-9])|mso-hide:all"
    r"|max-height:0(?![.]?[1-9])|(?:text-indent|left|top|margin-left|margin-top):-[0-9]{3}|(?<![a-z-])color:transparent"
)
_WHITE = re.compile(r"(?<![a-z-])color:(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?![0-9a-z])")
_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,10}[a-z]{2,24})(?:[/:?#].{0,2000})?")
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")

_WITHOUT_END = re.compile("area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr")
_UNSEEN = re.compile("script|style|title|template|noembed|noframes|object|svg|math|select|textarea")
_BLOCK = re.compile(
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6r]|header|li"
    "|main|nav|ol|p|pre|section|table|tr|ul"
)


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What an HTML part says. `is_cut`: it was longer than the cap."""

    text: str
    has_hidden_text: bool
    has_false_link: bool
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Open:
    """One open element, with what it has from those around it."""

    tag: str = ""
    is_unseen: bool = False
    is_hidden: bool = False
    has_background: bool = False
    keeps_lines: bool = False


def text_of_html(html: str) -> HtmlText:
    """The visible text, one line a block, with the hosts of links in brackets. Never raises."""
    reader = _VisibleText()
    whole_tags = _NO_TAG.sub("&lt;", _COMMENT.sub("", html[:MAX_HTML_CHARS]))
    reader.feed(_MARKED_SECTION.sub("<!x[", whole_tags))
    reader.close()
    return HtmlText(reader.text(), reader.has_hidden_text, reader.has_false_link, len(html) > MAX_HTML_CHARS)


class _VisibleText(HTMLParser):
    """Collects what can be seen, line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.has_hidden_text = False
        self.has_false_link = False
        self._lines: list[list[str]] = [[]]
        self._open: list[_Open] = []
        self._link_host = ""
        self._link_text = ""

    def text(self) -> str:
        """The collected lines; never more than one blank line in a row."""
        lines = [_BLANKS.sub(" ", "".join(line)).strip() for line in self._lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line at a block, remember what hides its content, remember where a link leads."""
        given = {name: value or "" for name, value in attrs}
        if _BLOCK.fullmatch(tag):
            self._lines.append([])
        if tag == "li":
            self._see("- ")
        elif tag in {"td", "th"}:
            self._see(" ")
        elif tag == "img" and given.get("alt", "").strip():
            self._see(f"[image: {given['alt']}]")
        elif tag == "a":
            self._end_link()
            self._link_host = _host_of_url(given.get("href", ""))
        if not _WITHOUT_END.fullmatch(tag) and len(self._open) < MAX_OPEN_TAGS:
            self._open.append(self._opened(tag, given))

    def handle_endtag(self, tag: str) -> None:
        """End the innermost open element of that name, and a line after a block."""
        if tag == "a":
            self._end_link()
        if _BLOCK.fullmatch(tag):
            self._lines.append([])
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        """Take the words when they can be seen."""
        if self._around().is_hidden and not self._around().is_unseen:
            self.has_hidden_text = self.has_hidden_text or bool(data.strip())
        if len(self._link_text) < MAX_LINK_CHARS:
            self._link_text += data
        self._see(data)

    def close(self) -> None:
        """Take what is left, and end an open link."""
        super().close()
        self._end_link()

    def _see(self, words: str) -> None:
        around = self._around()
        if around.is_unseen or around.is_hidden:
            return
        first, *following = words.split("\n") if around.keeps_lines else [words]
        self._lines[-1].append(first)
        self._lines.extend([line] for line in following)

    def _around(self) -> _Open:
        return self._open[-1] if self._open else _Open()

    def _opened(self, tag: str, given: dict[str, str]) -> _Open:
        around = self._around()
        style = _BLANKS.sub("", given.get("style", "")).lower()
        has_background = around.has_background or "background" in style or bool({"bgcolor", "background"} & set(given))
        is_white = bool(_WHITE.search(f"{style};color:{given.get('color', '').lower()}")) and not has_background
        return _Open(
            tag,
            is_unseen=around.is_unseen or bool(_UNSEEN.fullmatch(tag)),
            is_hidden=around.is_hidden or is_white or "hidden" in given or bool(_HIDING.search(style)),
            has_background=has_background,
            keeps_lines=around.keeps_lines or tag == "pre",
        )

    def _end_link(self) -> None:
        if self._link_host:
            shown = _HOST.fullmatch(self._link_text.strip().lower())
            if not shown:
                self._see(f" [{self._link_host}]")
            elif not _is_same_site(shown[1], self._link_host):
                self.has_false_link = True
                self._see(f" [leads to {self._link_host}]")
        self._link_host, self._link_text = "", ""


def _host_of_url(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "") if parts.scheme in {"http", "https", "ftp", ""} else ""
    except ValueError:  # a bracket without its other half
        host = ""
    return _BLANKS.sub("", host)[:253]


def _is_same_site(shown: str, host: str) -> bool:
    shown, host = shown.removeprefix("www."), host.removeprefix("www.")
    return shown == host or host.endswith("." + shown)
