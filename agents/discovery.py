"""Rooms are found by convention: a folder with the right file in it is a member, no list names it."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


def modules(package: ModuleType, suffix: str) -> Iterator[ModuleType]:
    """The modules of a package whose names end so, by name."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        if not found.ispkg and found.name.endswith(suffix):
            yield importlib.import_module(f"{package.__name__}.{found.name}")


def members(package: ModuleType, module: str) -> Iterator[ModuleType]:
    """The modules `<package>.<member>.<module>` of every member folder that has one, by name."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        if not found.ispkg:
            continue
        member = importlib.import_module(f"{package.__name__}.{found.name}")
        if any(inner.name == module for inner in pkgutil.iter_modules(member.__path__)):
            yield importlib.import_module(f"{member.__name__}.{module}")
