"""The set-up works on a bare machine, says what is missing, and starts nothing twice."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from agents import setup_environment
from agents.errors import NeedsOwner
from agents.setup_environment import check_machine, check_modules, ensure

ROOT = Path(__file__).parent.parent


def make_wheel(folder: Path, version: str) -> None:
    """A package `sample` that knows its version, small enough to install in no time."""
    folder.mkdir(exist_ok=True)
    info = f"sample-{version}.dist-info"
    with zipfile.ZipFile(folder / f"sample-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("sample.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: sample\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"sample.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")


def want(root: Path, version: str, name: str = "requirements.txt") -> None:
    """Pin the version in a requirements file that looks nowhere but in the folder `wheels`."""
    make_wheel(root / "wheels", version)
    (root / name).write_text(f"--no-index\n--find-links {root / 'wheels'}\nsample=={version}\n", encoding="utf-8")


def installed(python: Path) -> str:
    done = subprocess.run(
        [python, "-c", "import sample; print(sample.VERSION)"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment is made."""
    root = tmp_path_factory.mktemp("project")
    want(root, "1.0")
    ensure(root)
    return root


def test_the_pinned_version_is_installed_and_a_new_pin_replaces_it(project: Path) -> None:
    python = ensure(project)
    assert python == project / ".venv/bin/python"
    want(project, "1.1")
    assert installed(ensure(project)) == "1.1"


def test_nothing_is_said_or_installed_when_nothing_changed(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ensure(project)
    capfd.readouterr()
    before = sorted((project / ".venv").rglob("*"))
    ensure(project)
    assert capfd.readouterr() == ("", "")
    assert sorted((project / ".venv").rglob("*")) == before


def test_what_tests_need_is_installed_when_asked_for(project: Path) -> None:
    want(project, "2.0", "requirements-dev.txt")
    assert installed(ensure(project, tests=True)) == "2.0"


def test_progress_goes_to_stderr_so_that_json_stays_readable(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    want(project, "1.2")
    ensure(project)
    out, err = capfd.readouterr()
    assert out == ""
    assert "Installing the packages of requirements.txt" in err
    assert "ready" in err


def test_an_environment_whose_python_an_upgrade_took_away_is_made_again(project: Path) -> None:
    python = ensure(project)
    python.unlink()
    assert installed(ensure(project)) == installed(python)


def test_an_environment_without_pip_is_made_again(project: Path) -> None:
    python = ensure(project)
    subprocess.run([python, "-m", "pip", "uninstall", "-q", "-y", "pip"], check=True)
    want(project, "1.3")
    assert installed(ensure(project)) == "1.3"


def test_two_starts_at_once_install_once(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    want(project, "1.4")
    both = [threading.Thread(target=ensure, args=(project,)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert installed(ensure(project)) == "1.4"
    assert capfd.readouterr().err.count("Installing") == 1


def test_without_a_network_the_hint_says_connect(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_RETRIES", "1")
    nowhere = "--index-url http://127.0.0.1:9/simple\nnot-a-package-anybody-has==1.0\n"  # port 9 (discard) is closed
    (project / "requirements.txt").write_text(nowhere, encoding="utf-8")
    with pytest.raises(NeedsOwner, match="could not be installed") as caught:
        ensure(project)
    assert "internet" in caught.value.hint
    want(project, "1.5")
    assert installed(ensure(project)) == "1.5"


def test_a_package_that_does_not_exist_shows_what_pip_said(project: Path) -> None:
    (project / "requirements.txt").write_text("--no-index\nsample==9.9\n", encoding="utf-8")
    with pytest.raises(NeedsOwner, match="sample") as caught:
        ensure(project)
    assert "pip's message" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    want(tmp_path, "1.0")
    (tmp_path / ".venv").write_text("in the way", encoding="utf-8")
    with pytest.raises(NeedsOwner, match="could not be made") as caught:
        ensure(tmp_path)
    assert str(tmp_path / ".venv") in caught.value.hint


def test_an_old_python_is_told_which_one_to_take() -> None:
    with pytest.raises(NeedsOwner, match=r"this is Python 3\.10") as caught:
        check_machine((3, 10), "posix")
    assert "PYTHON=python3.11" in caught.value.hint


def test_windows_is_told_about_wsl() -> None:
    with pytest.raises(NeedsOwner) as caught:
        check_machine((3, 12), "nt")
    assert "WSL" in caught.value.hint


def test_a_python_split_from_venv_is_told_what_to_install() -> None:
    with pytest.raises(NeedsOwner, match="no_such_venv and no_such_pip") as caught:
        check_modules(("venv", "no_such_venv", "no_such_pip"))
    assert "python3-venv" in caught.value.hint


def test_an_old_python_can_read_the_files_that_refuse_it() -> None:
    for name in ("agents/__init__.py", "agents/errors.py", "agents/setup_environment.py"):
        ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 7))


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {house!r})
from agents.setup_environment import enter
enter(Path({root!r}))
import sample
print(Path(sys.prefix).name, sample.VERSION, *sys.argv[1:])
"""


def start(root: Path, python: str) -> subprocess.CompletedProcess[str]:
    program = root / "program.py"
    program.write_text(PROGRAM.format(house=str(ROOT), root=str(root)), encoding="utf-8")
    return subprocess.run([python, str(program), "two words", "--json"], capture_output=True, text=True, check=False)


def test_enter_starts_the_program_again_inside_with_its_arguments(project: Path) -> None:
    want(project, "1.6")
    done = start(project, sys.executable)
    assert done.stdout == ".venv 1.6 two words --json\n", done.stderr


def test_enter_goes_on_at_once_when_already_inside(project: Path) -> None:
    want(project, "1.7")
    done = start(project, str(ensure(project)))
    assert done.stdout == ".venv 1.7 two words --json\n", done.stderr


def test_enter_ends_with_one_sentence_and_one_hint(project: Path) -> None:
    (project / "requirements.txt").write_text("--no-index\nsample==9.9\n", encoding="utf-8")
    done = start(project, sys.executable)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("-> Read pip's message")
    assert "Traceback" not in done.stderr


def test_the_makefiles_way_in_makes_the_environment_of_the_current_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    want(project, "1.8")
    want(project, "2.0", "requirements-dev.txt")
    assert setup_environment.main([]) == 0
    assert setup_environment.main(["--tests"]) == 0
    assert installed(project / ".venv/bin/python") == "2.0"
    (project / "requirements.txt").write_text("--no-index\nsample==9.9\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        setup_environment.main([])
    assert "->" in capfd.readouterr().err
