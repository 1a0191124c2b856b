"""Looking things up in a tree whose tags have no namespace. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def first(element: Element, *names: str) -> Element | None:
    """The first element at the end of a way of tags."""
    found: Element | None = element
    for name in names:
        found = found.find(name) if found is not None else None
    return found


def text_at(element: Element, *names: str) -> str:
    """The text at the end of a way of tags, blanks around it taken off; empty when there is none."""
    found = first(element, *names)
    return (found.text or "").strip() if found is not None else ""


def texts(element: Element, *names: str) -> list[str]:
    """The texts at the end of a way of tags, empty ones left out."""
    found = element.findall(names[0])
    for name in names[1:]:
        found = [inner for each in found for inner in each.findall(name)]
    return [text for each in found if (text := (each.text or "").strip())]
