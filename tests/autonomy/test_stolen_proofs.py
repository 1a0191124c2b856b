"""What is of high risk stays undone with whatever was stolen, and each try is seen: note, code, signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.approval.proof import Outcome, by_request, prove, words_to_sign
from agents.durability.task_persistence import add_request, settle_request
from agents.security.secrets import FileSecrets
from tests.approval.proofs import App, MemorySecrets, Signer, listed

if TYPE_CHECKING:
    from tests.autonomy.house import House


@pytest.fixture
def done(house: House) -> str:
    """A proposal of high risk that was approved with a code and done; another one waits."""
    first = house.proposed("empty safe")
    house.set(first, "code", listed(house.journal, house.clock.now())[0])
    house.move(first, "Approved")
    house.once()
    assert house.courier.sent == ["empty safe"]
    return first


@pytest.fixture
def safe(house: House, done: str) -> str:
    waiting = house.proposed("empty safe", 2)
    assert waiting != done
    return waiting


def holds(house: House, safe: str) -> bool:
    """Nothing more was done, and the proposal waits as it was sealed."""
    assert house.courier.sent == ["empty safe"]
    assert house.row(safe).state == "waiting"
    assert house.is_sound()
    return True


@pytest.mark.parametrize("renamed", [True, False])
def test_the_note_of_an_approved_proposal_says_yes_to_nothing_else(
    house: House,
    done: str,
    safe: str,
    renamed: bool,  # noqa: FBT001 - an example
) -> None:
    name = safe if renamed else f"{done}-copy"
    (house.vault / "Approved" / f"{name}.md").write_text(house.text(done), encoding="utf-8")
    if renamed:
        house.vault.joinpath("Pending_Approval", f"{safe}.md").unlink()
    house.once()
    assert holds(house, safe)
    assert house.alerts() != []


def test_an_approved_note_put_back_with_its_spent_code_is_not_done_again(house: House, done: str, safe: str) -> None:
    (house.vault / "Approved" / f"{done}.md").write_text(house.row(done).note, encoding="utf-8")
    house.once()
    assert holds(house, safe)
    assert "Approved" not in [each.parent.name for each in house.lying(done)]


def test_a_spent_code_brings_the_note_back_and_is_told(house: House, safe: str) -> None:
    codes = listed(house.journal, house.clock.now())
    with house.journal.begin() as sql:
        assert prove(sql, codes[3], "another", "note", house.clock.now()).outcome is Outcome.PROVED
    house.set(safe, "code", codes[3])
    house.move(safe, "Approved")
    house.once()
    assert holds(house, safe)
    assert house.folder(safe) == "Pending_Approval"
    assert any("wrong or used" in each for each in house.alerts())


def test_a_code_of_an_app_that_was_seen_and_typed_again_brings_the_note_back_and_is_told(
    house: House, safe: str
) -> None:
    now, secrets = house.clock.now(), FileSecrets(house.state / "secrets.json")
    with house.journal.begin() as sql:
        app = App(MemorySecrets()).enrolled(sql, now)
        secrets.put("proof.totp.app", app.secret)
        assert prove(sql, app.shows(now), "another", "note", now, secrets).outcome is Outcome.PROVED
    house.set(safe, "code", app.shows(now))
    house.move(safe, "Approved")
    house.once()
    assert holds(house, safe)
    assert house.folder(safe) == "Pending_Approval"
    assert any("is used" in each for each in house.alerts())


def test_a_signature_over_another_digest_is_refused_and_told(house: House, safe: str) -> None:
    now, digest = house.clock.now(), house.row(safe).digest
    values = {"at": now.isoformat(), "kind": "approve", "target": safe, "text": "", "actor": "vault"}
    with house.journal.begin() as sql:
        signer = Signer().enrolled(sql, now)
        words = words_to_sign(sql, safe, 1)
        number = add_request(sql, values)
        signature = signer.token.sign(words.replace(digest, "0" * 64).encode())
        attempt = prove(sql, signature, safe, by_request(number), now)
        assert attempt.outcome is Outcome.WRONG
        settle_request(sql, number, "refused", attempt.words)
    house.command("proof", safe, f"wrong On the command line {attempt.words}.")
    house.once()
    assert holds(house, safe)
    assert any("not by an enrolled key over exactly this" in each for each in house.alerts())
