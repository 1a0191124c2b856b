"""Promises about kept forecasts: they come back as they were, and nothing else does."""

from __future__ import annotations

import json

import pytest

from agents.insight.forecast_promises import from_json, to_json
from tests.insight.briefing_story import story


def test_a_forecast_comes_back_as_it_was_promised() -> None:
    assert from_json(to_json(story().forecasts)) == story().forecasts
    assert from_json("") == ()


@pytest.mark.parametrize(
    "change", [{"unit": "lightyears"}, {"points": "none"}, {"points": [["2026-11-22", "x", "1", "1"]]}]
)
def test_what_is_no_forecast_is_refused(change: dict[str, object]) -> None:
    (fields,) = json.loads(to_json(story().forecasts))
    with pytest.raises(ValueError, match="these are no forecasts"):
        from_json(json.dumps([fields | change]))
    with pytest.raises(ValueError, match="these are no forecasts"):
        from_json(json.dumps([{}]))
