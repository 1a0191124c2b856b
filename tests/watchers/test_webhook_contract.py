"""Promises of the webhook's watcher: signed messages over a real line, also one that is cut or falls silent."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.connectors.webhook.reader import SECRET_MARK, WebhookSettings, settings_place, signature
from tests.clock import NOON
from tests.standins.unsteady_proxy import UnsteadyProxy
from tests.watchers.contract import SourceContract
from watchers.contract import WatcherContext
from watchers.intake import Intake
from watchers.webhook_listener import listening
from watchers.webhook_watcher import WebhookWatcher, open_watcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tests.autonomy.house import House
    from watchers.contract import Sweep

KEY = f"{SECRET_MARK}AAAA"
ACCEPTED = 202
CLOCK = SystemClock()  # the listener's: a signature counts for a few minutes


@dataclass
class Sender:
    """A program that sends signed messages over a line, and the vault they are for."""

    house: House
    state: Path
    line: UnsteadyProxy

    def send(self, number: int, *, patience_s: float = 60.0) -> bool:
        """Whether it was told that the message is taken."""
        body = f"order {number}\n".encode() * 200
        time = str(int(CLOCK.now().timestamp()))
        headers = {"Content-Type": "text/plain", "webhook-id": f"m{number}", "webhook-timestamp": time}
        headers["webhook-signature"] = signature(KEY, f"m{number}", time, body)
        client = http.client.HTTPConnection("127.0.0.1", self.line.port, timeout=patience_s)
        try:
            client.request("POST", "/hooks/orders", body, headers)
            return client.getresponse().status == ACCEPTED
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()

    def watcher(self) -> WebhookWatcher:
        """A watcher as a fresh process makes it."""
        return open_watcher(WatcherContext(self.house.vault, 0, self.house.journal, state=self.state))

    def file(self, sweep: Sweep) -> None:
        """What intake does."""
        Intake(self.house.recorder, self.house.blobs).file(*sweep.events)


@pytest.fixture
def sender(house: House, tmp_path: Path) -> Iterator[Sender]:
    state = tmp_path / "hooks"
    place = settings_place(state)
    place.parent.mkdir(parents=True)
    place.write_text(WebhookSettings(names=("orders",), port=0).model_dump_json(), encoding="utf-8")
    with (
        listening(state, lambda _name: KEY, CLOCK, threading.Event()) as says,
        UnsteadyProxy(int(says.rstrip(".").rpartition(":")[2])) as line,
    ):
        yield Sender(house, state, line)


class TestWebhook(SourceContract):
    """A message that was taken is the event; that the journal knows it clears it."""

    @pytest.fixture(autouse=True)
    def _opened(self, sender: Sender) -> None:
        self.sender = sender

    @pytest.fixture
    def root(self) -> Path:
        """The vault into which the tasks go."""
        return self.sender.house.vault

    def watcher(self, root: Path) -> WebhookWatcher:
        del root
        return self.sender.watcher()

    def happen(self, root: Path, number: int, at: datetime) -> None:
        del root, at
        assert self.sender.send(number)

    def filed(self, root: Path, sweep: Sweep) -> None:
        del root
        self.sender.file(sweep)


def test_over_a_line_that_is_cut_what_was_taken_is_one_event_and_half_a_message_none(sender: Sender) -> None:
    """Who got no answer sends again, as such programs do."""
    for number, more in enumerate((0, 1, 20, 60)):
        sender.line.bytes_until_cut = more
        told = sender.send(number)
        sender.line.bytes_until_cut = None
        assert told or sender.send(number)
        sender.send(number)
    assert sender.line.cuts > 1
    watcher = sender.watcher()
    sweep = watcher.scan(NOON)
    assert sorted(event.source_id for event in sweep.events) == [f"orders m{number}" for number in range(4)]
    sender.file(sweep)
    assert sender.send(2)  # again, after it became a task
    sender.file(watcher.scan(NOON))
    assert len(sender.house.tasks()) == 4


def test_a_line_that_falls_silent_holds_up_nobody_else(sender: Sender) -> None:
    sender.line.stalled = True
    assert not sender.send(1, patience_s=0.2)
    assert sender.watcher().scan(NOON).events == ()
    sender.line.stalled = False
    assert sender.send(2)
    assert "orders m2" in {event.source_id for event in sender.watcher().scan(NOON).events}
