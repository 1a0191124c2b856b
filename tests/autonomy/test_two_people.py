"""Where two people must say yes: each with a proof of their own, by note or command, and never one of them twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.approval.credentials import LOST_WAIT, Enrolled, Wanted, enrol, revoke
from agents.approval.proof import Outcome, by_request, prove
from agents.durability.credential_rows import yes_holders
from agents.durability.task_persistence import add_request
from agents.security.secrets import FileSecrets
from tests.approval.proofs import App, MemorySecrets, introduced, listed

if TYPE_CHECKING:
    from tests.autonomy.house import House

HALF = """proof: "one of two yes (owner); waits for another person's\""""


@pytest.fixture
def safe(house: House) -> str:
    """A proposal that two people must approve."""
    proposal = house.proposed("empty safe")
    demand_two(house)
    return proposal


def demand_two(house: House) -> None:
    with house.journal.begin() as sql:
        sql.exec_driver_sql("UPDATE proposals SET risk = 'two' WHERE state = 'waiting'")


@pytest.fixture
def owners(house: House, safe: str) -> tuple[str, ...]:
    assert house.waiting() == [safe]
    return listed(house.journal, house.clock.now() - LOST_WAIT)


@pytest.fixture
def bobs(house: House, owners: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of the second person, whom the owner let in yesterday."""
    with house.journal.begin() as sql:
        now = house.clock.now() - LOST_WAIT
        made = enrol(sql, now, owners[-1], lost=False, wanted=Wanted(name="list-bob", holder="bob"))
    assert isinstance(made, Enrolled), made
    return made.codes


def say_yes(house: House, proposal: str, code: str, *, move: bool = True) -> None:
    house.set(proposal, "code", code)
    if move:
        house.move(proposal, "Approved")
    else:
        house.set(proposal, "approve", "true")
    house.once()


def by_command(house: House, proposal: str, code: str) -> None:
    """What `approve ID --code` writes into the journal."""
    values = {"at": house.clock.now().isoformat(), "kind": "approve", "target": proposal, "text": "", "actor": "vault"}
    with house.journal.begin() as sql:
        number = add_request(sql, values)
        assert prove(sql, code, proposal, by_request(number), house.clock.now()).outcome is Outcome.PROVED


def holders(house: House, proposal: str) -> tuple[str, ...]:
    with house.journal.begin() as sql:
        return yes_holders(sql, proposal)


def every_text(house: House) -> str:
    """Every byte of text any commit ever held."""
    objects = house.git("cat-file", "--batch-check", "--batch-all-objects").splitlines()
    return "".join(house.git("cat-file", "-p", line.split()[0]) for line in objects if " blob " in line)


@pytest.mark.parametrize("move", [True, False])
def test_the_first_yes_brings_the_note_back_and_the_second_persons_completes_it(
    house: House,
    safe: str,
    owners: tuple[str, ...],
    bobs: tuple[str, ...],
    move: bool,  # noqa: FBT001 - an example
) -> None:
    say_yes(house, safe, owners[0], move=move)
    assert (house.courier.sent, house.row(safe).state) == ([], "waiting")
    assert house.folder(safe) == "Pending_Approval"
    assert HALF in house.text(safe)
    assert "approve: false" in house.text(safe)
    assert house.sees().half_said == {safe: "owner"}
    say_yes(house, safe, bobs[0], move=move)
    assert house.courier.sent == ["empty safe"]
    assert 'proof: "two of two yes (bob, owner)"' in house.text(safe)
    assert house.happened(safe).count("proposal.half_approved") == 1
    assert not [code for code in (owners[0], bobs[0]) if code in every_text(house)]
    assert house.is_sound()


def test_by_command_too_and_the_second_may_come_in_a_note(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    by_command(house, safe, bobs[0])
    house.once()
    assert house.courier.sent == []
    assert "one of two yes (bob)" in house.text(safe)
    say_yes(house, safe, owners[0])
    assert house.courier.sent == ["empty safe"]
    assert house.is_sound()


def test_both_may_have_said_yes_before_the_runner_looks_and_the_note_may_be_gone(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    by_command(house, safe, owners[0])
    by_command(house, safe, bobs[0])
    house.path(safe).unlink()
    house.once()
    assert house.courier.sent == ["empty safe"]
    assert house.is_sound()


def test_one_person_twice_is_one_person_also_with_another_proof(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    for at in range(3):
        say_yes(house, safe, owners[at])
    assert (house.courier.sent, house.row(safe).state) == ([], "waiting")
    assert len([each for each in house.alerts() if "has your yes already" in each]) == 2
    say_yes(house, safe, bobs[0])
    assert house.courier.sent == ["empty safe"]


def test_a_move_without_a_proof_is_no_second_yes(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    say_yes(house, safe, owners[0])
    house.move(safe, "Approved")
    house.once()
    assert (house.courier.sent, bobs != ()) == ([], True)
    assert any("needs a proof" in each for each in house.alerts())


def test_the_second_persons_proof_of_another_proposal_does_not_count(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    other = house.proposed("empty safe", 2)
    demand_two(house)
    say_yes(house, other, bobs[0])
    say_yes(house, safe, owners[0])
    assert (holders(house, safe), holders(house, other)) == (("owner",), ("bob",))
    say_yes(house, safe, bobs[0])
    assert house.courier.sent == []
    assert any("wrong or used" in each for each in house.alerts())


def test_a_refused_command_is_no_yes_for_the_second_persons_to_complete(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    text = house.text(safe)
    house.path(safe).write_text(text.replace("**Why:**", "**Wherefore:**"), encoding="utf-8")
    by_command(house, safe, owners[0])
    house.once()
    house.path(safe).write_text(house.row(safe).note, encoding="utf-8")
    say_yes(house, safe, bobs[0])
    assert (house.courier.sent, holders(house, safe)) == ([], ("bob",))


def test_an_edited_order_begins_anew_with_no_yes(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    say_yes(house, safe, owners[0])
    house.path(safe).write_text(house.text(safe).replace("thing: safe", "thing: box"), encoding="utf-8")
    say_yes(house, safe, bobs[0])
    (again,) = house.waiting()
    assert holders(house, again) == ()
    assert house.courier.sent == []


@pytest.mark.parametrize("said", ["no", "nothing"])
def test_after_one_yes_a_no_or_the_expiry_still_ends_it(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...], said: str
) -> None:
    say_yes(house, safe, owners[0])
    if said == "no":
        house.set(safe, "reject", "true")
    else:
        house.clock.advance(timedelta(days=8).total_seconds())
    house.once()
    assert house.row(safe).state == ("rejected" if said == "no" else "expired")
    assert house.courier.sent == []
    with house.journal.begin() as sql:
        assert prove(sql, owners[0], "another", "note", house.clock.now()).outcome is Outcome.WRONG, "it stays used"
        assert prove(sql, bobs[0], "another", "note", house.clock.now()).outcome is Outcome.PROVED
    assert house.is_sound()


def test_a_yes_of_both_that_is_taken_back_must_be_said_by_both_again(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    say_yes(house, safe, owners[0])
    stop = house.vault / "STOP.md"
    stop.write_text("", encoding="utf-8")
    say_yes(house, safe, bobs[0])
    assert house.row(safe).state == "approved"
    house.move(safe, "Pending_Approval")
    stop.unlink()
    house.once()
    assert (house.row(safe).state, holders(house, safe)) == ("waiting", ())
    assert "two of two" not in house.text(safe)
    say_yes(house, safe, bobs[1])
    assert (house.courier.sent, holders(house, safe)) == ([], ("bob",))
    say_yes(house, safe, owners[1])
    assert house.courier.sent == ["empty safe"]
    assert house.is_sound()


def test_the_yes_of_a_proof_that_is_revoked_does_not_wait_for_the_second(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    say_yes(house, safe, bobs[0])
    with house.journal.begin() as sql:
        revoke(sql, house.clock.now(), owners[0], name="list-bob")
    say_yes(house, safe, owners[1])
    assert (house.courier.sent, holders(house, safe)) == ([], ("owner",))


@pytest.mark.parametrize("yeses", [0, 1])
def test_the_executor_itself_counts_the_people(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...], yeses: int
) -> None:
    """A journal bent to say 'approved' is not enough."""
    if yeses:
        say_yes(house, safe, owners[0])
    house.move(safe, "Approved")
    with house.journal.begin() as sql:
        sql.exec_driver_sql("UPDATE proposals SET state='approved', decided_at=created_at")
    house.once()
    assert (house.courier.sent, house.row(safe).state, bobs != ()) == ([], "failed", True)
    assert any("no proof was given that is enough" in each for each in house.alerts())


@pytest.mark.parametrize("at", [(number, after) for number in (1, 2, 3) for after in (False, True)])
@pytest.mark.parametrize("way", ["note", "command"])
def test_a_crash_at_the_first_yes_loses_and_doubles_nothing(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...], way: str, at: tuple[int, bool]
) -> None:
    if way == "command":
        by_command(house, safe, owners[0])
    else:
        house.set(safe, "code", owners[0])
        house.move(safe, "Approved")
    house.once_killed_at(at[0], after=at[1])
    assert HALF in house.text(safe)
    assert house.happened(safe).count("proposal.half_approved") == 1
    assert owners[0] not in every_text(house)
    say_yes(house, safe, bobs[0])
    assert house.courier.sent == ["empty safe"]
    assert house.is_sound()


def test_a_command_that_is_carried_out_again_is_the_same_yes(
    house: House, safe: str, owners: tuple[str, ...], bobs: tuple[str, ...]
) -> None:
    """As after a crash between the yes and the end of the request."""
    by_command(house, safe, owners[0])
    house.once()
    with house.journal.begin() as sql:
        sql.exec_driver_sql("UPDATE requests SET state = 'pending' WHERE kind = 'approve'")
    house.once()
    assert house.happened(safe).count("proposal.half_approved") == 1
    assert (house.courier.sent, house.alerts(), bobs != ()) == ([], [], True)


def test_a_code_of_an_app_in_a_note_counts_while_it_is_fresh(house: House, safe: str) -> None:
    now = house.clock.now()
    with house.journal.begin() as sql:
        codes = introduced(sql, now, "bob")
        app = App(MemorySecrets()).enrolled(sql, now)
    FileSecrets(house.state / "secrets.json").put("proof.totp.app", app.secret)
    say_yes(house, safe, app.shows(now, -3))
    assert (holders(house, safe), house.folder(safe)) == ((), "Pending_Approval")
    assert any("came too late" in each and "printed list" in each for each in house.alerts())
    say_yes(house, safe, app.shows(house.clock.now()))
    assert holders(house, safe) == ("owner",)
    say_yes(house, safe, codes[0])
    assert house.courier.sent == ["empty safe"]
