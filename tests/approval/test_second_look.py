"""The policy is asked again when an effect is about to be made, with the rules and the facts of then."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.approval.decisions import Decisions
from agents.approval.executor import Executor, Ports, Result
from agents.approval.policy_facts import Intents
from agents.approval.policy_table import read_permissions
from agents.approval.risk import Tier
from agents.approval.second_look import SecondLook
from agents.durability.counterparty_rows import first_dealt_with
from agents.durability.journal import JOURNAL_FILE, Journal, links_about
from agents.durability.proposal_rows import proposals_of, update_proposal
from agents.vault.layout import PENDING
from tests.approval.examples import CREDIT, INVOICE, MODELS, POLICY, TASK
from tests.approval.office import DONE, Office, is_done
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.approval.decisions import Policy
    from agents.approval.risk import Risk
    from agents.durability.proposal_rows import ProposalRow
    from agents.security.permission_manager import Begun
    from tests.durability.room import Room

HEAD = "## Permissions\n\n| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"


def policy(*rows: str) -> Policy:
    """The owner's policy with these rows."""
    rules, problems = read_permissions(HEAD + "\n".join(rows) + "\n")
    assert problems == ()
    return replace(POLICY, permissions=rules, intents=Intents(MODELS))


def all_of(office: Office) -> tuple[ProposalRow, ...]:
    """The office's proposal, then those that came of it."""
    with office.room.journal.begin() as sql:
        return tuple(sorted(proposals_of(sql, TASK), key=lambda each: each.id != office.id))


def test_under_the_same_rules_it_is_done(room: Room) -> None:
    office = Office(room, policy=policy("| | | invoices | above 5000 EUR | never |"))
    assert office.run()[0] is Result.DONE
    is_done(office)


@pytest.mark.parametrize(("then", "risk"), [("ask with proof", "high"), ("ask two", "two")])
def test_what_needs_more_by_now_is_not_done_and_asked_again(office: Office, then: str, risk: str) -> None:
    office.policy = policy(f"| | | invoices | above 1000 EUR | {then} |")
    result, words = office.run()
    assert (result, office.service.effects) == (Result.WAITING, [])
    old, new = all_of(office)
    assert (old.state, new.state, new.risk, new.action) == ("superseded", "waiting", risk, old.action)
    assert words == (
        f"it needs more than your yes now (line 5 of your handbook (invoices above 1000 EUR: {then})); "
        f"it waits for you as {new.id}"
    )
    notes = office.room.notes()
    assert f"You said yes to this as {old.id}. Nothing was done" in notes[f"{PENDING}/{new.id}.md"]
    assert f"asked again as [[{new.id}]]" in notes[DONE.format(old.id)]
    assert "[[Company_Handbook]], line 5" in notes[f"{PENDING}/{new.id}.md"]
    office.holds()


def test_that_it_was_asked_again_is_an_event_with_the_new_proposal(office: Office) -> None:
    office.policy = policy("| | | invoices | | ask with proof |")
    office.run()
    with office.room.journal.begin() as sql:
        told = [each.line for each in links_about(sql, [office.id])]
    assert any("proposal.asked_again" in each and all_of(office)[1].id in each for each in told)


def test_a_yes_that_was_proved_is_worth_a_proof(room: Room) -> None:
    office = Office(room, action=CREDIT)
    assert office.row.risk == "high"
    office.policy = policy("| | | credit notes | | ask with proof |")
    assert office.run()[0] is Result.DONE


@pytest.mark.parametrize(
    "row",
    [
        "| | | invoices | | never |",
        "| executor | execute | invoice.* | | never |",
        "| agent | propose | invoice.create | | never |",
    ],
)
def test_what_is_never_done_by_now_waits_with_an_alert_until_the_handbook_changes(office: Office, row: str) -> None:
    office.policy = policy(row)
    result, words = office.run()
    assert (result, office.service.effects, office.row.state) == (Result.LATER, [], "approved")
    assert words.startswith("line 5 of your handbook (invoice")
    assert words.endswith("says never. Change the handbook, or take your yes back.")
    office.run()
    (alert,) = office.alerts()
    assert office.id in alert
    office.policy = POLICY
    assert office.run()[0] is Result.DONE
    office.holds()


def test_a_row_that_cannot_be_read_holds_its_kind_until_it_can(office: Office) -> None:
    rules, _ = read_permissions(f"{HEAD}| | | invoices | above 10 EURO | never |\n")
    office.policy = replace(POLICY, permissions=rules)
    assert office.run()[0] is Result.LATER
    assert office.service.effects == []


def test_the_sum_of_the_day_is_that_of_the_moment_of_the_effect(room: Room) -> None:
    """Two invoices of 1,130.50 EUR were approved when nothing was done yet; the second one is one too many."""
    rows = policy("| | | invoices | more than 2000 EUR a day | ask with proof |")
    first, second = Office(room, policy=rows), Office(room, policy=rows)
    assert first.id != second.id
    assert first.run()[0] is Result.DONE
    assert second.run()[0] is Result.WAITING
    assert second.service.effects == [first.row.key]


def test_after_a_day_there_is_room_again(room: Room) -> None:
    rows = policy("| | | invoices | more than 2000 EUR a day | ask with proof |")
    first, second = Office(room, policy=rows), Office(room, policy=rows)
    assert first.run()[0] is Result.DONE
    room.clock.set(NOON + timedelta(hours=24))
    assert second.run()[0] is Result.DONE


def test_a_second_try_does_not_count_itself(room: Room) -> None:
    rows = policy("| | | invoices | more than 1 a day | never |")
    office = Office(room, policy=rows)
    office.failpoint = _die_at("before effect")
    with pytest.raises(KeyboardInterrupt):
        office.run()
    office.failpoint = lambda _name: None
    assert office.run()[0] is Result.DONE


def _die_at(place: str) -> Callable[[str], None]:
    def die(name: str) -> None:
        if name == place:
            raise KeyboardInterrupt

    return die


def test_two_effects_at_the_same_time_never_pass_one_limit(room: Room) -> None:
    """Each looks in a connection of its own; the second one stands at the door while the first one notes its intent."""
    rows = policy("| | | invoices | more than 2000 EUR a day | never |")
    first, second = Office(room, policy=rows), Office(room, policy=rows)
    look = SecondLook(Decisions(room.recorder, room.clock), rows)
    found: dict[str, Risk | None] = {}
    inside, coming = threading.Event(), threading.Event()

    def attempt(office: Office, row: ProposalRow) -> None:
        if office is second:
            coming.set()
        journal = Journal.open(room.state)
        with journal.begin() as sql:
            inside.set()
            assert coming.wait(20)
            found[row.id] = look.objection(sql, row, INVOICE, NOON)
            if found[row.id] is None:
                update_proposal(sql, row.id, {"intent_at": NOON.isoformat()})
        journal.close()

    one = threading.Thread(target=attempt, args=(first, first.row))
    two = threading.Thread(target=attempt, args=(second, second.row))
    one.start()
    assert inside.wait(20)
    two.start()
    one.join()
    two.join()
    assert [risk and risk.tier for risk in (found[first.id], found[second.id])] == [None, Tier.NEVER]


def test_nobody_else_writes_between_the_look_and_the_intent(office: Office) -> None:
    class Jostled(Intents):
        """Somebody tries to write while it counts."""

        def begun(self, sql: Connection, now: datetime, without: str = "") -> tuple[Begun, ...]:
            with closing(sqlite3.connect(office.room.state / JOURNAL_FILE, timeout=0)) as other:
                with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                    other.execute("BEGIN IMMEDIATE")
                seen.append(without)
            return super().begun(sql, now, without)

    seen: list[str] = []
    office.policy = replace(POLICY, intents=Jostled(MODELS))
    assert office.run()[0] is Result.DONE
    assert seen == [office.id]


def test_the_policy_may_be_read_from_the_journal(office: Office) -> None:
    """It is asked for before the transaction that notes the intent: transactions do not nest."""

    def asked() -> Policy:
        with office.room.journal.begin() as sql:
            assert proposals_of(sql, TASK)
        return POLICY

    connectors = dict.fromkeys(MODELS, office.service)
    ports = Ports(connectors, MODELS, office.room.blobs, stop_reason=lambda: None, policy=asked)
    assert Executor(office.room.recorder, ports).run(office.row)[0] is Result.DONE


def test_who_an_effect_was_made_for_is_known_from_then_on(office: Office) -> None:
    office.run()
    with office.room.journal.begin() as sql:
        assert first_dealt_with(sql, INVOICE.customer) == office.room.clock.now()
