"""Without an account the finished message lies in Outbox, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found, sha256_hex
from agents.connectors.email.email_connector import OutboxConnector
from agents.connectors.email.outbox import handbook_sender
from agents.errors import NotAllowed, OutcomeUnknown, Transient
from tests.connectors.email.mail_room import KEY, PDF, SEALED, as_read_by_others, context_in, invoice_mail

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.clock import FrozenClock

HANDBOOK = """# Handbook
## Who we are
| what | value |
| --- | --- |
| company | Studio Emma |
| E-Mail | emma@studio.example |
"""


@pytest.fixture
def context(tmp_path: Path, clock: FrozenClock) -> ConnectorContext:
    return context_in(tmp_path, clock)


def test_the_receipt_says_plainly_that_nothing_was_sent(context: ConnectorContext) -> None:
    receipt = OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    assert receipt.summary == "not sent: no mail account - the finished message is in Outbox"
    assert receipt.paths == (f"Outbox/2026-11-23-message-{KEY[:10]}.eml",)


def test_the_finished_message_is_a_draft_with_the_sealed_file(context: ConnectorContext) -> None:
    (context.vault / "Company_Handbook.md").write_text(HANDBOOK, encoding="utf-8")
    receipt = OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    content = (context.vault / receipt.paths[0]).read_bytes()
    message = as_read_by_others(content)
    assert message["X-Unsent"] == "1"
    assert message["From"] == "Studio Emma <emma@studio.example>"
    assert message["To"] == "anna@client.example"
    (pdf,) = message.iter_attachments()
    assert pdf.get_content() == PDF
    assert receipt.documents[0].sha256 == sha256_hex(content)


@pytest.mark.parametrize(
    "handbook",
    ["", "# Handbook\n", HANDBOOK.replace("emma@studio.example", "to be done"), HANDBOOK.replace("Who we", "Who they")],
)
def test_a_handbook_without_an_address_gives_one_that_reaches_nobody(context: ConnectorContext, handbook: str) -> None:
    if handbook:
        (context.vault / "Company_Handbook.md").write_text(handbook, encoding="utf-8")
    assert handbook_sender(context.vault).address == "owner@localhost.invalid"


def test_it_is_found_where_the_owner_put_it_within_outbox(context: ConnectorContext) -> None:
    receipt = OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    path = context.vault / receipt.paths[0]
    (path.parent / "later").mkdir()
    path.rename(path.parent / "later" / path.name)
    found = OutboxConnector(context).find(KEY, invoice_mail())
    assert isinstance(found, Found)
    assert found.receipt.paths == (f"Outbox/later/{path.name}",)


def test_it_is_found_the_day_after_and_keeps_its_time(context: ConnectorContext, clock: FrozenClock) -> None:
    receipt = OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    clock.advance(86_400)
    assert OutboxConnector(context).execute(invoice_mail(), KEY, SEALED) == receipt


def test_another_message_with_the_same_short_name_is_not_it(context: ConnectorContext) -> None:
    receipt = OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    neighbour = KEY[:10] + sha256_hex(b"other")[10:]
    assert OutboxConnector(context).find(neighbour, invoice_mail()) == Absent()
    with pytest.raises(NotAllowed, match="another file"):
        OutboxConnector(context).execute(invoice_mail(), neighbour, SEALED)
    assert OutboxConnector(context).find(KEY, invoice_mail()) == Found(receipt)


def test_a_file_that_cannot_be_read_asks_the_owner(context: ConnectorContext) -> None:
    receipt = OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    path = context.vault / receipt.paths[0]
    path.unlink()
    path.symlink_to("/dev/zero")
    found = OutboxConnector(context).find(KEY, invoice_mail())
    assert isinstance(found, CannotKnow)
    assert receipt.paths[0] in found.question
    with pytest.raises(OutcomeUnknown):
        OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)


def test_an_outbox_that_leads_elsewhere_gets_nothing(context: ConnectorContext, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (context.vault / "Outbox").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Transient, match="cannot be written"):
        OutboxConnector(context).execute(invoice_mail(), KEY, SEALED)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_undoing_is_deleting_the_file(context: ConnectorContext) -> None:
    connector = OutboxConnector(context)
    undone = connector.compensate(invoice_mail(), connector.execute(invoice_mail(), KEY, SEALED))
    assert isinstance(undone, CannotUndo)
    assert "Delete the message from Outbox" in undone.reason
