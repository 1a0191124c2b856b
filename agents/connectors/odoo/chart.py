"""What an Odoo is set up with: company, currency, journals, accounts, taxes, lock dates; read at once and kept an hour.

What is kept is only a shortcut: whatever is written is read back and compared with what was approved.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.errors import NeedsOwner, NotAllowed
from agents.vault.files import MISSING, PRIVATE_MODE, forget_file, read_regular, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from agents.clock import Clock
    from agents.connectors.odoo.records import Records

KEPT = timedelta(hours=1)
MAX_BYTES = 5_000_000
SETUP = "Set it up in Odoo as docs/odoo.md says, then run `python orchestrator.py connect odoo`."
LOCKS = ("fiscalyear_lock_date", "sale_lock_date", "purchase_lock_date", "tax_lock_date", "hard_lock_date")
COSTS = ("expense", "expense_direct_cost", "expense_depreciation")

Use = Literal["sale", "purchase"]


class _Model(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class Tax(_Model):
    """A tax in percent that is added to the price."""

    number: int
    use: Use
    rate: Decimal


class Journal(_Model):
    """A journal. Of a bank: `account` holds the money, `suspense` what is not explained, `on_the_way` what is paid.

    `currency` is its own, empty = that of the company.
    """

    number: int
    name: str
    kind: str
    account: int = 0
    suspense: int = 0
    on_the_way: int = 0
    iban: str = ""
    currency: str = ""


class Account(_Model):
    """An account of the chart. `matched`: its lines can be matched with each other."""

    number: int
    code: str
    name: str
    kind: str
    matched: bool = False


class Chart(_Model):
    """The setup of one company, as it was at a moment (UTC)."""

    at: AwareDatetime
    company: int
    currency: str
    currencies: dict[str, int]
    rounds_globally: bool
    locked_to: date | None
    exchange: tuple[int, ...]
    transfer: int
    taxes: tuple[Tax, ...]
    journals: tuple[Journal, ...]
    accounts: tuple[Account, ...]

    def tax(self, use: Use, rate: Decimal) -> int | None:
        """The tax of this rate; None for no tax at all.

        Raises:
            NeedsOwner: there is none of this rate.
        """
        found = next((each.number for each in self.taxes if each.use == use and each.rate == rate), None)
        if found is None and rate:
            kind = "sales" if use == "sale" else "purchases"
            raise NeedsOwner(f"Odoo has no tax on {kind} of {rate} % that is added to the price", hint=SETUP)
        return found

    def currency_of(self, code: str) -> int:
        """The number of a currency that is switched on.

        Raises:
            NeedsOwner: it is not.
        """
        if code not in self.currencies:
            raise NeedsOwner(f"the currency {code} is not switched on in Odoo", hint=SETUP)
        return self.currencies[code]

    def journal(self, kind: str) -> Journal:
        """The first journal of a kind: 'sale', 'purchase', 'general'.

        Raises:
            NeedsOwner: there is none.
        """
        for each in self.journals:
            if each.kind == kind:
                return each
        raise NeedsOwner(f"Odoo has no journal of the kind {kind!r}", hint=SETUP)

    def bank(self, name: str) -> Journal:
        """The bank or cash journal of this name, as orders give it ('Checking').

        Raises:
            NeedsOwner: there is none, several, or one without an account for what is on the way.
        """
        found = [each for each in self.banks if plain(each.name) == plain(name)]
        if len(found) != 1:
            raise NeedsOwner(f"Odoo has no one bank or cash journal named {name!r}", hint=SETUP)
        if not found[0].on_the_way or not found[0].suspense:
            said = "has no outstanding account on its payment methods, so that payments would not be booked"
            raise NeedsOwner(f"the journal {name} {said}", hint=SETUP)
        account = self.named(found[0].on_the_way)
        if account is None or not account.matched:
            raise NeedsOwner(f"the outstanding account of the journal {name} allows no reconciliation", hint=SETUP)
        return found[0]

    @property
    def banks(self) -> tuple[Journal, ...]:
        """The journals of the owner's money."""
        return tuple(each for each in self.journals if each.kind in {"bank", "cash"})

    def cost(self, category: str) -> int:
        """The account of a cost by its name, as orders give it ('Bank-Fees').

        Raises:
            NeedsOwner: there is none of this name, or several.
        """
        return self._account(category, COSTS, "cost")

    def other(self, name: str) -> int:
        """The account that money goes to which is no bank of the owner's, such as 'Private'.

        Raises:
            NeedsOwner: there is none of this name, or several.
        """
        return self._account(name, ("equity", "asset_current", "liability_current"), "equity or current")

    def refuse_locked(self, day: date) -> None:
        """Odoo would move what is of a locked day to another one, silently.

        Raises:
            NotAllowed: the day is locked.
        """
        if self.locked_to is not None and day <= self.locked_to:
            hint = "Open the period in Odoo (Accounting, Lock Dates), or reject the proposal."
            raise NotAllowed(f"the books in Odoo are locked up to {self.locked_to}, and this is of {day}", hint=hint)

    def named(self, number: int) -> Account | None:
        """The account of a number."""
        return next((each for each in self.accounts if each.number == number), None)

    def _account(self, name: str, kinds: Iterable[str], word: str) -> int:
        found = [each.number for each in self.accounts if each.kind in kinds and plain(each.name) == plain(name)]
        if len(found) != 1:
            raise NeedsOwner(f"Odoo has no one {word} account named {name!r}", hint=SETUP)
        return found[0]


def plain(name: str) -> str:
    """How names are compared: 'Bank-Fees' is 'Bank fees'."""
    return " ".join(name.replace("-", " ").replace("_", " ").split()).casefold()


def category_of(name: str) -> str:
    """The name of an account as orders give it: 'Bank-Fees' of 'Bank fees'."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in name).split()
    return "-".join(word[:1].upper() + word[1:] for word in words) or "Other"


def read_chart(records: Records, clock: Clock, user: int) -> Chart:
    """Ask Odoo.

    Raises:
        NeedsOwner: the user belongs to several companies, or sees none.
        Transient: nobody answers.
    """
    who = records.read("res.users", user, ["company_id", "company_ids"])
    companies = who["company_ids"] if isinstance(who["company_ids"], list) else []
    if len(companies) != 1:
        said = (
            f"the user of Odoo belongs to {len(companies)} companies, and it would not be clear whose books these are"
        )
        raise NeedsOwner(said, hint="Make a user for one company alone, and connect with its key.")
    company = reference(who["company_id"])
    known = _known(records, (*EXCHANGE_ACCOUNTS, *LOCKS, TRANSFER_ACCOUNT))
    about = records.read("res.company", company, ["currency_id", "tax_calculation_rounding_method", *known])
    currencies = records.search("res.currency", [["active", "=", True]], ["name"])
    by_number = {number_of(each): text(each["name"]) for each in currencies}
    locks = [text(about[name]) for name in LOCKS if text(about.get(name))]
    return Chart(
        at=clock.now(),
        company=company,
        currency=by_number.get(reference(about["currency_id"]), ""),
        currencies={name: number for number, name in by_number.items()},
        rounds_globally=about["tax_calculation_rounding_method"] == "round_globally",
        locked_to=max(map(date.fromisoformat, locks), default=None),
        exchange=tuple(reference(about[name]) for name in EXCHANGE_ACCOUNTS if reference(about.get(name))),
        transfer=reference(about.get(TRANSFER_ACCOUNT)),
        taxes=tuple(_taxes(records)),
        journals=tuple(_journals(records)),
        accounts=tuple(_accounts(records)),
    )


TRANSFER_ACCOUNT = "transfer_account_id"
EXCHANGE_ACCOUNTS = ("income_currency_exchange_account_id", "expense_currency_exchange_account_id")


def kept_chart(state: Path, records: Records, clock: Clock, user: int) -> Chart:
    """The chart as it was within the last hour, else asked anew."""
    content = read_regular(place_of(state), MAX_BYTES)
    if content != MISSING and not isinstance(content, Problem):
        try:
            kept = Chart.model_validate_json(content)
        except ValidationError:
            kept = None
        if kept and timedelta(0) <= clock.now() - kept.at < KEPT:
            return kept
    chart = read_chart(records, clock, user)
    write_over(place_of(state), chart.model_dump_json().encode(), mode=PRIVATE_MODE)
    return chart


def forget_chart(state: Path) -> None:
    """Ask anew the next time."""
    forget_file(place_of(state), MAX_BYTES)


def place_of(state: Path) -> Path:
    """Where it is kept."""
    return state / "odoo" / "chart.json"


def _known(records: Records, names: Sequence[str]) -> list[str]:
    """The fields of a company that this version of Odoo has, of these."""
    known = records.call("res.company", "fields_get", {"allfields": [*names], "attributes": ["type"]})
    return [name for name in names if isinstance(known, dict) and name in known]


def _taxes(records: Records) -> Iterable[Tax]:
    domain: list[JsonValue] = [
        ["amount_type", "=", "percent"],
        ["price_include", "=", False],
        ["type_tax_use", "in", ["sale", "purchase"]],
    ]
    for each in records.search("account.tax", domain, ["type_tax_use", "amount"]):
        use: Use = "sale" if each["type_tax_use"] == "sale" else "purchase"
        yield Tax(number=number_of(each), use=use, rate=Decimal(str(each["amount"])).normalize())


def _journals(records: Records) -> Iterable[Journal]:
    fields = ["name", "type", "default_account_id", "suspense_account_id", "bank_acc_number", "currency_id"]
    used: list[JsonValue] = [["payment_account_id", "!=", False]]
    lines = records.search("account.payment.method.line", used, ["journal_id", "payment_account_id"])
    on_the_way = {reference(each["journal_id"]): reference(each["payment_account_id"]) for each in reversed(lines)}
    for each in records.search("account.journal", [], fields):
        number = number_of(each)
        yield Journal(
            number=number,
            name=text(each["name"]),
            kind=text(each["type"]),
            account=reference(each["default_account_id"]),
            suspense=reference(each["suspense_account_id"]),
            on_the_way=on_the_way.get(number, 0),
            iban=text(each["bank_acc_number"]).replace(" ", ""),
            currency=name_of(each["currency_id"]),
        )


def _accounts(records: Records) -> Iterable[Account]:
    for each in records.search("account.account", [], ["code", "name", "account_type", "reconcile"]):
        kind, matched = text(each["account_type"]), bool(each["reconcile"])
        yield Account(
            number=number_of(each), code=text(each["code"]), name=text(each["name"]), kind=kind, matched=matched
        )
