"""When a file is made, what stands in it, and what is refused because of books, files or handbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Part, Payment
from agents.connectors.contract import CannotKnow, CannotUndo, State, sha256_hex
from agents.connectors.payment.actions import FOLDER
from agents.connectors.payment.manifest import MANIFEST
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from tests.connectors.books_story import bank
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL
from tests.connectors.payment.payment_room import FIRST, OURS, THEIRS, PaymentRoom, order, pays
from tests.connectors.payment.test_credit_transfer import texts

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Receipt
    from agents.connectors.payment.actions import PaymentPrepare


def made(room: PaymentRoom, wish: PaymentPrepare | None = None, key: str = KEY) -> Receipt:
    return room.payments().execute(wish or order(), key, {})


def refused(room: PaymentRoom, wish: PaymentPrepare) -> NotAllowed:
    before = room.files()
    with pytest.raises(NotAllowed) as told:
        made(room, wish, OTHER_KEY)
    assert told.value.hint
    assert room.files() == before
    return told.value


def paid(room: PaymentRoom, amount: str, iban: str = THEIRS) -> None:
    """The bank tells that a part of the first bill was paid."""
    reason = Payment(party="Paper & Co", vendor=True, parts=(Part(number=FIRST, amount=Decimal(amount)),))
    booking = bank(f"b{amount}{iban}", "11-20", f"-{amount}", reason)
    moves = tuple(each.model_copy(update={"iban": iban}) for each in booking.moves)
    room.open().execute(booking.model_copy(update={"moves": moves}), sha256_hex(f"{amount}{iban}".encode()), {})


def test_the_file_lies_in_the_folder_and_says_what_was_ordered(room: PaymentRoom) -> None:
    second = room.owe("Müller", "4711", "10.00")
    receipt = made(room, order(pays(), pays("4.00", second, "Müller", reference="4711")))
    (file,) = room.files()
    assert receipt.paths == (f"{FOLDER}/2026-11-23-payment-{KEY[:10]}.xml",)
    assert "2 payments over 123.00 EUR" in receipt.summary
    content = file.read_bytes()
    assert texts(content, "CtrlSum") == ["123.00", "123.00"]
    assert texts(content, "IBAN") == [OURS, THEIRS, THEIRS]
    assert texts(content, "Nm") == ["Studio Lindqvist", "Studio Lindqvist", "Paper + Co", "Mueller"]
    assert texts(content, "InstdAmt") == ["119.00", "4.00"]


@pytest.mark.parametrize(
    ("today", "asked", "day"),
    [
        ("2026-11-23", None, "2026-11-23"),
        ("2026-11-28", None, "2026-11-30"),  # a Saturday
        ("2026-11-23", "2026-12-25", "2026-12-28"),
        ("2026-11-23", "2026-12-01", "2026-12-01"),
        ("2026-11-23", "2026-11-02", "2026-11-23"),  # it waited too long for a yes
    ],
)
def test_it_is_paid_on_a_day_of_banks_and_never_before_today(
    room: PaymentRoom, today: str, asked: str | None, day: str
) -> None:
    room.clock.set(datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=UTC))
    made(room, order(day=date.fromisoformat(asked) if asked else None))
    assert texts(room.files()[0].read_bytes(), "Dt") == [day]


def test_what_is_paid_in_the_books_is_not_paid_again(room: PaymentRoom) -> None:
    paid(room, "119.00")
    assert "not open" in str(refused(room, order(pays(known=(THEIRS,)))))
    assert "not open" in str(refused(room, order(pays(number="BILL-2026-0009"))))


def test_no_more_is_paid_than_is_open(room: PaymentRoom) -> None:
    paid(room, "100.00")
    assert "more than the 19.00 EUR open" in str(refused(room, order(pays("19.01", known=(THEIRS,)))))
    made(room, order(pays("19.00", known=(THEIRS,))))


def test_what_an_earlier_file_pays_is_not_paid_again_until_it_is_moved_away(room: PaymentRoom) -> None:
    made(room)
    (file,) = room.files()
    told = refused(room, order(pays("0.01")))
    assert file.name in str(told)
    assert "move it out" in told.hint
    deeper = file.parent / "given to the bank" / file.name
    deeper.parent.mkdir()
    file.rename(deeper)
    refused(room, order())
    deeper.rename(room.vault / file.name)
    made(room, key=OTHER_KEY)


def test_a_file_that_cannot_be_read_stops_it(room: PaymentRoom) -> None:
    (room.vault / FOLDER).mkdir()
    (room.vault / FOLDER / "old.xml").symlink_to(room.vault / "Company_Handbook.md")
    assert "old.xml" in str(refused(room, order()))


def test_a_bill_of_somebody_else_or_in_dollars_is_not_paid(room: PaymentRoom) -> None:
    assert "is not owed to Pear" in str(refused(room, order(pays(vendor="Pear"))))
    number = room.owe("Cloud Inc", "C-1", "50.00", usd="0.92")
    assert "in EUR" in str(refused(room, order(pays("50.00", number, "Cloud Inc"))))


def test_accounts_that_became_known_since_the_proposal_are_shown_first(room: PaymentRoom) -> None:
    paid(room, "1.00", OURS)
    assert "other accounts" in str(refused(room, order(pays("118.00"))))
    made(room, order(pays("118.00", known=(OURS,))))


def test_an_unclear_bill_is_not_paid(room: PaymentRoom) -> None:
    opened = next(each for each in room.loaded().transactions if each.meta.get("number") == FIRST)
    account = next(leg.account for leg in opened.postings if leg.account.startswith("Liabilities:AP:"))
    own = f'2026-11-10 ! "Paper & Co" "paid"\n  {account}  5.00 EUR\n    applies: "{FIRST.lower()}"\n  Assets:Cash\n'
    room.write(MANUAL, f"{room.read(MANUAL)}\n{own}")
    assert "marked `!`" in str(refused(room, order(pays("1.00"))))


def test_nothing_is_paid_while_the_books_have_an_error(room: PaymentRoom) -> None:
    room.write(MANUAL, '2026-01-01 * "Café" “smart quotes”\n')
    with pytest.raises(NeedsOwner):
        made(room)
    with pytest.raises(NeedsOwner, match="no books"):
        MANIFEST.open(replace(room.context, books=None)).execute(order(), KEY, {})
    assert room.files() == []


def test_one_does_not_pay_oneself(room: PaymentRoom) -> None:
    assert "your own account" in str(refused(room, order(pays(iban=OURS))))


@pytest.mark.parametrize("iban", ["DE89370400440532013001", ""])
def test_without_an_account_of_ours_nothing_is_made_and_doctor_says_why(room: PaymentRoom, iban: str) -> None:
    (works,) = MANIFEST.capabilities(room.context)
    assert (works.state, works.next_step) == (State.REAL, "")
    room.write("Company_Handbook.md", room.read("Company_Handbook.md").replace(OURS, iban))
    with pytest.raises(NeedsOwner) as told:
        made(room)
    (off,) = MANIFEST.capabilities(room.context)
    assert off.state is State.OFF
    assert iban in off.says
    assert off.next_step == told.value.hint
    assert "`iban`" in off.next_step


def test_a_bic_of_ours_that_is_none_is_left_out(room: PaymentRoom) -> None:
    room.write("Company_Handbook.md", room.read("Company_Handbook.md").replace("COBADEFFXXX", "COBA"))
    made(room)
    assert texts(room.files()[0].read_bytes(), "BICFI") == []


def test_a_file_that_was_changed_is_in_doubt_and_not_made_again(room: PaymentRoom) -> None:
    made(room)
    (file,) = room.files()
    file.write_bytes(file.read_bytes().replace(KEY[:30].encode(), OTHER_KEY[:30].encode()))
    assert isinstance(room.payments().find(KEY, order()), CannotKnow)
    with pytest.raises(OutcomeUnknown):
        made(room)
    file.unlink()
    file.symlink_to(room.vault / "Company_Handbook.md")
    assert isinstance(room.payments().find(KEY, order()), CannotKnow)


def test_it_is_found_where_the_owner_moved_it_on_another_day(room: PaymentRoom) -> None:
    receipt = made(room)
    (file,) = room.files()
    (file.parent / "sent").mkdir()
    file.rename(file.parent / "sent" / file.name)
    room.clock.advance(timedelta(days=2).total_seconds())
    again = made(room)
    assert (again.provider_id, again.at) == (receipt.provider_id, receipt.at)
    assert len(room.files()) == 1


def test_a_folder_that_leads_elsewhere_is_not_written_into(room: PaymentRoom, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (room.vault / FOLDER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Transient):
        made(room)
    assert [*(tmp_path / "elsewhere").iterdir()] == []


def test_only_the_owner_knows_whether_the_bank_has_it(room: PaymentRoom) -> None:
    receipt = made(room)
    undone = room.payments().compensate(order(), receipt)
    assert isinstance(undone, CannotUndo)
    assert receipt.paths[0] in undone.reason
