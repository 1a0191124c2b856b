"""Reports of payment services: what each payout passed on, or why it is not to be booked."""

from __future__ import annotations

import codecs
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.bank.csv_recognition import is_export
from agents.connectors.bank.payouts import is_report, read_report
from agents.connectors.bank.refusal import MAX_BYTES, Refusal
from tests.connectors.bank.payout_files import BALANCE, charged, german, moved, paypal, stripe, table

if TYPE_CHECKING:
    from agents.connectors.bank.payout_report import PaidOut, Report

TWO = (
    charged(1, "1190.00", "17.51", "1172.49", customer_name="Northwind Ltd", invoice="INV-2026-0001"),
    charged(2, "119.00", "2.04", "116.96", customer_name="Globex", description="Order 12"),
)
SALE, REFUND, WITHDRAWAL = "Express Checkout Payment", "Payment Refund", "General Withdrawal"
SALES = (
    moved(
        1, SALE, ("1,190.00", "-29.98", "1,160.02"), "1,160.02", Name="Northwind Ltd", Invoice_Number="INV-2026-0001"
    ),
    moved(2, SALE, ("119.00", "-3.31", "115.69"), "1,275.71", Name="Globex"),
    moved(3, REFUND, ("-19.00", "0.46", "-18.54"), "1,257.17", Name="Globex", Reference_Txn_ID="PP2"),
    moved(4, WITHDRAWAL, ("-1,257.17", "0.00", "-1,257.17"), "0.00"),
)


def read(text: str) -> Report:
    content = text.encode()
    assert is_report(content)
    found = read_report(content)
    assert not isinstance(found, Refusal), found
    return found


def one(text: str) -> PaidOut:
    (payout,) = read(text).payouts
    return payout


def refused(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    found = read_report(content)
    assert isinstance(found, Refusal), found
    assert found.hint
    return found.sentence


def amounts(payout: PaidOut) -> list[Decimal]:
    return [each.amount for each in payout.charges]


# ---- Stripe ----


def test_the_report_of_stripe_tells_each_payment_before_its_fee() -> None:
    report = read(stripe(*TWO))
    (payout,) = report.payouts
    assert (report.service, payout.id, payout.days, payout.currency) == ("Stripe", "po_1", (date(2026, 11, 20),), "EUR")
    assert (payout.amount, payout.fee, payout.fault) == (Decimal("1289.45"), Decimal("19.55"), "")
    assert amounts(payout) == [Decimal("1190.00"), Decimal("119.00")]
    assert [each.name for each in payout.charges] == ["Northwind Ltd", "Globex"]
    assert "INV-2026-0001" in payout.charges[0].text
    assert payout.charges[1].said == "Order 12"


def test_refunds_chargebacks_and_fees_are_told_apart() -> None:
    payout = one(
        stripe(
            *TWO,
            charged(3, "-19.00", "0.00", "-19.00", reporting_category="refund", charge_id="ch_00000002"),
            charged(4, "-50.00", "15.00", "-65.00", reporting_category="dispute", charge_id="ch_99999999"),
            charged(5, "-2.00", "0.00", "-2.00", reporting_category="fee", charge_id=""),
            charged(6, "0.00", "0.30", "-0.30", reporting_category="charge_failure"),
        )
    )
    assert amounts(payout) == [Decimal(each) for each in ("1190.00", "119.00", "-19.00", "-50.00")]
    assert payout.fee == Decimal("36.85")  # 19.55 + 15 + 2 + 0.30
    assert payout.amount == Decimal("1203.15")
    assert payout.charges[2].of == payout.charges[1].of == "ch_00000002"


def test_each_payout_of_a_month_stands_for_itself_and_what_is_not_paid_out_yet_is_left() -> None:
    later = {"automatic_payout_id": "po_2", "automatic_payout_effective_at": "2026-11-27"}
    waits = {"automatic_payout_id": "", "automatic_payout_effective_at": ""}
    rows = (charged(3, "10.00", "0.40", "9.60") | later, charged(4, "70.00", "1.00", "69.00") | waits)
    payouts = read(stripe(*TWO, *rows)).payouts
    assert [(each.id, each.amount, each.days[0].day) for each in payouts] == [
        ("po_1", Decimal("1289.45"), 20),
        ("po_2", Decimal("9.60"), 27),
    ]


def test_what_a_customer_paid_in_another_currency_is_told_beside() -> None:
    payout = one(
        stripe(charged(1, "92.00", "3.00", "89.00", customer_facing_amount="100.00", customer_facing_currency="usd"))
    )
    assert payout.charges[0].foreign == (Decimal("100.00"), "USD")
    assert payout.charges[0].amount == Decimal("92.00")


def balance(**changed: str) -> str:
    said = {"Currency": "eur", "Transfer": "po_1", "Transfer Date (UTC)": "2026-11-20 00:00", "Fee": "0.00"}
    whole = {"Type": "payout", "Source": "po_1", "Amount": "-101.00", "Net": "-101.00"} | changed
    back = {"Type": "adjustment", "Amount": "-10.00", "Fee": "5.00", "Net": "-15.00"}
    rows = (
        {"id": "txn_1", "Type": "charge", "Source": "ch_aaaaaaaa", "Amount": "119.00", "Fee": "3.00", "Net": "116.00"},
        {"id": "txn_2", **back, "Description": "Chargeback withdrawal for ch_aaaaaaaa"},
        {"id": "txn_3", **whole},
    )
    return table(BALANCE, [said | row for row in rows])


def test_the_export_of_stripes_balance_is_read_too_and_must_add_up_to_its_payout() -> None:
    payout = one(balance())
    assert (payout.amount, payout.fee, payout.fault) == (Decimal("101.00"), Decimal("8.00"), "")
    assert [each.of for each in payout.charges] == ["ch_aaaaaaaa", "ch_aaaaaaaa"]
    other = one(balance(Amount="-100.00", Net="-100.00"))
    assert other.fault == "what the report lists comes to 101.00 EUR, and 100.00 EUR were paid out"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([charged(1, "10.00", "0.40", "9.50")], "not the net"),
        ([charged(1, "10.00", "0.40", "9.60"), charged(2, "1.00", "0.00", "1.00", currency="usd")], "rows in EUR, USD"),
        ([charged(1, "10.00", "0.40", "9.60", reporting_category="topup")], "is 'topup': no payment"),
        ([charged(1, "10.00", "0.40", "9.60", reporting_category="adjustment")], "is 'adjustment'"),
        ([charged(1, "ten", "0.40", "9.60")], "Line 2 of the report has no amount"),
        ([charged(1, "10.00", "0.40", "9.60", automatic_payout_effective_at="soon")], "no day"),
        ([charged(1, "1.000", "0.000", "1.000")], "a comma or a point"),
    ],
)
def test_a_report_of_which_a_row_cannot_be_read_is_refused(rows: list[dict[str, str]], why: str) -> None:
    assert why in refused(stripe(*rows))


def test_a_payout_of_fees_alone_is_not_booked() -> None:
    payout = one(stripe(charged(1, "-2.00", "0.00", "-2.00", reporting_category="fee")))
    assert payout.fault == "it holds no payment of a customer"


# ---- PayPal ----


def test_a_withdrawal_of_paypal_passes_on_what_came_since_the_one_before() -> None:
    report = read(paypal(*SALES))
    (payout,) = report.payouts
    assert (report.service, payout.id, payout.days) == ("PayPal", "PP4", (date(2026, 11, 18),))
    assert (payout.amount, payout.fee, payout.fault) == (Decimal("1257.17"), Decimal("32.83"), "")
    assert amounts(payout) == [Decimal(each) for each in ("1190.00", "119.00", "-19.00")]
    assert payout.charges[2].of == payout.charges[1].of == "PP2"


SAVED_AGAIN = german(*SALES).replace('","', '";"')  # by a spreadsheet


@pytest.mark.parametrize("text", [german(*SALES), paypal(*SALES[::-1]), SAVED_AGAIN])
def test_the_language_the_order_and_the_marks_make_no_other_payout(text: str) -> None:
    payout = one(text)
    assert (payout.amount, payout.fee, payout.fault) == (Decimal("1257.17"), Decimal("32.83"), "")
    assert payout.charges[0].name == "Northwind Ltd"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encodings_of_a_spreadsheet_are_read(encoding: str) -> None:
    content = german(*SALES).encode(encoding)
    assert is_report(content)
    found = read_report(content)
    assert not isinstance(found, Refusal)
    assert found.payouts[0].amount == Decimal("1257.17")


def test_a_day_that_may_be_two_is_both() -> None:
    rows = [row | {"Date": "03/11/2026"} for row in SALES]
    assert one(paypal(*rows)).days == (date(2026, 11, 3), date(2026, 3, 11))


def test_money_that_paypal_changed_is_told_in_both_currencies() -> None:
    usd = {"Currency": "USD"}
    change = "General Currency Conversion"
    payout = one(
        paypal(
            moved(1, SALE, ("100.00", "-4.00", "96.00"), "96.00", Name="Globex") | usd,
            moved(2, change, ("-96.00", "0.00", "-96.00"), "0.00", Reference_Txn_ID="PP1") | usd,
            moved(3, change, ("88.32", "0.00", "88.32"), "88.32", Reference_Txn_ID="PP1"),
            moved(4, WITHDRAWAL, ("-88.32", "0.00", "-88.32"), "0.00"),
        )
    )
    (charge,) = payout.charges
    assert (charge.foreign, charge.amount) == ((Decimal("100.00"), "USD"), Decimal("92.00"))  # 88.32 x 100 / 96
    assert (payout.fee, payout.fault) == (Decimal("3.68"), "")


def test_what_changed_no_balance_and_holds_that_were_let_go_do_not_count() -> None:
    held = "Account Hold for Open Authorization"
    payout = one(
        paypal(
            SALES[0],
            moved(7, SALE, ("5.00", "0.00", "5.00"), "1,160.02", Name="Eve") | {"Balance Impact": "Memo"},
            moved(8, SALE, ("6.00", "0.00", "6.00"), "1,160.02", Name="Eve") | {"Status": "Pending"},
            moved(2, held, ("-60.02", "0.00", "-60.02"), "1,100.00"),
            moved(3, "Reversal of General Account Hold", ("60.02", "0.00", "60.02"), "1,160.02"),
            moved(5, "Chargeback Fee", ("-16.00", "0.00", "-16.00"), "1,144.02"),
            moved(4, WITHDRAWAL, ("-1,144.02", "0.00", "-1,144.02"), "0.00"),
        )
    )
    assert (amounts(payout), payout.fee, payout.fault) == ([Decimal("1190.00")], Decimal("45.98"), "")


LEFT = moved(4, WITHDRAWAL, ("-1,000.00", "0.00", "-1,000.00"), "160.02")
BOUGHT = (
    SALES[0],
    moved(5, "PreApproved Payment Bill User Payment", ("-60.02", "0.00", "-60.02"), "1,100.00", Name="Cloud Inc"),
    moved(4, WITHDRAWAL, ("-1,100.00", "0.00", "-1,100.00"), "0.00"),
)
HELD = (
    SALES[0],
    moved(5, "Hold on Balance for Dispute Investigation", ("-60.02", "0.00", "-60.02"), "1,100.00"),
    moved(4, WITHDRAWAL, ("-1,100.00", "0.00", "-1,100.00"), "0.00"),
)
CHANGED = (
    moved(1, "General Currency Conversion", ("10.00", "0.00", "10.00"), "10.00"),
    moved(4, WITHDRAWAL, ("-10.00", "0.00", "-10.00"), "0.00"),
)
SPENT_ABROAD = (
    SALES[0],
    moved(2, "General Payment", ("-10.00", "0.00", "-10.00"), "0.00", Name="Cloud Inc") | {"Currency": "USD"},
    moved(3, "General Currency Conversion", ("-9.00", "0.00", "-9.00"), "1,151.02", Reference_Txn_ID="PP2"),
    moved(4, WITHDRAWAL, ("-1,151.02", "0.00", "-1,151.02"), "0.00"),
)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((SALES[0], LEFT), "did not empty the account"),
        ((moved(4, WITHDRAWAL, ("-5.00", "0.00", "-5.00"), "0.00"),), "did not empty the account"),  # came before
        (BOUGHT, "line 3 of the report, 'PreApproved Payment Bill User Payment', is no payment of a customer"),
        (HELD, "money of it was held back"),
        (CHANGED, "line 2 of the report, 'General Currency Conversion',"),
        (SPENT_ABROAD, "line 4 of the report, 'General Currency Conversion',"),
    ],
)
def test_a_withdrawal_that_is_more_than_customers_money_is_not_booked(
    rows: tuple[dict[str, str], ...], why: str
) -> None:
    assert why in one(paypal(*rows)).fault


def test_a_report_from_which_a_row_is_missing_is_refused() -> None:
    assert "do not follow one another" in refused(paypal(SALES[0], *SALES[2:]))
    assert "gross and fee do not come to net" in refused(paypal(moved(1, SALE, ("9.00", "-1.00", "9.00"), "9.00")))
    assert read(paypal(*SALES[:2])).payouts == ()


# ---- both ----


def test_a_damaged_report_is_refused_whole() -> None:
    text = stripe(*TWO)
    assert "ends within quotes" in refused(text[:-10])
    assert "Line 2 of the report has 2 cells" in refused(text.splitlines()[0] + '\n"po_1","x"\n')
    assert "too long" in refused(text + '"' + "x" * 20_001 + '"')
    assert "middle of a letter" in refused(text.encode() + b"\xc3")
    assert "no report" in refused(b"date,amount\n1,2\n")
    assert "too large" in refused(text.encode() + b"\n" * MAX_BYTES)
    assert is_report(codecs.BOM_UTF8 + text.encode())


def test_a_table_of_a_bank_or_a_shop_is_no_report_and_a_report_no_statement() -> None:
    assert not is_report(b"Date,Description,Amount,Balance\n2026-11-01,a,1.00,2.00\n")
    assert not is_report(b"")
    assert not is_export(paypal(*SALES).encode(), ())
