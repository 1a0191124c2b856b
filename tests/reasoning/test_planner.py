"""Plans and questions as notes, and the owner's answer read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.brain import MODEL, PLAYBOOK, AskOwner, Choice, Decision, Step
from agents.reasoning.planner import BY_THE_MODEL, read_answer, render_plan, render_question
from agents.vault.note import Note, Problem, read_note
from agents.vault.outline import lines_outside_fences

ASK = AskOwner(
    "expense",
    "Is this an expense of the business?",
    (Choice("business: office supplies", 71), Choice("business"), Choice("personal *really*")),
    "- [x] personal",
)
QUESTION = render_question(
    "2026-11-23-question-51d2aa90c3", "2026-11-23-file-7f3a9c21de", ASK, datetime(2026, 11, 23, 10)
)


def decision(words: str = "Acme Ltd") -> Decision:
    steps = (Step(f"Find the customer: {words}", done=True), Step("Propose", move_key="invoice"))
    return Decision(words, words, f"Invoice {words}", steps, f"{words} paid", (), words)


def test_a_plan_shows_objective_steps_links_and_what_it_cost() -> None:
    text = render_plan(
        "2026-11-23-email-7f3a9c21de", decision(), {"invoice": "2026-11-23-invoice-create-a81c04be77"}, ["turn 1"]
    )
    note = read_note(text)
    assert isinstance(note, Note)
    assert note.properties["id"] == "plan-2026-11-23-email-7f3a9c21de"
    assert note.properties["task"] == "[[2026-11-23-email-7f3a9c21de]]"
    assert "- [x] Find the customer: Acme Ltd\n- [ ] Propose -> [[2026-11-23-invoice-create-a81c04be77]]\n" in text
    assert "## Budget used\n\nSo far: turn 1\n" in text
    assert "## The model says" in text


def test_a_plan_without_steps_says_so() -> None:
    text = render_plan("t", Decision("r", "c", "o", (), "d", ()), {}, ())
    assert "None yet." in text
    assert "The model says" not in text
    assert "Budget" not in text


@given(st.text(max_size=200))
def test_nothing_a_decision_says_acts_in_the_plan(words: str) -> None:
    lines = render_plan("t", decision(words), {}, (words,)).split("\n---\n", 1)[1]
    skeleton = [line.text.split(" ")[0] for line in lines_outside_fences(lines)]
    calm = render_plan("t", decision("Acme"), {}, ("Acme",)).split("\n---\n", 1)[1]
    if words.strip():
        assert skeleton == [line.text.split(" ")[0] for line in lines_outside_fences(calm)]
    assert "[[" not in "".join(line.text for line in lines_outside_fences(lines))


def test_a_question_offers_its_choices_best_first_and_something_else() -> None:
    assert "# Is this an expense of the business?" in QUESTION
    assert "- [ ] business: office supplies (looks like it: 71 %)\n- [ ] business\n" in QUESTION
    assert "- [ ] something else (write it in `answer`)\n" in QUESTION
    assert "```text\n- [x] personal\n```" in QUESTION


def test_an_untouched_question_has_no_answer() -> None:
    assert read_answer(QUESTION, ASK) is None


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        ("- [ ] business\n", "- [x] business\n", "business"),
        ("- [ ] business: off", "- [X] business: off", "business: office supplies"),
        ("- [ ] business\n", "- [x] business ✅ 2026-11-23\n", "business"),
        ("- [ ] personal", "* [x] personal", "personal *really*"),
        ("answer:", "answer: 12,5 hours", "12,5 hours"),
        ("answer:", "answer: Business", "business"),
        ("answer:", 'answer: "12:30"', "12:30"),
    ],
)
def test_a_tick_or_words_are_the_answer(before: str, after: str, answer: str) -> None:
    assert read_answer(QUESTION.replace(before, after, 1), ASK) == answer


def test_words_behind_something_else_are_the_answer() -> None:
    text = QUESTION.replace("- [ ] something else", "- [x] something else").replace("answer:", "answer: half of it", 1)
    assert read_answer(text, ASK) == "half of it"


def test_a_box_and_the_same_words_agree() -> None:
    text = QUESTION.replace("- [ ] business\n", "- [x] business\n").replace("answer:", "answer: business", 1)
    assert read_answer(text, ASK) == "business"


PARTS = AskOwner("table", "How is it to be read?", (), "a | b", (
    AskOwner("order", "What comes first?", (Choice("day"), Choice("month"))),
    AskOwner("account", "Which account?", (Choice("Checking"), Choice("day"))),
))  # fmt: skip
ALL = render_question("q-1", "t-1", PARTS, datetime(2026, 11, 23, 10))


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ((), None),
        ((("[ ] month", "[x] month"),), None),
        ((("[ ] month", "[x] month"), ("[ ] Checking", "[x] Checking")), "month\nChecking"),
        ((("answer_1:", "answer_1: day"), ("answer_2:", "answer_2: Savings")), "day\nSavings"),
        ((("answer_2:", "answer_2: checking"), ("[ ] day", "[x] day")), "day\nChecking"),
        ((("[ ] day", "[x] day"), ("[ ] something else (write it in `answer_2`)", "[x] day")), "day\nday"),
    ],
)
def test_a_question_with_parts_is_answered_when_all_are(changes: tuple[tuple[str, str], ...], answer: str) -> None:
    text = ALL
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    assert read_answer(text, PARTS) == answer


def test_two_answers_to_one_part_are_a_problem_of_its_line() -> None:
    text = ALL.replace("[ ] day", "[x] day").replace("answer_2:", "answer_2: Checking")
    found = read_answer(text, PARTS)
    assert isinstance(found, Problem)
    assert "`answer_2` says 'Checking'" in found.message
    listed = read_answer(ALL.replace("answer_1:", "answer_1: [a, b]"), PARTS)
    assert isinstance(listed, Problem)
    assert "`answer_1` holds a list" in listed.message


@pytest.mark.parametrize(
    "changes",
    [
        (("- [ ] business\n", "- [x] business\n"), ("- [ ] personal", "- [x] personal")),
        (("- [ ] business\n", "- [x] business\n"), ("answer:", "answer: personal *really*")),
        (("answer:", "answer: [a, b]"),),
        (("answer:", "answer: a\nanswer: b"),),
    ],
)
def test_two_answers_are_a_problem(changes: tuple[tuple[str, str], ...]) -> None:
    text = QUESTION
    for before, after in changes:
        text = text.replace(before, after, 1)
    assert isinstance(read_answer(text, ASK), Problem)


@given(st.text(max_size=300))
def test_no_note_makes_it_fail(text: str) -> None:
    read_answer(text, ASK)
    read_answer(f"---\nanswer: {text}\n---\n- [x] {text}", ASK)


def test_a_plan_of_a_model_says_whose_words_it_is_made_of() -> None:
    def plan(brain: str, instead: str = "") -> str:
        return render_plan("2026-11-23-email-7f3a9c21de", replace(decision(), brain=brain, instead=instead), {}, ())

    assert f"## Who decided\n\n{BY_THE_MODEL}\n" in plan(MODEL)
    assert "Who decided" not in plan(PLAYBOOK)
    assert "## Who decided\n\nThe rules, not the model: the day's limit is reached.\n" in plan(
        PLAYBOOK, "the day's limit is reached"
    )
