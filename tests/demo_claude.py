"""`make demo-claude`: the whole loop with a model, without a key and without the network, in a throwaway vault.

Everything is the real command line; only the model is the stand-in of the tests, which says what is written here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.standins.messages_server import KEY, MessagesServer, Says, call, text, uses

if TYPE_CHECKING:
    from tests.standins.messages_server import Asked

ROOT = Path(__file__).resolve().parents[1]
MAIL = (
    "From: Anna Harbour <anna@harbour.example>\nTo: owner@studio.example\nSubject: The sign above your door\n"
    "Date: Mon, 23 Nov 2026 09:00:00 +0000\nMessage-ID: <demo-1@harbour.example>\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\n\nGood morning,\n\nthe sign above your door hangs loose. Shall we come "
    "by on Friday to look at it? Call me: +49 30 1234567.\n\nAnna Harbour\n"
)


def answers_the_sender(asked: Asked) -> Says:
    """An answer to whoever wrote, by the placeholders that stand for them."""
    found = re.search(r"from: (⟨name-\d+⟩) <(⟨mail-\d+⟩)>", asked.body.decode().replace("\\n", "\n"))
    name, address = found.groups() if found else ("", "")
    body = f"Dear {name},\n\nthank you for telling us. Friday suits us well.\n\nKind regards"
    order: dict[str, object] = {
        "to": address,
        "subject": "Re: The sign",
        "body": body,
        "in_reply_to": "",
        "attachments": [],
    }
    quote = "Shall we come by on Friday to look at it?"
    return uses(text("I propose an answer."), call("propose_email_send", {"key": "reply", "quote": quote, **order}, 2))


class Demo:
    """One vault in a room of its own, and a server that plays the model."""

    def __init__(self, room: Path, server: MessagesServer) -> None:
        self.vault = room / "Vault"
        self.server = server
        self._settings = {
            "AI_EMPLOYEE_STATE": str(room / "state"),
            "AI_EMPLOYEE_QUIET_S": "0",
            "AI_EMPLOYEE_MODEL_URL": server.address,
            "AI_EMPLOYEE_MODEL_PROVIDER": "the stand-in",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def said(self, *words: str, answer: str = "", quiet: bool = False) -> str:
        """One command as an owner types it, and what it said."""
        sys.stdout.write("" if quiet else f"\n$ employee {' '.join(words)}\n")
        place = [] if words[0] == "init" else ["--vault", str(self.vault)]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(ROOT / "orchestrator.py"), *words, *place],
            input=answer,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **self._settings},
        )
        if done.returncode:
            raise SystemExit(f"{done.stdout}{done.stderr}")
        sys.stdout.write("" if quiet else done.stdout)
        sys.stdout.flush()
        return done.stdout

    def show(self, title: str, text_: str) -> None:
        """What stands in a note."""
        sys.stdout.write(f"\n--- {title} ---\n{text_.rstrip()}\n")

    def note(self, pattern: str) -> Path:
        """The one note of this name."""
        (found,) = sorted(self.vault.rglob(pattern))
        return found


def walk(demo: Demo) -> None:
    """From an empty vault to one effect."""
    script = demo.server.script
    demo.said("init", str(demo.vault))
    demo.said("connect", "claude", answer=f"{KEY}\n")
    page = re.search(r"--page (\w+)", demo.said("privacy"))
    demo.said("privacy", "accept", "--page", page[1] if page else "")
    (demo.vault / "Inbox" / "sign.eml").write_text(MAIL, encoding="utf-8")
    script += [uses(text("I look for what we know."), call("search_vault", {"words": "sign door"})), answers_the_sender]
    script.append(Says(text("They offer to look at the loose sign. I propose to accept.")))
    demo.said("run", "--once")
    demo.show("what left in the first request", demo.server.messages[0].body.decode()[-700:])
    plan, proposal = demo.note("plan-*.md"), demo.note("*-email-send-*.md")
    demo.show("the plan", plan.read_text(encoding="utf-8"))
    demo.show("the proposal", proposal.read_text(encoding="utf-8"))
    script.append(uses(call("finish", {"summary": "answered", "holds": ["done reply"]}, 9)))
    demo.said("approve", proposal.stem)
    demo.said("run", "--once")
    (letter,) = (demo.vault / "Outbox").glob("*.eml")
    demo.show("the one effect, in Outbox since no mail account is connected", letter.read_text(encoding="utf-8"))
    demo.show("the Dashboard", (demo.vault / "Dashboard.md").read_text(encoding="utf-8").partition("## What works")[0])
    demo.said("privacy", "revoke")
    demo.said("verify")


def main() -> None:
    """The demo."""
    with tempfile.TemporaryDirectory() as room, MessagesServer() as server:
        walk(Demo(Path(room), server))


if __name__ == "__main__":
    main()
