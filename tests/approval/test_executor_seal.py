"""The executor: what was sealed runs or nothing does, the owner's word counts once, and the note ends in Done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.approval.executor import DID_NOT_HAPPEN, Result
from agents.connectors.contract import CannotKnow, sha256_hex
from agents.durability.journal import write_meta
from agents.vault.layout import APPROVED, PENDING, REJECTED
from tests.approval.examples import INVOICE, attached
from tests.approval.office import BUSY, DONE, SILENCE, Office, is_done
from tests.durability.mortal import Killed

if TYPE_CHECKING:
    from tests.durability.room import Room


class TestSeal:
    """What runs is what was sealed, or nothing."""

    @pytest.mark.parametrize(
        "bent",
        [
            {"action": INVOICE.model_copy(update={"customer": "Eve"}).canonical().decode()},
            {"action": "{"},
            {"action": "[]"},
            {"action": '{"action":"invoice.create"}'},
            {"action": '{"action":"pay.everything"}'},
            {"digest": "0" * 64},
            {"key": "0" * 64},
            {"expires_at": "2027-11-30T12:00:00+00:00"},
        ],
    )
    def test_a_bent_row_is_refused_and_after_an_intent_the_owner_is_asked(
        self, office: Office, bent: dict[str, str]
    ) -> None:
        whole = office.row
        office.change(intent_at="2026-11-23T12:00:00+00:00", **bent)
        assert office.run()[0] is Result.UNKNOWN
        office.change(intent_at="")
        assert office.run()[0] is Result.FAILED
        assert (office.service.effects, office.row.state) == ([], "failed")
        assert whole.state == "approved"

    def test_after_the_owners_word_that_nothing_happened_it_is_refused(self, office: Office) -> None:
        office.change(intent_at="2026-11-23T12:00:00+00:00", digest="0", resolution=DID_NOT_HAPPEN)
        assert office.run()[0] is Result.FAILED

    def test_an_approval_of_an_earlier_epoch_does_not_run(self, office: Office) -> None:
        with office.room.journal.begin() as sql:
            write_meta(sql, "epoch", "2")
        assert office.run()[0] is Result.FAILED
        assert "earlier epoch" in office.row.reason
        assert office.service.effects == []

    @pytest.mark.parametrize(("happened", "result"), [(True, Result.DONE), (False, Result.FAILED)])
    def test_an_effect_begun_in_an_earlier_epoch_is_looked_up_and_never_made(
        self, office: Office, *, happened: bool, result: Result
    ) -> None:
        office.service.failures = [BUSY]
        office.run()
        if happened:
            office.service.execute(INVOICE, office.row.key, {})
        with office.room.journal.begin() as sql:
            write_meta(sql, "epoch", "2")
        assert office.run()[0] is result
        assert len(office.service.effects) == happened

    def test_sealed_files_reach_the_service_and_a_changed_one_stops_it(self, room: Room) -> None:
        digest = room.blobs.put(b"%PDF")
        office = Office(room, attached(digest))
        assert office.run()[0] is Result.DONE
        assert office.service.attachments == [{digest: b"%PDF"}]
        other = Office(room, attached(sha256_hex(b"never kept")))
        assert other.run()[0] is Result.FAILED
        assert "inv-0.pdf is gone or was changed" in other.row.reason
        assert len(office.service.effects) == 1

    def test_what_nothing_here_can_do_waits(self, office: Office) -> None:
        office.connected = False
        assert office.run() == (Result.LATER, "nothing here can do invoice.create")
        assert office.row.intent_at == ""


class TestOwnersWord:
    """The owner said that nothing happened."""

    @pytest.fixture(autouse=True)
    def asked(self, office: Office) -> None:
        office.service.failures = [SILENCE]
        assert office.run()[0] is Result.UNKNOWN
        office.change(resolution=DID_NOT_HAPPEN)

    def test_the_doubt_is_released_and_the_effect_is_made(self, office: Office) -> None:
        assert office.run()[0] is Result.DONE
        assert office.service.released == [office.row.key]
        is_done(office)

    def test_what_the_service_knows_better_is_not_made_again(self, office: Office) -> None:
        office.service.execute(INVOICE, office.row.key, {})
        assert office.run()[0] is Result.DONE
        is_done(office)

    def test_it_counts_once(self, office: Office) -> None:
        def die(name: str) -> None:
            if name == "after effect":
                raise Killed

        office.failpoint = die
        with pytest.raises(Killed):
            office.run()
        office.failpoint = lambda _name: None
        office.service.lookups = [CannotKnow("did it happen?")]
        assert office.run() == (Result.UNKNOWN, "did it happen?")
        assert len(office.service.effects) == len(office.service.released) == 1


class TestNote:
    """Wherever the note lies, one ends in Done."""

    def test_a_yes_taken_back_before_the_effect_is_a_no(self, office: Office) -> None:
        text = office.room.text(f"{APPROVED}/{office.id}.md").replace("reason:", "reason: not now")
        (office.room.vault / f"{APPROVED}/{office.id}.md").unlink()
        office.room.write(f"{REJECTED}/{office.id}.md", text)
        assert office.run()[0] is Result.REJECTED
        assert (office.row.state, office.row.reason, office.service.effects) == ("rejected", "not now", [])
        assert office.places() == [f"{REJECTED}/{office.id}.md"]
        office.holds()

    def test_a_link_in_rejected_takes_nothing_back_that_can_be_read(self, office: Office) -> None:
        path = office.room.vault / f"{APPROVED}/{office.id}.md"
        (office.room.vault / f"{REJECTED}/{office.id}.md").symlink_to(path)
        assert office.run()[0] is Result.REJECTED
        assert (office.row.state, office.row.reason) == ("rejected", "")

    def test_a_yes_taken_back_after_the_effect_comes_too_late(self, office: Office) -> None:
        def die(name: str) -> None:
            if name == "after effect":
                raise Killed

        office.failpoint = die
        with pytest.raises(Killed):
            office.run()
        office.failpoint = lambda _name: None
        (office.room.vault / f"{APPROVED}/{office.id}.md").rename(office.room.vault / f"{REJECTED}/{office.id}.md")
        assert office.run()[0] is Result.DONE
        is_done(office)

    def test_a_note_that_lies_nowhere_is_written_again(self, office: Office) -> None:
        (office.room.vault / f"{APPROVED}/{office.id}.md").unlink()
        assert office.run()[0] is Result.DONE
        is_done(office)
        assert "## Receipt" in office.room.text(DONE.format(office.id))

    def test_a_note_that_stayed_in_pending_goes_to_done(self, office: Office) -> None:
        office.move(APPROVED, PENDING)
        office.change(decided_how="by command")
        assert office.run()[0] is Result.DONE
        is_done(office)
