"""Amounts of a currency with three places, in every format: read to the last one, refused with a fourth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.connectors.bank.bank_room import IBAN, Export, Move, asked, camt053, csv_english, ofx, read, refused

DAYS = (date(2026, 3, 24), date(2026, 3, 25))
NOTHING = Decimal("0.000")


def dinars(form: str, *written: str) -> bytes:
    """One movement a day of so many dinars, as written."""
    moves = [Move(day, Decimal(amount)) for day, amount in zip(DAYS, written, strict=True)]
    export = Export(moves, NOTHING)
    if form == "mt940":
        return mt940(*written)
    writers = {"camt": camt053, "ofx": ofx, "csv": csv_english}
    return writers[form](export).replace(b"GBP", b"KWD").replace(b"EUR", b"KWD")


def mt940(*written: str) -> bytes:
    closing = sum(map(Decimal, written), NOTHING)
    lines = [":20:S", f":25:{IBAN}", ":60F:C260301KWD0,"]
    for day, amount in zip(DAYS, written, strict=True):
        mark = "D" if amount.startswith("-") else "C"
        lines.append(f":61:{day:%y%m%d}{mark}{amount.lstrip('-').replace('.', ',')}NTRFNONREF")
    lines += [f":62F:{'C' if closing >= 0 else 'D'}260325KWD{abs(closing)}".replace(".", ","), "-", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("form", ["camt", "mt940", "ofx", "csv"])
def test_the_third_place_is_kept(form: str) -> None:
    (found,) = read(dinars(form, "1234.567", "-0.004"))
    assert found.currency == "KWD"
    assert [str(line.amount) for line in found.lines] == ["1234.567", "-0.004"]
    if found.closing is not None:
        assert found.closing.amount == Decimal("1234.563")


@pytest.mark.parametrize("form", ["camt", "mt940", "ofx"])
def test_a_place_more_than_the_currency_has_is_refused(form: str) -> None:
    assert "read" in refused(dinars(form, "1234.567", "-0.0004")).sentence
    euros = dinars(form, "1234.567", "-0.004").replace(b"KWD", b"EUR")
    assert "read" in refused(euros).sentence


def test_three_places_behind_a_point_prove_no_decimal_mark_where_the_currency_has_three() -> None:
    assert "decimal" in {each.about for each in asked(dinars("csv", "1.234", "5.678")).questions}
    euros = dinars("csv", "1.234", "5.678").replace(b"KWD", b"EUR")
    assert [line.amount for line in read(euros)[0].lines] == [Decimal(1234), Decimal(5678)]
