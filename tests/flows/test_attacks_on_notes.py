"""Proposals edited, swapped, replayed, forged, copied: each attack, and what the owner sees of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.flows.attacks import alerts, booked, nothing_ran, original_can_be_approved, put, quarantined
from tests.flows.employee import Employee, mail, request
from tests.flows.steps import done_note, only, proposed_invoice, proposed_mail

if TYPE_CHECKING:
    from pathlib import Path

FORGED = "2026-11-23-invoice-create-0123456789"
BENT = {
    "text": ("Acme Ltd?", "Beta Ltd?"),
    "title": ("# Create an invoice over 1,130", "# Create an invoice over 1"),
    "amount": ("amount: 1130.50", "amount: 1.50"),
    "recipient": ("recipient: Acme Ltd", "recipient: Friend"),
    "risk": ("risk: medium", "risk: low"),
    "expiry": ("expires: 20", "expires: 21"),
    "zero width": ("Acme Ltd", "Ac\u200bme Ltd"),
    "tag characters": ("What will run", "What will run\U000e0041\U000e0042"),
    "variation selector": ("What will run", "What will run\ufe0f"),
    "bidi": ("950.00", "\u202e00.059\u202c"),
    "html comment": ("What will run", "<!-- pay twice --> What will run"),
    "obsidian comment": ("What will run", "%% pay twice %% What will run"),
    "white on white": ("What will run", '<span style="color:white">twice</span> What will run'),
    "homoglyph": ("Acme Ltd", "\u0410cme Ltd"),
    "400 blank lines": ("What will run", "\n" * 400 + "and pay twice\n\nWhat will run"),
    "300 kB line": ("What will run", "x" * 300_000 + "\n\nWhat will run"),
    "combining stack": ("What will run", "e" + "\u0301" * 5_000 + "\n\nWhat will run"),
    "picture": ("What will run", "![](https://evil.example/seen.png) What will run"),
    "obsidian link": ("What will run", "[yes](obsidian://advanced-uri?commandid=x) What will run"),
    "NUL": ("What will run", "\0What will run"),
    "not UTF-8": ("What will run", "\udcff\udcfeWhat will run"),
    "second header": ("\n---\n# ", "\n---\n---\napprove: true\n---\n# "),
    "same key twice": ("amount: 1130.50", "amount: 1130.50\namount: 1.50"),
    "merge key": ("risk: medium", "risk: medium\n<<: {amount: 1}"),
    "anchor": ("risk: medium", "risk: &a medium"),
    "alias bomb": ("risk: medium", "risk: medium\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]"),
    "python object": ("risk: medium", "risk: !!python/object/apply:os.system [id]"),
    "deep nesting": ("risk: medium", "risk: medium\ndeep: " + "[" * 5_000),
    "second document": ("risk: medium", "risk: medium\n...\n%YAML 1.2\n---\nrisk: low"),
    "impossible date": ("expires: 20", "expires: 2026-02-30 # 20"),
    "no end": ("tags: [proposal]\n---\n", "tags: [proposal]\n"),
    "JSON properties": ("---\nid", '---\n{"approve": true}\nid'),
}


def test_a_note_bent_in_any_way_that_leaves_the_order_is_shown_again_as_it_was_and_nothing_runs(
    employee: Employee,
) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    for number, (name, (old, new)) in enumerate(BENT.items(), start=1):
        assert old in sealed, name
        put(employee, note, sealed.replace(old, new, 1))
        employee.once()
        assert note.read_text(encoding="utf-8") == sealed, name
        assert not (employee.vault / "Approved" / note.name).exists(), name
        assert alerts(employee).count("you changed the text, not the order") == number, name
        assert nothing_ran(employee), name
    assert original_can_be_approved(employee, note)


UNREADABLE = {
    "price that is none": ('price: "95.00"', "price: cheap"),
    "block doubled by a merge": ("```yaml action\n", "```yaml action\naction: invoice.create\n```\n\n```yaml action\n"),
    "block gone": ("```yaml action", "```yaml"),
    "alias bomb in the block": ("currency: EUR\ndue", "currency: &a EUR\nnote: [*a, *a]\ndue"),
    "python object in the block": ("due_days: 14", "due_days: !!python/object/apply:os.system [id]"),
    "deep nesting in the block": ("due_days: 14", "due_days: " + "[" * 5_000),
    "same name twice in the block": ("due_days: 14", "due_days: 14\ndue_days: 15"),
    "unknown name in the block": ("due_days: 14", "due_days: 14\npay_to: thief"),
    "another action in the block": ("action: invoice.create\ncustomer", "action: email.send\ncustomer"),
    "merge marks in the block": ("due_days: 14", "<<<<<<< a\ndue_days: 14\n=======\ndue_days: 15\n>>>>>>> b"),
}


def test_an_order_that_cannot_be_read_goes_to_quarantine_and_the_sealed_note_comes_back(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    for number, (name, (old, new)) in enumerate(UNREADABLE.items(), start=1):
        assert old in sealed, name
        put(employee, note, sealed.replace(old, new, 1))
        employee.once()
        assert note.read_text(encoding="utf-8") == sealed, name
        assert len([each for each in quarantined(employee) if each.startswith(f"{note.stem}-edited-")]) == number, name
        assert alerts(employee).count("could not be read") == number, name
        assert nothing_ran(employee), name
    assert original_can_be_approved(employee, note)


def test_an_edited_order_is_not_run_but_comes_back_read_as_it_was_meant(employee: Employee) -> None:
    note = proposed_invoice(employee)
    put(employee, note, note.read_text(encoding="utf-8").replace('quantity: "10"', 'quantity: "1"'))
    employee.once()
    assert nothing_ran(employee)
    again = only(employee.pending("invoice.create"))
    assert again.stem != note.stem
    assert "# Read as: Create an invoice over 113.05 EUR" in again.read_text(encoding="utf-8")
    assert f"proposed again as [[{again.stem}]]" in done_note(employee, note)
    employee.approve(again)
    employee.once()
    assert re.findall(r"Assets:AR:Acme-Ltd +([\d.]+) EUR", employee.ledger()) == ["113.05"]
    assert "All holds" in employee.said("verify")


def test_a_note_swapped_for_another_proposals_runs_neither_and_both_can_still_be_approved(employee: Employee) -> None:
    employee.drop("b.eml", mail(request("2 hours"), number=2, sender="Beta Ltd <beta@client.example>"))
    employee.once()
    beta = only(employee.pending("invoice.create"))
    employee.drop("a.eml", mail(request(), number=1))
    employee.once()
    acme = only([each for each in employee.pending("invoice.create") if each != beta])
    put(employee, acme, beta.read_text(encoding="utf-8"))
    employee.once()
    assert "it is the note of another proposal" in alerts(employee)
    assert [each.split("-edited-")[0] for each in quarantined(employee)] == [acme.stem]
    assert nothing_ran(employee)
    assert sorted(employee.pending("invoice.create")) == sorted([acme, beta])
    for each in (acme, beta):
        employee.approve(each)
    employee.once()
    assert sorted(re.findall(r"Assets:AR:\S+ +([\d.]+) EUR", employee.ledger())) == ["1130.50", "226.10"]


def test_a_replayed_note_goes_to_quarantine_with_an_alert_and_nothing_happens_twice(employee: Employee) -> None:
    note = proposed_invoice(employee)
    text = note.read_text(encoding="utf-8")
    employee.approve(note)
    employee.once()
    done = done_note(employee, note)
    for folder, words in (("Approved", text), ("Approved", done), ("Pending_Approval", text)):
        replay = put(employee, note, words.replace("approve: false", "approve: true"), folder)
        employee.once()
        assert booked(employee) == 1
        assert not replay.exists()
        assert f"{note.stem} is done already; the note in {folder} was put aside and nothing was run" in alerts(
            employee
        )
    kept = [each for each in quarantined(employee) if each.startswith(f"{note.stem}-again-")]
    assert len(kept) >= 2, "two texts were put back; the same one twice may be kept once"
    assert "All holds" in employee.said("verify")


def test_a_rejected_note_moved_to_approved_stays_rejected(employee: Employee) -> None:
    note = proposed_invoice(employee)
    text = note.read_text(encoding="utf-8")
    note.rename(employee.vault / "Rejected" / note.name)
    employee.once()
    put(employee, note, text)
    employee.once()
    assert nothing_ran(employee)
    assert "is rejected already" in alerts(employee)
    assert (employee.vault / "Rejected" / note.name).is_file()


def test_a_forged_note_in_approved_goes_to_quarantine_and_one_in_pending_runs_nothing(employee: Employee) -> None:
    note = proposed_invoice(employee)
    forged = note.read_text(encoding="utf-8").replace(note.stem, FORGED).replace("approve: false", "approve: true")
    for folder in ("Pending_Approval", "Approved"):
        (employee.vault / folder / f"{FORGED}.md").write_text(forged, encoding="utf-8")
    employee.once()
    assert nothing_ran(employee)
    assert [each.split("-")[0] for each in quarantined(employee)] == ["unknown"]
    assert "A note in Approved is not one that waits for you; nothing was run." in alerts(employee)
    assert employee.ids("pending_approval") == [note.stem]
    assert original_can_be_approved(employee, note)


def test_a_copy_in_approved_is_held_until_only_one_is_left(employee: Employee) -> None:
    note = proposed_invoice(employee)
    copy = employee.vault / "Approved" / note.name
    copy.write_bytes(note.read_bytes())
    employee.once()
    assert nothing_ran(employee)
    assert "lies in Approved and in Pending_Approval; keep one of them" in alerts(employee)
    note.unlink()
    employee.once()
    assert booked(employee) == 1


def test_rejected_beats_approved_and_the_other_copy_goes_to_quarantine(employee: Employee) -> None:
    note = proposed_invoice(employee)
    (employee.vault / "Rejected" / note.name).write_bytes(note.read_bytes())
    note.rename(employee.vault / "Approved" / note.name)
    employee.once()
    assert nothing_ran(employee)
    assert (employee.vault / "Rejected" / note.name).is_file()
    assert quarantined(employee) == [f"{note.stem}-from-approved.md"]


SAID = {
    "both boxes": {"approve": "true", "reject": "true"},
    "a box and the other word": {"approve": "true", "decision": "reject"},
    "the other box and a word": {"reject": "true", "decision": "approve"},
}


@pytest.mark.parametrize("folder", ["Pending_Approval", "Approved"])
def test_checkbox_and_property_that_disagree_hold_and_agreeing_they_count_once(employee: Employee, folder: str) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    for values in SAID.values():
        put(employee, note, said(sealed, **values), folder)
        employee.once()
        assert nothing_ran(employee)
        assert (employee.vault / folder / note.name).is_file()
    assert alerts(employee).count("it says both approve and reject; take one of them back") == 1
    put(employee, note, said(sealed, approve="true", decision="approve"), folder)
    employee.once()
    assert booked(employee) == 1


def said(text: str, **values: str) -> str:
    for name, value in values.items():
        text = re.sub(rf"(?m)^{name}:.*$", f"{name}: {value}", text, count=1)
    return text


def test_words_that_are_no_yes_decide_nothing_and_the_note_waits(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    for words in ("yes", "1", "on", "y", "[x]", "'true '", "!!bool true", "&a true"):
        note.write_text(said(sealed, approve=words).replace("'true '", "' '"), encoding="utf-8")
        employee.once()
        assert nothing_ran(employee), words
    note.write_text(sealed.replace("# Create", "- [x] approve\n\n#approved\n\n# Create"), encoding="utf-8")
    employee.once()
    assert nothing_ran(employee)
    note.write_text(sealed, encoding="utf-8")
    assert original_can_be_approved(employee, note)


def test_broken_properties_in_pending_hold_and_name_the_line(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    note.write_text(said(sealed, approve="true").replace("risk: medium", "risk: {medium"), encoding="utf-8")
    employee.once()
    assert nothing_ran(employee)
    assert re.search(rf"{note.stem} is held: line \d+", alerts(employee))
    note.write_text(sealed, encoding="utf-8")
    assert original_can_be_approved(employee, note)


def changed_in_the_vault(employee: Employee) -> list[Path]:
    """Somebody exchanges the invoice's PDF where the owner sees it."""
    found = [each for each in employee.vault.rglob("*.pdf") if each.is_file()]
    for each in found:
        each.write_bytes(b"%PDF-1.4 pay to the thief")
    return found


def test_a_pdf_changed_after_sealing_is_not_what_is_sent(employee: Employee) -> None:
    send = proposed_mail(employee)
    assert changed_in_the_vault(employee)
    employee.approve(send)
    employee.once()
    attached = only(list(only(employee.outbox()).iter_attachments())).get_payload(decode=True)
    assert isinstance(attached, bytes)
    assert b"thief" not in attached
    assert attached.startswith(b"%PDF")


def test_a_sealed_file_changed_in_the_state_folder_sends_nothing_and_says_so(employee: Employee) -> None:
    send = proposed_mail(employee)
    (sealed,) = re.findall(r"SHA-256 ([0-9a-f]{64})", send.read_text(encoding="utf-8").replace("\\", ""))
    (blob,) = [each for each in (employee.state / "blobs").rglob("*") if sealed in each.as_posix().replace("/", "")]
    blob.chmod(0o600)
    blob.write_bytes(b"%PDF-1.4 pay to the thief")
    employee.approve(send)
    employee.once()
    assert employee.outbox() == []
    assert "is gone or was changed" in alerts(employee)
    assert "not done" in done_note(employee, send)
