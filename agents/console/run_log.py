"""What helps to find a fault: one JSON line for each call of a service, in the state folder; ids only, no content.

What the owner must know is a note, never a line here. Secrets are masked, should one come in with an error's words.
"""

from __future__ import annotations

import logging
import logging.handlers
from typing import TYPE_CHECKING

import structlog

from agents.security.secret_patterns import masked

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path

    from structlog.typing import FilteringBoundLogger, WrappedLogger

MAX_LOG_BYTES = 1_000_000
KEPT_FILES = 3


class _LogFile(logging.handlers.RotatingFileHandler):
    """Rotated by size. A line the disk does not take is lost, and nothing else: no promise stands on it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        """Say nothing; logging itself would print a traceback."""


def open_log(state: Path) -> FilteringBoundLogger:
    """The log of this state folder, `runner.log`; it is rotated by size."""
    path = state / "runner.log"
    lines = logging.getLogger(f"ai-employee.{path}")
    if not lines.handlers:
        lines.addHandler(_LogFile(path, maxBytes=MAX_LOG_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True))
    lines.setLevel(logging.INFO)
    lines.propagate = False
    log: FilteringBoundLogger = structlog.wrap_logger(
        lines,
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    return log


def _without_secrets(_log: WrappedLogger, _name: str, fields: MutableMapping[str, object]) -> dict[str, object]:
    return {name: masked(value) if isinstance(value, str) else value for name, value in fields.items()}
