"""Walking the history, asking single questions of it, and finding damage in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import Broken
from agents.security.signing import is_signed_by
from agents.vault.history_reading import trailers_of
from tests.clock import NOON
from tests.stock_git import Desk, git

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = "1" * 40


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def object_file(desk: Desk, name: str) -> Path:
    """The loose file of an object."""
    oid = git(desk.vault, "rev-parse", name)
    return desk.git_dir / "objects" / oid[:2] / oid[2:]


def bend(path: Path) -> None:
    """Flip the last byte of a loose object."""
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def test_a_record_says_all_of_a_commit(desk: Desk) -> None:
    first = desk.commit(
        desk.write("a.md"), desk.write("Done/ü.md"), author="owner", message="Say\n\nmore\n\nActor: owner"
    )
    second = desk.commit(desk.write("a.md", "new"), message="Next\n\nEvent: 1 ab\nEvent: 2 cd")
    newest, oldest = desk.history.walk_back()
    assert (newest.id, newest.parents, newest.author_name, newest.subject) == (second, (first,), "ai-employee", "Next")
    assert newest.trailers == (("Event", "1 ab"), ("Event", "2 cd"))
    assert (newest.committed_at, newest.changed_paths()) == (NOON, ("a.md",))
    assert (oldest.id, oldest.parents, oldest.author_name, oldest.subject) == (first, (), "owner", "Say")
    assert oldest.trailers == (("Actor", "owner"),)
    assert oldest.changed_paths() == ("Done/ü.md", "a.md")
    assert all(is_signed_by(each.payload, each.signature, [desk.key.public_line()]) for each in (newest, oldest))


def test_an_unsigned_commit_in_any_encoding_is_a_record(desk: Desk) -> None:
    (desk.state / "message").write_bytes(b"gr\xfc\xdfe\n\nTask: x\n")
    desk.write("a.md")
    git(desk.vault, "-c", "user.name=M\udcfcller", "-c", "i18n.commitEncoding=latin1", "add", "a.md")
    git(desk.vault, "-c", "i18n.commitEncoding=latin1", "commit", "-q", "-F", str(desk.state / "message"))
    (record,) = desk.history.walk_back()
    assert (record.signature, record.subject, record.trailers) == (None, "gr��e", (("Task", "x"),))
    assert record.payload.startswith(b"tree ")
    assert not is_signed_by(record.payload, record.signature, [desk.key.public_line()])


def test_walking_back_ends_before_the_commit_that_was_named(desk: Desk) -> None:
    one, two, three = (desk.commit(message=str(turn)) for turn in range(3))
    assert [each.id for each in desk.history.walk_back(one)] == [three, two]
    assert [each.id for each in desk.history.walk_back(three)] == []
    assert [each.id for each in desk.history.walk_back(NOWHERE)] == [three, two, one]
    assert [each.id for each in desk.history.walk_back()] == [three, two, one]


def test_an_empty_history_answers_nothing(desk: Desk) -> None:
    assert list(desk.history.walk_back()) == []
    assert desk.history.last_commit_of("a.md") is None
    assert desk.history.blob_at(NOWHERE, "a.md") is None
    assert desk.history.fsck_problems() == ()


def test_a_merge_by_another_git_is_walked_whole(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    git(desk.vault, "checkout", "-q", "-b", "side")
    git(desk.vault, "commit", "-q", "--allow-empty", "-m", "side")
    git(desk.vault, "checkout", "-q", "main")
    git(desk.vault, "commit", "-q", "--allow-empty", "-m", "main")
    git(desk.vault, "merge", "-q", "--no-ff", "-m", "merge", "side")
    ours = desk.commit()
    subjects = [each.subject for each in desk.history.walk_back()]
    assert subjects[:2] == ["a transition", "merge"]
    assert sorted(subjects[2:]) == ["a transition", "main", "side"]
    assert desk.history.head() == ours


def test_ancestors_are_known(desk: Desk) -> None:
    one, two = desk.commit(), desk.commit(desk.write("a.md"))
    assert desk.history.is_ancestor(one, two)
    assert desk.history.is_ancestor(two, two)
    assert not desk.history.is_ancestor(two, one)
    assert not desk.history.is_ancestor(one, NOWHERE)
    assert not desk.history.is_ancestor(NOWHERE, two)


def test_a_commit_exists_by_its_full_id_only(desk: Desk) -> None:
    commit = desk.commit(desk.write("a.md"))
    tree, blob = git(desk.vault, "rev-parse", "HEAD^{tree}", "HEAD:a.md").split()
    assert desk.history.exists(commit)
    for other in (commit[:10], commit.upper(), "", "x", NOWHERE, tree, blob):
        assert not desk.history.exists(other)


def test_the_head_is_put_back_and_nothing_in_the_vault_moves(desk: Desk) -> None:
    one = desk.commit(desk.write("a.md", "old"))
    two = desk.commit(desk.write("a.md", "new"))
    git(desk.vault, "update-ref", "HEAD", one)
    assert desk.history.head() == one
    desk.history.set_head(two)
    assert (desk.history.head(), git(desk.vault, "rev-parse", "HEAD")) == (two, two)
    assert (desk.vault / "a.md").read_text(encoding="utf-8") == "new"
    with pytest.raises(Broken):
        desk.history.set_head(NOWHERE)


def test_a_file_is_found_as_it_was_at_any_commit(desk: Desk) -> None:
    one = desk.commit(desk.write("Done/a.md", "old"))
    two = desk.commit(desk.write("Done/a.md", "new"))
    assert [desk.history.blob_at(each, "Done/a.md") for each in (one, two)] == [b"old", b"new"]
    assert desk.history.blob_at(two, "Done") is None
    assert desk.history.blob_at(two, "Done/b.md") is None
    assert desk.history.blob_at(two, "Done/a.md/x") is None


def test_the_last_commit_of_a_file_is_found_also_of_one_that_is_gone(desk: Desk) -> None:
    one = desk.commit(desk.write("a.md"), desk.write("b.md"))
    two = desk.commit(desk.write("b.md", "new"))
    (desk.vault / "b.md").unlink()
    three = desk.commit("b.md")
    desk.commit(desk.write("c.md"))
    assert desk.history.last_commit_of("a.md") == one
    assert desk.history.last_commit_of("b.md") == three
    assert desk.history.last_commit_of("never.md") is None
    assert two not in {one, three}


def test_what_another_git_packed_is_still_read_and_built_upon(desk: Desk) -> None:
    one = desk.commit(desk.write("a.md"))
    git(desk.vault, "gc", "--quiet", "--prune=now")
    assert desk.history.head() == one
    desk.commit(desk.write("b.md"))
    assert desk.tree() == ["a.md", "b.md"]
    assert desk.history.config_problems() == ()
    assert desk.history.fsck_problems() == ()


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", "HEAD~1^{tree}", "HEAD:Done/a.md", "HEAD~1"])
def test_a_damaged_or_missing_object_is_found(desk: Desk, name: str) -> None:
    desk.commit(desk.write("Done/a.md"))
    desk.commit(desk.write("b.md"))
    path = object_file(desk, name)
    oid = path.parent.name + path.name
    bend(path)
    assert any(oid in problem for problem in desk.reopened().fsck_problems())
    path.unlink()
    assert [oid in problem for problem in desk.reopened().fsck_problems()] == [True]


def test_a_damaged_history_is_said_to_be_damaged(desk: Desk) -> None:
    one = desk.commit(desk.write("Done/a.md"))
    desk.commit(desk.write("b.md"))
    object_file(desk, one).unlink()
    reader = desk.reopened()
    assert not reader.exists(one)
    with pytest.raises(Broken, match="damaged"):
        list(reader.walk_back())
    with pytest.raises(Broken, match="damaged"):
        reader.last_commit_of("Done/a.md")
    object_file(desk, "HEAD^{tree}").unlink()
    with pytest.raises(Broken, match="damaged"):
        reader.changed_paths()
    with pytest.raises(Broken, match="damaged"):
        reader.refresh_index([])
    with pytest.raises(Broken, match="damaged"):
        desk.commit("b.md")


def test_a_damaged_newest_commit_is_told(desk: Desk) -> None:
    newest = desk.commit(desk.write("a.md"))
    bend(object_file(desk, "HEAD"))
    assert not desk.reopened().exists(newest)
    with pytest.raises(Broken, match="damaged"):
        desk.reopened().changed_paths()


def test_a_branch_that_was_made_to_point_elsewhere_is_told(desk: Desk) -> None:
    desk.commit()
    git(desk.vault, "symbolic-ref", "refs/heads/main", "refs/heads/other")
    with pytest.raises(Broken, match="refs/heads/other"):
        desk.history.head()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("subject", ()),
        ("Task: subject", ()),
        ("", ()),
        ("subject\n\nTask: a\n", (("Task", "a"),)),
        ("subject\n\nTask: a\nnot one", ()),
        ("subject\n\nTask: a\n\nText.", ()),
        ("subject\n\nTask: a\n\nDigest: b: c \nDigest: d\n\n", (("Digest", "b: c"), ("Digest", "d"))),
        ("subject\n\n: a", ()),
    ],
)
def test_trailers_are_the_last_paragraph_or_none(message: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert trailers_of(message) == expected


@given(st.text())
def test_any_message_has_trailers_or_none_and_never_raises(message: str) -> None:
    assert all(name and "\n" not in value for name, value in trailers_of(message))


WORD = st.text(alphabet="abcXYZ -:=()é", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(st.lists(st.tuples(st.sampled_from(["Task", "Actor", "Event"]), WORD), min_size=1, max_size=4))
def test_trailers_we_write_are_read_again(trailers: list[tuple[str, str]]) -> None:
    lines = "\n".join(f"{name}: {value}" for name, value in trailers)
    assert trailers_of(f"subject\n\nbody\n\n{lines}\n") == tuple(trailers)
