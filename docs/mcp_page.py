"""The page about the doors for other assistants, written from the servers themselves: what a client is told of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from agents.autonomy.founding import Place
from agents.servers.finding import door_of, server_names
from agents.servers.serving import build_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from mcp.server import MCPServer
    from mcp_types import Prompt, ResourceTemplate, Tool

NOWHERE = Place(Path("/nonexistent"), "0" * 16, pointer=False, fresh=False)


def page() -> str:
    """Every server with its tools, prompts and notes."""
    return "\n".join(line for name in server_names() for line in _server(name)) + "\n"


def _server(name: str) -> Iterator[str]:
    server = build_server(door_of(name)(NOWHERE, NOWHERE.root))
    tools, prompts, templates = anyio.run(_told_of, server)
    yield f"## {name}\n\n`python orchestrator.py mcp {name}`\n\n{server.instructions}\n"
    yield "| tool | what it does | it takes | it answers with |\n| --- | --- | --- | --- |"
    yield from map(_tool, tools)
    yield "\n| prompt | what it is for | it takes |\n| --- | --- | --- |"
    for prompt in prompts:
        takes = ", ".join(f"`{each.name}`" for each in prompt.arguments or ())
        yield f"| `{prompt.name}` | {_line(prompt.description)} | {takes} |"
    yield ""
    for each in templates:
        yield f"`{each.uri_template}`: {_line(each.description)}\n"


async def _told_of(server: MCPServer) -> tuple[list[Tool], list[Prompt], list[ResourceTemplate]]:
    return await server.list_tools(), await server.list_prompts(), await server.list_resource_templates()


def _tool(tool: Tool) -> str:
    reads = tool.annotations is None or tool.annotations.read_only_hint
    does = _line(tool.description) if reads else f"**Proposes.** {_line(tool.description)}"
    takes = ", ".join(_argument(tool.input_schema, name) for name in tool.input_schema["properties"])
    answers = ", ".join(f"`{name}`" for name in (tool.output_schema or {})["properties"] if name != "notice")
    return f"| `{tool.name}` | {does} | {takes} | {answers} |"


def _argument(schema: Mapping[str, Any], name: str) -> str:
    """What may be left out stands in brackets."""
    return f"`{name}`" if name in schema.get("required", ()) else f"[`{name}`]"


def _line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
