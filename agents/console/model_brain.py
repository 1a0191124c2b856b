"""The brain of a run: the playbook, with Claude behind it for what the rules are not sure of. Joined from the rooms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from textwrap import shorten
from typing import TYPE_CHECKING

from agents.autonomy.founding import TEMPLATE
from agents.autonomy.leaving import Leaving, task_note
from agents.autonomy.owner_category import new_word, remembered
from agents.autonomy.owner_facts import OwnerFacts
from agents.autonomy.views import outcomes, task_view
from agents.console.claude_connection import KEY, limits_of, obstacle
from agents.console.facts_now import owner_files_now
from agents.console.privacy_commands import find_secret_spans, terms_of
from agents.console.toolbench import toolbox_of
from agents.durability.journal import looking, noting
from agents.durability.task_persistence import find_task
from agents.errors import NotAllowed
from agents.reasoning.budget import Prices
from agents.reasoning.claude import ClaudeBrain, ClaudePorts, Desk
from agents.reasoning.claude_asking import Asking, AskingPorts
from agents.reasoning.escalation import BY_RULES
from agents.reasoning.outgoing import Prompt, prepare
from agents.reasoning.playbook import PlaybookBrain
from agents.vault.layout import HANDBOOK_NOTE, RATES_NOTE
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.console.toolbench import OpenToolbox
    from agents.console.wiring import House
    from agents.durability.task_persistence import TaskRow
    from agents.reasoning.brain import Facts, Outcome, TaskView
    from agents.reasoning.outgoing import Prepared
    from agents.reasoning.skill_library import Skill
    from agents.reasoning.toolbox import Toolbox

SKILL_CHARS = 72  # of what it is for, in the list that stands in every request


@dataclass(frozen=True)
class Desks:
    """Lays out the desk for a turn of a task, in any thread: what may leave, with the tools of this turn."""

    house: House
    rules: PlaybookBrain
    open_toolbox: OpenToolbox

    def open(self, view: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, notes: Iterable[str] = ()) -> Desk:
        """The desk; `notes` are further notes to send, by their path.

        Raises:
            NotAllowed: the task is gone.
            NeedsOwner: nobody knows what is private.
        """
        house = self.house
        leaving = Leaving(house.place.root, house.models, find_secret_spans)
        with looking(house.state) as sql:
            row = find_task(sql, view.id)
            if row is None:
                raise NotAllowed(f"{view.id} is gone", hint="Nothing is lost; it is filed anew.")
            material = leaving.material(sql, row, notes)
        toolbox = self.open_toolbox(view, outcomes, facts)
        own = replace(material, task=view, outcomes=outcomes)
        return Desk(own, leaving.redactor(view), toolbox, terms_of(house.settings), self._prompt(toolbox))

    def _prompt(self, toolbox: Toolbox) -> Prompt:
        """What every request of this vault begins with."""
        useful = (each for each in self.rules.skills if each.category not in BY_RULES)
        skills = tuple((each.name, purpose(each)) for each in useful)
        chosen = self.house.settings
        return Prompt(toolbox.definitions(), skills, chosen.model_effort, chosen.model_max_tokens, explanations())


def purpose(skill: Skill) -> str:
    """What a skill is for, in one line: the first sentence of its description."""
    return shorten(skill.description.partition(". ")[0], SKILL_CHARS, placeholder=" …")


def first_request(house: House, row: TaskRow, notes: Iterable[str] = ()) -> Prepared:
    """What would leave first, if a model were asked about a task as it stands now.

    Raises:
        NotAllowed: the task is private.
        NeedsOwner: nobody knows what is private.
    """
    rules = PlaybookBrain(house.skills, accepted=house.accepted_skills)
    own = OwnerFacts(house.place.root, house.clock, house.settings.proposal_days, models=house.models)
    with looking(house.state) as sql:
        word = remembered(sql, row.id)
        note = task_note(house.place.root, row.id).note
        word = word if isinstance(note, Problem) else new_word(note.text, row, word) or word
        view, known = task_view(sql, row, word), outcomes(sql, row.id, house.models)
    facts = owner_files_now(house, own, known).facts
    desks = Desks(house, rules, toolbox_of(house, own.policy, lambda: rules.skills))
    desk = desks.open(view, known, facts, notes)
    return prepare(desk.material, desk.redactor, desk.terms, desk.prompt)


def claude_brain(house: House, rules: PlaybookBrain, open_toolbox: OpenToolbox) -> ClaudeBrain:
    """The brain; whether a model may be asked is looked at each time."""
    settings = house.settings
    asking = Asking(
        AskingPorts(
            noting=partial(noting, house.state),
            key=lambda: house.passwords.get(KEY),
            clock=house.clock,
            prices=Prices(settings.model_usd_in, settings.model_usd_out),
            limits=limits_of(house),
            timeout_s=settings.model_timeout_s,
            stopping=house.stopping,
        )
    )
    desks = Desks(house, rules, open_toolbox)
    return ClaudeBrain(
        ClaudePorts(
            rules, partial(obstacle, house), desks.open, asking, settings.model_when, settings.model_max_answers
        )
    )


@cache
def explanations() -> frozenset[str]:
    """The lines of the owner's files as shipped that are no rows of a table and no headings."""
    texts = (TEMPLATE.joinpath("vault", name).read_text(encoding="utf-8") for name in (HANDBOOK_NOTE, RATES_NOTE))
    lines = (line.strip() for text in texts for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith(("|", "#", "---")))
