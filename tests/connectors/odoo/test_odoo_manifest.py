"""What `doctor` says of an Odoo: books are real in one place, and what is missing or risky is said with what to do."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.connectors.book_keeping import MAIN
from agents.connectors.contract import ConnectorContext, State
from agents.connectors.ledger.manifest import MANIFEST as LEDGER
from agents.connectors.odoo.account import KEY, OdooAccount, place_of
from agents.connectors.odoo.manifest import MANIFEST, NEXT_STEP, SWITCH
from agents.connectors.odoo.tried import keep_tried
from tests.connectors.odoo.test_connecting import Kept

if TYPE_CHECKING:
    from agents.connectors.contract import Capability

EXAMPLE = Path(__file__).parents[3] / "config" / "odoo.example.toml"
ACCOUNT = OdooAccount(url="https://odoo.example", database="studio", user="bot", version=18, user_id=7)
JSON_2 = ACCOUNT.model_copy(update={"version": 19, "protocol": "json-2"})
KEEPS = '2026-12-01 event "books" "odoo"\n'


@pytest.fixture
def context(tmp_path: Path) -> ConnectorContext:
    found = ConnectorContext(tmp_path / "Vault", tmp_path / "state", SystemClock(), Kept())
    (found.vault / MAIN).parent.mkdir(parents=True)
    (found.vault / MAIN).write_text("; books\n", encoding="utf-8")
    return found


def connect(context: ConnectorContext, account: OdooAccount = ACCOUNT) -> None:
    place_of(context.state).parent.mkdir(parents=True, exist_ok=True)
    place_of(context.state).write_text(account.model_dump_json(), encoding="utf-8")
    context.secrets.put(KEY, "a key")


def keep(context: ConnectorContext, line: str = KEEPS) -> None:
    (context.vault / MAIN).write_text(line, encoding="utf-8")


def told(context: ConnectorContext) -> list[Capability]:
    return [*LEDGER.capabilities(context), *MANIFEST.capabilities(context)]


def test_an_odoo_that_keeps_no_books_says_how_to_move_them_over(context: ConnectorContext) -> None:
    assert [each.name for each in told(context)] == ["books"]
    connect(context)
    books, beside = told(context)
    assert (books.state, beside.name, beside.state, beside.next_step) == (State.REAL, "odoo", State.OFF, SWITCH)
    assert "Odoo 18 at odoo.example:443 is connected" in beside.says
    place_of(context.state).write_text("{", encoding="utf-8")
    assert told(context)[1].next_step == NEXT_STEP
    assert MANIFEST.reaches(context) == ()


def test_an_odoo_that_keeps_the_books_is_real_only_when_it_can_be_called(context: ConnectorContext) -> None:
    keep(context)
    (books,) = told(context)
    assert (books.state, books.next_step) == (State.OFF, NEXT_STEP)
    connect(context)
    (books,) = told(context)
    assert (books.name, books.state, books.next_step) == ("books", State.REAL, "")
    assert books.says.endswith("keeps your books since 2026-12-01")
    assert [str(each) for each in MANIFEST.reaches(context)] == ["odoo.example:443"]
    context.secrets.forget(KEY)
    (books,) = told(context)
    assert (books.state, books.says) == (State.OFF, "the key of Odoo is not where it was kept")


def test_while_nobody_can_tell_who_keeps_the_books_they_are_off_once(context: ConnectorContext) -> None:
    keep(context, KEEPS.replace("odoo", "xero"))
    connect(context)
    (books,) = told(context)
    assert (books.state, "xero" in books.says) == (State.OFF, True)


def test_json_2_is_doubted_until_this_server_was_tried(context: ConnectorContext) -> None:
    keep(context)
    connect(context, JSON_2)
    assert told(context)[0].next_step == "make live NAME=odoo"
    keep_tried(context.state, JSON_2.model_copy(update={"version": 20}))
    assert "JSON-2" in told(context)[0].says
    keep_tried(context.state, JSON_2)
    assert "JSON-2" not in told(context)[0].says


def test_a_line_without_encryption_is_told_for_as_long_as_it_is_allowed(context: ConnectorContext) -> None:
    keep(context)
    allowed = {"url": "http://odoo.lan:8069", "in_clear": "odoo.lan"}
    connect(context, ACCOUNT.model_copy(update=allowed))
    assert "without encryption, as you allowed" in told(context)[0].says
    connect(context)
    assert "without encryption" not in told(context)[0].says


def test_the_host_is_asked_for_only_where_there_is_no_encryption() -> None:
    (connection,) = MANIFEST.connections
    asked = connection.asks[-1]
    assert asked.applies
    assert asked.applies({"url": " http://odoo.lan "})
    assert not asked.applies({"url": "https://odoo.lan"})
    assert not asked.applies({"url": "http://127.0.0.1:8069"})


def test_the_example_names_every_setting_and_no_secret() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert {*re.findall(r"(?m)^(?:# )?([a-z_]+) = ", text)} == {*OdooAccount.model_fields}
    given = tomllib.loads(text)
    assert OdooAccount.model_validate(given).in_clear == ""
    assert "key" not in given
