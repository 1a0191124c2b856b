"""Our policy and Cedar, an engine with a proven semantics, answer alike on random rules and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cedarpy
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.security.permission_manager import Level, Policy, Request, Rule
from tests.security.cedar import ENTITIES, asked, at_most
from tests.security.permissions import BUSY_REQUESTS, BUSY_RULES, REQUESTS, RULES

if TYPE_CHECKING:
    from collections.abc import Sequence


def by_cedar(rules: Sequence[Rule], request: Request) -> Level:
    """The easiest level Cedar permits. An error would skip a forbid, so it counts as no; our texts must make none."""
    for level in (Level.ALLOW, Level.ASK, Level.PROVE, Level.TWO):
        result = cedarpy.is_authorized(asked(request, rules), at_most(rules, level), ENTITIES)
        assert result.diagnostics.errors == []
        if result.allowed:
            return level
    return Level.DENY


@settings(max_examples=400)
@given(st.one_of(st.tuples(BUSY_RULES, BUSY_REQUESTS), st.tuples(RULES, REQUESTS)))
def test_cedar_gives_the_same_answer(case: tuple[list[Rule], Request]) -> None:
    rules, request = case
    assert Policy(rules).decide(request).level is by_cedar(rules, request)
