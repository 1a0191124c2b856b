"""Asks Claude, or a server that speaks as it does: sends exactly the bytes of an `Outgoing`, and reads the stream.

The library brings the headers and the reading of the stream; what is sent, how long it may take and whether it is tried
again is ours. Its errors become ours here, once. Importing the library costs a second, so it is done on use.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agents.errors import EmployeeError, NeedsOwner, NotAllowed, Transient
from agents.reasoning.model_answer import Answer, Declined, TooLarge, answer_of
from agents.security.egress import Egress, destination_of
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    import anthropic

    from agents.reasoning.outgoing import Outgoing
    from agents.security.library_egress import Patience

INSTALL = "Install it once: `.venv/bin/pip install -r requirements-claude.txt`."
CONNECT = "Run `python orchestrator.py connect claude`."
LATER = "It is tried again later."
SETTINGS = "Look at AI_EMPLOYEE_MODEL and AI_EMPLOYEE_MODEL_URL."
MONEY = "Look at your account there: its limit or its balance; then run again."
MAX_WORDS = 200
MAX_AGAIN_S = 86_400.0
_KEY_REFUSED = frozenset({401, 403})
_BUSY = frozenset({408, 409, 429})
_REDIRECTS, _NO_ANSWER, _PAY, _TOO_LARGE, _SERVER = 300, 400, 402, 413, 500


def ask(outgoing: Outgoing, key: str, patience: Patience) -> Answer:
    """The model's answer to a request; asked once, nothing is retried.

    Raises:
        Declined: the service does not answer now; nothing was paid.
        Unreached: certainly nothing was sent.
        Transient: the answer broke off; perhaps it was paid.
        TooLarge: the request is larger than the service takes.
        NeedsOwner: the key, the money, the model or the address is not right; or the library is not installed.
        NotAllowed: the service will never answer this.
    """
    with _client(outgoing.address, key, patience) as client, _told():
        from anthropic import NOT_GIVEN, Stream  # noqa: PLC0415 - heavy
        from anthropic.lib.streaming import MessageStream  # noqa: PLC0415 - heavy
        from anthropic.types import Message, RawMessageStreamEvent  # noqa: PLC0415 - heavy

        kind = Stream[RawMessageStreamEvent]
        events = client.post("/v1/messages", cast_to=Message, content=outgoing.body, stream=True, stream_cls=kind)
        with MessageStream(events, output_format=NOT_GIVEN) as stream:
            if not sum(1 for _ in stream):
                raise Transient("the model's address answered, but not as a model does", hint=SETTINGS)
            return _whole(stream.current_message_snapshot.to_dict(mode="json"))


def models_at(address: str, key: str, patience: Patience) -> tuple[str, ...]:
    """The ids of the models the service offers to this key; sends nothing but the key.

    Raises:
        EmployeeError: as `ask` does.
    """
    with _client(address, key, patience) as client, _told():
        answer = client.get("/v1/models", cast_to=object, options={"params": {"limit": 1000}})
        rows = answer.get("data") if isinstance(answer, dict) else None
        return tuple(str(row.get("id", "")) for row in rows or () if isinstance(row, dict))


def _whole(message: dict[str, Any]) -> Answer:
    """The answer, if it came to its end: a stream that was cut raises nothing by itself, it only lacks its end."""
    if message.get("stop_reason") is None:
        raise Transient("the model's answer broke off in the middle", hint=LATER)
    return answer_of(message)


@contextmanager
def _client(address: str, key: str, patience: Patience) -> Iterator[anthropic.Anthropic]:
    """The library's client, which reaches this address and nothing else and retries nothing.

    Raises:
        NeedsOwner: the library is not installed.
    """
    try:
        import anthropic  # noqa: PLC0415 - a second, 66 MB

        from agents.security.library_egress import open_client  # noqa: PLC0415 - its library
    except ImportError as err:
        raise NeedsOwner("what is needed to ask Claude is not installed", hint=INSTALL) from err
    egress = Egress("claude", (destination_of(address),))
    with open_client(egress, patience) as http:
        yield anthropic.Anthropic(
            api_key=key,
            base_url=address,
            http_client=http,
            max_retries=0,
            timeout=patience.total_s,
            open_telemetry=False,
        )


@contextmanager
def _told() -> Iterator[None]:
    """The library's errors, once, as ours."""
    from anthropic import APIConnectionError, APIStatusError  # noqa: PLC0415 - loaded by now

    try:
        yield
    except APIConnectionError as err:
        if isinstance(err.__cause__, EmployeeError):
            raise err.__cause__ from err
        raise Transient("the line to the model broke", hint=LATER) from err
    except APIStatusError as err:
        raise _ours(err) from err
    except (ValueError, TypeError, AttributeError, LookupError, RuntimeError) as err:  # what answers that are none do
        raise Transient("the model's answer cannot be read", hint=LATER) from err


def _ours(err: anthropic.APIStatusError) -> EmployeeError:
    """What an answer that says no means for us."""
    status, code = err.status_code, err.error_code or ""
    said = f" ({plain(err.api_message, MAX_WORDS)})" if err.api_message else ""
    if status < _REDIRECTS:  # it had begun well; perhaps it was paid
        return Transient(f"the model's answer broke off in the middle{said}", hint=LATER)
    if status == _PAY or err.type == "billing_error" or "spend_limit" in code or "billing" in code:
        return NeedsOwner(f"the model's provider wants to be paid, or your limit there is reached{said}", hint=MONEY)
    if status in _BUSY or status >= _SERVER:
        return Declined(f"the model's provider is busy or has trouble{said}", hint=LATER, again_s=_again(err))
    return _refused(status, said)


def _refused(status: int, said: str) -> EmployeeError:
    if status in _KEY_REFUSED:
        return NeedsOwner(f"the model's provider refuses the key{said}", hint=CONNECT)
    if status == _TOO_LARGE:
        return TooLarge(f"the request is too large{said}", hint="Shorten the task's files, or decide it yourself.")
    if status == _NO_ANSWER:
        return NotAllowed(f"the model's provider does not take the request{said}", hint=SETTINGS)
    return NeedsOwner(f"the model's address answered with {status}{said}", hint=SETTINGS)


def _again(err: anthropic.APIStatusError) -> float | None:
    """The seconds after which the service wants to be asked again; a date instead of seconds is not read."""
    try:
        return min(max(0.0, float(err.response.headers["retry-after"])), MAX_AGAIN_S)
    except (KeyError, ValueError):
        return None
