"""Very many mails: above a rate they are kept and listed in one note instead of becoming a task each; none is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from sqlalchemy import text

from agents.connectors.email.message import Sender, message_id
from agents.durability.counterparty_rows import remember_counterparty
from tests.autonomy.house import House
from tests.clock import NOON
from tests.connectors.email.notices import report
from tests.watchers.samples import mail, written
from tests.watchers.test_filing import counted
from watchers.inbox_watcher import InboxWatcher
from watchers.intake import Intake
from watchers.mail_flood import FLOOD_PER_HOUR
from watchers.mail_list_note import SHOWN

if TYPE_CHECKING:
    from pathlib import Path


LIMIT = 20
HOUR_S = 3600.0


@pytest.fixture(autouse=True)
def _usual_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(House, "mails_per_hour", FLOOD_PER_HOUR)


def arrive(house: House, numbers: range, *, sender: str = "billing@client.example", subject: str = "Invoice") -> None:
    """Mails of one sender, `%d` in it stands for the number, are seen and filed."""
    for number in numbers:
        named = sender % number if "%" in sender else sender
        content = mail(number, subject=f"{subject} {number}").replace("billing@client.example", named)
        written(house.vault / f"Inbox/{number:05d}.eml", content)
    house.sweep()


def tasks(house: House) -> list[str]:
    """The tasks that are mails."""
    return [each for each in house.tasks() if "Very many mails" not in house.text(each)]


def about(house: House) -> list[str]:
    """The tasks that tell of very many mails."""
    return [each for each in house.tasks() if "Very many mails" in house.text(each)]


def lists(house: House) -> list[Path]:
    return sorted((house.vault / "Files").rglob("*-mails-*.md"))


def lines(note: Path) -> list[str]:
    return [each for each in note.read_text(encoding="utf-8").splitlines() if each.startswith("- 2")]


def kept(house: House) -> int:
    return len(list((house.vault / "Files").rglob("*.eml")))


def test_above_the_limit_mails_are_listed_in_one_note_with_one_task_and_one_alert(house: House) -> None:
    arrive(house, range(LIMIT + 5), subject="About")
    assert (len(tasks(house)), kept(house)) == (LIMIT, LIMIT + 5)
    (note,), (task,) = lists(house), about(house)
    found = lines(note)
    assert [re.findall(r"`About (\d+)`", each) for each in found] == [[str(each)] for each in range(24, 19, -1)]
    assert all(re.search(r"from `billing@client.example`: \[\[sha-[0-9a-f]{16}\.eml\]\]$", each) for each in found)
    assert f"[[{note.stem}]]" in house.text(task)
    assert f'task: "[[{task}]]"\nprivate: true\n' in note.read_text(encoding="utf-8")
    assert "from: billing@client.example\n" in house.text(task)
    assert house.alerts() == [
        "Very many mails came within an hour from one sender; what comes now is kept and listed, and makes no tasks."
    ]
    house.once()
    assert house.is_sound()


def test_what_comes_later_that_day_is_added_without_another_task_or_alert(house: House) -> None:
    for start in range(0, 60, 10):
        arrive(house, range(start, start + 10))
    (note,) = lists(house)
    assert (len(lines(note)), len(tasks(house)), len(about(house)), len(house.alerts())) == (40, LIMIT, 1, 1)
    house.clock.advance(HOUR_S + 1)
    arrive(house, range(100, 130))
    assert (len(lines(note)), len(tasks(house)), len(about(house)), len(house.alerts())) == (50, 2 * LIMIT, 1, 1)
    house.clock.advance(24 * HOUR_S)
    arrive(house, range(200, 230))
    assert (len(lists(house)), len(about(house)), len(house.alerts())) == (2, 2, 2)


def test_a_listed_mail_that_comes_again_is_known(house: House) -> None:
    arrive(house, range(LIMIT + 1))
    before = lists(house)[0].read_bytes()
    for number in range(3):
        written(house.vault / f"Inbox/again-{number}.eml", mail(LIMIT, subject=f"Invoice {LIMIT}"))
        house.sweep()
    assert [each for each in (house.vault / "Inbox").iterdir() if each.suffix == ".eml"] == []
    assert (lists(house)[0].read_bytes(), len(tasks(house)), kept(house)) == (before, LIMIT, LIMIT + 1)
    assert house.happened(about(house)[0]).count("event.seen_again") == 3


def test_strangers_of_one_domain_share_five_times_the_limit(house: House) -> None:
    arrive(house, range(5 * LIMIT + 2), sender="%d@many.example")
    assert len(tasks(house)) == 5 * LIMIT
    shown = lists(house)[0].read_text(encoding="utf-8")
    assert "senders of one domain `@many.example`" in shown
    assert "from `101@many.example`" in shown


def test_strangers_of_everywhere_share_a_hundred_times_the_limit(house: House) -> None:
    for number in range(103):
        content = mail(number).replace("billing@client.example", f"somebody@{number}.example")
        written(house.vault / f"Inbox/{number:05d}.eml", content)
    assert Intake(house.recorder, house.blobs, 1).take_in(InboxWatcher(house.vault, 0.0).scan(NOON)) == 103
    assert len(tasks(house)) == 100
    assert len(lines(lists(house)[0])) == 3
    assert "from senders you had nothing to do with yet" in house.alerts()[0]


def test_whom_the_owner_approved_something_for_has_five_times_the_limit(house: House) -> None:
    with house.journal.begin() as sql:
        remember_counterparty(sql, "Billing@Client.example", NOON)
    arrive(house, range(5 * LIMIT + 1))
    assert (len(tasks(house)), len(lines(lists(house)[0]))) == (5 * LIMIT, 1)
    arrive(house, range(1000, 1010), sender="%d@client.example")  # they are not of the strangers of their domain
    assert len(tasks(house)) == 5 * LIMIT + 10


def test_an_answer_to_a_mail_of_ours_is_a_task_in_any_flood(house: House) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.once()
    ours = message_id(house.row(proposal).key, Sender("owner@studio.example"))
    arrive(house, range(100, 100 + LIMIT + 5))
    before = set(house.tasks())
    written(house.vault / "Inbox/a.eml", mail(7).replace("MIME", f"In-Reply-To: {ours}\nMIME", 1))
    house.sweep()
    (reply,) = set(house.tasks()) - before
    assert "It says that it answers a mail of ours" in house.text(reply)


def test_a_mail_of_ours_that_comes_back_is_a_task_in_any_flood_and_a_notice_of_anything_else_is_listed(
    house: House,
) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.once()
    ours = message_id(house.row(proposal).key, Sender("owner@studio.example"))
    arrive(house, range(100, 100 + LIMIT), sender="MAILER-DAEMON@mx.studio.example")
    before = set(house.tasks())
    written(house.vault / "Inbox/a.eml", report("<somebody@elsewhere.example>", number=1))
    written(house.vault / "Inbox/b.eml", report(ours, number=2))
    house.sweep()
    (notice, task) = sorted(set(house.tasks()) - before, key=lambda each: "Very many mails" in house.text(each))
    assert "a mail server" in house.text(notice)
    assert "Very many mails" in house.text(task)
    (note,) = lists(house)
    assert len(lines(note)) == 1


@pytest.mark.parametrize("rule", ["from: billing@client.example | urgent", "outage | high"])
def test_a_mail_the_owner_has_a_rule_of_urgency_for_is_a_task_in_any_flood(house: House, rule: str) -> None:
    table = f"\n## Rules\n\n| when | then | limit |\n| --- | --- | --- |\n| {rule} | |\n"
    handbook = house.vault / "Company_Handbook.md"
    handbook.write_text(f"{handbook.read_text(encoding='utf-8')}{table}", encoding="utf-8")
    arrive(house, range(LIMIT + 3), subject="Outage")
    assert (len(tasks(house)), lists(house)) == (LIMIT + 3, [])


def test_of_a_long_list_the_newest_are_shown_and_the_rest_is_counted(house: House) -> None:
    arrive(house, range(LIMIT + SHOWN + 7))
    (note,) = lists(house)
    found = lines(note)
    assert (len(found), f"`Invoice {LIMIT + SHOWN + 6}`" in found[0]) == (SHOWN, True)
    assert "... and 7 more, kept in `Files/` as well." in note.read_text(encoding="utf-8")
    assert f"# {SHOWN + 7} mails that became no tasks" in note.read_text(encoding="utf-8")


def test_the_owners_own_text_in_a_list_survives(house: House) -> None:
    arrive(house, range(LIMIT + 1))
    (note,) = lists(house)
    shown = note.read_text(encoding="utf-8")
    own = "%% yours: begin %%\nmine\n%% yours: end %%\n"
    note.write_text(f"{shown}{own}", encoding="utf-8")
    arrive(house, range(100, 101))
    assert (len(lines(note)), own in note.read_text(encoding="utf-8")) == (2, True)


def test_what_a_mail_says_makes_no_difference_to_the_skeleton_of_the_list(house: House) -> None:
    hostile = "]] [[Ask]] `x` <b>y</b> | {{ z }} <% t %> ![[a]] =?utf-8?q?=0A=23_head?= \u202e $= dv"
    arrive(house, range(LIMIT), sender="a@b.example", subject="plain")
    arrive(house, range(100, 102), sender="a@b.example", subject=hostile)
    (note,) = lists(house)
    body = note.read_text(encoding="utf-8").split("---\n", 2)[2]
    tokens = MarkdownIt("commonmark").parse(body)
    assert [each.tag for each in tokens if not each.level and each.nesting >= 0] == ["h1", "p", "ul"]
    inline = [child.type for token in tokens for child in token.children or []]
    assert set(inline) == {"text", "code_inline"}
    live = "".join(child.content for token in tokens for child in token.children or [] if child.type == "text")
    assert re.findall(r"\[\[(.*?)\]\]", live) == re.findall(r"\[\[(sha-\w+\.eml)\]\]", body)


def test_a_secret_in_a_listed_mail_is_not_shown_and_its_original_stays_out_of_the_history(house: House) -> None:
    arrive(house, range(LIMIT))
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    written(house.vault / "Inbox/z.eml", mail(50, subject=f"key {token}", body=f"it is {token}"))
    house.sweep()
    (note,) = lists(house)
    shown = note.read_text(encoding="utf-8")
    assert (token in shown, "⟨secret:" in shown) == (False, True)
    house.once()
    (name,) = re.findall(r"sha-\w+\.eml", shown)
    assert next((house.vault / "Files").rglob(name)).is_file()
    assert name not in house.git("ls-tree", "-r", "--name-only", "HEAD")


def test_killed_at_any_operation_every_mail_is_a_task_or_a_line_once(house: House) -> None:
    arrive(house, range(LIMIT - 1))
    total = LIMIT - 1
    for kill in range(1, 16):
        for number in range(3):
            content = mail(1000 + total, subject=f"Again {total}")
            written(house.vault / f"Inbox/{kill}-{number}.eml", content)
            total += 1
        house.once_killed_at(kill, after=bool(kill % 2))
        (note,) = lists(house)
        assert (len(tasks(house)), len(lines(note)), kept(house)) == (LIMIT, total - LIMIT, total), kill
        assert len(about(house)) == len(house.alerts()) == 1
    numbers = sorted(int(each) for each in re.findall(r"`Again (\d+)`", note.read_text(encoding="utf-8")))
    assert numbers == list(range(LIMIT, total))
    assert house.is_sound()


def test_a_new_epoch_begins_another_list_and_leaves_the_old_one(house: House) -> None:
    arrive(house, range(LIMIT + 2))
    house.once()
    (old,) = lists(house)
    before = old.read_bytes()
    house.stop()
    house.lose_state()
    house.start()
    arrive(house, range(100, 100 + 2 * LIMIT + 2))
    assert (len(lists(house)), old.read_bytes()) == (2, before)


def test_what_was_listed_before_costs_nothing(house: House) -> None:
    arrive(house, range(LIMIT + 30))
    costs = []
    for start in (1000, 2000):
        house.recorder.flush()
        with counted(house) as said:
            arrive(house, range(start, start + 30))
        costs.append(len(said))
        arrive(house, range(start + 100, start + 300))
    assert costs[0] == costs[1]
    looked = {
        each for each in said if each.startswith("SELECT") and re.search("mail_(arrivals|lists)|listed_mails", each)
    }
    assert len(looked) >= 4
    with house.journal.begin() as sql:
        for each in looked:
            plan = sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", ("x",) * each.count("?")).all()
            assert [row for row in plan if str(row[-1]).startswith("SCAN")] == [], (each, plan)
        assert sql.execute(text("SELECT count(*) FROM mail_arrivals")).scalar() == 3 * LIMIT
    house.clock.advance(HOUR_S + 1)
    arrive(house, range(5000, 5001))
    with house.journal.begin() as sql:
        assert sql.execute(text("SELECT count(*) FROM mail_arrivals")).scalar() == 3
