"""No module but the one door opens lines to the network: by what is imported, and by what is called."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
HOUSE = [ROOT / "orchestrator.py", *(path for top in ("agents", "watchers") for path in (ROOT / top).rglob("*.py"))]
SCRIPTS = list(ROOT.glob("skills/*/scripts/*.py"))
DOORS = {"agents/security/egress.py", "agents/security/web_egress.py"}
# what opens sockets, or makes clients that do; also those of libraries we do not have yet
NETWORK = {
    *("socket", "socketserver", "ssl", "smtplib", "imaplib", "poplib", "ftplib", "nntplib", "telnetlib", "asyncio"),
    *("http", "urllib.request", "xmlrpc", "webbrowser", "wsgiref", "httpx", "httpx2", "httpcore", "httpcore2"),
    *("requests", "urllib3", "aiohttp", "websockets", "websocket", "anyio", "trio", "paramiko", "grpc", "aiosmtplib"),
}
# who may import them without opening anything, and the names that may be used: errors, types, the machine's own name
LOOKERS_ON = {
    "agents/settings.py": {"socket.gethostname"},
    "agents/connectors/email/smtp_session.py": {
        *("smtplib.SMTP", "smtplib.SMTPDataError", "smtplib.SMTPNotSupportedError", "smtplib.SMTPResponseException"),
        *("ssl.SSLCertVerificationError", "ssl.SSLEOFError", "ssl.SSLZeroReturnError", "ssl.SSLError"),
    },
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
    assert strays == {*DOORS, *LOOKERS_ON}


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
