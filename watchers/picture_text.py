"""The text of pictures from outside, read by the program tesseract where it is installed.

It runs alone, without an environment, in a bounded time and memory, and where the kernel can (ADR 0049) it reads its
own files, writes nothing and reaches nobody: pictures are what libraries of images stumble over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from agents.security.confinement import LIBRARIES, OF_THE_SYSTEM, Reach, confined, kernel_here, loader_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "tesseract"
LANGUAGES = ("eng", "deu", "fra", "spa", "ita", "nld", "por")  # in this order; each makes it slower
MOST_LANGUAGES = 3
ORIENTATION = "osd"  # among the languages: knows which way up letters stand
MAX_PICTURE_BYTES = 15_000_000
MAX_PICTURE_CHARS = 50_000
TIMEOUT_S = 60.0  # wall time; of the processor it gets half of that
CPU_S = 30
MEMORY_BYTES = 1 << 30
NOT_INSTALLED = (
    "a picture: its text was not read, since the program tesseract is not installed"
    " (on Debian or Ubuntu: sudo apt install tesseract-ocr)"
)
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Reader:
    """The installed program, with the languages it shall read by and the folder of what it knows of them.

    `turns`: it can tell which way up a page lies, so a page on its side or its head is read too.
    """

    program: Path
    languages: tuple[str, ...]
    knowledge: Path
    turns: bool = False


@dataclass(frozen=True, slots=True)
class PictureText:
    """What could be read; `text` None = nothing. `flag` says what is missing, empty = nothing."""

    text: str | None
    flag: str = ""


def find_reader() -> Reader | None:
    """The program as it is installed now, or None. Asking it for its languages happens once."""
    found = shutil.which(PROGRAM)
    return _ask(found, Path(found).stat().st_mtime_ns) if found else None


def picture_text(pictures: Sequence[bytes]) -> PictureText:
    """The words in these pictures, one after the other; never raises for what is in them."""
    reader = find_reader()
    if reader is None:
        return PictureText(None, NOT_INSTALLED)
    texts, flags = [], []
    for picture in pictures:
        read = _read(reader, picture)
        texts += [read.text] if read.text else []
        flags += [read.flag] if read.flag else []
    text = "\n\n".join(texts)[:MAX_PICTURE_CHARS]
    if not text:
        return PictureText(None, flags[0] if flags else "a picture without words")
    return PictureText(text, "its text was read from a picture: look twice at names, amounts and numbers")


def _read(reader: Reader, picture: bytes) -> PictureText:
    if len(picture) > MAX_PICTURE_BYTES:
        return PictureText(None, f"a picture not read: larger than {MAX_PICTURE_BYTES // 1_000_000} MB")
    words = ["stdin", "stdout", "--tessdata-dir", str(reader.knowledge), "-l", "+".join(reader.languages)]
    words += ["--psm", "1"] if reader.turns else []
    said = _run(reader.program, words, picture, (reader.knowledge,))
    if said is None:
        return PictureText(None, "a picture not read: it cannot be, or not in time")
    text = said.decode(errors="replace").replace("\f", "\n").strip()
    return PictureText(text) if text else PictureText(None, "a picture without words")


@lru_cache(maxsize=4)
def _ask(program: str, _modified_ns: int) -> Reader | None:
    said = _run(Path(program), ["--list-langs"], b"", ())
    head, _, rest = (said or b"").decode(errors="replace").partition("\n")
    installed = set(rest.split())
    languages = tuple(each for each in LANGUAGES if each in installed)[:MOST_LANGUAGES]
    folder = head.partition('"')[2].partition('"')[0]
    return Reader(Path(program), languages, Path(folder), ORIENTATION in installed) if languages and folder else None


def _run(program: Path, words: Sequence[str], given: bytes, readable: tuple[Path, ...]) -> bytes | None:
    """What the program says on standard output; None when it fails, or does not end in time."""
    real = program.resolve()
    loader = loader_of(real.read_bytes()[:_HEAD_BYTES])
    own = tuple(real.parent.parent / each for each in ("lib", "share"))
    around = (*map(Path, LIBRARIES), *map(Path, OF_THE_SYSTEM), *own, *readable)
    with tempfile.TemporaryFile() as answer, Path(os.devnull).open("wb") as nowhere:

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [str(program), *words],
                stdin=subprocess.PIPE,
                stdout=answer,
                stderr=nowhere,  # opened before: confined, it could not be
                cwd="/",
                env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},
            )

        try:
            process = confined(start, Reach(around, (real, *((Path(loader),) if loader else ()))), kernel_here())
            code = _ended(process, given)
        except OSError:
            return None
        answer.seek(0)
        return answer.read(MAX_PICTURE_CHARS * 4) if code == 0 else None


def _ended(process: subprocess.Popen[bytes], given: bytes) -> int | None:
    """Its exit code; None when it did not end in time. It has its limits before it gets a byte of the picture."""
    with process:
        try:
            _limit(process.pid)
            process.communicate(given, TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None
        finally:
            process.kill()
    return process.returncode


def _limit(pid: int) -> None:
    """Bound time and memory, where the system lets us do so for another process (Linux)."""
    resource = import_module("resource") if find_spec("resource") else None
    if resource is None or not hasattr(resource, "prlimit"):
        return
    for number, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, MAX_PICTURE_CHARS * 4),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.prlimit(pid, number, (most, most))
