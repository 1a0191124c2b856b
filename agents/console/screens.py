"""What the command line shows a person: short, plain, and always with the next step."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from agents.approval.gate import half_said
from agents.autonomy.away_times import last_day
from agents.autonomy.overview import SHOWN
from agents.clock import as_local
from agents.console.terminal import bold, cyan, dim, green, red, say, yellow
from agents.durability.control_rows import DRAIN, EVERYTHING
from agents.durability.verification import CANNOT_SEE
from agents.vault.layout import NEEDS_ACTION
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from agents.approval.rate_limits import Wait
    from agents.autonomy.overview import Overview
    from agents.connectors.contract import Capability
    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.verification import Report
    from agents.security.findings import Finding

MANY = 10  # shown of what waits for the limits


def shown(text: str) -> str:
    """Text that may come from outside, safe for a terminal."""
    return on_one_line(text)


def told(who: str, text: str) -> None:
    """One line of what happens, as it happens."""
    say(f"{dim(f'{who:<9}')} {shown(text)}")


def loud(words: str) -> None:
    """What must not be overlooked; nothing when there are no words."""
    if words:
        say(red(shown(words)))


def waiting(overview: Overview, root: Path) -> None:
    """The one screen: what waits for the owner, and what to do next."""
    if overview.stopped:
        say(f"{red('Everything stands still:')} {shown(overview.stopped)}. Delete the file to go on.")
    for words in in_force(overview):
        say(f"{yellow(shown(words))}")
    if overview.pending:
        _decisions(overview)
    if overview.questions:
        say("\n" + bold("Questions for you"))
        for row in overview.questions:
            say(f"  {cyan(row.id)}\n    {shown(str(json.loads(row.ask)['question']))}")
    if overview.alerts:
        say(f"\n{bold('Alerts')} (notes in Needs_Action; move them to Done when read)")
        for name in overview.alerts:
            say(f"  {yellow(name)}\n    {_headline(root / NEEDS_ACTION / f'{name}.md')}")
    _held(overview.limited)
    say(f"\n{_counts(overview)}")
    _next_step(overview, str(root))


def in_force(overview: Overview) -> Iterator[str]:
    """What the owner holds now, why nothing new is begun, and until when they are away."""
    for hold in overview.holds:
        what, way = {
            EVERYTHING: ("Everything is paused", "`resume`"),
            DRAIN: ("Nothing new is begun, and the run ends", "`resume`, or the next `run`"),
        }.get(hold.name, (f"{hold.name} is paused", f"`resume {hold.name}`"))
        yield f"{what} ({hold.how}); {way} goes on."
    if overview.intake_paused:
        yield overview.intake_paused
    if overview.away_until:
        yield f"You are away until {last_day(overview.away_until)}; nothing expires meanwhile."


def _decisions(overview: Overview) -> None:
    say(f"\n{bold('Waiting for your yes')}")
    for row in overview.pending[:SHOWN]:
        until = as_local(overview.until(row)).strftime("%d %b %H:%M")
        say(f"  {cyan(row.id)}  {dim(f'risk {row.risk}, until {until}')}\n    {shown(title_of(row))}")
        if row.id in overview.half_said:
            say(f"    {yellow(shown(half_said((overview.half_said[row.id],))))}")
    if (more := max(overview.to_decide, len(overview.pending)) - SHOWN) > 0:
        say(f"  ... and {more} more; `status --json` lists them all.")


def _held(held: Mapping[str, Wait]) -> None:
    if held:
        say(f"\n{bold('Approved, held by your limits')}")
    for name, wait in islice(held.items(), MANY):
        say(f"  {cyan(name)}\n    {shown(wait.words)}")
    if len(held) > MANY:
        say(f"  and {len(held) - MANY} more; `status --json` shows all")


def title_of(row: ProposalRow) -> str:
    """The proposal's question, as its note asks it."""
    line = next((line for line in row.note.splitlines() if line.startswith("# ")), row.id)
    return line.removeprefix("# ").replace("\\", "")


def _counts(overview: Overview) -> str:
    parts = [
        f"{max(len(overview.pending), overview.to_decide)} to decide",
        f"{len(overview.questions)} to answer",
        f"{max(len(overview.in_progress), overview.working)} in progress",
        f"{overview.done} done",
        f"{len(overview.quarantine)} in quarantine",
    ]
    return " · ".join(parts)


def _next_step(overview: Overview, root: str) -> None:
    if overview.pending or overview.questions:
        say(f"{bold('What to do next:')} open {bold(root)} in Obsidian and begin with Dashboard.md.")
        if overview.pending:
            say("  Yes: move a note from Pending_Approval/ to Approved/ (or `python orchestrator.py approve ID`).")
            say("  No:  move it to Rejected/ (or `python orchestrator.py reject ID --reason WHY`).")
        if overview.questions:
            say("  Questions: tick a box in the note, or write behind `answer:` (or `answer ID TEXT`).")
    else:
        say(f"{bold('What to do next:')} nothing waits. Drop a mail (.eml) or a file into {root}/Inbox.")


def _headline(note: Path) -> str:
    """The first heading of one of our notes."""
    try:
        lines = note.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return shown(next((line for line in lines if line.startswith("# ")), "").removeprefix("# ").replace("\\", ""))


def left(words: Sequence[str]) -> None:
    """Files that stay where they are, and why."""
    for each in words:
        say(f"{yellow('left')}      {shown(each)}")


def doctor(capabilities: Sequence[Capability], findings: Sequence[Finding]) -> None:
    """Every capability, how it works, and its one next step; then how safe it stands here."""
    states = {"real": green, "outbox": yellow, "off": red}
    for each in capabilities:
        say(f"{each.name:<9} {states[each.state](f'{each.state:<6}')} {each.says}")
        if each.next_step:
            say(f"{'':<16} next: {bold(each.next_step)}")
    say("\n" + bold("How safe it stands here"))
    grades = {"fine": green, "look": yellow, "danger": red, "unknown": cyan}
    for finding in findings:
        say(f"{finding.about:<9} {grades[finding.grade](f'{finding.grade:<7}')} {finding.told}")
        if finding.why:
            say(f"{'':<17} why:  {finding.why}")
        if finding.next_step:
            say(f"{'':<17} next: {bold(finding.next_step)}")


def verified(report: Report) -> None:
    """What `verify` found."""
    for line in report.broken:
        say(f"{red('broken')}    {shown(line)}")
    for line in report.unchecked:
        say(f"{yellow('unchecked')} {shown(line)}")
    for line in report.warnings:
        say(f"{yellow('note')}      {shown(line)}")
    verdict = {
        0: green("All holds."),
        1: red("Something is broken."),
        3: yellow("Not everything could be checked."),
    }
    say(verdict[report.exit_code])
    if report.exit_code == 0:
        say("Chain, log, signatures, history, receipts and sealed notes say what was recorded on this machine.")
    say(f"{dim('cannot see')} {'; '.join(CANNOT_SEE)}.")
    if report.newest:
        say(f"{dim('newest')}     {shown(report.newest)}")


def everything(overview: Overview) -> None:
    """The rest of the overview, for `status --all`."""
    groups = {
        "Not begun": overview.tasks,
        "In progress": overview.in_progress,
        "Approved, not done yet": tuple(row.id for row in overview.approved),
        "Last effects": tuple(row.id for row in overview.recent),
        "Quarantine": overview.quarantine,
    }
    for title, names in groups.items():
        if names:
            say(f"\n{bold(title)}")
            for name in names:
                say(f"  {shown(name)}")
