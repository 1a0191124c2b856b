"""Names of firms that are one, and numbers of invoices in the hands of people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.bank.party_names import Alike, NameIndex, name_key, runs_of
from agents.connectors.bank.references import Mentions, ReferenceIndex, tail_of

NUMBERS = ("INV-2026-0017", "INV-2026-0018", "RE-100", "RE-100-2", "00001744", "RE-100", "Miete")
INDEX = ReferenceIndex((number, key) for key, number in enumerate(NUMBERS))
FIRMS = ("Müller Bau GmbH", "Acme Söhne GmbH", "Acme GmbH", "Blue Harbor Ltd", "Blue Harbor Inc.", "O'Brien B.V.")
NAMES = NameIndex(FIRMS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller GmbH", "MUELLER GMBH"),
        ("Müller GmbH", "Muller G.m.b.H."),
        ("Weiß & Söhne KG", "Soehne und Weiss kg"),
        ("Sørensen ApS", "SORENSEN"),
        ("Société Générale S.A.", "societe generale"),
        ("Łódź Bau Sp. z o.o.", "LODZ BAU SP Z OO"),
        ("Anna Schulz", "Schulz, Anna"),
    ],
)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert set(name_key(one).words) & set(name_key(other).words)


@pytest.mark.parametrize(("one", "other"), [("Baur GmbH", "Bauer GmbH"), ("Meier", "Meyer"), ("Acme", "Acme Söhne")])
def test_names_that_are_not_one(one: str, other: str) -> None:
    assert not set(name_key(one).words) & set(name_key(other).words)


@pytest.mark.parametrize(
    ("name", "same", "close"),
    [
        ("MUELLER BAU", {"Müller Bau GmbH"}, set()),
        ("Müller Bau AG", set(), {"Müller Bau GmbH"}),
        ("Bau Müller", {"Müller Bau GmbH"}, set()),
        ("Acme", {"Acme GmbH"}, {"Acme Söhne GmbH"}),
        ("Acme Holding", set(), {"Acme GmbH"}),
        ("Blue Harbor", set(), {"Blue Harbor Ltd", "Blue Harbor Inc."}),
        ("BLUE HARBOR LTD", {"Blue Harbor Ltd"}, {"Blue Harbor Inc."}),
        ("Acme Söhne Gmb", set(), {"Acme Söhne GmbH", "Acme GmbH"}),
        ("Gmbh", set(), set()),
        ("", set(), set()),
        ("?!", set(), set()),
    ],
)
def test_who_it_is(name: str, same: set[str], close: set[str]) -> None:
    assert NAMES.find(name) == Alike(frozenset(same), frozenset(close))


def test_a_name_that_the_bank_cut_off_is_close() -> None:
    index = NameIndex(["Brandt Ingenieurgesellschaft mbH"])
    assert index.find("BRANDT INGENIEURGESELL").close == {"Brandt Ingenieurgesellschaft mbH"}
    assert index.find("BRANDT ING").close == frozenset()


@pytest.mark.parametrize(
    ("text", "exact", "loose"),
    [
        ("INV-2026-0017", ((0,),), ()),
        ("rg inv 2026 0017/INV-2026-0018", ((0,), (1,)), ()),
        ("INV20260017", ((0,),), ()),
        ("ＩＮＶ－２０２６－００１７", ((0,),), ()),
        ("INV-2026-00 17", ((0,),), ()),
        ("inv 2026 17", (), ((0,),)),
        ("2026-0017", (), ((0,),)),
        ("20260017", (), ((0,),)),
        ("INV-2026-0017/2", (), ((0,),)),
        ("3-INV-2026-0017", ((0,),), ()),
        ("3/2026-0017", (), ((0,),)),
        ("RE-100-2", ((3,),), ()),
        ("RE-100", ((2, 5),), ()),
        ("00001744", (), ((4,),)),
        ("1744", (), ()),
        ("INV-2026-00171", (), ()),
        ("INV-2026-017", (), ()),
        ("INV-2026-00017", (), ()),
        ("Miete", (), ()),
        ("", (), ()),
    ],
)
def test_which_numbers_are_in_a_text(
    text: str, exact: tuple[tuple[int, ...], ...], loose: tuple[tuple[int, ...], ...]
) -> None:
    found = INDEX.find(text)
    assert (found.exact, found.loose) == (exact, loose)


@pytest.mark.parametrize("text", ["INV-2026-0099", "inv 2026 099", "20260099", "2026-0099", "INV-2026-00171"])
def test_a_number_like_ours_that_is_not_open_shows(text: str) -> None:
    assert INDEX.find(text).has_unknown


@pytest.mark.parametrize("text", ["INV-2026-0017", "KdNr 10023", "Tel 030 5557788", "17.03.2026", "danke"])
def test_other_numbers_are_not_taken_for_ours(text: str) -> None:
    assert not INDEX.find(text).has_unknown


def test_the_end_of_a_number() -> None:
    assert [tail_of(each) for each in ("INV-2026-0017", "Miete", "A1B")] == ["0017", "", "1"]
    found = INDEX.find("Rechnung 17, Kd 4711")
    assert (found.tails, found.named_tails) == (frozenset(("17", "4711")), frozenset(("17",)))


def test_a_number_that_very_many_share_names_none_of_them() -> None:
    assert ReferenceIndex([("KD-100234", key) for key in range(60)]).find("KD-100234") == Mentions(
        pieces=(("kd", "100234"),)
    )
    assert ReferenceIndex([("KD-100234", key) for key in range(3)]).find("KD-100234").exact == ((0, 1, 2),)


def test_nothing_is_found_where_nothing_is_known() -> None:
    assert ReferenceIndex([]).find("INV-2026-0017", "x") == Mentions()
    assert not Mentions().tails


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_read(one: str, other: str) -> None:
    index = ReferenceIndex([(one, 0), (other, 1)])
    assert set(index.find(other).exact) <= {(0,), (1,), (0, 1)}
    assert name_key(one) == name_key(one)
    assert NameIndex([one]).find(one).close <= {one}


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("GitHub Inc.", ("GitHub",)),
        ("PAYPAL *PIXEL TOOLS 4711", ("PAYPAL PIXEL", "PIXEL TOOLS")),
        ("Immo und Hafen KG", ("Immo Hafen",)),
        ("1&1 4711", ()),
        ("", ()),
    ],
)
def test_what_says_in_a_text_who_is_meant(name: str, runs: tuple[str, ...]) -> None:
    assert runs_of(name) == runs
