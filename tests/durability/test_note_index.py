"""Searching the notes: what is found, what never comes out, and what is read again."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.durability import note_index
from agents.durability.note_index import FILE, FORM, MAX_EXCERPT_CHARS, MAX_HITS, Hit, NoteIndex
from agents.errors import NeedsOwner, Transient

if TYPE_CHECKING:
    from pathlib import Path

PRIVACY = "# Handbook\n\n## Privacy\n\n| folder | leaves |\n| --- | --- |\n| Clients/Secret | never |\n"


class Desk:
    """A vault and its state folder."""

    def __init__(self, base: Path) -> None:
        self.root, self.state = base / "Vault", base / "state"
        self.state.mkdir()
        self.write("Company_Handbook.md", PRIVACY)

    def write(self, path: str, text: str) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="")
        return place

    @property
    def index(self) -> NoteIndex:
        return NoteIndex(self.state, self.root)

    def paths(self, words: str) -> list[str]:
        return [each.path for each in self.index.search(words)]

    def holds(self, words: str) -> bool:
        """Whether these bytes stand anywhere in what lies in the state folder."""
        return any(words.encode() in each.read_bytes() for each in self.state.iterdir())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_note_is_found_by_its_words_with_title_and_excerpt(desk: Desk) -> None:
    desk.write("Projects/Museum.md", "---\ntype: x\n---\n# Tender for the museum\n\nThe hall needs forty boards.\n")
    desk.write("Projects/Other.md", "Nothing of that.\n")
    (hit,) = desk.index.search("forty boards")
    assert (hit.path, hit.title) == ("Projects/Museum.md", "Tender for the museum")
    assert "The hall needs forty boards." in hit.excerpt


def test_words_are_found_without_accents_in_any_case_by_their_beginnings_and_by_the_path(desk: Desk) -> None:
    desk.write("Contacts/Café Müller.md", "GRÜNE Bretter\n")
    for words in ("cafe muller", "grune", "Grüne BRETT", "gru\u0308ne", "contacts mull"):
        assert desk.paths(words) == ["Contacts/Café Müller.md"], words


def test_notes_with_all_words_come_before_and_instead_of_those_with_some(desk: Desk) -> None:
    desk.write("a.md", "red lamp\n")
    desk.write("b.md", "red\n")
    assert desk.paths("red lamp") == ["a.md"]
    assert desk.paths("red table") == ["a.md", "b.md"] or desk.paths("red table") == ["b.md", "a.md"]
    assert desk.paths("absent") == []


def test_a_word_itself_comes_before_longer_ones(desk: Desk) -> None:
    desk.write("a.md", "# Lamps\n\nlampshade\n")
    desk.write("b.md", f"{'much else ' * 50} lamp\n")
    assert desk.paths("lamp") == ["b.md", "a.md"]


def test_a_title_weighs_more_than_a_text(desk: Desk) -> None:
    desk.write("a.md", "We spoke about a tender once, then about much else, and about the weather.\n")
    desk.write("b.md", "# The tender\n\nText.\n")
    assert desk.paths("tender") == ["b.md", "a.md"]


def test_not_more_hits_than_asked_for(desk: Desk) -> None:
    for number in range(MAX_HITS + 10):
        desk.write(f"n{number}.md", "same words\n")
    assert len(desk.index.search("words", 3)) == 3
    assert len(desk.index.search("words", 0)) == 1
    assert len(desk.index.search("words", 10_000)) == MAX_HITS


def test_a_long_line_gives_a_short_excerpt(desk: Desk) -> None:
    desk.write("a.md", f"{'x' * 50_000} needle {'y' * 50_000}\n")
    (hit,) = desk.index.search("needle")
    assert len(hit.excerpt) <= MAX_EXCERPT_CHARS


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Diary/mine.md", "---\nprivate: true\n---\nneedle\n"),
        ("Diary/tagged.md", "---\ntags: [private]\n---\nneedle\n"),
        ("Clients/Secret/x.md", "needle\n"),
        ("clients/secret/deep/x.md", "needle\n"),
        ("Logs/day.md", "needle\n"),
        ("Health/runner.md", "needle\n"),
        ("Quarantine/x.md", "needle\n"),
        (".obsidian/x.md", "needle\n"),
        ("Projects/.hidden.md", "needle\n"),
        ("Projects/broken.md", "---\na: [\n---\nneedle\n"),
        ("Projects/x.txt", "needle\n"),
    ],
)
def test_what_is_private_hidden_or_unreadable_is_never_in_the_index(desk: Desk, path: str, text: str) -> None:
    desk.write(path, text)
    desk.write("Projects/open.md", "haystack\n")
    assert desk.paths("needle") == []
    assert desk.paths("haystack") == ["Projects/open.md"]
    assert not desk.holds("needle")


def test_a_note_that_becomes_private_leaves_the_index_and_its_words_leave_the_file(desk: Desk) -> None:
    note = desk.write("Projects/x.md", "# About\n\nneedlework\n")
    assert desk.paths("needlework") == ["Projects/x.md"]
    assert desk.holds("needlework")
    desk.write("Projects/x.md", f"---\nprivate: true\n---\n{note.read_text(encoding='utf-8')}")
    assert desk.paths("needlework") == []
    assert not desk.holds("needlework")


def test_a_folder_that_becomes_private_leaves_the_index_and_comes_back_when_it_is_not(desk: Desk) -> None:
    desk.write("Projects/x.md", "needlework\n")
    assert desk.paths("needlework") == ["Projects/x.md"]
    desk.write("Company_Handbook.md", PRIVACY.replace("Clients/Secret", "Projects"))
    assert desk.paths("needlework") == []
    assert not desk.holds("needlework")
    desk.write("Company_Handbook.md", PRIVACY)
    assert desk.paths("needlework") == ["Projects/x.md"]


def test_a_hit_that_became_private_unseen_is_not_told(desk: Desk) -> None:
    """Same size and times, as a clock that stands still gives: the hit itself is looked at once more."""
    desk.write("Projects/x.md", "---\nsecrets: true\n---\nneedle\n")
    assert desk.paths("needle") == ["Projects/x.md"]
    about = desk.write("Projects/x.md", "---\nprivate: true\n---\nneedle\n").stat()
    with closing(sqlite3.connect(desk.state / FILE)) as sql, sql:
        mark = f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}"
        assert sql.execute("UPDATE notes SET mark = ? WHERE path = 'Projects/x.md'", (mark,)).rowcount == 1
    assert desk.paths("needle") == []


@pytest.mark.parametrize("handbook", ["", "## Privacy\n\n| folder | leaves |\n| --- | --- |\n| Secret | maybe |\n"])
def test_while_nobody_knows_what_is_private_nothing_is_found(desk: Desk, handbook: str) -> None:
    place = desk.write("Company_Handbook.md", handbook)
    if not handbook:
        place.unlink()
    with pytest.raises(NeedsOwner, match="private"):
        desk.index.search("needle")


def test_nothing_outside_our_folder_is_looked_at_and_no_link_is_followed(desk: Desk) -> None:
    """In a vault the owner already had we live in one folder of it."""
    outside = desk.root.parent / "Diary"
    outside.mkdir()
    (outside / "x.md").write_text("needle\n")
    (desk.root / "Diary").symlink_to(outside)
    (desk.root / "link.md").symlink_to(outside / "x.md")
    os.link(outside / "x.md", desk.root / "second name.md")
    assert desk.paths("needle") == []
    assert not desk.holds("needle")


def test_our_folder_may_be_named_by_a_link(desk: Desk) -> None:
    desk.write("x.md", "needle\n")
    link = desk.root.parent / "Link"
    link.symlink_to(desk.root)
    assert [each.path for each in NoteIndex(desk.state, link).search("needle")] == ["x.md"]


def test_changed_new_moved_and_deleted_notes_are_taken_in_at_the_next_search(desk: Desk) -> None:
    place = desk.write("a.md", "first\n")
    assert desk.paths("first") == ["a.md"]
    desk.write("a.md", "second\n")
    desk.write("b.md", "first\n")
    assert (desk.paths("first"), desk.paths("second")) == (["b.md"], ["a.md"])
    place.rename(desk.root / "c.md")
    assert desk.paths("second") == ["c.md"]
    (desk.root / "c.md").unlink()
    assert desk.paths("second") == []


def test_an_older_time_with_the_same_size_is_noticed(desk: Desk) -> None:
    """Sync tools bring a note with the time it has elsewhere."""
    place = desk.write("a.md", "first\n")
    assert desk.paths("first") == ["a.md"]
    before = place.stat()
    desk.write("a.md", "fifth\n")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.paths("fifth") == ["a.md"]


def test_only_changed_notes_are_read_again(desk: Desk) -> None:
    desk.write("a.md", "first\n")
    desk.write("b.md", "first\n")
    desk.index.search("first")
    with closing(sqlite3.connect(desk.state / FILE)) as sql:
        before = dict(sql.execute("SELECT path, id FROM notes"))
    desk.write("b.md", "first again\n")
    desk.index.search("first")
    with closing(sqlite3.connect(desk.state / FILE)) as sql:
        after = dict(sql.execute("SELECT path, id FROM notes"))
    assert {path for path in before if before[path] == after[path]} == {"a.md", "Company_Handbook.md"}


def test_the_index_is_one_private_file_that_may_be_deleted(desk: Desk) -> None:
    desk.write("a.md", "needle\n")
    assert desk.paths("needle") == ["a.md"]
    assert [each.name for each in desk.state.iterdir()] == [FILE]
    assert (desk.state / FILE).stat().st_mode & 0o777 == 0o600
    (desk.state / FILE).unlink()
    assert desk.paths("needle") == ["a.md"]


@pytest.mark.parametrize("content", [b"no database " * 1_000, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_file_is_begun_anew(desk: Desk, content: bytes) -> None:
    desk.write("a.md", "needle\n")
    desk.index.search("needle")
    (desk.state / FILE).write_bytes(content)
    assert desk.paths("needle") == ["a.md"]


def test_tables_that_are_gone_are_made_anew(desk: Desk) -> None:
    desk.write("a.md", "needle\n")
    desk.index.search("needle")
    with closing(sqlite3.connect(desk.state / FILE)) as sql, sql:
        sql.execute("DROP TABLE texts")
    desk.write("a.md", "needles\n")
    assert desk.paths("needles") == ["a.md"]


def test_a_file_of_another_version_is_begun_anew(desk: Desk) -> None:
    desk.write("a.md", "needle\n")
    desk.index.search("needle")
    with closing(sqlite3.connect(desk.state / FILE)) as sql, sql:
        sql.execute(f"PRAGMA user_version = {FORM + 1}")
    assert desk.paths("needle") == ["a.md"]


def test_while_another_process_makes_the_index_one_is_told_so(desk: Desk) -> None:
    desk.index.search("needle")
    desk.write("a.md", "needle\n")
    with closing(sqlite3.connect(desk.state / FILE, isolation_level=None)) as sql:
        sql.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient, match="Another process"):
            NoteIndex(desk.state, desk.root, busy_s=0.01).search("needle")
        sql.execute("ROLLBACK")
    assert desk.paths("needle") == ["a.md"]


def test_a_note_that_another_one_takes_out_in_the_middle_of_a_search_stops_it_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = [desk.write(f"{name}.md", "needle\n") for name in "abc"]

    def hit(path: str, title: str, excerpt: str) -> Hit:
        if all(each.exists() for each in notes):
            for each in notes[1:]:
                each.unlink()
            assert desk.paths("needle") == ["a.md"]
        return Hit(path, title, excerpt)

    monkeypatch.setattr(note_index, "Hit", hit)
    assert desk.paths("needle") == ["a.md"]


def test_a_place_that_cannot_be_opened_is_told(desk: Desk) -> None:
    (desk.state / FILE).mkdir()
    with pytest.raises(Transient, match="refuses"):
        desk.index.search("needle")


@pytest.mark.parametrize("words", ["", "   ", '"', "* ( ) ^ : -", "__", "\0"])
def test_without_a_word_nothing_is_found(desk: Desk, words: str) -> None:
    assert desk.paths(words) == []


def test_signs_that_mean_something_to_the_index_mean_nothing_here(desk: Desk) -> None:
    desk.write("a.md", "alpha beta\n")
    desk.write("b.md", "NEAR and NOT or\n")
    for words in ('alpha" OR "beta', "body:alpha", "{title}: alpha", "alpha*", "^alpha", "alpha -beta", "(alpha"):
        assert "a.md" in desk.paths(words), words
    assert desk.paths("NOT near") == ["b.md"]


@given(words=st.text(max_size=200))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_is_answered(desk: Desk, words: str) -> None:
    desk.write("a.md", "alpha beta\n")
    assert {each.path for each in desk.index.search(words)} <= {"a.md", "Company_Handbook.md"}


@given(word=st.from_regex(r"[a-zà-öø-ÿα-ωа-я]{3,20}", fullmatch=True))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_word_of_a_note_finds_it(desk: Desk, word: str) -> None:
    desk.write("a.md", f"before {word} after\n")
    assert "a.md" in desk.paths(word)


def test_a_title_is_the_first_big_heading_or_the_name(desk: Desk) -> None:
    desk.write("a.md", "## Small\n\n```\n# in a fence\n```\n\n# Big\n\nneedle\n")
    desk.write("sub/The name.md", "needle\n")
    assert {each.path: each.title for each in desk.index.search("needle")} == {
        "a.md": "Big",
        "sub/The name.md": "The name",
    }


def test_notes_that_hold_a_run_of_words_are_told_by_their_paths_for_all_that_was_asked_at_once(desk: Desk) -> None:
    desk.write("a.md", "We use Pixel  Tools every day.\n")
    desk.write("b.md", "Tools with a pixel.\n")
    desk.write("c.md", "---\nprivate: true\n---\nPixel Tools\n")
    desk.write("d.md", "gîthub\n")
    asked = {"x": ["pixel TOOLS", "tools gmbh"], "y": ["GitHub"], "z": ["%", '" OR a'], "none": [""]}
    assert desk.index.holding(asked) == {"x": ("a.md",), "y": ("d.md",), "z": (), "none": ()}
    (desk.state / FILE).write_bytes(b"no index at all")
    assert desk.index.holding({"x": ["pixel tools"]}) == {"x": ("a.md",)}
