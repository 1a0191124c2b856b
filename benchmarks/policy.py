"""What one decision of the policy costs: 40 rows of the owner's about one kind of action, beside no row at all.

All 40 rows speak of the action that is asked about, so none is left out unread. The worst request is the one that takes
longest, of its best round: a round can be slow because of something else on the machine.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.approval.policy_table import read_permissions
from agents.approval.risk import policy_of
from agents.connectors.contract import Money
from agents.security.permission_manager import Begun, Request, Role, Verb
from benchmarks.common.drops import is_quick

if TYPE_CHECKING:
    from agents.security.permission_manager import Policy

LIMIT = Money(Decimal(500), "EUR")
HEAD = "## Permissions\n\n| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"
ROWS = (
    "up to {} EUR and known for 30 days | ask",
    "above {}000 EUR | ask two",
    "more than {}000 EUR a day | ask two",
    "more than {}0 a day and weekends | ask with proof",
    "known for less than {} days and from a mail | ask with proof",
    "to KP, IR and above {} EUR | never",
    "18:00 to 08:00 and above {}00 EUR | ask two",
    "to eve{}@other.example | never",
)
TODAY = tuple(
    Begun(f"payment.kind{number}", "money_leaves", number, Decimal(number * 10), "EUR") for number in range(1, 6)
)
ASKED = Request(
    role=Role.VAULT,
    verb=Verb.APPROVE,
    at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    action="payment.make",
    stakes="money_leaves",
    amount=Decimal(40),
    currency="EUR",
    counterparty="anna@client.example",
    source="owner",
    known_days=90,
    country="DE",
    today=TODAY,
)


def main() -> None:
    """Print the figures."""
    rounds = 200 if is_quick() else 3_000
    rows = "".join(f"| | | payment.* | {ROWS[n % len(ROWS)].format(n // len(ROWS) + 1)} |\n" for n in range(40))
    began = time.perf_counter()
    rules, problems = read_permissions(HEAD + rows)
    compiled_ms = (time.perf_counter() - began) * 1_000
    if problems:
        raise SystemExit(f"the rows are wrong: {problems}")
    mean, worst = decision_us(policy_of(LIMIT, rules), rounds)
    floor, _ = decision_us(policy_of(LIMIT), rounds)
    found = {"decision_us": mean, "worst_us": worst, "empty_us": floor, "compiled_ms": compiled_ms}
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


def decision_us(policy: Policy, rounds: int) -> tuple[float, float]:
    """Microseconds for one decision: of all requests together, and of the slowest one."""
    best: dict[int, float] = {}
    total = 0.0
    requests = varied()
    for _ in range(rounds):
        for number, request in enumerate(requests):
            began = time.perf_counter()
            policy.decide(request)
            took = (time.perf_counter() - began) * 1_000_000
            total += took
            best[number] = min(best.get(number, took), took)
    return total / rounds / len(requests), max(best.values())


def varied() -> tuple[Request, ...]:
    """The same question with other facts."""
    return (
        ASKED,
        replace(ASKED, amount=Decimal(4_000)),
        replace(ASKED, amount=Decimal(4_000), at=ASKED.at + timedelta(days=5, hours=8)),
        replace(ASKED, source="mail", known_days=0),
        replace(ASKED, country="KP"),
        replace(ASKED, counterparty="eve3@other.example"),
        replace(ASKED, known_days=None, country="", source="", counterparty="", today=None),
        replace(ASKED, amount=None, currency=""),
    )


if __name__ == "__main__":
    main()
