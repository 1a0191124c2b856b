"""Tools that read tasks, notes, contacts, books and skills: what each gives, and what it keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agents.connectors.books import Unclear
from agents.connectors.calendar.agenda import Agenda, Occurrence
from agents.reasoning.brain import AttachedFile
from agents.reasoning.skill_acceptance import TreeFile
from agents.reasoning.skill_library import Skill
from agents.reasoning.tool_desk import MAX_PART_CHARS, Booked, Contact
from agents.reasoning.tool_reading import MAX_CONTACTS, MAX_INVOICES
from tests.reasoning.builders import TASK, asked, mail
from tests.reasoning.toolbox_room import BOOKED, CONTACT, Bench, letter, move, words


def test_the_task_is_read_with_its_files_and_all_of_it_is_from_outside() -> None:
    file = AttachedFile("sha-0123456789abcdef.txt", "hours.txt", "text/plain", 5, "10 hours")
    parts = Bench(mail(attachments=(file,))).good("read_task", task="").parts
    assert [each.outside for each in parts] == [False, True, True]
    assert "client.example" not in parts[0].text
    assert "billing@client.example" in parts[1].text
    assert "10 hours of consulting" in parts[1].text
    assert parts[2].text == "File hours.txt (text/plain):\n10 hours"


def test_a_request_of_the_owner_is_their_own_words() -> None:
    parts = Bench(asked("Bill Acme 10 hours")).good("read_task", task=TASK).parts
    assert [each.outside for each in parts] == [False, False]
    assert parts[1].text == "Bill Acme 10 hours"


def test_another_task_is_read_only_if_it_may() -> None:
    bench = Bench()
    bench.library.tasks["2026-11-22-email-aaaaaaaaaa"] = mail("Other words", id="2026-11-22-email-aaaaaaaaaa")
    assert "Other words" in words(bench.good("read_task", task="2026-11-22-email-aaaaaaaaaa"))
    assert bench.bad("read_task", task="2026-11-22-email-bbbbbbbbbb") == "No task you may read has this id."


def test_a_note_is_read_as_text_from_outside() -> None:
    first, second = Bench().good("read_note", note="Projects/museum.md").parts
    assert (first.outside, second.outside) == (False, True)
    assert "curator@museum.example" in second.text
    assert Bench().bad("read_note", note="Projects/secret.md") == "There is no note of this name."


def test_a_long_note_is_cut() -> None:
    bench = Bench()
    bench.library.notes["long.md"] = "x" * (MAX_PART_CHARS * 2)
    text = bench.good("read_note", note="long.md").parts[1].text
    assert len(text) < MAX_PART_CHARS + 20
    assert text.endswith("... cut")


def test_notes_are_found_by_words_as_text_from_outside() -> None:
    parts = Bench().good("search_vault", words="Museum").parts
    assert [each.outside for each in parts] == [False, True]
    assert "Projects/museum.md" not in parts[0].text
    assert words(Bench().good("search_vault", words="nowhere")) == "No note you may read holds these words."


def test_contacts_are_found_by_name_or_words_and_private_ones_are_not() -> None:
    assert "anna@muster.example" in words(Bench().good("read_contacts", words="muster ANNA"))
    assert "anna@muster.example" in words(Bench().good("read_contacts", words="3704"))
    for asked_for in ("Bert", "private.example", "", "nobody"):
        assert words(Bench().good("read_contacts", words=asked_for)) == "No contact you may read is like that."


def test_of_many_contacts_those_of_the_name_come_first() -> None:
    bench = Bench()
    others = (Contact(f"Person {each}", "knows Anna", may_leave=True) for each in range(20))
    bench.library.cards = (*others, CONTACT)
    parts = bench.good("read_contacts", words="anna").parts
    assert parts[0].text == f"21 contacts of the owner. The first {MAX_CONTACTS}:"
    assert "anna@muster.example" in parts[1].text
    assert len(parts) == 1 + MAX_CONTACTS
    assert all(each.outside for each in parts[1:])


def test_the_books_tell_what_is_open_and_how_an_invoice_stands() -> None:
    bench = Bench()
    table = bench.good("read_books", words="").parts[1]
    assert table.text == "INV-2026-0001 | Acme Ltd | 1,130.50 EUR | open 30.50 | due 2026-12-07"
    assert table.outside
    assert "paid 2026-12-01" in words(bench.good("read_books", words="inv-2026-0002"))
    assert "INV-2026-0002" in words(bench.good("read_books", words="borg"))
    assert words(bench.good("read_books", words="nobody")) == "The books hold no such invoice."
    bench.library.booked = {"INV-2026-0003": Booked("X", Unclear("INV-2026-0003", "main.beancount:3: odd"))}
    assert "unclear: main.beancount:3: odd" in words(bench.good("read_books", words=""))
    bench.library.booked = {}
    assert words(bench.good("read_books", words="")) == "No invoice is open."


def test_invoices_that_may_not_be_told_are_not() -> None:
    bench = Bench()
    bench.library.kept_back = frozenset({"INV-2026-0001"})
    assert words(bench.good("read_books", words="")) == "No invoice is open."
    assert words(bench.good("read_books", words="acme")) == "The books hold no such invoice."


def test_of_many_invoices_the_last_are_told() -> None:
    bench = Bench()
    bench.library.booked = {f"INV-2026-{each:04}": BOOKED["INV-2026-0001"] for each in range(MAX_INVOICES + 9)}
    answer = bench.good("read_books", words="")
    assert answer.parts[0].text.endswith(f"The last {MAX_INVOICES}:")
    assert len(answer.parts[1].text.splitlines()) == MAX_INVOICES


def test_a_skill_is_read_and_named_in_the_rule() -> None:
    bench = Bench()
    assert "#" in words(bench.good("load_skill", skill="invoice-from-request"))
    assert bench.decision().rule == "the model, with the skill invoice-from-request"
    assert Bench().decision().rule == "the model"


def test_a_skill_that_is_not_accepted_is_neither_read_nor_run() -> None:
    bench = Bench(skills=())
    for tool, more in (("load_skill", {}), ("run_skill_script", {"adopt": True})):
        assert bench.bad(tool, skill="invoice-from-request", **more) == "There is no such skill. There are: none."


def test_a_scripts_answer_is_shown_as_text_from_outside_and_changes_nothing() -> None:
    bench = Bench()
    answer = bench.good("run_skill_script", skill="invoice-from-request", adopt=False)
    assert answer.parts[1].outside
    assert json.loads(answer.parts[1].text)["moves"][0]["kind"] == "propose"
    assert bench.decision().moves == ()


def test_a_scripts_moves_are_adopted_with_their_plan() -> None:
    bench = Bench()
    assert bench.good("run_skill_script", skill="invoice-from-request", adopt=True).ends
    decision = bench.decision()
    found = move(decision)
    assert found.action.action == "invoice.create"
    assert found.provenance["customer"] == f"mail:{TASK}"
    assert decision.category == "invoice_request"
    assert decision.steps


def test_a_scripts_moves_are_not_mixed_with_others() -> None:
    bench = Bench()
    bench.good("propose_email_send", **letter())
    said = bench.bad("run_skill_script", skill="invoice-from-request", adopt=True)
    assert said == "In this turn you have said already: answer. Adopt a script's moves alone."


def test_a_skill_without_a_script_and_one_that_breaks_are_told() -> None:
    silent = Skill("silent", "x", (), "", None)
    script = TreeFile("scripts/playbook.py", executable=False, content=b"raise SystemExit(3)\n")
    broken = Skill("broken", "x", (), "", script.path, tree=(script,))
    bench = Bench(skills=(silent, broken))
    assert bench.bad("run_skill_script", skill="silent", adopt=False) == "The skill silent has no script."
    assert "gave no answer: its script ended with 3" in bench.bad("run_skill_script", skill="broken", adopt=False)


def test_a_script_that_proposes_what_is_not_offered_is_told() -> None:
    bench = Bench(actions={})
    said = bench.bad("run_skill_script", skill="invoice-from-request", adopt=True)
    assert said == "Its moves cannot be made: its script proposed an action it may not propose."


def test_the_calendar_tells_what_is_planned_and_when_the_owner_is_free() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    call = Occurrence(
        "1",
        "",
        "Call",
        now + timedelta(days=1),
        now + timedelta(days=1, hours=1),
        place="Zoom",
        others=("a@b.example",),
    )
    free = replace(call, title="Fair", busy=False)
    off = replace(call, title="Off", status="cancelled")
    bench = Bench(agenda=Agenda(now - timedelta(days=7), now + timedelta(days=60), (call, free, off)))
    answer = bench.good("read_calendar", first="2026-11-23", days=7)
    assert "A free hour on the next working days after 2026-11-23: 2026-11-24 10:00, 2026-11-25 09:00" in words(answer)
    assert answer.parts[-1].outside
    assert answer.parts[-1].text == (
        "2026-11-24 09:00-10:00 | Call | Zoom | a@b.example\n2026-11-24 09:00-10:00 (free) | Fair | Zoom | a@b.example"
    )
    nothing = bench.good("read_calendar", first="2026-11-25", days=1)
    assert "0 planned" in words(nothing)
    assert not any(each.outside for each in nothing.parts)
    for first, days in (
        ("2026-11-25", 0),
        ("2020-01-01", 7),
        ("", 366),
        ("soon", 7),
        ("9999-12-31", 7),
        ("0001-01-01", 1),
    ):
        assert bench.bad("read_calendar", first=first, days=days)
    many = Agenda(now - timedelta(days=7), now + timedelta(days=60), (call,) * 101)
    assert "101 planned" in words(Bench(agenda=many).good("read_calendar", first="", days=7))
    assert "No calendar is connected" in words(Bench().good("read_calendar", first="", days=7))
