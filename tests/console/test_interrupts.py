"""Ctrl-C and a polite signal: at once during the first work, after the round in hand later, never lost."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from agents.console.interrupts import SIGNALS, Interrupts, interrupts


@pytest.fixture
def wake() -> threading.Event:
    """What wakes a waiting run."""
    return threading.Event()


class Deaf:
    """Python drops every exception of a destructor, as it does in callbacks of C libraries."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        """A signal comes just now."""
        signal.raise_signal(self.number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_during_the_first_work_ends_it_at_once(wake: threading.Event, number: int) -> None:
    with interrupts(wake) as signals, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    assert not signals.over.is_set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_python_dropped_ends_the_run_before_it_watches(wake: threading.Event) -> None:
    with interrupts(wake) as signals:
        Deaf(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signals.watching()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_watching_lets_the_round_end_and_the_second_does_not(wake: threading.Event, number: int) -> None:
    with interrupts(wake) as signals:
        signals.watching()
        signal.raise_signal(number)
        assert signals.over.wait(10)
        assert wake.wait(10)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


class Held(threading.Event):
    """Whoever sets it waits for its lock, as when the interrupted code holds that."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def set(self) -> None:
        """Set it under the lock."""
        with self.lock:
            super().set()


def test_a_signal_that_comes_while_an_events_lock_is_held_waits_for_nobody() -> None:
    wake = Held()
    signals = Interrupts(wake)
    signals.watching()
    with wake.lock:
        signals.take(signal.SIGINT, None)
        assert not wake.is_set()
    assert wake.wait(10)
    assert signals.over.is_set()


def test_signals_that_the_parent_had_ignored_are_answered_and_put_back(wake: threading.Event) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts(wake), pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
