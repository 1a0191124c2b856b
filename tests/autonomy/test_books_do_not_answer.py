"""What is asked of books that do not answer waits for them; only what the books themselves say ends a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.credit_brain import CreditBrain
from agents.autonomy.payment_brain import PaymentBrain
from agents.errors import LockedOut, NeedsOwner, Transient
from agents.reasoning.brain import Finish
from tests.autonomy.test_payment_brain import Behind
from tests.reasoning.builders import asked, facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agents.autonomy.code_brain import CodeBrain
    from agents.connectors.book_figures import BookReports
    from agents.errors import EmployeeError

    Reports = Callable[[], BookReports]

ASKED = {"payment": "Pay BILL-2026-0001", "credit": "Credit INV-2026-0001"}


def brain_of(name: str, root: Path, err: EmployeeError) -> CodeBrain:
    """A brain whose books raise this."""

    def reports() -> BookReports:
        raise err

    if name == "payment":
        return PaymentBrain(root, Behind(), {}, reports)
    return CreditBrain(Behind(), {}, reports, lambda _number: ())


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("kind", [Transient, LockedOut])
def test_what_needs_the_books_waits_for_them(tmp_path: Path, name: str, kind: type[EmployeeError]) -> None:
    brain = brain_of(name, tmp_path, kind("nobody answers", hint="Wait."))
    with pytest.raises(kind, match="nobody answers"):
        brain.decide(asked(ASKED[name]), (), facts())


@pytest.mark.parametrize("name", ASKED)
def test_an_error_in_the_books_ends_it_with_its_words(tmp_path: Path, name: str) -> None:
    brain = brain_of(name, tmp_path, NeedsOwner("the ledger has an error", hint="Mend it."))
    (move,) = brain.decide(asked(ASKED[name]), (), facts()).moves
    assert isinstance(move, Finish)
    assert "the ledger has an error" in move.summary
