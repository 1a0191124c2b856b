"""An engine of one vault on one of its databases, as a process would have it, and a way to look at it from outside."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, NullPool, create_engine, text

from agents.durability.dbos_engine import open_engine
from agents.durability.engine import Order, State
from agents.durability.engine_database import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import JsonValue
    from sqlalchemy import Connection

    from agents.durability.engine import Engine, Standing, Steps, Work

PATIENCE_S = 20.0
POLL_S = 0.01
ROOT = Path(__file__).resolve().parents[2]


def wait_until(condition: Callable[[], bool]) -> float:
    """Seconds until it held."""
    pause, began_s = threading.Event(), time.monotonic()
    while not condition():
        assert time.monotonic() < began_s + PATIENCE_S, "it did not happen"
        pause.wait(POLL_S)
    return time.monotonic() - began_s


class Gate:
    """A step that stays inside until it is let go."""

    def __init__(self) -> None:
        self.entered, self.let_go = threading.Event(), threading.Event()
        self.times = 0

    def __call__(self) -> JsonValue:
        self.times += 1
        self.entered.set()
        assert self.let_go.wait(PATIENCE_S)
        return "through"


@dataclass
class Calls:
    """Work of five steps that counts what it calls; in step `held` it stays inside until the gate is open."""

    held: int = 0
    gate: Gate = field(default_factory=Gate)
    called: list[str] = field(default_factory=list)

    def work(self, steps: Steps, argument: JsonValue) -> JsonValue:
        """Its result: what each step returned."""
        return [steps.run(f"step {number}", partial(self._step, number, argument)) for number in range(1, 6)]

    def _step(self, number: int, argument: JsonValue) -> JsonValue:
        self.called.append(f"{argument} {number}")
        if number == self.held:
            self.gate()
        return number


@dataclass
class EngineRoom:
    """A state folder, and a database: a file in it (`url` None) or one on a server."""

    state: Path
    url: URL | None = None
    journal: str = "j0123456789abcdef"
    ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def open(self, kinds: Mapping[str, Work] | Work, *, workers: int = 4, patience_s: float = 5.0) -> Iterator[Engine]:
        """The engine, closed in the end. One function is work of kind 'k'."""
        known = {"k": kinds} if callable(kinds) else kinds
        engine = open_engine(self.url, self.state, known, self.ended.set, journal=self.journal, workers=workers)
        try:
            yield engine
        finally:
            engine.close(patience_s)

    def finished(self, engine: Engine, key: str = "a") -> Standing:
        """How it stands when it runs no more."""
        wait_until(lambda: engine.status(key).state is not State.RUNNING)
        return engine.status(key)

    def do(self, engine: Engine, key: str = "a", argument: JsonValue = None) -> Standing:
        """Submit work of kind 'k', and wait for its end."""
        engine.submit(Order("k", key, argument))
        return self.finished(engine, key)

    @contextmanager
    def sql(self) -> Iterator[Connection]:
        """What somebody else could do to the tables."""
        place = self.url.set(drivername="postgresql+psycopg") if self.url else f"sqlite:///{self.file}"
        options = f"-c search_path=ai_employee_{short(self.journal)}"
        engine = create_engine(place, poolclass=NullPool, connect_args={"options": options} if self.url else {})
        with engine.begin() as connection:
            yield connection

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What a statement finds."""
        with self.sql() as sql:
            return [tuple(row) for row in sql.execute(text(statement), values)]

    def change(self, statement: str, **values: object) -> None:
        """Change something behind the engine's back."""
        with self.sql() as sql:
            sql.execute(text(statement), values)

    def delete(self) -> None:
        """Delete everything that the engine keeps."""
        if self.url:
            self.change(f"DROP SCHEMA ai_employee_{short(self.journal)} CASCADE")
        else:
            self.file.unlink()

    @property
    def file(self) -> Path:
        return self.state / "engine.sqlite"

    def words(self, *words: str) -> list[str]:
        """The command line of a process that works in this room (`engine_process.py`)."""
        url = self.url.render_as_string(hide_password=False) if self.url else ""
        program = [sys.executable, "-m", "tests.durability.engine_process"]
        return [*program, str(self.state), url, self.journal, *words]

    def process(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Such a process, to its end."""
        return subprocess.run(self.words(*words), cwd=ROOT, capture_output=True, text=True, check=False)
