"""What the system refuses is told in words, with what to do."""

from __future__ import annotations

import errno
import os

import pytest

from agents.errors import Transient, refusals_told


def refused(error: OSError) -> Transient:
    with pytest.raises(Transient) as told, refusals_told():
        raise error
    return told.value


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "Free space"),
        (errno.EROFS, "writable"),
        (errno.EMFILE, "Close other programs"),
        (errno.EIO, "Look at the disk"),
    ],
)
def test_each_refusal_says_what_happened_and_what_to_do(number: int, hint: str) -> None:
    told = refused(OSError(number, os.strerror(number)))
    assert os.strerror(number) in str(told)
    assert hint in told.hint


def test_an_error_without_a_number_speaks_for_itself() -> None:
    assert "half a file" in str(refused(OSError("half a file")))


def test_a_pipe_nobody_reads_is_no_refusal() -> None:
    with pytest.raises(BrokenPipeError), refusals_told():
        raise BrokenPipeError
