"""`make live NAME=claude`: one tiny real question to the provider of the settings. It costs less than a cent.

The key is asked for, unseen, unless ANTHROPIC_API_KEY holds it; nothing of any vault is sent. Owners run it once, to
see that address, model and key fit together; the tests never do.
"""

from __future__ import annotations

import getpass
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from agents.clock import SystemClock
from agents.console.privacy_commands import terms_of
from agents.durability.consent_rows import accept_page
from agents.durability.journal import Journal
from agents.errors import EmployeeError
from agents.reasoning.brain import TaskView
from agents.reasoning.budget import Prices
from agents.reasoning.claude_client import ask
from agents.reasoning.outgoing import Material, Prompt, prepare, release
from agents.reasoning.outgoing_text import NamedNote
from agents.security.data_protection import Redactor
from agents.security.library_egress import Patience
from agents.security.private_notes import PrivacyRules
from agents.settings import Settings
from agents.vault.note import Note

WORDS = "This is a test of the line. Answer with the one word: yes."
AT = datetime(2026, 1, 1, tzinfo=UTC)


def question() -> Material:
    """A task that is about nobody."""
    task = TaskView("2026-01-01-ask-0000000000", "ask", "", "", "A test", WORDS, AT, sender_known=True)
    nothing = Note({}, "", "")
    return Material(
        task, NamedNote("Needs_Action/test.md", nothing), (), NamedNote("Handbook.md", nothing), (), PrivacyRules()
    )


def main() -> int:
    """Ask, and say what came back and what it cost."""
    chosen = Settings()
    key = os.environ.get("ANTHROPIC_API_KEY") or getpass.getpass(f"Key of {chosen.model_provider}: ")
    prompt = Prompt(effort=chosen.model_effort, max_tokens=1_000)
    prepared = prepare(question(), Redactor([], lambda _text: []), terms_of(chosen), prompt)
    with tempfile.TemporaryDirectory() as room:
        journal = Journal.open(Path(room))
        with journal.begin() as sql:
            accept_page(sql, prepared.terms, AT)
            outgoing = release(sql, prepared)
        journal.close()
    try:
        answer = ask(outgoing, key, Patience(SystemClock(), 60))
    except EmployeeError as err:
        sys.stderr.write(f"{err}\n-> {err.hint}\n")
        return 1
    cost = Prices(chosen.model_usd_in, chosen.model_usd_out).cost(answer.usage)
    sys.stdout.write(f"{chosen.model} at {outgoing.address}: {answer.words()!r}, {answer.stop}, {answer.usage}\n")
    sys.stdout.write(f"about {cost:.5f} USD by the prices of the settings\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
