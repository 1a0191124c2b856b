"""What goes over the wire: JSON-RPC, JSON-2 and XML-RPC answers, pages, and a PDF."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from tests.standins.odoo.errors import OdooError
    from tests.standins.odoo.fields import Row, Value

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
TRACE_LINES = 40
STATUS_NAMES = {
    400: "Bad Request",
    404: "Not Found",
    429: "Too Many Requests",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the web server."""

    body: bytes
    status: int = 200
    media_type: str = JSON
    file_name: str = ""


def page(status: int, text: str = "") -> Answer:
    """A page for people."""
    name = STATUS_NAMES.get(status, "Odoo")
    title = f"{status} {name}" if status in STATUS_NAMES else name
    body = f"<!doctype html>\n<html lang=en>\n<title>{title}</title>\n<h1>{name}</h1>\n<p>{text or name}</p>\n"
    return Answer(body.encode(), status, HTML)


def told(err: OdooError) -> Row:
    """An error as both JSON services carry it, with its long traceback."""
    kind = err.name.removeprefix("builtins.")
    trace = "\n".join(
        f'  File "/opt/odoo/odoo/part_{at:02}.py", line {at * 7 + 3}, in step_{at:02}\n'
        f"    result = step_{at + 1:02}(*args, **kwargs)"
        for at in range(TRACE_LINES)
    )
    debug = f"Traceback (most recent call last):\n{trace}\n{kind}: {err.message}"
    return {
        "name": err.name,
        "debug": debug,
        "message": err.message,
        "arguments": err.arguments,
        "context": {},
    }


def rpc_answer(number: Value, value: Value) -> Answer:
    """With no `result` at all when the method returned nothing."""
    body: Row = {"jsonrpc": "2.0", "id": number}
    if value is not None:
        body["result"] = value
    return Answer(json.dumps(body).encode())


def rpc_error(number: Value, err: OdooError) -> Answer:
    error = {"code": 200, "message": "Odoo Server Error", "data": told(err)}
    return Answer(json.dumps({"jsonrpc": "2.0", "id": number, "error": error}).encode())


def plain_error(err: OdooError) -> Answer:
    """Over JSON-2 the status says so too."""
    return Answer(json.dumps(told(err)).encode(), err.status)


def fault(code: int, text: str) -> Answer:
    """An XML-RPC fault."""
    members = (("faultCode", f"<int>{code}</int>"), ("faultString", f"<string>{escape(text)}</string>"))
    inner = "".join(f"<member><name>{name}</name><value>{value}</value></member>" for name, value in members)
    body = f"<methodResponse><fault><value><struct>{inner}</struct></value></fault></methodResponse>"
    return Answer(f"<?xml version='1.0'?>\n{body}".encode(), 200, "text/xml")


def pdf(title: str, lines: list[str]) -> bytes:
    """A small PDF of one page that a reader can take the words out of."""
    shown = [title, *lines]
    text = "BT /F1 12 Tf 50 780 Td 16 TL " + " ".join(f"({_quoted(each)}) Tj T*" for each in shown) + " ET"
    stream = text.encode("latin-1", "replace")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for at, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (at, part)
    table = b"".join(b"%010d 00000 n \n" % each for each in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(parts) + 1, table, len(parts) + 1, len(out))
    )


def _quoted(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def token(of: str) -> str:
    """The bearer secret of a portal page."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, of))
