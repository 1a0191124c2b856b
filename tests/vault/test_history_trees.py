"""Looking names up in a tree: as stock git finds them, and without keeping any of them."""

from __future__ import annotations

import tracemalloc

import pygit2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygit2.enums import FileMode

from agents.vault.history_trees import TreeReader, entries_between, entry_at

NAMES = st.text("a-.0ü", min_size=1, max_size=4).filter(lambda name: name not in {".", ".."})


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> pygit2.Repository:
    return pygit2.init_repository(tmp_path_factory.mktemp("trees"), bare=True)


def tree_of(repository: pygit2.Repository, files: set[str], folders: set[str]) -> pygit2.Tree:
    blob = repository.create_blob(b"words")
    below = repository.TreeBuilder()
    below.insert("inside", blob, FileMode.BLOB)
    inner = below.write()
    builder = repository.TreeBuilder()
    for name in files:
        builder.insert(name, blob, FileMode.BLOB)
    for name in folders:
        builder.insert(name, inner, FileMode.TREE)
    return repository[builder.write()].peel(pygit2.Tree)


@given(files=st.sets(NAMES, max_size=8), folders=st.sets(NAMES, max_size=8), asked=NAMES)
def test_a_name_is_found_where_the_library_finds_it(
    repository: pygit2.Repository, files: set[str], folders: set[str], asked: str
) -> None:
    tree = tree_of(repository, files, folders)
    for name in {*files, *folders, asked}:
        found = entry_at(tree, name)
        assert (found and found.id) == (tree[name].id if name in tree else None)
    for name in folders:
        assert entry_at(tree, f"{name}/inside") is not None
        assert TreeReader(tree).file_at(name) is None
    assert entry_at(tree, f"{asked}/inside/below") is None


def test_names_that_were_looked_up_are_let_go(repository: pygit2.Repository) -> None:
    tree = tree_of(repository, {f"note-{number:04d}.md" for number in range(2_000)}, set())
    tracemalloc.start()
    try:
        assert TreeReader(tree).file_at("note-0000.md")
        before, _ = tracemalloc.get_traced_memory()
        for number in range(2_000):
            assert TreeReader(tree).file_at(f"note-{number:04d}.md")
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 20_000  # all the names together are 122,000 bytes


def test_what_differs_is_told_with_what_is_there_now(repository: pygit2.Repository) -> None:
    old, new = tree_of(repository, {"gone", "kept", "turned"}, set()), tree_of(repository, {"kept", "new"}, {"turned"})
    changed = entries_between(repository, old, new)
    assert {path: entry and entry.mode for path, entry in changed.items()} == {
        "gone": None,
        "new": FileMode.BLOB,
        "turned": None,
        "turned/inside": FileMode.BLOB,
    }
