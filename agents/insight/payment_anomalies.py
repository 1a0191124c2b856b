"""Odd payments: made twice, far too large, to somebody new, or to another account than before. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING, TypeVar

from agents.connectors.bank.recurring import payee_key
from agents.connectors.books import amount_text
from agents.insight.anomaly_facts import Anomaly, Kind, key_of
from agents.insight.robust import is_odd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from agents.insight.anomaly_facts import Facts, Moved

T = TypeVar("T")
TWICE_DAYS = 7
A_HABIT = 2  # pairs of equal payments within a week, besides the one that is looked at
COMPARED = 60  # payments before and after one, of the same payee
FLOOR = 0.05  # of what is usual: a fixed price that differs by a fifth is odd
A_YEAR, YEAR_SLACK, YEAR_ALIKE = 365, 25, Decimal("0.10")
WAGES = ("salar", "wage", "payroll", "lohn", "gehalt", "personal")
THIRTEENTH_MONTHS, THIRTEENTH = (6, 7, 11, 12), (Decimal("1.9"), Decimal("2.1"))  # times the usual wage
ROUND = Decimal(100)
SATURDAY = 5
MASKED = 4  # characters of an account that are shown


def payment_anomalies(facts: Facts) -> Iterator[Anomaly]:
    """Everything odd about single payments, payee by payee."""
    for moves in facts.by_payee.values():
        paid = [each for each in moves if each.paid > 0]
        yield from _twice(facts, moves, paid)
        yield from _amounts(facts, paid)
        yield from _accounts(facts, paid)
        yield from _newcomers(facts, paid)


def _twice(facts: Facts, moves: Sequence[Moved], paid: Sequence[Moved]) -> Iterator[Anomaly]:
    """The same sum within a week, or the same bill once more."""
    paid = [each for each in paid if each.bank_id not in facts.weekly]
    by_sum, by_bill = _grouped(paid, lambda each: each.paid), _grouped(paid, lambda each: each.reference)
    habit = [pair for some in by_sum.values() for pair in pairwise(some) if _within_a_week(*pair)]
    for second in paid:
        if second.row.day < facts.since:
            continue
        once = [each for each in by_sum[second.paid] if _within_a_week(each, second)]
        once = [each for each in once if _same_week(facts, each, second, habit)]
        billed = by_bill[second.reference] if second.reference else []
        once += [each for each in billed if _is_before(each, second) and _same_bill(facts, each, second)]
        first = next((each for each in once if not _came_back(each, moves)), None)
        if first is not None:
            yield _paid_twice(first, second)


def _paid_twice(first: Moved, second: Moved) -> Anomaly:
    is_one = first.reference and first.reference == second.reference
    why = f"both for {first.reference}." if is_one else "and nothing says that these are two things."
    return Anomaly(
        Kind.DUPLICATE_PAYMENT,
        second.payee,
        second.paid,
        second.row.currency,
        (first.row, second.row),
        f"{second.payee} got {_sum(first)} on {first.row.day} and {_sum(second)} on {second.row.day}, {why}",
        key_of(Kind.DUPLICATE_PAYMENT, second.payee, second.bank_id),
        _signs(second),
    )


def _grouped(paid: Iterable[Moved], by: Callable[[Moved], T]) -> dict[T, list[Moved]]:
    found: dict[T, list[Moved]] = {}
    for each in paid:
        found.setdefault(by(each), []).append(each)
    return found


def _is_before(first: Moved, second: Moved) -> bool:
    return (first.row.day, first.bank_id) < (second.row.day, second.bank_id)


def _within_a_week(first: Moved, second: Moved) -> bool:
    return _is_before(first, second) and second.row.day - first.row.day <= timedelta(days=TWICE_DAYS)


def _same_bill(facts: Facts, first: Moved, second: Moved) -> bool:
    """Whether both name one bill, and together pay more than it asks for; without the bill, equal sums do."""
    if not first.reference or first.reference != second.reference:
        return False
    of_vendor = facts.billed.get(payee_key(first.payee), ())
    totals = [each.total for each in of_vendor if each.reference == first.reference]
    return first.paid + second.paid > sum(totals) if totals else first.paid == second.paid


def _same_week(facts: Facts, first: Moved, second: Moved, habit: Sequence[tuple[Moved, Moved]]) -> bool:
    """Whether nothing says what each of two equal sums was for, and the payee is none who gets such sums again."""
    if first.paid < facts.limits.small_purchase or (first.reference and second.reference):
        return False
    return sum(second not in pair and first not in pair for pair in habit) < A_HABIT


def _came_back(first: Moved, moves: Sequence[Moved]) -> bool:
    """Whether the payee gave the sum back once: then it was paid one time."""
    return any(each.row.amount == first.paid and each.row.day >= first.row.day for each in moves)


def _amounts(facts: Facts, paid: Sequence[Moved]) -> Iterator[Anomaly]:
    for at, each in enumerate(paid):
        if each.row.day < facts.since or each.bank_id in facts.dearer:
            continue
        amounts = [one.paid for one in (*paid[max(0, at - COMPARED) : at], *paid[at + 1 : at + COMPARED])]
        usual = median_low(amounts or [each.paid])
        if not is_odd(each.paid, amounts, FLOOR) or _is_expected(facts, each, paid, usual):
            continue
        yield Anomaly(
            Kind.AMOUNT,
            each.payee,
            each.paid,
            each.row.currency,
            (each.row,),
            f"{each.payee} got {_sum(each)} on {each.row.day}; usual are about {amount_text(usual)}.",
            key_of(Kind.AMOUNT, each.payee, each.bank_id),
            _signs(each),
        )


def _is_expected(facts: Facts, move: Moved, others: Sequence[Moved], usual: Decimal) -> bool:
    """What comes once a year came a year ago too, a wage is paid twice in some months, or the price was told."""
    if any(payee_key(name) == payee_key(move.payee) and price == move.paid for name, price in facts.announced.items()):
        return True
    if any(_is_a_year_before(other, move) for other in others):
        return True
    is_wage = any(word in move.category.casefold() for word in WAGES)
    times = move.paid / usual
    return is_wage and move.row.day.month in THIRTEENTH_MONTHS and THIRTEENTH[0] <= times <= THIRTEENTH[1]


def _is_a_year_before(other: Moved, move: Moved) -> bool:
    days = (move.row.day - other.row.day).days
    return abs(days - A_YEAR) <= YEAR_SLACK and abs(other.paid - move.paid) <= move.paid * YEAR_ALIKE


def _accounts(facts: Facts, paid: Sequence[Moved]) -> Iterator[Anomaly]:
    """The first payment to an account, where the payee had others before, and nobody said that it is theirs."""
    proven = {iban for name, some in facts.ibans.items() if paid and _is(name, paid[0]) for iban in some}
    known: dict[str, Moved] = {}
    for each in paid:
        if each.iban and each.iban not in known:
            if known and each.iban not in proven and each.row.day >= facts.since:
                before = [*known.values()][-1]
                yield Anomaly(
                    Kind.CHANGED_IBAN,
                    each.payee,
                    each.paid,
                    each.row.currency,
                    (before.row, each.row),
                    f"{each.payee} was paid to the account {_masked(each.iban)} on {each.row.day}, before that to "
                    f"{_masked(before.iban)}: ask them by a way you know, not by an answer to their mail.",
                    key_of(Kind.CHANGED_IBAN, each.payee, each.iban),
                    _signs(each),
                )
            known[each.iban] = each


def _newcomers(facts: Facts, paid: Sequence[Moved]) -> Iterator[Anomaly]:
    """The first payment to somebody: a large one, or a round sum to an account. A bill in the books explains it."""
    first = paid[0] if paid else None
    if first is None or first.row.day < max(facts.since, facts.first_day + timedelta(days=facts.limits.history)):
        return
    if any(each.total == first.paid for each in facts.billed.get(payee_key(first.payee), ())):
        return
    is_round = bool(first.iban) and first.paid >= facts.limits.round_sum and not first.paid % ROUND
    if not is_round and first.paid <= facts.limits.new_payee:
        return
    kind = Kind.NEW_ACCOUNT if is_round else Kind.NEW_PAYEE
    what = "a round sum to an account nobody knew, and no bill asks for it" if is_round else "and no bill asks for it"
    yield Anomaly(
        kind,
        first.payee,
        first.paid,
        first.row.currency,
        (first.row,),
        f"{first.payee} got {_sum(first)} on {first.row.day}, the first time: {what}.",
        key_of(kind, first.payee, first.bank_id),
        _signs(first),
    )


def _is(name: str, move: Moved) -> bool:
    return payee_key(name) == payee_key(move.payee)


def _sum(move: Moved) -> str:
    return amount_text(move.paid, move.row.currency)


def _masked(iban: str) -> str:
    return f"...{iban[-MASKED:]}"


def _signs(move: Moved) -> tuple[str, ...]:
    """What says little by itself: banks rest at weekends, card purchases do not."""
    return (f"it is of a {move.row.day:%A}",) if move.row.day.weekday() >= SATURDAY else ()
