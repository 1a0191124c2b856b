"""A vault begins: the template laid out, a state folder beside it, the first signed commit.

In a folder that already holds something, we live in one subfolder and touch nothing else (DESIGN 2.0).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.errors import NeedsOwner, NotAllowed
from agents.vault.files import make_folder, read_regular, write_new, write_over
from agents.vault.layout import FOLDERS, HEALTH, INBOX
from agents.vault.note import Note, read_note
from agents.vault.note_edit import append_line, emit_note
from agents.vault.sync_folders import synced_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agents.vault.yaml_text import PropertyValue

VAULT_NOTE = f"{HEALTH}/vault.md"
SUBFOLDER = "AI Employee"
TEMPLATE = Path(__file__).resolve().parents[2] / "vault_template"
MAX_TEMPLATE_BYTES = 5_000_000
ANOTHER_NAME = "Give another name: `init VAULT --folder NAME`."
_PLAIN_NAME = re.compile(r'(?![.\s])[^/\\:*?"<>|#^\[\]\x00-\x1f]{1,100}(?<![.\s])')  # Obsidian shows no hidden folder


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vault lives. `root` is our folder; `pointer` whether a `.git` file may lie in it; `fresh` = just made."""

    root: Path
    vault_id: str
    pointer: bool
    fresh: bool


def found_vault(place: Path, folder: str, opening: Mapping[str, str]) -> Place:
    """Make a vault at `place`, or find the one that is there. `opening` are further files: path -> text.

    Raises:
        NotAllowed: `place` is a file, or `folder` is no plain name or is there and is not ours.
    """
    place = place.expanduser().resolve()
    if place.exists() and not place.is_dir():
        raise NotAllowed(f"{place} is no folder.", hint="Name a folder: `init VAULT`.")
    if found := find_root(place):
        return open_place(found)
    new = not place.exists() or not any(place.iterdir())
    root = place if new else _subfolder(place, folder)
    for name in FOLDERS:
        make_folder(root / name)
    for path, content in _template(with_settings=new):
        _lay(root / path, content)
    for path, text in opening.items():
        _lay(root / path, text.encode())
    vault_id = secrets.token_hex(8)
    write_new(root / VAULT_NOTE, _identity_note(vault_id, whole=new))
    return Place(root, vault_id, pointer=new and synced_folder(root) is None, fresh=True)


def _identity_note(vault_id: str, *, whole: bool) -> bytes:
    properties: dict[str, PropertyValue] = {"type": "health", "vault_id": vault_id, "whole_folder": whole}
    return emit_note(properties, IDENTITY).encode()


def give_own_id(root: Path) -> Place:
    """Make a copied vault one of its own: another id, and so another state folder.

    Raises:
        NeedsOwner: its identity note cannot be read.
    """
    open_place(root)
    note = _identity(root)
    whole = note is not None and note.properties.get("whole_folder") == "true"
    write_over(root / VAULT_NOTE, _identity_note(secrets.token_hex(8), whole=whole))
    return open_place(root)


def _subfolder(place: Path, name: str) -> Path:
    """Our folder-to-be in an owner's vault: a new or empty one directly in it."""
    if not _PLAIN_NAME.fullmatch(name):
        raise NotAllowed(f"{name!r} is no name for a folder in the vault.", hint=ANOTHER_NAME)
    root = place / name
    if root.is_symlink() or (root.exists() and (not root.is_dir() or any(root.iterdir()))):
        raise NotAllowed(f"{root} is there already and is not ours.", hint=ANOTHER_NAME)
    return root


IDENTITY = (
    "# This vault\nThe AI employee knows this vault by the id above; its journal, keys and history lie outside the "
    "vault, in the state folder. Leave this note where it is.\n"
)


def _lay(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    if not path.exists():
        write_new(path, content)


def _template(*, with_settings: bool) -> Iterator[tuple[str, bytes]]:
    base = TEMPLATE / "vault"
    for path in sorted(base.rglob("*")):
        relative = path.relative_to(base).as_posix()
        if path.is_file() and (with_settings or not relative.startswith(".obsidian")):
            yield relative, path.read_bytes()


def add_samples(root: Path) -> int:
    """Put the sample inbox into a vault; how many files and lines."""
    base, number = TEMPLATE / "sample_inbox", 0
    for path in sorted(base.iterdir()):
        if path.name == "ask.txt":
            ask = root / "Ask.md"
            text = append_line(ask.read_text(encoding="utf-8"), "Ask", path.read_text(encoding="utf-8").strip())
            write_over(ask, text.encode())
        else:
            _lay(root / INBOX / path.name, path.read_bytes())
        number += 1
    return number


def find_root(place: Path) -> Path | None:
    """Our folder at `place` or one level below it, or None."""
    if not place.is_dir():
        return None
    return next((each for each in (place, *sorted(place.iterdir())) if _is_ours(each)), None)


def _is_ours(folder: Path) -> bool:
    """Whether we live here; the owner may have a note of that name too. A damaged one is known by our folders."""
    if not (folder / VAULT_NOTE).is_file():
        return False
    return _identity(folder) is not None or all((folder / name).is_dir() for name in FOLDERS)


def _identity(folder: Path) -> Note | None:
    """The note that says which vault this is, or None when it does not."""
    content = read_regular(folder / VAULT_NOTE, MAX_TEMPLATE_BYTES)
    note = read_note(content.decode(errors="replace")) if isinstance(content, bytes) else content
    vault_id = note.properties.get("vault_id") if isinstance(note, Note) else None
    return note if isinstance(note, Note) and isinstance(vault_id, str) and vault_id.isalnum() else None


def identity_of(folder: Path) -> str:
    """The id of the vault that lies in this folder; empty when none does."""
    note = _identity(folder)
    return str(note.properties["vault_id"]) if note else ""


def locate(vault: Path | None, here: Path) -> Place:
    """The vault meant: the one given, that of the current folder, else `./MyVault`.

    Raises:
        NeedsOwner: there is none.
    """
    if vault is not None:
        found = find_root(vault.expanduser().resolve())
    else:
        around = [here, *here.parents]
        found = next((each for each in around if _is_ours(each)), None)
        found = found or find_root(here / "MyVault") or find_root(here)
    if found is None:
        raise NeedsOwner(
            f"There is no vault at {vault or here / 'MyVault'}.", hint="Make one: `python orchestrator.py init PATH`."
        )
    return open_place(found)


def open_place(root: Path) -> Place:
    """The vault whose folder is `root`.

    Raises:
        NeedsOwner: its identity note cannot be read.
    """
    note = _identity(root)
    if note is None:
        raise NeedsOwner(f"{VAULT_NOTE} cannot be read.", hint="Restore it from the history or a backup.")
    whole = note.properties.get("whole_folder") == "true"
    foreign_git = (root / ".git").is_dir()
    return Place(
        root,
        str(note.properties["vault_id"]),
        pointer=whole and not foreign_git and synced_folder(root) is None,
        fresh=False,
    )
