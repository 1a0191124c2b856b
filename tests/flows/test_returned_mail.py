"""A mail that was sent comes back: the receipt and the task say why, and the owner is asked where it shall go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.email.notices import OURS, report
from tests.flows.employee import ADDRESS, Employee, mail
from tests.flows.steps import done_note, only, proposed_mail

if TYPE_CHECKING:
    from pathlib import Path


def outgoing(employee: Employee) -> tuple[Path, str]:
    """The invoice's mail is approved and done: its note, and the Message-ID under which it went."""
    send = proposed_mail(employee)
    employee.approve(send)
    employee.once()
    return send, str(only(employee.outbox())["Message-ID"])


def note_of(employee: Employee, name: str) -> str:
    return only(list(employee.vault.rglob(f"{name}.md"))).read_text(encoding="utf-8")


def task_of(send: Path, employee: Employee) -> str:
    line = only([each for each in done_note(employee, send).splitlines() if each.startswith("task:")])
    return line.partition("[[")[2].partition("]]")[0]


def returned(employee: Employee, *, times: int = 1) -> tuple[Path, str, Path]:
    """The mail came back: its note, its task, and the question about it."""
    send, mail_id = outgoing(employee)
    for number in range(times):
        employee.drop(f"notice-{number}.eml", report(mail_id, to=ADDRESS, number=number))
        employee.once()
    return send, task_of(send, employee), only(employee.questions())


def test_receipt_and_task_say_why_and_the_owner_is_asked(employee: Employee) -> None:
    send, task, question = returned(employee)
    why = "the mail came back**: the address does not exist there"
    assert f"**{why}" in done_note(employee, send).partition("## Receipt")[2]
    assert "550 5.1.1" in done_note(employee, send)
    text = note_of(employee, task)
    assert f"[[{send.stem}]]: **{why}" in text.partition("## History")[2]
    assert (employee.vault / "In_Progress" / "runner" / f"{task}.md").is_file()
    asked = question.read_text(encoding="utf-8")
    assert f"Your mail to {ADDRESS} came back: the address does not exist there." in asked
    assert f'task: "[[{task}]]"' in asked
    assert "came back the address does not exist there (550 5.1.1" in employee.said("why", send.stem)
    assert f"the mail {send.stem} came back: the address does not exist there" in employee.said("log")
    assert "All holds" in employee.said("verify")


def test_the_notice_itself_is_filed_without_a_question(employee: Employee) -> None:
    send, _task, _question = returned(employee)
    notes = [each.read_text(encoding="utf-8") for each in employee.notes("Done")]
    notice = only([each for each in notes if "mail server's notice" in each])
    assert f"> It is a mail server's notice about a mail of ours: [[{send.stem}]]." in notice
    assert "reply_to" not in notice.partition("\n---")[0]


def test_it_goes_to_the_address_the_owner_names_once_with_the_same_file(employee: Employee) -> None:
    send, task, question = returned(employee)
    employee.said("answer", question.stem, "anna.new@client.example")
    employee.once()
    again = only(employee.pending("email.send"))
    text = again.read_text(encoding="utf-8")
    assert "risk: medium" in text
    assert "| to | anna.new@client.example | you |" in text
    employee.approve(again)
    employee.once()
    first, second = sorted(employee.outbox(), key=lambda each: each["To"] != ADDRESS)
    assert (first["To"], second["To"]) == (ADDRESS, "anna.new@client.example")
    assert first["Message-ID"] != second["Message-ID"]
    assert only(list(first.iter_attachments())).get_content() == only(list(second.iter_attachments())).get_content()
    assert not employee.questions()
    assert "came back" not in done_note(employee, again)
    assert "came back" in done_note(employee, send)
    assert f"{task}.md" in {each.name for each in employee.notes("Done")}


@pytest.mark.parametrize(
    ("answer", "said"),
    [("billing@client.example", "That is the address it came back from."), ("try harder", "exactly one mail address")],
)
def test_what_names_no_other_address_is_asked_again(employee: Employee, answer: str, said: str) -> None:
    _send, _task, question = returned(employee)
    employee.said("answer", question.stem, answer)
    employee.once()
    assert said in only(employee.questions()).read_text(encoding="utf-8")
    assert employee.pending("email.send") == []


def test_settled_is_settled(employee: Employee) -> None:
    _send, _task, question = returned(employee)
    employee.said("answer", question.stem, "it is settled: go on without it")
    employee.once()
    assert not employee.questions()
    assert employee.pending("email.send") == []
    assert len(employee.outbox()) == 1


def test_two_notices_about_one_mail_are_one_question(employee: Employee) -> None:
    send, _task, _question = returned(employee, times=2)
    assert "the mail came back" in done_note(employee, send)


def test_a_late_mail_is_told_and_is_no_failure(employee: Employee) -> None:
    send, mail_id = outgoing(employee)
    task = task_of(send, employee)
    before = note_of(employee, task)
    said = "smtp; 451 4.4.1 connection timed out"
    employee.drop("late.eml", report(mail_id, action="delayed", status="4.4.1", said=said))
    employee.once()
    words = "the mail is late and still on its way: the server of the recipient did not answer"
    assert words in done_note(employee, send)
    assert words in note_of(employee, task)
    assert words not in before
    assert not employee.questions()
    employee.drop("then.eml", report(mail_id, number=2))
    employee.once()
    assert len(employee.questions()) == 1


def test_a_notice_about_a_mail_we_never_sent_is_just_a_mail(employee: Employee) -> None:
    send, _mail_id = outgoing(employee)
    before = done_note(employee, send)
    employee.drop("forged.eml", report(OURS))
    employee.once()
    assert done_note(employee, send) == before
    asked = only(employee.questions()).read_text(encoding="utf-8")
    assert "came back:" not in asked
    assert send.stem not in asked


def test_of_a_cancelled_task_the_owner_hears_and_nothing_is_opened(employee: Employee) -> None:
    handbook = employee.vault / "Company_Handbook.md"  # with reminders the task goes on after its mail
    text = handbook.read_text(encoding="utf-8").replace("| payment reminders | |", "| payment reminders | 3 days |")
    handbook.write_text(text, encoding="utf-8")
    send, mail_id = outgoing(employee)
    employee.said("cancel", task_of(send, employee))
    employee.once()
    employee.drop("notice.eml", report(mail_id))
    employee.once()
    assert "the mail came back" in done_note(employee, send)
    assert not employee.questions()
    alert = note_of(employee, only([each for each in employee.ids("needs_action") if "alert" in each]))
    assert f"The mail {send.stem} of a task you cancelled came back: the address does not exist there." in alert


def test_a_task_that_was_done_is_open_again_and_ends_as_the_owner_says(employee: Employee) -> None:
    employee.drop("question.eml", mail("Hello,\n\nwhen are you open on Friday?\n\nAnna", subject="A question"))
    employee.once()
    employee.said("answer", only(employee.questions()).stem, "From nine to five.")
    employee.once()
    send = only(employee.pending("email.send"))
    employee.approve(send)
    employee.once()
    task = task_of(send, employee)
    assert f"{task}.md" in {each.name for each in employee.notes("Done")}
    employee.drop("notice.eml", report(str(only(employee.outbox())["Message-ID"])))
    employee.once()
    assert (employee.vault / "In_Progress" / "runner" / f"{task}.md").is_file()
    assert (employee.vault / "Plans" / f"plan-{task}.md").is_file()
    employee.said("answer", only(employee.questions()).stem, "I do it myself")
    employee.once()
    assert not (employee.vault / "In_Progress" / "runner" / f"{task}.md").exists()
    assert "closed as you said" in note_of(employee, task)
    assert len(employee.outbox()) == 1
    assert "All holds" in employee.said("verify")
