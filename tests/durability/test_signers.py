"""A key that follows another is remembered, and told; what the old one signed still counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.signers import admit_signer, known_signers

if TYPE_CHECKING:
    from tests.durability.room import Room


def alerts(room: Room) -> list[str]:
    return [text for path, text in room.notes().items() if "alert" in path]


def test_the_first_key_is_remembered_without_a_word(room: Room) -> None:
    admit_signer(room.recorder, "ssh-ed25519 AAAA ai-employee")
    admit_signer(room.recorder, "ssh-ed25519 AAAA ai-employee")
    with room.journal.begin() as sql:
        assert known_signers(sql) == ("ssh-ed25519 AAAA ai-employee",)
    assert (alerts(room), room.events()) == ([], [])


def test_a_new_key_is_an_event_and_an_alert_once_and_the_old_one_stays_known(room: Room) -> None:
    for line in ("one", "two", "two", "one"):
        admit_signer(room.recorder, line)
    room.recorder.flush()
    with room.journal.begin() as sql:
        assert known_signers(sql) == ("one", "two")
    assert len(alerts(room)) == 1
    assert "The key that signs the history is a new one" in alerts(room)[0]
    assert "Sign with a new key" in room.git("log", "-1", "--format=%B")
