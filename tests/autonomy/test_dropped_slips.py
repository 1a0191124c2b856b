"""Which papers of the journal may be joined to a movement, and which movements and papers a proposal holds already."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.dropped_slips import DroppedSlips, Kept, moves_without_receipt, slip_of
from agents.connectors.book_orders import Spending, Unexplained
from agents.durability.domain_rows import set_domain
from agents.durability.journal import Journal, looking
from agents.durability.proposal_rows import add_proposal
from agents.durability.task_persistence import QuestionRow, add_question, add_task
from agents.security.domain_table import PERSONAL
from tests.autonomy.test_bank_tasks import reports
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, bought, cost, day, explains, named
from tests.durability.test_rows import PROPOSAL, TASK
from tests.reasoning.builders import dropped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

RECEIPT = "Office Shop\nRECEIPT 83   2026-11-18\nVAT 19% 19.00\nTotal EUR 119.00\nPaid by card 119.00\n"
TODAY = day("11-28")


class Vault:
    """A vault with a journal; files that were dropped are tasks in it."""

    def __init__(self, place: Path) -> None:
        self.root, self.state = place / "Vault", place / "state"
        self.state.mkdir()
        self.journal = Journal.open(self.state)

    def drop(
        self, name: str, text: str = RECEIPT, category: str = "receipt", of: str = "2026-11-20", kind: str = "file"
    ) -> str:
        """A file that was filed on a day; where it lies."""
        stored = f"sha-{name}.txt"
        path = self.root / "Files/2026-11" / stored
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        file = {"stored": stored, "sent_name": "x", "media_type": "text/plain", "size_bytes": 1, "text": text}
        view = {
            "kind": kind, "sender_name": "", "sender_address": "", "subject": "", "text": "", "flags": [],
            "received": f"{of}T12:00:00+00:00", "message_id": "", "attachments": [file],
        }  # fmt: skip
        with self.journal.begin() as sql:
            row = replace(TASK, id=name, category=category, created_at=f"{of}T12:00:00+00:00", view=json.dumps(view))
            add_task(sql, row)
        return path.relative_to(self.root).as_posix()

    def kept(self, task: str = "another", *used: str) -> Kept:
        return DroppedSlips(self.root, partial(looking, self.state)).kept(task, TODAY, used)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An empty vault."""
    made = Vault(tmp_path)
    with closing(made.journal):
        yield made


def test_receipts_and_bills_that_were_dropped_are_there_until_the_books_name_them(vault: Vault) -> None:
    one = vault.drop("one")
    vault.drop("two", RECEIPT.replace("RECEIPT", "Invoice number").replace("Paid by card", "Amount due"), "bill_to_pay")
    vault.drop("mail", kind="email")
    vault.drop("other", category="newsletter")
    vault.drop("long-ago", of="2026-05-01")
    vault.drop("mine")
    vault.drop("no-paper", "Hello")
    with vault.journal.begin() as sql:
        set_domain(sql, "mine", PERSONAL)
        ask = replace(QUESTION, task="one", state="answered", answer="Travel")
        add_question(sql, ask)
    first, second = vault.kept().slips
    assert (first.path, first.task, first.said, first.is_bill) == (one, "one", "Travel", False)
    assert (first.total, first.costs) == (Decimal("119.00"), ((Decimal("100.00"), Decimal(19)),))
    assert (second.task, second.said, second.is_bill) == ("two", "", True)
    assert [each.task for each in vault.kept("another", one).slips] == ["two"]


QUESTION = QuestionRow("q", "one", "expense", "{}", "# Question\n", "2026-11-20T12:00:00+00:00", "open")


@pytest.mark.parametrize(("state", "is_open"), [("waiting", True), ("approved", True), ("done", False)])
def test_what_a_proposal_holds_is_left_to_it_for_all_other_tasks(vault: Vault, state: str, *, is_open: bool) -> None:
    path = vault.drop("one")
    order = explains("a", "11-20", "-119.00", Spending(costs=(cost("Office", "119.00"),), receipt=path))
    with vault.journal.begin() as sql:
        add_proposal(sql, replace(PROPOSAL, task="one", action=order.canonical().decode(), state=state))
    kept = vault.kept()
    assert kept.promised == ({("Checking", "a"): "one"} if is_open else {})
    assert bool(kept.slips) != is_open
    assert (vault.kept("one").promised, len(vault.kept("one").slips)) == ({}, 1)


def test_a_file_that_is_gone_is_no_receipt(vault: Vault) -> None:
    file = dropped(RECEIPT).attachments[0]
    assert slip_of(vault.root, "task", file) is None


def test_what_may_get_a_receipt_went_out_and_has_none_on_any_account(books: EmbeddedLedger) -> None:
    for at, order in enumerate(
        (
            named("Shop", bank("a", "11-10", "-5.00", Unexplained())),
            bank("b", "11-10", "5.00", Unexplained()),
            bank("c", "11-10", "-6.00", bought(cost("Office", "6.00")), account="Savings"),
            bank("d", "11-10", "-119.00", bought(cost("Office", "100.00", "19"))),
        )
    ):
        perform(books, [("11-11", order)], first=at)
    books.room.write(
        "Accounting/manual.beancount",
        '2000-01-01 open Expenses:Office:Paper\n2026-11-10 * "Shop" "x"\n  bank_id: "e"\n'
        "  Assets:Bank:Checking  -7.00 EUR\n  Expenses:Office:Paper\n",
    )
    found = {each.bank_id: each for each in moves_without_receipt(reports(books))}
    assert {name: (each.account, each.cost) for name, each in found.items()} == {
        "a": ("Checking", ""),
        "c": ("Savings", "Office"),
    }
    assert (found["a"].party, found["a"].text) == ("Shop", "a")
