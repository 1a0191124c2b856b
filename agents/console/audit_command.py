"""`audit`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from agents.console.entering import json_option, opened, vault_option
from agents.console.metrics_command import row_view

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.insight.business_auditor import Audit

KIND = "audit"  # of the request


@click.command()
@json_option
@vault_option
def audit(*, as_json: bool, vault: Path | None) -> None:
    """What somebody should look at: late payers, odd payments, what stands still. It becomes a note in Briefings."""
    from agents.console.auditing import make
    from agents.console.requesting import request
    from agents.insight.audit_page import note_name

    with opened(vault) as house:
        found = make(house)
        if as_json:
            click.echo(json.dumps(machine_view(found), indent=2, default=str))
            return
        for line in shown(found):
            click.echo(line)
        click.echo(f"All of it, to be ticked, will be in Briefings/{note_name(found.day)}.md.")
        request(house, KIND, "", "")


def shown(found: Audit) -> Iterator[str]:
    """What is found for people, what matters most first."""
    from agents.vault.neutralize import on_one_line

    for words in found.blind:
        yield f"Not looked at: {on_one_line(words)}"
    for number, each in enumerate(found.listed, start=1):
        times = f" [found {each.row.seen} times]" if each.row.seen > 1 else ""
        yield f"{number:>3}. {'!' * min(each.rank, 3):<3} {on_one_line(each.finding.words)}{times}"
    if not found.listed:
        yield "Nothing to look at."
    if found.gone:
        yield f"Settled since the last audit: {found.gone}"


def machine_view(found: Audit) -> dict[str, object]:
    """The audit for machines; amounts are texts, so that nothing is rounded."""
    return {
        "day": found.day,
        "settled": found.gone,
        "not_looked_at": list(found.blind),
        "findings": [
            {
                "kind": each.finding.kind,
                "mark": each.finding.mark,
                "rank": each.rank,
                "words": each.finding.words,
                "ask": each.finding.ask,
                "amount": each.finding.amount,
                "currency": each.finding.currency,
                "first_seen": each.row.first_seen,
                "times": each.row.seen,
                "rows": [row_view(row) for row in each.finding.rows],
            }
            for each in found.listed
        ],
    }
