"""What a model is told of its tools, and what happens when it gets one of them wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agents.connectors.calendar.actions import CalendarEventCreate, CalendarEventDelete
from agents.connectors.calendar.agenda import Agenda
from agents.reasoning.tool_bench import tools_of
from agents.reasoning.tool_wire import joined, strict_schema
from tests.reasoning.toolbox_room import ACTIONS, Bench, letter, words

if TYPE_CHECKING:
    from pydantic import JsonValue

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "read_task read_note search_vault read_contacts read_books load_skill run_skill_script"
    " propose_email_send propose_invoice_create propose_invoice_credit ask_owner wait_until update_plan finish"
)
MAX_DEFINITIONS_BYTES = 5_120  # 11 tools and 3 actions


def test_the_tools_are_these_in_this_order() -> None:
    assert [each["name"] for each in Bench().box.definitions()] == NAMES.split()


def test_the_calendar_is_told_of_where_one_is_connected() -> None:
    """Who has none pays for no words about it; what is called all the same is answered."""
    agenda = Agenda(datetime(2026, 11, 16, tzinfo=UTC), datetime(2027, 2, 16, tzinfo=UTC))
    actions = {**ACTIONS, "calendar.event.create": CalendarEventCreate, "calendar.event.delete": CalendarEventDelete}
    told: list[set[str]] = [set(), set()]
    for bench, names in zip((Bench(actions=actions), Bench(actions=actions, agenda=agenda)), told, strict=True):
        names |= {str(each["name"]) for each in bench.box.definitions()}
    assert told[0] == set(NAMES.split())
    assert told[1] - told[0] == {"read_calendar", "propose_calendar_event_create"}


def test_every_schema_is_strict_through_and_through() -> None:
    """Every object names all its properties, requires them and allows nothing else."""

    def objects(node: object) -> Any:  # noqa: ANN401 (walks JSON)
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            for each in node.values():
                yield from objects(each)
        elif isinstance(node, list):
            for each in node:
                yield from objects(each)

    found = [each for tool in Bench().box.definitions() for each in objects(json.loads(json.dumps(tool)))]
    assert len(found) > len(NAMES.split())
    for each in found:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    assert all(tool["strict"] is True for tool in Bench().box.definitions())


def test_the_definitions_are_small() -> None:
    told = json.dumps(Bench().box.definitions(), separators=(",", ":"), default=dict)
    assert len(told.encode()) <= MAX_DEFINITIONS_BYTES


def test_the_definitions_are_the_same_bytes_in_every_process() -> None:
    program = (
        "import json; from tests.reasoning.toolbox_room import Bench; "
        "print(json.dumps(Bench().box.definitions(), default=dict))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_the_definitions_do_not_change_within_a_turn() -> None:
    bench = Bench()
    before = json.dumps(bench.box.definitions(), default=dict)
    bench.good("propose_email_send", **letter())
    assert json.dumps(bench.box.definitions(), default=dict) == before


def test_an_action_whose_arguments_collide_with_ours_is_not_offered_silently() -> None:
    schema = strict_schema(ACTIONS["email.send"])
    with pytest.raises(ValueError, match="both schemas name"):
        joined(schema, schema)


def test_no_action_no_tool_to_propose_it_and_none_for_words_to_the_employee() -> None:
    assert [each.name for each in tools_of({}) if each.name.startswith("propose_")] == []
    own = {"employee.resume": ACTIONS["email.send"]}
    assert [each.name for each in tools_of(own) if each.name.startswith("propose_")] == []


def test_a_tool_that_is_not_there_is_named_with_those_that_are() -> None:
    assert "There is no such tool. There are: read_task" in Bench().bad("write_note", path="x")


@pytest.mark.parametrize("arguments", [None, [], "read", 5, {"task": 5}, {"task": "x", "more": 1}, {}])
def test_arguments_that_are_none_are_told_and_never_raise(arguments: JsonValue) -> None:
    answer = Bench().box.call("read_task", arguments)
    assert answer.failed
    assert words(answer).startswith("This is not what read_task takes: ")


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.parametrize("arguments", [None, [1], "x", {"key": {}}, {"words": "\0"}, {"nothing": None}])
def test_no_tool_raises_whatever_is_said_to_it(name: str, arguments: JsonValue) -> None:
    Bench().box.call(name, arguments)


def test_what_the_owner_must_mend_is_told_in_our_words() -> None:
    bench = Bench()
    bench.library.closed = True
    assert bench.bad("search_vault", words="x") == "Nobody knows what is private. Mend the handbook."
