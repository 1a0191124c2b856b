"""What goes wrong between a client and the server, when a test says so: by call, by method, or drawn from a seed."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_S = 30.0


class Fault(Enum):
    """Before: nothing was done. After: it is committed, and the client cannot know."""

    LOST_BEFORE = "hangs up before the work"
    LOST_AFTER = "hangs up after the commit"
    HALF = "hangs up in the middle of the answer, after the commit"
    LATE = "commits, and answers nothing until the client gives up"
    HTML_BEFORE = "a page instead of the answer, status 200, nothing done"
    HTML_AFTER = "a page instead of the answer, status 200, after the commit"
    BAD_GATEWAY_BEFORE = "status 502, nothing done"
    BAD_GATEWAY_AFTER = "status 502, after the commit"
    GATEWAY_TIMEOUT_AFTER = "status 504, after the commit"
    TOO_MANY = "status 429, nothing done"
    SERIALIZATION = "a row fight lost five times, nothing done"
    DENIED = "the key is not accepted, nothing done"

    @property
    def is_before(self) -> bool:
        return "nothing done" in self.value or "before" in self.value


@dataclass(slots=True)
class Rule:
    """`call`: the number of the call it is for, from 1; 0 = any. Empty names fit all. `times`: how often it acts."""

    fault: Fault
    model: str = ""
    method: str = ""
    call: int = 0
    times: int = 1

    def fits(self, number: int, model: str, method: str) -> bool:
        wanted = (self.model in {"", model}, self.method in {"", method}, self.call in {0, number}, self.times > 0)
        return all(wanted)


@dataclass(slots=True)
class Hold:
    """One request that is stopped between its work and its commit. `reached`: it is there; `release` lets it commit.

    `calls`: it is released by itself once so many others were answered meanwhile; 0 = only by the test.
    """

    model: str
    method: str
    calls: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)

    def wait_for_it(self) -> None:
        assert self.reached.wait(PATIENCE_S), f"nobody called {self.model}.{self.method}"

    def release(self) -> None:
        self._released.set()

    def answered(self) -> None:
        """Another call was answered meanwhile."""
        if self.calls and self.reached.is_set():
            self.calls -= 1
            if not self.calls:
                self.release()

    def stop_here(self) -> None:
        """Called by the request itself."""
        self.reached.set()
        assert self._released.wait(PATIENCE_S), "nobody released it"


@dataclass(slots=True)
class Faults:
    """The plan. Rules first, then the draw: the same seed gives the same faults for the same number of a call."""

    rules: list[Rule] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    stopped: list[Hold] = field(default_factory=list)
    met: list[tuple[int, Fault]] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _seed: str = ""
    _share: float = 0.0
    _drawn: Sequence[Fault] = ()

    def plan(self, fault: Fault, model: str = "", method: str = "", *, call: int = 0, times: int = 1) -> None:
        self.rules.append(Rule(fault, model, method, call, times))

    def draw(self, seed: str, share: float, among: Sequence[Fault]) -> None:
        """From now on this share of all calls, from 0 to 1, meets one of these."""
        self._seed, self._share, self._drawn = seed, share, tuple(among)

    def end(self) -> None:
        """Nothing goes wrong any more."""
        self.rules.clear()
        self._share = 0.0

    def hold(self, model: str, method: str, calls: int = 0) -> Hold:
        """Stop the next such request before its commit: a client that gives up on it cannot know what becomes of it."""
        self.holds.append(Hold(model, method, calls))
        return self.holds[-1]

    def next_hold(self, model: str, method: str) -> Hold | None:
        for each in self.holds:
            if (each.model, each.method) == (model, method):
                self.holds.remove(each)
                self.stopped.append(each)
                return each
        return None

    def answered(self) -> None:
        """A call was answered, whatever the answer."""
        for each in self.stopped:
            each.answered()

    def for_call(self, number: int, model: str, method: str) -> Fault | None:
        found = self._ruled(number, model, method) or self._by_lot(number)
        if found:
            with self._news:
                self.met.append((number, found))
                self._news.notify_all()
        return found

    def wait_until_met(self, count: int) -> None:
        """Until so many faults struck; a client may have given up before the request was read."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.met) >= count, PATIENCE_S), f"met {self.met}"

    def _ruled(self, number: int, model: str, method: str) -> Fault | None:
        for rule in self.rules:
            if rule.fits(number, model, method):
                rule.times -= 1
                return rule.fault
        return None

    def _by_lot(self, number: int) -> Fault | None:
        digest = hashlib.sha256(f"{self._seed} {number}".encode()).digest()
        if not self._drawn or int.from_bytes(digest[:4], "big") >= self._share * 2**32:
            return None
        return self._drawn[digest[4] % len(self._drawn)]
