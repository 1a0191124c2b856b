"""Receipts survive the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.contract import Document, Receipt
from agents.connectors.receipts import receipt_from_json, receipt_to_json

AT = datetime(2026, 11, 23, 10, 7, 12, tzinfo=timezone(timedelta(hours=1)))
WORDS = st.text(st.characters(exclude_categories=["Cs"]))


@given(WORDS, WORDS, st.dictionaries(WORDS, WORDS), st.lists(WORDS))
def test_what_is_kept_is_read_back(summary: str, provider_id: str, details: dict[str, str], paths: list[str]) -> None:
    documents = tuple(Document("a.pdf", "0" * 64, path) for path in paths)
    receipt = Receipt("ledger", provider_id, AT, summary, documents, tuple(paths), details)
    assert receipt_from_json(receipt_to_json(receipt)) == receipt


def test_the_moment_keeps_its_zone() -> None:
    kept = receipt_from_json(receipt_to_json(Receipt("ledger", "INV-1", AT, "done")))
    assert kept.at == AT.astimezone(UTC)
    assert kept.at.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "7", '{"provider": "x"}', '{"documents": 1}'])
def test_what_is_no_receipt_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"receipt|Expecting"):
        receipt_from_json(text)


def test_a_receipt_with_a_bent_document_is_none() -> None:
    bent = receipt_to_json(Receipt("ledger", "INV-1", AT, "done")).replace('"documents": []', '"documents": [{"a": 1}]')
    with pytest.raises(ValueError, match="receipt"):
        receipt_from_json(bent)
