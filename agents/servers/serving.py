"""An MCP server whose tools, notes and prompts are a door's methods; over standard input and output, or in memory.

Standard output belongs to the protocol. Answers leave without secrets; of errors only ours reach the assistant.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pydantic import BaseModel

from agents.errors import EmployeeError, NeedsOwner
from agents.security.secret_patterns import masked
from agents.servers.note_text import NOTE_URI
from agents.servers.progress import listener_of, told_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server import MCPServer
    from mcp.server.mcpserver import Context

    from agents.servers.door import Door

P = ParamSpec("P")
R = TypeVar("R")


def build_server(door: Door) -> MCPServer:
    """The server of one door, described by the docstrings of its methods.

    Raises:
        NeedsOwner: the package `mcp` is not installed.
    """
    try:
        from mcp.server import MCPServer  # noqa: PLC0415 - heavy, and an extra that may be missing
        from mcp_types import ToolAnnotations  # noqa: PLC0415 - the same
    except ModuleNotFoundError as err:
        raise NeedsOwner(
            "The package for the Model Context Protocol is not installed.",
            hint="Install it: `.venv/bin/pip install -r requirements-mcp.txt`.",
        ) from err
    # a refusal is logged at INFO with its words, which may quote a mail
    server = MCPServer(f"ai-employee-{door.name}", instructions=door.instructions, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    proposes = ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    for tools, hints in ((door.reads(), reads), (door.proposes(), proposes)):
        for tool in tools:
            server.add_tool(_served(tool), title=_title(tool), annotations=hints)
    for prompt in door.prompts():
        server.prompt(title=_title(prompt))(_told_plainly(prompt))
    server.resource(NOTE_URI, title="A note of the vault", mime_type="text/markdown")(_readable(door.note))
    return server


def serve(door: Door) -> None:
    """Serve one vault over standard input and output until the assistant hangs up.

    Raises:
        NeedsOwner: the package `mcp` is not installed.
    """
    build_server(door).run()


def _title(work: Callable[..., object]) -> str:
    return work.__name__.replace("_", " ").capitalize()


def _served(work: Callable[P, R]) -> Callable[..., R]:
    """A tool: the method in a thread, with a way to say how far it is."""
    from mcp.server.mcpserver import Context  # noqa: PLC0415 - heavy

    plainly = _told_plainly(work)

    @wraps(work)
    def tool(*args: P.args, **kwargs: P.kwargs) -> R:
        context: Context = kwargs.pop("ctx")  # type: ignore[assignment] # our own parameter, added below
        with told_to(listener_of(context)):
            return plainly(*args, **kwargs)

    before = inspect.signature(work, eval_str=True)
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=Context)
    tool.__annotations__ = {**work.__annotations__, "ctx": Context}
    tool.__signature__ = before.replace(  # type: ignore[attr-defined] # what `inspect` looks for first
        parameters=[*before.parameters.values(), context]
    )
    return tool


def _told_plainly(work: Callable[P, R]) -> Callable[P, R]:
    """The same without secrets; one of our errors reaches the assistant as a sentence and a hint, others do not."""
    from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - heavy

    @wraps(work)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return without_secrets(work(*args, **kwargs))
        except EmployeeError as err:
            raise ToolError(masked(f"{err} {err.hint}")) from err

    return told


def _readable(note: Callable[[str], str]) -> Callable[[str], str]:
    from mcp.server.mcpserver.exceptions import ResourceError  # noqa: PLC0415 - heavy

    @wraps(note)
    def read(path: str) -> str:
        try:
            return masked(note(path))
        except EmployeeError as err:
            raise ResourceError(masked(f"{err} {err.hint}")) from err

    return read


def without_secrets(answer: R) -> R:
    """An answer with words in place of every secret in it."""
    if not isinstance(answer, BaseModel):
        return answer
    before = answer.model_dump(mode="json")
    shown = _masked(before)
    return answer if shown == before else type(answer).model_validate(shown)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value
