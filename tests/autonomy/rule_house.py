"""A house whose handbook holds rules: a small table `what | when | then`, read by a reader of our own."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.approval.risk import default_rules
from agents.autonomy.policy_changes import PolicyPorts
from agents.connectors.contract import Money
from agents.durability.policy_rows import PolicyChange, PolicyVersion, policy_in_force, suspensions, waiting_change
from agents.security.permission_manager import Conditions, Level, Policy, Role, Rule, Verb
from agents.vault.outline import Problem
from agents.vault.tables import Table, read_tables
from tests.autonomy.courier import MODELS
from tests.autonomy.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock

WORDS = {"allow": Level.ALLOW, "ask": Level.ASK, "prove": Level.PROVE}
PEOPLE, YES = frozenset({Role.OWNER, Role.VAULT}), frozenset({Verb.APPROVE})
BUILT_IN = default_rules(Money(Decimal(500), "EUR"))
HEADER = "# Handbook\n\n## Permissions\n\n| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"
_WHEN = re.compile(r"(?:at most (\d+) a day)?(?: and )?(?:to (.+))?")
ALLOW = "| owner | approve | parcel.send | | allow |"
PROVE = "| owner | approve | parcel.* | | prove |"


def read(handbook: str) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """`prove` is a demand, the others are grants; the built-in rule asks for a plain yes."""
    rows = [
        row for each in read_tables(handbook) if isinstance(each, Table) and "then" in each.columns for row in each.rows
    ]
    bad = tuple(
        Problem(row.line, f"{row.cells['then']!r} is no answer") for row in rows if row.cells["then"] not in WORDS
    )
    good = (row for row in rows if row.cells["then"] in WORDS)
    return (
        *BUILT_IN,
        *(_rule(row.line, row.cells["what"], row.cells["when"], WORDS[row.cells["then"]]) for row in good),
    ), bad


def _rule(line: int, what: str, when: str, level: Level) -> Rule:
    found = _WHEN.fullmatch(when)
    assert found
    names = frozenset({found[2].casefold()} if found[2] else ())
    bounds = Conditions(count_up_to=int(found[1]) if found[1] else None, counterparties=names)
    return Rule(f"line {line}", PEOPLE, YES, level, what, bounds, demands=level is Level.PROVE)


def failing(handbook: str, policy: Policy) -> tuple[Problem, ...]:
    """An example `never allow` of the owner's holds while nothing goes through without asking."""
    allows = any(each.level is Level.ALLOW and each.verbs == YES for each in policy.rules)
    return (Problem(1, "never allow"),) if "never allow" in handbook and allows else ()


class RuleHouse(House):
    """The looks and moves that tests of rules need."""

    def handbook(self, *rows: str, above: str = "") -> None:
        """The owner writes the table."""
        (self.vault / "Company_Handbook.md").write_text(above + HEADER + "".join(f"{row}\n" for row in rows), "utf-8")

    def version(self) -> PolicyVersion:
        with self.journal.begin() as sql:
            found = policy_in_force(sql)
        assert found is not None
        return found

    def change(self) -> PolicyChange | None:
        with self.journal.begin() as sql:
            return waiting_change(sql)

    def asks(self) -> str:
        """The id of the change that waits; there must be one."""
        change = self.change()
        assert change is not None
        return change.id

    def suspended(self) -> int:
        with self.journal.begin() as sql:
            return len(suspensions(sql))

    def notes(self) -> Iterator[str]:
        """The texts of the alerts that offer a rule."""
        for each in sorted((self.vault / "Needs_Action").glob("*-alert-*.md")):
            if "paste this row" in (text := each.read_text("utf-8")):
                yield text


def rule_house(place: Path, clock: FrozenClock) -> RuleHouse:
    """A vault just made, with an empty table in its handbook."""
    made = RuleHouse(place, clock, rules=PolicyPorts(read, MODELS, failing))
    made.found()
    made.handbook()
    return made


def offered_after(house: RuleHouse, times: str) -> None:
    """The owner says in the handbook after how many yeses a rule is offered."""
    limits = f"## Limits\n\n| what | limit |\n| --- | --- |\n| offer a rule after | {times} |\n\n"
    house.handbook(above=limits)
