"""The steps of `proof enrol`, `rotate`, `revoke` and `list`: what is asked, shown once, kept, told to the runner."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from agents.approval.credentials import Enrolled, Wanted, find_credential, listing, revoke
from agents.approval.credentials import enrol as enrol_it
from agents.approval.proof import Attempt, standing
from agents.clock import as_local
from agents.console.proof_commands import asked, refuse, tell, word_of
from agents.durability.bell import ring
from agents.durability.credential_rows import OWNER, Kind
from agents.errors import NeedsOwner
from agents.security.one_time_codes import draw_secret, matching_step, normalized, otpauth_uri
from agents.security.proof_codes import shown
from agents.security.ssh_proofs import read_public_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.console.wiring import House

COLUMNS = 4
TRIES = 3
NAMES = {Kind.LIST: "list", Kind.TOTP: "app", Kind.SSH: "key"}
PRESENT = "Give a proof that is enrolled (`proof list`), or say `--lost` with the name of the one that is lost."


@dataclass(frozen=True, slots=True)
class Order:
    """What the owner asked to enrol. `public` is the text of a public key's file; an empty name is the kind's own."""

    kind: Kind
    name: str
    holder: str
    public: str
    lost: bool

    @property
    def called(self) -> str:
        """Its name; that of another person's goes with theirs."""
        own = NAMES[self.kind] if self.holder == OWNER else f"{NAMES[self.kind]}-{self.holder}"
        return self.name or own


def in_place_of(house: House, name: str, public: str, *, lost: bool) -> Order:
    """The order to replace one that is enrolled.

    Raises:
        NeedsOwner: there is none, or a key is to be replaced and no new one was given.
    """
    with house.journal.begin() as sql:
        old = find_credential(sql, name)
    if old is None:
        raise NeedsOwner(f"Nothing of the name {name} is enrolled", hint="See what is: proof list")
    if (old.kind is Kind.SSH) != bool(public):
        raise NeedsOwner("A key is replaced by a key", hint="Give the new one with --ssh KEYFILE.pub, for a key only.")
    return Order(old.kind, name, old.holder, public, lost)


def carry_out(house: House, order: Order, proof: str) -> None:
    """Enrol it, tell the runner, and show what is shown once; ends with exit code 1 when it may not be."""
    now, kept = house.clock.now(), house.context.secrets
    with house.journal.begin() as sql:
        proof = proof or (asked() if standing(sql, now)[0] and not order.lost else "")
    wanted = _wanted(house, order)
    with house.journal.begin() as sql:
        made = enrol_it(sql, now, proof, lost=order.lost, wanted=wanted, secrets=kept)
        _tell_runner(sql, house, made, order)
    ring(house.state)
    if isinstance(made, Attempt):
        _forget(house, wanted.kind, wanted.material)
        refuse(made.words, PRESENT)
    if made.replaced:
        _forget(house, made.replaced.kind, made.replaced.material)
    _show(made, order, now)


def _wanted(house: House, order: Order) -> Wanted:
    """What is to be enrolled; of an app, after it has shown a first code that is right."""
    if order.kind is Kind.SSH:
        return Wanted(Kind.SSH, order.called, order.holder, read_public_key(order.public))
    if order.kind is Kind.LIST:
        return Wanted(Kind.LIST, order.called, order.holder)
    secret = draw_secret()
    uri = otpauth_uri(secret, order.called)
    click.echo(
        f"{_qr_code(uri)}\nScan this with your app, or type the secret {secret}\n{uri}\nIt is not shown again.\n"
    )
    step = _first_step(house, secret)
    name = f"proof.totp.{secrets.token_hex(8)}"
    house.context.secrets.put(name, secret)
    return Wanted(Kind.TOTP, order.called, order.holder, name, step)


def _qr_code(uri: str) -> str:
    import segno

    drawn = io.StringIO()
    segno.make(uri, error="m", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()


def _first_step(house: House, secret: str) -> int:
    for _ in range(TRIES):
        code = normalized(str(click.prompt("The code it shows now")))
        step = matching_step(secret, code, house.clock.now(), 0) if code else None
        if step is not None:
            return step
        click.echo("That is not its code; is the clock of your phone right?")
    hint = "Nothing was enrolled; delete the entry in your app and try again."
    raise NeedsOwner("The app showed no right code", hint=hint)


def _forget(house: House, kind: Kind, material: str) -> None:
    if kind is Kind.TOTP:
        house.context.secrets.forget(material)


def _tell_runner(sql: Connection, house: House, made: Enrolled | Attempt, order: Order) -> None:
    if isinstance(made, Attempt):
        tell(sql, house, "codes", word_of(made))
        return
    moment = f"{as_local(made.counts_from):%Y-%m-%d %H:%M}"
    waits = f"It counts from {moment} on; if that was not you, somebody else uses this computer."
    about = f"list-{made.number}" if order.kind is Kind.LIST else order.called
    if made.newcomer:
        words = f"joined A new person, {order.holder}, may prove with {order.called}. {waits}"
    elif order.lost and made.replaced and order.kind is Kind.LIST:
        words = f"replaced A new list of codes was asked for without a code of the old one. {waits}"
    elif order.lost and made.replaced:
        words = f"lost {order.called} of {order.holder} was replaced without a proof. {waits}"
    else:
        words = "enrolled" if order.kind is Kind.LIST else "added"
    tell(sql, house, about, words)


def _show(made: Enrolled, order: Order, now: datetime) -> None:
    whose = "your" if order.holder == OWNER else f"{order.holder}'s"
    if order.kind is Kind.LIST:
        _print_list(made, whose.capitalize())
    elif order.kind is Kind.TOTP:
        click.echo(f"{order.called} is {whose} app now: `approve ID --code CODE` takes the code it shows, each once.")
        click.echo("In a note a code may come too late; there take one of a printed list (`proof enrol`).")
    else:
        click.echo(f"{order.called} is {whose} key now. A yes with it, in one line:")
        click.echo(
            "proof request ID | ssh-keygen -Y sign -f KEYFILE -n ai-employee-approval | approve ID --signature -"
        )
    if made.counts_from > now:
        void = ", and the old one is void" if made.replaced else ""
        click.echo(f"It counts from {as_local(made.counts_from):%Y-%m-%d %H:%M} on{void}.")


def _print_list(made: Enrolled, whose: str) -> None:
    click.echo(f"{whose} list {made.number} of codes. Print it or write it down; it is not shown again.\n")
    rows = len(made.codes) // COLUMNS
    for row in range(rows):
        places = [row + column * rows for column in range(COLUMNS)]
        click.echo("".join(f"  {at + 1:>3}  {shown(made.codes[at])}" for at in places))
    click.echo("\nEach counts once, for one proposal of high risk: write it into `code` and say yes, or type")
    click.echo("`approve ID --code CODE`. Keep the list away from this computer and cross out what you used.")


def take_back(house: House, name: str, proof: str) -> None:
    """Revoke one; ends with exit code 1 when it was not proved that it may be."""
    with house.journal.begin() as sql:
        attempt, gone = revoke(sql, house.clock.now(), proof, name=name, secrets=house.context.secrets)
        words = "revoked" if gone and gone.kind is Kind.LIST else "withdrawn" if gone else word_of(attempt)
        tell(sql, house, name if gone and gone.kind is not Kind.LIST else "codes", words)
    ring(house.state)
    if gone is None:
        refuse(
            attempt.words, "Give a proof that is enrolled (`proof list`); is it lost, say `proof rotate NAME --lost`."
        )
    _forget(house, gone.kind, gone.material)
    named = "list" if gone.name == NAMES[Kind.LIST] else f"{NAMES[gone.kind]} {gone.name}"
    click.echo(f"The {named} is void. `proof enrol` makes a new one.")


def listed(house: House) -> Iterator[str]:
    """What is enrolled, a line each."""
    now = house.clock.now()
    with house.journal.begin() as sql:
        found, (enrolled, words) = listing(sql), standing(sql, now)
    if not enrolled or "locked" in words:
        yield words
    for each in found:
        known = each.credential
        used = f"last used {as_local(each.last_used):%Y-%m-%d %H:%M}" if each.last_used else "never used"
        since = f"since {as_local(known.since):%Y-%m-%d}"
        waits = f"; counts from {as_local(known.counts_from):%Y-%m-%d %H:%M} on" if known.counts_from > now else ""
        yield f"{known.name:<16} {known.holder:<10} {NAMES[known.kind]:<5} {since}, {used}; {each.details}{waits}"
