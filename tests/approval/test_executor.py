"""The executor: at most one effect, whatever fails or dies, and an outcome the owner sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.approval.executor import Executor, Ports, Result
from agents.connectors.contract import Absent, CannotKnow
from agents.errors import Broken, NeedsOwner, NotAllowed, OutcomeUnknown
from tests.approval.examples import INVOICE, MODELS, POLICY
from tests.approval.office import BUSY, DONE, REFUSED, SILENCE, Office, is_done
from tests.approval.service import PDF
from tests.durability.mortal import Fuse, Killed, MortalRoom, in_memory

if TYPE_CHECKING:
    from pathlib import Path


def test_an_approved_effect_is_made_once_and_its_note_shows_the_receipt(office: Office) -> None:
    assert office.run() == (Result.DONE, "INV-2026-0001 | booked")
    is_done(office)
    intent = office.room.git("log", "--format=%h", "--grep=Intend")
    text = office.room.text(DONE.format(office.id))
    assert text.endswith(
        "\n## Receipt\n"
        rf"done 2026-11-23 12:00:00 · approved by owner (moved, 12:00) · INV-2026-0001 \| booked · intent in commit "
        f"{intent} · event 4\n- the \\*answer\\*: ok\n- [[inv.pdf]]\n"
    )
    assert PDF in office.room.git("log", "-1", "--format=", "--name-only")
    assert office.run()[0] is Result.LATER
    assert len(office.service.effects) == 1


def test_the_intent_is_in_the_history_before_the_effect(office: Office) -> None:
    seen: list[str] = []
    office.service.before_effect = lambda: seen.append(office.room.git("log", "-1", "--format=%s"))
    office.run()
    assert seen == [f"Intend {office.id}"]


def test_a_stale_row_makes_no_second_effect(office: Office) -> None:
    row = office.row
    office.run()
    ports = Ports(dict.fromkeys(MODELS, office.service), MODELS, office.room.blobs, lambda: None, lambda: POLICY)
    assert Executor(office.room.recorder, ports).run(row) == (Result.LATER, f"{row.id} is not approved")
    is_done(office)


@pytest.mark.parametrize("state", ["waiting", "rejected", "expired", "superseded", "unknown", "failed", "done"])
def test_only_what_is_approved_runs(office: Office, state: str) -> None:
    office.change(state=state)
    assert office.run()[0] is Result.LATER
    assert office.service.effects == []


@pytest.mark.parametrize("place", ["intent", "before effect", "after effect"])
def test_died_at_a_failpoint_it_is_made_once(office: Office, place: str) -> None:
    def die(name: str) -> None:
        if name == place:
            raise Killed

    office.failpoint = die
    with pytest.raises(Killed):
        office.run()
    office.failpoint = lambda _name: None
    assert office.room.restart() == ()
    assert office.run()[0] is Result.DONE
    is_done(office)
    assert office.room.git("log", "--format=%s", "--grep=Intend").count("\n") == 0


def died_at(place: Path, number: int) -> bool:
    """Die at the `number`-th durable operation of one try, and try again in a new process; whether it died."""
    room = MortalRoom(place)
    office = Office(room)
    room.journal.close()
    room.fuse, died = Fuse(number), False
    room.open()
    try:
        office.run()
    except Killed:
        died = True
    room.fuse = Fuse(0)
    assert room.restart() == ()
    office.run()
    is_done(office)
    room.journal.close()
    return died


def test_died_at_any_durable_operation_it_is_made_once() -> None:
    number = 1
    with in_memory() as place:
        while died_at(place / str(number), number):
            number += 1
    assert number > 20


class TestSilence:
    """No answer after the call."""

    @pytest.fixture(autouse=True)
    def silent(self, office: Office) -> None:
        office.service.failures = [SILENCE]

    def test_it_is_looked_up_and_found(self, office: Office) -> None:
        office.service.answer_lost = True
        assert office.run()[0] is Result.DONE
        is_done(office)

    @pytest.mark.parametrize(
        ("answer", "question"),
        [
            (Absent(), "no answer in 10 s Look at the service."),
            (CannotKnow("did it go out?"), "did it go out?"),
            (BUSY, "no answer in 10 s Look at the service."),
            (NeedsOwner("no password", hint="Connect."), "no answer in 10 s Look at the service."),
            (REFUSED, "the *ledger* refuses Look at line 7."),
            (SILENCE, "no answer in 10 s Look at the service."),
        ],
    )
    def test_whatever_else_the_look_up_says_the_owner_is_asked(
        self, office: Office, answer: Absent | CannotKnow | Exception, question: str
    ) -> None:
        """Also 'absent': a service may show an effect late."""
        office.service.lookups = [Absent(), answer]
        assert office.run() == (Result.UNKNOWN, question)
        assert office.row.state == "approved"


class TestLookUp:
    """Before the effect."""

    @pytest.mark.parametrize(
        "answer", [CannotKnow("did it?"), NotAllowed("did it?", hint=""), OutcomeUnknown("did it?", hint="")]
    )
    def test_who_cannot_know_asks_the_owner_and_acts_not(self, office: Office, answer: CannotKnow | Exception) -> None:
        office.service.lookups = [answer]
        result, question = office.run()
        assert (result, question.strip()) == (Result.UNKNOWN, "did it?")
        assert office.service.effects == []

    def test_an_effect_of_an_earlier_life_is_found(self, office: Office) -> None:
        office.service.execute(INVOICE, office.row.key, {})
        assert office.run()[0] is Result.DONE
        is_done(office)

    def test_a_service_that_is_busy_is_asked_later(self, office: Office) -> None:
        office.service.lookups = [BUSY]
        assert office.run() == (Result.LATER, "the service is busy Wait.")
        assert office.run()[0] is Result.DONE
        is_done(office)


class TestRefusal:
    """What the service answers instead of a receipt."""

    def test_busy_is_tried_later_and_made_once(self, office: Office) -> None:
        office.service.failures = [BUSY, BUSY]
        assert office.run() == office.run() == (Result.LATER, "the service is busy Wait.")
        assert office.alerts() == []
        assert office.run()[0] is Result.DONE
        is_done(office)

    def test_refused_for_good_goes_to_done_with_a_line_and_an_alert(self, office: Office) -> None:
        office.service.failures = [REFUSED]
        assert office.run() == (Result.FAILED, "the *ledger* refuses")
        assert (office.row.state, office.row.reason) == ("failed", "the *ledger* refuses")
        text = office.room.text(DONE.format(office.id))
        assert text.endswith("## History\n- 12:00 not done: the \\*ledger\\* refuses\n")
        assert "# Not done: " in office.alerts()[0]
        assert office.run()[0] is Result.LATER
        office.holds()

    @pytest.mark.parametrize("err", [NeedsOwner("no password", hint="Connect."), Broken("bent", hint="Restore.")])
    def test_what_the_owner_must_mend_waits_and_is_told_once(self, office: Office, err: Exception) -> None:
        office.service.failures = [err, err]
        results = [office.run(), office.run()]
        assert [result for result, _ in results] == [Result.LATER, Result.LATER]
        assert len(office.alerts()) == 1
        assert office.id in office.alerts()[0]
        assert office.run()[0] is Result.DONE
        is_done(office)


class TestStop:
    """STOP counts until the last moment."""

    def test_before_anything(self, office: Office) -> None:
        office.stop = "STOP.md is in the vault"
        assert office.run() == (Result.STOPPED, "STOP.md is in the vault")
        assert office.row.intent_at == ""
        office.stop = None
        assert office.run()[0] is Result.DONE

    def test_between_intent_and_effect(self, office: Office) -> None:
        def stop(name: str) -> None:
            if name == "intent":
                office.stop = "STOP.md is in the vault"

        office.failpoint = stop
        assert office.run()[0] is Result.STOPPED
        assert (office.service.effects, bool(office.row.intent_at)) == ([], True)
        office.failpoint, office.stop = lambda _name: None, None
        assert office.run()[0] is Result.DONE
        is_done(office)


class TestLimits:
    """The owner's limits are asked in the transaction that writes the intent."""

    def test_what_would_be_too_much_waits_and_leaves_no_trace(self, office: Office) -> None:
        office.refusal = "your limit is reached"
        assert office.run() == (Result.LATER, "your limit is reached")
        assert (office.service.effects, office.row.intent_at) == ([], "")
        assert office.asked == [(office.id, office.room.clock.now())]
        office.refusal = ""
        assert office.run()[0] is Result.DONE
        is_done(office)

    def test_each_try_counts_from_then_and_is_one_event(self, office: Office) -> None:
        office.service.failures = [BUSY]
        assert office.run()[0] is Result.LATER
        first = office.row.intent_at
        office.room.clock.advance(60)
        assert office.run()[0] is Result.DONE
        assert office.row.intent_at > first
        assert office.room.git("log", "--format=%s", "--grep=Intend").count("\n") == 0
        is_done(office)

    def test_what_happened_before_is_found_whatever_the_limits_say(self, office: Office) -> None:
        office.service.failures, office.service.answer_lost = [BUSY], False
        office.run()
        office.refusal = "your limit is reached"
        office.service.execute(INVOICE, office.row.key, {})
        assert office.run()[0] is Result.DONE
        is_done(office)


def test_a_history_that_refuses_holds_the_effect_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_paths: object, **_more: object) -> str:
        raise BUSY

    monkeypatch.setattr(office.room.history, "commit", refuse)
    assert office.run()[0] is Result.LATER
    assert office.service.effects == []
    monkeypatch.undo()
    assert office.run()[0] is Result.DONE
    is_done(office)
