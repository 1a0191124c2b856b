"""The notes about rules: a change that waits for a proof, and a rule the owner's yes has earned. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.vault.neutralize import fenced
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agents.autonomy.past_decisions import Differences
    from agents.vault.yaml_text import PropertyValue

MAX_EASIER = 50
WAITS = "Your change of the handbook makes something easier: it waits for a proof that it is you"
MEANWHILE = (
    "Until then the rules of before are in force, also where the new ones are stricter. Did you not mean it? Change "
    "the handbook back, and this note closes by itself."
)
HOW = (
    "**To confirm:** write an unused code of your list, or a fresh one of your app, into *code* above, or type "
    "`policy confirm --code CODE`. No list yet? `proof enrol` prints one. A wrong code counts toward the lock."
)
FIRST = "**First mend this**, since your own examples do not hold under the new rules; then a new note is written:"


def render_change(
    change: str, created: datetime, easier: tuple[str, ...], past: Differences, failing: tuple[str, ...]
) -> str:
    """The note of a change that waits. `created` is local."""
    properties: dict[str, PropertyValue] = {
        "id": change,
        "type": "policy_change",
        "created": created,
        "code": None,
        "tags": ["policy"],
    }
    parts = [f"# {WAITS}", MEANWHILE, f"**What becomes easier:**\n\n{_listed(easier)}"]
    parts += ["\n".join(past_in_words(past))]
    parts += [f"{FIRST}\n\n{_listed(failing)}"] if failing else [HOW]
    return emit_note(properties, "\n\n".join(parts) + "\n")


def _listed(lines: tuple[str, ...]) -> str:
    more = [f"- and {len(lines) - MAX_EASIER} more"] if len(lines) > MAX_EASIER else []
    return "\n".join([*(f"- {plain(each)}" for each in lines[:MAX_EASIER]), *more])


def past_in_words(past: Differences) -> Iterator[str]:
    """Which decisions of the last 90 days would have been others, as lines of a note."""
    count = len(past.shown) + past.more
    if not count:
        yield f"**Of the {past.among} proposals of the last 90 days** none would have been decided otherwise."
        return
    yield f"**Of the {past.among} proposals of the last 90 days** {count} would have been decided otherwise:\n"
    yield "| proposal | then | now |"
    yield "| --- | --- | --- |"
    yield from (f"| [[{each.id}]] | {plain(each.then)} | {plain(each.now)} |" for each in past.shown)
    if past.more:
        yield f"\nand {past.more} more."


def offer_words(times: int, kind: str, counterparty: str) -> str:
    """The headline of an offer."""
    who = plain(counterparty)
    return f"You said yes to {kind} for {who} {times} times in a row, unchanged. Shall it need no yes from now on?"


def offer_detail(lines: str) -> str:
    """What stands below it: the row to paste, and how it is taken back."""
    return (
        "Nothing changes by itself. If you want it, paste this row into the table under *Permissions* of "
        f"[[Company_Handbook]]; it then waits for a proof that it is you:\n\n{fenced(lines)}\n"
        "It is bounded: only this counterparty, no more than the highest amount and the most a day that you approved. "
        "One no of yours to such a proposal takes the rule back at once, and it does not come back by itself."
    )
