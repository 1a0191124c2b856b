"""A door served over HTTP by its own process, as an owner would start it."""

from __future__ import annotations

import re
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.servers.conversation import MAIL, ROOT, command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.flows.employee import Employee

ENDS_IN_S = 20


@contextmanager
def served(employee: Employee, server: str = MAIL, log: list[str] | None = None) -> Iterator[str]:
    """The address at which the server can be reached; `log` gets everything it said, when it has ended."""
    with subprocess.Popen(
        [*command(employee, server), "--http", "0"],
        cwd=ROOT,
        env=environment(employee),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr
        first = process.stderr.readline()
        found = re.search(r"http://\S+", first)
        try:
            assert found, first + process.stderr.read()
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            out, rest = process.communicate(timeout=ENDS_IN_S)
            if log is not None:
                log += [out, first, rest]


def token_of(employee: Employee) -> str:
    """The token as the owner copies it."""
    return employee.said("mcp", "token").splitlines()[0]
