"""Earned autonomy: after so many unchanged yeses in a row a rule is offered, and one no takes it back (ADR 0039).

Counted are the owner's yeses to one kind of action for one counterparty and currency, from the events of the chain.
Whatever else becomes of such a proposal begins the count anew. An offer changes nothing: the owner puts the row into
the handbook, and a proof confirms it like any loosening. Nothing is offered for what is of high risk.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from agents.approval.risk import Tier
from agents.autonomy.earned_row import Offer
from agents.autonomy.past_decisions import PastCases, read_action, ruling
from agents.autonomy.policy_notes import offer_detail, offer_words
from agents.clock import as_local
from agents.durability.alerts import raise_alert
from agents.durability.journal import newest_seq, read_meta, write_meta
from agents.durability.policy_rows import (
    EarnedRow,
    PastProposal,
    Suspension,
    earned,
    forget_earned,
    keep_earned,
    past_proposal,
    proposal_events,
    suspend_rule,
    suspensions,
)
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.security.permission_manager import Level
from agents.security.policy_wire import key_of
from agents.security.rule_words import in_words
from agents.vault.plain import plain
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.autonomy.policy_changes import PolicyChanges
    from agents.connectors.contract import Action
    from agents.durability.transitions import Recorder, Writing
    from agents.security.permission_manager import Policy, Rule

MARK = "earned until event"
AT_ONCE = 500  # events of one look; a long past is counted over several
TIMES = 10
LIMIT_ROW = "offer a rule after"
OFFERED = frozenset({Tier.LOW, Tier.MEDIUM})
NEUTRAL = frozenset(f"proposal.{each}" for each in ("filed", "shown_again", "put_back", "allowed", "asked_again"))
_TIMES = re.compile(r"([0-9]{1,4})(?: unchanged)?(?: yes(?:es)?)?")


@dataclass(frozen=True, slots=True)
class EarnedPorts:
    """`models` of actions by name; `times` after how many yeses a rule is offered (0 = never); `built_in`: our rules.

    `row` is the line of the handbook's table that grants an offer; empty when no line can say it.
    """

    models: Mapping[str, type[Action]]
    built_in: Policy
    times: Callable[[], int]
    row: Callable[[Offer], str]


class EarnedRules:
    """Counts, offers, and takes back."""

    def __init__(self, recorder: Recorder, changes: PolicyChanges, ports: EarnedPorts) -> None:
        self._recorder = recorder
        self._changes = changes
        self._ports = ports
        self._clock = recorder.clock
        self._mark = -1

    def look(self) -> int:
        """Take in what became of proposals since the last look; how many offers and suspensions that led to."""
        with self._recorder.journal.begin() as sql:
            newest = newest_seq(sql)
            if self._mark < 0:
                self._mark = int(read_meta(sql, MARK, "0"))
            up_to = min(newest, self._mark + AT_ONCE)
            news = proposal_events(sql, self._mark, up_to) if newest > self._mark else ()
        if not news:
            self._mark = max(self._mark, up_to)
            return 0
        with self._recorder.begin() as writing:
            moved = sum(self._count(writing, json.loads(line)) for _, line in news)
            write_meta(writing.sql, MARK, str(up_to))
        self._mark = up_to
        if moved:
            self._changes.refresh()
        return moved

    def _count(self, writing: Writing, event: Mapping[str, str]) -> int:
        what = event["action_type"]
        past = past_proposal(writing.sql, event["target"]) if what not in NEUTRAL else None
        action = read_action(past, self._ports.models) if past else None
        if past is None or action is None:
            return 0
        if what == "proposal.approved":
            return self._yes(writing, past, action) if event["actor"] == "owner" else 0
        forget_earned(writing.sql, action.action, action.recipient().casefold())
        return self._no(writing, past, action) if what == "proposal.rejected" else 0

    def _yes(self, writing: Writing, past: PastProposal, action: Action) -> int:
        known = PastCases(writing.sql, self._ports.models).of(past)
        if past.risk not in OFFERED or known is None or ruling(*known, self._ports.built_in).level > Level.ASK:
            return 0  # what needed a proof, or would without the owner's own rules
        money, name = action.money, action.recipient()
        row = earned(writing.sql, action.action, name.casefold(), money.currency if money else "")
        day = as_local(datetime.fromisoformat(past.decided_at or past.created_at)).date().isoformat()
        that_day = row.that_day + 1 if row.day == day else 1
        highest = max(Decimal(row.highest or 0), money.amount) if money else None
        row = replace(
            row,
            times=row.times + 1,
            highest="" if highest is None else str(highest),
            day=day,
            that_day=that_day,
            most_a_day=max(row.most_a_day, that_day),
        )
        note = "" if row.offer else self._offer(writing, row, action)
        keep_earned(writing.sql, replace(row, offer=row.offer or note))
        return int(bool(note))

    def _offer(self, writing: Writing, row: EarnedRow, action: Action) -> str:
        """Tell the owner of a rule that was earned; the note, or empty when there is nothing to offer."""
        times, name = self._ports.times(), action.recipient()
        if not times or row.times < times or granting(self._changes.policy(), action):
            return ""
        highest = Decimal(row.highest) if row.highest else None
        line = self._ports.row(Offer(row.kind, name, row.currency, highest, row.most_a_day))
        if not line:
            return ""
        words = offer_words(row.times, row.kind, name)
        occasion = str(newest_seq(writing.sql))
        note = raise_alert(writing, "rule", words, self._clock.now(), detail=offer_detail(line), occasion=occasion)
        fact = Fact("runner", "rule.offered", note, parameters={"how": f"{row.times} yes"})
        writing.record(Transition(fact, f"Offer a rule in {note}"))
        return note

    def _no(self, writing: Writing, past: PastProposal, action: Action) -> int:
        """A no takes back every rule that lets such a thing through without asking."""
        before = suspensions(writing.sql)
        rules = [each for each in granting(self._changes.policy(), action) if key_of(each) not in before]
        if not rules:
            return 0
        for rule in rules:
            key = key_of(rule)
            suspend_rule(writing.sql, Suspension(key, self._clock.now().isoformat(), past.id))
            fact = Fact("runner", "rule.suspended", f"rule-{key[:10]}", past.task, {"digest": key, "by": past.id})
            writing.record(Transition(fact, f"Take back rule {key[:10]}"))
        names = "; ".join(dict.fromkeys(plain(in_words(each)) for each in rules))
        words = (
            f"You said no to {past.id}, so this rule of yours counts no more: {names}. You are asked again. To have it "
            "back, take its row out of the handbook, and put it in again later."
        )
        raise_alert(writing, past.id, words, self._clock.now(), occasion=str(newest_seq(writing.sql)))
        return len(rules)


def granting(policy: Policy, action: Action) -> tuple[Rule, ...]:
    """The rules that let such an action through without asking, and name its counterparty."""
    name = action.recipient().strip().casefold()
    return tuple(
        each
        for each in policy.rules
        if not each.demands
        and each.level is Level.ALLOW
        and fnmatchcase(action.action, each.action)
        and action.stakes.value in (each.when.stakes or {action.stakes.value})
        and name in {one.strip().casefold() for one in each.when.counterparties}
    )


def read_times(handbook: str) -> int:
    """After how many yeses a rule is offered, by the table under `Limits`; 0 = never, also when nobody can read it."""
    for table in read_tables(handbook):
        if isinstance(table, Table) and table.heading.strip().casefold() == "limits":
            for row in table.rows:
                if row.cells.get("what", "").strip().casefold() == LIMIT_ROW:
                    found = _TIMES.fullmatch(row.cells.get("limit", "").strip().casefold())
                    return int(found[1]) if found else 0
    return TIMES
