"""Codes of a list: drawn, read as people type them, and kept so that nobody can read them back."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.proof_codes import CODES, WORK, digest_of, draw_codes, draw_salt, normalized, shown


def test_a_list_holds_different_codes_without_leading_zeros() -> None:
    codes = draw_codes()
    assert len(set(codes)) == CODES
    assert all(len(code) == 8 and code.isdigit() and code[0] != "0" for code in codes)
    assert not set(codes) & set(draw_codes())


@pytest.mark.parametrize("typed", ["48217730", "4821 7730", " 4821-7730\n", "4821.7730", "4821\u00a07730"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert normalized(typed) == "48217730"


@pytest.mark.parametrize("typed", ["", "4821773", "482177300", "04821773", "4821773O", "true", "٤٨٢١٧٧٣٠", "4821_7730"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalized(typed) == ""


@given(st.text(max_size=300))
def test_any_text_is_a_code_or_none(text: str) -> None:
    assert normalized(text) in {"", "".join(each for each in text if each.isdigit())}


def test_as_a_list_shows_it_a_code_reads_the_same() -> None:
    assert all(normalized(shown(code)) == code for code in draw_codes())


def test_a_digest_tells_codes_and_lists_apart_and_shows_no_code() -> None:
    salt, other = draw_salt(), draw_salt()
    digests = {digest_of("48217730", salt), digest_of("48217731", salt), digest_of("48217730", other)}
    assert len(digests) == 3
    assert digest_of("48217730", salt) in digests
    assert not any("4821" in digest and "7730" in digest and len(digest) < 64 for digest in digests)


def test_trying_a_code_costs_what_it_should() -> None:
    assert WORK >= 2**14
    assert (
        digest_of("48217730", "00" * 16)
        == hashlib.scrypt(b"48217730", salt=bytes(16), n=WORK, r=8, p=1, dklen=32).hex()
    )
