"""The briefing: what is known becomes one note, and no number in it that its source does not say. Pure.

The same knowledge gives the same bytes: nothing in here asks what time it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.errors import NotAllowed
from agents.insight import briefing_details as details
from agents.insight import briefing_first_screen as first
from agents.insight.briefing_figures import figures_of
from agents.insight.briefing_numbers import Finished, Numbers, check, shown_sources
from agents.vault.neutralize import property_text
from agents.vault.note_edit import REGION_BEGIN, REGION_END, emit_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.insight.briefing_details import Asset
    from agents.insight.briefing_known import Known, SourceState
    from agents.insight.briefing_numbers import Figure, Source
    from agents.vault.yaml_text import PropertyValue

MAX_TOLD = 3
FOLD = "\n\n---\n\n"  # between the first screen and the rest
YOURS = f"## Yours\nWhat you write in here stays when the page is written anew.\n{REGION_BEGIN}\n{REGION_END}"


@dataclass(frozen=True, slots=True)
class Briefing:
    """A note by its name without suffix, the drawings it shows, and the number behind each source that stands in it.

    `first_screen` is the part of the text that comes first, without the properties; `alarms` are all that is red.
    """

    name: str
    text: str
    first_screen: str
    assets: tuple[Asset, ...]
    figures: Mapping[Source, Figure]
    alarms: tuple[str, ...]
    confidence: str


def generate(known: Known) -> Briefing:
    """The briefing.

    Raises:
        NotAllowed: a number in it does not match its source, so it is not shown to anybody.
    """
    figures = figures_of(known)
    finished, assets = write(known, figures)
    refuse(check(finished, figures_of(known)))
    stand = {each: figures[each] for each in sorted(shown_sources(finished.claims))}
    screen = finished.text.partition("\n---\n")[2].partition(FOLD)[0].strip()
    red = first.plain_alarms(known, figures)
    return Briefing(known.period.note, finished.text, screen, assets, stand, red, confidence(known))


def refuse(mistakes: tuple[str, ...]) -> None:
    """Let nothing pass in which a number is wrong.

    Raises:
        NotAllowed: there is one.
    """
    if mistakes:
        more = f" (and {len(mistakes) - MAX_TOLD} more)" if len(mistakes) > MAX_TOLD else ""
        words = "; ".join(mistakes[:MAX_TOLD])
        raise NotAllowed(
            f"The briefing was not written, since its numbers do not hold: {words}{more}.",
            hint="This is a mistake of the program: please report it with these words.",
        )


def write(known: Known, figures: Mapping[Source, Figure]) -> tuple[Finished, tuple[Asset, ...]]:
    """The text before it was checked, and its drawings."""
    numbers = Numbers(figures)
    runway, runway_assets = details.runway_part(known, numbers)
    forecasts, forecast_assets = details.forecasts(known, numbers)
    charts = "\n\n".join(each for each in (details.trend(known, numbers), details.aging(known, numbers)) if each)
    parts = [
        f"# {numbers.words(_title(known))}",
        first.summary(known, numbers),
        first.decisions(known, numbers),
        first.alarms(known, numbers, figures),
        first.money(known, numbers),
        FOLD.strip(),
        f"## Charts\n{charts}" if charts else "",
        runway,
        details.deeds(known, numbers),
        forecasts,
        details.scorecard(known, numbers),
        details.everything(known, numbers),
        details.gaps(known, numbers),
        details.sources(known, numbers),
        YOURS,
    ]
    body = "\n\n".join(part for part in parts if part) + "\n"
    header = numbers.words(emit_note(_properties(known), ""))
    return numbers.finish(header + body), (*runway_assets, *forecast_assets)


def _title(known: Known) -> str:
    name = "Monday briefing" if known.period.kind == "week" else f"Briefing of the {known.period.kind}"
    return f"{name}, {known.period.title}"


def _properties(known: Known) -> dict[str, PropertyValue]:
    return {
        "type": "ceo_briefing",
        "period": known.period.kind,
        "from": known.period.start,
        "to": known.period.end,
        "sources": [property_text(f"{each.name}: {_fresh(each)}") for each in known.sources],
        "confidence": confidence(known),
        "tags": ["briefing"],
    }


def _fresh(each: SourceState) -> str:
    return "missing" if each.missing else f"{each.says}{' (stale)' if each.stale else ''}"


def confidence(known: Known) -> str:
    """'low' without the first figure; 'medium' when another one or a source is missing or may be old; else 'high'."""
    shown = first.first_metrics(known)
    if not shown or shown[0].missing:
        return "low"
    gaps = any(each.missing or each.stale for each in shown)
    return "medium" if gaps or any(each.stale or each.missing for each in known.sources) else "high"
