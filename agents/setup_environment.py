"""Makes the environment: `.venv` beside `orchestrator.py` with the pinned packages. Standard library only.

It runs before anything is installed, possibly on a Python that is too old, so it imports nothing of ours but the
errors. `orchestrator.py` calls `enter`; the Makefile runs `python3 -m agents.setup_environment [--tests]`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST_PYTHON = (3, 11)
FOLDER = ".venv"
RUNTIME = "requirements.txt"
TESTS = "requirements-dev.txt"
OUTPUT_LINES = 6  # of pip's or venv's last words, shown with an error

NO_NETWORK = (
    "NewConnectionError",
    "Failed to establish a new connection",
    "name resolution",
    "Network is unreachable",
    "ConnectTimeout",
    "ReadTimeout",
    "Connection refused",
)


def ensure(root: Path, *, tests: bool = False) -> Path:
    """Make or update the environment of the project at `root`; returns its Python.

    Costs about a millisecond when nothing changed. `tests` adds what tests and gates need.

    Raises:
        NeedsOwner: this machine lacks something; the hint says what to do.
    """
    folder = root / FOLDER
    python = folder / "bin" / "python"
    wanted = (RUNTIME, TESTS) if tests else (RUNTIME,)
    if all(_is_installed(root, name) for name in wanted):
        return python
    check_machine(sys.version_info[:2], os.name)
    with _Lock(root / RUNTIME):
        if not _works(folder, python):
            _make(folder)
        for name in wanted:
            if not _is_installed(root, name):
                _install(root, python, name)
                _stamp(root, name).write_text(_fingerprint(root, name), encoding="ascii")
    return python


def enter(root: Path) -> None:
    """Return inside the environment: at once when this process runs in it, else the process starts again there."""
    try:
        python = ensure(root)
    except NeedsOwner as problem:
        _give_up(problem)
    if Path(sys.prefix).resolve() != (root / FOLDER).resolve():
        os.execv(python, [str(python), *sys.argv])  # noqa: S606 - no shell is wanted


def check_machine(version: tuple[int, int], system: str) -> None:
    """Refuse a machine on which the set-up cannot work. `system` is `os.name`.

    Raises:
        NeedsOwner: with the next step as hint.
    """
    if system != "posix":
        raise NeedsOwner(
            "The employee runs on Linux and macOS.",
            hint="On Windows, start it inside WSL (https://learn.microsoft.com/windows/wsl/install).",
        )
    if version < OLDEST_PYTHON:
        found, oldest = (".".join(map(str, each)) for each in (version, OLDEST_PYTHON))
        raise NeedsOwner(
            f"Python {oldest} or newer is needed; this is Python {found}.",
            hint=f"Install a newer Python, then name it: `make run PYTHON=python{oldest}`"
            f" or `python{oldest} orchestrator.py`.",
        )
    check_modules(("venv", "ensurepip"))


def check_modules(names: Sequence[str]) -> None:
    """Refuse a Python that came without these modules (Debian and Ubuntu split venv and pip off).

    Raises:
        NeedsOwner: with the package to install as hint.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise NeedsOwner(
            f"This Python came without {' and '.join(missing)}.",
            hint="Install the missing part (Debian and Ubuntu: `sudo apt install python3-venv`), then start again.",
        )


class _Lock:
    """Held on a file while `.venv` is made: a second start waits instead of building into the same folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        import fcntl  # noqa: PLC0415 - absent on Windows, which check_machine has refused by now

        self._file = self._path.open()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _fingerprint(root: Path, name: str) -> str:
    """Over the file and those it includes, so that a new pin in any of them is installed."""
    text = (root / name).read_text(encoding="utf-8")
    included = [line.removeprefix("-r ").strip() for line in text.splitlines() if line.startswith("-r ")]
    whole = text + "".join((root / each).read_text(encoding="utf-8") for each in included)
    return hashlib.sha256(whole.encode()).hexdigest()


def _stamp(root: Path, name: str) -> Path:
    return root / FOLDER / f"{name}.sha256"


def _is_installed(root: Path, name: str) -> bool:
    stamp = _stamp(root, name)
    return (
        (root / FOLDER / "pyvenv.cfg").is_file()
        and (root / FOLDER / "bin" / "python").exists()  # False when the Python it was made from is gone
        and stamp.is_file()
        and stamp.read_text(encoding="ascii") == _fingerprint(root, name)
    )


def _works(folder: Path, python: Path) -> bool:
    """Whether the environment was made to its end."""
    whole = (folder / "pyvenv.cfg").is_file() and python.exists()
    return whole and _call([python, "-I", "-c", "import pip"]).returncode == 0


def _make(folder: Path) -> None:
    _tell(f"Making the environment in {folder} ...")
    # what is there is half made, or its Python is gone
    made = _call([sys.executable, "-I", "-m", "venv", "--clear", folder])
    if made.returncode:
        raise NeedsOwner(
            f"The environment could not be made in {folder}:\n{_last_words(made)}",
            hint=f"Remove {folder} and start again.",
        )


def _install(root: Path, python: Path, name: str) -> None:
    _tell(f"Installing the packages of {name} (once; a minute or two) ...")
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        root / name,
    ]
    done = _call(pip)
    if done.returncode:
        raise NeedsOwner(
            f"The packages of {name} could not be installed:\n{_last_words(done)}", hint=_hint_for(done.stdout)
        )
    _tell("The environment is ready.")


def _hint_for(output: str) -> str:
    if any(sign in output for sign in NO_NETWORK):
        return "Connect this machine to the internet and start again; it goes on where it stopped."
    return "Read pip's message above; when it makes no sense, remove the folder .venv and start again."


def _call(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    return "\n".join(f"  {line}" for line in done.stdout.strip().splitlines()[-OUTPUT_LINES:])


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _give_up(problem: NeedsOwner) -> NoReturn:
    _tell(f"{problem}\n-> {problem.hint}")
    raise SystemExit(1)


def main(arguments: Sequence[str]) -> int:
    """The Makefile's way in: make the environment of the current folder, with `--tests` also what tests need."""
    try:
        ensure(Path.cwd(), tests="--tests" in arguments)
    except NeedsOwner as problem:
        _give_up(problem)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
