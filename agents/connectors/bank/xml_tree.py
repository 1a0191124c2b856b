"""XML from outside as a tree whose tags have no namespace. Pure.

No document type, so no entities of its own; the number of elements has a cap. defusedxml does the same three times as
slowly, since it builds trees without the C part of the standard library (ADR 0057).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError, fromstring
from xml.parsers.expat import ExpatError, ParserCreate

from agents.connectors.bank.refusal import RefusedError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_TAGS = 3_000_000  # opening and closing ones


def read_tree(content: bytes) -> Element:
    """The root of a document.

    Raises:
        RefusedError: it is no whole XML document, has a document type, or is too large.
    """
    if content.count(b"<") > MAX_TAGS:
        raise RefusedError("The file is too large to be read at once.", "Export a shorter time from the bank.")
    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(content, True)  # noqa: FBT003 (this is the last piece)
        root = fromstring(content)  # noqa: S314 (without a document type, as was just seen)
    except (ExpatError, ParseError, ValueError, LookupError) as err:
        raise RefusedError("The file is no whole XML document; its end may be missing.") from err
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _refuse_document_type(*_: object) -> None:
    raise RefusedError("The file declares a document type of its own, which no bank statement does.")
