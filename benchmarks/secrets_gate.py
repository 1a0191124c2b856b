"""What the gate for secrets costs per note, beside a floor: one compiled pattern that goes over the same text once.

The texts: a task note of 3 kB and one of 64 kB as a long mail makes it; the worst that a hostile mail of 64 kB can do.
"""

from __future__ import annotations

import json
import re
import time
from statistics import median
from typing import TYPE_CHECKING

from agents.security.secret_gate import SecretGate
from agents.security.secret_kinds import TOKENS
from agents.security.secret_patterns import find_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 40
WORDS = """---
id: 2026-11-23-email-7f3a9c21de
type: email
from: billing@client.example
---
# Mail from a sender you know

Hello, please send us the invoice INV-2026-0001 over 1,130.50 EUR for ten hours of consulting: 95.00 EUR per hour.
Our address has changed; see https://client.example/contact?id=4711&lang=en. Key facts, tokens of thanks, pass it on.
| digest | 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 |
"""
FLOOR = re.compile(r"sk-ant-[A-Za-z0-9_-]{20,200}|gh[pousr]_[A-Za-z0-9]{30,255}|AKIA[A-Z2-7]{16}")


def text_of(size: int) -> str:
    """A note of this many characters."""
    return (WORDS * (size // len(WORDS) + 1))[:size]


def took_ms(work: Callable[[], object]) -> float:
    """The median of some times, in milliseconds of the processor."""
    taken = []
    for _ in range(TIMES):
        began_s = time.process_time()  # other programs do not count
        work()
        taken.append((time.process_time() - began_s) * 1000)
    return round(median(taken), 4)


def hostile(size: int) -> tuple[str, ...]:
    """Texts made of nothing but beginnings of secrets."""
    anchors = "".join(anchor for kind in TOKENS for anchor in kind.anchors)
    pieces = (anchors, "password: ", "-----BEGIN PRIVATE KEY-----\n", "aQ~", "sl.", "://", "eyJ")
    return tuple((piece * (size // len(piece) + 1))[:size] for piece in pieces)


def main() -> None:
    """Print the figures."""
    figures: dict[str, float] = {}
    for name, size in (("3k", 3_000), ("64k", 64_000)):
        text = text_of(size)
        content = text.encode()
        figures[f"note_{name}_ms"] = took_ms(lambda: find_secrets(text))  # noqa: B023 (called at once)
        figures[f"floor_{name}_ms"] = took_ms(lambda: FLOOR.search(text))  # noqa: B023
        figures[f"commit_{name}_ms"] = took_ms(lambda: SecretGate().findings("a.md", content))  # noqa: B023
        gate = SecretGate()
        gate.masked_all([text])
        figures[f"known_{name}_ms"] = took_ms(lambda: gate.findings("a.md", content))  # noqa: B023
    figures["hostile_64k_ms"] = max(took_ms(lambda: find_secrets(text)) for text in hostile(64_000))  # noqa: B023
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
