"""What leaves the account over a year, what moves between accounts, and what comes in for no invoice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.connectors.bank.labelled_year import NOTHING, YEAR, Ledger, Truth
from tests.connectors.bank.people import Vendor, iban

if TYPE_CHECKING:
    from agents.connectors.bank.open_items import OpenItem

EMPLOYEES = ("Anna Schulz", "Tom Baker", "Jana Vogel")
SUBSCRIPTIONS = {"GITHUB INC": "21.00", "Notion Labs": "48.00", "ZOOM.US 888-799": "139.90", "Figma": "75.00"}
FOR_US = "Kontor am Hafen GmbH"
OUTSIDE = Truth("nothing in the books")


def bills(ledger: Ledger, vendor: Vendor) -> None:
    """A year with one vendor."""
    waiting: list[OpenItem] = []
    serial = 100 + ledger.dice.below(5_000)
    for month in range(1, 13):
        if ledger.dice.chance(20):
            continue
        serial += 1 + ledger.dice.below(90)
        reference = vendor.number_form.format(year=YEAR, month=month, serial=serial)
        share = Decimal(70 + ledger.dice.below(60)) / 100 if vendor.varies else Decimal(1)
        asked = (vendor.monthly * share).quantize(Decimal("0.01"))
        waiting.append(ledger.bill(vendor, reference, date(YEAR, month, 1 + ledger.dice.below(27)), asked))
        if vendor.collects or not ledger.dice.chance(10):
            _settle(ledger, vendor, waiting)
            waiting = []


def _settle(ledger: Ledger, vendor: Vendor, items: list[OpenItem]) -> None:
    total = sum((each.amount for each in items), NOTHING)
    parts = tuple((each.number, -each.amount) for each in items)
    names = ", ".join(each.references[0] for each in items)
    told = {"party": vendor.name, "iban": vendor.iban}
    is_swapped = not vendor.collects and ledger.dice.chance(2)
    if is_swapped:
        told["iban"] = iban("LT", ledger.dice)
    if vendor.collects:
        told["text"] = f"KD {ledger.dice.below(10**6)} " + (f"Rechnung {names}" if ledger.dice.chance(70) else "")
    else:
        lead = ledger.dice.pick(("", "", "Rechnung ", "Re-Nr "))
        told["text"] = lead + names if ledger.dice.chance(95) else "Rechnung"
    day = items[-1].due + timedelta(days=ledger.dice.below(5) - 2)
    paid = ledger.add(day, -total, Truth("pays", parts, is_for_the_owner=is_swapped), **told)
    if paid and not is_swapped and ledger.dice.chance(1):
        back = Truth("refund", rest=total, other=paid)
        ledger.add(day + timedelta(days=20), total, back, **(told | {"text": f"Erstattung {names}"}))


def everything_else(ledger: Ledger) -> None:
    """Wages, cash, subscriptions, taxes, interest, presents: nothing of it is in the books as an open item."""
    _monthly(ledger)
    dice = ledger.dice
    for _ in range(14):
        day = date(YEAR, 1 + dice.below(12), 1 + dice.below(28))
        cash = Decimal(-50 * (1 + dice.below(8)))
        ledger.add(day, cash, OUTSIDE, text=f"GA NR00012 BLZ37050198 {day:%d.%m} {dice.below(24):02}.11 UHR")
    for _ in range(40):
        day = date(YEAR, 1 + dice.below(12), 1 + dice.below(28))
        shop = dice.pick(("REWE SAGT DANKE", "DB VERTRIEB GMBH", "SHELL 2211", "AMZN MKTP DE", "Uber BV"))
        ledger.add(day, Decimal(-500 - dice.below(20_000)) / 100, OUTSIDE, party=shop, text=f"VISA {dice.below(10**8)}")
    income = (
        ("Finanzamt Musterstadt", "Steuernr 123/456/7890 UST Erstattung 2025"),
        ("Allianz Versicherung AG", "Schaden 2026-4711 Wasserschaden"),
        ("Anna Schulz", "Einlage privat"),
        ("Landesbank Förderung", "Zuschuss Bescheid 2026-0042"),
        ("", "Zinsen"),
    )
    for _ in range(12):
        who, text = dice.pick(income)
        day = date(YEAR, 1 + dice.below(12), 1 + dice.below(28))
        got = Decimal(1_000 + dice.below(400_000)) / 100 if dice.chance(60) else Decimal(dice.pick((490, 980, 1500)))
        ledger.add(day, got, OUTSIDE, party=who, iban=iban("DE", dice) if who else "", text=text)


def _monthly(ledger: Ledger) -> None:
    wages = {name: (Decimal(180_000 + ledger.dice.below(200_000)) / 100, iban("DE", ledger.dice)) for name in EMPLOYEES}
    rented = iban("DE", ledger.dice)
    for month in range(1, 13):
        for name, (wage, where) in wages.items():
            text = f"Lohn/Gehalt {month:02}/{YEAR}"
            ledger.add(date(YEAR, month, 27), -wage, OUTSIDE, party=name, iban=where, text=text)
        ledger.add(date(YEAR, month, 3), Decimal(-1850), OUTSIDE, party="Immo Hafen KG", iban=rented, text="Miete")
        for at, (name, price) in enumerate(SUBSCRIPTIONS.items()):
            ledger.add(date(YEAR, month, 5 + at), -Decimal(price), OUTSIDE, party=name, text="KARTE 4711")
        ledger.add(date(YEAR, month, 28), Decimal("-14.90"), OUTSIDE, text="Kontoführung Entgelt")
        _move(ledger, date(YEAR, month, 9))


def _move(ledger: Ledger, day: date) -> None:
    main, savings, tax = ledger.accounts
    there = ledger.dice.pick((savings, tax))
    moved = Decimal(100 * (5 + ledger.dice.below(40)))
    source, target = (main, there) if ledger.dice.chance(75) else (there, main)
    later = day + timedelta(days=ledger.dice.below(2))
    ends = [target, source]
    if ledger.dice.chance(10):
        ends[ledger.dice.below(2)] = ""
    text = ledger.dice.pick(("Umbuchung", "Rücklage Steuer", "transfer", ""))
    out = ledger.add(day, -moved, Truth("transfer"), source, party=FOR_US, iban=ends[0], text=text)
    into = ledger.add(later, moved, Truth("transfer"), target, party=FOR_US, iban=ends[1], text=text)
    if out and into:
        ledger.truths[out] = Truth("transfer", rest=-moved, other=into)
        ledger.truths[into] = Truth("transfer", rest=moved, other=out)
