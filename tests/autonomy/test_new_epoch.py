"""Promises when the state folder is lost: nothing in Approved runs, open tasks are filed again, old words are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.vault.layout import FOLDERS
from tests.autonomy.house import Killed
from tests.watchers.samples import written

if TYPE_CHECKING:
    from tests.autonomy.house import House


def names(house: House, pattern: str) -> list[str]:
    return sorted(each.relative_to(house.vault).as_posix() for each in house.vault.glob(pattern))


def test_nothing_in_approved_runs_and_open_tasks_are_proposed_anew(house: House) -> None:
    approved, pending = house.proposed("send lamp", 1), house.proposed("send candle", 2)
    (house.vault / "STOP.md").write_text("stop\n", encoding="utf-8")
    house.move(approved, "Approved")
    house.once()
    (house.vault / "STOP.md").unlink()
    house.stop()
    house.lose_state()
    house.restart()
    assert house.courier.sent == []
    again = house.waiting()
    assert len(again) == 2
    assert not {approved, pending} & set(again)
    assert names(house, "Approved/*.md") == []
    assert names(house, f"Quarantine/{pending}-before-epoch-2.md") != []
    assert len(house.tasks()) == 2
    assert house.is_sound()
    house.move(again[0], "Approved")
    house.restart()
    assert len(house.courier.sent) == 1
    assert house.happened().count("epoch.began") == 1
    assert house.is_sound()


def test_the_old_log_is_kept_and_the_owner_is_told_once(house: House) -> None:
    house.proposed()
    (log,) = (house.vault / "Logs").glob("*.jsonl")
    before = log.read_bytes()
    house.stop()
    house.lose_state()
    house.restart()
    house.restart()
    assert (house.vault / f"Logs/before-epoch-2/{log.name}").read_bytes() == before
    assert sum("new epoch" in each for each in house.alerts()) == 1


def test_requests_and_questions_of_the_owner_are_asked_again(house: House) -> None:
    written(house.vault / "Ask.md", "# Ask\n- choose\n")
    house.once()
    (question,) = house.sees().questions
    task = house.the_task()
    house.stop()
    house.lose_state()
    house.restart()
    (again,) = house.sees().questions
    assert again.id != question.id
    assert house.brain.seen[-1][0].kind == "ask"
    assert house.brain.seen[-1][0].text.strip() == "choose"
    assert house.the_task() != task
    assert house.is_sound()


def test_a_request_by_command_gets_a_name_of_its_own_in_the_new_epoch(house: House) -> None:
    house.command("ask", "", "nothing")
    house.once()
    first = house.the_task()
    house.stop()
    house.lose_state()
    house.start()
    house.clock.advance(1)
    house.command("ask", "", "nothing")
    house.runner.once()
    assert house.the_task() != first
    assert [house.folder(each) for each in (first, house.the_task())] == ["Done/2026-11"] * 2


def test_the_words_of_a_mail_never_become_a_request_of_the_owner(house: House) -> None:
    house.proposed()
    for original in (house.vault / "Files").rglob("*.eml"):
        original.unlink()
    house.stop()
    house.lose_state()
    house.restart()
    assert (house.tasks(), house.waiting()) == ([], [])
    assert len(names(house, "Quarantine/2026-*-email-*-before-epoch-2.md")) == 1


def test_files_of_other_months_and_of_no_month_are_looked_through(house: House) -> None:
    house.proposed()
    (original,) = (house.vault / "Files").rglob("*.eml")
    (house.vault / "Files/2026-12").mkdir()
    original.rename(house.vault / "Files/2026-12" / original.name)
    written(house.vault / "Files/mine.txt", "mine")
    house.stop()
    house.lose_state()
    house.restart()
    assert len(house.waiting()) == 1


def test_the_owners_own_notes_and_alerts_stay_where_they_are(house: House) -> None:
    house.start()
    texts = {
        "Needs_Action/My note.md": "# mine\n",
        "Needs_Action/list.md": "---\ntype: [a, b]\n---\n",
        "Needs_Action/broken.md": "---\n: {\n---\n",
        "Needs_Action/2026-11-23-alert-0123456789.md": "---\ntype: alert\n---\n# read me\n",
        "Plans/holiday.md": "# sun\n",
    }
    for path, text in texts.items():
        written(house.vault / path, text)
    (house.vault / "Needs_Action/folder").mkdir()
    (house.vault / "Needs_Action/link.md").symlink_to("/nowhere")
    house.once()
    house.stop()
    house.lose_state()
    house.restart()
    assert {path: (house.vault / path).read_text(encoding="utf-8") for path in texts} == texts
    assert (house.vault / "Needs_Action/link.md").is_symlink()


def test_a_strangers_name_in_pending_does_not_become_a_name_of_ours(house: House) -> None:
    house.proposed()
    written(house.vault / "Pending_Approval/![[evil]].md", "words\n")
    written(house.vault / "Needs_Action/2026-11-23-ask-0123456789.md", "---\ntype: ask\n---\nno words\n")
    house.stop()
    house.lose_state()
    house.restart()
    assert len(names(house, "Quarantine/unknown-*-before-epoch-2.md")) == 1
    assert "evil" not in "".join(str(event) for event in house.events())


def test_a_vault_without_a_past_only_begins(house: House) -> None:
    house.lose_state()
    for name in FOLDERS:
        for each in (house.vault / name).iterdir():
            if each.is_file() and each.name != "vault.md":
                each.unlink()
    house.restart()
    assert house.alerts() == []
    assert house.is_sound()


@pytest.mark.parametrize("number", [1, 3, 5, 7])
def test_killed_while_it_begins_a_new_epoch_is_begun_once(house: House, number: int) -> None:
    house.proposed()
    (log,) = (house.vault / "Logs").glob("*.jsonl")
    before = log.read_bytes()
    house.stop()
    house.lose_state()
    house.open()
    house.store.kill_at = number
    with pytest.raises(Killed):
        house.runner.start()
    house.restart()
    assert len(house.waiting()) == 1
    assert house.happened().count("epoch.began") == 1
    assert [each.read_bytes() for each in (house.vault / "Logs").glob("before-epoch-*/*.jsonl")] == [before]
    assert house.is_sound()


def test_a_mail_done_before_may_be_filed_again_on_the_same_day(house: House) -> None:
    house.mail("nothing")
    house.once()
    task = house.the_task()
    house.stop()
    house.lose_state()
    house.start()
    house.mail("nothing")
    house.once()
    assert house.the_task() == task
    assert house.folder(task) == "Done/2026-11"
    assert len(names(house, f"Quarantine/{task}-twin-*.md")) == 1
    assert house.is_sound()
