"""Signatures of Standard Webhooks, and the spool; the listener has its tests over the command line."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import State
from agents.connectors.webhook.manifest import MANIFEST
from agents.connectors.webhook.reader import (
    MAX_WAITING,
    SECRET,
    Delivery,
    Refusals,
    Signed,
    Spool,
    is_signed,
    read_settings,
    signature,
)
from agents.errors import NeedsOwner, NotAllowed
from tests.clock import NOON
from tests.connectors.calendar.calendar_room import context_in
from tests.connectors.contract import MemorySecrets

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.clock import FrozenClock

# the example of the specification's own test suite
KEY, ID, TIME = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
BODY = b'{"test": 2432232314}'
RIGHT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture
def context(tmp_path: Path, clock: FrozenClock) -> ConnectorContext:
    return context_in(tmp_path, clock)


def delivery(id_: str = "1", body: str = "words") -> Delivery:
    return Delivery(name="orders", id=id_, received=NOON, media_type="text/plain", body=body)


def test_it_signs_as_the_specification_does() -> None:
    assert signature(KEY, ID, TIME, BODY) == RIGHT


def test_time_id_body_and_secret_are_all_signed() -> None:
    now = int(NOON.timestamp())
    right = Signed("one", str(now), f"v1,AAAA {signature(KEY, 'one', str(now), BODY)}")
    assert is_signed(KEY, right, BODY, NOON)
    assert is_signed(KEY, right, BODY, NOON + timedelta(minutes=5))
    assert not is_signed(KEY, right, BODY, NOON + timedelta(minutes=5, seconds=1))
    assert not is_signed(KEY, right, BODY, NOON - timedelta(minutes=5, seconds=1))
    assert not is_signed(KEY, right, BODY + b" ", NOON)
    assert not is_signed(KEY, replace(right, id="two"), BODY, NOON)
    assert not is_signed(KEY, replace(right, time=str(now + 1)), BODY, NOON)
    assert not is_signed("whsec_" + base64.b64encode(b"another").decode(), right, BODY, NOON)
    assert not is_signed("no base64", right, BODY, NOON)


def test_what_waits_is_kept_as_it_came_first_until_it_is_filed(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.waiting(10) == ()
    assert spool.add(delivery())
    assert spool.add(delivery(body="other words"))
    (tmp_path / "webhook" / "spool" / "damaged.json").write_text("{", encoding="utf-8")
    assert Spool(tmp_path).waiting(10) == (delivery(),)
    spool.remove(["orders 1", "orders 2"])
    assert spool.waiting(10) == ()


def test_not_more_wait_than_may(tmp_path: Path) -> None:
    folder = tmp_path / "webhook" / "spool"
    folder.mkdir(parents=True)
    for number in range(MAX_WAITING):
        (folder / f"{number}.json").touch()
    assert not Spool(tmp_path).add(delivery())


def test_refusals_are_counted(tmp_path: Path) -> None:
    refusals = Refusals(tmp_path)
    assert refusals.counts() == {}
    for reason in ("wrong signature", "wrong signature", "not readable"):
        refusals.count(reason)
    assert Refusals(tmp_path).counts() == {"wrong signature": 2, "not readable": 1}


def test_damaged_settings_and_a_lost_secret_are_said(context: ConnectorContext) -> None:
    (connection,) = MANIFEST.connections
    answers = {"names": "orders", "port": "8787", "address": "127.0.0.1"}
    assert "only this computer" in connection.test(answers)
    assert "other computers" in connection.test(answers | {"address": "192.0.2.1"})
    connection.keep(context, answers)
    assert context.secrets.get(SECRET)
    assert MANIFEST.capabilities(context)[0].state is State.REAL
    assert "its secret" in MANIFEST.capabilities(replace(context, secrets=MemorySecrets()))[0].says
    (context.state / "connections" / "webhook.json").write_text("{", encoding="utf-8")
    with pytest.raises(NeedsOwner, match="damaged"):
        read_settings(context.state)
    assert "damaged" in MANIFEST.capabilities(context)[0].says


def test_a_webhook_performs_nothing(context: ConnectorContext) -> None:
    with pytest.raises(NotAllowed):
        MANIFEST.open(context)


def test_an_address_with_colons_stands_in_brackets(context: ConnectorContext) -> None:
    (connection,) = MANIFEST.connections
    answers = {"names": "orders", "port": "8787", "address": "::1"}
    assert "http://[::1]:8787/hooks/orders" in connection.keep(context, answers)
    assert "on [::1]:8787" in MANIFEST.capabilities(context)[0].says
