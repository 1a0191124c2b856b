#!/usr/bin/env python3
"""Drafts a first answer to a complaint: JSON in, JSON out, nothing else. Standard library only."""

from __future__ import annotations

import json
import sys
from typing import Any


def decide(given: dict[str, Any]) -> dict[str, Any]:
    """Propose the draft; once it is sent, the rest is the owner's."""
    sent = any(each["key"] == "reply" and each["kind"] == "done" for each in given["outcomes"])
    finish = {"kind": "finish", "summary": "a first answer was sent; what is wrong is yours to put right"}
    letter = {
        "kind": "letter",
        "key": "reply",
        "template": "complaint",
        "quote": given["quote"],
        "changes": ["I answer it myself"],
    }
    return {
        "objective": "Answer a complaint",
        "steps": [
            {"text": "Read the complaint", "done": True},
            {"text": "Send a first answer that promises nothing", "done": sent, "move": "reply"},
            {"text": "Put it right (yours)"},
        ],
        "done_when": "a first answer is sent",
        "moves": [finish if sent else letter],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
