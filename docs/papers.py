"""The papers of the house: generated parts of the docs, decision records, the changelog.

`python docs/papers.py write` fills the regions `<!-- generated: NAME -->` ... `<!-- end -->` from the code;
`adr TITLE` starts the next decision record; `news TEXT` adds a line to the changelog. The Makefile calls it.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agents.clock import SystemClock  # noqa: E402 - found through the line above
from agents.settings import Settings  # noqa: E402
from docs.mcp_page import page  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

REGION = re.compile(r"(<!-- generated: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
GENERATED = ("docs/architecture.md", "docs/guide.md", "docs/mcp.md")
RECORD = """# {number:04d}. {title}

Accepted {day}.

## Context

What made us decide, and what we measured or read.

## Decision

What we do, in the present tense.

## Consequences

What gets easier, what gets harder, what we gave up.

## How we will notice it was wrong

The sign we watch for, and where it would show.
"""


def floors() -> str:
    """The floors as import-linter checks them, the roof first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers: list[str] = next(each["layers"] for each in contracts if each["type"] == "layers")
    built = [_rooms_of(layer) for layer in layers]
    lines = ["orchestrator", *(" | ".join(rooms) for rooms in built if rooms)]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def rooms() -> str:
    """Every room and module with the first sentence of its docstring."""
    packages = sorted(path.parent for top in ("agents", "watchers") for path in (ROOT / top).rglob("__init__.py"))
    return "\n".join(_room(package) for package in packages)


def settings() -> str:
    """The settings as a table: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "by this machine" if field.default_factory or field.default is None else str(field.default)
        rows.append(f"| `AI_EMPLOYEE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


PARTS: dict[str, Callable[[], str]] = {"floors": floors, "rooms": rooms, "settings": settings, "servers": page}


def _rooms_of(layer: str) -> list[str]:
    """The rooms of a layer that exist: `(agents.servers)` is one still to be built."""
    names = [name.strip(" ()") for name in layer.split("|")]
    return [name for name in names if (ROOT / name.replace(".", "/")).with_suffix(".py").exists() or _is_room(name)]


def _is_room(name: str) -> bool:
    return (ROOT / name.replace(".", "/") / "__init__.py").exists()


def _room(package: Path) -> str:
    lines = [f"**{package.relative_to(ROOT).as_posix()}/** - {_first_sentence(package / '__init__.py')}", ""]
    modules = sorted(path for path in package.glob("*.py") if path.name != "__init__.py")
    lines += [f"- `{path.name}`: {_first_sentence(path)}" for path in modules]
    return "\n".join(lines) + "\n"


def _first_sentence(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def filled(text: str) -> str:
    """The text with its generated regions written anew."""
    return REGION.sub(lambda found: f"{found[1]}{PARTS[found[2]]()}{found[3]}", text)


def documents() -> Iterator[tuple[Path, str, str]]:
    """Every document with generated regions: path, text as it is, text as it should be."""
    for name in GENERATED:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        yield path, text, filled(text)


def new_record(folder: Path, title: str, day: date) -> Path:
    """Start the next decision record; returns its path."""
    number = 1 + max((int(path.name[:4]) for path in folder.glob("[0-9]*.md")), default=0)
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    path = folder / f"{number:04d}-{slug}.md"
    path.write_text(RECORD.format(number=number, title=title.rstrip("."), day=day), encoding="utf-8")
    return path


def with_news(changelog: str, line: str) -> str:
    """The changelog with one more line at the end of the first section, `Added` under `Unreleased`."""
    start = changelog.index("### Added\n")
    found = re.compile(r"\n\n(?=#)|\n*\Z").search(changelog, start + len("### Added\n") + 1)
    end = found.start() if found else len(changelog)
    return f"{changelog[:end]}\n- {line}{changelog[end:]}"


def main(arguments: Sequence[str]) -> int:
    """Do what the Makefile asks."""
    match arguments:
        case ["write"]:
            for path, text, wanted in documents():
                if text != wanted:
                    path.write_text(wanted, encoding="utf-8")
        case ["adr", title] if title.strip():
            day = SystemClock().now().date()
            sys.stdout.write(f"{new_record(ROOT / 'docs' / 'decisions', title, day)}\n")
        case ["news", line] if line.strip():
            path = ROOT / "CHANGELOG.md"
            path.write_text(with_news(path.read_text(encoding="utf-8"), line), encoding="utf-8")
        case _:
            sys.stderr.write('usage: make adr TITLE="..." | make news TEXT="..." | docs/papers.py write\n')
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
