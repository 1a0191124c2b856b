"""What is of high risk needs a code of the owner's list: by note, by command, once, and never left in the history."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.approval.proof import LOCK, MAX_WRONG, Outcome, by_request, prove
from agents.durability.task_persistence import add_request
from tests.approval.proofs import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.autonomy.house import House

WRONG = "10000001"


@pytest.fixture
def safe(house: House) -> str:
    """A proposal of high risk; nothing is enrolled yet."""
    return house.proposed("empty safe")


@pytest.fixture
def codes(house: House, safe: str) -> tuple[str, ...]:
    assert house.waiting() == [safe]
    return listed(house.journal, house.clock.now())


def history(house: House) -> str:
    """Every byte of text any commit ever held."""
    objects = house.git("cat-file", "--batch-check", "--batch-all-objects").splitlines()
    blobs = [line.split()[0] for line in objects if " blob " in line]
    return "".join(house.git("cat-file", "-p", blob) for blob in blobs)


def say_yes(house: House, proposal: str, code: str, folder: str = "Approved") -> None:
    house.set(proposal, "code", code)
    if folder == "Approved":
        house.move(proposal, folder)
    else:
        house.set(proposal, "approve", "true")
    house.once()


def test_the_note_says_what_it_needs_and_no_list_is_no_way_around(house: House, safe: str) -> None:
    assert "unused code of your list" in house.text(safe)
    assert "\ncode:" in house.text(safe)
    assert "\ncode:" not in house.text(house.proposed("send lamp", 2))
    say_yes(house, safe, WRONG)
    assert (house.courier.sent, house.row(safe).state) == ([], "waiting")
    assert any("no list of codes is enrolled" in each for each in house.alerts())


@pytest.mark.parametrize("folder", ["Approved", "Pending_Approval"])
def test_with_a_code_it_runs_once_and_the_code_is_in_no_commit(
    house: House, safe: str, codes: tuple[str, ...], folder: str
) -> None:
    say_yes(house, safe, f"{codes[4][:4]} {codes[4][4:]}", folder)
    assert house.courier.sent == ["empty safe"]
    assert codes[4][:4] + " " not in history(house)
    approved = [each for each in house.events() if each["action_type"] == "proposal.approved"]
    assert json.loads(json.dumps(approved[0]["parameters"]))["proof"] == "code 5 of list 1"
    assert house.is_sound()


def test_a_code_is_used_up_by_one_proposal(house: House, safe: str, codes: tuple[str, ...]) -> None:
    say_yes(house, safe, codes[0])
    second = house.proposed("empty safe", 2)
    say_yes(house, second, codes[0])
    assert house.courier.sent == ["empty safe"]
    assert (house.row(second).state, house.folder(second)) == ("waiting", "Pending_Approval")
    assert any("wrong or used" in each for each in house.alerts())
    say_yes(house, second, codes[1])
    assert len(house.courier.sent) == 2


def test_a_wrong_code_brings_the_sealed_note_back_and_is_in_no_commit(
    house: House, safe: str, codes: tuple[str, ...]
) -> None:
    for _ in range(2):
        say_yes(house, safe, WRONG)
        assert (house.folder(safe), house.text(safe)) == ("Pending_Approval", house.row(safe).note)
    assert WRONG not in history(house)
    assert len([each for each in house.alerts() if "not approved" in each]) == 2
    house.restart()
    assert len([each for each in house.alerts() if "not approved" in each]) == 2, "a wrong code counts once"
    say_yes(house, safe, codes[0])
    assert house.courier.sent == ["empty safe"]


def test_six_wrong_codes_hold_even_the_right_one_for_an_hour_and_then_it_runs(
    house: House, safe: str, codes: tuple[str, ...]
) -> None:
    for _ in range(MAX_WRONG):
        say_yes(house, safe, WRONG)
    assert any("all codes are locked until" in each for each in house.alerts())
    say_yes(house, safe, codes[0])
    house.clock.advance(LOCK.total_seconds() - 60)
    house.restart()
    assert house.courier.sent == []
    assert any("no code is looked at until" in each for each in house.alerts())
    assert codes[0] not in history(house)
    house.clock.advance(61)
    house.once()
    assert house.courier.sent == ["empty safe"]
    assert house.is_sound()


def test_a_code_typed_before_the_yes_stays_out_of_the_history(house: House, safe: str, codes: tuple[str, ...]) -> None:
    house.set(safe, "code", codes[0])
    house.once()
    house.clock.advance(3600)
    house.restart()
    assert codes[0] not in history(house)
    house.set(safe, "approve", "true")
    house.once()
    assert house.courier.sent == ["empty safe"]
    assert codes[0] not in history(house)


def edit_text(house: House, proposal: str) -> None:
    house.path(proposal).write_text(house.text(proposal).replace("**Why:**", "**Wherefore:**"), encoding="utf-8")


def edit_order(house: House, proposal: str) -> None:
    house.path(proposal).write_text(house.text(proposal).replace("thing: safe", "thing: box"), encoding="utf-8")


def break_order(house: House, proposal: str) -> None:
    house.path(proposal).write_text(house.text(proposal).replace("thing: safe", "thung: safe"), encoding="utf-8")


def expire(house: House, proposal: str) -> None:
    house.clock.advance(timedelta(days=8).total_seconds())
    assert house.row(proposal).expires <= house.clock.now()


def say_no(house: House, proposal: str) -> None:
    house.set(proposal, "reject", "true")


@pytest.mark.parametrize("twist", [edit_text, edit_order, break_order, expire, say_no])
def test_whatever_else_becomes_of_the_note_its_code_is_in_no_commit_and_not_used(
    house: House, safe: str, codes: tuple[str, ...], twist: Callable[[House, str], None]
) -> None:
    house.set(safe, "code", codes[0])
    twist(house, safe)
    house.move(safe, "Approved")
    house.once()
    house.restart()
    assert house.courier.sent == []
    assert codes[0] not in history(house)
    assert house.is_sound()
    with house.journal.begin() as sql:
        assert prove(sql, codes[0], "another", "note", house.clock.now()).outcome is Outcome.PROVED


def test_an_edited_order_of_high_risk_comes_back_as_read_and_needs_a_code_again(
    house: House, safe: str, codes: tuple[str, ...]
) -> None:
    edit_order(house, safe)
    house.move(safe, "Approved")
    house.once()
    (again,) = house.waiting()
    assert house.row(again).risk == "high"
    say_yes(house, again, codes[0])
    assert house.courier.sent == ["empty box"]


def by_command(house: House, proposal: str, code: str) -> None:
    """What `approve ID --code` writes into the journal."""
    values = {"at": house.clock.now().isoformat(), "kind": "approve", "target": proposal, "text": "", "actor": "vault"}
    with house.journal.begin() as sql:
        number = add_request(sql, values)
        if code:
            prove(sql, code, proposal, by_request(number), house.clock.now())


def test_a_command_with_a_code_approves_and_a_proof_of_another_command_does_not(
    house: House, safe: str, codes: tuple[str, ...]
) -> None:
    by_command(house, safe, "")
    house.once()
    assert house.courier.sent == []
    edit_text(house, safe)
    by_command(house, safe, codes[0])
    house.once()
    assert house.courier.sent == [], "refused since the note is edited"
    house.path(safe).write_text(house.row(safe).note, encoding="utf-8")
    by_command(house, safe, "")
    house.once()
    assert house.courier.sent == [], "the code of the refused command is used up"
    by_command(house, safe, codes[1])
    house.once()
    assert house.courier.sent == ["empty safe"]


def test_a_command_without_a_code_does_not_borrow_the_one_in_the_note(
    house: House, safe: str, codes: tuple[str, ...]
) -> None:
    house.set(safe, "code", codes[0])
    by_command(house, safe, "")
    house.once()
    assert (house.courier.sent, house.row(safe).state) == ([], "waiting")
    assert any("holds a code" in each for each in house.alerts())
    by_command(house, safe, codes[1])
    house.once()
    assert house.courier.sent == ["empty safe"]
    assert codes[0] not in history(house)


def test_a_code_given_for_what_needs_none_must_be_right_too(house: House, codes: tuple[str, ...]) -> None:
    lamp = house.proposed("send lamp", 2)
    text = house.text(lamp).replace("\nreason:", f"\ncode: {WRONG}\nreason:")
    house.path(lamp).write_text(text, encoding="utf-8")
    house.move(lamp, "Approved")
    house.once()
    assert (house.courier.sent, house.folder(lamp)) == ([], "Pending_Approval")
    text = house.text(lamp).replace("\nreason:", f"\ncode: {codes[0]}\nreason:")
    house.path(lamp).write_text(text, encoding="utf-8")
    house.move(lamp, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_the_executor_itself_asks_for_the_proof(house: House, safe: str, codes: tuple[str, ...]) -> None:
    """A journal bent to say 'approved' is not enough."""
    assert codes
    house.move(safe, "Approved")
    with house.journal.begin() as sql:
        sql.exec_driver_sql("UPDATE proposals SET state='approved', decided_at=created_at")
    house.once()
    assert (house.courier.sent, house.row(safe).state) == ([], "failed")
    assert any("no proof was given" in each for each in house.alerts())


def test_the_last_codes_are_announced_once_each(house: House, safe: str, codes: tuple[str, ...]) -> None:
    with house.journal.begin() as sql:
        for code in codes[4:]:
            prove(sql, code, "another", "note", house.clock.now())
    say_yes(house, safe, codes[0])
    assert len([each for each in house.alerts() if "3 codes of your list are left" in each]) == 1


def test_what_a_command_did_with_the_list_is_told_and_chained(house: House) -> None:
    house.once()
    house.command("proof", "list-2", "replaced Look out.")
    house.command("proof", "list-2", "enrolled")
    house.once()
    assert [each for each in house.alerts() if each == "Look out."]
    assert [each for each in house.happened() if each.startswith("proof.")] == ["proof.replaced", "proof.enrolled"]


def test_a_note_elsewhere_that_looks_as_if_it_held_a_code_is_kept_as_ever(house: House) -> None:
    house.once()
    (house.vault / "Contacts" / "anna.md").write_text("---\ncode: 48217730\n---\n", encoding="utf-8")
    house.restart()
    assert "48217730" in history(house)
    assert house.is_sound()
