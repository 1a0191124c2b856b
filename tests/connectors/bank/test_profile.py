"""The note about a bank's CSV format: written, corrected by the owner, read back, kept for later files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.bank.csv_profile import Profile, digest_of, profile_text, read_profile
from agents.connectors.bank.csv_values import COMMA, DAY_FIRST
from agents.connectors.bank.reader import learn
from agents.vault.note import Problem
from tests.connectors.bank.bank_room import Export, Move, asked, camt053, csv_german, read, refused
from tests.connectors.bank.test_cuts import MOVES

SHORT = b"Datum;Verwendungszweck;Betrag;Konto\n01.02.2026;a;-1.250;K\n"
LONG = b"Datum;Verwendungszweck;Betrag;Konto\n25.02.2026;a;-7,50 EUR;K\n"
NAMES = st.lists(
    st.text("aÄ;: #-'\"[]{}\t", min_size=1, max_size=9).map(str.strip).filter(bool), min_size=3, unique=True
)


def test_what_is_asked_stands_in_the_note_and_what_the_owner_writes_is_read() -> None:
    question = asked(SHORT)
    assert [each.about for each in question.questions] == ["date_order", "decimal", "currency_of_all"]
    text = profile_text(question.profile)
    assert read_profile(text) == question.profile
    decided = (
        text.replace('date_order: ""', "date_order: day-month-year")
        .replace('decimal: ""', "decimal: comma")
        .replace('currency_of_all: ""', "currency_of_all: EUR")
    )
    profile = read_profile(decided)
    assert isinstance(profile, Profile)
    (found,) = read(SHORT, profiles={profile.digest: profile})
    assert (f"{found.lines[0].amount}", found.lines[0].day.month) == ("-1250.00", 2)


def test_what_one_file_proves_serves_the_next() -> None:
    learnt = learn(LONG, {})
    assert learnt is not None
    assert (learnt.date_order, learnt.decimal, learnt.currency) == (DAY_FIRST, COMMA, "")
    assert len(asked(SHORT).questions) == 3
    text = profile_text(learnt).replace('currency_of_all: ""', "currency_of_all: EUR")
    kept = read_profile(text)
    assert isinstance(kept, Profile)
    assert read(SHORT, profiles={kept.digest: kept})[0].lines[0].day.month == 2


def test_what_makes_no_difference_is_read_and_not_learnt() -> None:
    learnt = learn(b"Datum;Verwendungszweck;Betrag;Konto\n02.02.2026;a;-7 EUR;K\n", {})
    assert learnt is not None
    assert (learnt.date_order, learnt.decimal) == ("", "")


def test_a_file_that_contradicts_its_profile_is_refused() -> None:
    profile = Profile(asked(SHORT).profile.heading, asked(SHORT).profile.columns, DAY_FIRST, COMMA, currency="EUR")
    kept = {profile.digest: profile}
    assert "cannot be read as day" in refused(SHORT.replace(b"01.02", b"01.25"), kept).sentence
    assert "cannot be read as amount" in refused(SHORT.replace(b"-1.250", b"-1.25"), kept).sentence


def test_only_tables_teach_anything() -> None:
    assert learn(camt053(Export(MOVES)), {}) is None
    assert learn(b"words", {}) is None
    assert learn(b"\x00", {}) is None
    strange = learn(b"Tag;Wohin;Wieviel\n1;2;3\n", {})
    assert strange is not None
    assert strange.columns == ()


def test_a_profile_is_known_by_the_words_of_its_heading() -> None:
    assert digest_of(("Datum ", "Betrag")) == digest_of(("datum", " BETRAG"))
    assert digest_of(("Datum", "Betrag")) != digest_of(("Betrag", "Datum"))


@given(NAMES)
def test_any_heading_is_read_back_as_it_was(names: list[str]) -> None:
    heading = tuple(" ".join(name.split()) for name in names)
    profile = Profile(heading, (("day", heading[0]), ("text", heading[1]), ("text", heading[2])), account="K7")
    assert read_profile(profile_text(profile)) == profile


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("type: bank-format", "type: task", 1, "no note of type"),
        ("digest: ", "digest: 0", 3, "do not belong together"),
        ("day: Buchungstag", "day: Tag", 0, "has no column 'Tag'"),
        ("day: Buchungstag", "day: [Buchungstag, Saldo]", 0, "one column"),
        ("date_order: ", "date_order: day first #", 0, "this is one of"),
        ("decimal: ", "decimal: dot #", 0, "this is one of"),
        ("signs: ", "signs: odd #", 0, "as-written, turned"),
        ('currency_of_all: ""', "currency_of_all: Euro", 0, "three capital letters"),
        ("---\n", "--\n", 1, "no note of type"),
        ("decimal: ", "decimal: [", 0, "not a property"),
    ],
)
def test_a_mistake_in_the_note_is_told_with_its_line(old: str, new: str, line: int, said: str) -> None:
    learnt = learn(csv_german(Export([Move(MOVES[1].day.replace(day=25), MOVES[0].amount)])), {})
    assert learnt is not None
    text = profile_text(learnt)
    assert old in text
    problem = read_profile(text.replace(old, new, 1))
    assert isinstance(problem, Problem)
    assert said in problem.message
    assert problem.line == line or not line
