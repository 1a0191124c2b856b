"""A fresh vault for each flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import Employee

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    """An employee with an empty vault."""
    return Employee(tmp_path).init()
