"""What is known of a password without knowing it: since when, last used, and whether it is too old."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.security.credential_records import MAX_AGE_DAYS, NEXT, Record, RecordedSecrets, records_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = date(2026, 11, 23)


@dataclass
class Memory:
    """A store without a disk; `meanwhile` happens when something is asked."""

    kept: dict[str, str] = field(default_factory=dict, repr=False)
    today: date = DAY
    meanwhile: Callable[[], object] = lambda: None

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, value: str) -> str:
        self.kept[name] = value
        return "in memory"

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)

    def day(self) -> date:
        self.meanwhile()
        return self.today


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def store(tmp_path: Path, memory: Memory) -> RecordedSecrets:
    return RecordedSecrets(memory, tmp_path / "credentials.json", memory.day)


def test_since_and_last_use_are_recorded_and_never_the_password(
    tmp_path: Path, memory: Memory, store: RecordedSecrets
) -> None:
    path = tmp_path / "credentials.json"
    assert store.put("mail.password", "correct horse") == "in memory"
    memory.today += timedelta(days=3)
    assert store.known("mail.password") == Record(since=DAY)
    assert store.get("mail.password") == "correct horse"
    assert records_in(path) == {"mail.password": Record(since=DAY, used=DAY + timedelta(days=3))}
    assert "horse" not in path.read_text(encoding="utf-8") + repr(store)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.stat().st_mtime_ns
    store.get("mail.password")
    assert path.stat().st_mtime_ns == before
    store.put("mail.password", "new horse")
    assert store.known("mail.password") == Record(since=memory.today)


def test_what_is_forgotten_is_known_no_more_nor_what_was_tried_in_its_place(
    tmp_path: Path, memory: Memory, store: RecordedSecrets
) -> None:
    store.put("mail.password", "correct horse")
    store.put("mail.password" + NEXT, "new horse")
    store.put("engine.password", "pony")
    store.forget("mail.password")
    assert memory.kept == {"engine.password": "pony"}
    assert set(records_in(tmp_path / "credentials.json")) == {"engine.password"}
    assert store.known("mail.password") is None
    assert store.get("mail.password") is None


def test_a_password_from_before_there_were_records_counts_from_now(memory: Memory, store: RecordedSecrets) -> None:
    memory.kept["mail.password"] = "correct horse"
    assert store.known("mail.password") == Record(since=DAY)
    store.get("mail.password")
    memory.today += timedelta(days=1)
    assert store.known("mail.password") == Record(since=DAY, used=DAY)


def test_it_is_too_old_the_day_after_its_last() -> None:
    record = Record(since=DAY)
    assert not record.is_old(DAY + timedelta(days=MAX_AGE_DAYS))
    assert record.is_old(DAY + timedelta(days=MAX_AGE_DAYS + 1))
    assert Record(since=DAY, max_age_days=1).is_old(DAY + timedelta(days=2))


@pytest.mark.parametrize("damage", [b"", b"[]", b"\xff", b'{"mail.password": {"since": "soon"}}'])
def test_damaged_records_are_begun_anew(tmp_path: Path, store: RecordedSecrets, damage: bytes) -> None:
    path = tmp_path / "credentials.json"
    path.write_bytes(damage)
    assert records_in(path) == {}
    store.put("mail.password", "correct horse")
    assert set(records_in(path)) == {"mail.password"}


def test_two_processes_do_not_lose_each_others_records(tmp_path: Path, memory: Memory, store: RecordedSecrets) -> None:
    path = tmp_path / "credentials.json"
    store.put("mail.password", "correct horse")
    other = iter([{"engine.password": {"since": "2026-11-01"}}])

    def write() -> None:
        if (more := next(other, None)) is not None:
            path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | more), encoding="utf-8")

    memory.meanwhile = write
    memory.today += timedelta(days=1)
    store.get("mail.password")
    assert records_in(path)["engine.password"].since == date(2026, 11, 1)
    assert records_in(path)["mail.password"].used == memory.today


def test_records_that_change_all_the_time_stop_nothing(tmp_path: Path, memory: Memory, store: RecordedSecrets) -> None:
    path = tmp_path / "credentials.json"
    store.put("mail.password", "correct horse")
    memory.meanwhile = lambda: path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    memory.today += timedelta(days=1)
    assert store.get("mail.password") == "correct horse"
    assert records_in(path)["mail.password"].used is None
