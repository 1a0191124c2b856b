"""The metrics over the embedded ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger
from tests.insight.metrics_suite import MetricsContract

if TYPE_CHECKING:
    from pathlib import Path


class TestMetrics(MetricsContract):
    """The suite on the embedded ledger."""

    @pytest.fixture
    def books(self, tmp_path: Path) -> EmbeddedLedger:
        return EmbeddedLedger(tmp_path)
