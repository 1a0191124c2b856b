"""What a file says to whoever looks for secrets in it: runs of base64 lines are read as one, others apart."""

from __future__ import annotations

import base64

from agents.security.secret_readings import readings

HEADER = b"Content-Transfer-Encoding: base64\n\n"


def wrapped(text: str) -> bytes:
    return base64.encodebytes(text.encode())


def test_lines_that_follow_one_another_say_one_text_and_others_another() -> None:
    first, second = "a long first text " * 9, "and a second one " * 9
    plain, *decoded = readings(HEADER + wrapped(first) + b"-- no base64 --\n" + wrapped(second))
    assert plain.startswith("Content-Transfer-Encoding")
    assert decoded == [first, second]


def test_a_mail_that_promises_base64_and_has_none_says_only_itself() -> None:
    assert [*readings(HEADER + b"!\n")] == [(HEADER + b"!\n").decode()]
