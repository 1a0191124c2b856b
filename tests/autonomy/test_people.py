"""What is read out of what happened: contacts of whom the owner deals with, and promises, each once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.contacts_brain import ContactsBrain, is_about_contacts
from agents.autonomy.people import People
from agents.connectors.contacts.actions import MAX_CHANGES
from agents.connectors.email.actions import EmailSend
from agents.durability.promise_rows import OPEN, promises_in
from agents.durability.proposal_rows import ProposalRow, add_proposal
from agents.durability.task_persistence import TaskRow, add_task
from agents.durability.transitions import Transition
from agents.reasoning.brain import AttachedFile, Facts, Finish, Handbook, Outcome, TaskView
from agents.security.audit_logger import Fact
from agents.vault.note import Note, read_note
from tests.autonomy.scripted_brain import ScriptedBrain, errands
from tests.clock import NOON

if TYPE_CHECKING:
    from agents.durability.promise_rows import PromiseRow
    from tests.autonomy.house import House

ANNA = "anna@client.example"
TASK = "2026-11-23-email-0123456789"


def filed(house: House, task: str = TASK, sender: str = ANNA, text: str = "", **view: object) -> None:
    """A mail became a task."""
    told = {"sender_name": "Anna Example", "flags": [], "text": text, "received": NOON.isoformat(), **view}
    with house.recorder.begin() as writing:
        row = TaskRow(task, house.clock.now().isoformat(), "filed", 0, sender, json.dumps(told), "", "", "", "")
        add_task(writing.sql, row)
        writing.record(Transition(Fact("watcher", "task.filed", task, task), f"File {task}"))


def sent(house: House, number: int = 1, to: str = ANNA, body: str = "Hello", action: str = "") -> None:
    """A mail of ours left with the owner's yes."""
    sealed = action or EmailSend(to=to, subject="Hi", body=body).canonical().decode()
    name = f"2026-11-23-email-send-000000000{number}"
    row = ProposalRow(
        id=name,
        digest="",
        key=name,
        note="",
        quote="",
        rule="",
        brain="",
        risk="",
        policy="",
        task=TASK,
        move_key="send",
        action=sealed,
        provenance="{}",
        epoch=1,
        created_at=NOON.isoformat(),
        expires_at=NOON.isoformat(),
        state="done",
    )
    with house.recorder.begin() as writing:
        add_proposal(writing.sql, row)
        writing.record(Transition(Fact("executor", "effect.done", name, TASK), f"Done {name}"))


def contacts(house: House) -> list[Note]:
    found = [read_note(each.read_text(encoding="utf-8")) for each in sorted((house.vault / "Contacts").iterdir())]
    return [each for each in found if isinstance(each, Note)]


def promises(house: House) -> tuple[PromiseRow, ...]:
    with house.journal.begin() as sql:
        return promises_in(sql, OPEN)


@pytest.fixture
def people(house: House) -> People:
    house.start()
    return People(house.recorder)


def test_our_own_promise_is_noted_where_the_owner_said_yes_to_it(house: House, people: People) -> None:
    filed(house)
    sent(house, body="Hello Anna,\n\nI will send the offer by Friday.\n\n> I will call you tomorrow.\n")
    assert people.look() > 0
    assert (people.look(), People(house.recorder).look()) == (0, 0)
    (promise,) = promises(house)
    assert (promise.said_by, promise.other, promise.due, promise.task) == ("us", ANNA, "2026-11-27", TASK)
    (note,) = contacts(house)
    assert (note.properties["name"], note.properties["emails"], note.properties["company"]) == (
        "Anna Example",
        (ANNA,),
        "",
    )
    assert f"- 2026-11-23 you promised something by 2026-11-27, in [[{TASK}]] (promise 1)" in note.text
    assert "offer" not in note.text


def test_a_later_mail_moves_the_last_day_once_and_a_name_that_is_more_is_not_taken(
    house: House, people: People
) -> None:
    filed(house, sender_name="IBAN DE89 3704 0044 0532 0130 00")
    sent(house)
    people.look()
    assert contacts(house)[0].properties["name"] == ""
    house.clock.advance(86_400)
    for number in (1, 2):
        filed(house, task=f"{TASK[:-1]}{number}")
    people.look()
    (note,) = contacts(house)
    assert (note.properties["first_seen"], note.properties["last_seen"]) == ("2026-11-23", "2026-11-24")
    assert house.happened().count("contact.seen") == 1


def test_strangers_and_mails_that_are_odd_promise_nothing(house: House, people: People) -> None:
    promise = "I will pay by Friday."
    filed(house, task=f"{TASK[:-1]}1", text=promise)
    people.look()
    assert (promises(house), contacts(house)) == ((), [])
    filed(house)
    sent(house)
    filed(house, task=f"{TASK[:-1]}2", text=promise, flags=["two senders"])
    filed(house, task=f"{TASK[:-1]}3", sender="", text=promise)
    people.look()
    assert promises(house) == ()
    filed(house, task=f"{TASK[:-1]}4", text=promise)
    people.look()
    assert [each.said_by for each in promises(house)] == ["them"]


def test_what_is_no_mail_or_invoice_makes_no_contact_and_an_invoice_names_the_company(
    house: House, people: People
) -> None:
    filed(house)
    sent(house, 1, action='{"action":"parcel.send","to":"anna@client.example"}')
    sent(house, 2, action='{"action":"invoice.create","customer":"Acme","email":"nobody"}')
    people.look()
    assert contacts(house) == []
    sent(house, 3, action='{"action":"invoice.create","customer":"Acme","email":"books@client.example"}')
    people.look()
    (note,) = contacts(house)
    assert (note.properties["company"], note.properties["emails"]) == ("Acme", ("books@client.example",))


def view(**fields: object) -> TaskView:
    plain = {"id": TASK, "kind": "file", "sender_name": "", "sender_address": "", "subject": "", "text": ""}
    return TaskView(**{**plain, "received": NOON, "sender_known": False, **fields})  # type: ignore[arg-type]


def decided(house: House, task: TaskView, *outcomes: Outcome) -> str:
    """How a task about contacts ends without a proposal."""
    brain = ContactsBrain(house.vault, ScriptedBrain(errands), {})
    (move,) = brain.decide(task, outcomes, FACTS).moves
    assert isinstance(move, Finish)
    return move.summary


FACTS = Facts(Handbook("", "", "", "EUR", 0, 0, 14), (), NOON.date())  # type: ignore[arg-type]
FILE = AttachedFile("sha-0123456789abcdef.vcf", "a.vcf", "text/vcard", 1)


def test_only_files_of_cards_and_pairs_are_about_contacts() -> None:
    cards = view(attachments=(FILE,))
    assert is_about_contacts(cards)
    assert is_about_contacts(view(message_id="contacts:A|B"))
    assert not is_about_contacts(view(kind="email", attachments=(FILE,)))
    assert not is_about_contacts(view(attachments=(FILE,), category="receipt"))
    assert not is_about_contacts(view())


@pytest.mark.parametrize(
    ("outcome", "says"),
    [("rejected", "as you said"), ("expired", "in time"), ("failed", "could not"), ("done", "done")],
)
def test_whatever_became_of_the_proposal_ends_the_task(house: House, outcome: str, says: str) -> None:
    assert says in decided(house, view(attachments=(FILE,)), Outcome("contacts", outcome))


def test_what_cannot_be_taken_in_says_why(house: House) -> None:
    task = view(attachments=(FILE,))
    assert "not there any more" in decided(house, task)
    kept = house.vault / "Files/2026-11" / FILE.stored
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("BEGIN:VCARD\nEND:VCARD\n" * 7, encoding="utf-8")
    told = decided(house, task)
    assert "it holds no contact that is new" in told
    assert "2 more cards cannot be read" in told
    many = (f"BEGIN:VCARD\nFN:P\nEMAIL:p{n}@x.example\nEND:VCARD\n" for n in range(MAX_CHANGES + 1))
    kept.write_text("".join(many), encoding="utf-8")
    assert "too many for one yes" in decided(house, task)


def test_two_notes_that_changed_meanwhile_are_left(house: House) -> None:
    (house.vault / "Contacts/A.md").write_text("---\nemail: a@x.example\n---\n", encoding="utf-8")
    pair = view(message_id="contacts:A|B", text="Contacts/A.md\nContacts/B.md\nThey share a@x.example.")
    assert "not alike any more" in decided(house, pair)
