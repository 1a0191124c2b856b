"""The walk of one mail, cut into the parts between two words of the owner; each part can be played from the same start.

Vaults lie in memory. The mail goes to a real server, whose own log says how often it was sent.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.connectors.email.mail_room import answers_for
from tests.durability.mortal import in_memory
from tests.faults.promises import Outcome, outcome_of
from tests.flows.employee import Employee, mail, request
from tests.flows.steps import only
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Part = str
PARTS: dict[Part, Callable[[Employee], None]] = {
    "mail dropped": lambda employee: employee.drop("request.eml", mail(request())),
    "invoice approved": lambda employee: employee.approve(only(employee.pending("invoice.create"))),
    "mail approved": lambda employee: employee.approve(only(employee.pending("email.send"))),
}


@dataclass
class Stage:
    """Vaults as they are before each part, and what each part leads to when nothing disturbs it."""

    place: Path
    server: SmtpServer
    before: dict[Part, Employee] = field(default_factory=dict)
    undisturbed: dict[Part, Outcome] = field(default_factory=dict)

    def prepare(self) -> None:
        """Walk once, and keep the vault as it is before each part."""
        employee = Employee(self._room("walk")).init()
        connect(employee, self.server)
        for part, happen in PARTS.items():
            happen(employee)
            self.before[part] = copy_of(employee, self.place / part)
            employee.once()
            self.undisturbed[part] = outcome_of(employee, self.server)

    @contextmanager
    def play(self, part: Part) -> Iterator[Employee]:
        """The vault just before this part, to be disturbed; the provider's log begins anew."""
        room = self.place / "played"
        self.server.received.clear()
        try:
            yield copy_of(self.before[part], room)
        finally:
            shutil.rmtree(room)

    def _room(self, name: str) -> Path:
        room = self.place / name
        room.mkdir()
        return room


def copy_of(employee: Employee, room: Path) -> Employee:
    """The same vault and state folder elsewhere."""
    shutil.copytree(employee.room, room, symlinks=True)
    return Employee(room)


def connect(employee: Employee, server: SmtpServer) -> None:
    """Mails go out through this server from now on."""
    employee.said("connect", "mail", answers="".join(f"{each}\n" for each in answers_for(server).values()))


@contextmanager
def set_up() -> Iterator[Stage]:
    """A stage of its own, gone afterwards."""
    with in_memory() as place, SmtpServer(make_certificate(place)) as server:
        stage = Stage(place, server)
        stage.prepare()
        yield stage
