"""Enrolling, replacing and revoking: with a proof, or a day later; and nobody makes a second person of themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.approval.credentials import (
    LOST_WAIT,
    Enrolled,
    Wanted,
    enrol,
    find_credential,
    listing,
    revoke,
    to_sign,
)
from agents.approval.proof import COMMAND, NOTE, Attempt, Outcome, prove, words_to_sign
from agents.durability.credential_rows import Kind, add_yes, first_yeses, valid_credentials, yes_holders
from agents.durability.proposal_rows import add_proposal
from agents.durability.task_persistence import TaskRow, add_task
from agents.errors import NeedsOwner
from agents.security.one_time_codes import step_at
from agents.security.ssh_proofs import fingerprint, read_public_key
from tests.approval.examples import TASK, sealed
from tests.approval.proofs import App, MemorySecrets, Signer, introduced, listed
from tests.security.ssh_keys import Token

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from tests.durability.room import Room

P = "2026-11-23-safe-empty-0123456789"
BOB = Wanted(name="list-bob", holder="bob")


@pytest.fixture
def now(room: Room) -> datetime:
    return room.clock.now()


@pytest.fixture
def codes(room: Room, now: datetime) -> tuple[str, ...]:
    return listed(room.journal, now)


def made(sql: Connection, now: datetime, text: str, wanted: Wanted, *, lost: bool = False) -> Enrolled:
    found = enrol(sql, now, text, lost=lost, wanted=wanted)
    assert isinstance(found, Enrolled), found
    return found


def refused(sql: Connection, now: datetime, text: str, wanted: Wanted, *, lost: bool = False) -> str:
    found = enrol(sql, now, text, lost=lost, wanted=wanted)
    assert isinstance(found, Attempt), found
    return found.words


def key(name: str = "key", holder: str = "owner", token: Token | None = None) -> Wanted:
    return Wanted(Kind.SSH, name, holder, read_public_key((token or Token()).public))


@pytest.mark.parametrize("kind", [Kind.LIST, Kind.SSH, Kind.TOTP])
def test_the_first_of_all_needs_no_proof_whatever_it_is(room: Room, now: datetime, kind: Kind) -> None:
    wanted = {Kind.LIST: Wanted(), Kind.SSH: key(), Kind.TOTP: Wanted(Kind.TOTP, "app", "owner", "proof.totp.1", 5)}
    with room.journal.begin() as sql:
        assert made(sql, now, "", wanted[kind]).counts_from == now
        assert [each.kind for each in valid_credentials(sql)] == [kind]


def test_more_of_the_same_person_needs_a_proof_of_that_person(
    room: Room, now: datetime, codes: tuple[str, ...]
) -> None:
    with room.journal.begin() as sql:
        assert refused(sql, now, "", key()) == "no code was given"
        assert made(sql, now, codes[0], key()).counts_from == now
        bobs = introduced_by(sql, now, codes[1])
        later = now + LOST_WAIT
        assert "wrong or used" in refused(sql, later, bobs[0], key("second")), "bob's proof adds nothing of the owner's"
        assert "wrong or used" in refused(sql, later, codes[2], key("key-bob", "bob"))
        assert made(sql, later, bobs[0], key("key-bob", "bob")).counts_from == later
        assert [each.name for each in valid_credentials(sql)] == ["list", "key", "list-bob", "key-bob"]


def introduced_by(sql: Connection, now: datetime, code: str) -> tuple[str, ...]:
    return made(sql, now, code, BOB).codes


def test_a_new_person_is_let_in_by_a_proof_and_counts_a_day_later(
    room: Room, now: datetime, codes: tuple[str, ...]
) -> None:
    with room.journal.begin() as sql:
        assert "no code" in refused(sql, now, "", BOB)
        assert "enrolled that could be lost" in refused(sql, now, "", BOB, lost=True), "lost is no way in"
        bob = made(sql, now, codes[0], BOB)
        assert (bob.newcomer, bob.counts_from) == (True, now + LOST_WAIT)
        assert prove(sql, bob.codes[0], P, NOTE, now).outcome is not Outcome.PROVED
        assert prove(sql, bob.codes[0], P, NOTE, now + LOST_WAIT).outcome is Outcome.PROVED


def test_one_key_cannot_be_two_people(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    token = Token()
    with room.journal.begin() as sql:
        made(sql, now, codes[0], key(token=token))
        assert "enrolled already, as key" in refused(sql, now, codes[1], key("key-bob", "bob", token))
        assert prove(sql, codes[1], P, NOTE, now).outcome is Outcome.PROVED, "and the code was not used up"


@pytest.mark.parametrize(
    "wanted", [Wanted(name="List"), Wanted(name=""), Wanted(holder="Bob"), Wanted(holder="bob "), Wanted(name="ö")]
)
def test_names_that_could_pass_for_one_another_are_refused(room: Room, now: datetime, wanted: Wanted) -> None:
    with room.journal.begin() as sql:
        assert "small letters" in refused(sql, now, "", wanted)


def test_a_name_keeps_its_person_and_its_kind(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    with room.journal.begin() as sql:
        assert "is taken" in refused(sql, now, codes[0], Wanted(holder="bob"))
        assert "is taken" in refused(sql, now, "", Wanted(Kind.TOTP, "list", material="x"), lost=True)


def test_a_key_is_replaced_with_a_signature_by_itself(room: Room, now: datetime) -> None:
    old, new = Signer(), Token()
    with room.journal.begin() as sql:
        old.enrolled(sql, now)
        signature = old.signs(sql, "enrol-key")
        replaced = made(sql, now, signature, key(token=new)).replaced
        assert replaced is not None
        assert replaced.material == read_public_key(old.token.public)
        assert prove(sql, old.signs(sql, P), P, NOTE, now).outcome is Outcome.WRONG
        assert prove(sql, new.sign(words_to_sign(sql, P, 1).encode()), P, NOTE, now).outcome is Outcome.PROVED


def test_a_lost_app_is_void_at_once_and_the_new_one_counts_a_day_later(room: Room, now: datetime) -> None:
    secrets = MemorySecrets()
    with room.journal.begin() as sql:
        old = App(secrets).enrolled(sql, now)
        made(sql, now, "", Wanted(Kind.TOTP, "app", "owner", "proof.totp.new", step_at(now)), lost=True)
        assert prove(sql, old.shows(now), P, NOTE, now, secrets).outcome is Outcome.NONE
        new = App(secrets, "new")
        secrets.put("proof.totp.new", new.secret)
        assert prove(sql, new.shows(now, 1), P, NOTE, now, secrets).outcome is Outcome.NONE
        later = now + LOST_WAIT
        assert prove(sql, new.shows(later), P, NOTE, later, secrets).outcome is Outcome.PROVED


def test_the_code_that_confirmed_an_app_does_not_count_again(room: Room, now: datetime) -> None:
    secrets = MemorySecrets()
    app = App(secrets)
    secrets.put("proof.totp.app", app.secret)
    with room.journal.begin() as sql:
        made(sql, now, "", Wanted(Kind.TOTP, "app", "owner", "proof.totp.app", step_at(now)))
        assert prove(sql, app.shows(now), P, COMMAND, now, secrets).outcome is Outcome.WRONG
        assert prove(sql, app.shows(now, 1), P, COMMAND, now, secrets).outcome is Outcome.PROVED


def test_what_is_revoked_proves_nothing_and_anybody_may_take_away(room: Room, now: datetime) -> None:
    with room.journal.begin() as sql:
        bobs = introduced(sql, now, "bob")
        signer = Signer().enrolled(sql, now)
        assert revoke(sql, now, "", name="key")[1] is None
        assert revoke(sql, now, bobs[0], name="nothing")[0].words.startswith("nothing of the name nothing")
        _, gone = revoke(sql, now, bobs[0], name="key")
        assert gone is not None
        assert gone.name == "key"
        assert prove(sql, signer.signs(sql, P), P, NOTE, now).outcome is Outcome.WRONG
        assert find_credential(sql, "key") is None


@pytest.mark.parametrize("way", ["revoked", "lost", "replaced"])
def test_what_waits_for_a_second_person_is_void_when_the_first_ones_proof_may_be_in_other_hands(
    room: Room, now: datetime, way: str
) -> None:
    with room.journal.begin() as sql:
        bobs = introduced(sql, now, "bob")
        add_task(sql, TaskRow(TASK, "", "waiting", 1, "", "{}", "# Task\n", "", "", ""))
        row = sealed()
        add_proposal(sql, row)
        add_yes(sql, row.id, "bob", "code 9", now)
        assert first_yeses(sql) == {row.id: "bob"}
        if way == "revoked":
            revoke(sql, now, bobs[0], name="list-bob")
        else:
            made(sql, now, "" if way == "lost" else bobs[0], BOB, lost=way == "lost")
        assert yes_holders(sql, row.id) == (("bob",) if way == "replaced" else ())


def test_everything_is_listed_with_its_person_and_its_last_use(room: Room, now: datetime) -> None:
    later = now + timedelta(hours=1)
    signer, secrets = Signer(), MemorySecrets()
    with room.journal.begin() as sql:
        introduced(sql, now, "bob")
        App(secrets).enrolled(sql, now)
        signer.enrolled(sql, now)
        prove(sql, signer.signs(sql, P), P, NOTE, later)
        found = {each.credential.name: each for each in listing(sql)}
    assert {name: each.credential.holder for name, each in found.items()} == {
        "list": "owner",
        "list-bob": "bob",
        "app": "owner",
        "key": "owner",
    }
    assert found["list"].last_used == now - timedelta(days=2)
    assert (found["list-bob"].last_used, found["app"].last_used) == (None, None)
    assert found["key"].last_used == later
    assert found["list-bob"].details == "24 unused codes on list 2"
    assert found["key"].details == f"{fingerprint(read_public_key(signer.token.public))} in a token"
    assert found["app"].details == "codes that change every 30 seconds"


def test_what_to_sign_counts_how_often_the_key_was_used_for_it(room: Room, now: datetime) -> None:
    with room.journal.begin() as sql:
        with pytest.raises(NeedsOwner, match="no such SSH key"):
            to_sign(sql, P)
        first, second = Signer("laptop").enrolled(sql, now), Signer("stick").enrolled(sql, now)
        assert to_sign(sql, P) == words_to_sign(sql, P, 1)
        prove(sql, first.signs(sql, P), P, NOTE, now)
        with pytest.raises(NeedsOwner, match="used for it before"):
            to_sign(sql, P)
        assert to_sign(sql, P, "laptop") == words_to_sign(sql, P, 2)
        assert to_sign(sql, P, second.name) == words_to_sign(sql, P, 1)


def test_a_key_in_a_file_is_listed_by_its_fingerprint(room: Room, now: datetime) -> None:
    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDoT4ogJMOjdXBFu0lQdKWQZSWMiVBVFVTHZoObPSKJT"
    with room.journal.begin() as sql:
        made(sql, now, "", Wanted(Kind.SSH, "key", material=line))
        assert [each.details for each in listing(sql)] == [fingerprint(line)]
