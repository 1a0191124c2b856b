"""Reads a beancount ledger from texts in memory; the only file that imports beancount.

The stock loader is not used, because the vault may be written by a sync service: it unpickles a cache that lies beside
the ledger, imports any plugin a file names, and follows includes anywhere. Here there is no cache, an include reaches
only files of the ledger, and only those of beancount's own plugins run that take no configuration (some `eval` theirs).
All else is parsed, booked and validated by beancount itself. (ADR on the embedded ledger.)
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from beancount.core import data

_HARMLESS_PLUGIN = re.compile(r"beancount\.plugins\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class LedgerError:
    """What beancount found wrong: file relative to our root, line from 1 (0 = the whole file)."""

    file: str
    line: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg of a transaction; `meta` holds texts only."""

    account: str
    amount: Decimal
    currency: str
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One booked transaction and where it stands; `meta` values are texts (dates in ISO form).

    `flag` is '*', or '!' for one that is not certain. `links` are without their `^`.
    """

    day: date
    payee: str
    tags: frozenset[str]
    meta: Mapping[str, str]
    postings: tuple[Posting, ...]
    file: str
    line: int
    links: frozenset[str] = frozenset()
    narration: str = ""
    flag: str = "*"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ledger as beancount understands it. `files` are those it is made of: the top file and what it includes.

    `home` is the currency the owner works in: the first `operating_currency`. `order`: the files as they were read.
    """

    transactions: tuple[Transaction, ...]
    errors: tuple[LedgerError, ...]
    files: frozenset[str] = frozenset()
    home: str = "EUR"
    order: tuple[str, ...] = ()

    def by_meta(self, name: str, value: str) -> tuple[Transaction, ...]:
        """The transactions that carry this metadata."""
        return tuple(each for each in self.transactions if each.meta.get(name) == value)


def load(files: Mapping[str, str], main: str, root: Path) -> Loaded:
    """Load the ledger that starts at `main`.

    Args:
        files: every file of the ledger: its text by posix path relative to `root`.
        main: the path of the top file; it must be in `files`.
        root: our folder in the vault; only used to name files in absolute form, as `document` directives need it.
    """
    from beancount import loader  # noqa: PLC0415 (0.4 s, used rarely)
    from beancount.core import data  # noqa: PLC0415 (0.4 s, used rarely)
    from beancount.ops import validation  # noqa: PLC0415 (0.4 s, used rarely)
    from beancount.parser import booking  # noqa: PLC0415 (0.4 s, used rarely)

    entries, errors, options, seen = _parse_all(files, main, root)
    entries.sort(key=data.entry_sortkey)
    entries, booking_errors = booking.book(entries, options)  # type: ignore[no-untyped-call]
    entries, errors = loader.run_transformations(entries, [*errors, *booking_errors], options, None)
    errors = [*errors, *validation.validate(entries, options, None, None)]  # type: ignore[no-untyped-call]
    told = (each if isinstance(each, LedgerError) else _error(each, root) for each in errors)
    home = next(iter(options["operating_currency"]), "EUR")
    return Loaded(tuple(_transactions(entries, root)), tuple(told), frozenset(seen), home, tuple(seen))


def would_run(files: Mapping[str, str], main: str, root: Path) -> tuple[LedgerError, ...]:
    """What a program that loads the ledger in the stock way would run, or read besides its files; arguments as `load`.

    Source: the pages of fava on extensions and on its option `import-config`, both of which import a module.
    """
    from beancount.core import data  # noqa: PLC0415 (0.4 s, used rarely)

    entries, errors, options, _ = _parse_all(files, main, root)
    found = [each for each in errors if isinstance(each, LedgerError)]
    if options["insert_pythonpath"]:
        found.append(LedgerError(main, 0, "OptionError", "the option `insert_pythonpath` is not followed here"))
    for each in entries:
        if isinstance(each, data.Custom) and _imports(each):
            place = _relative(each.meta["filename"], root), each.meta["lineno"]
            found.append(LedgerError(*place, "CustomError", "an extension of fava is not run here"))
    return tuple(found)


def _imports(entry: data.Custom) -> bool:
    first = str(entry.values[0].value) if entry.values else ""
    return entry.type == "fava-extension" or (entry.type == "fava-option" and first.startswith("import"))


def syntax_problems(snippet: str) -> tuple[str, ...]:
    """What is wrong with a snippet on its own, before any ledger is touched; empty when it parses."""
    from beancount.parser import parser  # noqa: PLC0415 (0.4 s, used rarely)

    _, errors, _ = parser.parse_string(snippet, report_filename="<new entry>")
    return tuple(f"line {each.source.get('lineno', 0)}: {each.message}" for each in errors)


def new_errors(before: Sequence[LedgerError], after: Sequence[LedgerError]) -> tuple[LedgerError, ...]:
    """The errors of `after` that `before` did not have at the same place; sums in messages may differ."""
    known = Counter((each.file, each.line, each.kind) for each in before)
    fresh = []
    for each in after:
        place = (each.file, each.line, each.kind)
        if known[place]:
            known[place] -= 1
        else:
            fresh.append(each)
    return tuple(fresh)


def _parse_all(
    files: Mapping[str, str], main: str, root: Path
) -> tuple[list[Any], list[Any], dict[str, Any], dict[str, None]]:
    """Entries and errors of every file, the options together, and the files that were included."""
    from beancount import loader  # noqa: PLC0415 (0.4 s, used rarely)
    from beancount.parser import parser  # noqa: PLC0415 (0.4 s, used rarely)

    entries: list[Any] = []
    errors: list[Any] = []
    every_options: list[dict[str, Any]] = []
    waiting, seen = [main], dict[str, None]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            errors.append(LedgerError(name, 0, "IncludeError", "included twice"))
            continue
        seen[name] = None
        found, wrong, options = parser.parse_string(files[name], report_filename=str(root / name))
        entries += found
        errors += [*wrong, *_tame(options, name)]
        included, missing = _includes(name, options["include"], files)
        waiting += included
        errors += missing
        every_options.append(options)
    return entries, errors, loader.aggregate_options_map(every_options[0], every_options[1:]), seen


def _tame(options: dict[str, Any], name: str) -> list[LedgerError]:
    """Take out of a file's options what would run code or walk the disk."""
    refused = [plugin for plugin in options["plugin"] if not _is_harmless(plugin)]
    options["plugin"] = [plugin for plugin in options["plugin"] if _is_harmless(plugin)]
    options["plugin_processing_mode"] = "default"
    options["documents"] = []
    return [LedgerError(name, 0, "PluginError", f"the plugin {plugin!r} is not run here") for plugin, _ in refused]


def _is_harmless(plugin: tuple[str, str | None]) -> bool:
    name, configuration = plugin
    return configuration is None and _HARMLESS_PLUGIN.fullmatch(name) is not None


def _includes(name: str, patterns: Iterable[str], files: Mapping[str, str]) -> tuple[list[str], list[LedgerError]]:
    found: list[str] = []
    missing: list[LedgerError] = []
    for pattern in patterns:
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(name), pattern)).split("/")
        hits = sorted(each for each in files if _matches(each.split("/"), wanted))
        found += hits
        if not hits:
            missing.append(LedgerError(name, 0, "IncludeError", f'include "{pattern}" finds no file of the ledger'))
    return found, missing


def _matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path matches a glob, part by part; `**` stands for any number of folders."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_matches(path[skip:], pattern[1:]) for skip in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _matches(path[1:], pattern[1:])


def _error(error: data.BeancountError, root: Path) -> LedgerError:
    source = error.source or {}
    name = _relative(str(source.get("filename", "")), root)
    return LedgerError(name, int(source.get("lineno", 0)), type(error).__name__, " ".join(str(error.message).split()))


def _relative(filename: str, root: Path) -> str:
    return filename.removeprefix(f"{root}/")


def _transactions(entries: Iterable[data.Directive], root: Path) -> Iterable[Transaction]:
    from beancount.core import data  # noqa: PLC0415 (0.4 s, used rarely)

    for entry in entries:
        if isinstance(entry, data.Transaction):
            yield Transaction(
                day=entry.date,
                payee=entry.payee or "",
                tags=frozenset(entry.tags),
                meta=_texts(entry.meta),
                postings=tuple(_postings(entry.postings)),
                file=_relative(entry.meta["filename"], root),
                line=entry.meta["lineno"],
                links=frozenset(entry.links),
                narration=entry.narration or "",
                flag=str(entry.flag),
            )


def _postings(postings: Iterable[data.Posting]) -> Iterable[Posting]:
    for each in postings:
        if each.units is not None and each.units.number is not None:
            yield Posting(each.account, each.units.number, each.units.currency, _texts(each.meta or {}))


def _texts(meta: Mapping[str, object]) -> dict[str, str]:
    ours = {name: value for name, value in meta.items() if name not in {"filename", "lineno"} and name[:2] != "__"}
    return {name: str(value) for name, value in ours.items() if value is not None}
