"""What is odd about the money that went out, by rules that anybody can follow; each finding names its rows. Pure.

Source of the rules: facts on finance, 4.4; what they were changed by, and how well they find what was hidden for them,
says ADR 0077. A posting at a weekend is a weak sign: it is told with a finding, and is none by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.insight.anomaly_facts import Anomaly, Kind
from agents.insight.payment_anomalies import payment_anomalies
from agents.insight.subscription_anomalies import subscription_anomalies

if TYPE_CHECKING:
    from agents.insight.anomaly_facts import Facts

_GRAVITY = {kind: at for at, kind in enumerate(Kind)}


def anomalies(facts: Facts) -> tuple[Anomaly, ...]:
    """Everything odd, the gravest first, and of one kind the greatest sum first."""
    found = [*payment_anomalies(facts), *subscription_anomalies(facts)]
    return tuple(sorted(found, key=lambda each: (_GRAVITY[each.kind], -each.amount, each.key)))
