"""Which account of Odoo is which of the embedded ledger: by what it is for, else by its kind and its name."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_state import OPENING, UNEXPLAINED, added
from agents.connectors.odoo.chart import COSTS, category_of, plain
from agents.connectors.odoo.records import reference
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from agents.connectors.book_state import Place
    from agents.connectors.odoo.chart import Account, Chart
    from agents.connectors.odoo.records import Records

VAT_CHARGED, VAT_PAID = "Liabilities:VAT:Output", "Liabilities:VAT:Input"
EXCHANGE, TRANSIT, TILL, BANK = "Income:Exchange", "Assets:Transit", "Assets:Cash", "Assets:Bank:"
INCOME = ("income", "income_other")
PARTNERS = ("asset_receivable", "liability_payable")
NOT_CARRIED = ("off_balance", *PARTNERS)
BEGINNINGS = {"Income:": INCOME, "Expenses:": COSTS, "Equity:": ("equity", "equity_unaffected")}
HINT = "Make it in Odoo (Invoicing, Configuration, Chart of Accounts), as docs/odoo.md says."


class AccountMap:
    """The accounts of one Odoo. `taxes`: the accounts of taxes by their use, that of the highest rate first.

    `known`: the accounts that the ledger has, whose way of writing a name counts.
    """

    def __init__(self, chart: Chart, taxes: Mapping[str, tuple[int, ...]], known: Iterable[str] = ()) -> None:
        self._chart = chart
        self._taxes = taxes
        self._known = {_plain(each): each for each in known}
        self._special = _special(chart, taxes)

    def ledger_name(self, number: int) -> str:
        """What the ledger calls an account of Odoo; empty for one that no balance is carried of."""
        account = self._chart.named(number)
        if account is None or account.kind in NOT_CARRIED:
            return ""
        name = self._special.get(number) or self._by_kind(account)
        return "" if name == OPENING else self._known.get(_plain(name), name)

    def odoo_accounts(self, name: str) -> list[int]:
        """Every account of Odoo that the ledger calls so."""
        return [each.number for each in self._chart.accounts if self.ledger_name(each.number) == name]

    def odoo_account(self, name: str, amount: Decimal = Decimal(0)) -> int:
        """The account of Odoo for one of the ledger; `amount`: its balance, for what the exchange made.

        Raises:
            NeedsOwner: there is none, or several.
        """
        found = self._found(name, amount)
        if len(found) != 1:
            how = "no" if not found else f"{len(found)} accounts instead of one"
            raise NeedsOwner(f"Odoo has {how} account for {name}", hint=self._advice(name))
        return found[0]

    def canonical(self, balances: Mapping[Place, Decimal]) -> dict[Place, Decimal]:
        """Balances of the ledger with each account called as Odoo's account for it is; one without stays as it is."""
        return added(((self.called(place[0], amount), place[1]), amount) for place, amount in balances.items())

    def called(self, name: str, amount: Decimal = Decimal(0)) -> str:
        """What an account of the ledger is called once it went through Odoo, so that both can be compared."""
        found = self._found(name, amount)
        return (self.ledger_name(found[0]) if len(found) == 1 else "") or name

    def _found(self, name: str, amount: Decimal) -> list[int]:
        if name == EXCHANGE and self._chart.exchange:
            return [self._chart.exchange[0 if amount <= 0 else -1]]
        if name in {VAT_CHARGED, VAT_PAID}:
            return [*self._taxes.get("sale" if name == VAT_CHARGED else "purchase", ())[:1]]
        of_name = [number for number, each in self._special.items() if _plain(each) == _plain(name)]
        return of_name or [each.number for each in self._chart.accounts if self._is(each, name)]

    def _is(self, account: Account, name: str) -> bool:
        if account.number in self._special or account.kind in NOT_CARRIED:
            return False
        return _plain(self._by_kind(account)) == _plain(name)

    def _by_kind(self, account: Account) -> str:
        for beginning, kinds in BEGINNINGS.items():
            if account.kind in kinds:
                return beginning + category_of(account.name)
        return ("Liabilities:" if account.kind.startswith("liability") else "Assets:") + category_of(account.name)

    def _advice(self, name: str) -> str:
        if name.startswith((BANK, TILL)):
            return f"Make a journal of the kind bank or cash named {name.rpartition(':')[2]} in Odoo."
        if name in {VAT_CHARGED, VAT_PAID}:
            return "Enter an account at the taxes in Odoo (Invoicing, Configuration, Taxes, Definition)."
        return HINT


def account_map(records: Records, chart: Chart, known: Iterable[str] = ()) -> AccountMap:
    """The accounts as they are now."""
    by_tax: dict[int, int] = {}
    for each in records.search("account.tax.repartition.line", _OF_TAX, ("tax_id", "account_id")):
        if account := reference(each["account_id"]):
            by_tax.setdefault(reference(each["tax_id"]), account)
    taxes: dict[str, dict[int, None]] = {}
    for tax in sorted(chart.taxes, key=lambda each: -each.rate):
        if tax.number in by_tax:
            taxes.setdefault(tax.use, {})[by_tax[tax.number]] = None
    return AccountMap(chart, {use: tuple(accounts) for use, accounts in taxes.items()}, known)


_OF_TAX: list[JsonValue] = [["repartition_type", "=", "tax"]]


def _special(chart: Chart, taxes: Mapping[str, tuple[int, ...]]) -> dict[int, str]:
    """The accounts whose use says what they are, by number."""
    found: dict[int, str] = {}
    for use, name in (("purchase", VAT_PAID), ("sale", VAT_CHARGED)):
        found |= dict.fromkeys(taxes.get(use, ()), name)
    found |= dict.fromkeys(chart.exchange, EXCHANGE)
    if chart.transfer:
        found[chart.transfer] = TRANSIT
    for each in chart.banks:
        if each.suspense:
            found[each.suspense] = UNEXPLAINED
        is_till = each.kind == "cash" and plain(each.name) == plain(TILL.rpartition(":")[2])
        found[each.account] = TILL if is_till else BANK + category_of(each.name)
    return found


def _plain(name: str) -> str:
    beginning, _, rest = name.partition(":")
    return f"{beginning}:{plain(rest.replace(':', ' '))}"
