"""Promises about idle work: the owner's edits are the owner's, an idle run changes nothing, git is clean."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.desk import READABLE, Desk, readable_log
from agents.durability.journal import write_meta
from agents.security.audit_logger import Fact, Link, Moment, chain
from tests.autonomy.house import Killed

if TYPE_CHECKING:
    from tests.autonomy.house import House

DASHBOARD = "Dashboard.md"


def name_of(house: House, pattern: str) -> str:
    """The one log of this kind."""
    (found,) = (house.vault / "Logs").glob(pattern)
    return found.relative_to(house.vault).as_posix()


def head(house: House) -> str:
    return house.git("rev-parse", "HEAD")


def authors(house: House, path: str) -> list[str]:
    return house.git("log", "--format=%an", "--", path).split()


def write(house: House, path: str, text: str) -> None:
    (house.vault / path).write_text(text, encoding="utf-8")


def test_a_new_vault_is_committed_whole(house: House) -> None:
    kept = house.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")
    assert "Health/vault.md" in kept
    house.once()
    assert house.is_sound()
    kept = house.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")
    assert {"Health/vault.md", DASHBOARD, name_of(house, "*.jsonl"), name_of(house, "*.md")} <= set(kept)
    assert "Health/runner.md" not in kept


def test_an_idle_run_adds_no_commit_and_no_event(house: House) -> None:
    house.move(house.proposed(), "Approved")
    house.once()
    before = (head(house), len(house.events()))
    house.once()
    house.restart()
    house.stop()
    house.restart()
    assert (head(house), len(house.events())) == before
    assert house.is_sound()


def test_the_owners_edits_are_committed_as_the_owners_at_the_end_of_once(house: House) -> None:
    house.once()
    write(house, "Accounting/Rates.md", "changed\n")
    write(house, "mine.md", "new\n")
    house.once()
    assert authors(house, "Accounting/Rates.md")[0] == "owner"
    assert authors(house, "mine.md") == ["owner"]
    assert house.happened()[-1] == "owner.edited"
    (house.vault / "mine.md").unlink()
    house.once()
    assert authors(house, "mine.md") == ["owner", "owner"]
    assert house.is_sound()


@pytest.mark.parametrize("days", [0, 40, -40])
def test_while_watching_the_owners_edits_wait_for_a_minute_of_quiet(house: House, days: int) -> None:
    house.once()
    house.clock.practise(timedelta(days=days))  # files are as old as the disk says
    desk, now_s = house.parts.desk, house.clock.machine_now().timestamp()
    desk.work(last=False, progressed=False)
    write(house, "mine.md", "half a sen")
    os.utime(house.vault / "mine.md", (now_s, now_s))
    desk.work(last=False, progressed=False)  # looked a moment ago
    house.clock.advance(59)
    desk.work(last=False, progressed=False)
    house.clock.advance(1)
    os.utime(house.vault / "mine.md", (now_s + 30, now_s + 30))
    desk.work(last=False, progressed=False)  # looks, and the file is not quiet
    assert "mine.md" in house.git("status", "--porcelain")
    house.clock.advance(60)
    desk.work(last=False, progressed=False)
    house.clock.advance(2)
    desk.work(last=False, progressed=False)
    assert house.is_sound()


def test_a_file_from_the_future_is_not_waited_for(house: House) -> None:
    house.once()
    write(house, "mine.md", "new\n")
    later_s = house.clock.now().timestamp() + 1e6
    os.utime(house.vault / "mine.md", (later_s, later_s))
    house.once()
    assert house.is_sound()


def test_the_owners_region_of_the_dashboard_survives_and_is_the_owners(house: House) -> None:
    house.once()
    text = (house.vault / DASHBOARD).read_text(encoding="utf-8")
    write(house, DASHBOARD, text.replace("%% yours: begin %%\n", "%% yours: begin %%\nremember the milk\n"))
    house.once()
    assert authors(house, DASHBOARD)[0] == "owner"
    house.proposed()
    assert "remember the milk" in (house.vault / DASHBOARD).read_text(encoding="utf-8")
    assert house.is_sound()


@pytest.mark.parametrize("text", ["scribbled over\n", None])
def test_the_rest_of_the_dashboard_is_written_anew(house: House, text: str | None) -> None:
    house.once()
    before = (house.vault / DASHBOARD).read_text(encoding="utf-8")
    if text is None:
        (house.vault / DASHBOARD).unlink()
    else:
        write(house, DASHBOARD, text)
    count = len(house.events())
    house.once()
    assert (house.vault / DASHBOARD).read_text(encoding="utf-8") == before
    assert len(house.events()) == count
    assert house.is_sound()


def test_a_page_of_the_log_that_was_changed_is_written_anew(house: House) -> None:
    house.once()
    page = house.vault / name_of(house, "*.md")
    before = page.read_text(encoding="utf-8")
    for text in ("", "nothing happened\n"):
        page.unlink()
        if text:
            write(house, name_of(house, "*.jsonl").replace("jsonl", "md"), text)
        house.once()
        assert page.read_text(encoding="utf-8") == before
        assert house.is_sound()


def test_a_file_the_owner_puts_among_the_logs_is_the_owners(house: House) -> None:
    house.once()
    for name in ("mine.md", "mine.txt", "mine.jsonl"):
        write(house, f"Logs/{name}", "mine\n")
    house.once()
    assert [authors(house, f"Logs/{name}") for name in ("mine.md", "mine.txt", "mine.jsonl")] == [["owner"]] * 3
    assert house.git("status", "--porcelain") == ""


def test_a_bent_log_is_not_committed_as_if_it_were_right(house: House) -> None:
    house.once()
    log = house.vault / name_of(house, "*.jsonl")
    log.write_bytes(log.read_bytes().replace(b"vault.created", b"vault.stolen!"))
    before = head(house)
    house.once()
    assert head(house) == before
    assert house.verified().broken != []


def test_a_dashboard_that_is_a_folder_stops_nothing_and_is_told_once(house: House) -> None:
    house.once()
    (house.vault / DASHBOARD).unlink()
    (house.vault / DASHBOARD).mkdir()
    house.proposed()
    house.restart()
    assert len(house.alerts()) == 1
    (house.vault / DASHBOARD).rmdir()
    house.once()
    assert house.is_sound()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", [1, 2])
def test_killed_while_writing_pages_the_next_idle_moment_does_the_rest(
    house: House, number: int, *, after: bool
) -> None:
    house.proposed()
    write(house, "mine.md", "new\n")
    house.store.kill_at, house.store.after = house.store.applied + number, after
    with pytest.raises(Killed):
        house.once()
    house.restart()
    assert house.is_sound()


def test_only_the_log_files_that_grew_are_written(house: House) -> None:
    house.once()
    page = house.vault / name_of(house, "*.md")
    before = page.stat().st_ino
    house.clock.advance(86_400)
    house.proposed()
    assert page.stat().st_ino == before
    assert len(list((house.vault / "Logs").glob("2026-11-24*.md"))) == 1


def test_all_pages_can_be_written_again(house: House) -> None:
    house.once()
    with house.journal.begin() as sql:
        write_meta(sql, READABLE, "0")
    house.proposed()
    assert house.is_sound()


def test_names_in_the_readable_log_are_inert() -> None:
    fact = Fact("watcher", "file.quarantined", "![[evil]] | x", result="ok")
    link: Link = chain(None, fact, Moment("2026-11-23T12:00:00.000+00:00", 1.0), "", "2026-11-23")
    assert readable_log("2026-11-23.jsonl", [link]).splitlines()[-1] == (
        "| 1 | 12:00:00 | watcher | file.quarantined | `![[evil]] ¦ x` | ok |"
    )


def test_git_status_is_made_clean_when_nothing_follows_for_a_while(house: House) -> None:
    house.mail("send lamp")
    house.start()
    while house.runner.tick()[0]:
        pass
    for progressed in (True, False):
        house.parts.desk.work(last=False, progressed=progressed)
    stale = house.git("diff-files", "--name-only") + house.git("diff-index", "--cached", "--name-only", "HEAD")
    assert stale != "", "the next event need not wait for the index"
    house.clock.advance(2)
    house.parts.desk.work(last=False, progressed=False)
    assert house.git("status", "--porcelain") == ""


def test_whoever_gives_memory_back_hears_when_every_file_was_looked_at(house: House) -> None:
    looked: list[str] = []
    house.start()
    desk = Desk(house.recorder, lambda: (), 60.0, looked=lambda: looked.append("now"))
    for seconds, times in ((0, 1), (59, 1), (1, 2)):
        house.clock.advance(seconds)
        desk.work(last=False, progressed=False)
        assert len(looked) == times


def test_the_longer_a_look_at_every_file_takes_the_more_rarely_it_is_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.start()
    looks, history = list[float](), house.recorder.history
    changed = history.changed_paths

    def slowly() -> tuple[str, ...]:
        looks.append(house.clock.monotonic_s())
        house.clock.advance(0.2 if len(looks) == 1 else 100)
        return changed()

    monkeypatch.setattr(history, "changed_paths", slowly)
    desk = Desk(house.recorder, lambda: (), 60.0, looked=lambda: house.clock.advance(5))  # what follows does not count
    for seconds, times in ((0, 1), (93, 1), (3, 2), (490, 2), (8, 3)):  # ten minutes are the most
        house.clock.advance(seconds)
        desk.work(last=False, progressed=False)
        assert len(looks) == times
    note = house.vault / "mine.md"
    note.write_text("mine\n", encoding="utf-8")
    house.clock.advance(600)
    at = house.clock.machine_now().timestamp() + 90  # while it looks
    os.utime(note, (at, at))
    desk.work(last=False, progressed=False)  # looks, and the note is not quiet: a minute after that it is
    house.clock.advance(60)
    desk.work(last=False, progressed=False)
    assert len(looks) == 5
