"""Lets another assistant see what the employee is at and waits for: `python -m agents.servers.autonomy_mcp_server`.

A door that only reads (ADR 0007). To pause, resume, skip, retry or cancel is the owner's alone, by command or by note,
so there is no tool for it: an assistant that read a mail must not be able to halt the work, or to hurry it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.approval.policy_examples import read_request
from agents.approval.policy_words import NotUnderstood
from agents.autonomy.overview import look
from agents.autonomy.owner_facts import handbook_of, rules_of
from agents.autonomy.policy_changes import in_force
from agents.autonomy.queries import soonest_waits
from agents.clock import as_local
from agents.durability.news import news_of
from agents.durability.proposal_rows import proposals_of
from agents.durability.schema import WAITS
from agents.durability.task_persistence import count, questions_of
from agents.durability.turn_rows import turns_since
from agents.durability.wait_rows import waits_of
from agents.errors import NotAllowed
from agents.servers.autonomy_view import Standing, TaskStanding, WaitList, standing, task_standing, wait_list
from agents.servers.door import Door, known_task, open_to_assistants, serve
from agents.servers.policy_view import PolicyAnswer, PolicyRules, policy_answer, rules_in_words
from agents.servers.waiting_view import MAX_SHOWN, NOTICE

if TYPE_CHECKING:
    from agents.security.permission_manager import Policy
    from agents.servers.door import Tool


class AutonomyDoor(Door):
    """What the tools do, for one vault."""

    name = "autonomy"
    instructions = (
        "How the work of a small business's employee stands: its tasks, what each waits for, and why. These tools only "
        f"read; pausing, cancelling and deciding are the owner's. {NOTICE}"
    )

    def reads(self) -> tuple[Tool, ...]:
        """How everything stands, how one task does, and what is waited for."""
        return (self.overview, self.explain_task, self.list_waits, self.explain_policy, self.list_rules)

    def overview(self) -> Standing:
        """Show what is in progress, what waits for the owner, what is approved and not done, and what holds it up."""
        with self.journal() as journal:
            return standing(look(self.place.root, journal, self.clock.now()), self.privacy())

    def explain_task(self, task_id: str) -> TaskStanding:
        """Explain one task: its state, turns and cost, what it waits for, and what is missing until it is done."""
        with self.journal() as journal, journal.begin() as sql:
            row = known_task(sql, task_id, listed_by="overview or list_waits")
            open_to_assistants(row.id, self.privacy())
            asked = proposals_of(sql, row.id), questions_of(sql, row.id)
            has_news = any(news_of(sql, row.id).values())
            turns, waits = turns_since(sql, row.id, ""), waits_of(sql, row.id, "open")
        return task_standing(row, turns, waits, asked, has_news=has_news)

    def list_waits(self) -> WaitList:
        """List the tasks that wait for a day, a payment, a reply or another task; the soonest first."""
        with self.journal() as journal, journal.begin() as sql:
            return wait_list(soonest_waits(sql, MAX_SHOWN), count(sql, WAITS, "open"), self.privacy())

    def explain_policy(
        self, what: str, amount: str = "", recipient: str = "", recipient_from: str = "", known: str = ""
    ) -> PolicyAnswer:
        """Say what the owner's policy asks for one action now, and by which rule. It decides nothing.

        `what`: 'payment', 'mail', 'invoice' or an action such as 'email.send'; `amount`: '600 EUR'; `recipient`: a
        name, an address or a country such as DE; `recipient_from`: 'me', 'my contacts', 'the sender', 'a mail';
        `known`: 'new' or '30 days'. What is left out counts as unknown.
        """
        cells = {"what": what, "amount": amount, "to": recipient, "from": recipient_from, "known": known}
        try:
            request = replace(read_request(cells), at=as_local(self.clock.now()))
        except NotUnderstood as err:
            raise NotAllowed(f"{err}.", hint="Ask again with other words.") from err
        return policy_answer(self._rules().decide(request))

    def list_rules(self) -> PolicyRules:
        """List the rules of the policy in words: the owner's, then those that hold where the owner says nothing."""
        return PolicyRules(rules=rules_in_words(self._rules().rules))

    def _rules(self) -> Policy:
        """Those in force, whatever the handbook says by now; before the first run its own."""
        with self.journal() as journal, journal.begin() as sql:
            return in_force(sql) or rules_of(handbook_of(self.place.root))


if __name__ == "__main__":
    sys.exit(serve(AutonomyDoor))
