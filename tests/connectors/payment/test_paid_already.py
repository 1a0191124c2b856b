"""A bill is not paid again when the bank, or an earlier file, may have paid it, whatever became of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import BankExplain, Move, Part, Payment, Unexplained
from agents.connectors.contract import CannotKnow, sha256_hex
from agents.connectors.ledger.figure_reader import read_figures
from agents.errors import NotAllowed
from tests.connectors.books_story import bank
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL
from tests.connectors.payment.payment_room import FIRST, THEIRS, PaymentRoom, order, pays

if TYPE_CHECKING:
    from agents.connectors.book_orders import BankBook, Reason

SPACED = "DE02 1203 0000 0000 2020 51"


def moved(reason: Reason, text: str = "", iban: str = "") -> BankBook:
    """119.00 went out to Paper & Co."""
    made = bank("b1", "11-20", "-119.00", reason)
    return made.model_copy(update={"moves": (made.moves[0].model_copy(update={"text": text, "iban": iban}),)})


def refused(room: PaymentRoom, key: str = OTHER_KEY) -> str:
    before = room.files()
    with pytest.raises(NotAllowed) as told:
        room.payments().execute(order(), key, {})
    assert room.files() == before
    return str(told.value)


@pytest.mark.parametrize(
    "booked", [moved(Unexplained(), f"SEPA {FIRST} P-100"), moved(Payment(party="Paper & Co", vendor=True))]
)
def test_a_movement_that_may_have_paid_it_is_cleared_up_first(room: PaymentRoom, booked: BankBook) -> None:
    room.open().execute(booked, sha256_hex(b"b1"), {})
    assert f"Whether {FIRST} is open is not clear" in refused(room)


def test_a_file_that_the_sync_service_took_away_counts_as_there(room: PaymentRoom) -> None:
    room.payments().execute(order(), KEY, {})
    (file,) = room.files()
    file.rename(file.with_name(f".{file.name}.icloud"))
    assert "is not downloaded yet" in refused(room)
    assert isinstance(room.payments().find(KEY, order()), CannotKnow)


@pytest.mark.parametrize(
    ("old", "new"), [(b'Ccy="EUR"', b"Ccy='EUR'"), (b"<CtrlSum>119.00", b"<CtrlSum>118.00"), (b"<EndToEndId>", b"<X>")]
)
def test_a_file_that_was_saved_again_is_looked_at_by_the_owner(room: PaymentRoom, old: bytes, new: bytes) -> None:
    room.payments().execute(order(), KEY, {})
    (file,) = room.files()
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    assert "is not as it was written" in refused(room)


def test_an_account_written_with_blanks_is_the_same_account(room: PaymentRoom) -> None:
    other = room.owe("Paper & Co", "P-101", "10.00")
    room.write(
        MANUAL,
        f'2026-11-20 * "Paper & Co" "by hand" #payment ^{FIRST.lower()}\n  iban: "{SPACED}"\n'
        "  Assets:Bank:Checking  -1.00 EUR\n  Liabilities:AP:Paper--1234\n".replace(
            "Liabilities:AP:Paper--1234", _account(room)
        ),
    )
    assert read_figures(room.vault, room.state).ibans() == {"Paper & Co": (THEIRS,)}
    wish = order(pays("10.00", other, reference="P-101", known=(THEIRS,)))
    assert room.payments().execute(wish, KEY, {}).paths


def _account(room: PaymentRoom) -> str:
    lines = "".join(each.read_text(encoding="utf-8") for each in (room.vault / "Accounting").rglob("*.beancount"))
    return next(word for word in lines.split() if word.startswith("Liabilities:AP:"))


def test_a_payment_that_is_explained_later_teaches_the_account_too(room: PaymentRoom) -> None:
    booked = moved(Unexplained(), iban=THEIRS)
    room.open().execute(booked, sha256_hex(b"b1"), {})
    reason = Payment(party="Paper & Co", vendor=True, parts=(Part(number=FIRST, amount=-booked.moves[0].amount),))
    move: Move = booked.moves[0].model_copy(update={"reason": reason, "iban": ""})
    explain = BankExplain(account="Checking", currency="EUR", moves=(move,))
    room.open().execute(explain, sha256_hex(b"b2"), {})
    assert read_figures(room.vault, room.state).ibans() == {"Paper & Co": (THEIRS,)}
