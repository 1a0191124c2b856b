"""Promises in mails: plain words about a day that can be told, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.promises import MAX_PROMISES, promises_in

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("I will send you the offer by Friday.", date(2026, 11, 27)),
        ("Hello Anna,\n\nwe'll transfer the money until 2026-12-01.\nBest", date(2026, 12, 1)),
        ("I’ll call you tomorrow!", date(2026, 11, 24)),
        ("We are going to deliver on Thursday.", date(2026, 11, 26)),
        ("Ich schicke Ihnen das Angebot bis Freitag.", date(2026, 11, 27)),
        ("Wir werden die Ware bis zum 3.12. liefern.", date(2026, 12, 3)),
        ("Das Geld überweisen wir am 25. November.", date(2026, 11, 25)),
        ("Morgen sende ich Ihnen den Vertrag.", date(2026, 11, 24)),
        ("I will send it within two weeks.", date(2026, 12, 7)),
    ],
)
def test_a_plain_promise_with_a_day_is_one(text: str, due: date) -> None:
    (found,) = promises_in(text, MONDAY)
    assert found.due == due
    assert "\n" not in found.words


@pytest.mark.parametrize(
    "text",
    [
        "I will send you the offer soon.",
        "Please send the offer by Friday.",
        "Will you send it by Friday? I will wait until Friday?",
        "I will not send it by Friday.",
        "If you pay, I will send it by Friday.",
        "Ich werde es bis Freitag nicht schaffen.",
        "Falls nötig, schicke ich es bis Freitag.",
        "I hope we will deliver by Friday.",
        "They will deliver by Friday.",
        "I will send it by last year.",
        f"I will send it by Friday {'and so on ' * 40}.",
    ],
)
def test_what_is_no_plain_promise_is_none(text: str) -> None:
    assert promises_in(text, MONDAY) == ()


def test_each_sentence_counts_for_itself_and_the_same_words_once() -> None:
    text = "I will pay by 2026-11-25. I will not call on Friday. We will write by Friday.\n\nI will pay by 2026-11-25."
    assert [each.words for each in promises_in(text, MONDAY)] == [
        "I will pay by 2026-11-25.",
        "We will write by Friday.",
    ]
    many = "".join(f"I will pay {number} EUR by Friday.\n\n" for number in range(20))
    assert len(promises_in(many, MONDAY)) == MAX_PROMISES


@given(st.text(max_size=300))
def test_whatever_is_written_reading_never_raises(text: str) -> None:
    promises_in(f"I will pay by Friday. {text}", MONDAY)
