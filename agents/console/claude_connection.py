"""`connect claude`: the key of the model's provider, tried live; and whether the model is asked, for `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contract import Ask, Capability, Connection, State
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import ConnectorContext
    from agents.console.wiring import House
    from agents.reasoning.budget import Limits
    from agents.settings import Settings

NAME = "claude"
KEY = "claude.key"
TRY_S = 30.0
PLAYBOOK = "the playbook: rules and skills, no key needed"


def claude_connection(settings: Settings) -> Connection:
    """How the key is asked for, tried and kept; to whom it goes is in the settings."""

    def test(answers: Mapping[str, str]) -> str:
        return tried(settings, answers.get("key", "").strip())

    def keep(context: ConnectorContext, answers: Mapping[str, str]) -> str:
        where = context.secrets.put(KEY, answers["key"].strip())
        return (
            f"The key lies {where}. Nothing is sent to {settings.model_provider} yet.\n"
            "What to do next: read what would leave with `privacy`, then `privacy accept`."
        )

    def forget(context: ConnectorContext) -> str:
        context.secrets.forget(KEY)
        return "The key is forgotten; the rules decide everything. Now take it back at the provider, if you can."

    prompt = f"Key of {settings.model_provider} for {settings.model} at {settings.model_url}"
    return Connection(NAME, (Ask("key", prompt, secret=True),), test, keep, forget, lambda _context: {})


def tried(settings: Settings, key: str) -> str:
    """What works with this key, in words; nothing but the key is sent.

    Raises:
        NeedsOwner: the key is empty or refused, or the model is not offered to it.
        Transient: the provider cannot be reached now.
    """
    from agents.clock import SystemClock
    from agents.reasoning.claude_client import models_at
    from agents.security.library_egress import Patience

    if not key:
        raise NeedsOwner("the key is empty", hint="Make one at the provider and paste it; it is not shown.")
    offered = models_at(settings.model_url, key, Patience(SystemClock(), TRY_S))
    if offered and settings.model not in offered:
        shown = ", ".join(offered[:10])
        hint = f"Set AI_EMPLOYEE_MODEL to one that is offered: {shown}."
        raise NeedsOwner(f"{settings.model_provider} does not offer {settings.model} to this key", hint=hint)
    return f"{settings.model_provider} takes the key, and offers {settings.model}."


def obstacle(house: House) -> str | None:
    """Why no model may be asked now, in words; empty = it may be; None = none was ever connected or allowed."""
    from agents.console.privacy_commands import terms_of
    from agents.durability.consent_rows import consent_in_force
    from agents.durability.journal import looking
    from agents.reasoning.claude_asking import NO_KEY
    from agents.security.credential_records import records_in

    with looking(house.state) as sql:
        allowed = consent_in_force(sql, terms_of(house.settings))
    if KEY not in records_in(house.state / "credentials.json"):  # the keyring itself is slow, and asked when it counts
        return NO_KEY if allowed else None
    return "" if allowed else "you have not accepted what is sent to it (`privacy`)"


def limits_of(house: House) -> Limits:
    """What may be spent."""
    from agents.reasoning.budget import Limits

    return Limits(house.settings.max_task_usd, house.settings.max_day_usd, house.settings.max_month_usd)


def brain_capability(house: House) -> Capability:
    """The row of `doctor`: who decides, and what is missing for a model to help."""
    why = obstacle(house)
    if why is None:
        return Capability("brain", State.REAL, PLAYBOOK, "")
    if why:
        step = "connect claude" if "key" in why else "privacy"
        return Capability(
            "brain", State.REAL, f"{PLAYBOOK}; the model is not asked: {why}", f"python orchestrator.py {step}"
        )
    asked = (
        "where the rules would ask you"
        if house.settings.model_when == "unsure"
        else "wherever the rules do not just file"
    )
    return Capability("brain", State.REAL, f"the playbook, and {house.settings.model} {asked}", "")
