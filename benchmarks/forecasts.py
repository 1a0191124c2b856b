"""Forecasts on real series (`make real-series` brings them), beside the seasonal naive one.

`ratio`: pooled MASE as a part of the naive one's; `better_percent`: of the series; `covered_percent`: of the points
within the range that shall hold 80; `series_ms`: CPU of one forecast with its backtest. Series on which the naive one
was better are told on the error stream. With `--tune` those to tune with are taken instead of those to judge by.
"""

from __future__ import annotations

import json
import sys
import time

from agents.insight.series_forecast import forecast
from benchmarks.common.forecast_scores import pooled, score
from benchmarks.common.real_series import are_here, real_series


def main() -> None:
    """Print the figures; without the package there are none."""
    if not are_here():
        print("{}")
        return
    series = real_series("tune" if "--tune" in sys.argv else "judge")
    cuts = [each.cuts() for each in series]
    start = time.process_time()
    said = [
        [forecast(known, each.season, len(came)).steps for known, came in some]
        for each, some in zip(series, cuts, strict=True)
    ]
    spent_s = time.process_time() - start
    found = pooled(score(each, steps) for each, steps in zip(series, said, strict=True))
    for loss in found.losses:
        print(f"lost: {loss.error:.2f} against {loss.naive_error:.2f}: {loss.name}", file=sys.stderr)
    print(
        json.dumps(
            {
                "series": len(series),
                "ratio": round(found.ratio, 3),
                "better_percent": round(100 * found.better, 1),
                "covered_percent": round(100 * found.covered, 1),
                "series_ms": round(1000 * spent_s / sum(map(len, cuts)), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
