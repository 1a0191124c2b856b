"""That the owner allowed a service to be reached without encryption becomes an event, with the host they typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.task_persistence import settle_request
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.durability.task_persistence import RequestRow
    from agents.durability.transitions import Recorder

IN_CLEAR = "in clear"  # the kind of such a request


def lines_of(recorder: Recorder) -> dict[str, Callable[[RequestRow], str]]:
    """What records such a request, by its kind; nothing is refused."""

    def tell(row: RequestRow) -> str:
        with recorder.begin() as writing:
            asked = {"host": row.text, "request": str(row.number)}
            fact = Fact("owner", "line.allowed", row.target, parameters=asked)
            writing.record(Transition(fact, f"Allow {row.target} without encryption"))
            settle_request(writing.sql, row.number, "done", "")
        return ""

    return {IN_CLEAR: tell}
