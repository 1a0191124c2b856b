"""The domain in a task's note is the owner's word, and the Dashboard keeps personal work by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.dashboard import render_dashboard
from agents.durability.domain_rows import domains_of, set_domain
from tests.autonomy.courier import CAPABILITIES

if TYPE_CHECKING:
    from tests.autonomy.house import House

APART = "## Domains\n\n| domain | shown |\n| --- | --- |\n| personal | {shown} |\n"


def handbook(house: House, shown: str = "kept apart") -> None:
    (house.vault / "Company_Handbook.md").write_text(APART.format(shown=shown), encoding="utf-8")


def domain(house: House, task: str) -> str:
    with house.journal.begin() as sql:
        return domains_of(sql, [task])[task]


@pytest.mark.parametrize("begun", [True, False])
def test_the_owners_domain_counts_before_and_after_the_task_is_begun(house: House, *, begun: bool) -> None:
    if begun:
        house.proposed()
    else:
        house.mail("send lamp", 1)
        house.start()
        house.sweep()
    task = house.the_task()
    house.set(task, "domain", "Personal")
    house.once()
    assert domain(house, task) == "personal"
    house.set(task, "domain", "business # after all")
    house.once()
    assert domain(house, task) == "business"
    assert house.happened(task).count("task.moved_domain") == 2
    assert len(house.brain.seen) == 1
    assert house.is_sound()


@pytest.mark.parametrize("value", ["blue", "", "[personal, business]"])
def test_what_is_no_domain_changes_nothing(house: House, value: str) -> None:
    house.proposed()
    house.set(house.the_task(), "domain", value)
    house.once()
    assert domain(house, house.the_task()) == "business"


def test_domain_and_priority_may_change_at_once(house: House) -> None:
    house.proposed()
    task = house.the_task()
    house.set(task, "domain", "personal")
    house.set(task, "priority", "high")
    house.once()
    assert (domain(house, task), house.happened(task).count("task.reprioritised")) == ("personal", 1)


def page(house: House) -> str:
    return render_dashboard(house.sees(), CAPABILITIES)


def test_what_is_kept_apart_stands_by_itself_on_the_dashboard(house: House) -> None:
    handbook(house)
    house.proposed()
    task, (proposal,) = house.the_task(), house.waiting()
    assert "## Personal" not in page(house)
    with house.journal.begin() as sql:
        set_domain(sql, task, "personal")
    above, _, below = page(house).partition("## Personal, kept apart")
    assert "Nothing waits for you" in above
    assert proposal not in above
    assert task not in above
    assert f"- [[{proposal}]]" in below
    assert f"- [[{task}]]" in below


def test_a_done_effect_is_personal_too_and_together_is_together(house: House) -> None:
    handbook(house)
    house.proposed()
    house.move(house.waiting()[0], "Approved")
    house.once()
    task = house.the_task()
    with house.journal.begin() as sql:
        set_domain(sql, task, "personal")
    above, _, below = page(house).partition("## Personal, kept apart")
    assert "[[2026" not in above
    assert "[[2026" in below
    handbook(house, "together")
    assert "## Personal" not in page(house)
    (house.vault / "Company_Handbook.md").unlink()
    assert "## Personal, kept apart" in page(house)
