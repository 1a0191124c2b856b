"""What is told of Odoo is filed by code where nothing is to be decided; all else is for the brain behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.autonomy.odoo_news_brain import OdooNewsBrain
from tests.autonomy.scripted_brain import ScriptedBrain, errands
from tests.reasoning.builders import dropped, facts, finished, mail

NEWS = replace(dropped("x"), message_id="odoo:one made 7 1f", text="It was made.\n\n- one", attachments=())


def test_news_are_filed_with_their_first_line() -> None:
    decision = OdooNewsBrain(ScriptedBrain(errands), {}).decide(NEWS, (), facts())
    assert finished(decision) == "It was made."
    assert decision.category == "odoo"


@pytest.mark.parametrize("key", ["late 7 2026-11-14", "edited 7 1f", "undone 7 1f", "unpaid 7 1f", "many 1f"])
def test_what_is_late_or_not_as_it_was_is_for_the_brain_behind(key: str) -> None:
    news = replace(NEWS, message_id=f"odoo:late.example/edited {key}")
    assert OdooNewsBrain(ScriptedBrain(errands), {}).decided(news, (), facts()) is None


def test_the_name_of_an_odoo_is_no_news() -> None:
    news = replace(NEWS, message_id="odoo:late undone many paid 7 1f")
    assert OdooNewsBrain(ScriptedBrain(errands), {}).decided(news, (), facts()) is not None


def test_a_mail_that_calls_itself_so_and_what_the_owner_sorted_otherwise_are_none() -> None:
    brain = OdooNewsBrain(ScriptedBrain(errands), {})
    others = (replace(mail(), message_id="odoo:one made 7"), replace(NEWS, category="receipt"), dropped("x"))
    assert [brain.may_be_mine(each) for each in (NEWS, *others)] == [True, False, False, False]
