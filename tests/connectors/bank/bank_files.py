"""Files of banks that the packages of other readers carry for their tests, as `make bank-files` brought them.

A file's name begins with its package's. Texts of files within programs of tests are files too, named by their line.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from agents.connectors.bank.mt940 import is_mt940
from agents.connectors.bank.ofx import is_ofx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[3]
HOME = ROOT / ".bank-files"
READERS = Path(__file__).with_name("other_readers.py")
PATIENCE_S = 120
_SUFFIXES = frozenset({"", ".sta", ".ofx", ".qfx", ".csv", ".xml", ".txt", ".acc", ".zip", ".extract"})
_PLACES = ("test", "sample", "fixture", "example")
_NO_FILES = ("egg-info", "dist-info", "requirements", "LICENSE", "README", "PKG-INFO")
_MARKS = ("<Ntry>", "<STMTTRN>", "\n:61:")


def bank_files() -> dict[str, bytes]:
    """Every file by its name; skipped where they are not, failing where they must be."""
    if not (HOME / "complete").is_file():
        words = "the files of banks are not here: `make bank-files`"
        (pytest.fail if os.environ.get("BANK_FILES_ARE_HERE") else pytest.skip)(words)
    found: dict[str, bytes] = {}
    for path in sorted((HOME / "packages").iterdir()):
        for name, content in _members(path):
            found |= dict(_files_in(PurePosixPath(name), content))
    return found


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a package; a name begins with the package's."""
    package = path.name.partition("-")[0]
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as packed:
            for each in packed.getmembers():
                content = packed.extractfile(each) if each.isfile() else None
                if content:
                    yield each.name, content.read()
    else:
        with zipfile.ZipFile(path) as packed_zip:
            yield from (
                (f"{package}/{each}", packed_zip.read(each)) for each in packed_zip.namelist() if each[-1] != "/"
            )


def _files_in(path: PurePosixPath, content: bytes) -> Iterator[tuple[str, bytes]]:
    name = str(path)
    if not any(each in name for each in _PLACES) or any(each in name for each in _NO_FILES):
        return
    if path.suffix == ".py":
        yield from _texts_in(name, content)
    elif path.suffix.lower() in _SUFFIXES:
        yield name, content


def _texts_in(name: str, program: bytes) -> Iterator[tuple[str, bytes]]:
    for each in ast.walk(ast.parse(program)):
        value = each.value if isinstance(each, ast.Constant) else None
        content = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b""
        if any(mark.encode() in content for mark in _MARKS):
            yield f"{name}:{getattr(each, 'lineno', 0)}", content


def form_of(content: bytes) -> str:
    """Which of the other readers may read it; empty when none."""
    text = content.decode("cp1252", "replace").replace("\r\n", "\n")
    if is_ofx(text):
        return "ofx"
    if "<BkToCstmr" in text:
        return "camt"
    return "mt940" if is_mt940(text) or "\n:61:" in text else ""


def others_say(files: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, Any]]:
    """What another reader says of each file that there is one for."""
    said: dict[str, dict[str, Any]] = {}
    by_form: dict[str, dict[str, str]] = {}
    for at, (name, content) in enumerate(files.items()):
        if form := form_of(content):
            (folder / f"{at}").write_bytes(content)
            by_form.setdefault(form, {})[str(folder / f"{at}")] = name
    for form, names in by_form.items():
        said |= {names[path]: told for path, told in _asked(form, names).items()}
    return said


def _asked(form: str, paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    made = subprocess.run(
        [sys.executable, "-W", "ignore", str(READERS), form, *paths],
        env={"PYTHONPATH": str(HOME / "readers"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    return dict(json.loads(made.stdout))
