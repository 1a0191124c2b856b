"""The owner's skills: taken as they come at the first run, told when they change, accepted by command.

What comes with the program is trusted at the first run of a vault and never again by itself: from then on every other
tree waits for the owner's word (ADR 0046).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agents.autonomy.autonomy_orchestrator import Swept
from agents.durability.alerts import raise_alert
from agents.durability.skill_rows import accept_skill, accepted_skills, first_acceptance_is_due, note_first_acceptance
from agents.durability.task_persistence import settle_request
from agents.durability.transitions import Transition
from agents.reasoning.skill_acceptance import acceptance_of, sort_skills
from agents.reasoning.skill_library import discover
from agents.security.audit_logger import Fact
from agents.security.watched import stamp_of
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from agents.durability.blobs import Blobs
    from agents.durability.task_persistence import RequestRow
    from agents.durability.transitions import Recorder
    from agents.reasoning.skill_acceptance import Sorted, Withheld
    from agents.reasoning.skill_library import Skill

SKILLS_REQUEST = "skill"
AS_IT_CAME = "as it came"
BY_COMMAND = "by command"
LOOK_EVERY_S = 60.0  # an idle run has little to do, and looking at every file is most of it
_NOTHING = Swept(0, None)


class SkillChanges:
    """Watches the skills below `root` on behalf of one vault."""

    def __init__(self, recorder: Recorder, blobs: Blobs, root: Path) -> None:
        self._recorder = recorder
        self._blobs = blobs
        self._root = root
        self._settled = ""
        self._looked_s = float("-inf")

    def take_first(self) -> int:
        """At the very first run, take the skills as they came with the program; how many."""
        with self._recorder.journal.begin() as sql:
            if not first_acceptance_is_due(sql):
                return 0
        skills, _problems = discover(self._root)
        keep_trees(self._blobs, skills)
        now = self._recorder.clock.now()
        with self._recorder.begin() as writing:
            for each in skills:
                accept_skill(writing.sql, acceptance_of(each), now, AS_IT_CAME)
                fact = Fact("runner", "skill.taken", each.name, parameters={"digest": each.digest})
                writing.record(Transition(fact, f"Take the skill {each.name} as it came"))
            note_first_acceptance(writing.sql, now)
        return len(skills)

    def sweep(self) -> Swept:
        """Tell once of every tree that is not the accepted one; before each use it is looked at anyway."""
        now_s = self._recorder.clock.monotonic_s()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return _NOTHING
        self._looked_s = now_s
        with self._recorder.journal.begin() as sql:
            accepted = accepted_skills(sql)
        digests = "".join(each.digest for each in accepted.values())
        stamp = stamp_of(_everything(self._root), ()) + digests  # nothing is read while nothing changed
        if stamp == self._settled:
            return _NOTHING
        found = sort_skills(*discover(self._root), accepted)
        told = self._tell(found)
        self._settled = stamp
        return Swept(told, None)

    def _tell(self, found: Sorted) -> int:
        if not found.withheld:
            return 0
        with self._recorder.begin() as writing:
            for each in found.withheld:
                words = f"The skill {plain(each.name)} does not run: {plain(each.why)}."
                now, step = self._recorder.clock.now(), _step(each)
                raise_alert(writing, "skills", words, now, detail=step, occasion=each.digest)
            return len(writing.recorded)

    def by_command(self, row: RequestRow) -> str:
        """The owner accepted a skill, or forgot one that is gone, by command: that becomes an event."""
        word, _, digest = row.text.partition(" ")
        with self._recorder.begin() as writing:
            parameters = {"digest": digest, "how": BY_COMMAND, "request": str(row.number)}
            fact = Fact("owner", f"skill.{word}", row.target, parameters=parameters, approved_by="owner")
            writing.record(Transition(fact, f"Skill {row.target}: {word}"))
            settle_request(writing.sql, row.number, "done", "")
        return ""


def _step(withheld: Withheld) -> str:
    if withheld.digest:
        return "What to do: `skills accept NAME` shows the difference and accepts it, `skills accept` all that changed."
    return "What to do: put its folder back as it was; `skills` lists all."


def keep_trees(blobs: Blobs, skills: Iterable[Skill]) -> None:
    """Keep the bytes of accepted trees, so that a later difference can be shown."""
    for each in skills:
        for file in each.tree:
            blobs.put(file.content)


def _everything(root: Path) -> list[str]:
    """Every folder and file below it, links not followed; as plain paths, since this is asked with every scan."""
    return sorted(f"{folder}/{name}" for folder, folders, names in os.walk(root) for name in (*folders, *names))
