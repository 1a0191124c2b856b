"""`brief`."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, cast

import click

from agents.console.entering import json_option, opened, vault_option

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from agents.insight.briefing_known import Known, PeriodKind
    from agents.insight.ceo_briefing_generator import Briefing

KIND = "brief"  # of the request


@click.command()
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="As it was due by that day; default: today."
)
@click.option(
    "--period", type=click.Choice(["week", "month", "quarter"]), default="week", show_default=True, help="Of how long."
)
@json_option
@vault_option
def brief(*, day: datetime | None, period: str, as_json: bool, vault: Path | None) -> None:
    """The briefing: what to decide, what is red, the money. All of it becomes a note in Briefings."""
    from agents.console.briefing import is_kept, make
    from agents.console.requesting import request

    with opened(vault) as house:
        on = day.date() if day else date.fromisoformat(house.today())
        known, briefing = make(house, on, cast("PeriodKind", period))
        if as_json:
            click.echo(json.dumps(machine_view(known, briefing), indent=2, default=str))
            return
        click.echo(briefing.first_screen)
        if is_kept(house, known):
            click.echo(f"All of it, as it was written then, is in Briefings/{briefing.name}.md.")
            return
        click.echo(f"All of it will be in Briefings/{briefing.name}.md.")
        request(house, KIND, period, on.isoformat())


def machine_view(known: Known, briefing: Briefing) -> dict[str, object]:
    """The briefing for machines: every number with its source, exact; words as they stand in the note."""
    figures = [
        {**source._asdict(), "amount": str(figure.amount), "unit": figure.unit}
        for source, figure in briefing.figures.items()
    ]
    return {
        "note": briefing.name,
        "period": {"kind": known.period.kind, "from": known.period.start, "to": known.period.end},
        "confidence": briefing.confidence,
        "decisions": [{"note": each.note, "words": each.words, "by": each.by} for each in known.decisions],
        "alarms": list(briefing.alarms),
        "figures": figures,
        "missing": {each.metric.key: each.missing for each in known.now if each.missing},
        "stale": {each.metric.key: each.stale for each in known.now if each.stale},
        "sources": [
            {"name": each.name, "says": each.says, "stale": each.stale, "missing": each.missing}
            for each in known.sources
        ],
    }
