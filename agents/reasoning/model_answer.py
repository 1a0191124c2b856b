"""What a model answered, as we keep it, and what went wrong instead. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from agents.errors import NotAllowed, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator

Tokens = Annotated[int, Field(ge=0)]
Stop = Literal[
    "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded"
]


class Declined(Transient):
    """The service does not answer now; that costs nothing. `again_s`: not before; None = it did not say."""

    def __init__(self, message: str, *, hint: str, again_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.again_s = again_s


class TooLarge(NotAllowed):
    """The request is larger than the service takes; it costs nothing."""


class Usage(BaseModel):
    """Tokens as the service counts them: those read anew, written to its cache, read from it, and written as answer."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore")

    input_tokens: Tokens = 0
    cache_creation_input_tokens: Tokens = 0
    cache_read_input_tokens: Tokens = 0
    output_tokens: Tokens = 0


class ToolCall(BaseModel):
    """One call of a tool, its arguments as the model wrote them."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore")

    id: Annotated[str, Field(min_length=1, max_length=200)]
    name: str
    input: JsonValue = None


class Answer(BaseModel):
    """One turn of the model. `content` are its blocks as they came; `refusal` says of what kind one is, if it does."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    content: tuple[dict[str, JsonValue], ...]
    stop: Stop
    usage: Usage
    refusal: str = ""

    def calls(self) -> tuple[ToolCall, ...]:
        """The tools it calls, in order."""
        return tuple(ToolCall.model_validate(each) for each in self.content if each.get("type") == "tool_use")

    def words(self) -> str:
        """What it says, without what it thought."""
        return "\n\n".join(filter(None, self._texts())).strip()

    def _texts(self) -> Iterator[str]:
        for each in self.content:
            if each.get("type") == "text":
                yield str(each.get("text", "")).strip()


_BLOCKS = TypeAdapter(tuple[dict[str, JsonValue], ...], config=ConfigDict(defer_build=True))


def answer_of(message: dict[str, Any]) -> Answer:
    """The answer in a message of the service.

    Raises:
        ValueError: it is no message with an end (pydantic's ValidationError is one).
    """
    blocks = _BLOCKS.validate_python(message.get("content"))
    details = message.get("stop_details") or {}
    usage = {name: value for name, value in (message.get("usage") or {}).items() if value is not None}
    found = Answer(
        content=blocks,
        stop=message.get("stop_reason"),
        usage=Usage.model_validate(usage),
        refusal=str(details.get("category") or ""),
    )
    found.calls()  # each must be one that can be answered
    return found
