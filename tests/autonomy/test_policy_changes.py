"""Promises about the policy in force: stricter at once, easier only with a proof, and only what the note showed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from agents.approval.proof import by_request, prove
from agents.autonomy.policy_changes import CONFIRM
from tests.approval.proofs import listed
from tests.autonomy.house import Killed
from tests.autonomy.rule_house import ALLOW, PROVE, RuleHouse, rule_house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock

WRONG = "10000001"


@pytest.fixture
def house(tmp_path: Path, clock: FrozenClock) -> Iterator[RuleHouse]:
    made = rule_house(tmp_path, clock)
    yield made
    made.close()


def confirmed(house: RuleHouse, change: str, code: str) -> None:
    """What `policy confirm --code` does."""
    house.command(CONFIRM, change)
    with house.journal.begin() as sql:
        prove(sql, code, change, by_request(1), house.clock.now())


@pytest.mark.parametrize("rows", [(), (PROVE,)])
def test_the_first_policy_makes_nothing_easier_than_ours_and_is_kept_with_its_digest(
    house: RuleHouse, rows: tuple[str, ...]
) -> None:
    house.handbook(*rows)
    house.once()
    assert ("parcel." in house.version().rules) is bool(rows)
    version = house.version()
    assert (version.number, version.how, len(version.digest)) == (1, "first", 64)
    house.restart()
    assert house.version() == version
    assert house.happened("policy-1") == ["policy.adopted"]
    assert house.is_sound()


def test_what_only_asks_for_more_is_in_force_at_once_and_what_it_took_back_waits(house: RuleHouse) -> None:
    house.once()
    house.handbook(PROVE)
    house.once()
    assert (house.version().number, house.version().how, house.change()) == (2, "stricter", None)
    house.handbook()
    house.once()
    assert house.version().number == 2
    assert "asked no longer: owner or vault may approve parcel." in house.text(house.asks()).replace("\\", "")
    assert house.is_sound()


def test_a_loosening_waits_and_says_what_would_have_been_decided_otherwise(house: RuleHouse) -> None:
    proposal = house.proposed()
    house.handbook(ALLOW)
    house.once()
    assert house.version().number == 1
    text = house.text(house.asks())
    assert "allowed from now on: owner or vault may approve parcel.send without asking you (line 7)" in text
    then = "after a plain yes (an invoice we issue; it can be undone by a credit note)"
    assert f"| [[{proposal}]] | {then} | without asking you (line 7) |" in text.replace("\\", "")
    assert "**Of the 1 proposals of the last 90 days** 1 would" in text
    assert house.asks() in house.sees().alerts
    house.once()
    house.restart()
    assert house.happened(house.asks()) == ["policy.waits"]
    assert house.is_sound()


def test_only_the_last_ninety_days_count_and_twenty_are_named(house: RuleHouse) -> None:
    house.proposed(number=0)
    house.clock.advance(91 * 86_400)
    for number in range(1, 23):
        house.mail("send lamp", number)
    house.once()
    house.handbook(ALLOW)
    house.once()
    text = house.text(house.asks())
    assert "**Of the 22 proposals of the last 90 days** 22 would" in text
    assert len(re.findall(r"(?m)^\| \[\[", text)) == 20
    assert "\nand 2 more." in text


def test_changing_the_handbook_back_closes_the_note_and_changes_nothing(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change = house.asks()
    house.handbook()
    house.once()
    assert (house.change(), house.version().number) == (None, 1)
    assert house.folder(change).startswith("Done/")
    assert "the handbook says again what is in force" in house.text(change)
    assert house.is_sound()


def test_another_loosening_takes_the_place_of_the_one_that_waits(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    first = house.asks()
    house.handbook("| owner | approve | safe.empty | | allow |")
    house.once()
    assert house.folder(first).startswith("Done/")
    assert "safe.empty" in house.text(house.asks())
    house.handbook(PROVE)
    house.once()
    assert (house.change(), house.version().how) == (None, "stricter")


@pytest.mark.parametrize("moved", [False, True])
def test_a_code_in_the_note_puts_it_in_force_and_is_never_in_the_history(house: RuleHouse, *, moved: bool) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change, codes = house.asks(), listed(house.journal, house.clock.now())
    house.set(change, "code", codes[2])
    if moved:
        house.move(change, "Approved")
    house.once()
    version = house.version()
    assert (version.number, version.how, version.change, version.proof) == (2, "confirmed", change, "code 3 of list 1")
    assert house.folder(change).startswith("Done/")
    assert codes[2] not in house.text(change)
    assert codes[2] not in house.git("log", "-p", "--all")
    assert house.happened(change) == ["policy.waits", "policy.adopted", "policy.confirmed"]
    house.restart()
    assert house.version() == version
    assert house.is_sound()


def test_a_wrong_code_in_the_note_counts_and_is_taken_out(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change, codes = house.asks(), listed(house.journal, house.clock.now())
    for left in range(5, -1, -1):
        house.set(change, "code", WRONG)
        house.once()
        assert WRONG not in house.text(change)
        assert (f"{left} more wrong ones" if left else "all codes are locked") in house.text(change)
    house.set(change, "code", codes[0])
    house.once()
    assert (house.version().number, house.asks()) == (1, change)
    assert "no code is looked at until" in house.text(change)
    assert WRONG not in house.git("log", "-p", "--all")
    assert house.happened(change).count("proof.wrong") == 6
    assert any("is not confirmed" in each for each in house.alerts())


def test_without_a_list_a_code_proves_nothing_and_it_says_how_to_enrol(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    house.set(house.asks(), "code", WRONG)
    house.once()
    assert house.version().number == 1
    assert "proof enrol" in house.text(house.asks())
    assert house.happened(house.asks())[-1] == "proof.refused"


def test_a_command_confirms_what_waits_and_only_with_its_own_proof(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change, codes = house.asks(), listed(house.journal, house.clock.now())
    house.command(CONFIRM, change)
    house.once()
    assert house.version().number == 1
    assert any("no proof was given" in each for each in house.alerts())
    house.command(CONFIRM, change)
    with house.journal.begin() as sql:
        prove(sql, codes[0], change, by_request(2), house.clock.now())
    house.once()
    assert house.version().proof == "code 1 of list 1"
    house.command(CONFIRM, change)
    house.once()
    assert any("does not wait any more" in each for each in house.alerts())
    assert house.version().number == 2


def test_what_the_note_showed_is_confirmed_though_the_handbook_says_more_by_now(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change, codes = house.asks(), listed(house.journal, house.clock.now())
    confirmed(house, change, codes[0])
    house.handbook(ALLOW, "| owner | approve | safe.empty | | allow |")
    house.once()
    assert house.version().number == 1
    assert any("does not wait any more" in each for each in house.alerts())
    assert house.asks() != change


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_confirming_it_is_confirmed_once(house: RuleHouse, *, after: bool) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change, codes = house.asks(), listed(house.journal, house.clock.now())
    confirmed(house, change, codes[0])
    house.store.kill_at, house.store.after = house.store.applied + 1, after
    with pytest.raises(Killed):
        house.once()
    house.restart()
    house.restart()
    assert (house.version().number, house.change()) == (2, None)
    assert house.folder(change).startswith("Done/")
    assert house.happened(change) == ["policy.waits", "policy.adopted", "policy.confirmed"]
    assert house.is_sound()


def test_a_row_that_cannot_be_read_never_eases_anything(house: RuleHouse) -> None:
    house.once()
    house.handbook(PROVE)
    house.once()
    house.handbook(PROVE.replace("prove", "sometimes"))
    house.once()
    assert house.version().number == 2
    assert house.change() is not None


def test_a_line_put_in_above_changes_no_rule(house: RuleHouse) -> None:
    house.once()
    house.handbook(PROVE)
    house.once()
    house.handbook(PROVE, above="A word.\n\n")
    house.once()
    assert (house.version().number, house.change()) == (2, None)
    assert '"name":"line 9"' in house.version().rules


def test_a_handbook_that_is_gone_or_too_large_changes_no_rule(house: RuleHouse) -> None:
    house.once()
    house.handbook(PROVE)
    house.once()
    note = house.vault / "Company_Handbook.md"
    note.unlink()
    house.once()
    note.write_bytes(b"x" * 30_000_000)
    house.once()
    assert (house.version().number, house.change()) == (2, None)


def test_examples_that_fail_hold_a_loosening_back(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW, above="never allow\n\n")
    house.once()
    first, codes = house.asks(), listed(house.journal, house.clock.now())
    assert "- line 1: never allow" in house.text(first)
    house.set(first, "code", codes[0])
    house.once()
    assert house.version().number == 1
    confirmed(house, first, codes[1])
    house.once()
    assert house.version().number == 1
    house.handbook(ALLOW)
    house.once()
    assert house.asks() != first
    house.set(house.asks(), "code", codes[0])
    house.once()
    assert house.version().number == 2


def test_a_note_that_is_gone_stops_no_confirmation(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change, codes = house.asks(), listed(house.journal, house.clock.now())
    house.path(change).unlink()
    house.once()
    confirmed(house, change, codes[0])
    house.once()
    assert house.version().number == 2
    assert house.folder(change).startswith("Done/")


def test_a_state_folder_that_is_lost_knows_no_confirmation(house: RuleHouse) -> None:
    house.once()
    house.handbook(ALLOW)
    house.once()
    change, codes = house.asks(), listed(house.journal, house.clock.now())
    house.set(change, "code", codes[0])
    house.once()
    house.handbook(ALLOW, "| owner | approve | safe.empty | | allow |")
    house.once()
    waited = house.asks()
    house.stop()
    house.lose_state()
    house.restart()
    assert (house.version().how, house.change() is not None) == ("first", True)
    assert [each for each in (house.vault / "Quarantine").iterdir() if waited in each.name]


def test_the_handbook_and_a_code_are_not_read_before_they_are_quiet(house: RuleHouse) -> None:
    house.once()
    house.quiet_s = 2.0
    house.restart()
    house.handbook(ALLOW)
    house.runner.tick()
    assert house.change() is None
    house.once()
    codes = listed(house.journal, house.clock.now())
    house.set(house.asks(), "code", codes[0])
    house.runner.tick()
    assert house.version().number == 1
    house.once()
    assert house.version().number == 2
