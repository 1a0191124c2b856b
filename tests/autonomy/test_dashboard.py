"""Promises about the dashboard: a pure function of what is, in which words from outside never act."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agents.autonomy.dashboard import render_dashboard
from agents.autonomy.jobs import Jobs, JobState
from agents.autonomy.overview import SHOWN, Overview
from agents.connectors.contract import Capability, Receipt, State
from agents.connectors.receipts import receipt_to_json
from agents.durability.proposal_rows import ProposalRow
from agents.durability.run_rows import RunRow
from agents.durability.schedule_table import read_schedule
from agents.durability.task_persistence import QuestionRow
from agents.vault.note_edit import emit_note
from agents.vault.outline import lines_outside_fences
from agents.vault.plain import plain
from tests.autonomy.courier import CAPABILITIES
from tests.clock import NOON

NOTHING = Overview((), (), (), (), (), (), (), 0, (), 0, "")
ID = "2026-11-23-parcel-send-0123456789"


def row(recipient: str = "Acme Ltd", amount: str = "10.00", summary: str = "sent") -> ProposalRow:
    properties = {"id": ID, "amount": amount, "currency": "EUR", "recipient": recipient}
    receipt = Receipt("courier", "1", NOON, summary)
    return ProposalRow(
        id=ID,
        task="2026-11-23-email-0123456789",
        move_key="send",
        action=json.dumps({"action": "parcel.send"}),
        digest="",
        key="",
        note=emit_note(properties, f"# {plain(f'Send a parcel to {recipient}?')}\n"),
        provenance="{}",
        quote="",
        rule="",
        brain="",
        risk="medium",
        policy="",
        epoch=1,
        created_at=NOON.isoformat(),
        expires_at=(NOON + timedelta(days=7)).isoformat(),
        state="waiting",
        decided_at=NOON.isoformat(),
        receipt=receipt_to_json(receipt),
    )


def question(words: str) -> QuestionRow:
    ask = json.dumps({"key": "k", "question": words, "choices": [], "quote": ""})
    return QuestionRow("2026-11-23-question-0123456789", "task", "k", ask, "", NOON.isoformat(), "open")


def test_an_empty_vault_says_that_nothing_waits() -> None:
    page = render_dashboard(NOTHING, CAPABILITIES)
    assert "Nothing waits for you." in page
    assert "0 tasks so far." in page
    assert "| courier | real: parcels go out |  |" in page
    assert "## In progress" not in page
    assert "## Alerts" not in page


def test_everything_that_waits_stands_there() -> None:
    full = Overview(
        tasks=("a",),
        in_progress=("2026-11-23-email-0123456789",),
        alerts=("2026-11-23-alert-0123456789",),
        questions=(question("Which colour?"),),
        pending=(row(),),
        approved=(row(),),
        recent=(row(),),
        done=1,
        quarantine=(),
        requests=0,
        stopped="STOP.md is in the vault",
    )
    page = render_dashboard(full, CAPABILITIES)
    assert "1 decision and 1 question wait for you." in page
    assert f"| Send a parcel to Acme Ltd? | [[{ID}]] | medium | 2026-11-30 12:00 |" in page
    assert "- [[2026-11-23-question-0123456789]] Which colour?" in page
    assert f"- [[{ID}]] approved, not done yet" in page
    assert "- [[2026-11-23-alert-0123456789]]" in page
    assert f"- 2026-11-23 12:00 [[{ID}]]: sent" in page
    assert "Everything stands still: STOP.md is in the vault" in page
    assert "1 task so far." in page


def test_only_questions_or_only_decisions_wait() -> None:
    assert "0 decisions and 1 question" in render_dashboard(replace(NOTHING, questions=(question("x"),)), ())
    assert "2 decisions and 0 questions" in render_dashboard(replace(NOTHING, pending=(row(), row())), ())


def test_of_ten_thousand_the_first_are_shown_and_the_rest_are_counted() -> None:
    many = replace(
        NOTHING,
        pending=(row(),) * SHOWN,
        to_decide=10_000,
        in_progress=("2026-11-23-email-0123456789",) * SHOWN,
        working=9_000,
        questions=(question("Which?"),) * (SHOWN + 7),
    )
    page = render_dashboard(many, ())
    assert "10000 decisions and 57 questions wait for you." in page
    assert page.count("| medium |") == SHOWN
    assert page.count("Which?") == SHOWN
    for words in ("9950 more in Pending_Approval", "8950 more in In_Progress", "7 more in Needs_Action"):
        assert f"\n\n... and {words}.\n" in page
    assert "more in" not in render_dashboard(replace(NOTHING, pending=(row(),) * SHOWN, to_decide=SHOWN), ())


def test_a_pause_is_said_before_everything_that_waits() -> None:
    page = render_dashboard(replace(NOTHING, intake_paused="Nothing new is begun; see Needs_Action."), ())
    assert "> [!warning] Nothing new is begun; see Needs_Action.\n" in page
    assert page.index("[!warning]") < page.index("Nothing waits")


def test_a_proposal_whose_note_cannot_be_read_is_shown_all_the_same() -> None:
    broken = replace(row(), note="---\n: {\n---\n")
    assert f"| parcel.send | [[{ID}]] | medium |" in render_dashboard(replace(NOTHING, pending=(broken,)), ())


def job(name: str = "post", words: str = "", *, failing: bool = False) -> JobState:
    table = "| job | when | what |\n| --- | --- | --- |\n| post | daily 13:00 | x |\n"
    (made,) = read_schedule(table).jobs
    last = RunRow(name, NOON.isoformat(), "late", NOON.isoformat(), NOON.isoformat(), words, "", ID)
    failed = replace(last, state="failed", due_at=(NOON - timedelta(days=7)).isoformat()) if failing else None
    return JobState(replace(made, name=name), failed or last, failed, NOON + timedelta(days=1))


def test_every_job_tells_its_last_run_and_its_next_and_one_that_fails_stands_out() -> None:
    never = replace(job("never"), last=None, next=None)
    jobs = Jobs((job(words="1 h late"), never, job("check", "chain: event 7", failing=True)))
    page = render_dashboard(replace(NOTHING, jobs=jobs), ())
    assert f"| post | daily 13:00 | 2026-11-23 12:00 | [[{ID}\\|late]]: 1 h late | 2026-11-24 12:00 |" in page
    assert "| never | daily 13:00 | never run yet |  | counts from the next run of the employee on |" in page
    assert "> [!danger] check fails since 2026-11-16 12:00: chain: event 7\n" in page
    assert "## Schedules" not in render_dashboard(NOTHING, ())


def skeleton(page: str) -> list[str]:
    """What markdown would take as structure: links, tables, headings, callouts, per line."""
    marks = []
    for line in lines_outside_fences(page):
        bare = line.text.replace("\\\\", "")
        kept = "".join(char for at, char in enumerate(bare) if char in "[]|#*<$~^`" and bare[at - 1 : at] != "\\")
        marks.append(kept)
    return marks


@given(st.text(max_size=200), st.text(max_size=200))
def test_words_from_outside_never_change_the_pages_structure(words: str, name: str) -> None:
    def page(text: str, alert: str) -> str:
        told = replace(
            NOTHING,
            pending=(row(text, text),),
            recent=(row(summary=text),),
            questions=(question(text),),
            alerts=(alert,),
            stopped=text or "x",
            jobs=Jobs((job(text, text or "x", failing=True),)),
        )
        return render_dashboard(told, ())

    assert skeleton(page(words, f"{name} alert")) == skeleton(page("words", "name alert"))


def test_a_capability_cannot_break_its_row() -> None:
    broken = Capability("mail", State.REAL, "to a | b\nc", "")
    assert "| mail | real: to a / b c |  |" in render_dashboard(NOTHING, (broken,))
