"""An app, SSH keys and a second person, over the command line: enrol, say yes, rotate, lose, revoke."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.security.one_time_codes import code_of, step_at
from agents.security.secrets import open_secrets
from tests.flows.employee import Employee
from tests.flows.programs import PATIENCE_S, PROJECT, command_line
from tests.flows.steps import done_note, only, proposed_invoice
from tests.flows.test_proof import credited, doctor, enrolled
from tests.security.ssh_keys import KeyFile, Token, made
from tests.stock_git import git

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Studio(Employee):
    """An employee whose time a file says, so that an app shows known codes."""

    @property
    def settings(self) -> dict[str, str | None]:
        return super().settings | {"AI_EMPLOYEE_CLOCK": str(self.room / "clock")}

    def app_secrets(self) -> list[str | None]:
        """The secrets of the apps, the oldest first; None for one that is forgotten."""
        with closing(sqlite3.connect(self.state / "journal.sqlite")) as journal:
            named = journal.execute("SELECT material FROM proof_credentials WHERE kind = 'totp' ORDER BY number")
            return [open_secrets(self.state).get(name) for (name,) in named]

    def at(self, moment: datetime) -> Studio:
        (self.room / "clock").write_text(f"{moment.isoformat()}\n", encoding="utf-8")
        return self

    def file(self, name: str, text: str) -> str:
        (self.room / name).write_text(text, encoding="utf-8")
        return str(self.room / name)

    def signed(self, note: Path, key: KeyFile | Token, *more: str) -> str:
        """A file with a signature over exactly what `proof request` prints."""
        return self.file("yes.sig", key.sign(self.said("proof", "request", note.stem, *more).encode()))

    def approved(self, note: Path, signature: str) -> Result:
        return self.call("approve", note.stem, "--signature", signature)

    def app(self, moment: datetime, *words: str) -> str:
        """Enrol an app: the secret is read from the screen, and the app's first code typed."""
        settings = {name: value for name, value in self.settings.items() if value is not None}
        line = command_line(self, "proof", "enrol", "--totp", *words)
        with subprocess.Popen(
            line,
            cwd=PROJECT,
            env=os.environ | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as program:
            assert program.stdout
            secret = next(
                found[1] for shown in program.stdout if (found := re.search(r"the secret ([A-Z2-7]+)", shown))
            )
            program.communicate(f"{code_of(secret, step_at(moment))}\n", timeout=PATIENCE_S)
        assert program.returncode == 0
        return secret

    def alerts(self) -> str:
        return "".join(
            each.read_text(encoding="utf-8") for each in self.notes("Needs_Action") if "-alert-" in each.name
        )


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    made_on = Studio(tmp_path).at(NOON)
    made_on.init()
    return made_on


@pytest.fixture
def credit(studio: Studio) -> Path:
    """Money is forgiven above the limit, so it is of high risk."""
    invoice = proposed_invoice(studio)
    studio.approve(invoice)
    studio.once()
    studio.said("undo", invoice.stem)
    studio.once()
    return only(studio.pending("invoice.credit"))


def demand_two(studio: Studio) -> None:
    with sqlite3.connect(studio.state / "journal.sqlite") as journal:
        journal.execute("UPDATE proposals SET risk = 'two' WHERE state = 'waiting'")


def test_an_app_says_yes_once_with_each_code_and_its_secret_lies_in_one_place(studio: Studio, credit: Path) -> None:
    secret = studio.app(NOON)
    code = code_of(secret, step_at(NOON))
    used = studio.call("approve", credit.stem, "--code", code)
    assert used.exit_code == 1, "the code that confirmed the app"
    assert "is used" in used.output
    later = NOON + timedelta(seconds=60)
    studio.at(later)
    studio.said("approve", credit.stem, "--code", code_of(secret, step_at(later)))
    replayed = studio.call("approve", credit.stem, "--code", code_of(secret, step_at(later)))
    assert replayed.exit_code == 1
    studio.once()
    assert credited(studio)
    assert f"proof     step {step_at(later)} of the app app, given with the request" in studio.said("why", credit.stem)
    assert "app app" in doctor(studio)
    assert studio.app_secrets() == [secret]
    kept = studio.state / "secrets.age"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    everywhere = [each for each in studio.room.rglob("*") if each.is_file() and secret.encode() in each.read_bytes()]
    assert everywhere == [], "it is encrypted"
    assert secret not in git(studio.vault, "log", "-p", "--all")
    assert "All holds" in studio.said("verify")


def test_an_app_that_shows_no_right_code_is_not_enrolled(studio: Studio) -> None:
    said = studio.call("proof", "enrol", "--totp", answers="12\n12\n12\n")
    assert said.exit_code == 1
    assert "Nothing was enrolled" in said.output
    assert "▀" in said.output, "a QR code to scan"
    assert "off" in doctor(studio)
    assert not (studio.state / "secrets.age").exists()


def test_a_stale_code_of_an_app_in_a_note_brings_the_note_back_and_says_what_to_use(
    studio: Studio, credit: Path
) -> None:
    secret = studio.app(NOON)
    text = credit.read_text(encoding="utf-8")
    credit.write_text(text.replace("\ncode:", f"\ncode: {code_of(secret, step_at(NOON) + 1)}"), encoding="utf-8")
    studio.approve(credit)
    studio.at(NOON + timedelta(minutes=4))
    studio.once()
    assert not credited(studio)
    assert only(studio.pending("invoice.credit")).exists()
    assert "in a note take one of a printed list" in studio.alerts()


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "token"])
def test_a_signature_says_yes_to_one_proposal(studio: Studio, credit: Path, tmp_path: Path, kind: str) -> None:
    key = Token() if kind == "token" else made(tmp_path, "id", kind)
    assert "ssh-keygen -Y sign" in studio.said("proof", "enrol", "--ssh", studio.file("id.pub", key.public))
    signature = studio.signed(credit, key)
    studio.said("approve", credit.stem, "--signature", signature)
    again = studio.approved(credit, signature)
    assert again.exit_code == 1
    assert "proof request" in again.output
    studio.once()
    assert credited(studio)
    assert "signature 1 by the key key, given with the request" in studio.said("why", credit.stem)
    assert "All holds" in studio.said("verify")


def test_no_other_signature_says_yes(studio: Studio, credit: Path, tmp_path: Path) -> None:
    key, other = made(tmp_path, "id"), made(tmp_path, "other")
    studio.said("proof", "enrol", "--ssh", f"{key.path}.pub")
    words = studio.said("proof", "request", credit.stem)
    digest = re.findall(r"(?m)^digest: (.*)$", words)[0]
    bent = [
        other.sign(words.encode()),
        key.sign(words.encode(), namespace="git"),
        key.sign(words.replace(digest, "0" * 64).encode()),
        key.sign(words.replace(credit.stem, "2026-11-23-another").encode()),
        key.sign(words.encode()).replace("U1NI", "U1NJ", 1),
    ]
    for text in bent:
        refused = studio.approved(credit, studio.file("bent.sig", text))
        assert refused.exit_code == 1
        assert "not by an enrolled key over exactly this" in refused.output
    studio.once()
    assert not credited(studio)
    assert studio.alerts().count("the signature is used") == len(bent), "each is told"
    studio.said("approve", credit.stem, "--signature", studio.file("good.sig", key.sign(words.encode())))


def test_a_revoked_key_says_nothing_and_a_rotated_one_is_void(studio: Studio, credit: Path, tmp_path: Path) -> None:
    old, new = made(tmp_path, "old"), made(tmp_path, "new")
    studio.said("proof", "enrol", "--ssh", f"{old.path}.pub", "--name", "laptop")
    early = studio.signed(credit, old)
    request = studio.said("proof", "request", "enrol-laptop")
    rotated = ("proof", "rotate", "laptop", "--ssh", f"{new.path}.pub", "--signature")
    studio.said(*rotated, studio.file("rotate.sig", old.sign(request.encode())))
    assert studio.approved(credit, early).exit_code == 1
    late = studio.signed(credit, new)
    request = studio.said("proof", "request", "revoke-laptop")
    gone = studio.said("proof", "revoke", "laptop", "--signature", studio.file("r.sig", new.sign(request.encode())))
    assert "key laptop is void" in gone
    assert studio.approved(credit, late).exit_code == 1
    studio.once()
    assert not credited(studio)
    told = studio.said("log")
    assert "you added the proof laptop" in told
    assert "you took the proof laptop back" in told


def test_a_lost_app_is_replaced_a_day_later_with_an_alert(studio: Studio, credit: Path) -> None:
    first = studio.app(NOON, "--name", "phone")
    second = studio.app(NOON, "--name", "phone", "--lost")
    assert [first, second] != [second, first]
    for at in (1, 0):
        moment = NOON + timedelta(minutes=at)
        studio.at(moment)
        said = studio.call("approve", credit.stem, "--code", code_of(second, step_at(moment) + 1))
        assert "the new app counts from" in said.output
    studio.once()
    assert "phone of owner was replaced without a proof" in studio.alerts()
    assert studio.app_secrets() == [None, second]
    tomorrow = NOON + timedelta(days=1, minutes=1)
    studio.at(tomorrow)
    studio.said("approve", credit.stem, "--code", code_of(second, step_at(tomorrow)))


def test_two_people_say_yes_each_with_their_own_proof(studio: Studio, credit: Path, tmp_path: Path) -> None:
    codes, key = enrolled(studio), made(tmp_path, "bob")
    studio.said("proof", "enrol", "--ssh", f"{key.path}.pub", "--holder", "bob", "--code", codes[0])
    demand_two(studio)
    assert studio.approved(credit, studio.signed(credit, key)).exit_code == 1, "a new person counts a day later"
    studio.once()
    assert "A new person, bob, may prove with key-bob" in studio.alerts()
    studio.at(NOON + timedelta(days=1, hours=1))
    text = credit.read_text(encoding="utf-8")
    credit.write_text(text.replace("\ncode:", f"\ncode: {codes[1]}"), encoding="utf-8")
    studio.approve(credit)
    studio.once()
    assert not credited(studio)
    assert "one of two yes (owner); waits for another person's" in credit.read_text(encoding="utf-8")
    assert "one of two yes (owner); waits for another person's" in studio.said("status")
    assert "yes_of" in studio.said("status", "--json")
    assert "Two people must say yes" in studio.said("approve", credit.stem, "--code", codes[2])
    studio.once()
    assert not credited(studio), "the same person twice"
    studio.said("approve", credit.stem, "--signature", studio.signed(credit, key))
    studio.once()
    assert credited(studio)
    assert "two of two yes (bob, owner)" in done_note(studio, credit)
    assert "signature 1 by the key key-bob of bob" in studio.said("why", credit.stem)
    assert "one of two people said yes to" in studio.said("log")
    assert "All holds" in studio.said("verify")


def test_what_is_enrolled_is_listed_and_shown_by_doctor(studio: Studio, tmp_path: Path) -> None:
    assert "no list of codes" in studio.said("proof", "list")
    codes, key = enrolled(studio), made(tmp_path, "id")
    studio.said("proof", "enrol", "--ssh", f"{key.path}.pub", "--name", "laptop", "--code", codes[0])
    listed = studio.said("proof", "list").splitlines()
    assert re.match(
        r"list +owner +list +since 2026-11-23, last used 2026-11-23 \S+; 23 unused codes on list 1", listed[0]
    )
    assert re.match(r"laptop +owner +key +since 2026-11-23, never used; SHA256:", listed[1])
    assert "23 unused codes on list 1; SSH key laptop" in doctor(studio)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("proof", "rotate", "nothing"), "Nothing of the name nothing"),
        (("proof", "rotate", "list", "--ssh", "{pub}"), "A key is replaced by a key"),
        (("proof", "enrol", "--ssh", "{junk}"), "no public SSH key"),
        (("proof", "enrol", "--holder", "Bob", "--code", "1"), "small letters"),
        (("proof", "revoke", "nothing", "--code", "1"), "nothing of the name nothing"),
        (("proof", "request", "2026-11-23-nothing"), "no such SSH key"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    studio: Studio, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    enrolled(studio)
    files = {"pub": f"{made(tmp_path).path}.pub", "junk": studio.file("junk", "ssh-rsa AAAA me")}
    refused = studio.call(*(each.format(**files) for each in words))
    assert refused.exit_code == 1
    assert says in refused.output


def test_only_what_waits_can_be_asked_for(studio: Studio, tmp_path: Path) -> None:
    studio.said("proof", "enrol", "--ssh", f"{made(tmp_path).path}.pub")
    invoice = proposed_invoice(studio)
    assert invoice.stem in studio.said("proof", "request", invoice.stem)
    studio.said("reject", invoice.stem)
    studio.once()
    assert "rejected already" in studio.call("proof", "request", invoice.stem).output
    assert studio.call("proof", "request", "2026-11-23-nothing").exit_code == 2
