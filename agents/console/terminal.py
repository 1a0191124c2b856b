"""How the command line speaks: lines to the terminal, in colour where a person looks and wants it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from agents.settings import wants_colour

if TYPE_CHECKING:
    from collections.abc import Iterator

bold = partial(click.style, bold=True)
cyan = partial(click.style, fg="cyan")
dim = partial(click.style, dim=True)
green = partial(click.style, fg="green")
red = partial(click.style, fg="red", bold=True)
yellow = partial(click.style, fg="yellow")

WIPED = "\r\x1b[2K"


def say(line: str) -> None:
    """Print a line; without colours into a file, or where `NO_COLOR` is set."""
    click.echo(line, color=None if wants_colour() else False)


@contextmanager
def working(words: str) -> Iterator[None]:
    """While this lasts a person at a terminal sees that something is done."""
    if not sys.stdout.isatty():
        yield
        return
    click.echo(dim(words), nl=False)
    try:
        yield
    finally:
        click.echo(WIPED, nl=False)
