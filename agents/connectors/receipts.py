"""Receipts as the journal keeps them: JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from agents.connectors.contract import Document, Receipt


def receipt_to_json(receipt: Receipt) -> str:
    """The receipt as JSON with sorted keys."""
    return json.dumps({**asdict(receipt), "at": receipt.at.isoformat()}, sort_keys=True, ensure_ascii=False)


def receipt_from_json(text: str) -> Receipt:
    """The receipt as it was kept.

    Raises:
        ValueError: it is not a receipt.
    """
    try:
        fields = json.loads(text)
        return Receipt(
            provider=str(fields["provider"]),
            provider_id=str(fields["provider_id"]),
            at=datetime.fromisoformat(fields["at"]),
            summary=str(fields["summary"]),
            documents=tuple(Document(**each) for each in fields["documents"]),
            paths=tuple(map(str, fields["paths"])),
            details={str(name): str(value) for name, value in dict(fields["details"]).items()},
        )
    except (KeyError, TypeError) as err:
        raise ValueError(f"this is no receipt: {err}") from err
