"""Secrets: wherever one comes in, it is found only where it came in; and passwords that are kept, listed and replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.connectors.email.mail_room import answers_for
from tests.flows.canary import LINE, TEXT, TOKEN, files, full_mail, git_objects, journal_columns, leaks
from tests.flows.employee import mail
from tests.flows.steps import only, proposed_mail
from tests.servers.conversation import conversation
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

# Where a planted secret may lie afterwards, and why
IN_VAULT = {
    r"Files/.*": "what came from outside, as it came: nothing is lost, and it is kept out of the history",
    r"Ask\.md|Company_Handbook\.md|Wifi\.md": "the owner's own notes, which nobody changes",
    r"Done/.*-question-.*\.md": "an answer the owner wrote into this note",
    r"Rejected/.*-invoice-create-.*\.md": "a reason the owner wrote into this note",
    r"Quarantine/.*-edited-.*\.md": "the owner's edit of a proposal, kept as they wrote it",
}
IN_STATE = {
    r"blobs/.*": "the bytes of what came, by digest; mode 0600",
    r"journal\.sqlite(-wal)?": "see IN_JOURNAL",
}
IN_JOURNAL = {
    "transitions.operations": "the line of Ask.md that is to be ticked, by its words; shown nowhere",
    "transitions.paths": "a file of the inbox, by the name it came with; shown nowhere, and in no commit",
}


class Told:
    """Everything the commands said."""

    def __init__(self, employee: Employee) -> None:
        self.employee = employee
        self.said: list[str] = []

    def call(self, *words: str, answers: str | None = None) -> str:
        result = self.employee.call(*words, answers=answers)
        self.said.append(result.output)
        return result.output

    def once(self) -> None:
        self.call("run", "--once")


def other_than(found: dict[str, set[str]], allowed: dict[str, str]) -> dict[str, set[str]]:
    return {name: kinds for name, kinds in found.items() if not any(re.fullmatch(each, name) for each in allowed)}


def test_a_secret_of_each_kind_is_found_only_where_it_came_in(
    employee: Employee, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_TOKEN", LINE)
    told = Told(employee)
    # what comes from outside
    employee.drop(f"access {TOKEN}.eml", full_mail(1))
    employee.drop(f"wifi {TOKEN}.txt", TEXT)
    # what the owner writes
    vault = employee.vault
    (vault / "Wifi.md").write_text(f"# Wifi\n\n{TEXT}\n", encoding="utf-8")
    ask = vault / "Ask.md"
    ask.write_text(f"{ask.read_text(encoding='utf-8')}\n- {LINE}\n", encoding="utf-8")
    handbook = vault / "Company_Handbook.md"
    row = f"| currency | EUR |\n| wifi | {TOKEN} {LINE.replace('|', '/')} |"
    handbook.write_text(handbook.read_text(encoding="utf-8").replace("| currency | EUR |", row), encoding="utf-8")
    told.call("ask", LINE)
    told.once()
    # answers, one in the note and one by command
    first, *others = employee.questions()
    first.write_text(first.read_text(encoding="utf-8").replace("answer:", f"answer: {TOKEN}", 1), encoding="utf-8")
    for each in others[:1]:
        told.call("answer", each.stem, LINE)
    told.once()
    # decisions: a reason in a note and one by command, and an order with a secret in it
    for number in (2, 3, 4):
        employee.drop(f"request-{number}.eml", mail(f"Please send us the invoice for {number} hours.", number=number))
    employee.drop(
        "asks.eml",
        mail("Hello,\n\nplease send us the invoice for 10 hours of consulting at 95.00 EUR per hour.", number=9),
    )
    told.once()
    invoice = only(employee.pending("invoice.create"))
    invoice.write_text(
        invoice.read_text(encoding="utf-8").replace("text: consulting", f"text: {TOKEN}"),
        encoding="utf-8",
    )
    employee.approve(invoice)
    told.once()
    again = only(employee.pending("invoice.create"))
    again.write_text(
        again.read_text(encoding="utf-8")
        .replace("decision:", "decision: reject", 1)
        .replace("reason:", f"reason: {TOKEN}", 1),
        encoding="utf-8",
    )
    told.once()
    # services: a login that is refused in words that quote it, and a server that quotes another
    with SmtpServer(make_certificate(tmp_path)) as server:
        server.behaviour.reply_to_login = f"535 bad password: {TOKEN}"
        told.call("connect", "mail", answers="".join(f"{each}\n" for each in answers_for(server).values()))
        server.behaviour.reply_to_login = ""
        told.call("connect", "mail", answers="".join(f"{each}\n" for each in answers_for(server).values()))
        server.behaviour.reply_to_recipient = f"550 no such user, {TOKEN}"
        send = proposed_mail(employee, 20)
        employee.approve(send)
        told.once()
    # what is asked afterwards
    for words in (("status", "--all"), ("status", "--json"), ("log",), ("verify",), ("doctor",), ("credentials",)):
        told.call(*words)
    task = only(
        [each for each in employee.notes("Needs_Action") + employee.notes("In_Progress") if "-email-" in each.name][:1]
    )
    told.call("why", task.stem)
    told.call("log", task.stem)
    with conversation(employee) as assistant:
        told.said.append(str(assistant.call("list_tasks")))
        told.said.append(str(assistant.call("list_waiting")))
        told.said.append(str(assistant.call("read_task", task_id=task.stem)))
        told.said.append(assistant.refused("propose_reply", task_id=task.stem, subject="Re", body=LINE))

    journal = {re.escape(name): why for name, why in IN_JOURNAL.items()}
    leaked = {
        "said": [said for said in told.said if leaks(said.encode())],
        "vault": other_than(files(vault), IN_VAULT),
        "state": other_than(files(employee.state), IN_STATE),
        "journal": other_than(journal_columns(employee), journal),
        "history": sorted(leaks(git_objects(employee))),
    }
    __import__("pathlib").Path("/tmp/sg/leaked.txt").write_text(
        "\n".join(f"{a}: {str(b)[:6000]}" for a, b in leaked.items())
    )
    __import__("shutil").copytree(employee.room, "/tmp/sg/room", dirs_exist_ok=True)
    assert {place: found for place, found in leaked.items() if found} == {}
