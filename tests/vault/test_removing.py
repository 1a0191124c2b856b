"""A file is taken away as it was read, or as it lies there: what changed meanwhile stays, and links lead nowhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from agents.vault import files
from agents.vault.files import forget_file, read_regular, remove, remove_link, write_new

if TYPE_CHECKING:
    from pathlib import Path

    from agents.vault.note import Problem


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_removing_takes_the_file_that_was_read_and_no_other(tmp_path: Path) -> None:
    write_new(tmp_path / "x.md", b"text")
    assert not remove(tmp_path / "x.md", sha256(b"other"))
    assert remove(tmp_path / "x.md", sha256(b"text"))
    assert remove(tmp_path / "x.md", sha256(b"text"))
    (tmp_path / "x.md").mkdir()
    assert not remove(tmp_path / "x.md", sha256(b"text"))


def test_forgetting_takes_the_file_as_it_lies_there_and_nothing_that_a_link_leads_to(tmp_path: Path) -> None:
    path, link, large = tmp_path / "x.md", tmp_path / "link.md", tmp_path / "large.md"
    write_new(path, b"text")
    write_new(large, b"larger")
    link.symlink_to("x.md")
    assert not forget_file(link, 5)
    assert not forget_file(large, 5)
    assert forget_file(path, 5)
    assert forget_file(path, 5, flush=False)
    assert {each.name for each in tmp_path.iterdir()} == {"link.md", "large.md"}


@pytest.mark.parametrize("then", [b"newer", None], ids=["written anew", "a link"])
def test_what_changes_while_it_is_forgotten_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: bytes | None
) -> None:
    path, other = tmp_path / "x.md", tmp_path / "other.md"
    write_new(path, b"text")
    write_new(other, b"text")
    reads = 0

    def changes_after_the_first(file: Path, max_bytes: int) -> bytes | Problem:
        nonlocal reads
        reads += 1
        if reads == 2:
            path.unlink()
            if then is None:
                path.symlink_to(other)
            else:
                path.write_bytes(then)
        return read_regular(file, max_bytes)

    monkeypatch.setattr(files, "read_regular", changes_after_the_first)
    assert not forget_file(path, 100)
    assert path.read_bytes() == (then or b"text")
    assert other.read_bytes() == b"text"


def test_removing_a_link_leaves_its_target_and_everything_else_alone(tmp_path: Path) -> None:
    write_new(tmp_path / "x.md", b"text")
    (tmp_path / "link.md").symlink_to("x.md")
    assert remove_link(tmp_path / "link.md")
    assert remove_link(tmp_path / "link.md")
    assert not remove_link(tmp_path / "x.md")
    assert [each.name for each in tmp_path.iterdir()] == ["x.md"]
    assert (tmp_path / "x.md").read_bytes() == b"text"
