"""The webhook, described lightly: how it works now, and how to switch it on. It performs nothing."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.connectors.contract import Ask, Capability, Connection, Manifest, State
from agents.connectors.webhook.reader import (
    LOOPBACK,
    MAX_SETTINGS_BYTES,
    SECRET,
    SECRET_MARK,
    Refusals,
    WebhookSettings,
    read_settings,
    settings_place,
)
from agents.errors import NeedsOwner, NotAllowed
from agents.vault.files import PRIVATE_MODE, forget_file, write_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from agents.connectors.contract import ConnectorContext

NEXT_STEP = "python orchestrator.py connect webhook"
SECRET_BYTES = 32


def _nothing(_context: ConnectorContext) -> NoReturn:
    raise NotAllowed("a webhook performs nothing", hint="Report this: the wrong connector was chosen.")


def settings_from(answers: Mapping[str, str]) -> WebhookSettings:
    """The settings of the answers.

    Raises:
        NeedsOwner: an answer cannot be used.
    """
    names = [each.strip() for each in answers.get("names", "").split(",") if each.strip()]
    try:
        return WebhookSettings.model_validate(
            {"names": names, "port": answers.get("port", ""), "address": answers.get("address", "").strip()}
        )
    except ValidationError as err:
        wrong = ", ".join(dict.fromkeys(str(each["loc"][0]) for each in err.errors()))
        raise NeedsOwner(f"these answers cannot be used: {wrong}", hint="Answer them again.") from err


def _test(answers: Mapping[str, str]) -> str:
    settings = settings_from(answers)
    if settings.is_private:
        return f"It will listen on {settings.address}, which only this computer reaches."
    return f"It will listen on {settings.address}: other computers can reach it, without encryption of its own."


def _keep(context: ConnectorContext, answers: Mapping[str, str]) -> str:
    settings = settings_from(answers)
    secret = SECRET_MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    where = context.secrets.put(SECRET, secret)
    write_over(settings_place(context.state), settings.model_dump_json(indent=2).encode(), mode=PRIVATE_MODE)
    paths = ", ".join(f"http://{settings.host}:{settings.port}/hooks/{each}" for each in settings.names)
    return (
        f"From the next start of `run` it takes signed messages at {paths}.\n"
        f"Give the sender this secret, which is shown only now: {secret}\nIt lies {where}."
    )


def _forget(context: ConnectorContext) -> str:
    context.secrets.forget(SECRET)
    forget_file(settings_place(context.state), MAX_SETTINGS_BYTES)
    return "The webhook is off from the next start of `run`; its secret is worth nothing any more."


def _capabilities(context: ConnectorContext) -> Sequence[Capability]:
    try:
        settings = read_settings(context.state)
    except NeedsOwner as err:
        return (Capability("webhook", State.OFF, str(err), NEXT_STEP),)
    if settings is None:
        return (Capability("webhook", State.OFF, "nothing listens", NEXT_STEP),)
    if not context.secrets.get(SECRET):
        return (Capability("webhook", State.OFF, "its secret is not where it was kept", NEXT_STEP),)
    counts = Refusals(context.state).counts()
    refused = (
        f"; refused so far: {', '.join(f'{many} ({why})' for why, many in sorted(counts.items()))}" if counts else ""
    )
    open_to = "" if settings.is_private else "; OTHER COMPUTERS CAN REACH IT"
    says = f"takes signed messages on {settings.host}:{settings.port} while `run` runs{open_to}{refused}"
    return (Capability("webhook", State.REAL, says, "" if settings.is_private else NEXT_STEP),)


MANIFEST = Manifest(
    name="webhook",
    actions=(),
    open_connector=_nothing,
    capabilities=_capabilities,
    connections=(
        Connection(
            name="webhook",
            asks=(
                Ask("names", "Name of the webhook, such as orders (several with commas)"),
                Ask("port", "Port", default="8787"),
                Ask("address", "Address to listen on; only 127.0.0.1 keeps it to this computer", default=LOOPBACK),
            ),
            test=_test,
            keep=_keep,
            forget=_forget,
        ),
    ),
)
