"""What is wrong with the ledger, each with its place and what would mend it. Pure; nothing is mended by itself."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from agents.connectors.books import BookMistake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from agents.connectors.ledger.beancount_file import LedgerError
    from agents.connectors.ledger.ledger_files import Unreadable

KEY_CHARS, MAX_LINES = 16, 100
ELSE = "Put the line in order, or take the entry out and write it again."
# what the lines of the entry look like, the more telling first
_BY_LINES = (
    (r"^(?:<{7}|={7}|>{7})", "Two versions were merged here: keep the right lines, and take the marks out."),
    (r"\A\ufeff", "Take the invisible mark at the very beginning of the file out: save it as UTF-8 without BOM."),
    (r"[\u201c\u201d\u201e\u201f\u00ab\u00bb]", 'Write plain quotation marks (") in place of the curly ones.'),
    (r"[\u00a0\u2007\u202f]", "Write plain blanks in place of the no-break ones."),
    (r"[ \t]-?\d[\d.]*,\d{1,2}[ \t]+[A-Z]{3}\b", "Write amounts with a point: 10.00, not 10,00."),
    (
        r"^[ \t]+(?:assets|liabilities|equity|income|expenses):|^[ \t]+[A-Z]\w+(?::[A-Z0-9][\w-]*)*:[a-z]",
        "Begin each part of an account's name with a capital letter.",
    ),
    (r'^[^"\n;]*"(?:[^"\n]*"[^"\n]*")*[^"\n]*$', 'Close the text with a quotation mark (").'),
)
_BY_MESSAGE = (
    (r"finds no file", "Mend the include, or restore the file from the history."),
    (r"included twice", "Take one of the two includes out."),
    (r"is not run here", "Take the plugin out of the file."),
    (r"unknown account", "Correct the name of the account, or open it: a line `DAY open ACCOUNT` above."),
    (r"inactive account", "Correct the day, or the day on which the account is opened or closed."),
    (r"does not balance", "Correct an amount, so that those of the entry add up to nothing."),
    (r"Balance failed", "Compare with the bank: an entry is missing, is there twice, or has another amount."),
)


def mistakes_of(errors: Collection[LedgerError], texts: Mapping[str, str]) -> tuple[BookMistake, ...]:
    """Every error, by file and line. `key` stays the same while lines above it come and go."""
    seen = Counter[str]()
    found = []
    split = {name: texts.get(name, "").split("\n") for name in {each.file for each in errors}}
    for each in sorted(errors, key=lambda error: (error.file, error.line)):
        lines = _entry(split[each.file], each.line)
        unique = f"{each.file}\0{each.kind}\0{each.message}\0{lines}"
        seen[unique] += 1
        found.append(
            BookMistake(_key(f"{unique}\0{seen[unique]}"), each.file, each.line, each.message, _fix(each, lines))
        )
    return tuple(found)


def unreadable(why: Unreadable) -> tuple[BookMistake, ...]:
    """A file that cannot be read at all."""
    return (BookMistake(_key(f"{why}"), why.file, 0, why.message, f"Restore {why.file} from the history."),)


def _key(unique: str) -> str:
    return hashlib.sha256(unique.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_CHARS]


def _entry(lines: list[str], line: int) -> str:
    """The line and those below it up to a blank one or a day: the entry, if it begins there; empty for a whole file."""
    return "\n".join(_of_one_entry(lines[line - 1 : line - 1 + MAX_LINES])) if line else ""


def _of_one_entry(lines: Iterable[str]) -> Iterator[str]:
    for at, line in enumerate(lines):
        if not line.strip() or (at and line[:4].isdigit()):
            return
        yield line


def _fix(error: LedgerError, lines: str) -> str:
    """What beancount says plainly counts first; what the lines look like where it found no entry at all."""
    said = (fix for pattern, fix in _BY_MESSAGE if re.search(pattern, error.message))
    seen = (fix for pattern, fix in _BY_LINES if re.search(pattern, lines, re.MULTILINE))
    return next(said, None) or next(seen, ELSE)
