"""Codes of an app and signatures by a key prove once, for one thing; wrong ones of any kind lock all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.approval.proof import (
    LOCK,
    MAX_WRONG,
    NOTE,
    Attempt,
    Outcome,
    by_request,
    is_proved,
    proof_of,
    proofs_given,
    prove,
    standing,
    words_to_sign,
)
from agents.durability.proof_rows import add_list
from agents.durability.proposal_rows import add_proposal
from agents.durability.task_persistence import TaskRow, add_task
from agents.security.one_time_codes import step_at
from agents.security.proof_codes import digest_of, draw_salt
from tests.approval.examples import CREDIT, HIGH, TASK, draft, sealed
from tests.approval.proofs import App, MemorySecrets, Signer, introduced, listed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.durability.proposal_rows import ProposalRow
    from tests.durability.room import Room

P = "2026-11-23-safe-empty-0123456789"
WRONG = "10000000"


@pytest.fixture
def now(room: Room) -> datetime:
    return room.clock.now()


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets()


@pytest.fixture
def app(room: Room, now: datetime, secrets: MemorySecrets) -> App:
    with room.journal.begin() as sql:
        return App(secrets).enrolled(sql, now)


def tried(room: Room, text: str, now: datetime, secrets: MemorySecrets | None = None, about: str = P) -> Attempt:
    with room.journal.begin() as sql:
        return prove(sql, text, about, NOTE, now, secrets)


class TestApp:
    """TOTP."""

    def test_a_code_proves_around_now_and_its_step_is_kept(
        self, room: Room, now: datetime, app: App, secrets: MemorySecrets
    ) -> None:
        step = step_at(now)
        assert tried(room, app.shows(now), now, secrets) == Attempt(Outcome.PROVED, f"step {step} of the app app")
        with room.journal.begin() as sql:
            assert is_proved(sql, P)
            assert proof_of(sql, P, NOTE) == f"step {step} of the app app"
            assert not is_proved(sql, "another")

    def test_a_code_is_refused_the_second_time_for_the_same_and_for_another_thing(
        self, room: Room, now: datetime, app: App, secrets: MemorySecrets
    ) -> None:
        tried(room, app.shows(now), now, secrets)
        for about in (P, "another"):
            again = tried(room, app.shows(now), now, secrets, about)
            assert (again.outcome, "or is used" in again.words) == (Outcome.WRONG, True)
        assert tried(room, app.shows(now, -1), now, secrets).outcome is Outcome.WRONG, "an older one neither"
        assert tried(room, app.shows(now, 1), now, secrets).outcome is Outcome.PROVED

    def test_a_code_that_comes_too_late_counts_as_wrong_and_says_what_to_use(
        self, room: Room, now: datetime, app: App, secrets: MemorySecrets
    ) -> None:
        late = tried(room, app.shows(now, -2), now, secrets)
        assert (late.outcome, "in a note take one of a printed list" in late.words) == (Outcome.WRONG, True)
        assert "wrong or used; 4 more" in tried(room, app.shows(now, -500), now, secrets).words

    def test_without_its_secret_no_code_is_looked_at_nor_counted(
        self, room: Room, now: datetime, app: App, secrets: MemorySecrets
    ) -> None:
        secrets.locked = True
        for _ in range(MAX_WRONG):
            assert tried(room, app.shows(now), now, secrets).outcome is Outcome.NONE
        assert tried(room, app.shows(now), now, None).outcome is Outcome.NONE
        secrets.locked = False
        assert tried(room, app.shows(now), now, secrets).outcome is Outcome.PROVED
        secrets.forget("proof.totp.app")
        assert "secret is gone" in tried(room, app.shows(now, 1), now, secrets).words

    def test_one_app_whose_secret_is_gone_neither_stops_the_other_nor_lets_anybody_guess(
        self, room: Room, now: datetime, app: App, secrets: MemorySecrets
    ) -> None:
        with room.journal.begin() as sql:
            other = App(secrets, "tablet").enrolled(sql, now)
        secrets.forget(f"proof.totp.{app.name}")
        assert tried(room, other.shows(now, 700), now, secrets).outcome is Outcome.WRONG
        assert "app tablet" in tried(room, other.shows(now), now, secrets).words

    def test_a_secret_stands_in_no_file_of_the_journal(self, room: Room, app: App) -> None:
        room.journal.close()
        kept = b"".join(path.read_bytes() for path in room.state.rglob("*") if path.is_file())
        assert app.secret.encode() not in kept


def proposed(sql: Connection, amount: int = 0) -> ProposalRow:
    """A sealed proposal of high risk."""
    if not amount:
        add_task(sql, TaskRow(TASK, "", "waiting", 1, "", "{}", "# Task\n", "", "", ""))
    row = sealed(draft(CREDIT.model_copy(update={"total": CREDIT.total + amount})), HIGH)
    add_proposal(sql, row)
    return row


class TestKey:
    """SSH."""

    def test_a_signature_proves_exactly_one_sealed_order_once(self, room: Room, now: datetime) -> None:
        with room.journal.begin() as sql:
            signer, row, other = Signer().enrolled(sql, now), proposed(sql), proposed(sql, 1)
            assert all(each in words_to_sign(sql, row.id, 1) for each in (row.id, row.digest, row.expires_at))
            signature = signer.signs(sql, row.id)
        assert tried(room, signature, now, about=other.id).outcome is Outcome.WRONG
        assert tried(room, signature, now, about=row.id) == Attempt(Outcome.PROVED, "signature 1 by the key key")
        again = tried(room, signature, now, about=row.id)
        assert (again.outcome, "proof request" in again.words) == (Outcome.WRONG, True)
        with room.journal.begin() as sql:
            second, of_another = signer.signs(sql, row.id, 2), signer.signs(sql, other.id)
        assert tried(room, second, now, about=row.id).words == "signature 2 by the key key"
        assert tried(room, of_another, now, about=other.id).words == "signature 3 by the key key"

    def test_a_signature_for_another_digest_or_another_vault_proves_nothing(self, room: Room, now: datetime) -> None:
        with room.journal.begin() as sql:
            signer, row = Signer().enrolled(sql, now), proposed(sql)
            words = words_to_sign(sql, row.id, 1)
        for bent in (words.replace(row.digest, "0" * 64), words.replace("journal: j", "journal: k")):
            assert bent != words
            assert tried(room, signer.token.sign(bent.encode()), now, about=row.id).outcome is Outcome.WRONG
        with room.journal.begin() as sql:
            sql.exec_driver_sql("UPDATE proposals SET digest = 'another'")
        signature = signer.token.sign(words.encode())
        assert tried(room, signature, now, about=row.id).outcome is Outcome.WRONG, "the order in the journal is another"

    def test_a_key_nobody_enrolled_proves_nothing(self, room: Room, now: datetime) -> None:
        with room.journal.begin() as sql:
            Signer().enrolled(sql, now)
            signature = Signer().signs(sql, P)
        assert tried(room, signature, now).outcome is Outcome.WRONG

    def test_where_no_key_is_enrolled_a_signature_counts_as_wrong(self, room: Room, now: datetime) -> None:
        listed(room.journal, now)
        with room.journal.begin() as sql:
            signature = Signer().signs(sql, P)
        assert tried(room, signature, now).outcome is Outcome.WRONG

    def test_what_does_not_count_yet_proves_nothing_and_is_not_counted_as_wrong(
        self, room: Room, now: datetime, secrets: MemorySecrets
    ) -> None:
        later = now + timedelta(hours=1)
        listed(room.journal, now)
        with room.journal.begin() as sql:
            signer, app = Signer().enrolled(sql, later), App(secrets).enrolled(sql, later)
            signature = signer.signs(sql, P)
        assert "the new key counts from" in tried(room, signature, now).words
        assert "the new app counts from" in tried(room, app.shows(now), now, secrets).words
        assert "5 more" in tried(room, WRONG, now).words


class TestTogether:
    """One lock for all kinds, and for all people."""

    def test_wrong_ones_of_every_kind_lock_all_kinds(self, room: Room, now: datetime, secrets: MemorySecrets) -> None:
        codes = listed(room.journal, now)
        with room.journal.begin() as sql:
            app, signer = App(secrets).enrolled(sql, now), Signer().enrolled(sql, now)
            good, bad = signer.signs(sql, P), signer.signs(sql, "another")
        said = [tried(room, text, now, secrets) for text in (WRONG, "12345x", app.shows(now, 90), bad, WRONG, bad)]
        assert {each.outcome for each in said} == {Outcome.WRONG}
        assert "locked until" in said[-1].words
        almost = now + LOCK - timedelta(seconds=1)
        for text in (codes[0], app.shows(almost), good):
            assert tried(room, text, almost, secrets).outcome is Outcome.LOCKED
        for text in (codes[0], app.shows(now + LOCK), good):
            assert tried(room, text, now + LOCK, secrets).outcome is Outcome.PROVED

    def test_with_one_person_a_right_proof_begins_the_count_anew(self, room: Room, now: datetime) -> None:
        codes = listed(room.journal, now)
        tried(room, WRONG, now)
        tried(room, codes[0], now)
        assert "5 more" in tried(room, WRONG, now).words

    def test_among_several_nobody_wipes_the_count_of_guesses_with_their_own_proof(
        self, room: Room, now: datetime
    ) -> None:
        with room.journal.begin() as sql:
            codes = introduced(sql, now, "bob")
        for used in range(MAX_WRONG):
            tried(room, WRONG, now)
            outcome = tried(room, codes[used], now).outcome
            assert outcome is (Outcome.LOCKED if used == MAX_WRONG - 1 else Outcome.PROVED)

    def test_a_proof_names_its_person_and_where_it_stood(
        self, room: Room, now: datetime, secrets: MemorySecrets
    ) -> None:
        with room.journal.begin() as sql:
            codes = introduced(sql, now, "bob")
            app = App(secrets, "app-bob").enrolled(sql, now, "bob")
            prove(sql, codes[2], P, NOTE, now)
            prove(sql, app.shows(now), P, by_request(4), now, secrets)
            words = {(each.holder, each.words, each.by) for each in proofs_given(sql, P)}
        step = step_at(now)
        assert words == {
            ("bob", "code 3 of list 2 of bob", NOTE),
            ("bob", f"step {step} of the app app-bob of bob", "request 4"),
        }

    def test_how_everything_stands_is_said(self, room: Room, now: datetime, secrets: MemorySecrets) -> None:
        with room.journal.begin() as sql:
            introduced(sql, now, "bob")
            App(secrets, "phone").enrolled(sql, now)
            App(secrets, "tablet").enrolled(sql, now + LOCK)
            Signer("laptop").enrolled(sql, now, "bob")
            Signer("stick").enrolled(sql, now + LOCK, "bob")
            enrolled, words = standing(sql, now)
        assert enrolled
        assert words.split("; ")[:2] == ["23 unused codes on list 1", "24 unused codes on list 2 (bob)"]
        assert words.split("; ")[2::2] == ["app phone", "SSH key laptop (bob)"]
        assert "app tablet counts from" in words
        assert "SSH key stick (bob) counts from" in words

    def test_a_list_from_before_there_were_persons_is_the_owners(self, room: Room, now: datetime) -> None:
        salt = draw_salt()
        with room.journal.begin() as sql:
            add_list(sql, salt, [digest_of(WRONG, salt)], now)
            assert standing(sql, now) == (True, "1 unused codes on list 1")
            assert prove(sql, WRONG, P, NOTE, now) == Attempt(Outcome.PROVED, "code 1 of list 1")
            assert [each.holder for each in proofs_given(sql, P)] == ["owner"]
