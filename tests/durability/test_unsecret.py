"""Whatever is recorded in our name goes without its secrets into journal, log, notes and commits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from agents.durability.schema import CHAIN, TRANSITIONS
from agents.durability.transitions import Recorder, Transition
from agents.security.audit_logger import Fact
from agents.security.secret_gate import SecretGate
from agents.security.secret_patterns import find_secrets
from agents.vault.history import History
from agents.vault.store import EditText, Operation
from tests.security.secret_samples import letters
from tests.stock_git import git

if TYPE_CHECKING:
    from tests.durability.room import Room

TOKEN = "npm_" + letters("npm", 36)
SHOWN = "⟨secret: npm token, 40 characters⟩"


def told(room: Room) -> list[str]:
    with room.journal.begin() as sql:
        rows = sql.execute(select(TRANSITIONS.c.subject, TRANSITIONS.c.operations)).all()
        lines = sql.execute(select(CHAIN.c.line)).scalars().all()
    return [*(text for row in rows for text in row), *lines]


def test_no_text_of_a_transition_keeps_a_secret(room: Room) -> None:
    note, other = "Needs_Action/2026-11-23-alert-0123456789.md", "Needs_Action/2026-11-23-alert-1123456789.md"
    edits = (
        EditText("line", f"- said {TOKEN}", "History"),
        EditText("property", TOKEN, "category"),
        EditText("append", f"more: {TOKEN}"),
    )
    with room.recorder.begin() as writing:
        fact = Fact("runner", "alert.filed", TOKEN, parameters={"about": TOKEN, "how": "ok"}, result=TOKEN)
        made = Operation("create", note, text=f"---\nid: a\n---\n# A\n\n{TOKEN}\n\n## History\n")
        writing.record(Transition(fact, f"Say {TOKEN}", (made, Operation("edit", note, edits=edits))))
        writing.record(
            Transition(Fact("runner", "alert.filed", "b"), "Say more", (Operation("create", other, text="b\n"),))
        )
    room.recorder.flush()
    text = (room.vault / note).read_text(encoding="utf-8")
    assert text.count(SHOWN) == 4
    assert not [each for each in told(room) if find_secrets(each)]
    assert (room.vault / other).read_text(encoding="utf-8") == "b\n"
    assert SHOWN in git(room.git_dir, "log", "--format=%B")
    logged = json.loads((next((room.vault / "Logs").glob("*.jsonl"))).read_text(encoding="utf-8").splitlines()[-2])
    assert (logged["target"], logged["parameters"]["about"], logged["result"]) == (SHOWN, SHOWN, SHOWN)


def test_the_words_by_which_a_line_is_found_stay(room: Room) -> None:
    (room.vault / "Ask.md").write_text(f"- publish with {TOKEN}\n", encoding="utf-8")
    with room.recorder.begin() as writing:
        edit = EditText("asked", "2026-11-23-ask-0123456789", f"publish with {TOKEN}")
        fact = Fact("watcher", "task.filed", "2026-11-23-ask-0123456789")
        writing.record(Transition(fact, "File", (Operation("edit", "Ask.md", edits=(edit,)),)))
    assert "- [x] publish with" in (room.vault / "Ask.md").read_text(encoding="utf-8")


def test_a_generated_page_that_holds_a_secret_is_no_reason_to_commit(room: Room) -> None:
    room.history = History.create(room.git_dir, room.vault, room.key.sign, gate=SecretGate().findings)
    room.recorder = Recorder(room.journal, room.store, room.history, room.clock, room.is_ours)
    (room.vault / "Dashboard.md").write_text("all is well\n", encoding="utf-8")
    room.recorder.housekeeping(["Dashboard.md"])
    before = room.history.head()
    (room.vault / "Dashboard.md").write_text(f"mine: {TOKEN}\n", encoding="utf-8")
    room.recorder.housekeeping(["Dashboard.md"])
    assert room.history.head() == before
    assert room.history.blob_at(before or "", "Dashboard.md") == b"all is well\n"
