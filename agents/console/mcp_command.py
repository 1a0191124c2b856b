"""`mcp`: the doors for other assistants, each a server found by its place, and the token for those over HTTP."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from agents.console.entering import opened, told_plainly, vault_option

if TYPE_CHECKING:
    from pathlib import Path

    from agents.servers.door import Door

http_option = click.option(
    "--http",
    "address",
    metavar="PORT",
    default="",
    help="Serve over HTTP on this computer, with the token of `mcp token`; default: over standard input and output.",
)


class Servers(click.Group):
    """A command for each server there is, beside those that are written down."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every server and every other command, by name."""
        from agents.servers.finding import server_names

        return sorted({*super().list_commands(ctx), *server_names()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        from agents.servers.finding import server_names

        known = super().get_command(ctx, cmd_name)
        return _serving(cmd_name) if known is None and cmd_name in server_names() else known


@click.group(cls=Servers)
def mcp() -> None:
    """Let other assistants read and propose, over MCP. Nothing they ask for happens without your yes."""


def _serving(name: str) -> click.Command:
    @click.command(name, help=f"Serve `{name}` to one assistant, until it hangs up.")
    @http_option
    @vault_option
    def command(address: str, vault: Path | None) -> None:
        with told_plainly():
            _serve_http(name, address, vault) if address else _serve(name, vault)

    return command


def _serve(name: str, vault: Path | None) -> None:
    from agents.servers.finding import door_of
    from agents.servers.serving import serve

    serve(_with_runner(door_of(name).open(vault)))


def _serve_http(name: str, address: str, vault: Path | None) -> None:
    from agents.console.mcp_token import TokenCheck
    from agents.servers.finding import door_of
    from agents.servers.http_serving import port_of, serve_http

    port = port_of(address)
    door = _with_runner(door_of(name).open(vault))
    with opened(vault) as house:
        check = TokenCheck(house.passwords, house.state)
        check.insist()
        with suppress(KeyboardInterrupt):
            serve_http(door, port, check.is_token, lambda url: click.echo(_served_at(name, url), err=True))


def _with_runner(door: Door) -> Door:
    from dataclasses import replace

    from agents.console.holder import holder_of

    return replace(door, runs_now=lambda: holder_of(door.state) is not None)


def _served_at(name: str, url: str) -> str:
    return (
        f"`{name}` is served at {url} to programs on this computer that send the token of `mcp token` in the header "
        "`Authorization: Bearer TOKEN`. Ctrl-C ends it."
    )


@mcp.command()
@click.option("--rotate", is_flag=True, help="Put a new one in its place; the old one ends at once.")
@vault_option
def token(*, rotate: bool, vault: Path | None) -> None:
    """Show the token for servers over HTTP; the first time it is made."""
    from agents.console.mcp_token import new_token, shown_token

    with opened(vault) as house:
        kept = None if rotate else shown_token(house.passwords)
        where = "" if kept else new_token(house.passwords)
        click.echo(kept or shown_token(house.passwords))
    if where:
        click.echo(f"A new token is kept {where}; no earlier one counts any more.", err=True)
    if sys.stdout.isatty():
        click.echo("Whoever has it can read your tasks: put it into the assistant's settings only.", err=True)
