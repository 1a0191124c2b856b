"""Codes that change every thirty seconds: as the standards say, around now, and each once."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.one_time_codes import (
    LATE_STEPS,
    SECRET_BYTES,
    STEP_S,
    came_late,
    code_of,
    draw_secret,
    matching_step,
    normalized,
    otpauth_uri,
    step_at,
)
from tests.clock import NOON

SECRET = base64.b32encode(b"12345678901234567890").decode()  # of both standards' appendices
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
TOTP = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def test_the_codes_are_those_of_rfc_4226_and_rfc_6238() -> None:
    assert [code_of(SECRET, counter) for counter in range(10)] == HOTP
    assert {at: code_of(SECRET, step_at(datetime.fromtimestamp(at, UTC))) for at in TOTP} == TOTP


@pytest.mark.parametrize(("ago_s", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_counts_one_step_around_now(ago_s: int, counts: bool) -> None:  # noqa: FBT001 - an example
    code = code_of(SECRET, step_at(NOON - timedelta(seconds=ago_s)))
    assert (matching_step(SECRET, code, NOON, 0) is not None) is counts


def test_a_step_counts_once_and_none_before_it_counts_after_it() -> None:
    here = step_at(NOON)
    assert matching_step(SECRET, code_of(SECRET, here), NOON, here - 1) == here
    for before in (here, here - 1):
        assert matching_step(SECRET, code_of(SECRET, before), NOON, here) is None
    assert matching_step(SECRET, code_of(SECRET, here + 1), NOON, here) == here + 1


def test_a_late_code_is_told_from_a_wrong_one() -> None:
    here = step_at(NOON)
    assert came_late(SECRET, code_of(SECRET, here - LATE_STEPS), NOON)
    assert not came_late(SECRET, code_of(SECRET, here - LATE_STEPS - 1), NOON)
    assert not came_late(SECRET, code_of(draw_secret(), here), NOON)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("123456", "123456"), (" 123 456 ", "123456"), ("123-456", "123456"), ("5924", "005924"), ("924", "000924")],
)
def test_what_people_and_editors_make_of_a_code_is_read(typed: str, code: str) -> None:
    assert normalized(typed) == code


@pytest.mark.parametrize("typed", ["", "12", "1234567", "12345x", "١٢٣٤٥٦", "²²²²²²", " " * 200 + "123456"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalized(typed) == ""


def test_a_secret_is_of_160_bits_and_differs_each_time() -> None:
    assert {len(base64.b32decode(draw_secret())) for _ in range(3)} == {SECRET_BYTES}
    assert draw_secret() != draw_secret()


def test_an_app_finds_secret_and_names_in_the_address() -> None:
    uri = urlsplit(otpauth_uri(SECRET, "app-bob"))
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/AI%20Employee%3Aapp-bob")
    assert parse_qs(uri.query) == {"secret": [SECRET], "issuer": ["AI Employee"]}


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_the_code_of_any_moment_counts_then_and_not_two_minutes_later(moment: datetime) -> None:
    step = step_at(moment)
    code = code_of(SECRET, step)
    assert matching_step(SECRET, code, moment, 0) is not None
    later = moment + timedelta(seconds=4 * STEP_S)
    assert matching_step(SECRET, code, later, 0) != step
