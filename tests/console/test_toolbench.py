"""The toolbox wired with a real vault: what is private stays, the owner's rules speak, and nothing on disk changes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.owner_facts import OwnerFacts
from agents.autonomy.views import outcomes, task_view
from agents.console.toolbench import toolbox_of
from agents.console.wiring import House, open_house
from agents.durability.journal import looking
from agents.durability.note_index import FILE
from agents.durability.task_persistence import find_task
from agents.reasoning.brain import ProposeAction
from agents.reasoning.skill_library import discover
from agents.settings import Settings
from tests.flows.employee import Employee
from tests.reasoning.builders import SKILLS
from tests.reasoning.test_toolbox import NAMES
from tests.reasoning.toolbox_room import invoice, letter, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import JsonValue

    from agents.reasoning.toolbox import Toolbox

SAYS_NEVER = "\n## Permissions\n\n| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"


TASK = re.compile(r"^task: .*\[\[([0-9-]+-email-[0-9a-z]+)\]\]", re.MULTILINE)


@dataclass
class Workroom:
    """A vault with the invoice request in it, after one round, and a house for it."""

    employee: Employee
    house: House
    task: str

    def write(self, path: str, text: str) -> None:
        place = self.employee.vault / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def open(self) -> Toolbox:
        """The toolbox of the next turn of the task."""
        house = self.house
        facts = OwnerFacts(house.place.root, house.clock, house.settings.proposal_days, models=house.models)
        with looking(house.state) as sql:
            row = find_task(sql, self.task)
            assert row
            view, known = task_view(sql, row, ""), outcomes(sql, row.id, house.models)
        opened = toolbox_of(house, facts.policy, lambda: discover(SKILLS)[0])
        return opened(view, known, facts.owner_files().facts)

    def tree(self) -> dict[str, str]:
        """The SHA-256 of everything in the vault and in the state folder, but for the index."""
        places = [each for base in (self.employee.vault, self.employee.state) for each in base.rglob("*")]
        return {
            str(each): hashlib.sha256(each.read_bytes()).hexdigest() if each.is_file() else "folder"
            for each in places
            if each.name != FILE
        }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Employee:
    employee = Employee(tmp_path_factory.mktemp("made")).init("--sample")
    employee.once()
    return employee


def working_on_the_request(employee: Employee) -> Workroom:
    tasks = (TASK.search(note.read_text(encoding="utf-8")) for note in employee.pending("invoice.create"))
    task = next(each[1] for each in tasks if each)
    return Workroom(employee, open_house(employee.vault, Settings(state=employee.state)), task)


@pytest.fixture
def room(made: Employee) -> Iterator[Workroom]:
    before = {path: path.read_bytes() for path in made.vault.rglob("*") if path.is_file()}
    opened = working_on_the_request(made)
    yield opened
    opened.house.close()
    for path in [each for each in made.vault.rglob("*") if each.is_file() and each not in before]:
        path.unlink()
    for path, content in before.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


def in_progress(employee: Employee) -> list[str]:
    return sorted(each.stem for each in (employee.vault / "In_Progress" / "runner").glob("*.md"))


def everything(room: Workroom) -> list[tuple[str, dict[str, JsonValue]]]:
    """A call of every tool."""
    return [
        ("read_task", {"task": ""}),
        ("read_note", {"note": f"plan-{room.task}"}),
        ("search_vault", {"words": "invoice"}),
        ("read_contacts", {"words": "anna"}),
        ("read_books", {"words": ""}),
        ("read_calendar", {"first": "", "days": 7}),
        ("load_skill", {"skill": "invoice-from-request"}),
        ("run_skill_script", {"skill": "invoice-from-request", "adopt": False}),
        ("propose_email_send", letter(in_reply_to="")),
        ("propose_invoice_create", invoice(quote="")),
        (
            "propose_calendar_event_create",
            {
                "key": "entry",
                "quote": "",
                "summary": "Call",
                "start": "2026-12-01T10:00",
                "end": "2026-12-01T11:00",
                "zone": "",
                "place": "",
                "attendees": [],
                "description": "",
            },
        ),
        (
            "propose_invoice_credit",
            {
                "key": "credit",
                "quote": "",
                "number": "INV-2026-0001",
                "reason": "",
                "customer": "Acme Ltd",
                "total": "5.00",
                "currency": "EUR",
            },
        ),
        ("update_plan", {"category": "x", "objective": "x", "steps": ["x"], "done_when": "x"}),
        ("wait_until", {"key": "w", "why": "x", "until": "", "conditions": ["reply"]}),
        ("ask_owner", {"key": "q", "question": "x", "choices": ["y"]}),
        ("finish", {"summary": "x", "holds": []}),
    ]


def test_no_call_of_any_tool_changes_anything_on_disk(room: Workroom) -> None:
    """But for the index of the notes, which may be deleted at any time."""
    room.write("Contacts/Anna.md", "---\nemail: anna@muster.example\n---\n")
    box, before = room.open(), room.tree()
    calls = everything(room)
    events = {"read_calendar", "propose_calendar_event_create"}  # told of only where a calendar is connected
    assert {name for name, _ in calls} == set(NAMES.split()) | events
    failed = {name for name, arguments in calls if box.call(name, arguments).failed}
    assert failed == {"finish"}  # since something was proposed
    for name, arguments in calls:
        wrong: tuple[JsonValue, ...] = ({}, {**arguments, "more": 1}, dict.fromkeys(arguments, "../../x"), None)
        for each in wrong:
            box.call(name, each)
    assert box.decision("x", Decimal(0)).moves
    assert room.tree() == before


def test_what_the_decision_proposes_is_sealed_and_tiered_by_the_real_rules(room: Workroom) -> None:
    box = room.open()
    assert not box.call("propose_email_send", letter(to="stranger@made.example", in_reply_to="")).failed
    (found,) = box.decision("", Decimal(0)).moves
    assert isinstance(found, ProposeAction)
    assert found.provenance["to"] == "model"


def test_what_a_row_of_the_handbook_forbids_is_told_to_the_model(room: Workroom) -> None:
    handbook = (room.employee.vault / "Company_Handbook.md").read_text(encoding="utf-8")
    room.write("Company_Handbook.md", f"{handbook}{SAYS_NEVER}| agent | propose | mails | | never |\n")
    answer = room.open().call("propose_email_send", letter(in_reply_to=""))
    assert answer.failed
    assert words(answer).startswith("The owner's rules never allow this: line ")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Projects/open.md", "---\nprivate: true\n---\nneedle\n"),
        ("Logs/needle.md", "needle\n"),
        ("Contacts/Needle.md", "---\ntags: [private]\n---\nneedle\n"),
        ("Pending_Approval/x.md", "---\ntype: approval_request\ncode: ABCD-EFGH\n---\nneedle\n"),
    ],
)
def test_what_is_private_comes_out_of_no_tool(room: Workroom, path: str, text: str) -> None:
    room.write(path, text)
    box = room.open()
    stem = path.rpartition("/")[2].removesuffix(".md")
    for name, arguments in (
        ("read_note", {"note": path}),
        ("read_note", {"note": stem}),
        ("read_note", {"note": f"Projects/../{path}"}),
        ("search_vault", {"words": "needle"}),
        ("read_contacts", {"words": "needle"}),
    ):
        shown = words(box.call(name, arguments))  # type: ignore[arg-type]
        assert "needle" not in shown.replace("these words", ""), (name, shown)
        assert "ABCD" not in shown


def test_a_private_task_is_not_read(room: Workroom) -> None:
    box = room.open()
    others = [each for each in in_progress(room.employee) if each != room.task]
    assert not box.call("read_task", {"task": others[0]}).failed
    place = next(room.employee.vault.rglob(f"In_Progress/**/{others[0]}.md"))
    text = place.read_text(encoding="utf-8").replace("---\n", "---\nprivate: true\n", 1)
    room.write(place.relative_to(room.employee.vault).as_posix(), text)
    assert words(box.call("read_task", {"task": others[0]})) == "No task you may read has this id."
    assert words(box.call("read_task", {"task": "2026-01-01-email-0000000000"})) == "No task you may read has this id."


def test_no_note_that_tells_of_a_private_task_is_read_or_found(room: Workroom) -> None:
    """Its plan, its proposals and its questions name it; the dashboard and the policy's note tell of more than one."""
    other = next(each for each in in_progress(room.employee) if each != room.task)
    room.write("Projects/about.md", f"needle [[{other}]]\n")
    room.write("Policy.md", "---\ntype: policy\ncode: ABCD-EFGH\n---\nneedle\n")
    before = room.open()
    for name in (f"plan-{other}", "Projects/about.md"):
        assert not before.call("read_note", {"note": name}).failed, name
    place = next(room.employee.vault.rglob(f"In_Progress/**/{other}.md"))
    text = place.read_text(encoding="utf-8").replace("---\n", "---\nprivate: true\n", 1)
    room.write(place.relative_to(room.employee.vault).as_posix(), text)
    box = room.open()
    for name in (f"plan-{other}", "Projects/about.md", "Dashboard.md", "dashboard", "Policy.md"):
        assert box.call("read_note", {"note": name}).failed, name
    for asked in ("needle", other):
        shown = words(box.call("search_vault", {"words": asked}))
        assert other not in shown
        assert "ABCD" not in shown
    assert not box.call("read_note", {"note": f"plan-{room.task}"}).failed


@pytest.mark.parametrize(
    "note",
    [
        "Company_Handbook.md",
        "company_handbook",
        "../state/journal.sqlite",
        "/etc/passwd",
        "x\0.md",
        "Accounting/main.beancount",
        "nowhere",
        "",
    ],
)
def test_a_note_is_one_of_ours_and_not_the_handbook(room: Workroom, note: str) -> None:
    answer = room.open().call("read_note", {"note": note})
    assert answer.failed
    assert not any(each.outside for each in answer.parts)


def test_a_note_is_found_by_its_name_in_any_case(room: Workroom) -> None:
    room.write("Projects/deep/Museum Hall.md", "forty boards\n")
    box = room.open()
    for name in ("museum hall", "Museum Hall", "Projects/deep/Museum Hall.md"):
        assert "forty boards" in words(box.call("read_note", {"note": name}))


def test_while_nobody_knows_what_is_private_nothing_is_read(room: Workroom) -> None:
    box = room.open()
    room.write("Company_Handbook.md", "## Privacy\n\n| folder | leaves |\n| --- | --- |\n| X | ? |\n")
    calls: tuple[tuple[str, JsonValue], ...] = (
        ("read_note", {"note": "Ask.md"}),
        ("search_vault", {"words": "x"}),
        ("read_contacts", {"words": "x"}),
    )
    for name, arguments in calls:
        answer = box.call(name, arguments)
        assert answer.failed
        assert "nobody knows what is private" in words(answer)


def invoices_of(employee: Employee) -> list[tuple[str, str]]:
    """The notes of invoices that were made, with their numbers."""
    notes = (each.read_text(encoding="utf-8") for each in (employee.vault / "Done").rglob("*invoice-create*.md"))
    return [(note, found[0]) for note in notes if (found := re.search(r"INV-\d{4}-\d{4}", note))]


def test_the_books_are_read_with_their_customers(tmp_path: Path) -> None:
    employee = Employee(tmp_path).init("--sample")
    employee.once()
    room = working_on_the_request(employee)
    for note in employee.pending("invoice.create"):
        note.rename(employee.vault / "Approved" / note.name)
    employee.once()
    shown = words(room.open().call("read_books", {"words": ""}))
    assert " | Harbour Bakery | " in shown
    own = {number: room.task in note for note, number in invoices_of(employee)}
    assert sorted(own.values()) == [False, True]
    note = employee.vault / "In_Progress" / "runner" / f"{room.task}.md"
    note.write_text(note.read_text(encoding="utf-8").replace("\n---\n", "\nprivate: true\n---\n", 1), encoding="utf-8")
    told = words(room.open().call("read_books", {"words": "INV-"}))
    assert {number: number in told for number in own} == {number: not is_own for number, is_own in own.items()}
    handbook = employee.vault / "Company_Handbook.md"
    table = "\n## Privacy\n\n| folder | leaves |\n| --- | --- |\n| Accounting | never |\n"
    before = handbook.read_text(encoding="utf-8")
    handbook.write_text(f"{before}{table}", encoding="utf-8")
    assert words(room.open().call("read_books", {"words": "INV-"})) == "The books hold no such invoice."
    handbook.write_text(before, encoding="utf-8")
    room.write("Accounting/main.beancount", "broken\n")
    assert words(room.open().call("read_books", {"words": ""})) == "No invoice is open."
    room.house.close()
