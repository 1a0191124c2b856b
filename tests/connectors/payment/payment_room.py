"""A vault with bills in its books, and orders that pay them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.contract import sha256_hex
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.payment.actions import FOLDER, BillPayment, PaymentPrepare
from agents.connectors.payment.manifest import MANIFEST
from tests.connectors.books_story import bill, cost
from tests.connectors.ledger.ledger_room import LedgerRoom

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from agents.connectors.contract import Connector, ConnectorContext

OURS = "DE89370400440532013000"
THEIRS = "DE02120300000000202051"
FIRST = "BILL-2026-0001"


def pays(
    amount: str = "119.00",
    number: str = FIRST,
    vendor: str = "Paper & Co",
    iban: str = THEIRS,
    reference: str = "P-100",
    *,
    bic: str = "",
    known: tuple[str, ...] = (),
) -> BillPayment:
    """A payment of a bill."""
    return BillPayment(
        number=number,
        vendor=vendor,
        iban=iban,
        amount=Decimal(amount),
        reference=reference,
        bic=bic,
        known_ibans=known,
    )


def order(*payments: BillPayment, day: date | None = None) -> PaymentPrepare:
    """An order of these payments, or of one over 119.00."""
    return PaymentPrepare(payments=payments or (pays(),), day=day)


class PaymentRoom(LedgerRoom):
    """A vault in which Paper & Co is owed 119.00 for P-100, as BILL-2026-0001."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.owe("Paper & Co", "P-100", "100.00", "19")

    def owe(self, vendor: str, reference: str, net: str, tax: str = "0", usd: str = "") -> str:
        """Book a bill; its number."""
        made = bill(vendor, reference, "11-08", "12-07", cost("Office", net, tax), usd=usd)
        return self.open().execute(made, sha256_hex(reference.encode()), {}).provider_id

    @property
    def context(self) -> ConnectorContext:
        return replace(super().context, books=lambda: read_figures(self.vault, self.state))

    def payments(self) -> Connector:
        """The connector as a new process would open it."""
        return MANIFEST.open(self.context)

    def files(self) -> list[Path]:
        """The files for the bank."""
        return sorted((self.vault / FOLDER).rglob("*.xml"))
