"""Promises about effects: at most once whatever happens, and what nobody can know is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.durability.proposal_rows import update_proposal
from agents.errors import NeedsOwner, NotAllowed, Transient
from tests.autonomy.courier import LOST
from tests.autonomy.house import Killed

if TYPE_CHECKING:
    from tests.autonomy.house import House

BUSY = Transient("the courier is busy", hint="Wait.")


def in_doubt(house: House, *, arrived: bool) -> tuple[str, str]:
    """A proposal whose answer was lost, and the question about it."""
    proposal = house.proposed()
    house.courier.troubles = [LOST]
    house.courier.arrives = arrived
    house.move(proposal, "Approved")
    house.once()
    (question,) = house.sees().questions
    return proposal, question.id


@pytest.mark.parametrize(
    ("arrived", "answer", "state"),
    [
        (True, "it happened", "done"),
        (False, "it did not happen: do it now", "done"),
        (False, "IT DID NOT HAPPEN: DO IT NOW", "done"),
        (True, "leave it, I take care of it myself", "failed"),
    ],
)
def test_an_unknown_outcome_is_asked_and_each_answer_ends_it(
    house: House, *, arrived: bool, answer: str, state: str
) -> None:
    proposal, question = in_doubt(house, arrived=arrived)
    house.restart()
    assert (house.row(proposal).state, len(house.sees().questions)) == ("unknown", 1)
    house.command("answer", question, answer)
    house.once()
    house.restart()
    assert (house.row(proposal).state, house.courier.sent) == (state, ["send lamp"])
    assert house.folder(proposal) == "Done/2026-11"
    assert house.folder(question) == "Done/2026-11"
    assert house.folder(house.the_task()) == "Done/2026-11"
    assert house.open_notes() == []
    assert house.is_sound()


def test_any_other_answer_about_an_outcome_is_held(house: House) -> None:
    proposal, question = in_doubt(house, arrived=True)
    house.set(question, "answer", "yes, I think so")
    house.once()
    assert (house.row(proposal).state, len(house.courier.sent)) == ("unknown", 1)
    assert "it happened" in house.alerts()[0]
    house.set(question, "answer", "it happened")
    house.once()
    assert house.row(proposal).state == "done"


def test_unknown_again_after_the_owners_word_is_asked_again(house: House) -> None:
    proposal, question = in_doubt(house, arrived=False)
    house.courier.troubles = [LOST]
    house.command("answer", question, "it did not happen: do it now")
    house.once()
    (again,) = house.sees().questions
    assert again.id != question
    house.command("answer", again.id, "it did not happen: do it now")
    house.once()
    assert (house.row(proposal).state, house.courier.sent) == ("done", ["send lamp"])


def test_the_task_may_be_closed_while_an_outcome_is_unknown_and_the_question_stays(house: House) -> None:
    proposal, question = in_doubt(house, arrived=True)
    house.move(house.the_task(), "Done")
    house.once()
    assert [each.id for each in house.sees().questions] == [question]
    house.tick(question, "it happened")
    house.once()
    assert house.row(proposal).state == "done"
    assert house.folder(house.the_task()) == "Done/2026-11"
    assert len(house.brain.seen) == 1
    assert house.is_sound()


@pytest.mark.parametrize("failpoint", ["intent", "before effect", "after effect"])
def test_killed_around_the_effect_it_is_made_exactly_once(house: House, failpoint: str) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.failpoint = failpoint
    with pytest.raises(Killed):
        house.once()
    house.failpoint = ""
    house.restart()
    assert house.courier.sent == ["send lamp"]
    assert house.folder(proposal) == "Done/2026-11"
    assert house.is_sound()


def test_stop_between_decision_and_effect_holds_it_and_deleting_it_resumes(house: House) -> None:
    proposal = house.proposed()
    stop = house.vault / "STOP.md"
    stop.write_text("stop\n", encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    assert (house.courier.sent, house.row(proposal).state) == ([], "approved")
    assert sum("waits" in each for each in house.reports) == 1
    house.once()
    assert sum("waits" in each for each in house.reports) == 1
    stop.unlink()
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_a_yes_taken_back_before_the_effect_counts_as_no(house: House) -> None:
    proposal = house.proposed()
    stop = house.vault / "STOP.md"
    stop.write_text("stop\n", encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    house.move(proposal, "Rejected")
    stop.unlink()
    house.once()
    assert (house.courier.sent, house.row(proposal).state) == ([], "rejected")


@pytest.mark.parametrize(
    ("trouble", "alerts"), [(BUSY, 0), (NeedsOwner("no account", hint="Say `connect courier`."), 1)]
)
def test_what_cannot_be_done_now_is_tried_again_after_a_minute_and_told_once(
    house: House, trouble: Transient | NeedsOwner, alerts: int
) -> None:
    proposal = house.proposed()
    house.courier.before = trouble
    house.move(proposal, "Approved")
    house.once()
    house.courier.before = None
    house.once()
    assert (house.courier.sent, len(house.alerts())) == ([], alerts)
    house.clock.advance(60)
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_what_is_refused_ends_in_done_as_not_done(house: House) -> None:
    proposal = house.proposed()
    house.courier.before = NotAllowed("no parcels to the moon", hint="Choose another address.")
    house.move(proposal, "Approved")
    house.once()
    assert house.row(proposal).state == "failed"
    assert house.folder(proposal) == "Done/2026-11"
    assert "no parcels to the moon" in house.alerts()[0]
    assert [each.kind for each in house.brain.seen[-1][1]] == ["failed"]


def test_an_answer_about_an_outcome_that_is_known_by_now_changes_nothing(house: House) -> None:
    proposal, question = in_doubt(house, arrived=True)
    with house.journal.begin() as sql:
        update_proposal(sql, proposal, {"state": "failed"})
    house.command("answer", question, "it did not happen: do it now")
    house.once()
    assert (house.row(proposal).state, house.courier.sent) == ("failed", ["send lamp"])
