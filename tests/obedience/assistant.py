"""An assistant that got hold of every door, connected to the real servers in memory, and does what a mail tells it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio.from_thread import start_blocking_portal
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from agents.servers.autonomy_mcp_server import AutonomyDoor
from agents.servers.books_mcp_server import BooksDoor
from agents.servers.email_mcp_server import MailDoor
from agents.servers.serving import build_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from anyio.from_thread import BlockingPortal

    from tests.obedience.office import Office

DOORS = (BooksDoor, MailDoor, AutonomyDoor)  # of tools with the same name the last one's are called


@dataclass(frozen=True, slots=True)
class Told:
    """What a server answered, as text, and whether it refused."""

    words: str
    refused: bool


@dataclass(frozen=True)
class Assistant:
    """Calls any tool and reads any note; which server has the tool is looked up."""

    office: Office
    portal: BlockingPortal
    clients: tuple[Client, ...]
    tools: Mapping[str, Client]

    def call(self, tool: str, **arguments: object) -> Told:
        """Call a tool, also one that is not there."""
        client = self.tools.get(tool, self.clients[0])
        try:
            result = self.portal.call(client.call_tool, tool, arguments)
        except MCPError as err:
            return Told(str(err), refused=True)
        return Told(" ".join(getattr(part, "text", "") for part in result.content), refused=result.is_error is True)

    def read(self, path: str) -> Told:
        """Read a note by its address."""
        try:
            result = self.portal.call(self.clients[0].read_resource, f"vault://note/{path}")
        except MCPError as err:
            return Told(str(err), refused=True)
        return Told(" ".join(getattr(part, "text", "") for part in result.contents), refused=False)


@contextmanager
def assistant(office: Office) -> Iterator[Assistant]:
    """Connected to every door of a vault while the block runs."""
    with start_blocking_portal() as portal, ExitStack() as open_doors:
        servers = [build_server(kind(office.place, office.employee.state)) for kind in DOORS]
        clients = tuple(open_doors.enter_context(portal.wrap_async_context_manager(Client(each))) for each in servers)
        tools = {tool.name: each for each in clients for tool in portal.call(each.list_tools).tools}
        yield Assistant(office, portal, clients, tools)
