"""A vault on practice time says so wherever the owner looks; files are finished or not by the machine's own time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from tests.flows.employee import Employee, mail, request
from tests.flows.programs import command_line, started
from tests.flows.steps import only, proposed_mail
from tests.stock_git import git

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Practising(Employee):
    """An employee whose time a file says."""

    quiet_s: str = "0"

    @property
    def clock(self) -> Path:
        return self.room / "clock"

    @property
    def settings(self) -> dict[str, str | None]:
        return super().settings | {"AI_EMPLOYEE_CLOCK": str(self.clock), "AI_EMPLOYEE_QUIET_S": self.quiet_s}

    def on(self, moment: datetime) -> Practising:
        """From now on it is this moment."""
        self.clock.write_text(f"{moment.isoformat()}\n", encoding="utf-8")
        return self


NOON = datetime(2031, 3, 4, 12, tzinfo=UTC)
LOUD = "PRACTICE TIME: the file"


@pytest.fixture
def practising(tmp_path: Path) -> Practising:
    return Practising(tmp_path).on(NOON)


def test_a_run_says_it_in_its_first_line_and_so_do_status_doctor_and_dashboard(practising: Practising) -> None:
    practising.init()
    said = practising.once()
    assert said.startswith(LOUD)
    assert "2031-03-04 12:00" in said.splitlines()[0]
    assert "days ahead of this computer's clock" in said.splitlines()[0]
    assert practising.said("status").startswith(LOUD)
    assert practising.status()["practice_time"] == {"file": str(practising.clock), "now": NOON.isoformat()}
    assert "practice time from a file" in practising.said("doctor")
    assert "practice time from a file" in (practising.vault / "Dashboard.md").read_text(encoding="utf-8")


def test_on_real_time_nothing_is_said(employee: Employee) -> None:
    assert "PRACTICE" not in employee.once() + employee.said("status") + employee.said("doctor")
    assert employee.status()["practice_time"] is None
    assert "practice" not in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")


def test_everything_is_dated_by_it(practising: Practising) -> None:
    send = proposed_mail(practising.init())
    assert practising.said("approve", send.stem).startswith(LOUD)
    practising.once()
    assert "2031-03-04 * " in practising.ledger()
    assert only(practising.outbox())["Date"] == "Tue, 04 Mar 2031 12:00:00 +0000"
    assert practising.notes("Done/2031-03")
    assert git(practising.vault, "log", "-1", "--format=%cs") == "2031-03-04"
    assert "All holds" in practising.said("verify")


def test_back_on_real_time_it_says_that_the_newest_event_is_still_to_come(practising: Practising) -> None:
    practising.init()
    practising.drop("request.eml", mail(request()))
    practising.once()
    said = Employee(practising.room).once()
    assert said.startswith("The newest event is dated 2031-03-04 12:00, which is still to come")


@pytest.mark.parametrize("content", ["", "2031-03-04T12:00:00"])
@pytest.mark.parametrize("words", [("init", "Vault"), ("run", "--once"), ("status",), ("ask", "hello")])
def test_a_clock_file_that_says_nothing_stops_every_command(
    practising: Practising, words: tuple[str, ...], content: str
) -> None:
    if words[0] != "init":
        practising.init()
    practising.clock.write_text(content, encoding="utf-8")
    where = (str(practising.vault),) if words[0] == "init" else words[1:]
    refused = practising.call(words[0], *where)
    assert refused.exit_code == 1
    assert f"The clock file {practising.clock} says no time with a zone" in refused.output
    assert "unset AI_EMPLOYEE_CLOCK" in refused.output
    assert practising.vault.exists() is (words[0] != "init")


@pytest.mark.parametrize("days", [-40, 40])
def test_a_run_waits_out_the_quiet_period_by_the_machines_time_and_ends(tmp_path: Path, days: int) -> None:
    """With a clock that stands still and is days away from that of the disk."""
    practising = Practising(tmp_path, quiet_s="1.0").on(SystemClock().now() + timedelta(days=days))
    practising.init()
    (practising.vault / "Ask.md").write_text("# Ask\n- remind Acme\n", encoding="utf-8")
    practising.drop("request.eml", mail(request()))
    with started(practising, *command_line(practising, "run", "--once")) as program:
        assert program.ends() == 0, program.said()
    send = only(practising.pending("invoice.create"))
    assert practising.questions()
    practising.approve(send)
    os.utime(practising.vault / "Approved" / send.name)
    with started(practising, *command_line(practising, "run", "--once")) as program:
        assert program.ends() == 0, program.said()
    assert only(practising.pending("email.send"))


def test_a_file_that_is_still_being_written_is_not_read_though_practice_time_is_days_ahead(tmp_path: Path) -> None:
    practising = Practising(tmp_path, quiet_s="2.0").on(SystemClock().now() + timedelta(days=40))
    practising.init()
    path = practising.vault / "Inbox" / "request.eml"
    path.write_text(mail("half"), encoding="utf-8")
    with started(practising, *command_line(practising, "run", "--once")) as program:
        program.until(lambda: "Looking" in program.said() or "PRACTICE" in program.said())
        path.write_text(mail(request()), encoding="utf-8")
        assert program.ends() == 0, program.said()
    assert only(practising.pending("invoice.create"))
    assert only(practising.ids("in_progress"))


def test_a_clock_file_near_the_machines_time_is_said_too(practising: Practising) -> None:
    practising.on(SystemClock().now()).init()
    assert "like this computer's clock" in practising.once().splitlines()[0]
    practising.on(SystemClock().now() - timedelta(hours=1))
    assert "1 hour behind this computer's clock" in practising.said("status").splitlines()[0]


def test_a_vault_whose_state_is_lost_has_no_newest_event_to_compare_with(practising: Practising) -> None:
    practising.init()
    practising.state.rename(practising.room / "lost")
    assert "still to come" not in Employee(practising.room).once()
