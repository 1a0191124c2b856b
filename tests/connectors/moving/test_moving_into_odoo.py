"""The books move into Odoo once and whole: what is open, what is on the accounts, and nothing that counts twice."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Unexplained
from agents.connectors.book_state import differences
from agents.connectors.books import InvoiceStanding, Unclear
from agents.connectors.books_after_move import BooksAfterMove, Earlier
from agents.connectors.contract import Absent, Found
from agents.connectors.invoice_orders import InvoiceCredit
from agents.connectors.moving import into_odoo, move_into_odoo
from agents.connectors.odoo.changes import Changes
from agents.connectors.odoo.customers import read_invoices
from agents.connectors.odoo.odoo_figures import OdooFigures
from agents.connectors.odoo.reader import OdooReader, position_from
from agents.errors import NotAllowed, OutcomeUnknown
from tests.connectors.books_hand import eur, key_of, open_of, perform, sums
from tests.connectors.books_story import STORY, bank, bill, cost, day, invoice, paid, used
from tests.connectors.moving.moving_room import Continued, MovingRoom
from tests.connectors.odoo.test_movements import books_of

if TYPE_CHECKING:
    from pathlib import Path

WINTER = tuple(each for each in STORY if each[0] <= "02-28")  # one movement of 333.00 waits to be explained then
MARCH = STORY[len(WINTER) :]
SMALL = (
    ("01-04", bank("b1", "01-04", "200.00", paid("Globex"))),  # a prepayment
    ("01-05", invoice("Globex", ("100.00", "19"))),
    ("01-06", bill("Landlord", "R-01", "01-06", "01-05", cost("Rent", "800.00"))),  # late when it comes
    ("01-07", bank("b2", "01-07", "-6.00", Unexplained())),
)


def moved(room: MovingRoom, of: str) -> None:
    plan = into_odoo(room.both, day(of))
    assert plan.obstacles == ()
    move_into_odoo(room.both, plan)


def test_the_quarter_moves_over_to_the_cent(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, STORY)
    plan = into_odoo(room.both, day("04-01"))
    assert plan.obstacles == ()
    assert room.there.calls.written == 0  # so far it was only looked at
    move_into_odoo(room.both, plan)
    here, there, end = room.reports(), room.there.reports(), day("03-31")
    cash = sums(here.cash(end))
    assert cash.pop("Transit") == {}
    assert sums(there.cash(end)) == cash
    owed = [("INV-2026-0011", Decimal("271.00"), "EUR", 6)]
    assert open_of(there.receivables(end)) == open_of(here.receivables(end)) == owed
    assert open_of(there.payables(end)) == open_of(here.payables(end))
    assert [each.number for each in there.payables(end).documents] == [f"BILL-2026-000{at}" for at in (6, 7, 8)]
    quarter = [each.profit_and_loss(day("01-01"), end) for each in (here, there)]
    assert sums(quarter[0].revenue) == sums(quarter[1].revenue)
    assert sums(quarter[0].costs) == sums(quarter[1].costs)
    _, state = room.both.states(end)
    due = sum(amount for (name, _), amount in state.balances.items() if name.startswith("Liabilities:VAT"))
    assert -due == here.vat(day("01-01"), end).due.amounts["EUR"] == Decimal("2904.10")
    assert there.vat(day("01-01"), end).due.amounts == {}  # it is carried as a balance, and not declared twice
    assert differences(*room.both.states(end)) == ()
    assert there.cash(end)[0].freshness.bank_to == {
        "Checking": end, "Savings": day("03-19"), "Cash": day("03-26"),
    }  # fmt: skip


def test_what_comes_after_the_move_goes_on_as_if_there_had_been_none(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, WINTER)
    moved(room, "03-01")
    after = Continued(room, {"INV": 8, "BILL": 4})
    assert after.reports().unexplained(day("02-28")).amounts == eur("333.00")
    assert sorted(after.reports().unexplained_moves("Checking")) == ["b21"]
    perform(after, MARCH, 60)
    there, end = after.reports(), day("03-31")
    cash = sums(there.cash(end))
    assert cash.pop("Transit") == {}
    assert cash == {"Checking": eur("19160.10"), "Savings": eur("200.00"), "Cash": eur("139.30")}
    assert open_of(there.receivables(end)) == [(after.number("INV-2026-0011"), Decimal("271.00"), "EUR", 6)]
    assert [each[1:3] for each in open_of(there.payables(end))] == [
        (Decimal("114.20"), "EUR"), (Decimal("50.00"), "USD"), (Decimal("800.00"), "EUR"),
    ]  # fmt: skip
    assert there.receivables(end).credits == {}
    assert there.unexplained(end).amounts == {}
    quarter = there.profit_and_loss(day("01-01"), end)
    assert quarter.result.amounts == {"EUR": Decimal("11686.10"), "CHF": Decimal("400.00")}
    assert there.profit_and_loss(day("03-01"), end).result.amounts["EUR"] == Decimal("1110.10")  # 2,900 less 1,789.90


def test_what_was_moved_is_found_and_paid_under_its_own_number(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, SMALL)
    moved(room, "01-10")
    after, number = Continued(room, {"INV": 1, "BILL": 1}), "INV-2026-0001"
    assert after.reports().receivables(day("01-09")).credits == {("Globex", "EUR"): Decimal("200.00")}
    reader = OdooReader(room.there.records, lambda: room.there.chart, room.there.odoo.clock)
    assert reader.customers() == {number: "Globex"}
    perform(after, [("01-12", used("Globex", "01-12", number, "100.00"))], 10)
    standing = reader.standings([number])[number]
    assert isinstance(standing, Unclear)  # another 100.00 of theirs are put to no invoice
    perform(after, [("01-13", used("Globex", "01-13", number, "19.00"))], 11)
    standing = reader.standings([number])[number]
    assert isinstance(standing, InvoiceStanding)
    assert (standing.total.amount, standing.paid_on) == (Decimal("119.00"), day("01-13"))
    found = after.reports().document(number, day("01-31"))
    assert found
    assert (found.number, found.open, found.place) == (number, Decimal("0.00"), "Odoo INV/2026/00001")
    back = bank("b9", "01-20", "-19.00", paid("Globex", (number, "19.00")))
    perform(after, [("01-20", back)], 12)
    (owed,) = after.reports().receivables(day("01-31")).documents
    assert (owed.number, owed.open) == (number, Decimal("19.00"))


def test_an_invoice_that_was_moved_is_not_credited_without_its_revenue_and_vat(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, SMALL)
    moved(room, "01-10")
    order = InvoiceCredit(number="INV-2026-0001", customer="Globex", total=Decimal("119.00"), currency="EUR")
    with pytest.raises(NotAllowed, match="moved over"):
        perform(Continued(room, {"INV": 1, "BILL": 1}), [("01-12", order)], 10)
    with pytest.raises(NotAllowed, match="moved over"):  # so that nobody is asked for a yes to it
        room.there.reports().creditable(order.number)


def test_a_list_and_the_news_call_what_was_moved_by_its_own_number(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, SMALL)
    moved(room, "01-10")
    (listed,) = read_invoices(room.there.records, day("01-01"), day("01-31")).invoices
    assert listed.number == "INV-2026-0001"
    changes = Changes(room.there.records, room.there.odoo.uid())
    first = changes.look(None, {})
    known = {each.number: each for each in first.documents}
    assert sorted(each.name for each in first.documents) == ["BILL-2026-0001", "INV-2026-0001"]
    after = Continued(room, {"INV": 1, "BILL": 1})
    perform(after, [("01-12", bank("b7", "01-12", "119.00", paid("Globex", ("INV-2026-0001", "119.00"))))], 30)
    second = changes.look(position_from(first.position), known)
    known |= {each.number: each for each in second.documents}
    perform(after, [("01-14", bank("b9", "01-14", "-119.00", paid("Globex", ("INV-2026-0001", "119.00"))))], 31)
    third = changes.look(position_from(second.position), known)
    (again,) = (each for each in third.documents if each.kind == "out_invoice")
    assert (again.name, again.open, again.is_matched_by_us) == ("INV-2026-0001", Decimal("119.00"), True)


def test_a_bill_that_was_moved_is_not_taken_in_again(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, SMALL)
    moved(room, "01-10")
    with pytest.raises(NotAllowed, match="booked already"):
        perform(Continued(room, {"INV": 1, "BILL": 1}), [("01-12", SMALL[2][1])], 10)


@pytest.mark.parametrize("is_done", [True, False], ids=["done", "not done"])
def test_it_may_break_off_at_every_step_and_is_there_once(tmp_path: Path, *, is_done: bool) -> None:
    room = MovingRoom(tmp_path, SMALL)
    there, kept = room.there, room.there.kept()
    moved(room, "01-10")
    steps, wanted = there.calls.written, books_of(there)
    assert steps == 10  # two contacts, two documents and the balances, each posted; a movement, and the bank's day
    moved(room, "01-10")
    assert books_of(there) == wanted
    for step in range(1, steps + 1):
        there.back_to(kept)
        there.calls.breaks, there.calls.is_done = there.calls.written + step, is_done
        with pytest.raises(OutcomeUnknown):
            moved(room, "01-10")
        moved(room, "01-10")
        assert books_of(there) == wanted, step


def test_a_statement_from_before_the_move_is_not_booked_again(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, SMALL)
    moved(room, "01-10")
    earlier = Earlier(day("01-10"), room.reports)
    figures = OdooFigures(room.there.records, room.there.chart, earlier)
    assert sorted(figures.booked_moves("Checking")) == ["b1", "b2"]  # that which waits is in Odoo itself
    assert sorted(room.there.reports().booked_moves("Checking")) == ["b2"]
    books, key = BooksAfterMove(room.there.books, earlier), key_of(20)
    late = bank("b8", "01-08", "-1.00", Unexplained()).moves  # what no statement told before
    new = bank("b3", "01-12", "5.00", Unexplained()).moves
    again = bank("b1", "01-04", "200.00", Unexplained())
    whole = again.model_copy(update={"moves": (*again.moves, *late, *new)})
    order = whole.model_copy(update={"closing": Decimal("198.00"), "closed_on": day("01-12")})
    assert isinstance(books.find_record(order, key), Absent)
    assert books.record(order, key).provider == "odoo"
    assert isinstance(books.find_record(order, key), Found)
    assert room.there.reports().cash(day("01-31"))[0].amounts == eur("198.00")
    old = again.model_copy(update={"closing": Decimal("200.00"), "closed_on": day("01-04")})
    written = room.there.calls.written
    assert books.record(old, key_of(21)).details == {"entries": "0"}
    assert isinstance(books.find_record(old, key_of(21)), Found)
    assert room.there.calls.written == written


def test_vat_of_a_time_over_the_move_comes_from_both_books(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, [("01-03", invoice("Acme", ("100.00", "19"), ("50.00", "7")))])
    moved(room, "01-10")
    room.set_day(day("01-12"))
    room.there.books.issue(invoice("Acme", ("200.00", "19")), key_of(1))
    figures = OdooFigures(room.there.records, room.there.chart, Earlier(day("01-10"), room.reports))
    spans = [("01-01", "01-31"), ("01-01", "01-09"), ("01-10", "01-31")]
    due = [figures.vat(day(start), day(end)).due.amounts for start, end in spans]
    assert due == [eur("60.50"), eur("22.50"), eur("38.00")]  # 19.00 + 3.50, and 38.00
    reports = [figures.tax_report(day(start), day(end)) for start, end in spans]
    told = [[(each.rate, each.base, each.tax) for each in report.lines] for report in reports]
    old, new = Decimal("100.00"), Decimal("200.00")
    at_7 = (Decimal(7), Decimal("50.00"), Decimal("3.50"))
    assert told == [
        [(Decimal(19), old + new, Decimal("57.00")), at_7],
        [(Decimal(19), old, Decimal("19.00")), at_7],
        [(Decimal(19), new, Decimal("38.00"))],
    ]
    assert len(figures.vat(*map(day, spans[0])).charged.rows) == 3


def test_all_else_goes_to_the_new_books_as_it_is(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path)
    books = BooksAfterMove(room.there.books, Earlier(day("01-10"), room.reports))
    sold, key = invoice("Acme", ("100.00", "0")), key_of(1)
    made = books.issue(sold, key)
    assert books.find(key) == Found(made)
    order = InvoiceCredit(number=made.provider_id, customer="Acme", total=Decimal("100.00"), currency="EUR")
    assert books.credit(order, key_of(2)).details["credits"] == made.provider_id
    owed = bill("Landlord", "R-02", "01-12", "01-31", cost("Rent", "5.00"))
    assert books.find_record(owed, key_of(3)) == Absent()
    assert books.find_record(owed, key_of(3)) != Found(books.record(owed, key_of(3)))
    old = bank("b1", "01-12", "5.00", Unexplained())
    assert books.record(old, key_of(4)).details["entries"] == "1"  # without a balance, and not known from before
