"""One question to the model: may it be asked, what may it cost, asked again when the service is busy, and paid once.

Consent, limits and the key are looked at each time. What a request may cost at most is in the journal before it is
sent, and what it did cost right after, so a crash neither loses nor doubles money (ADR 0044).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agents.clock import as_local
from agents.durability.spend_rows import Request, note_request, settle_request, spent
from agents.errors import EmployeeError, NeedsOwner, NotAllowed, Transient
from agents.reasoning.claude_client import ask
from agents.reasoning.model_answer import Answer, Declined, TooLarge
from agents.reasoning.outgoing import release

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pydantic import JsonValue
    from sqlalchemy import Connection

    from agents.clock import Clock
    from agents.reasoning.budget import Limits, Prices
    from agents.reasoning.outgoing import Outgoing, Prepared

TRIES = 3
FIRST_PAUSE_S = 1.0  # doubled each time
LOOK_EVERY_S = 0.2  # whether the run ends
NO_KEY = "there is no key for the model (`connect claude`)"


@dataclass(frozen=True, slots=True)
class AskingPorts:
    """What asking works with. `noting` is a short transaction that writes; `key` None = there is none.

    `timeout_s` is for a question as a whole, all tries and pauses included; `stopping` is set when the run ends.
    """

    noting: Callable[[], AbstractContextManager[Connection]]
    key: Callable[[], str | None]
    clock: Clock
    prices: Prices
    limits: Limits
    timeout_s: float
    stopping: threading.Event


@dataclass(frozen=True, slots=True)
class Reply:
    """What a question came to: an answer, or the trouble in words. `cost_usd` counts what was perhaps paid in vain."""

    answer: Answer | None
    cost_usd: Decimal
    trouble: str = ""
    is_too_large: bool = False

    def to_json(self) -> dict[str, JsonValue]:
        """As a step keeps it."""
        return {
            "answer": self.answer.model_dump(mode="json") if self.answer else None,
            "cost_usd": str(self.cost_usd),
            "trouble": self.trouble,
            "is_too_large": self.is_too_large,
        }

    @classmethod
    def from_json(cls, kept: JsonValue) -> Reply:
        """What a step kept."""
        fields: dict[str, Any] = dict(kept)  # type: ignore[arg-type]
        answer = Answer.model_validate(fields["answer"]) if fields["answer"] else None
        return cls(answer, Decimal(fields["cost_usd"]), fields["trouble"], fields["is_too_large"])


class Asking:
    """Asks, for any thread."""

    def __init__(self, ports: AskingPorts) -> None:
        self._ports = ports

    def reply(self, task: str, prepared: Prepared, max_tokens: int) -> Reply:
        """The model's answer to a request about a task; whatever stands in the way is in words."""
        paid = [Decimal(0)]
        try:
            answer = self._patiently(task, prepared, max_tokens, paid)
        except EmployeeError as err:
            return Reply(None, paid[0], str(err), isinstance(err, TooLarge))
        return Reply(answer, paid[0])

    def _patiently(self, task: str, prepared: Prepared, max_tokens: int, paid: list[Decimal]) -> Answer:
        clock = self._ports.clock
        end_s = clock.monotonic_s() + self._ports.timeout_s
        tried, pause_s = 0, FIRST_PAUSE_S
        while True:
            tried += 1
            try:
                return self._once(task, prepared, max_tokens, end_s, paid)
            except Transient as err:
                asked_s = err.again_s if isinstance(err, Declined) and err.again_s is not None else pause_s
                if tried == TRIES or clock.monotonic_s() + asked_s >= end_s or self._ports.stopping.is_set():
                    raise
            clock.wait(self._ports.stopping, asked_s)
            pause_s *= 2

    def _once(self, task: str, prepared: Prepared, max_tokens: int, end_s: float, paid: list[Decimal]) -> Answer:
        from agents.security.library_egress import Patience, Unreached  # noqa: PLC0415 - its library

        ports = self._ports
        key = ports.key()
        if not key:
            raise NeedsOwner(NO_KEY, hint="Run `python orchestrator.py connect claude`.")
        outgoing, number, most = self._noted(task, prepared, max_tokens)
        try:
            patience = Patience(ports.clock, max(0.1, end_s - ports.clock.monotonic_s()))
            answer = _unless(ports.stopping, lambda: ask(outgoing, key, patience))
        except (Declined, Unreached, NeedsOwner, NotAllowed):  # certainly not paid
            self._settle(number, Decimal(0))
            raise
        except BaseException:  # nobody knows: the highest stays
            paid[0] += most
            raise
        cost = ports.prices.cost(answer.usage)
        tokens = answer.usage
        read = tokens.input_tokens + tokens.cache_creation_input_tokens + tokens.cache_read_input_tokens
        self._settle(number, cost, (read, tokens.output_tokens))
        paid[0] += cost
        return answer

    def _noted(self, task: str, prepared: Prepared, max_tokens: int) -> tuple[Outgoing, int, Decimal]:
        """The request as it may be sent, with its number and its highest price, which count as spent from now on."""
        ports = self._ports
        now = ports.clock.now()
        day = as_local(now).date()
        most = ports.prices.highest(len(prepared.body), max_tokens)
        with ports.noting() as sql:
            outgoing = release(sql, prepared)
            if words := ports.limits.reached(spent(sql, task, day), most):
                raise NeedsOwner(words, hint="Raise the limit in the settings, or wait until it is over.")
            return outgoing, note_request(sql, Request(task, now, day, prepared.terms.model, most)), most

    def _settle(self, number: int, cost: Decimal, tokens: tuple[int, int] = (0, 0)) -> None:
        with self._ports.noting() as sql:
            settle_request(sql, number, cost, tokens)


def _unless(stopping: threading.Event, call: Callable[[], Answer]) -> Answer:
    """Its answer; or an end without one when the run ends meanwhile, which must not wait for a model's minutes.

    The thread is left alone then: what it may still hear, nobody asks for, and its money counts as spent.
    """
    heard: list[Answer | BaseException] = []
    ended = threading.Event()

    def listen() -> None:
        try:
            heard.append(call())
        except BaseException as err:  # noqa: BLE001 (whatever it is, it is raised again where it is waited for)
            heard.append(err)
        ended.set()

    threading.Thread(target=listen, name="claude", daemon=True).start()
    while not ended.wait(LOOK_EVERY_S):
        if stopping.is_set():
            raise Transient("the run ends while the model thinks", hint="It is asked again at the next run.")
    if isinstance(heard[0], BaseException):
        raise heard[0]
    return heard[0]
