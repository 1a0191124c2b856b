"""The owner's Odoo is opened from what was kept when it was connected, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import MAIN, ODOO, Keeping, keeping_line
from agents.connectors.book_orders import Transfer
from agents.connectors.books import Unclear
from agents.connectors.contract import ConnectorContext
from agents.connectors.odoo.account import KEY, place_of
from agents.connectors.odoo.books_in_vault import open_books
from agents.connectors.odoo.odoo_figures import open_figures
from agents.connectors.odoo.opening import chart_of, open_records
from agents.connectors.odoo.reader import open_reader
from agents.errors import NeedsOwner
from agents.vault.files import PRIVATE_MODE, write_over
from tests.connectors.books_hand import key_of, perform
from tests.connectors.books_story import bank, day
from tests.connectors.contract import MemorySecrets
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger
from tests.connectors.odoo.conftest import account_of
from tests.standins.odoo.world import KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.odoo.reader import OdooReader
    from tests.standins.odoo.world import Odoo


def connected(folder: Path, odoo: Odoo) -> ConnectorContext:
    """A context after `connect odoo`."""
    context = ConnectorContext(folder / "Vault", folder / "state", odoo.clock, MemorySecrets())
    context.secrets.put(KEY, KEYS["bookkeeper"])
    settings = account_of(odoo, user_id=odoo.uid()).model_dump_json()
    write_over(place_of(context.state), settings.encode(), mode=PRIVATE_MODE)
    return context


def test_what_was_connected_is_opened_and_its_setup_is_asked_once_an_hour(tmp_path: Path, odoo: Odoo) -> None:
    context = connected(tmp_path, odoo)
    records = open_records(context)
    assert chart_of(context, records).currency == "EUR"
    before = len(odoo.asked)
    assert chart_of(context, records).company
    assert len(odoo.asked) == before
    odoo.clock.advance(3601)
    assert chart_of(context, records).company
    assert len(odoo.asked) > before


def test_without_a_connection_or_its_key_the_owner_is_told_what_to_do(tmp_path: Path, odoo: Odoo) -> None:
    context = connected(tmp_path, odoo)
    context.secrets.forget(KEY)
    with pytest.raises(NeedsOwner, match="not where it was kept"):
        open_records(context)
    place_of(context.state).unlink()
    with pytest.raises(NeedsOwner, match="no Odoo is connected"):
        open_records(context)
    assert odoo.asked == []


def test_what_outlives_a_connection_follows_the_next_one(tmp_path: Path, odoo: Odoo) -> None:
    context = connected(tmp_path, odoo)
    reader, place = open_reader(context), place_of(context.state)
    nothing_yet, kept = reader.fingerprint(), place.read_bytes()
    assert nothing_yet
    odoo.expire_key()
    odoo.service.keys["bookkeeper"].add("a-new-key-0001")
    assert "does not take the key" in _why(reader)
    place.unlink()
    assert "no Odoo is connected" in _why(reader)
    context.secrets.put(KEY, "a-new-key-0001")
    write_over(place, kept, mode=PRIVATE_MODE)  # the settings are the same, and the key is new
    assert "holds no invoice" in _why(reader)


def _why(reader: OdooReader) -> str:
    standing = reader.standings(["INV/1"])["INV/1"]
    assert isinstance(standing, Unclear)
    return standing.why


def test_a_user_who_was_given_a_second_company_since_is_refused(tmp_path: Path, odoo: Odoo) -> None:
    context = connected(tmp_path, odoo)
    records = open_records(context)
    assert chart_of(context, records).company
    (first,) = odoo.find("res.company")
    second = odoo.call("res.company", "create", {"name": "Two", "currency_id": odoo.currency("EUR")})
    odoo.call("res.users", "write", [odoo.uid()], {"company_ids": [[6, 0, [first, second]]]})
    odoo.clock.advance(3601)
    with pytest.raises(NeedsOwner, match="2 companies") as refused:
        chart_of(context, records)
    assert "one company alone" in refused.value.hint


def test_what_the_books_of_before_hold_is_not_booked_again(tmp_path: Path, odoo: Odoo) -> None:
    before, known = EmbeddedLedger(tmp_path / "before"), bank("b1", "01-05", "5.00", Transfer(account="Private"))
    perform(before, [("01-05", known)])
    odoo.call("account.journal", "write", [odoo.journal("BNK1")], {"name": known.account})
    context = replace(connected(tmp_path, odoo), books_before=before.reports)
    (context.vault / MAIN).parent.mkdir(parents=True)
    (context.vault / MAIN).write_text(f"{keeping_line(Keeping(ODOO, day('01-10')))}\n", encoding="utf-8")
    assert list(open_figures(context).booked_moves(known.account)) == ["b1"]
    assert open_books(context).record(known, key_of(1)).details == {"entries": "0"}
    assert odoo.find("account.bank.statement.line") == []
