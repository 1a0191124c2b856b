"""Many processes write while `run` works: nothing is missing, nothing is there twice, and the chain has no fork."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from agents.security.audit_logger import GENESIS
from tests.flows.employee import mail
from tests.flows.programs import command_line, started
from tests.flows.writers import answers, asks, began, drops_mails, ended, says, until
from tests.servers.conversation import conversation

if TYPE_CHECKING:
    from tests.flows.employee import Employee

MAILS, ASKED, REPLIES, UNCLEAR = 140, 40, 20, 4  # 200 proposals, as many of assistants as may wait, and a few questions
APPROVED = 6
# of one sender after the other: customers of one name at several addresses would be asked about as twins
INVOICES = (
    "select proposals.id from proposals join tasks on proposals.task = tasks.id where move_key not like 'mcp:%'"
    " and proposals.state = 'waiting' and sender != '' order by sender, proposals.id"
)


def rows(employee: Employee, query: str) -> list[tuple[str, ...]]:
    """What the journal says, read by stock SQLite."""
    connection = sqlite3.connect(f"file:{employee.state / 'journal.sqlite'}?mode=ro", uri=True, timeout=30)
    found = connection.execute(query).fetchall()
    connection.close()
    return [tuple(map(str, row)) for row in found]


def names(employee: Employee, query: str) -> list[str]:
    return [row[0] for row in rows(employee, query)]


def number_of(employee: Employee, table: str, where: str) -> int:
    return int(names(employee, f"select count(*) from {table} where {where}")[0])  # noqa: S608


@pytest.mark.timeout(400)
def test_two_hundred_proposals_of_many_processes_while_run_works(employee: Employee) -> None:
    line = command_line(employee, "run")
    with started(employee, *line) as program, conversation(employee) as assistant:
        until(lambda: "Watching" in program.said())
        half = 1 + MAILS // 2
        writers = [began(employee, drops_mails, 1, half), began(employee, drops_mails, half, MAILS + 1)]
        writers += [began(employee, asks, 1, 1 + ASKED // 2), began(employee, asks, 1 + ASKED // 2, ASKED + 1)]
        for number in range(UNCLEAR):
            employee.drop(f"unclear-{number}.eml", mail("Zorgle frim blat.", number=1000 + number, subject="Hm"))
        replied: dict[str, int] = {}
        while len(replied) < REPLIES:  # as soon as a task is there
            tasks = names(employee, "select id from tasks where sender != ''")
            for task in [each for each in tasks if each not in replied][: REPLIES - len(replied)]:
                said = assistant.call("propose_reply", task_id=task, subject="Re: it", body=f"About {task}.")
                replied[task] = said["request"]
        ended(*writers)
        until(lambda: number_of(employee, "proposals", "1") >= MAILS + ASKED + REPLIES)
        until(lambda: number_of(employee, "questions", "state = 'open'") >= UNCLEAR)

        invoices = names(employee, INVOICES)
        yes, no = invoices[:APPROVED], invoices[APPROVED : 2 * APPROVED]
        asked = names(employee, "select id from questions where state = 'open'")
        deciding = [began(employee, says, "approve", *yes), began(employee, says, "approve", *reversed(yes))]
        deciding += [began(employee, says, "approve", *yes), began(employee, says, "reject", *no)]
        deciding += [began(employee, answers, "I do it myself", *asked) for _ in "12"]
        ended(*deciding)
        until(lambda: number_of(employee, "requests", "state = 'pending'") == 0)
        until(lambda: number_of(employee, "proposals", "state = 'approved'") == 0)
        assert program.signal(signal.SIGINT) == 0, program.said()
    employee.once()

    assert_all_there(employee, replied)
    assert Counter(names(employee, f"select state from proposals where id in {(*yes,)}")) == {"done": APPROVED}  # noqa: S608
    assert Counter(names(employee, f"select state from proposals where id in {(*no,)}")) == {"rejected": APPROVED}  # noqa: S608
    assert employee.ledger().count("  key: ") == APPROVED
    assert_one_chain(employee)


def assert_all_there(employee: Employee, replied: dict[str, int]) -> None:
    """Each mail, request and reply has one task or one proposal, and its notes lie in one place."""
    assert number_of(employee, "events", "1") == MAILS + UNCLEAR + ASKED
    assert number_of(employee, "tasks", "1") == MAILS + UNCLEAR + ASKED
    replies = Counter(names(employee, "select move_key from proposals where move_key like 'mcp:%'"))
    assert replies == dict.fromkeys((f"mcp:{number}" for number in replied.values()), 1)
    first = Counter(names(employee, "select task from proposals where action like '%invoice.create%'"))
    assert (len(first), set(first.values())) == (MAILS + ASKED, {1})
    notes = Counter(each.name for each in employee.vault.rglob("*.md") if each.name[:2] == "20")
    ids = [*names(employee, "select id from tasks"), *names(employee, "select id from proposals")]
    assert {name: notes[f"{name}.md"] for name in ids} == dict.fromkeys(ids, 1)
    assert list((employee.vault / "Inbox").iterdir()) == []


def assert_one_chain(employee: Employee) -> None:
    """Every event follows the one before, in the journal and in the log files, and stock tools agree."""
    told = [json.loads(line) for (line,) in rows(employee, "select line from chain order by seq")]
    shas = names(employee, "select sha256 from chain order by seq")
    assert [each["seq"] for each in told] == list(range(1, len(told) + 1))
    assert [each["prev"] for each in told] == [GENESIS, *shas[:-1]]
    logs = [log.read_text(encoding="utf-8") for log in (employee.vault / "Logs").glob("*.jsonl")]
    logged = [line for log in logs for line in log.splitlines()]
    assert sorted(json.loads(line)["seq"] for line in logged) == list(range(1, len(told) + 1))
    assert "All holds" in employee.said("verify")
