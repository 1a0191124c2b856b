"""The books move from the ledger to a server of Odoo and back over the command line: shown first, then done once."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.clock import SystemClock, as_local
from agents.connectors.book_keeping import MAIN, Keeping, keeping_of
from agents.connectors.ledger.ledger_books import LedgerBooks
from agents.connectors.odoo.account import KEY, place_of
from agents.console.wiring import open_house
from agents.settings import Settings
from agents.vault.files import write_over
from tests.connectors.books_hand import key_of
from tests.connectors.books_story import invoice
from tests.connectors.odoo.conftest import account_of, client_of
from tests.connectors.odoo.odoo_room import story_odoo
from tests.flows.employee import mail, request
from tests.standins.odoo.world import KEYS

if TYPE_CHECKING:
    from datetime import date

    from tests.flows.employee import Employee
    from tests.standins.odoo.world import Odoo


def connected(employee: Employee, odoo: Odoo) -> None:
    """Odoo as `connect odoo` leaves it, and an invoice in the ledger."""
    house = open_house(employee.vault, Settings(state=employee.state))
    account = account_of(odoo, version=18, user_id=odoo.uid())
    write_over(place_of(house.state), account.model_dump_json().encode())
    house.passwords.put(KEY, KEYS["bookkeeper"])
    LedgerBooks(house.context).issue(invoice("Northwind", ("1000.00", "19")), key_of(1))
    house.close()


def what_is_in_the_way_is_told(employee: Employee, odoo: Odoo, words: tuple[str, ...]) -> None:
    refused = employee.call(*words)
    assert refused.exit_code == 1
    assert "Odoo has no account for Equity:Opening-Balances" in refused.output
    opening = {"code": "303000", "name": "Opening Balances", "account_type": "equity"}
    odoo.call("account.account", "create", opening)
    employee.drop("mail.eml", mail(request()))
    employee.once()
    assert "about the books is waiting for you" in employee.call(*words, "--yes").output
    employee.said("reject", employee.pending("invoice.create")[0].stem)
    employee.once()
    elsewhere = employee.call("books", "switch", "ledger", "xero", *words[4:]).output
    assert "not moved from ledger to xero" in elsewhere
    assert "is still to come" in employee.call(*words[:-1], "2999-01-01").output


def they_go_over(employee: Employee, odoo: Odoo, words: tuple[str, ...], day: date) -> None:
    shown = employee.said(*words)
    assert "1,190.00 EUR" in shown
    assert "Nothing was changed." in shown
    assert odoo.find("account.move") == []
    before = (employee.vault / MAIN).read_text(encoding="utf-8")
    assert "on Odoo keeps the books." in employee.said(*words, "--yes")
    assert keeping_of(employee.vault) == Keeping("odoo", day)
    assert (employee.vault / MAIN).read_text(encoding="utf-8").startswith(before.rstrip("\n"))
    (move,) = odoo.find("account.move", ["move_type", "=", "out_invoice"])
    found = odoo.row("account.move", move, "amount_total", "state")
    assert found == {"id": move, "amount_total": 1190.0, "state": "posted"}
    assert "you moved the books from the ledger to Odoo" in employee.said("log")
    assert "Both agree." in employee.said("books", "reconcile")
    again = employee.call(*words, "--yes").output
    assert "kept by Odoo since" in again
    assert "say `books switch odoo ledger --on DAY`" in again


def they_come_back(employee: Employee, odoo: Odoo, day: date) -> None:
    back = ("books", "switch", "odoo", "ledger", "--on", str(day))
    assert "Name a later day" in employee.call(*back).output  # the day on which Odoo began
    place, today = employee.vault / MAIN, day - timedelta(days=1)
    text = place.read_text(encoding="utf-8").replace(f'{day} event "books"', f'{today} event "books"')
    place.write_text(text, encoding="utf-8")
    odoo.clock.set(SystemClock().now())
    made = client_of(odoo).books.issue(invoice("Globex", ("10.00", "19")), key_of(2))
    assert made.provider_id in employee.said(*back)
    assert "on the ledger keeps the books." in employee.said(*back, "--yes")
    assert keeping_of(employee.vault) == Keeping("ledger", day)
    assert made.provider_id in employee.ledger()
    assert "you moved the books from Odoo to the ledger" in employee.said("log")
    assert json.loads(employee.said("books", "--json"))["owed_to_you"][1]["open"] == "11.90"


def test_the_books_move_over_the_command_line(employee: Employee) -> None:
    day = as_local(SystemClock().now()).date() + timedelta(days=1)
    words = ("books", "switch", "ledger", "odoo", "--on", str(day))
    with story_odoo() as odoo:
        connected(employee, odoo)
        what_is_in_the_way_is_told(employee, odoo, words)
        they_go_over(employee, odoo, words, day)
        they_come_back(employee, odoo, day)
        (move,) = odoo.find("account.move", ["invoice_origin", "like", "INV-"])
        odoo.call("account.move", "button_draft", [move])
        differs = employee.call("books", "reconcile", "--json")
        assert differs.exit_code == 1
        told = json.loads(differs.output)
        assert not told["agree"]
        (document,) = [each for each in told["documents"] if each["odoo"] is None]
        assert Decimal(document["ledger"]["open"]) == Decimal("1190.00")
        assert "They do not agree." in employee.call("books", "reconcile").output
    assert employee.call("verify").exit_code == 0
