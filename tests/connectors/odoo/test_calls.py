"""What Odoo answers, and what breaks on the way, is told by what to do next: by both ways to call it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from agents.clock import SystemClock
from agents.connectors.odoo.calls import Refused, refusal
from agents.connectors.odoo.json2_calls import Json2Calls
from agents.connectors.odoo.jsonrpc_calls import JsonRpcCalls
from agents.errors import LockedOut, NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.security.egress import Egress
from agents.security.web_egress import NothingSent
from tests.connectors.odoo.conftest import KEY, account_of, calls_of
from tests.standins.odoo.faults import Fault
from tests.standins.odoo.world import Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from agents.connectors.odoo.calls import OdooCalls

ACME: dict[str, JsonValue] = {"fields": ["id", "name"], "data": [["__t__.a", "Acme"]]}
MAYBE = (Fault.LOST_AFTER, Fault.HALF, Fault.HTML_AFTER, Fault.BAD_GATEWAY_AFTER, Fault.GATEWAY_TIMEOUT_AFTER)


def json2(odoo: Odoo, key: SecretStr = KEY) -> Json2Calls:
    account = account_of(odoo)
    return Json2Calls(account, key, Egress("odoo", (account.destination,)), SystemClock())


@pytest.fixture(params=["json-rpc", "json-2"])
def ways(request: pytest.FixtureRequest) -> Iterator[tuple[Odoo, OdooCalls]]:
    """A server with a client of each way to call it."""
    series = "18.0" if request.param == "json-rpc" else "19.0"
    with Odoo(series=series) as odoo:
        yield odoo, calls_of(odoo) if series == "18.0" else json2(odoo)


def load(calls: OdooCalls) -> object:
    return calls.call("res.partner", "load", None, ACME)


def names(odoo: Odoo) -> list[int]:
    return odoo.find("res.partner", ["name", "=", "Acme"])


def test_a_record_is_written_and_read(ways: tuple[Odoo, OdooCalls]) -> None:
    odoo, calls = ways
    load(calls)
    (number,) = names(odoo)
    assert calls.call("res.partner", "read", [number], {"fields": ["name"]}) == [{"id": number, "name": "Acme"}]


def test_a_record_is_made_by_values_and_changed_by_its_number(ways: tuple[Odoo, OdooCalls]) -> None:
    odoo, calls = ways
    calls.call("res.partner", "create", None, {"vals_list": [{"name": "Acme"}]})
    calls.call("res.partner", "write", names(odoo), {"vals": {"email": "a@acme.example"}})
    assert odoo.row("res.partner", names(odoo)[0], "email")["email"] == "a@acme.example"


def test_what_odoo_says_is_in_english_whatever_the_user_reads(ways: tuple[Odoo, OdooCalls]) -> None:
    odoo, calls = ways
    odoo.call("res.users", "write", [odoo.uid()], {"lang": "de_DE"})
    with pytest.raises(Refused) as refused:
        calls.call("res.partner", "create", None, {"vals_list": [{"email": "x@y"}], "context": {"tz": "UTC"}})
    assert "[de_DE]" not in refused.value.said
    assert refused.value.name == "odoo.exceptions.ValidationError"


def test_what_is_refused_says_its_name_and_no_trace(ways: tuple[Odoo, OdooCalls]) -> None:
    _, calls = ways
    with pytest.raises(Refused) as refused:
        calls.call("res.partner", "read", [1], {"fields": ["nofield"]})
    assert refused.value.name == "builtins.ValueError"
    assert "Traceback" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("fault", MAYBE)
def test_what_may_be_done_is_in_doubt_and_what_only_reads_is_asked_again(
    ways: tuple[Odoo, OdooCalls], fault: Fault
) -> None:
    odoo, calls = ways
    odoo.faults.plan(fault, method="load")
    with pytest.raises(OutcomeUnknown) as doubt:
        load(calls)
    assert "looked up" in doubt.value.hint
    assert len(names(odoo)) == 1
    odoo.faults.plan(fault, method="read")
    with pytest.raises(Transient):
        calls.call("res.partner", "read", names(odoo), {"fields": ["name"]})


def test_an_answer_that_comes_too_late_is_in_doubt() -> None:
    with Odoo() as odoo:
        odoo.faults.plan(Fault.LATE, method="load")
        with pytest.raises(OutcomeUnknown):
            load(calls_of(odoo, timeout_s=0.3))
        assert len(names(odoo)) == 1


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.SERIALIZATION])
def test_what_was_not_done_may_be_tried_again(ways: tuple[Odoo, OdooCalls], fault: Fault) -> None:
    odoo, calls = ways
    odoo.faults.plan(fault, model="res.partner", method="create")
    with pytest.raises(Transient):
        calls.call("res.partner", "create", None, {"vals_list": [{"name": "Acme"}]})
    assert names(odoo) == []


def test_nobody_there_is_nothing_sent(ways: tuple[Odoo, OdooCalls]) -> None:
    odoo, calls = ways
    odoo.server.refuse()
    with pytest.raises(NothingSent):
        load(calls)


def test_a_key_that_ran_out_is_for_the_owner(ways: tuple[Odoo, OdooCalls]) -> None:
    odoo, calls = ways
    odoo.expire_key()
    with pytest.raises(LockedOut) as refused:
        load(calls)
    assert "new key" in refused.value.hint


def test_what_the_user_may_not_is_for_the_owner(ways: tuple[Odoo, OdooCalls]) -> None:
    _, calls = ways
    with pytest.raises(LockedOut, match="does not let the user"):
        calls.call("ir.model.data", "search_read", None, {"domain": [], "fields": ["name"]})


def test_the_version_and_the_user_are_found(odoo: Odoo) -> None:
    calls = calls_of(odoo)
    assert (calls.version(), calls.login()) == (18, odoo.uid())


def test_a_wrong_user_key_or_database_is_for_the_owner(odoo: Odoo) -> None:
    for account in (account_of(odoo, user="nobody"), account_of(odoo, database="nodb")):
        with pytest.raises(NeedsOwner):
            JsonRpcCalls(account, KEY, Egress("odoo", (account.destination,)), SystemClock()).login()
    account = account_of(odoo)
    wrong = JsonRpcCalls(account, SecretStr("wrong"), Egress("odoo", (account.destination,)), SystemClock())
    with pytest.raises(NeedsOwner, match="does not take"):
        wrong.login()


def test_an_odoo_that_is_too_old_is_not_used() -> None:
    with Odoo(series="14.0") as odoo, pytest.raises(NeedsOwner, match="16"):
        calls_of(odoo).version()


def test_a_host_that_was_not_connected_is_never_reached(odoo: Odoo) -> None:
    with pytest.raises(NotAllowed):
        load(JsonRpcCalls(account_of(odoo), KEY, Egress("odoo", ()), SystemClock()))
    assert odoo.asked == []


def test_the_key_is_in_no_log(odoo: Odoo, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("odoorpc").setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        calls = calls_of(odoo)
        calls.login()
        load(calls)
    assert KEY.get_secret_value() not in caplog.text


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("odoo.exceptions.MissingError", "gone", Refused),
        ("psycopg2.OperationalError", 'database "x" does not exist', NeedsOwner),
        ("psycopg2.OperationalError", "server closed the connection", Transient),
        ("psycopg2.errors.LockNotAvailable", "busy", Transient),
        ("builtins.TypeError", "keys must be str", OutcomeUnknown),
        ("odoo.http.SessionExpiredException", "expired", LockedOut),
        ("werkzeug.exceptions.Weird", "?", OutcomeUnknown),
    ],
)
def test_each_name_is_told_by_what_to_do_next(name: str, message: str, kind: type[Exception]) -> None:
    assert type(refusal("action_post", name, message)) is kind


def test_what_odoo_says_is_one_line_of_bounded_length() -> None:
    told = refusal("write", "odoo.exceptions.UserError", "a\n\u202eb" + "x" * 1000)
    assert "\n" not in str(told)
    assert "\u202e" not in str(told)
    assert len(str(told)) < 400
