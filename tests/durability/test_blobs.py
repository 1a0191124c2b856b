"""Blobs: what their name says, or not there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.durability.blobs import Blobs

if TYPE_CHECKING:
    from pathlib import Path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_what_was_put_is_found_by_its_digest(tmp_path: Path, content: bytes) -> None:
    blobs = Blobs(tmp_path / "blobs")
    assert blobs.put(content) == blobs.put(content) == hashlib.sha256(content).hexdigest()
    assert blobs.get(blobs.put(content)) == content


def test_what_was_changed_is_not_there_and_is_kept_anew(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"sealed")
    (tmp_path / digest).write_bytes(b"bent")
    assert blobs.get(digest) is None
    assert blobs.put(b"sealed") == digest
    assert blobs.get(digest) == b"sealed"


def test_what_was_never_put_is_not_there(tmp_path: Path) -> None:
    assert Blobs(tmp_path / "none").get("0" * 64) is None
