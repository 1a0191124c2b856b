"""Promises of drop folders once a file is filed: it is taken away once, and never lost, whatever is killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.durability.drop_folder_rows import After, DropFolder, Stage, connect_folder, dropped_files
from tests.autonomy.house import House, Killed
from tests.watchers.samples import written
from watchers import drop_filing
from watchers.drop_clearing import take_away

if TYPE_CHECKING:
    from pathlib import Path


def scans(house: House, after: After = After.MOVE) -> Path:
    folder = house.room / "Scans"
    folder.mkdir(exist_ok=True)
    with house.journal.begin() as sql:
        connect_folder(sql, DropFolder(str(folder), "Scans", after))
    return folder


def tasks(house: House) -> list[str]:
    found = sorted(each.stem for each in (house.vault / "Needs_Action").glob("*.md"))
    return [name for name in found if "-file-" in name]


def alerts(house: House) -> list[str]:
    return [each.read_text(encoding="utf-8") for each in (house.vault / "Needs_Action").glob("*-alert-*.md")]


def lying(folder: Path) -> list[str]:
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if not each.is_dir())


def stages(house: House) -> list[Stage]:
    with house.journal.begin() as sql:
        return [each.stage for each in dropped_files(sql, str(house.room / "Scans")).values()]


@pytest.mark.parametrize(
    ("after", "there", "rows"),
    [(After.MOVE, ["Filed/in/a.txt"], []), (After.REMOVE, [], []), (After.KEEP, ["in/a.txt"], [Stage.KEPT])],
)
def test_a_file_is_filed_with_its_bytes_and_then_moved_removed_or_kept(
    house: House, after: After, there: list[str], rows: list[Stage]
) -> None:
    folder = scans(house, after)
    written(folder / "in/a.txt", "what it says")
    assert house.sweep() == 1
    (task,) = tasks(house)
    assert "A file from your drop folder `Scans`" in house.text(task)
    assert "what it says" in house.text(task)
    assert [each.read_text() for each in (house.vault / "Files").rglob("sha-*")] == ["what it says"]
    assert (lying(folder), stages(house)) == (there, rows)
    assert house.sweep() == 0
    assert len(tasks(house)) == 1


@pytest.mark.parametrize("after", [After.MOVE, After.REMOVE])
@pytest.mark.parametrize("done", [False, True])
def test_killed_between_task_and_taking_away_it_is_taken_away_and_no_second_task(
    house: House, monkeypatch: pytest.MonkeyPatch, after: After, *, done: bool
) -> None:
    folder = scans(house, after)
    written(folder / "a.txt", "once")

    def killed(*arguments: object) -> None:
        if done:
            take_away(*arguments)  # type: ignore[arg-type]
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(drop_filing, "take_away", killed)
        with pytest.raises(Killed):
            house.sweep()
    house.start()
    assert house.sweep() == 0
    assert len(tasks(house)) == 1
    assert stages(house) == ([Stage.FILED] if done else [])
    assert lying(folder) == (["Filed/a.txt"] if after is After.MOVE else [])
    assert "event.seen_again" not in house.happened()


def test_killed_amid_the_move_the_file_loses_its_old_name(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = scans(house)
    path = written(folder / "a.txt", "once")

    def killed(*_arguments: object) -> None:
        (folder / "Filed").mkdir()
        (folder / "Filed/a.txt").hardlink_to(path)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(drop_filing, "take_away", killed)
        with pytest.raises(Killed):
            house.sweep()
    house.start()
    house.sweep()
    assert (lying(folder), len(tasks(house)), stages(house)) == (["Filed/a.txt"], 1, [])


def test_a_file_that_became_another_one_before_it_was_taken_away_is_another_task(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = scans(house)
    path = written(folder / "a.txt", "first")

    def written_again(*arguments: object) -> object:
        written(path, "second")
        return take_away(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(drop_filing, "take_away", written_again)
        house.sweep()
    assert lying(folder) == ["a.txt"]
    house.sweep()
    assert (len(tasks(house)), lying(folder)) == (2, ["Filed/a.txt"])
    assert sorted(each.read_text() for each in (house.vault / "Files").rglob("sha-*")) == ["first", "second"]


def test_a_drive_that_goes_before_the_file_is_taken_away_gets_its_turn_when_it_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = scans(house)
    written(folder / "a.txt", "once")

    def unplugged(*arguments: object) -> object:
        folder.rename(house.room / "unplugged")
        return take_away(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(drop_filing, "take_away", unplugged)
        house.sweep()
    house.sweep()
    (house.room / "unplugged").rename(folder)
    house.sweep()
    assert (lying(folder), len(tasks(house)), stages(house)) == (["Filed/a.txt"], 1, [])
    assert "event.seen_again" not in house.happened()


def test_two_files_of_one_name_keep_both_in_filed(house: House) -> None:
    folder = scans(house)
    for text in ("monday", "tuesday", "monday"):
        written(folder / "scan.txt", text)
        house.sweep()
    first, second = lying(folder)
    assert (first, len(tasks(house))) == ("Filed/scan-" + first[11:19] + ".txt", 2)
    assert second == "Filed/scan.txt"


def test_the_same_bytes_under_another_name_are_one_task_that_tells_of_it(house: House) -> None:
    folder = scans(house)
    written(folder / "a.txt", "the same")
    house.sweep()
    written(folder / "copy of a.txt", "the same")
    written(house.vault / "Inbox/b.txt", "the same")
    house.sweep()
    (task,) = tasks(house)
    assert house.happened().count("event.seen_again") == 2
    assert "the same file came again, named `copy of a.txt`; nothing was filed twice" in house.text(task)
    assert "the same file came again, named `b.txt`" in house.text(task)
    assert lying(folder) == ["Filed/a.txt", "Filed/copy of a.txt"]


def test_a_note_tells_only_so_often_that_its_file_came_again_and_also_where_it_is_done(house: House) -> None:
    folder = scans(house)
    written(folder / "a.txt", "the same")
    house.sweep()
    (task,) = tasks(house)
    house.move(task, "Done/2026-11")
    for number in range(12):
        written(folder / f"{number}.txt", "the same")
        house.sweep()
    assert house.text(task).count("the same file came again") == 10
    assert house.happened().count("event.seen_again") == 12


def test_of_many_copies_at_once_the_note_tells_only_a_few(house: House) -> None:
    folder = scans(house)
    for number in range(30):
        written(folder / f"{number}.txt", "the same")
    house.sweep()
    (task,) = tasks(house)
    assert house.text(task).count("the same file came again") == 10
    assert house.happened().count("event.seen_again") == 29


@pytest.mark.timeout(600)
def test_two_thousand_files_in_new_subfolders_while_nobody_looked_are_all_found_once(house: House) -> None:
    folder, inbox = scans(house), house.vault / "Inbox"
    for number in range(2000):
        place = folder if number % 2 else inbox
        written(place / f"new {number % 200}/{number}.txt", f"letter {number}")
    while house.sweep():
        pass
    assert len(tasks(house)) == 2000
    assert len([each for each in (house.vault / "Files").rglob("sha-*") if each.is_file()]) == 2000
    assert (len(lying(folder / "Filed")), len(lying(folder))) == (1000, 1000)
    assert [each for each in lying(inbox) if not each.endswith(".gitkeep")] == []


def test_a_linked_filed_folder_is_not_written_through(house: House) -> None:
    folder = scans(house)
    elsewhere = house.room / "elsewhere"
    elsewhere.mkdir()
    (folder / "Filed").symlink_to(elsewhere)
    written(folder / "in/a.txt", "once")
    house.sweep()
    assert (lying(elsewhere), len(tasks(house)), stages(house)) == ([], 1, [Stage.STUCK])
    assert (folder / "in/a.txt").is_file()


def test_a_file_in_the_way_of_filed_leaves_it_stuck_until_a_new_process_can(house: House) -> None:
    folder = scans(house)
    written(folder / "Filed", "a file of this name")
    written(folder / "a.txt", "once")
    house.sweep()
    assert (len(tasks(house)), stages(house)) == (1, [Stage.STUCK])
    (folder / "Filed").unlink()
    house.sweep()
    house.start()
    house.sweep()
    assert (lying(folder), len(tasks(house)), stages(house)) == (["Filed/a.txt"], 1, [])


def test_what_cannot_be_read_is_told_kept_aside_and_taken_away(house: House) -> None:
    folder = scans(house)
    written(folder / "bank.csv", b"date;amount\n2026-11-01;\x00\n")
    house.sweep()
    (alert,) = alerts(house)
    assert "A file from the drop folder Scans cannot be read: line 2" in alert
    assert (lying(folder), stages(house)) == (["Filed/bank.csv"], [])
    assert len([each for each in (house.vault / "Quarantine").iterdir() if each.name.startswith("sha-")]) == 1


def test_a_folder_that_goes_is_told_once_each_time(house: House) -> None:
    folder = scans(house)
    for times in (1, 2):
        house.sweep()
        folder.rename(house.room / "unplugged")
        house.sweep()
        house.sweep()
        house.start()
        house.sweep()
        assert len(alerts(house)) == times
        assert all("The drop folder Scans is not there any more" in each for each in alerts(house))
        (house.room / "unplugged").rename(folder)
        house.clock.advance(60)
        house.sweep()
