"""Nothing speaks to the network that the owner did not connect: every call of a whole program is looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.connectors.email.mail_room import answers_for
from tests.flows.employee import mail, request
from tests.flows.programs import PROJECT
from tests.flows.steps import only, proposed_mail
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

# the command line with a guard in it: what it looks up, connects to or listens on is written down
GUARD = """
import json, os, sys
told = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def guard(event, about):
    if event in {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}:
        where = about[1] if event in {"socket.connect", "socket.bind", "socket.sendto"} else about
        os.write(told, (json.dumps([event, [str(each) for each in where]]) + "\\n").encode())

sys.addaudithook(guard)
from agents.console.commands import main
main()
"""


def seen(employee: Employee, *commands: str) -> set[tuple[str, str]]:
    """Run commands as programs; each host they named to the network, with what they did."""
    record = employee.room / "network.jsonl"
    settings = {name: value for name, value in employee.settings.items() if value is not None}
    for words in commands:
        subprocess.run(
            [sys.executable, "-c", GUARD, str(record), *words.split(), "--vault", str(employee.vault)],
            cwd=PROJECT,
            env={**os.environ, **settings},
            check=True,
            capture_output=True,
        )
    found = [json.loads(each) for each in record.read_text(encoding="utf-8").splitlines()]
    return {(event.removeprefix("socket."), where[0]) for event, where in found}


def test_without_an_account_nothing_is_looked_up_connected_to_or_listened_on(employee: Employee) -> None:
    employee.drop("request.eml", mail(request()))
    assert seen(employee, "run --once", "status", "doctor", "log", "verify") == set()
    assert len(employee.pending("invoice.create")) == 1


def test_with_an_account_the_mail_server_is_reached_and_nobody_else(employee: Employee, tmp_path: Path) -> None:
    with SmtpServer(make_certificate(tmp_path)) as server:
        answers = "".join(f"{each}\n" for each in answers_for(server).values())
        assert "no connector may reach another computer" in employee.said("doctor")
        employee.said("connect", "mail", answers=answers)
        assert f"reach these hosts and no other: email localhost:{server.port}" in employee.said("doctor")
        employee.approve(proposed_mail(employee))
        assert seen(employee, "run --once", "doctor") == {("getaddrinfo", "localhost"), ("connect", "127.0.0.1")}
        assert only(server.received).recipients


def test_while_the_settings_of_the_account_name_no_host_none_is_reached(employee: Employee, tmp_path: Path) -> None:
    with SmtpServer(make_certificate(tmp_path)) as server:
        employee.said("connect", "mail", answers="".join(f"{each}\n" for each in answers_for(server).values()))
        send = proposed_mail(employee)
        (employee.state / "connections" / "mail.json").write_text("{}", encoding="utf-8")
        employee.approve(send)
        assert seen(employee, "run --once") == set()
        assert server.received == []
