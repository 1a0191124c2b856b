"""Promises of the mail watcher on a real server, also over a line that breaks, and when settings change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, repeat
from threading import Event as Flag
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import ConnectorContext
from agents.connectors.email.account import forget_account, keep_account
from agents.connectors.email.mail_source import MailSource, MailSources
from agents.durability.checkpoint_rows import reach, reached
from agents.durability.journal import Journal
from agents.errors import NeedsOwner, Transient
from tests.clock import NOON, FrozenClock
from tests.connectors.contract import MemorySecrets
from tests.standins.dovecot import PASSWORD, USER, Dovecot
from tests.standins.unsteady_proxy import UnsteadyProxy
from tests.watchers.contract import SourceContract
from tests.watchers.samples import mail
from watchers import mail_reading
from watchers.contract import OriginKind, Sweep, WatcherContext
from watchers.mail_reading import MailboxReading, Pace
from watchers.mail_watcher import MailWatcher, open_watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.email.mail_source import MailSession
    from watchers.contract import Watcher

PATIENCE = 120  # times a second


@dataclass
class Post:
    """The owner's account on a server, and everything that watches it."""

    dovecot: Dovecot
    journal: Journal
    folder: Path
    secrets: MemorySecrets = field(default_factory=MemorySecrets)
    wake: Flag = field(default_factory=Flag)
    stopping: Flag = field(default_factory=Flag)
    every_s: float = 1500.0

    @property
    def context(self) -> ConnectorContext:
        return ConnectorContext(self.folder, self.folder, FrozenClock(), self.secrets)

    def connect(self, **changed: str) -> None:
        """The answers are kept; nothing is tried."""
        answers = {
            "host": "localhost",
            "port": "1",
            "security": "tls",
            "user": USER,
            "password": PASSWORD,
            "from": "owner@studio.example",
            "ca_file": str(self.dovecot.certificate.certificate_file),
            "imap_host": "localhost",
            "imap_port": str(self.dovecot.tls_port),
        }
        keep_account(self.context, answers | changed, changed.get("account", "mail"))

    def watcher(self) -> MailWatcher:
        """A watcher as a fresh process makes it."""
        return open_watcher(
            WatcherContext(
                root=self.folder,
                quiet_s=0,
                journal=self.journal,
                mail=MailSources(self.context),
                wake=self.wake,
                stopping=self.stopping,
                mail_every_s=self.every_s,
                mail_days=3650,  # the server dates mails by its own clock
            )
        )

    def filed(self, sweep: Sweep) -> None:
        """What intake writes with the tasks of a sweep."""
        with self.journal.begin() as sql:
            for each in sweep.checkpoints:
                reach(sql, each.place, each.value, NOON)

    def look(self, watcher: Watcher, now: datetime = NOON, *, until: Callable[[Sweep], bool] | None = None) -> Sweep:
        """Scans until everything was looked at, or something holds; what only says how far it got is filed."""
        for _ in range(PATIENCE):
            sweep = watcher.scan(now)
            if sweep.checkpoints and not sweep.events and not sweep.notices:
                self.filed(sweep)
            elif until(sweep) if until else sweep.unsettled_s is None or sweep.events:
                return sweep
            self.wake.wait(1.0)
            self.wake.clear()
        raise AssertionError("nothing came")


@pytest.fixture
def post(dovecot: Dovecot, tmp_path: Path) -> Iterator[Post]:
    folder = tmp_path / "state"
    folder.mkdir()
    journal = Journal.open(folder)
    opened = Post(dovecot, journal, folder)
    opened.connect()
    yield opened
    opened.stopping.set()
    journal.close()


def subjects(sweep: Sweep) -> list[str]:
    return [event.subject for event in sweep.events]


class TestMail(SourceContract):
    """A mail on the server is the event; how far the folder was read clears it."""

    @pytest.fixture(autouse=True)
    def _opened(self, post: Post) -> None:
        self.post = post

    def watcher(self, root: Path) -> MailWatcher:
        del root
        return self.post.watcher()

    def happen(self, root: Path, number: int, at: datetime) -> None:
        del root, at
        self.post.dovecot.deliver(mail(number))

    def filed(self, root: Path, sweep: Sweep) -> None:
        del root
        self.post.filed(sweep)

    def look(self, watcher: Watcher, now: datetime) -> Sweep:
        return self.post.look(watcher, now)

    def look_for_more(self, watcher: Watcher, now: datetime) -> Sweep:
        return self.post.look(watcher, now, until=lambda sweep: bool(sweep.events))


class TestMailOverAnUnsteadyLine(TestMail):
    """The same while the line is cut after a while, each time, and at first at once."""

    @pytest.fixture(autouse=True)
    def _unsteady(self, post: Post) -> Iterator[None]:
        with UnsteadyProxy(post.dovecot.tls_port, bytes_until_cut=7_000, cut_at_once=1) as proxy:
            self.proxy = proxy
            post.connect(imap_port=str(proxy.port))
            yield
            post.stopping.set()

    def look(self, watcher: Watcher, now: datetime) -> Sweep:
        through = self.post.look(
            watcher, now, until=lambda sweep: bool(sweep.events) or (sweep.unsettled_s is None and not sweep.left)
        )
        assert self.proxy.cuts
        return through


def test_mail_that_comes_while_it_waits_is_found_by_the_servers_hint(post: Post) -> None:
    watcher = post.watcher()
    assert post.look(watcher).events == ()
    post.dovecot.deliver(mail(1))
    assert len(post.look(watcher, until=lambda sweep: bool(sweep.events)).events) == 1


def test_without_hints_it_looks_from_time_to_time(post: Post) -> None:
    post.dovecot.stop()
    post.dovecot.has_idle = False
    post.dovecot.start()
    post.every_s = 1.0
    watcher = post.watcher()
    assert post.look(watcher).events == ()
    post.dovecot.deliver(mail(1))
    assert len(post.look(watcher, until=lambda sweep: bool(sweep.events)).events) == 1


def test_a_line_that_falls_silent_is_given_up_and_opened_again(post: Post) -> None:
    post.every_s = 1.0
    with UnsteadyProxy(post.dovecot.tls_port) as proxy:
        post.connect(imap_port=str(proxy.port))
        place = post.folder / "connections" / "mail.json"
        place.write_text(place.read_text(encoding="utf-8").replace('"timeout_s": 30.0', '"timeout_s": 3.0'), "utf-8")
        watcher = post.watcher()
        assert post.look(watcher).events == ()
        proxy.stalled = True
        post.dovecot.deliver(mail(1))
        gone = post.look(watcher, until=lambda sweep: bool(sweep.left))
        assert "the line to localhost broke" in gone.left[0].reason
        proxy.stalled = False
        assert len(post.look(watcher, until=lambda sweep: bool(sweep.events)).events) == 1
        post.stopping.set()


def test_what_is_read_ahead_is_little_and_comes_in_order(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_reading, "MAX_BATCH", 2)
    post.dovecot.deliver(*(mail(number, subject=f"number {number}") for number in range(9)))
    watcher = post.watcher()
    sweeps: list[Sweep] = []
    while len(found := [each for sweep in sweeps for each in subjects(sweep)]) < 9:
        sweeps.append(post.look(watcher, until=lambda sweep: bool(sweep.events)))
        assert len(sweeps[-1].events) <= 2 * mail_reading.MAX_WAITING
        post.filed(sweeps[-1])
    assert found == [f"number {number}" for number in range(9)]


def test_one_batch_carries_a_limited_number_of_bytes(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_reading, "MAX_BATCH_BYTES", 10)
    monkeypatch.setattr(mail_reading, "MAX_WAITING", 1)
    post.dovecot.deliver(mail(1), mail(2))
    watcher = post.watcher()
    for _ in range(2):
        sweep = post.look(watcher, until=lambda sweep: bool(sweep.events))
        assert len(sweep.events) == 1
        post.filed(sweep)


def test_of_a_mail_that_is_too_large_the_beginning_is_read_and_said_to_be(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_reading, "MAX_MAIL_BYTES", 600)
    post.dovecot.deliver(mail(1), mail(2, body="long " * 500))
    small, large = post.look(post.watcher()).events
    assert (mail_reading.CUT in small.flags, mail_reading.CUT in large.flags) == (False, True)
    assert large.original is not None
    assert len(large.original.content) == 600
    assert large.message_id == "<m2@client.example>"


def test_what_is_no_mail_is_a_problem_that_stays_on_the_server(post: Post) -> None:
    post.dovecot.put("1.box", b"no headers\n")
    (event,) = post.look(post.watcher()).events
    assert event.problem is not None
    assert event.original is not None
    assert event.origin_kind is OriginKind.REMOTE


def test_another_account_is_read_as_soon_as_it_is_connected_and_none_once_it_is_forgotten(post: Post) -> None:
    forget_account(post.context)
    watcher = post.watcher()
    assert watcher.scan(NOON) == Sweep()
    post.dovecot.deliver(mail(1))
    post.connect()
    assert len(post.look(watcher, until=lambda sweep: bool(sweep.events)).events) == 1
    forget_account(post.context)
    assert watcher.scan(NOON) == Sweep()


def test_settings_that_cannot_be_used_are_told_once_and_another_account_is_read(post: Post) -> None:
    post.secrets.forget("mail.password")
    post.dovecot.deliver(mail(1))
    post.connect(account="mail-shop")
    watcher = post.watcher()
    (notice,) = (sweep := watcher.scan(NOON)).notices
    assert "password of the mail account is not where it was kept" in notice.words
    post.filed(sweep)
    assert len(post.look(watcher, until=lambda sweep: bool(sweep.events)).events) == 1
    assert watcher.scan(NOON).notices == ()
    post.connect()
    post.look(watcher)
    with post.journal.begin() as sql:
        assert {at.value for place, at in reached(sql, "mail trouble").items()} == {""}


@dataclass
class Ailing:
    """A mailbox at which something goes wrong: what each try meets, the last one for ever."""

    meets: list[Exception]
    tries: int = 0

    def session(self) -> AbstractContextManager[MailSession]:
        self.tries += 1
        raise self.meets[min(self.tries, len(self.meets)) - 1]

    def reading(self, moments: Iterator[datetime]) -> MailboxReading:
        source = MailSource("here\towner", "owner@studio.example", ("INBOX",), self.session)
        flags = Flag(), Flag()
        return MailboxReading(source, Pace(timedelta(days=7), 1.0), lambda: next(moments), *flags, positions={})


def tried(reading: MailboxReading, until: Callable[[], bool]) -> None:
    reading.start()
    for _ in range(PATIENCE):
        if until():
            break
        reading.wake.wait(1.0)
        reading.wake.clear()
    reading.stop()
    assert until()


def test_a_server_that_is_away_for_a_day_is_the_owners_to_look_after() -> None:
    ailing = Ailing([Transient("it is away", hint="Wait.")])
    reading = ailing.reading(NOON + timedelta(hours=hours) for hours in count(0, 13))
    tried(reading, lambda: reading.for_owner)
    assert (ailing.tries > 1, reading.trouble) == (True, "it is away")


def test_what_only_the_owner_can_mend_is_not_tried_again_at_once() -> None:
    ailing = Ailing([NeedsOwner("wrong password", hint="Connect.")])
    reading = ailing.reading(repeat(NOON))
    tried(reading, lambda: reading.for_owner)
    assert (ailing.tries, reading.trouble, reading.looked) == (1, "wrong password", True)


def test_a_mistake_of_ours_is_not_swallowed() -> None:
    reading = Ailing([RuntimeError("ours")]).reading(repeat(NOON))
    tried(reading, lambda: reading.looked)
    with pytest.raises(RuntimeError, match="ours"):
        reading.waiting()
