"""`books`: what was earned and spent, what is owed and on the accounts; lines for the tax adviser; paying bills."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.console.entering import json_option, opened, vault_option, write_for_owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from agents.connectors.book_figures import BookReports, Figure, OpenItems
    from agents.console.wiring import House

DAY = click.DateTime(["%Y-%m-%d"])
WIDTH = 34
BOM = b"\xef\xbb\xbf"
from_option = click.option(
    "--from", "start", type=DAY, metavar="DAY", help="The first day; such as 2026-01-01; default: 1 January."
)
to_option = click.option("--to", "end", type=DAY, metavar="DAY", help="The last day; default: today.")


@click.group(invoke_without_command=True)
@from_option
@to_option
@click.option("--rows", is_flag=True, help="Also every entry behind each figure, with where it stands.")
@json_option
@click.pass_context
@vault_option
def books(
    context: click.Context,
    *,
    start: datetime | None,
    end: datetime | None,
    rows: bool,
    as_json: bool,
    vault: Path | None,
) -> None:
    """Your books: profit and loss, VAT, what is on the accounts, what is owed to you and by you."""
    if context.invoked_subcommand is not None:
        return
    with opened(vault) as house:
        first, last = span_of(house, start, end)
        report = _Report(house.book_reports, first, last)
        if as_json:
            click.echo(json.dumps(report.machine_view(), indent=2, default=str))
        else:
            for line in report.lines(rows=rows):
                click.echo(line)


@books.command()
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=Path))
@from_option
@to_option
@click.option("--as", "profile", default="journal", metavar="KIND", help="journal (default), datev, xero, quickbooks.")
@click.option("--adviser", type=int, default=0, metavar="NUMBER", help="For DATEV: the tax adviser's number.")
@click.option("--client", type=int, default=0, metavar="NUMBER", help="For DATEV: the number they gave you.")
@click.option("--tax-rate", default="No VAT", show_default=True, metavar="NAME", help="What Xero calls no tax.")
@vault_option
def export(  # noqa: PLR0913 - one parameter for each option
    path: Path | None,
    *,
    start: datetime | None,
    end: datetime | None,
    profile: str,
    adviser: int,
    client: int,
    tax_rate: str,
    vault: Path | None,
) -> None:
    """Write every line of every entry for the tax adviser, or for another program: to a file, or to the terminal."""
    from agents.console.exporting import Wish, exported

    with opened(vault) as house:
        first, last = span_of(house, start, end)
        made = exported(house, Wish(profile, first, last, adviser, client, tax_rate))
        for words in made.left_out:
            click.echo(f"Left out: {words}. Book it there by hand.", err=True)
        if path is None:
            click.echo(made.content.removeprefix(BOM), nl=False)
            return
        write_for_owner(path, made.content)
        click.echo(f"The books from {first} to {last} are in {path}.")


@books.command()
@click.argument("bills", metavar="BILL...", nargs=-1, required=True)
@click.option("--to", "iban", default="", metavar="IBAN", help="Their account; default: the one the books know.")
@click.option("--bic", default="", help="Its bank, where the account is beyond the European Economic Area.")
@click.option("--amount", default="", metavar="EUR", help="A part of one bill: 40 or 40.50; default: what is open.")
@click.option("--on", "day", type=DAY, metavar="DAY", help="When it is to be paid; default: as soon as may be.")
@vault_option
def pay(bills: tuple[str, ...], *, iban: str, bic: str, amount: str, day: datetime | None, vault: Path | None) -> None:
    """Have a file made that pays bills, such as BILL-2026-0001. It waits for your yes; you give it to your bank."""
    from agents.autonomy.payment_brain import wish_in
    from agents.console.requesting import request
    from agents.errors import NotAllowed

    part = f"{amount} EUR of " if amount else ""
    account = (f" to {iban}" if iban else "") + (f" BIC {bic}" if bic else "")
    text = f"Pay {part}{', '.join(bills)}{account}" + (f" on {day.date()}" if day else "")
    with opened(vault) as house:
        if wish_in(text) is None:
            raise NotAllowed(
                f"{text!r} cannot be read.",
                hint="Name bills as `books` shows them, an IBAN with --to, an amount such as 40 or 40.50.",
            )
        request(house, "ask", "", text)


@books.command()
@click.argument("number", metavar="INVOICE")
@click.option("--line", "lines", type=click.IntRange(1), multiple=True, help="A line of it, from 1; may be repeated.")
@click.option("--net", default="", metavar="AMOUNT", help="An amount before VAT, such as 100.00; default: all.")
@click.option("--rate", default="", metavar="PERCENT", help="The VAT rate of the amount; default: the only one it has.")
@click.option("--why", default="", metavar="TEXT", help="The reason; it stands on the credit note.")
@vault_option
def credit(number: str, *, lines: tuple[int, ...], net: str, rate: str, why: str, vault: Path | None) -> None:
    """Have an invoice, such as INV-2026-0001, or a part of it credited. It waits for your yes."""
    from agents.autonomy.credit_brain import wish_in
    from agents.console.requesting import request
    from agents.errors import NotAllowed

    part = f"lines {', '.join(map(str, lines))} of " if lines else ""
    part += f"{net}{f' at {rate} %' if rate else ''} of " if net else ""
    text = f"Credit {part}{number}" + (f": {why}" if why else "")
    with opened(vault) as house:
        if wish_in(text) is None:
            raise NotAllowed(
                f"{text!r} cannot be read.",
                hint="Name an invoice as `books` shows it, and lines by --line or an amount by --net 100.00 --rate 19.",
            )
        request(house, "ask", "", text)


@books.command()
@json_option
@vault_option
def recurring(*, as_json: bool, vault: Path | None) -> None:
    """Subscriptions, rents and other charges that come again: their cost, whose price rose, what nothing mentions."""
    from agents.clock import as_local
    from agents.console.payee_mentions import last_mentions
    from agents.console.recurring_view import machine_view, recurring_in, shown

    with opened(vault) as house:
        today = as_local(house.clock.now()).date()
        found = recurring_in(house.book_reports, today, partial(last_mentions, house.place.root.resolve(), house.state))
        if as_json:
            click.echo(json.dumps(machine_view(found), indent=2, default=str))
            return
        for line in shown(found):
            click.echo(line)


@books.command()
@click.option("--port", type=click.IntRange(1024, 65535), default=5000, show_default=True, help="Where it is served.")
@vault_option
def page(port: int, vault: Path | None) -> None:
    """Show the books as they are now in a browser, for reading only, until Ctrl-C; `make books` installs fava."""
    from agents.console.books_page import fava, kept_until, show_books

    with opened(vault) as house:
        if words := kept_until(house.place.root):
            click.echo(words, err=True)
        show_books(house.place.root, port, fava)


def span_of(house: House, start: datetime | None, end: datetime | None) -> tuple[date, date]:
    """The days that are meant, both with: what is not said is 1 January to today.

    Raises:
        NotAllowed: the first is after the last.
    """
    from agents.clock import as_local
    from agents.errors import NotAllowed

    last = end.date() if end else as_local(house.clock.now()).date()
    first = start.date() if start else last.replace(month=1, day=1)
    if first > last:
        raise NotAllowed(f"{first} is after {last}.", hint="Name the first day with --from and the last with --to.")
    return first, last


class _Report:
    """Every figure of a time, read once."""

    def __init__(self, reports: BookReports, first: date, last: date) -> None:
        self.profit, self.vat = reports.profit_and_loss(first, last), reports.vat(first, last)
        self.cash, self.unexplained = reports.cash(last), reports.unexplained(last)
        self.owed_to_you, self.owed_by_you = reports.receivables(last), reports.payables(last)

    def machine_view(self) -> dict[str, object]:
        """All of it, for machines."""
        return {
            "from": self.profit.start,
            "to": self.profit.end,
            "version": self.profit.result.freshness.version,
            "bank_to": self.profit.result.freshness.bank_to,
            "revenue": _amounts(self.profit.revenue),
            "costs": _amounts(self.profit.costs),
            "result": self.profit.result.amounts,
            "vat": _amounts((self.vat.charged, self.vat.paid, self.vat.due)),
            "cash": _amounts(self.cash),
            "unexplained": self.unexplained.amounts,
            "owed_to_you": [asdict(each) for each in self.owed_to_you.documents],
            "owed_by_you": [asdict(each) for each in self.owed_by_you.documents],
            "unclear": [*self.owed_to_you.unclear, *self.owed_by_you.unclear],
        }

    def lines(self, *, rows: bool) -> Iterator[str]:
        """The same for people."""
        profit = self.profit
        bank = ", ".join(f"{_name(each)} to {day}" for each, day in sorted(profit.result.freshness.bank_to.items()))
        yield f"The books as of {profit.end} (version {profit.result.freshness.version}; {_said(bank)})"
        parts: tuple[tuple[str, Iterable[Figure]], ...] = (
            (f"Earned, {profit.start} to {profit.end}", profit.revenue),
            ("Spent", profit.costs),
            ("Result", (profit.result,)),
            ("VAT", (self.vat.charged, self.vat.paid, self.vat.due)),
            ("On the accounts", self.cash),
            ("Not explained yet", (self.unexplained,)),
        )
        for title, figures in parts:
            yield from _figures(title, figures, rows=rows)
        yield from _owed("Owed to you", self.owed_to_you)
        yield from _owed("Owed by you", self.owed_by_you)


def _said(bank: str) -> str:
    return f"the bank: {bank}" if bank else "no movement of the bank yet"


def _amounts(figures: Iterable[Figure]) -> dict[str, Mapping[str, Decimal]]:
    return {each.name: each.amounts for each in figures}


def _figures(title: str, figures: Iterable[Figure], *, rows: bool) -> Iterator[str]:
    from agents.connectors.books import amount_text

    shown = [each for each in figures if each.amounts]
    yield f"\n{title}"
    for each in shown:
        for currency, amount in each.amounts.items():
            yield f"  {_name(each.name):<{WIDTH}} {amount_text(amount, currency):>20}"
        for row in each.rows if rows else ():
            yield f"    {row.day}  {amount_text(row.amount, row.currency):>18}  {_safe(row.said)}  [{_safe(row.place)}]"
    if not shown:
        yield "  nothing"


def _name(account: str) -> str:
    """'Services', not 'Income:Services'."""
    return _safe(account.rpartition(":")[2])


def _owed(title: str, items: OpenItems) -> Iterator[str]:
    from agents.connectors.books import amount_text

    yield f"\n{title}"
    for each in items.documents:
        late = f"{each.late_days} days late" if each.late_days > 0 else f"due {each.due}"
        name = f"{each.number} {_safe(each.party)}"
        yield f"  {name:<{WIDTH}} {amount_text(each.open, each.currency):>20}  {late}"
    for (party, currency), amount in items.credits.items():
        yield f"  {_safe(f'to the credit of {party}'):<{WIDTH}} {amount_text(amount, currency):>20}"
    for words in items.unclear:
        yield f"  unclear: {_safe(words)}"
    if not (items.documents or items.credits or items.unclear):
        yield "  nothing"


def _safe(text: str) -> str:
    from agents.vault.neutralize import on_one_line

    return on_one_line(text)
