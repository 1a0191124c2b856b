"""What all books promise: one suite, taken over by subclassing `BooksContract`.

The test module of some books defines `class TestBooks(BooksContract)` with a fixture `books` that returns its `Ledger`.
The figures are worked out by hand. They hold together: on 31 March the owner has 19,160.10 + 200.00 + 139.30 of money
and 271.00 are owed to them, 19,770.40 in all; of this 2,904.10 are VAT due, 914.20 and 50 dollars (46.00) are owed to
vendors, 3,800.00 are what they put in, 11,686.10 is the result, and 420.00 came for 400 francs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Unexplained
from agents.connectors.contract import Absent, Found
from agents.connectors.invoice_orders import InvoiceCredit
from agents.errors import NotAllowed
from tests.connectors.books_hand import eur, key_of, open_of, perform, sums
from tests.connectors.books_refused import REFUSED
from tests.connectors.books_room import called
from tests.connectors.books_story import (
    STORY,
    bank,
    bill,
    bought,
    cost,
    day,
    explains,
    invoice,
    named,
    paid,
    to,
)

if TYPE_CHECKING:
    from datetime import date

    from agents.connectors.book_orders import BankBook
    from tests.connectors.books_room import Ledger


def figures_of(books: Ledger) -> list[object]:
    """Every figure of the quarter, to be compared."""
    reports = books.reports()
    start, end = day("01-01"), day("03-31")
    result, vat = reports.profit_and_loss(start, end), reports.vat(start, end)
    owed = [open_of(reports.receivables(end)), open_of(reports.payables(end))]
    money = sums(reports.cash(end))
    return [sums(result.revenue), sums(result.costs), result.result.amounts, vat.due.amounts, money, owed]


class BooksContract:
    """The suite."""

    def test_the_story_gives_the_figures_that_were_worked_out_by_hand(self, books: Ledger) -> None:
        assert len(STORY) == 60
        perform(books, STORY)
        reports, start, end = books.reports(), day("01-01"), day("03-31")

        quarter = reports.profit_and_loss(start, end)
        # 1,000 + 3,400 + (500 - 500) + 6,000 + 500 + 250 + 1,500 + 2,000 + 900; the dollars cost 1.20 more than booked
        assert sums(quarter.revenue) == {
            "Services": {"EUR": Decimal("15550.00"), "CHF": Decimal("400.00")},
            "Exchange": eur("-1.20"),
        }
        assert sums(quarter.costs) == {
            "Rent": eur("3200.00"),  # four times 800
            "Software": eur("283.00"),  # 3 x 49 + 100 dollars at 0.90 + 50 at 0.92
            "Office": eur("210.00"),  # 100 + 20 + 50 + 60 - 20
            "Travel": eur("110.00"),  # 100 + 10
            "Other": eur("40.00"),
            "Bank-Fees": eur("19.70"),  # 3 x 4.90 + 5.00
        }
        assert quarter.result.amounts == {"EUR": Decimal("11686.10"), "CHF": Decimal("400.00")}

        months = [reports.profit_and_loss(day(f"{of}-01"), day(to)) for of, to in MONTHS]
        revenue = [sums(each.revenue)["Services"]["EUR"] for each in months]
        assert revenue == [Decimal("10900.00"), Decimal("1750.00"), Decimal("2900.00")]

        vat = reports.vat(start, end)
        # 190 + 646 + (71 - 71) + 1,140 + 95 + 47.50 + 285 + 380 + 171, and 19 + 3.80 + 7 + 9.50 + 14.20 - 3.80 + 0.70
        assert (vat.charged.amounts, vat.paid.amounts) == (eur("2954.50"), eur("50.40"))
        assert vat.due.amounts == eur("2904.10")
        january = reports.vat(start, day("01-31"))
        assert (january.charged.amounts, january.paid.amounts) == (eur("2047.00"), eur("29.80"))

        money = sums(reports.cash(end))
        assert money.pop("Transit", {}) == {}  # what left Checking has come to Savings
        assert money == {"Checking": eur("19160.10"), "Savings": eur("200.00"), "Assets:Cash"[7:]: eur("139.30")}
        assert sums(reports.cash(day("01-31")))["Checking"] == eur("7776.30")
        assert sums(reports.cash(day("03-18")))["Transit"] == eur("200.00")
        assert reports.unexplained(end).amounts == {}

    def test_what_is_owed_is_told_with_how_late_it_is_on_any_day(self, books: Ledger) -> None:
        perform(books, STORY)
        reports = books.reports()
        assert open_of(reports.receivables(day("03-31"))) == [
            (books.number("INV-2026-0011"), Decimal("271.00"), "EUR", 6)
        ]
        assert open_of(reports.receivables(day("02-28"))) == [
            (books.number("INV-2026-0008"), Decimal("785.00"), "EUR", -6)
        ]
        january = reports.receivables(day("01-31"))
        assert open_of(january) == [
            (books.number("INV-2026-0002"), Decimal("2046.00"), "EUR", 11),
            (books.number("INV-2026-0004"), Decimal("7140.00"), "EUR", -9),
        ]
        nothing = Decimal("0.00")
        assert january.buckets("EUR") == (Decimal("7140.00"), Decimal("2046.00"), nothing, nothing, nothing)
        later = reports.receivables(day("08-15")).buckets("EUR")  # 143 days late
        assert later == (nothing, nothing, nothing, nothing, Decimal("271.00"))
        assert open_of(reports.payables(day("03-31"))) == [
            (books.number("BILL-2026-0006"), Decimal("114.20"), "EUR", -4),
            (books.number("BILL-2026-0007"), Decimal("50.00"), "USD", -23),
            (books.number("BILL-2026-0008"), Decimal("800.00"), "EUR", -30),
        ]
        assert open_of(reports.payables(day("01-31"))) == [
            (books.number("BILL-2026-0001"), Decimal("119.00"), "EUR", -7)
        ]
        assert reports.receivables(day("02-19")).credits == {("Globex", "EUR"): Decimal("1000.00")}
        assert reports.receivables(day("02-28")).credits == {("Hooli", "EUR"): Decimal("333.00")}
        assert reports.receivables(day("03-31")).credits == {}
        assert reports.receivables(day("03-31")).unclear == ()

    def test_each_figure_says_its_day_its_rows_and_how_fresh_it_is(self, books: Ledger) -> None:
        perform(books, STORY)
        reports = books.reports()
        (services, exchange) = reports.profit_and_loss(day("01-01"), day("03-31")).revenue
        assert services.as_of == day("03-31")
        assert sum(each.amount for each in services.rows if each.currency == "EUR") == services.amounts["EUR"]
        assert [(each.day, each.amount) for each in exchange.rows] == [(day("02-18"), Decimal("-1.20"))]
        (checking,) = [each for each in reports.cash(day("03-31")) if each.name.endswith("Checking")]
        told = {name.rpartition(":")[2]: on for name, on in checking.freshness.bank_to.items()}
        assert told == {"Checking": day("03-31"), "Savings": day("03-19"), "Cash": day("03-26")}
        version = checking.freshness.version
        assert version
        perform(books, [("04-01", bank("b40", "04-01", "-1.00", bought(cost("Other", "1.00"))))], first=90)
        assert books.reports().cash(day("03-31"))[0].freshness.version != version

    def test_one_document_is_told_with_what_was_booked_on_it(self, books: Ledger) -> None:
        perform(books, STORY)
        reports = books.reports()

        def told(number: str, on: str) -> tuple[str, Decimal | None, date | None]:
            found = reports.document(books.number(number), day(on))
            assert found
            assert found.total + sum(each.amount for each in found.rows) == found.open
            return (found.party, found.open, found.paid_on)

        assert told("INV-2026-0011", "03-31") == ("Northwind", Decimal("271.00"), None)  # 1,071 - 500 - 300
        assert told("INV-2026-0011", "03-13") == ("Northwind", Decimal("571.00"), None)
        assert reports.document(books.number("INV-2026-0011"), day("03-10")) is None  # not issued yet
        assert reports.document(books.number("INV-2026-9999"), day("03-31")) is None
        assert told("BILL-2026-0006", "03-31") == ("Paper & Co", Decimal("114.20"), None)
        assert told("BILL-2026-0001", "03-31") == ("Paper & Co", Decimal("0.00"), day("02-05"))

    def test_every_document_is_told_as_one_alone_is_and_what_is_open_of_all_is_what_is_owed(
        self, books: Ledger
    ) -> None:
        perform(books, STORY)
        reports = books.reports()
        for on in (day("02-19"), day("03-31")):
            for vendor, items in ((False, reports.receivables(on)), (True, reports.payables(on))):
                every = reports.documents(on, vendor=vendor)
                assert [each for each in every if reports.document(each.number, on) != each] == []
                owed = {each.number: each.open for each in items.documents}
                assert {each.number: each.open for each in every if each.open} == owed
                assert [each.day for each in every] == sorted(each.day for each in every)
        assert len(reports.documents(day("03-31"))) == 10
        since = day("02-15")  # what was owed then or booked since, and all issued since
        late = [each for each in reports.documents(day("03-31")) if each.day >= since or each.rows[-1].day >= since]
        assert list(reports.documents(day("03-31"), since=since)) == late
        assert [each.number for each in late][:2] == [books.number(f"INV-2026-000{at}") for at in (5, 6)]
        assert reports.customers_since()["Hooli"] == day("01-26")
        whole, part = reports.cash(day("03-31")), reports.cash(day("03-31"), since)
        assert sums(part) == sums(whole)
        assert [row for each in part for row in each.rows] == [
            row for each in whole for row in each.rows if row.day >= since
        ]
        assert len(reports.documents(day("03-31"), vendor=True)) == 8
        taken_back = {each.number for each in reports.documents(day("03-31")) if each.credited}
        assert taken_back == {books.number("INV-2026-0003")}

    def test_a_statement_of_a_party_comes_to_what_they_owe(self, books: Ledger) -> None:
        perform(books, STORY)
        reports = books.reports()
        northwind = reports.party("Northwind", day("03-31"))
        assert northwind.amounts == eur("271.00")
        assert sum(each.amount for each in northwind.rows if each.amount > 0) == Decimal("3153.50")  # four invoices
        assert reports.party("Globex", day("02-19")).amounts == eur("-1000.00")  # a prepayment
        assert reports.party("Paper & Co", day("03-31"), vendor=True).amounts == eur("114.20")
        assert reports.party("Paper & Co", day("03-31")).rows == ()
        assert reports.party("Nobody", day("03-31")).rows == ()

    def test_nothing_is_written_twice(self, books: Ledger) -> None:
        first = perform(books, STORY)
        figures, export = figures_of(books), books.reports().export(day("01-01"), day("12-31"))
        story = [called(books, order) for _, order in STORY]
        again = [books.open().execute(order, key_of(at), {}) for at, order in enumerate(story)]
        assert again == first
        assert [books.open().find(key_of(at), order) for at, order in enumerate(story)] == [*map(Found, first)]
        for at, order in enumerate(story):  # the bank tells of the same movements under another approval
            if getattr(order, "action", "") == "bank.book":
                books.open().execute(order, key_of(1000 + at), {})
        assert figures_of(books) == figures
        assert books.reports().export(day("01-01"), day("12-31")) == export

    def test_a_whole_statement_is_the_same_as_its_movements_one_by_one(self, books: Ledger) -> None:
        perform(books, [("01-05", invoice("Northwind", ("1000.00", "19")))])
        one = bank("b05", "01-19", "1190.00", paid("Northwind", ("INV-2026-0001", "1190.00")))
        two = bank("b02", "02-10", "-23.80", bought(cost("Office", "20.00", "19")))
        whole = one.model_copy(
            update={"moves": one.moves + two.moves, "closing": Decimal("1166.20"), "closed_on": day("02-28")}
        )
        books.set_day(day("02-28"))
        perform(books, [("02-28", one)], first=5)
        assert isinstance(books.open().find(key_of(6), called(books, whole)), Absent)
        books.open().execute(called(books, whole), key_of(6), {})
        assert isinstance(books.open().find(key_of(6), called(books, whole)), Found)
        assert sums(books.reports().cash(day("02-28"))) == {"Checking": eur("1166.20")}
        assert len(books.reports().cash(day("02-28"))[0].rows) == 2

    def test_what_cannot_be_is_refused_and_nothing_changes(self, books: Ledger) -> None:
        perform(books, [*STORY[:25], ("02-13", bank("b00", "02-13", "-8.00", Unexplained()))])
        before = books.reports().export(day("01-01"), day("12-31"))
        for at, order in enumerate(REFUSED):
            with pytest.raises(NotAllowed) as refused:
                perform(books, [("02-28", order)], first=500 + at)
            assert refused.value.hint
            assert isinstance(books.open().find(key_of(500 + at), called(books, order)), Absent)
        assert books.reports().export(day("01-01"), day("12-31")) == before

    def test_two_movements_cannot_both_pay_the_rest(self, books: Ledger) -> None:
        perform(books, [("01-05", invoice("Northwind", ("1000.00", "19")))])
        first = bank("b1", "01-19", "1190.00", paid("Northwind", ("INV-2026-0001", "1190.00")))
        second = bank("b2", "01-19", "1190.00", paid("Northwind", ("INV-2026-0001", "1190.00")))
        with pytest.raises(NotAllowed, match="more than"):
            perform(books, [("01-20", first.model_copy(update={"moves": first.moves + second.moves}))], first=5)
        assert sums(books.reports().cash(day("01-31"))) == {}

    def test_what_is_paid_too_much_stands_to_the_customers_credit(self, books: Ledger) -> None:
        perform(books, [("01-05", invoice("Northwind", ("1000.00", "19")))])
        perform(books, [("01-19", bank("b1", "01-19", "1200.00", paid("Northwind", ("INV-2026-0001", "1190.00"))))], 5)
        assert books.reports().receivables(day("01-31")).credits == {("Northwind", "EUR"): Decimal("10.00")}

    def test_the_export_holds_every_line_of_the_time_and_no_formula(self, books: Ledger) -> None:
        perform(books, STORY[:10])
        hostile = bank("x1", "01-20", "-5.00", bought(cost("Other", "5.00")))
        move = hostile.moves[0].model_copy(update={"party": '=HYPERLINK("https://evil.example")', "text": "@SUM(A1)"})
        perform(books, [("01-20", hostile.model_copy(update={"moves": (move,)}))], first=50)
        header, *rows = books.reports().export(day("01-05"), day("01-31")).splitlines()
        assert header.startswith("date;document;party;text;account;amount;currency;VAT rate;receipt")
        assert (
            len([row for row in rows if books.number("INV-2026-0003") in row]) == 5
        )  # owed, two of revenue, two of VAT
        assert not [row for row in rows if row.startswith("2026-01-02")]
        cells = [cell.strip('"') for row in rows for cell in row.split(";")]
        assert not [cell for cell in cells if cell[:1] in set("=@+")]

    def test_a_bill_is_owed_once(self, books: Ledger) -> None:
        order = bill("Paper & Co", "P-100", "01-08", "02-07", cost("Office", "100.00", "19"))
        perform(books, [("01-08", order)])
        with pytest.raises(NotAllowed, match="booked already"):
            perform(books, [("01-09", order)], first=7)
        assert len(books.reports().payables(day("01-31")).documents) == 1

    def test_an_unexplained_movement_stands_apart_until_it_is_explained_once(self, books: Ledger) -> None:
        perform(books, [("02-26", bank("b21", "02-26", "333.00", Unexplained()))])
        assert books.reports().unexplained(day("02-28")).amounts == eur("333.00")
        assert sums(books.reports().cash(day("02-28"))) == {"Checking": eur("333.00")}
        explain = explains("b21", "02-26", "333.00", paid("Hooli"))
        perform(books, [("03-02", explain)], first=5)
        assert books.reports().unexplained(day("03-02")).amounts == {}
        with pytest.raises(NotAllowed, match="waits to be explained"):
            perform(books, [("03-02", explain)], first=6)

    def test_what_waits_and_what_each_payee_was_paid_for_is_told(self, books: Ledger) -> None:
        rent = bill("Landlord", "R-01", "01-07", "01-31", cost("Rent", "800.00"))
        spent = named("Shop", bank("b1", "01-08", "-5.00", bought(cost("Office", "5.00"))))
        waits = [("01-09", named("Shop", bank(each, "01-09", "-6.00", Unexplained()))) for each in ("b2", "b3")]
        explain = explains("b2", "01-09", "-6.00", bought(cost("Travel", "6.00")))
        perform(books, [("01-08", spent), *waits, ("01-09", explain), ("01-10", rent)])
        reports = books.reports()
        assert reports.unexplained_moves("Checking").keys() == {"b3"}
        assert reports.unexplained_moves("Savings") == {}
        told = [("Shop", ("Office",), False), ("Shop", ("Travel",), False), ("Landlord", (), True)]
        assert sorted((x.payee, x.names, x.is_billed) for x in reports.past_costs()) == sorted(told)
        assert {"Office", "Rent", "Travel"} <= set(reports.cost_names())

    def test_an_id_of_the_bank_is_of_its_account_only(self, books: Ledger) -> None:
        there = bank("b1", "01-06", "20.00", to("Checking"), account="Savings")
        perform(books, [("01-05", bank("b1", "01-05", "-20.00", to("Savings"))), ("01-06", there)])
        reports = books.reports()
        assert sums(reports.cash(day("01-31"))) == {"Checking": eur("-20.00"), "Savings": eur("20.00"), "Transit": {}}
        booked = [set(reports.booked_moves(each)) for each in ("Checking", "Savings", "Cash")]
        assert booked == [{"b1"}, {"b1"}, set()]

    def test_the_accounts_that_pay_are_told_by_whom_they_are(self, books: Ledger) -> None:
        first, second = "DE89370400440532013000", "FR7630006000011234567890189"
        orders = [
            told_from(first, bank("b1", "01-05", "5.00", paid("Northwind"))),
            told_from(second, bank("b2", "01-06", "5.00", paid("Northwind"))),
            told_from("", bank("b3", "01-07", "5.00", paid("Northwind"))),
            told_from("", bank("b4", "01-08", "5.00", paid("Globex"))),
            told_from("GB29NWBK60161331926819", bank("b5", "01-09", "5.00", Unexplained())),
        ]
        perform(books, [("01-10", each) for each in orders])
        assert books.reports().ibans() == {"Northwind": (first, second)}

    def test_what_was_paid_and_credited_is_owed_back_and_no_more(self, books: Ledger) -> None:
        number, whole = "INV-2026-0001", Decimal("1190.00")
        came = bank("b1", "01-19", "1190.00", paid("Northwind", (number, "1190.00")))
        credit = InvoiceCredit(number=number, customer="Northwind", total=whole, currency="EUR")
        perform(books, [("01-05", invoice("Northwind", ("1000.00", "19"))), ("01-19", came), ("01-20", credit)])
        owed = books.reports().receivables(day("01-31"))
        assert (owed.documents, owed.credits) == ((), {("Northwind", "EUR"): whole})
        too_much, right = (
            bank("b2", "01-21", f"-{amount}", paid("Northwind", (number, amount))) for amount in ("1190.01", "1190.00")
        )
        with pytest.raises(NotAllowed, match="more than was paid"):
            perform(books, [("01-21", too_much)], first=6)
        perform(books, [("01-21", right)], first=7)
        assert books.reports().receivables(day("01-31")).credits == {}


def told_from(iban: str, order: BankBook) -> BankBook:
    """The order, with the account of the other side of its movement."""
    return order.model_copy(update={"moves": (order.moves[0].model_copy(update={"iban": iban}),)})


MONTHS = (("01", "01-31"), ("02", "02-28"), ("03", "03-31"))
