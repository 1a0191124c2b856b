"""How safe this installation stands: every finding for `doctor`, and the dangers that a run tells when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.danger_alerts import Dangers, look_again
from agents.security.file_posture import file_findings, sync_findings, watched_files
from agents.security.findings import Finding, Grade
from agents.security.git_posture import history_findings, watched_history
from agents.security.obsidian_posture import obsidian_findings, watched_settings
from agents.security.watched import stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.console.wiring import House

HISTORY = "history.git"


def every_finding(house: House) -> tuple[Finding, ...]:
    """Everything that was looked at, for `doctor`: a new look is one more line here or in `_quick`."""
    from agents.security.confinement import confinement_findings, held_here, kernel_here
    from agents.security.disk_posture import disk_findings
    from agents.security.git_posture import vault_findings

    disks = disk_findings({"the state folder": house.state, "the vault": house.place.root})
    scripts = confinement_findings(held_here(kernel_here()))
    return (*_quick(house), *vault_findings(house.place.root), *disks, _network(house), *scripts)


def dangers_at_start(house: House) -> Dangers | None:
    """Dangers that a start tells; None: no file changed since the last start.

    Ask before the recorder is opened: it writes the history's settings anew, and a plant would be gone untold.
    """
    written = [*watched_settings(house.place.root), *watched_history(house.state / HISTORY, house.place.root)]
    stamp = stamp_of(written, watched_files(house.state))
    return look_again(house.journal, stamp, lambda: _quick(house))


def machine_rows(findings: Iterable[Finding]) -> Iterator[dict[str, str]]:
    """The findings for `doctor --json`, in the form of its other rows; `state` is the grade."""
    for each in findings:
        yield {
            "name": each.about,
            "state": each.grade,
            "says": each.told,
            "why": each.why,
            "next_step": each.next_step,
        }


def _network(house: House) -> Finding:
    """What the connectors may reach now; the way there refuses everything else."""
    reached = [f"{each.name} {to}" for each in house.manifests for to in each.reaches(house.context)]
    if not reached:
        return Finding("network", Grade.FINE, "no connector may reach another computer")
    return Finding("network", Grade.FINE, "connectors reach these hosts and no other", outside=", ".join(reached))


def _quick(house: House) -> tuple[Finding, ...]:
    """What may be a danger, and costs little to look at."""
    root, state = house.place.root, house.state
    history = history_findings(state / HISTORY, root, pointer=house.place.pointer)
    return (*obsidian_findings(root), *history, *file_findings(state), *sync_findings(state))
