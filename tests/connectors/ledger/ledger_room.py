"""A vault with a ledger in it, and what stock beancount and a PDF reader say about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any

import pypdf

from agents.clock import as_local
from agents.connectors.book_keeping import LEDGER, MAIN
from agents.connectors.books_connector import BooksConnector
from agents.connectors.contract import ConnectorContext
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceLine
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.ledger_books import LedgerBooks
from agents.connectors.ledger.ledger_files import opening_files
from agents.vault import files as vault_files
from tests.clock import FrozenClock
from tests.connectors.contract import KEY, NO_SECRETS

if TYPE_CHECKING:
    from agents.connectors.contract import Receipt
    from agents.connectors.ledger.beancount_file import Loaded

TEMPLATE = Path(__file__).parents[3] / "vault_template" / "vault" / "Accounting"
MONTH = "Accounting/2026/2026-11.beancount"
MANUAL = "Accounting/manual.beancount"
HANDBOOK = """# Company handbook

## Who we are

| what | value |
| --- | --- |
| company | Studio Lindqvist |
| owner | Maja Lindqvist |
| street | Hafenstraße 12 |
| city | 20457 Hamburg |
| email | hello@studio.example |
| tax id | DE123456789 |
| iban | DE89370400440532013000 |
| bic | COBADEFFXXX |
"""


class BrokenDisk:
    """Writes like the vault, until told how to fail. `answers` False: the bytes arrive, the answer does not."""

    def __init__(self) -> None:
        self.answers = True
        self.refuses = ""  # file names that end so are refused before anything is written

    def write_new(self, path: Path, content: bytes) -> None:
        self._refuse(path)
        vault_files.write_new(path, content)
        self._answer(path)

    def write_over(self, path: Path, content: bytes, expect: str | None = None) -> None:
        self._refuse(path)
        vault_files.write_over(path, content, expect)
        self._answer(path)

    def _refuse(self, path: Path) -> None:
        if self.refuses and path.name.endswith(self.refuses):
            raise OSError(28, "No space left on device")

    def _answer(self, path: Path) -> None:
        if not self.answers and path.suffix == ".beancount":
            raise OSError(5, "Input/output error")


@dataclass
class LedgerRoom:
    """A vault made of the template, and its state folder."""

    room: Path
    clock: FrozenClock = field(default_factory=FrozenClock)
    disk: BrokenDisk = field(default_factory=BrokenDisk)
    handbook: str = HANDBOOK

    def __post_init__(self) -> None:
        self.vault, self.state = self.room / "Vault", self.room / "state"
        if not self.vault.exists():
            self.state.mkdir(parents=True)
            copytree(TEMPLATE, self.vault / "Accounting")
            (self.vault / "Company_Handbook.md").write_text(self.handbook, encoding="utf-8")
            for name, text in opening_files(as_local(self.clock.now()).date(), "EUR").items():
                self.write(name, text)

    @property
    def context(self) -> ConnectorContext:
        return ConnectorContext(self.vault, self.state, self.clock, NO_SECRETS)

    def open(self) -> BooksConnector:
        return BooksConnector(LedgerBooks(self.context, self.disk), LEDGER)

    def write(self, name: str, text: str) -> None:
        path = self.vault / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.vault / name).read_bytes().decode()

    def loaded(self) -> Loaded:
        """The ledger as our reader understands it."""
        accounting = (self.vault / "Accounting").rglob("*.beancount")
        texts = {path.relative_to(self.vault).as_posix(): path.read_bytes().decode() for path in accounting}
        return load(texts, MAIN, self.vault)

    def stock(self) -> tuple[list[Any], list[Any]]:
        """Entries and errors of the ledger as beancount's own loader reads it."""
        from beancount import loader  # noqa: PLC0415 (only the tests that ask need it)

        entries, errors, _ = loader.load_file(str(self.vault / MAIN))
        return entries, errors

    def balance(self, account: str) -> Decimal:
        """The sum over an account and those below it, read by stock beancount; there must be no error."""
        entries, errors = self.stock()
        assert errors == []
        legs = (leg for entry in entries for leg in getattr(entry, "postings", []))
        return sum((leg.units.number for leg in legs if leg.account.startswith(account)), Decimal(0))

    def effects(self) -> int:
        """Invoices in the ledger."""
        return sum("invoice" in each.tags for each in self.loaded().transactions)


def invoice(customer: str = "Acme Ltd", price: str = "95.00", quantity: str = "10", tax: str = "19") -> InvoiceCreate:
    """Ten hours of consulting, or so."""
    line = InvoiceLine(text="consulting", quantity=Decimal(quantity), unit="h", price=Decimal(price), tax=Decimal(tax))
    return InvoiceCreate(customer=customer, email="billing@client.example", lines=(line,), currency="EUR", due_days=14)


def issue(room: LedgerRoom, key: str = KEY, order: InvoiceCreate | None = None) -> Receipt:
    """Execute an invoice as a new process would."""
    return room.open().execute(order or invoice(), key, {})


def pdf_text(content: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]
