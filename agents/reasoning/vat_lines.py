"""How much VAT of which rate an invoice or a receipt holds, where it adds up to its total to the cent. Pure.

A rate stands beside its amounts ('VAT 19 % 19.00', 'A 19% 16.80 3.19 19.99'). Where none stands, it is the one rate in
use somewhere in Europe that makes this tax of this total. Whatever does not add up is unclear, never guessed.
Known flaw: the VAT of another country, which is not got back with one's own, looks the same.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

from agents.connectors.books import cents, totals
from agents.reasoning.billing_papers import PART, TAX, amounts_in, lines_of, tax_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Source: "VAT rates applied in the member states", European Commission; those of Switzerland and the United Kingdom too
RATES = tuple(
    map(
        Decimal,
        (
            *("2.1", "2.6", "3", "3.8", "4", "4.8", "5", "5.5", "6", "7", "8", "8.1", "9", "9.5", "10", "12", "13"),
            *("13.5", "14", "15", "17", "18", "19", "20", "21", "22", "23", "24", "25", "25.5", "27"),
        ),
    )
)
MOST = Decimal(30)  # percent; more is a discount
MAX_AMOUNTS = 6  # of one line
NOTHING = Decimal("0.00")
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?) ?%")

Shares = tuple[tuple[Decimal, Decimal], ...]


def vat_of(text: str, total: Decimal) -> Shares | None:
    """What of a total is net at which rate, in percent; with their VAT the nets add up to the total.

    Empty: the paper names no tax. None: it names some, and how much of which rate is not plain.
    """
    lines = lines_of(text)
    if not any(TAX.search(line) and (amounts_in(line) or _PERCENT.search(line)) for line in lines):
        return ()
    found = _beside_rates(lines)
    if not found and (tax := tax_in(lines)) is not None:
        fitting = [rate for rate in RATES if _tax(total - tax, rate) == tax]
        found = {rate: {(None, tax)} for rate in fitting if len(fitting) == 1}
    shares = _with_nets(found, [amount for line in lines for amount in amounts_in(line)], total)
    return shares if shares and totals(shares).gross == total else None


def _beside_rates(lines: Iterable[str]) -> dict[Decimal, set[tuple[Decimal | None, Decimal]]]:
    """What stands beside each rate: the tax, and the net where the line holds it too."""
    found: dict[Decimal, set[tuple[Decimal | None, Decimal]]] = {}
    for line in lines:
        rates = {Decimal(each.replace(",", ".")) for each in _PERCENT.findall(line)}
        amounts = amounts_in(line)[:MAX_AMOUNTS]
        if len(rates) != 1 or not amounts or (rate := rates.pop()) > MOST:
            continue
        couples = [*permutations(amounts, 2)]
        pairs = [(net, tax) for net, tax in couples if net > 0 and _tax(net, rate) == tax]
        pairs += [(gross - tax, tax) for gross, tax in couples if gross > tax and _tax(gross - tax, rate) == tax]
        pair: tuple[Decimal | None, Decimal] | None = pairs[0] if pairs else None
        if pair is None and len(amounts) == 1 and TAX.search(line) and not PART.search(line):
            pair = (None, amounts[0])
        if pair is not None:
            found.setdefault(rate, set()).add(pair)
    return found


def _with_nets(
    found: dict[Decimal, set[tuple[Decimal | None, Decimal]]], amounts: Sequence[Decimal], total: Decimal
) -> Shares:
    """The net of each rate: beside its tax, else the one amount of the paper that has this tax, else what is left."""
    known: dict[Decimal, Decimal] = {}
    unknown: dict[Decimal, Decimal] = {}
    for rate, pairs in found.items():
        taxes = {tax for _, tax in pairs}
        nets = {net for net, _ in pairs if net is not None}
        if len(taxes) != 1 or len(nets) > 1:
            return ()
        tax = taxes.pop()
        nets = nets or {each for each in amounts if each > 0 and _tax(each, rate) == tax}
        if len(nets) == 1:
            known[rate] = nets.pop()
        else:
            unknown[rate] = tax
    if len(unknown) > 1:
        return ()
    taken = sum((net + _tax(net, rate) for rate, net in known.items()), NOTHING)
    known |= {rate: total - taken - tax for rate, tax in unknown.items()}
    return tuple((net, rate) for rate, net in sorted(known.items())) if all(net > 0 for net in known.values()) else ()


def _tax(net: Decimal, rate: Decimal) -> Decimal:
    return cents(net * rate / 100)
