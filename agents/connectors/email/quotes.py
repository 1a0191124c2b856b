"""What is new in a mail: its text without what it quotes and without the signature."""

from __future__ import annotations

import re

MAX_LINE_CHARS = 1_000  # longer lines are no attribution; regular expressions stay fast

# The line a mail program writes above a quoted mail.
_ATTRIBUTION = re.compile(
    r"(?:on|am|le|el|il|op|den|em)\b.{4,300}"
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu)\b.{0,100}:",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[-_ ]{2,}(?:original message|ursprüngliche nachricht|message d'origine|mensaje original)[-_ ]{2,}", re.IGNORECASE
)
_OUTLOOK_FROM = re.compile(r"\*?(?:from|von|de|da|van):\*? .*", re.IGNORECASE)
_OUTLOOK_SENT = re.compile(r"\*?(?:sent|date|gesendet|datum|envoyé|enviado|inviato|verzonden):\*? .*", re.IGNORECASE)
_SIGNATURE = re.compile(r"--[ \xa0]?")
_QUOTED = re.compile(r"[ \t]{0,3}>")


def quoted_reply_removed(text: str) -> str:
    """The newest words only. A mail that consists of nothing else than quotes (a forwarded one) stays as it is."""
    kept: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _ends_what_is_new(lines, number):
            break
        if not _QUOTED.match(line):
            kept.append(line)
        elif kept:
            _drop_attribution(kept)
    newest = "\n".join(kept).strip("\n")
    return newest if newest.strip() else text


def _ends_what_is_new(lines: list[str], number: int) -> bool:
    line = lines[number].strip()[:MAX_LINE_CHARS]
    if _ORIGINAL.fullmatch(line) or _SIGNATURE.fullmatch(lines[number]):
        return True
    following = [each.strip()[:MAX_LINE_CHARS] for each in lines[number + 1 : number + 4]]
    return bool(_OUTLOOK_FROM.fullmatch(line)) and any(_OUTLOOK_SENT.fullmatch(each) for each in following)


def _drop_attribution(kept: list[str]) -> None:
    """Take back 'On Monday X wrote:' above a quote; mail programs break it over up to three lines."""
    while kept and not kept[-1].strip():
        kept.pop()
    for count in (1, 2, 3):
        said = " ".join(line.strip() for line in kept[-count:])[:MAX_LINE_CHARS]
        if len(kept) >= count and _ATTRIBUTION.fullmatch(said):
            del kept[-count:]
            return
