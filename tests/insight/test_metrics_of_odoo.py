"""The metrics over the books in an Odoo: the same figures."""

from __future__ import annotations

import pytest

from tests.connectors.odoo.odoo_room import OdooRoom
from tests.insight.metrics_suite import MetricsContract


class TestMetrics(MetricsContract):
    """The suite on Odoo."""

    @pytest.fixture
    def books(self) -> OdooRoom:
        return OdooRoom()
