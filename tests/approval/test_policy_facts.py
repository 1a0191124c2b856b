"""What the policy is told: sums and counts of a day, since when we know somebody, the country of an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.approval.policy_facts import Intents, country_of, facts_about, known_days
from agents.clock import as_local
from agents.connectors.invoice_orders import InvoiceCredit
from agents.durability.counterparty_rows import first_dealt_with, remember_counterparty
from agents.durability.proposal_rows import add_proposal
from agents.durability.task_persistence import TaskRow, add_task
from agents.security.permission_manager import Begun
from agents.security.personal_numbers import is_iban
from tests.approval.examples import CREDIT, INVOICE, MAIL, MODELS, TASK, draft, sealed
from tests.clock import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from agents.connectors.contract import Action
    from tests.durability.room import Room

GERMAN, FRENCH = "DE89 3704 0044 0532 0130 00", "FR1420041010050500013M02606"
DAY = timedelta(hours=24)


class WithAccounts(InvoiceCredit):
    """An order that names accounts."""

    iban: str = ""
    others: tuple[dict[str, str], ...] = ()


def transfer(iban: str = "", *others: str) -> Action:
    return WithAccounts(**CREDIT.model_dump(), iban=iban, others=tuple({"IBAN": each} for each in others))


def begin(room: Room, action: Action, at: datetime, number: int = 0) -> str:
    """A proposal whose effect was begun."""
    row = replace(sealed(replace(draft(action), sibling=number)), intent_at=at.isoformat())
    with room.journal.begin() as sql:
        add_proposal(sql, row)
    return row.id


@pytest.fixture
def tasked(room: Room) -> Room:
    """A room with one task."""
    with room.journal.begin() as sql:
        add_task(sql, TaskRow(TASK, NOON.isoformat(), "waiting", 1, "Anna@client.example", "{}", "", "", "", ""))
    return room


def test_a_day_is_added_up_by_action_and_currency(tasked: Room) -> None:
    begin(tasked, INVOICE, NOON, 1)
    begin(tasked, INVOICE, NOON - timedelta(hours=23), 2)
    begin(tasked, CREDIT, NOON, 3)
    begin(tasked, MAIL, NOON, 4)
    with tasked.journal.begin() as sql:
        found = Intents(MODELS).begun(sql, NOON)
    assert sorted(found, key=lambda each: each.action) == [
        Begun("email.send", "message", 1),
        Begun("invoice.create", "money_asked", 2, 2 * Decimal("1130.50"), "EUR"),
        Begun("invoice.credit", "money_forgiven", 1, Decimal("1130.50"), "EUR"),
    ]


def test_what_is_older_than_a_day_or_the_order_itself_does_not_count(tasked: Room) -> None:
    begin(tasked, INVOICE, NOON - DAY, 1)
    own = begin(tasked, INVOICE, NOON, 2)
    intents = Intents(MODELS)
    with tasked.journal.begin() as sql:
        assert intents.begun(sql, NOON, without=own) == ()
        assert [each.count for each in intents.begun(sql, NOON - timedelta(minutes=1))] == [2]


def test_an_order_nobody_can_read_is_more_than_any_bound(tasked: Room) -> None:
    begin(tasked, INVOICE, NOON)
    with tasked.journal.begin() as sql:
        assert Intents({}).begun(sql, NOON) == (Begun("invoice.create", "", 1, Decimal("Infinity"), ""),)
        assert Intents({"invoice.create": type(MAIL)}).begun(sql, NOON)[0].amount == Decimal("Infinity")


def test_each_order_is_read_once_and_what_is_over_is_forgotten(tasked: Room) -> None:
    begin(tasked, INVOICE, NOON)
    models = dict(MODELS)
    intents = Intents(models)
    with tasked.journal.begin() as sql:
        first = intents.begun(sql, NOON)
        models.clear()
        assert intents.begun(sql, NOON) == first
        assert intents.begun(sql, NOON + DAY) == ()
        assert intents.begun(sql, NOON)[0].amount == Decimal("Infinity")


def test_somebody_is_known_since_their_first_mail(tasked: Room) -> None:
    with tasked.journal.begin() as sql:
        assert known_days(sql, "Anna@client.example", NOON + timedelta(days=30, hours=5)) == 30
        assert known_days(sql, "eve@client.example", NOON + DAY) == 0


def test_somebody_is_known_since_the_first_effect_for_them(room: Room) -> None:
    with room.journal.begin() as sql:
        assert known_days(sql, "Acme Ltd", NOON) == 0
        remember_counterparty(sql, "Acme  Ltd", NOON)
        remember_counterparty(sql, "acme ltd", NOON + DAY)
        remember_counterparty(sql, " ", NOON)
        assert known_days(sql, "ACME Ltd", NOON + 2 * DAY) == 2
        assert known_days(sql, "Acme Ltd", NOON - DAY) == 0
        assert first_dealt_with(sql, " ") is None


def test_the_earlier_of_mail_and_effect_counts(tasked: Room) -> None:
    with tasked.journal.begin() as sql:
        remember_counterparty(sql, "anna@client.example", NOON - 9 * DAY)
        assert first_dealt_with(sql, "Anna@client.example") == NOON - 9 * DAY


def test_nobody_is_known_without_a_name(room: Room) -> None:
    with room.journal.begin() as sql:
        assert known_days(sql, " ", NOON) is None


@pytest.mark.parametrize(
    ("action", "country"),
    [
        (INVOICE, ""),
        (transfer(GERMAN), "DE"),
        (transfer(FRENCH.lower()), "FR"),
        (transfer("DE88 3704 0044 0532 0130 00"), ""),
        (transfer(GERMAN, GERMAN), "DE"),
        (transfer("", FRENCH), "FR"),
        (transfer(GERMAN, FRENCH), ""),
    ],
)
def test_the_country_is_that_of_the_account(action: Action, country: str) -> None:
    assert country_of(action) == country


@pytest.mark.parametrize("text", ["", "DE", GERMAN, "DE00370400440532013000", "D389370400440532013000"])
def test_what_is_no_iban_is_none(text: str) -> None:
    assert not is_iban(text)
    assert is_iban(GERMAN.replace(" ", ""))


def test_the_facts_of_an_order_are_put_together(tasked: Room) -> None:
    with tasked.journal.begin() as sql:
        facts = facts_about(sql, transfer(GERMAN), (), NOON)
    assert (facts.known_days, facts.country, facts.today) == (0, "DE", ())
    assert facts.at == as_local(NOON)
