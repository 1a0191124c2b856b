"""A conversation with the real server process over standard input and output, as an assistant would have it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio.from_thread import start_blocking_portal
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anyio.from_thread import BlockingPortal
    from mcp_types import Tool

    from tests.flows.employee import Employee

ROOT = Path(__file__).parents[2]
MAIL, AUTONOMY, BOOKS, ODOO, BUSINESS = "email", "autonomy", "books", "odoo", "business"


@dataclass(frozen=True)
class Conversation:
    """A client that is connected, used from a test without a loop of its own."""

    portal: BlockingPortal
    client: Client

    def tools(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}

    def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """A call that must succeed; its structured answer."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert not result.is_error, result.content
        return dict(result.structured_content or {})

    def refused(self, tool: str, **arguments: object) -> str:
        """A call that must fail; what the assistant is told."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert result.is_error
        return " ".join(getattr(part, "text", "") for part in result.content)


def environment(employee: Employee) -> dict[str, str]:
    """What the server process is started with."""
    return {**os.environ, **{name: value for name, value in employee.settings.items() if value}}


def command(employee: Employee, server: str = MAIL) -> list[str]:
    """How an assistant starts a server of this vault."""
    return [sys.executable, str(ROOT / "orchestrator.py"), "mcp", server, "--vault", str(employee.vault)]


@contextmanager
def conversation(employee: Employee, server: str = MAIL) -> Iterator[Conversation]:
    """The server runs while the block does."""
    program, *arguments = command(employee, server)
    process = StdioServerParameters(command=program, args=arguments, env=environment(employee), cwd=ROOT)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(process)) as client:
        yield Conversation(portal, client)


def without_quotes(answer: object) -> object:
    """The answer without everything that is marked as quoted."""
    if isinstance(answer, dict):
        return {name: without_quotes(value) for name, value in answer.items() if name != "from_outside"}
    return [without_quotes(each) for each in answer] if isinstance(answer, list) else answer
