"""The owner's permissions in the whole house: what is never done is not proposed, and what needs more comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.approval.policy_examples import failing_examples
from agents.autonomy.policy_changes import PolicyPorts
from agents.autonomy.proposing import TRY_AGAIN
from agents.console.policy_reading import read_rules
from agents.reasoning.brain import Finish, Move, Outcome, TaskView
from tests.autonomy.courier import MODELS
from tests.autonomy.house import House
from tests.autonomy.scripted_brain import send

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import FrozenClock

HEAD = "# Handbook\n\n## Permissions\n\n| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"
NEVER = "| | | parcel.* | to the sender | never |"


def permit(house: House, *rows: str, more: str = "") -> None:
    """The owner writes their table anew."""
    text = HEAD + "".join(f"{row}\n" for row in rows) + more
    (house.vault / "Company_Handbook.md").write_text(text, encoding="utf-8")


def eager(task: TaskView, outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Sends the parcel until it is sent, whatever the owner says meanwhile."""
    return (Finish("sent"),) if any(each.kind == "done" for each in outcomes) else (send(task, "lamp"),)


def test_what_a_row_forbids_is_not_proposed_and_the_question_names_the_row(house: House) -> None:
    permit(house, "| | | parcel.send | to the sender | never |")
    question = house.asked("send lamp")
    text = house.text(question)
    assert "line 7 of your handbook (parcel.send to the sender: never) says never" in text
    assert "Send a lamp to " in text
    assert (house.waiting(), house.courier.sent) == ([], [])
    assert "proposal.refused" in house.happened(house.the_task())
    assert house.is_sound()


def test_after_a_change_of_the_handbook_it_is_tried_again(house: House) -> None:
    house.brain.script = eager
    permit(house, NEVER)
    question = house.asked("send lamp")
    permit(house)
    house.tick(question, TRY_AGAIN.text)
    house.once()
    (proposal,) = house.waiting()
    house.move(proposal, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_without_a_change_it_is_asked_again_and_not_proposed(house: House) -> None:
    house.brain.script = eager
    permit(house, NEVER)
    house.tick(house.asked("send lamp"), TRY_AGAIN.text)
    house.once()
    assert house.waiting() == []
    assert len(house.sees().questions) == 1


def test_the_owner_may_close_the_task_instead(house: House) -> None:
    permit(house, NEVER)
    house.tick(house.asked("send lamp"), "I do it myself")
    house.once()
    assert house.task(house.the_task()).state == "done"
    assert house.courier.sent == []


def test_what_undoes_something_is_not_proposed_against_the_handbook(house: House) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.once()
    permit(house, "| | | parcel.recall | | never |")
    house.command("undo", proposal)
    house.once()
    assert house.waiting() == []
    assert any("line 7 of your handbook" in each for each in house.alerts())


def test_an_edit_into_what_is_forbidden_is_not_proposed(house: House) -> None:
    proposal = house.proposed()
    permit(house, "| | | parcel.send | to Eve | never |")
    path = house.move(proposal, "Approved")
    text = path.read_text(encoding="utf-8")
    recipient = house.row(proposal).action.split('"to":"')[1].split('"')[0]
    path.write_text(text.replace(f"to: {recipient}", "to: Eve"), encoding="utf-8")
    assert "to: Eve" in path.read_text(encoding="utf-8")
    house.once()
    assert house.waiting() == [proposal]
    assert house.row(proposal).state == "waiting"
    assert any("may not be done" in each and "line 7 of your handbook" in each for each in house.alerts())
    assert house.courier.sent == []


def test_an_approved_effect_that_needs_more_by_now_comes_back(house: House) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    permit(house, "| | | parcel.send | | ask with proof |")
    house.once()
    assert house.courier.sent == []
    (again,) = house.waiting()
    assert again != proposal
    assert "code:" in house.text(again)
    assert f"[[{again}]]" in house.text(proposal)
    assert house.folder(proposal).startswith("Done/")
    assert house.is_sound()


def test_rows_that_cannot_be_read_and_examples_that_fail_are_named_with_their_lines(
    tmp_path: Path, clock: FrozenClock
) -> None:
    house = House(tmp_path, clock, rules=PolicyPorts(read_rules, MODELS, failing_examples)).found()
    examples = "\n## Examples\n\n| what | amount | then |\n| --- | --- | --- |\n| payment | 600 EUR | ask |\n"
    permit(house, "| | | payments | above 5 EURO | ask two |", more=examples)
    house.proposed()
    told = " ".join(house.alerts())
    assert "line 7" in told
    assert "until it is right it counts as payments: ask two" in told
    assert "line 13" in told
    assert "your example says ask, but the answer is ask two" in told
    house.close()


@pytest.mark.parametrize("rows", [(), ("| | | invoices | | ask |",)])
def test_the_table_of_permissions_is_no_table_of_rules_about_mail(house: House, rows: tuple[str, ...]) -> None:
    permit(house, *rows)
    house.proposed()
    assert house.alerts() == []


ALLOW = "| owner | approve | parcel.send | to the sender | allow |"


def test_what_a_row_allows_is_done_without_a_yes_and_says_by_which_row(house: House) -> None:
    permit(house, ALLOW)
    house.mail("send lamp")
    house.once()
    assert (house.waiting(), house.courier.sent) == ([], ["send lamp"])
    (done,) = house.proposals("done")
    row = house.row(done)
    assert (row.decided_by, row.decided_how) == (
        "policy",
        "line 7 of your handbook (parcel.send to the sender: allow)",
    )
    text = house.text(done)
    assert house.folder(done).startswith("Done/")
    assert "Allowed by your handbook" in text
    assert "approved by policy (line 7 of your handbook (parcel.send to the sender: allow), " in text
    assert "proposal.allowed" in house.happened(done)
    assert "proposal.approved" not in house.happened(done)
    assert house.is_sound()


def test_the_owner_may_say_no_to_what_a_row_allows_before_it_is_done(house: House) -> None:
    permit(house, ALLOW)
    stop = house.vault / "STOP.md"
    stop.write_text("", encoding="utf-8")
    house.mail("send lamp")
    house.once()
    (allowed,) = house.proposals("approved")
    house.move(allowed, "Rejected")
    stop.unlink()
    house.once()
    assert (house.courier.sent, house.row(allowed).state) == ([], "rejected")


def test_the_yes_of_a_row_that_is_gone_is_none(house: House) -> None:
    permit(house, ALLOW)
    stop = house.vault / "STOP.md"
    stop.write_text("", encoding="utf-8")
    house.mail("send lamp")
    house.once()
    (allowed,) = house.proposals("approved")
    permit(house)
    stop.unlink()
    house.once()
    assert house.courier.sent == []
    assert house.row(allowed).state == "superseded"
    assert len(house.waiting()) == 1


def test_what_a_connected_assistant_wrote_is_never_done_without_a_yes(house: House) -> None:
    def by_assistant(task: TaskView, _outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
        move = send(task, "lamp")
        return (replace(move, provenance={**move.provenance, "thing": "agent"}),)

    house.brain.script = by_assistant
    permit(house, ALLOW)
    house.mail("send lamp")
    house.once()
    assert (len(house.waiting()), house.courier.sent) == (1, [])
