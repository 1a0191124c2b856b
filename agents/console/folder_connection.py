"""`connect folder PATH`: from where files are taken in, what becomes of them there, and their row of `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.connectors.contract import Capability, State
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from agents.console.wiring import House
    from agents.durability.drop_folder_rows import DropFolder

FOLDER = "folder"
NEXT_STEP = "python orchestrator.py connect folder PATH"
WORDS = {
    "move": "once it is filed, a file is moved into the folder Filed in it",
    "remove": "once it is filed, a file is removed from it",
    "keep": "files stay in it, and are not filed twice",
}
_ANOTHER = "Name a folder of its own for what you drop, such as one for scans."


def connect_folder(house: House, given: str) -> str:
    """Take files from a folder from now on; what that means, in words.

    Raises:
        NeedsOwner: it is no folder, or one from which nothing should be taken.
    """
    from agents.durability import drop_folder_rows as rows
    from agents.durability.bell import ring
    from agents.vault.mounts import mount_of

    path = _checked(house, given or str(click.prompt("Folder from which files are taken in")))
    after = rows.After(
        click.prompt(
            "What becomes of a file once it is filed: move (into the folder Filed in it), remove, or keep",
            type=click.Choice([each.value for each in rows.After]),
            default=rows.After.MOVE.value,
            show_choices=False,
        )
    )
    mount = mount_of(path)
    with house.journal.begin() as sql:
        known = rows.drop_folders(sql)
        if other := next((each for each in known if _nested(path, Path(each.path))), None):
            raise NeedsOwner(f"{path} and your drop folder {other.path} lie in one another.", hint=_ANOTHER)
        name = _free_name(path, [each for each in known if each.path != str(path)])
        rows.connect_folder(sql, rows.DropFolder(str(path), name, after, mount.point if mount else ""))
    ring(house.state)
    return f"Files are taken in from {path}; {WORDS[after]}.\nLinks, hidden and unfinished files stay there."


def disconnect_folder(house: House, given: str) -> str:
    """Take nothing more from a folder, named by its path or its name.

    Raises:
        NeedsOwner: it is none of the drop folders.
    """
    from agents.durability.drop_folder_rows import drop_folders, forget_folder

    wanted = given or str(click.prompt("Folder, by its path or name"))
    with house.journal.begin() as sql:
        known = drop_folders(sql)
        place = str(Path(wanted).expanduser().resolve())
        found = next((each for each in known if each.path == place or each.name == wanted), None)
        if found is None:
            names = ", ".join(each.path for each in known) or "none"
            raise NeedsOwner(f"{wanted} is no drop folder.", hint=f"Drop folders: {names}.")
        forget_folder(sql, found.path)
    return f"Nothing more is taken from {found.path}. What was filed stays in the vault."


def folders_capability(house: House) -> Capability:
    """From where files are taken in, and what is not there."""
    from agents.durability.drop_folder_rows import drop_folders
    from watchers.drop_clearing import is_there

    with house.journal.begin() as sql:
        known = drop_folders(sql)
    if not known:
        return Capability("folders", State.OFF, "files are taken in from Inbox/ alone", NEXT_STEP)
    gone = [each.path for each in known if not is_there(each)]
    says = "; ".join(map(_shown, known))
    if gone:
        return Capability("folders", State.OFF, f"not there now: {', '.join(gone)}", "connect the drive, or disconnect")
    return Capability("folders", State.REAL, says, "")


def _shown(folder: DropFolder) -> str:
    return f"{folder.path} ({folder.after})"


def _checked(house: House, given: str) -> Path:
    """The folder, absolute and resolved.

    Raises:
        NeedsOwner: nothing should be taken from it.
    """
    path = Path(given).expanduser().resolve()
    ours, state = house.place.root.resolve(), house.state.resolve()
    if not path.is_dir():
        raise NeedsOwner(f"{path} is no folder.", hint="Make it first, or connect its drive.")
    try:
        str(path).encode()
    except UnicodeEncodeError as err:
        raise NeedsOwner(f"The name of {given!r} is no UTF-8.", hint="Rename it.") from err
    if path in {Path(path.anchor), Path.home().resolve()}:
        raise NeedsOwner(f"Everything of yours lies in {path}; it is no drop folder.", hint=_ANOTHER)
    if any(_nested(path, each) or path == each for each in (ours, state)):
        raise NeedsOwner(f"{path} belongs to the vault or its state folder.", hint=_ANOTHER)
    return path


def _nested(one: Path, other: Path) -> bool:
    return one != other and (one.is_relative_to(other) or other.is_relative_to(one))


def _free_name(path: Path, others: list[DropFolder]) -> str:
    taken = {each.name for each in others}
    names = (path.name, *(f"{path.name} ({number})" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)
