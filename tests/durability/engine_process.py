"""A process with an engine: `STATE URL JOURNAL WHAT [FILE]`; URL is empty for SQLite.

`work FILE`: five steps, each a line in FILE; killed the first time within step 3.
`try`: open the engine, do nothing.
`listen`: work, and print what this process asked of the network.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from agents.durability.dbos_engine import open_engine
from agents.durability.engine import Order, State
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.durability.engine import Engine, Steps

STEPS = 5
KILLED_IN = 3


def lines(steps: Steps, argument: JsonValue) -> JsonValue:
    """The work: a line in a file for each step."""
    file = Path(str(argument))
    return [steps.run(f"step {number}", partial(_line, file, number)) for number in range(1, STEPS + 1)]


def _line(file: Path, number: int) -> JsonValue:
    with file.open("a", encoding="ascii") as out:
        out.write(f"{number}\n")
    if number == KILLED_IN and file.read_text(encoding="ascii").split().count(str(number)) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def main(state: str, url: str, journal: str, what: str, *more: str) -> None:
    """Do it, and say how it ended."""
    asked: list[str] = []
    if what == "listen":
        sys.addaudithook(lambda name, _about: asked.append(name) if name.startswith("socket.") else None)
    ended = threading.Event()
    place = make_url(url) if url else None
    try:
        engine = open_engine(place, Path(state), {"lines": lines}, ended.set, journal=journal)
    except NotAllowed as err:
        sys.stdout.write(f"refused: {err}\n")
        return
    if what != "try":
        engine.submit(Order("lines", "five", more[0]))
        _wait(engine, ended)
        sys.stdout.write(f"{engine.status('five').result}\n")
    engine.close()
    if what == "listen":
        sys.stdout.write(f"{[name for name in asked if name in {'socket.connect', 'socket.getaddrinfo'}]}\n")


def _wait(engine: Engine, ended: threading.Event) -> None:
    while engine.status("five").state is State.RUNNING:
        ended.wait(0.05)
        ended.clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
