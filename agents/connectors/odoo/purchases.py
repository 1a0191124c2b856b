"""What was bought at once and booked whole as one cost, and which receipts documents in Odoo name. Reads only.

The path of a receipt stands in `invoice_origin` of the document that it proves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.odoo.documents import LINE, MOVE, POSTED, REJECT, money
from agents.connectors.odoo.numbering import ORIGIN, was_moved
from agents.connectors.odoo.records import number_of, reference, text
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from agents.connectors.odoo.chart import Journal
    from agents.connectors.odoo.records import Records

RECEIPT = ORIGIN  # where no document of ours was moved over
AT_ONCE = ("in_receipt", "in_refund")
OF_VENDORS = ("in_invoice", *AT_ONCE)
BETWEEN = " · "  # in the reference of what explains a movement, before what tells the order


@dataclass(frozen=True, slots=True)
class Purchase:
    """A document over one cost, without VAT and without a receipt, that one movement paid.

    `account` is that of the cost. `taken_back_by`: the reference of the document that takes it back; empty = none does.
    """

    number: int
    kind: str
    partner: int
    account: int
    taken_back_by: str = ""


def purchases_of(records: Records, journal: Journal) -> dict[str, Purchase]:
    """Those that movements of an account paid, as we booked them, by their `bank_id`."""
    paid = _paid(records, journal)
    named: list[JsonValue] = [["name", "in", [*paid]], ["move_type", "in", [*AT_ONCE]], ["state", "=", POSTED]]
    fields = ("name", "move_type", "partner_id", "amount_tax", RECEIPT)
    found = records.search(MOVE, [*named, [RECEIPT, "=", False]], fields) if paid else []
    bare = {number_of(each): each for each in found if not money(each["amount_tax"])}
    if not bare:
        return {}
    numbers: list[JsonValue] = [*bare]
    costs: dict[int, list[int]] = {}
    for each in records.search(LINE, [["move_id", "in", numbers], ["display_type", "=", "product"]], _OF_LINES):
        costs.setdefault(reference(each["move_id"]), []).append(reference(each["account_id"]))
    back = records.search(MOVE, [["reversed_entry_id", "in", numbers], ["state", "=", POSTED]], _OF_REVERSALS)
    by = {reference(each["reversed_entry_id"]): text(each["ref"]) or text(each["name"]) for each in back}
    return {
        paid[text(row["name"])]: Purchase(
            number, text(row["move_type"]), reference(row["partner_id"]), costs[number][0], by.get(number, "")
        )
        for number, row in bare.items()
        if len(costs.get(number, [])) == 1
    }


def receipts(records: Records) -> frozenset[str]:
    """Every receipt that a posted document names, as it names it."""
    domain: list[JsonValue] = [["move_type", "in", [*OF_VENDORS]], ["state", "=", POSTED], [RECEIPT, "!=", False]]
    found = records.search(MOVE, domain, (RECEIPT,))
    return frozenset(text(each[RECEIPT]) for each in found if not was_moved(each))


def taken_back(records: Records) -> frozenset[int]:
    """Documents of purchases at once that others take back, and those others."""
    domain: list[JsonValue] = [["move_type", "in", [*AT_ONCE]], ["state", "=", POSTED]]
    rows = records.search(MOVE, [*domain, ["reversed_entry_id.move_type", "in", [*AT_ONCE]]], ("reversed_entry_id",))
    return frozenset(number for each in rows for number in (number_of(each), reference(each["reversed_entry_id"])))


def refuse_used(records: Records, wanted: Mapping[str, str]) -> None:
    """A receipt proves one purchase: its VAT must not come back twice. `wanted`: by receipt, the key of its document.

    Raises:
        NotAllowed: another document names it.
    """
    if not wanted:
        return
    domain: list[JsonValue] = [["move_type", "in", [*OF_VENDORS]], ["state", "=", POSTED], [RECEIPT, "in", [*wanted]]]
    for each in records.search(MOVE, domain, ("name", RECEIPT)):
        receipt = text(each[RECEIPT])
        if records.find(wanted[receipt]) != number_of(each):
            raise NotAllowed(f"The receipt {receipt} is in the books already, at {text(each['name'])}.", hint=REJECT)


def _paid(records: Records, journal: Journal) -> dict[str, str]:
    """The movement that paid each document of a vendor, by the document's name."""
    of_entries: list[JsonValue] = [["move_type", "=", "entry"], ["parent_state", "=", POSTED]]
    named: list[JsonValue] = [["account_type", "=", "liability_payable"], ["ref", "like", f"{journal.name} "]]
    found = {}
    for each in records.search(LINE, [*of_entries, *named], ("ref", "name")):
        account, _, bank_id = text(each["ref"]).partition(BETWEEN)[0].rpartition(" ")
        if account == journal.name:
            found[text(each["name"])] = bank_id
    return found


_OF_LINES = ("move_id", "account_id")
_OF_REVERSALS = ("name", "ref", "reversed_entry_id")
