"""`connect calendar`: from the owner's answers to an account that works, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr, ValidationError

from agents.clock import SystemClock
from agents.connectors.calendar.account import (
    CONNECT,
    PASSWORD,
    CalendarAccount,
    CalendarPlace,
    place_of,
    read_account,
)
from agents.errors import NeedsOwner
from agents.security.egress import Egress
from agents.vault.files import PRIVATE_MODE, forget_file, write_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.connectors.contract import ConnectorContext

MAX_COPY_BYTES = 100_000_000
COPIES = ("copy.json", "agenda.json")


def account_from(answers: Mapping[str, str]) -> CalendarAccount:
    """The account of the answers, without its calendars.

    Raises:
        NeedsOwner: an answer cannot be used.
    """
    given = {name: answers.get(name, "").strip() for name in ("url", "user", "own")}
    try:
        return CalendarAccount.model_validate({**given, "ca_file": answers.get("ca_file", "").strip() or None})
    except ValidationError as err:
        wrong = ", ".join(dict.fromkeys(str(each["loc"][0]) for each in err.errors()))
        raise NeedsOwner(f"these answers cannot be used: {wrong}", hint="Answer them again.") from err


def found_calendars(answers: Mapping[str, str]) -> CalendarAccount:
    """The account with the calendars the owner named, as the server has them; without a name all of them.

    Raises:
        NeedsOwner: an answer cannot be used, the login does not work, or there is no calendar of that name.
        Transient: the server cannot be reached.
    """
    from agents.connectors.calendar.caldav import CalDav  # noqa: PLC0415 - opens lines, used rarely

    account = account_from(answers)
    if not answers.get("password"):
        raise NeedsOwner("the password is empty", hint="Give the account's password, or an app password.")
    egress = Egress("calendar", (account.destination,))
    found = CalDav(account, SecretStr(answers["password"]), egress, SystemClock()).discover()
    if not found:
        raise NeedsOwner("the account has no calendar", hint="Make one there, and connect again.")
    return account.model_copy(update={"calendars": _named(found, answers.get("calendars", ""))})


def try_account(answers: Mapping[str, str]) -> str:
    """Log in and look; what works, in words for the owner."""
    account = found_calendars(answers)
    names = ", ".join(each.name for each in account.calendars)
    return f"{account.destination.host} took the login over a checked line. Read from now on: {names}."


def keep_account(context: ConnectorContext, answers: Mapping[str, str]) -> str:
    """Keep settings and password; returns where they lie, in words for the owner."""
    account = found_calendars(answers)
    where = context.secrets.put(PASSWORD, answers["password"])
    _forget_copies(context)
    write_over(place_of(context.state), account.model_dump_json(indent=2).encode(), mode=PRIVATE_MODE)
    return f"New events go into {account.calendars[0].name}, once you approved them. The password lies {where}."


def kept_answers(context: ConnectorContext) -> Mapping[str, str]:
    """What was answered to `connect calendar`, without the password.

    Raises:
        NeedsOwner: no calendar is connected, or its file is damaged.
    """
    account = read_account(context.state)
    return {
        "url": account.url,
        "user": account.user,
        "calendars": ", ".join(each.name for each in account.calendars),
        "own": account.own,
        "ca_file": str(account.ca_file or ""),
    }


def forget_account(context: ConnectorContext) -> str:
    """Forget settings, password and what was copied."""
    context.secrets.forget(PASSWORD)
    forget_file(place_of(context.state), MAX_COPY_BYTES)
    _forget_copies(context)
    return "The calendar is forgotten; finished events go to Outbox again."


def _named(found: Sequence[CalendarPlace], words: str) -> tuple[CalendarPlace, ...]:
    wanted = [each.strip().casefold() for each in words.split(",") if each.strip()]
    known = {each.name.casefold(): each for each in reversed(found)}
    if missing := [each for each in wanted if each not in known]:
        there = ", ".join(each.name for each in found)
        raise NeedsOwner(f"there is no calendar named {missing[0][:100]!r}; there are: {there}", hint=CONNECT)
    return tuple(known[each] for each in wanted) or tuple(found)


def _forget_copies(context: ConnectorContext) -> None:
    for name in COPIES:
        forget_file(context.state / "calendar" / name, MAX_COPY_BYTES)
