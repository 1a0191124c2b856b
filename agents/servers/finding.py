"""Which servers there are: every module `<name>_mcp_server` of this room, its door under the name DOOR."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import agents.servers

if TYPE_CHECKING:
    from agents.servers.door import Door

SUFFIX = "_mcp_server"


def server_names() -> tuple[str, ...]:
    """The names of the servers, without importing one."""
    found = (each.name for each in pkgutil.iter_modules(agents.servers.__path__))
    return tuple(sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)))


def door_of(name: str) -> type[Door]:
    """The door of the server with this name."""
    kind: type[Door] = importlib.import_module(f"{agents.servers.__name__}.{name}{SUFFIX}").DOOR
    return kind
