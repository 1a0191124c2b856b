"""When customers pay: our forecast, beside the due date, the customer's own median, and the best possible one.

The customers are drawn (`common/payers.py`); the best possible forecast knows how each was drawn. Days are mean errors;
`off` is the greatest distance between the chances said and the share that was late, over fifths of the invoices.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict

from benchmarks.common.drops import is_quick
from benchmarks.common.payers import company, results, trials

CUSTOMERS = 40


def main() -> None:
    """Print the figures."""
    stories = [company(f"pay dates {at}", CUSTOMERS) for at in range(2 if is_quick() else 8)]
    start = time.process_time()
    tried = [each for story in stories for each in trials(story)]
    spent_s = time.process_time() - start
    figures = {name: round(value, 3) for name, value in asdict(results(tried)).items()}
    print(json.dumps({"invoices": len(tried), **figures, "invoice_ms": round(1000 * spent_s / len(tried), 2)}))


if __name__ == "__main__":
    main()
