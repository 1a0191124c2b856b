"""The first hour: `make run`, `python orchestrator.py`, watching, and Ctrl-C; in a copy of the project."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import Employee, mail, request
from tests.flows.programs import PROJECT, Program, command_line, started
from tests.flows.steps import only
from tests.stock_git import git

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT_OUT = (".git", ".venv", "MyVault")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it would be cloned, beside a ready environment, so that nothing is downloaded."""
    copy = tmp_path_factory.mktemp("clone") / "project"
    names = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in names:
        source, target = PROJECT / name, copy / name
        if source.is_file() and not name.startswith(LEFT_OUT):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    ready = Path(sys.prefix) / "requirements.txt.sha256"
    assert ready.is_file(), "the environment was not made by `make setup`"
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


@pytest.fixture
def stranger(tmp_path: Path) -> Employee:
    """Somebody with no vault yet."""
    return Employee(tmp_path)


@pytest.fixture
def watching(employee: Employee) -> Iterator[Program]:
    """`run` in a vault with nothing in it, for as long as the test lasts; it has begun to watch."""
    with started(employee, *command_line(employee, "run")) as program:
        program.until(lambda: "Watching" in program.said())
        yield program


def call(employee: Employee, project: Path, *command: str) -> str:
    """What a command says that must end with 0."""
    with started(employee, *command, here=project) as program:
        assert program.ends() == 0, program.said()
        return program.said()


def assert_one_screen(employee: Employee, said: str) -> None:
    """The samples became proposals and questions, and the last screen says what to do next."""
    screen = said[said.index("Waiting for your yes") :]
    assert "What to do next" in screen
    for waiting in (*employee.ids("pending_approval"), *employee.ids("questions")):
        assert waiting in screen
    assert employee.ids("pending_approval")
    assert employee.ids("questions")
    assert "Traceback" not in said
    assert "Warning" not in said
    assert not [each for each in (employee.vault / "Inbox").iterdir() if not each.name.startswith(".")]
    assert git(employee.vault, "status", "--porcelain") == ""
    assert "All holds" in employee.said("verify")


def test_make_run_makes_a_vault_with_samples_and_shows_the_one_screen(stranger: Employee, project: Path) -> None:
    words = ("make", "run", "ONCE=1", f"VAULT={stranger.vault}", f"PYTHON={sys.executable}")
    said = call(stranger, project, *words)
    assert "The vault is in" in said
    assert_one_screen(stranger, said)
    again = call(stranger, project, *words)
    assert "The vault is in" not in again
    assert "samples" not in again


def test_the_two_commands_do_the_same_without_make(stranger: Employee, project: Path) -> None:
    program = str(project / "orchestrator.py")
    made = call(stranger, project, sys.executable, program, "init", str(stranger.vault), "--sample")
    assert "Next: `python orchestrator.py run" in made
    said = call(stranger, project, *command_line(stranger, "run", "--once", project=project))
    assert_one_screen(stranger, said)


@pytest.mark.parametrize("shell", [(), ("sh", "-c", 'trap "" INT; exec "$@"', "sh")], ids=["foreground", "background"])
def test_the_program_alone_makes_my_vault_here_runs_and_watches_until_ctrl_c(
    stranger: Employee, project: Path, tmp_path: Path, shell: tuple[str, ...]
) -> None:
    here, vault = Employee(tmp_path), tmp_path / "MyVault"
    with started(stranger, *shell, sys.executable, str(project / "orchestrator.py"), here=tmp_path) as program:
        program.until(lambda: list(vault.glob("Pending_Approval/*.md")))
        assert program.signal(signal.SIGINT) in {0, 130}, program.said()
        assert "Traceback" not in program.said()
    vault.rename(here.vault)
    here.once()
    assert here.ids("pending_approval")


def test_a_watching_run_takes_up_a_mail_and_an_approval_and_ctrl_c_ends_it_cleanly(
    watching: Program, employee: Employee
) -> None:
    pending = employee.vault / "Pending_Approval"
    employee.drop("request.eml", mail(request()))
    watching.until(lambda: list(pending.glob("*-invoice-create-*.md")))
    employee.approve(only(list(pending.glob("*-invoice-create-*.md"))))
    watching.until(lambda: list(pending.glob("*-email-send-*.md")))
    send = only(list(pending.glob("*-email-send-*.md")))
    watching.until(
        lambda: f"{send.stem}  risk medium" in watching.said()
    )  # the screen again, once it has nothing to do
    employee.said("approve", send.stem)  # another process; the runner carries it out
    watching.until(employee.outbox)
    assert watching.signal(signal.SIGINT) == 0, watching.said()
    assert "Traceback" not in watching.said()
    assert git(employee.vault, "status", "--porcelain") == ""
    assert "running: false" in (employee.vault / "Health" / "runner.md").read_text(encoding="utf-8")
    assert "All holds" in employee.said("verify")
    employee.once()
    assert len(employee.outbox()) == 1


def test_a_watching_run_takes_up_a_line_in_ask_and_ends_politely_on_sigterm(
    watching: Program, employee: Employee
) -> None:
    ask = employee.vault / "Ask.md"
    with ask.open("a", encoding="utf-8") as note:
        note.write("- Invoice Harbour Bakery for 2 hours of design\n")
    watching.until(lambda: list((employee.vault / "Pending_Approval").glob("*.md")))
    assert watching.signal(signal.SIGTERM) == 0, watching.said()
    assert git(employee.vault, "status", "--porcelain") == ""


def test_a_second_run_of_the_same_vault_refuses_and_says_why(watching: Program, employee: Employee) -> None:
    second = employee.call("run", "--once")
    assert second.exit_code == 1
    assert "Another `run` on this machine holds the vault" in second.output
    assert employee.status()["running"] is True
    assert watching.process.poll() is None
