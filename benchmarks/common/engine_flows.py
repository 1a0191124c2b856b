"""The same flow of ten steps that do nothing, on three engines, one process each: `ENGINE FLOWS FOLDER`.

`ours`: through our port. `bare`: DBOS on connections that are set up as ours, so that only the port differs. `plain`:
DBOS as it comes, without a write-ahead log. `langgraph`: a graph of ten nodes with the SQLite checkpointer as it comes,
which waits for the disk at each step; `relaxed`: the same with `synchronous=NORMAL`, as ours. These two need an
environment that has LangGraph. Each prints steps per second.
`killed` and `again`: a flow of ours that dies in step 3, and the process after it: seconds from opening the engine to
the first step. `idle`: an open engine with nothing to do, until it is ended.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 10
DIES_IN = 3
WARMING_FLOWS = 3


def nothing() -> None:
    """A step."""


def ours(flows: int, folder: Path) -> float:
    """Through the port: submit, be woken, look."""
    from agents.durability.dbos_engine import open_engine
    from agents.durability.engine import Order, State

    def work(steps: Any, _argument: Any) -> None:
        for number in range(STEPS):
            steps.run(f"step {number}", nothing)

    ended = threading.Event()
    engine = open_engine(None, folder, {"flow": work}, ended.set, journal="bench")

    def run(name: str) -> None:
        engine.submit(Order("flow", name, None))
        while engine.status(name).state is not State.DONE:
            ended.wait()
            ended.clear()

    try:
        return timed(run, flows)
    finally:
        engine.close()


def bare(flows: int, folder: Path) -> float:
    """DBOS itself on connections like ours."""
    from agents.durability.engine_sqlite import SqliteFile

    return _dbos(flows, {"system_database_engine": SqliteFile(folder).connect(workers=4), "use_listen_notify": False})


def plain(flows: int, folder: Path) -> float:
    """DBOS itself on a file of its own."""
    return _dbos(flows, {"system_database_url": f"sqlite:///{folder / 'plain.sqlite'}"})


def _dbos(flows: int, config: Any) -> float:
    """Start, take the result."""
    from dbos import DBOS, SetWorkflowID

    @DBOS.workflow()
    def flow() -> None:
        for number in range(STEPS):
            DBOS.run_step({"name": f"step {number}"}, nothing)

    DBOS(config={"name": "bench", "log_level": "ERROR"} | config)
    DBOS.launch()

    def run(name: str) -> None:
        with SetWorkflowID(name):
            DBOS.start_workflow(flow).get_result()

    try:
        return timed(run, flows)
    finally:
        DBOS.destroy()


def langgraph(flows: int, folder: Path, synchronous: str = "FULL") -> float:
    """A graph of ten nodes; what a node returned is durable before the next one runs."""
    from typing import TypedDict

    from langgraph.checkpoint.sqlite import SqliteSaver  # type: ignore[import-not-found]
    from langgraph.graph import END, START, StateGraph  # type: ignore[import-not-found]

    class State(TypedDict):
        number: int

    graph = StateGraph(State)
    names = [f"step {number}" for number in range(STEPS)]
    for name in names:
        graph.add_node(name, lambda state: {"number": state["number"] + 1})
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    with SqliteSaver.from_conn_string(str(folder / "langgraph.sqlite")) as saver:
        saver.conn.execute(f"PRAGMA synchronous={synchronous}")
        compiled = graph.compile(checkpointer=saver)

        def run(name: str) -> None:
            compiled.invoke({"number": 0}, {"configurable": {"thread_id": name}}, durability="sync")

        return timed(run, flows)


def timed(run: Callable[[str], None], flows: int) -> float:
    """Steps per second, after some flows that are not counted."""
    for number in range(WARMING_FLOWS):
        run(f"warm {number}")
    began_s = time.perf_counter()
    for number in range(flows):
        run(f"flow {number}")
    return flows * STEPS / (time.perf_counter() - began_s)


def recovering(_flows: int, folder: Path) -> float:
    """Run the flow that dies the first time; seconds from opening the engine to its first step."""
    from agents.durability.dbos_engine import open_engine
    from agents.durability.engine import Order

    marks = folder / "marks"
    first = threading.Event()

    def step(number: int) -> None:
        if number == DIES_IN and not marks.exists():
            marks.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        first.set()

    def work(steps: Any, _argument: Any) -> None:
        for number in range(1, STEPS + 1):
            steps.run(f"step {number}", partial(step, number))

    is_again = marks.exists()
    began_s = time.perf_counter()
    engine = open_engine(None, folder, {"flow": work}, nothing, journal="bench")
    if not is_again:
        engine.submit(Order("flow", "dies", None))
    first.wait()
    taken_s = time.perf_counter() - began_s
    if not is_again:
        threading.Event().wait()  # for the end
    engine.close()
    return taken_s


def idle(_flows: int, folder: Path) -> float:
    """Hold an engine open."""
    from agents.durability.dbos_engine import open_engine

    engine = open_engine(None, folder, {"flow": lambda _steps, _argument: None}, nothing, journal="bench")
    print("Watching", flush=True)
    threading.Event().wait()
    return float(engine.says() != ())


WAYS: dict[str, Callable[[int, Path], float]] = {
    "ours": ours,
    "bare": bare,
    "plain": plain,
    "langgraph": langgraph,
    "relaxed": partial(langgraph, synchronous="NORMAL"),
    "killed": recovering,
    "again": recovering,
    "idle": idle,
}

if __name__ == "__main__":
    print(WAYS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3])))
