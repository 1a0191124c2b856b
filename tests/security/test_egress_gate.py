"""No module but the one door opens lines to the network: by what is imported, and by what is called."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from agents.connectors.webhook.reader import WebhookSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
HOUSE = [ROOT / "orchestrator.py", *(path for top in ("agents", "watchers") for path in (ROOT / top).rglob("*.py"))]
SCRIPTS = list(ROOT.glob("skills/*/scripts/*.py"))
DOORS = {"agents/security/egress.py", "agents/security/library_egress.py", "agents/security/web_egress.py"}
# what opens sockets, or makes clients that do; also those of libraries we do not have yet
NETWORK = {
    *("socket", "socketserver", "ssl", "smtplib", "imaplib", "poplib", "ftplib", "nntplib", "telnetlib", "asyncio"),
    *("http", "urllib.request", "xmlrpc", "webbrowser", "wsgiref", "httpx", "httpx2", "httpcore", "httpcore2"),
    *("uvicorn", "hypercorn", "starlette", "mcp.client"),
    *("requests", "urllib3", "aiohttp", "websockets", "websocket", "anyio", "trio", "paramiko", "grpc", "aiosmtplib"),
    *("imap_tools", "imapclient", "aioimaplib"),
}
# who may import them without opening anything, and the names that may be used: errors, types, the machine's own name
LOOKERS_ON = {
    "agents/settings.py": {"socket.gethostname"},
    "agents/connectors/email/smtp_session.py": {
        *("smtplib.SMTP", "smtplib.SMTPDataError", "smtplib.SMTPNotSupportedError", "smtplib.SMTPResponseException"),
        *("ssl.SSLCertVerificationError", "ssl.SSLEOFError", "ssl.SSLZeroReturnError", "ssl.SSLError"),
    },
    "agents/connectors/email/imap_session.py": {
        *("imaplib.IMAP4", "imaplib.IMAP4.abort", "imaplib.IMAP4.error"),
        *("imap_tools.BaseMailBox", "imap_tools.ImapToolsError", "imap_tools.errors"),
        *("imap_tools.errors.MailboxFolderSelectError", "imap_tools.errors.UnexpectedCommandStatusError"),
        *("ssl.SSLCertVerificationError", "ssl.SSLEOFError", "ssl.SSLZeroReturnError", "ssl.SSLError"),
    },
}
# who listens or hands something over to what listens, and does not reach out: all it uses of such libraries
LISTENERS = {
    "agents/servers/http_serving.py": {"uvicorn.Config", "uvicorn.Server"},
    "agents/servers/progress.py": {"from_thread.run"},
    "watchers/webhook_listener.py": set(),
}
SERVES_DATABASES = {"agents/durability/journal.py", "agents/durability/engine_sqlite.py"}  # files, no network


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """The dotted names a module imports, anywhere, and at run time or not."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reaches_out(name: str) -> bool:
    parts = name.split(".")
    return parts[0] in NETWORK or ".".join(parts[:2]) in NETWORK


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nobody_else_imports_what_opens_lines() -> None:
    strays = {place(path) for path in [*HOUSE, *SCRIPTS] if any(map(reaches_out, imported(path)))}
    assert strays == {*DOORS, *LOOKERS_ON, *LISTENERS}


def bound(tree: ast.Module) -> set[str]:
    """The names under which a module has what can reach out."""
    found = [
        (f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name, alias)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    return {(alias.asname or alias.name).split(".")[0] for name, alias in found if reaches_out(name)}


def test_who_listens_uses_that_alone() -> None:
    for name, allowed in LISTENERS.items():
        tree = parsed(ROOT / name)
        used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert {each for each in used if each.split(".")[0] in bound(tree)} == allowed


def test_one_module_listens_and_on_this_computer_alone() -> None:
    opening = (".bind_socket", ".bind", ".listen", ".create_server", ".streamable_http_app", ".sse_app")
    said = ((place(path), called) for path in HOUSE for called, _ in calls(parsed(path)))
    # SQLAlchemy's `event.listen` hears of statements, not of the network
    listening = {where for where, called in said if called.endswith(opening) and called != "event.listen"}
    assert listening == {"agents/servers/http_serving.py"}
    tree = parsed(ROOT / "agents/servers/http_serving.py")
    (made,) = [call for called, call in calls(tree) if called == "uvicorn.Config"]
    assert {each.arg: ast.unparse(each.value) for each in made.keywords}["host"] == "LOOPBACK"
    given = [ast.unparse(node.value) for node in tree.body if ast.unparse(node).startswith("LOOPBACK =")]  # type: ignore[attr-defined]
    assert given == ["'127.0.0.1'"]


def test_who_looks_on_uses_errors_and_types_and_opens_nothing() -> None:
    for name, allowed in LOOKERS_ON.items():
        tree = parsed(ROOT / name)
        used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert {each for each in used if reaches_out(each)} == allowed
        assert [called for called, _ in calls(tree) if reaches_out(called)] == []


def test_every_connection_to_a_database_server_is_made_with_the_rules_for_tls() -> None:
    made = [
        (place(path), {each.arg: ast.unparse(each.value) for each in call.keywords})
        for path in HOUSE
        for called, call in calls(parsed(path))
        if called.split(".")[-1] == "create_engine" and place(path) not in SERVES_DATABASES
    ]
    assert len(made) == 3
    assert [where for where, given in made if not given.get("connect_args", "").startswith("connecting(")] == []


def test_certificates_are_checked_in_one_place_and_nothing_switches_that_off() -> None:
    words = ("CERT_NONE", "_create_unverified_context", "check_hostname = False", "verify=False", "SSLContext(")
    texts = {place(path): path.read_text(encoding="utf-8") for path in [*HOUSE, *SCRIPTS]}
    off = [name for name, text in texts.items() if any(each in text for each in words)]
    contexts = [name for name, text in texts.items() if "create_default_context(" in text]
    assert (off, contexts) == ([], ["agents/security/egress.py"])


def test_the_webhook_listens_where_the_owner_said_and_by_default_on_this_computer_alone() -> None:
    opened = [
        (place(path), [ast.unparse(each) for each in call.args])
        for path in HOUSE
        for called, call in calls(parsed(path))
        if called in {"_HookServer", "HTTPServer", "ThreadingHTTPServer", "TCPServer", "socketserver.TCPServer"}
    ]
    assert opened == [("watchers/webhook_listener.py", ["(settings.address, settings.port)", "_Handler"])]
    assert WebhookSettings(names=("orders",)).address == "127.0.0.1"
