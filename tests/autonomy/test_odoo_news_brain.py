"""What is told of Odoo is filed by code, and no model sees it; all else is for the brain behind."""

from __future__ import annotations

from dataclasses import replace

from agents.autonomy.odoo_news_brain import OdooNewsBrain
from tests.autonomy.scripted_brain import ScriptedBrain, errands
from tests.reasoning.builders import dropped, facts, finished, mail

NEWS = replace(dropped("x"), message_id="odoo:one made 7", text="500 things happened:\n\n- one", attachments=())


def test_news_are_filed_with_their_first_line() -> None:
    decision = OdooNewsBrain(ScriptedBrain(errands), {}).decide(NEWS, (), facts())
    assert finished(decision) == "500 things happened:"
    assert decision.category == "odoo"


def test_a_mail_that_calls_itself_so_and_what_the_owner_sorted_otherwise_are_none() -> None:
    brain = OdooNewsBrain(ScriptedBrain(errands), {})
    others = (replace(mail(), message_id="odoo:one made 7"), replace(NEWS, category="receipt"), dropped("x"))
    assert [brain.may_be_mine(each) for each in (NEWS, *others)] == [True, False, False, False]
