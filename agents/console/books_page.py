"""The books in a browser, by fava: a copy of them as they are now, for reading only, on this computer.

Fava loads a ledger by beancount's own loader, which follows includes anywhere and runs what a file names. The vault may
be written by a sync service, so it gets a copy, and only of a ledger in which nothing is run and nothing else is read.
While it is served, every program on this computer can read it.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import LEDGER, MAIN, TITLES, keeping_of
from agents.connectors.ledger.beancount_file import would_run
from agents.connectors.ledger.ledger_files import ledger_texts
from agents.errors import NeedsOwner, NotAllowed
from agents.vault.files import PRIVATE_MODE, make_folder, write_new

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Show = Callable[[Path, int], None]  # serves a file on a port until Ctrl-C

HOST = "127.0.0.1"


def kept_until(root: Path) -> str:
    """What to say of a ledger in `root` that keeps the books no more; empty while it does."""
    keeping = keeping_of(root)
    if keeping.keeper == LEDGER:
        return ""
    return f"This is the ledger before {keeping.since}; since then {TITLES[keeping.keeper]} keeps your books."


def show_books(root: Path, port: int, show: Callable[[], Show]) -> None:
    """Serve a copy of the ledger in `root` on a port, until Ctrl-C. `show` gives what serves a file.

    Raises:
        NeedsOwner: the ledger cannot be read, or fava is not installed.
        NotAllowed: the ledger would run something, or include what is no part of it.
    """
    serve = show()
    texts = ledger_texts(root)
    if found := would_run(texts, MAIN, root):
        raise NotAllowed(f"The ledger is not shown: {found[0]}", hint=f"Take it out of {found[0].file}.")
    with TemporaryDirectory(prefix="books-") as room:
        _copy(texts, Path(room))
        serve(Path(room) / MAIN, port)


def fava() -> Show:
    """What serves a ledger by fava.

    Raises:
        NeedsOwner: it is not installed.
    """
    try:
        from fava.cli import main
    except ModuleNotFoundError as err:
        hint = "Type `make books`, or install it: `.venv/bin/pip install -r requirements-books.txt`."
        raise NeedsOwner("fava, which shows the books in a browser, is not installed.", hint=hint) from err

    def serve(ledger: Path, port: int) -> None:
        main.main(["--host", HOST, "--port", str(port), "--read-only", str(ledger)], standalone_mode=False)

    return serve


def _copy(texts: Mapping[str, str], room: Path) -> None:
    for name, text in texts.items():
        place = room / name
        make_folder(place.parent)
        write_new(place, text.encode("utf-8", "surrogatepass"), mode=PRIVATE_MODE)
