"""General entries are posted only as they were meant, and their lines matched with what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.odoo.calls import Refused
from agents.connectors.odoo.entries import Entries, is_open
from agents.errors import NotAllowed, OutcomeUnknown, Transient
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, invoice, paid, to
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from tests.standins.odoo.fields import Value

ORDER = bank("b1", "01-20", "-50.00", to("Private"))
FIRST, SECOND = "INV-2026-0001", "INV-2026-0002"


def broken_off(room: OdooRoom, step: int) -> None:
    room.calls.breaks = room.calls.written + step
    with pytest.raises(OutcomeUnknown):
        perform(room, [("01-20", ORDER)])


def entries(room: OdooRoom, *domain: Value) -> list[int]:
    return room.odoo.find("account.move", ["ref", "like", " · "], *domain)


def test_a_draft_that_somebody_changed_is_taken_back_and_made_anew() -> None:
    room = OdooRoom()
    broken_off(room, 2)  # the line of the statement, and the draft
    (draft,) = entries(room, ["state", "=", "draft"])
    lines = room.odoo.find("account.move.line", ["move_id", "=", draft])
    changes = [[1, each, {"debit": 60.0 * at, "credit": 60.0 * (1 - at)}] for at, each in enumerate(sorted(lines))]
    room.odoo.call("account.move", "write", [draft], {"line_ids": changes})
    with pytest.raises(NotAllowed, match="another entry"):
        perform(room, [("01-20", ORDER)])
    assert entries(room) == []
    perform(room, [("01-20", ORDER)])
    assert len(entries(room, ["state", "=", "posted"])) == 1


def test_a_draft_of_another_day_is_taken_back() -> None:
    room = OdooRoom()
    broken_off(room, 2)
    room.odoo.call("account.move", "write", entries(room), {"date": "2026-01-21"})
    with pytest.raises(NotAllowed, match="another entry"):
        perform(room, [("01-20", ORDER)])
    assert entries(room) == []


def test_an_entry_that_the_owner_cancelled_is_not_posted_again() -> None:
    room = OdooRoom()
    broken_off(room, 3)  # posted
    room.odoo.call("account.move", "button_draft", entries(room))
    room.odoo.call("account.move", "button_cancel", entries(room))
    with pytest.raises(NotAllowed, match="is cancel in Odoo"):
        perform(room, [("01-20", ORDER)])
    assert entries(room, ["state", "=", "posted"]) == []


def test_an_entry_whose_lines_have_lost_their_keys_is_left_as_it_is() -> None:
    room = OdooRoom()
    broken_off(room, 3)
    rows = room.odoo.service.tables.rows["ir.model.data"]
    for each in [id_ for id_, row in rows.items() if row["name"].endswith("_2") and row["name"].startswith("why_")]:
        del rows[each]
    with pytest.raises(Transient, match="does not show 1 lines"):
        perform(room, [("01-20", ORDER)])


def test_what_odoo_does_not_match_is_told() -> None:
    room = OdooRoom()
    orders = (("01-05", invoice("Northwind", ("100.00", "19"))), ("01-05", invoice("Northwind", ("100.00", "19"))))
    perform(room, orders)
    perform(room, [("01-06", bank("b1", "01-06", "50.00", paid("Northwind")))], 5)
    written, kind = Entries(room.records), ["move_type", "=", "out_invoice"]
    first = min(room.odoo.find("account.move", kind))
    stale = written.open_lines([first])[first]
    perform(room, [("01-07", bank("b2", "01-07", "119.00", paid("Northwind", (FIRST, "119.00"))))], 6)
    domain = (["account_type", "=", "asset_receivable"], ["reconciled", "=", False], ["balance", "<", 0])
    (credit,) = room.odoo.find("account.move.line", *domain)
    with pytest.raises(Refused, match="already reconciled"):
        written.match(credit, stale)
    assert is_open(written.left([credit])[credit]) == -1
    written.match(credit, [])
    assert is_open(written.left([credit])[credit]) == -1


def test_money_that_the_owner_registered_themselves_may_go_back_too() -> None:
    room = OdooRoom()
    perform(room, [("01-05", invoice("Northwind", ("100.00", "19")))])
    (move,) = room.odoo.find("account.move", ["move_type", "=", "out_invoice"])
    (partner,) = room.odoo.find("res.partner", ["name", "=", "Northwind"])
    vals = {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner, "amount": 119}
    about = {"journal_id": room.odoo.journal("BNK1"), "date": "2026-01-10"}
    made = room.odoo.call("account.payment", "create", vals | about)
    room.odoo.call("account.payment", "action_post", [made])
    booked = room.odoo.row("account.payment", made, "move_id")["move_id"]
    domain = (["move_id", "in", [move, booked]], ["account_type", "=", "asset_receivable"])
    room.odoo.call("account.move.line", "reconcile", room.odoo.find("account.move.line", *domain))
    perform(room, [("01-20", bank("b2", "01-20", "-19.00", paid("Northwind", (FIRST, "19.00"))))], 5)
    assert room.odoo.row("account.move", move, "amount_residual")["amount_residual"] == 19.0
    left = (["account_type", "=", "asset_receivable"], ["reconciled", "=", False], ["balance", "<", 0])
    assert room.odoo.find("account.move.line", *left) == []
