"""What we touch of DBOS beyond its public names, in one place, for the pinned version only (see the ADR).

- Pickle: the column `serialization` of a row decides how DBOS reads it, whatever serializer is configured. A row that
  somebody changed would run code; so unpickling is taken away from the whole process.
- The executor: every run of a workflow, a recovered one too, goes through it. We wrap it to know what runs.
- The internal queue: the only one we use, and only to begin work again. It is asked often while something waits there.
- The background jobs: they look each second for delays and time limits that we do not use.
- The table of workflows: read by key, and work that was under way is put back into that queue, its attempts kept.
"""

from __future__ import annotations

import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NoReturn

import dbos._dbos
import dbos._scheduler
import dbos._serialization
import dbos._workflow_commands
from dbos import DBOS, DBOSConfig, Serializer
from sqlalchemy import text

from agents.errors import refusals_told

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from sqlalchemy import Connection, Engine, Row

PINNED = "3.4.0"
WORKFLOW = "work"
QUEUE = "_dbos_internal_queue"
JSON = "ai_employee_json"
MOST_ATTEMPTS = 10
QUICK_S = 0.1
SLOW_S = 2.0
CLOSING_POLL_S = 0.2  # a thread of DBOS sleeps so long before it sees that it has to end; each look costs an idle run
HOUR_S = 3600.0
FILES = 24  # an event loop, the database with its log, and a connection for each thread

_READ = (
    "SELECT status, serialization, (SELECT output FROM {0}workflow_output o WHERE o.workflow_uuid = s.workflow_uuid)"
)
READ = _READ + " AS output FROM {0}workflow_status s WHERE workflow_uuid = :id"
_OPEN = "status IN ('PENDING', 'ENQUEUED', 'DELAYED') AND workflow_uuid LIKE :ours"
_END = "UPDATE {0}workflow_status SET status = :ended, owner_xid = NULL, queue_name = NULL, completed_at = updated_at"
END_STRANGE = (
    f"{_END} WHERE {_OPEN} AND (serialization IS NULL OR serialization <> :json OR name <> :name"
    " OR class_name IS NOT NULL OR config_name IS NOT NULL)"
)
END_TIRED = f"{_END} WHERE {_OPEN} AND recovery_attempts > :most"
_AGAIN = (
    "UPDATE {0}workflow_status SET status = 'ENQUEUED', owner_xid = NULL, started_at_epoch_ms = NULL,"
    " executor_id = :executor, application_version = :version, application_name = :app, queue_name = :queue WHERE "
)
PROBES = ("SELECT inputs FROM {0}workflow_input LIMIT 1", "SELECT output, error FROM {0}operation_outputs LIMIT 1")
AGAIN = _AGAIN + _OPEN
AGAIN_ONE = _AGAIN + "status = 'PENDING' AND workflow_uuid = :id"
SWEPT = (
    "SELECT workflow_uuid FROM {0}workflow_status WHERE workflow_uuid NOT LIKE :ours OR (status NOT IN"
    " ('PENDING', 'ENQUEUED', 'DELAYED') AND COALESCE(completed_at, updated_at) < :before) LIMIT :most"
)


class StrictJson(Serializer):
    """JSON in ASCII, and nothing else; of an error its class alone."""

    def name(self) -> str:
        """What is written into the column `serialization`."""
        return JSON

    def serialize(self, data: Any) -> str:  # noqa: ANN401 - DBOS's own signature
        """As text."""
        known = {"raised": type(data).__name__} if isinstance(data, BaseException) else data
        return json.dumps(known, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:  # noqa: ANN401
        """From text."""
        return json.loads(serialized_data)


class Watched(ThreadPoolExecutor):
    """An executor that runs everything within `around`."""

    def __init__(self, workers: int, around: Callable[..., Any]) -> None:
        super().__init__(workers, "engine")
        self._around = around

    def submit(self, call: Callable[..., Any], /, *values: Any, **named: Any) -> Future[Any]:  # noqa: ANN401 - any call
        """Run it in a thread of the pool."""
        return super().submit(self._around, call, *values, **named)


class WatchedDbos(DBOS):
    """DBOS with an executor of ours from its first run on. It has one instance at a time."""

    around: Callable[..., Any]
    workers: int
    _watched: Watched | None = None

    @property
    def _executor_field(self) -> ThreadPoolExecutor | None:
        return self._watched

    @_executor_field.setter
    def _executor_field(self, pool: ThreadPoolExecutor | None) -> None:
        self._watched = Watched(self.workers, self.around) if pool else None

    def ask_queue_every(self, pause_s: float) -> None:
        """How often the internal queue is asked, from its next question on."""
        self._registry.get_internal_queue()._polling_interval_sec = pause_s  # noqa: SLF001

    def look_for_no_more_queues(self) -> None:
        """There is none but the internal one, and the database would be asked for others every second."""
        self._sys_db.list_queues = lambda **_: []  # type: ignore[method-assign]


def launch(
    engine: Engine, around: Callable[..., Any], workers: int, config: DBOSConfig, queue_pause_s: float
) -> WatchedDbos:
    """Start DBOS on this database. It says nothing, calls nobody, and unpickles nothing."""
    refuse_pickle()
    need_files()
    log = logging.getLogger("dbos")
    log.handlers = [logging.NullHandler()]  # DBOS adds its own only where there is none
    log.propagate = False
    config |= {
        "system_database_engine": engine,
        "serializer": StrictJson(),
        "log_level": "CRITICAL",
        "enable_otlp": False,
        "use_listen_notify": False,  # we use neither messages nor events of DBOS
        "notification_listener_polling_interval_sec": CLOSING_POLL_S,
        "scheduler_polling_interval_sec": HOUR_S,
    }
    dbos._workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = HOUR_S  # noqa: SLF001
    dbos._scheduler._STARTUP_FAST_POLL_DURATION_SEC = 0.0  # noqa: SLF001 (schedules are ours, not its)
    WatchedDbos.around, WatchedDbos.workers = staticmethod(around), workers
    started = WatchedDbos(config=config)
    started.ask_queue_every(queue_pause_s)
    DBOS.launch()
    started.look_for_no_more_queues()
    return started


def need_files() -> None:
    """Make sure that so many files can be opened: without them the threads of DBOS die, and its start never ends.

    Raises:
        Transient: they cannot.
    """
    held: list[int] = []
    try:
        with refusals_told():
            held.extend(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC) for _ in range(FILES))
    finally:
        for each in held:
            os.close(each)


def refuse_pickle() -> None:
    """Let nothing be unpickled by DBOS in this process."""
    dbos._serialization.DefaultSerializer.deserialize = _refused  # type: ignore[assignment]  # noqa: SLF001


def forget_parent() -> None:
    """In a forked child: the parent's DBOS is not ours to end, its threads are not here."""
    dbos._dbos._dbos_global_instance = None  # noqa: SLF001


def take_up(sql: Connection, prefix: str, names: dict[str, str], json_name: str = JSON) -> tuple[int, int]:
    """Put what was under way back into the queue, whoever began it; (how many wait there, how many ended instead).

    Call it before DBOS is launched; it looks at every table that we need. `names`: `ours`, how the ids of this journal
    begin, and what DBOS writes of itself: `executor`, `version`, `app`. What was begun too often ends, and what was not
    written by us.
    """
    read(sql, prefix, "")
    for each in PROBES:
        sql.execute(text(each.format(prefix)))
    about = {"ours": names["ours"]}
    strange = sql.execute(
        text(END_STRANGE.format(prefix)), about | {"ended": "ERROR", "json": json_name, "name": WORKFLOW}
    )
    tired = sql.execute(
        text(END_TIRED.format(prefix)), about | {"ended": "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "most": MOST_ATTEMPTS}
    )
    again = sql.execute(text(AGAIN.format(prefix)), names | {"queue": QUEUE})
    return again.rowcount, strange.rowcount + tired.rowcount


def take_up_one(sql: Connection, prefix: str, names: dict[str, str], key: str) -> None:
    """Put one back whose run ended without an outcome, as when the disk was full."""
    values = {name: value for name, value in names.items() if name != "ours"}
    sql.execute(text(AGAIN_ONE.format(prefix)), values | {"queue": QUEUE, "id": key})


def read(sql: Connection, prefix: str, key: str) -> Row[Any] | None:
    """Status, serialization and output of one workflow."""
    return sql.execute(text(READ.format(prefix)), {"id": key}).first()


def output_of(row: Row[Any]) -> object:
    """What a workflow that ended has left; None when that is nothing that we wrote."""
    if row.status != "SUCCESS" or row.serialization != JSON or row.output is None:
        return None
    try:
        return StrictJson().deserialize(row.output)
    except ValueError:
        return None


def swept(sql: Connection, prefix: str, ours: str, before_ms: int, most: int) -> list[str]:
    """Some of those that ended before, and of those of another journal."""
    found = sql.execute(text(SWEPT.format(prefix)), {"ours": ours, "before": before_ms, "most": most})
    return [str(key) for key in found.scalars()]


def _refused(_self: object, _text: str) -> NoReturn:
    raise ValueError("nothing is unpickled here")
