"""Payments of bills: files for the owner's bank, which the owner gives to it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contract import Capability, Manifest, State
from agents.connectors.payment.actions import FOLDER, PaymentPrepare
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.connectors.contract import Connector, ConnectorContext


def _open(context: ConnectorContext) -> Connector:
    from agents.connectors.payment.payment_connector import PaymentConnector  # noqa: PLC0415 (opened on use)

    return PaymentConnector(context)


def _capabilities(context: ConnectorContext) -> Sequence[Capability]:
    from agents.connectors.payment.payer import read_payer  # noqa: PLC0415 (opened on use)

    try:
        read_payer(context.vault)
    except NeedsOwner as err:
        says = f"no file pays a bill, and no invoice has a code to scan. {err}"
        return (Capability("payments", State.OFF, says, err.hint),)
    return (
        Capability("payments", State.REAL, f"bills are paid by files in {FOLDER}, which you give to your bank", ""),
    )


MANIFEST = Manifest("payment", (PaymentPrepare,), _open, _capabilities)
