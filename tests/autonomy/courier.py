"""A service of our own making: parcels go out, and the book remembers each one, also after the runner was killed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from agents.connectors.contract import (
    Absent,
    Action,
    AttachmentRef,
    CannotKnow,
    CannotUndo,
    Capability,
    Document,
    Found,
    Lookup,
    Receipt,
    Row,
    Stakes,
    State,
    sha256_hex,
)
from agents.errors import EmployeeError, OutcomeUnknown
from agents.vault.files import write_over
from tests.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Attachments

WAYBILL = "Accounting/waybill.txt"
LOST = OutcomeUnknown("The courier did not answer", hint="Ask the courier.")
CAPABILITIES = (Capability("courier", State.REAL, "parcels go out", ""),)


class ParcelSend(Action):
    """A parcel to somebody; a medium risk."""

    action: Literal["parcel.send"] = "parcel.send"
    to: str
    thing: str
    enclosed: tuple[AttachmentRef, ...] = ()

    def title(self) -> str:
        return f"Send a {self.thing} to {self.to}?"

    def rows(self) -> tuple[Row, ...]:
        return (Row("to", self.to, "to"), Row("thing", self.thing, "thing"))

    def recipient(self) -> str:
        return self.to

    def undo(self) -> str:
        return "yes, by calling it back" if self.thing != "letter" else "no"

    @property
    def stakes(self) -> Stakes:
        return Stakes.MONEY_ASKED

    @property
    def sealed_files(self) -> tuple[AttachmentRef, ...]:
        return self.enclosed


class ParcelRecall(ParcelSend):
    """A parcel called back."""

    action: Literal["parcel.recall"] = "parcel.recall"  # type: ignore[assignment]

    def title(self) -> str:
        return f"Call the {self.thing} for {self.to} back?"


class SafeEmpty(ParcelSend):
    """What needs a proof; a high risk."""

    action: Literal["safe.empty"] = "safe.empty"  # type: ignore[assignment]

    @property
    def stakes(self) -> Stakes:
        return Stakes.MONEY_LEAVES


MODELS: dict[str, type[Action]] = {
    "parcel.send": ParcelSend,
    "parcel.recall": ParcelRecall,
    "safe.empty": SafeEmpty,
}


@dataclass
class Courier:
    """The connector. `book` holds every effect in order; `troubles` are raised one by one, when the effect was made."""

    vault: Path
    book: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[EmployeeError | None] = field(default_factory=list)
    doubted: set[str] = field(default_factory=set)
    arrives: bool = True  # whether a parcel whose answer was lost went out
    before: EmployeeError | None = None  # what stands in the way of any effect

    name = "courier"

    @property
    def sent(self) -> list[str]:
        return [thing for _key, thing in self.book]

    def find(self, key: str, action: Action) -> Lookup:
        if key in self.doubted:
            return CannotKnow("Did the parcel go out?")
        return Found(self._receipt(key, action)) if key in dict(self.book) else Absent()

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        if self.before is not None:
            raise self.before
        assert isinstance(action, ParcelSend)
        assert {each.sha256 for each in action.sealed_files} == set(attachments)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            self.doubted.add(key)
        if trouble is None or self.arrives:
            self.book.append((key, f"{action.action.partition('.')[2]} {action.thing}"))
        if trouble is not None:
            raise trouble
        return self._receipt(key, action)

    def release(self, key: str, action: Action) -> None:
        assert action.action in MODELS
        self.doubted.discard(key)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        assert isinstance(action, ParcelSend)
        assert receipt.provider_id
        if self.before is not None:
            raise self.before
        if action.thing == "letter":
            return CannotUndo("a letter is read already")
        return ParcelRecall(to=action.to, thing=action.thing)

    def _receipt(self, key: str, action: Action) -> Receipt:
        content = f"waybill of {action.recipient()}\n".encode()
        write_over(self.vault / WAYBILL, content)
        document = Document("waybill.txt", sha256_hex(content), WAYBILL)
        return Receipt("courier", key[:8], NOON, f"sent to {action.recipient()}", (document,), (WAYBILL,))
