"""The gate: no secret goes into a note, a commit, a line of the log or an error; what was looked at is known by digest.

Texts of ours are masked. A file of the owner's, or one from outside, is left as it is and kept out of the history.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

from agents.security.secret_patterns import any_secret, find_secrets, masked
from agents.security.secret_readings import PLAIN, is_plain, readings
from agents.vault.layout import LOGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_AHEAD_BYTES = 100_000  # of one file; a larger one is looked at by itself
REMEMBERED = 4096  # contents; a burst commits five hundred at a time
SHORT = 100  # characters; a file of so few is sooner looked at than known
LOGS_KNOWN = 8  # files; two grow on any day
OVERLAP_BYTES = 50_000  # of a log before what is new; no secret is longer
SHOWN = 20
# names that we give: words, a day and ten or sixteen hex digits, which no kind of secret is made of
_WORDS = r"[a-z]{1,20}(?:-[a-z]{1,20}){0,5}"
_OWN_NAME = rf"(?:plan-)?\d{{4}}-\d\d-\d\d-{_WORDS}-[0-9a-f]{{10}}\.md|sha-[0-9a-f]{{16}}\.[a-z]{{2,4}}"
_LOG = re.compile(rf"{LOGS}/[0-9-]{{1,20}}\.(?:jsonl|md)")  # of ours, which only grow
_OWN_PATH = re.compile(rf"(?:[A-Z][a-z]{{1,10}}(?:_[A-Z][a-z]{{1,10}})?/)(?:(?:runner|\d{{4}}-\d\d)/)?(?:{_OWN_NAME})")


class SecretGate:
    """One for each vault: texts are written, and soon after they are committed."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[str, ...]] = OrderedDict()
        self._logs: OrderedDict[str, tuple[int, bytes]] = OrderedDict()  # how long each was, and its digest

    def masked_all(self, texts: Sequence[str]) -> list[str]:
        """The texts without their secrets, all looked at in one go."""
        if self.finds_any(texts):
            return [masked(each) for each in texts]
        for content in (text.encode(errors="replace") for text in texts if len(text) > SHORT):
            if is_plain(content):  # else only the look at the file sees what it wraps
                self._remember(sha256(content).digest(), ())
        return list(texts)

    def finds_any(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts holds a secret, as `any_secret`."""
        return any_secret(texts)

    def look_ahead(self, contents: Iterable[bytes]) -> None:
        """Look at many files in one go; what `findings` says of each is then known, if none of them holds a secret."""
        small = {sha256(each).digest(): each for each in contents if len(each) <= MAX_AHEAD_BYTES}
        new = {digest: content for digest, content in small.items() if digest not in self._known}
        if not self.finds_any(text for content in new.values() for text in readings(content)):
            for digest in new:
                self._remember(digest, ())

    def findings(self, path: str, content: bytes) -> tuple[str, ...]:
        """What the file holds, each as 'line 3: GitHub token'; empty when it may be in the history.

        `path` "": only what is in it counts.
        """
        in_name = () if not path or _OWN_PATH.fullmatch(path) else find_secrets(path)
        named = tuple(f"in its name: {each.kind}" for each in in_name)
        digest = sha256(content).digest()
        found = self._known.get(digest)
        if found is None:
            found = self._remember(digest, self._looked_at(path, content))
        if _LOG.fullmatch(path) and not found and is_plain(content):
            self._logs[path] = (len(content), digest)
            self._logs.move_to_end(path)
            if len(self._logs) > LOGS_KNOWN:
                self._logs.popitem(last=False)
        return (*named, *found)

    def _looked_at(self, path: str, content: bytes) -> tuple[str, ...]:
        """A log grows with every commit: only its end is looked at while it begins as it did the last time."""
        length, digest = self._logs.get(path, (0, b""))
        new = content[max(0, length - OVERLAP_BYTES) :]
        if not (length and is_plain(new)) or sha256(content[:length]).digest() != digest or _findings(new):
            return _findings(content)
        return ()

    def _remember(self, digest: bytes, found: tuple[str, ...]) -> tuple[str, ...]:
        self._known[digest] = found
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found


def _findings(content: bytes) -> tuple[str, ...]:
    said: dict[str, None] = {}
    for number, text in enumerate(readings(content)):
        for each in find_secrets(text):
            where = f"line {text.count(chr(10), 0, each.start) + 1}" if number == PLAIN else "in an encoded part"
            said[f"{where}: {each.kind}"] = None
            if len(said) >= SHOWN:
                return tuple(said)
    return tuple(said)
