"""What `doctor` may say about models, and the sentence that says whether the page is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from agents.connectors.contract import State
from agents.console.privacy_commands import code_of, privacy_capability, standing, terms_of
from agents.console.wiring import open_house
from agents.settings import Settings
from tests.flows.employee import Employee

if TYPE_CHECKING:
    from pathlib import Path


def test_doctor_can_say_whether_a_model_may_be_asked(tmp_path: Path) -> None:
    employee = Employee(tmp_path).init()
    house = open_house(employee.vault, Settings(state=employee.state))
    before = privacy_capability(house)
    house.close()
    employee.said("privacy", "accept", "--page", code_of(terms_of(Settings())))
    house = open_house(employee.vault, Settings(state=employee.state))
    after = privacy_capability(house)
    house.close()
    assert (before.state, before.says) == (State.OFF, "Not accepted: nothing leaves for a model.")
    assert before.next_step == "python orchestrator.py privacy"
    assert (after.state, after.next_step) == (State.REAL, "")
    assert after.says.startswith("You accepted this page on ")


def test_the_code_of_the_page_changes_with_the_page() -> None:
    terms = terms_of(Settings())
    assert code_of(terms) != code_of(terms_of(Settings(model="another")))
    assert code_of(terms) in standing(terms, None)


@pytest.mark.parametrize(
    "url", ["http://api.example", "ftp://api.example", "http://localhost.evil.example", "https://"]
)
def test_nothing_goes_over_the_network_in_the_clear(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(model_url=url)


@pytest.mark.parametrize(
    "url", ["https://api.example/v1", "http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:1"]
)
def test_a_model_on_this_computer_needs_no_encryption(url: str) -> None:
    assert terms_of(Settings(model_url=url)).address == url
