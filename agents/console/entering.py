"""What every command begins and ends with: the vault's house, and our errors in words."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.errors import EmployeeError, refusals_told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from agents.console.wiring import House

vault_option = click.option(
    "--vault",
    type=click.Path(path_type=Path),
    default=None,
    help="The vault; default: the one of the current folder, else ./MyVault.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")


@contextmanager
def opened(vault: Path | None, *, moved: bool = False) -> Iterator[House]:
    """The house of a vault, closed at the end; our errors become words and an exit code."""
    from agents.console.wiring import open_house

    with told_plainly():
        house = open_house(vault, moved=moved)
        try:
            yield house
        finally:
            house.close()
            for words in house.noticed:
                click.echo(words, err=True)


def write_for_owner(path: Path, content: bytes) -> None:
    """Write a new file that the owner named, which nobody else can read.

    Raises:
        NotAllowed: something lies there already.
    """
    from agents.errors import NotAllowed
    from agents.vault.files import PRIVATE_MODE, write_new

    try:
        write_new(path.absolute(), content, mode=PRIVATE_MODE)
    except FileExistsError as err:
        raise NotAllowed(f"{path} is there already.", hint="Name another file, or move that one away.") from err


@contextmanager
def told_plainly() -> Iterator[None]:
    """One of our errors, or what the system refuses, is shown as a sentence and a hint, without a secret."""
    try:
        with refusals_told():
            yield
    except EmployeeError as err:
        from agents.security.secret_patterns import masked

        click.echo(masked(f"{err}\n{err.hint}"), err=True)
        sys.exit(1)


def crash_told(kind: type[BaseException], err: BaseException, trace: TracebackType | None) -> None:
    """What Python prints when an error is none of ours, without a secret: its words may quote anything."""
    from traceback import format_exception

    from agents.security.secret_patterns import masked

    sys.stderr.write(masked("".join(format_exception(kind, err, trace))))
