"""`connect odoo`: what works is kept, what does not is told with what to do, and the key is in no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.connectors.contract import ConnectorContext
from agents.connectors.odoo.account import KEY, is_connected, open_account, place_of, read_account
from agents.connectors.odoo.chart import kept_chart
from agents.connectors.odoo.chart import place_of as chart_place
from agents.connectors.odoo.checks import look_over, stopping
from agents.connectors.odoo.connecting import calls_of, forget_account, keep_account, kept_answers, try_account
from agents.connectors.odoo.opening import open_records
from agents.connectors.odoo.records import Records
from agents.errors import NeedsOwner, NotAllowed
from agents.security.egress import Egress
from tests.connectors.odoo.conftest import Client, account_of, client_of
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.world import DATABASE, KEYS, Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from agents.connectors.odoo.chart import Journal


ANOTHER = "127.1"  # an old way to write this computer, which we do not take for it


class Kept(dict[str, str]):
    """Secrets in memory."""

    def put(self, name: str, value: str) -> str:
        self[name] = value
        return "in memory"

    def forget(self, name: str) -> None:
        self.pop(name, None)


@pytest.fixture(params=["18.0", "19.0"])
def ready(request: pytest.FixtureRequest) -> Iterator[Odoo]:
    """A server of each protocol, set up for books."""
    with Odoo(Setup(currency="EUR", taxes=("19", "7")), series=request.param) as odoo:
        odoo.set_outstanding_accounts()
        yield odoo


@pytest.fixture
def context(tmp_path: Path) -> ConnectorContext:
    return ConnectorContext(tmp_path / "Vault", tmp_path / "state", SystemClock(), Kept())


def answers(odoo: Odoo, **changes: str) -> dict[str, str]:
    given = {
        "url": odoo.url,
        "database": DATABASE,
        "user": "bookkeeper",
        "key": KEYS["bookkeeper"],
        "ca_file": "",
        "in_clear": "",
    }
    return given | changes


def test_what_works_is_told_and_kept_without_the_key(ready: Odoo, context: ConnectorContext) -> None:
    says = try_account(answers(ready))
    assert "took the key of bookkeeper" in says
    assert "taxes on sales: 7 %, 19 %" in says
    assert "books are in EUR" in says
    assert ("JSON-2" in says) is (ready.series == "19.0")
    assert "in memory" in keep_account(context, answers(ready))
    account, key = open_account(context.state, context.secrets.get)
    assert (account.user_id, account.version) == (ready.uid(), int(float(ready.series)))
    assert key.get_secret_value() == KEYS["bookkeeper"]
    assert KEYS["bookkeeper"] not in place_of(context.state).read_text(encoding="utf-8")
    assert place_of(context.state).stat().st_mode & 0o077 == 0
    assert kept_answers(context) == {name: value for name, value in answers(ready).items() if name != "key"}


def test_what_was_connected_can_be_called(ready: Odoo, context: ConnectorContext) -> None:
    keep_account(context, answers(ready))
    account, key = open_account(context.state, context.secrets.get)
    records = Records(calls_of(account, key, Egress("odoo", (account.destination,)), SystemClock()))
    assert kept_chart(context.state, records, ready.clock, account.user_id).currency == "EUR"
    asked = len(ready.asked)
    assert kept_chart(context.state, records, ready.clock, account.user_id).currency == "EUR"
    assert len(ready.asked) == asked  # kept for an hour
    chart_place(context.state).write_text("{", encoding="utf-8")
    assert kept_chart(context.state, records, ready.clock, account.user_id).currency == "EUR"
    assert len(ready.asked) > asked


def test_what_is_forgotten_is_gone(ready: Odoo, context: ConnectorContext) -> None:
    keep_account(context, answers(ready))
    forget_account(context)
    assert not is_connected(context.state)
    assert context.secrets.get(KEY) is None
    with pytest.raises(NeedsOwner, match="no Odoo is connected"):
        read_account(context.state)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"key": "wrong"}, "key"),
        ({"key": ""}, "key is empty"),
        ({"user": "nobody"}, "user|key"),
        ({"database": "nodb"}, "database|key"),
        ({"url": "ftp://x"}, "url"),
        ({"database": "two words"}, "database"),
    ],
)
def test_an_answer_that_does_not_work_is_told(ready: Odoo, change: dict[str, str], says: str) -> None:
    with pytest.raises(NeedsOwner, match=says) as refused:
        try_account(answers(ready, **change))
    assert refused.value.hint


def test_payments_that_would_book_nothing_stop_it() -> None:
    with Odoo(Setup(currency="EUR")) as odoo, pytest.raises(NeedsOwner, match="no outstanding account"):
        try_account(answers(odoo))


def test_a_user_without_rights_is_told_which_are_missing(odoo: Odoo) -> None:
    with pytest.raises(NeedsOwner, match="lines of bank statements"):
        try_account(answers(odoo, user="admin", key=KEYS["admin"]))


def test_rounding_line_by_line_and_a_locked_time_are_told(odoo: Odoo) -> None:
    assert "Round globally" not in try_account(answers(odoo))
    for each in odoo.find("res.company"):
        odoo.call("res.company", "write", [each], {"tax_calculation_rounding_method": "round_per_line"})
    odoo.lock("2026-10-31")
    says = try_account(answers(odoo))
    assert "Round globally" in says
    assert "locked up to 2026-10-31" in says


def test_several_companies_are_refused() -> None:
    with Odoo(Setup(companies=("One", "Two"))) as odoo, pytest.raises(NeedsOwner, match="2 companies"):
        client_of(odoo)


def test_another_computer_is_not_reached_in_clear() -> None:
    given = {"url": "http://odoo.example", "database": "x", "user": "x", "key": "x"}
    with pytest.raises(NotAllowed, match="without encryption"):
        try_account(given)
    with pytest.raises(NeedsOwner, match="is not the host that"):
        try_account(given | {"in_clear": "other.example"})
    with pytest.raises(NeedsOwner, match="is not the host"):  # it has encryption, so nothing is to be allowed
        try_account(given | {"url": "https://odoo.example", "in_clear": "odoo.example"})


def test_another_computer_is_reached_in_clear_where_the_owner_named_it(odoo: Odoo, context: ConnectorContext) -> None:
    url = odoo.url.replace("127.0.0.1", ANOTHER)
    with pytest.raises(NotAllowed, match="without encryption"):
        try_account(answers(odoo, url=url))
    assert odoo.asked == []
    named = answers(odoo, url=url, in_clear=ANOTHER)
    assert "took the key" in try_account(named)
    keep_account(context, named)
    assert kept_answers(context)["in_clear"] == ANOTHER
    assert open_records(context).find("inv_1") is None
    account = read_account(context.state)
    with pytest.raises(NotAllowed, match="without encryption"):
        account.model_copy(update={"in_clear": "other.example"}).egress.check(account.destination, encrypted=False)


def test_a_damaged_file_is_for_the_owner(context: ConnectorContext) -> None:
    place_of(context.state).parent.mkdir(parents=True)
    place_of(context.state).write_text("{", encoding="utf-8")
    with pytest.raises(NeedsOwner, match="damaged"):
        read_account(context.state)


def test_a_key_that_is_gone_is_for_the_owner(odoo: Odoo, context: ConnectorContext) -> None:
    keep_account(context, answers(odoo))
    context.secrets.forget(KEY)
    with pytest.raises(NeedsOwner, match="key of Odoo is not"):
        open_account(context.state, context.secrets.get)


def test_a_bank_is_found_by_its_name_and_needs_its_accounts(client: Client) -> None:
    bank = client.chart.bank("bank")
    assert (bank.kind, bool(bank.on_the_way), bool(bank.suspense)) == ("bank", True, True)
    with pytest.raises(NeedsOwner, match="no one bank"):
        client.chart.bank("Savings")
    with pytest.raises(NeedsOwner, match="outstanding account"):
        client.chart.model_copy(update={"journals": (bank.model_copy(update={"on_the_way": 0}),)}).bank("Bank")
    with pytest.raises(NeedsOwner, match="no journal"):
        client.chart.model_copy(update={"journals": ()}).journal("sale")
    assert client.chart.cost("Bank-Fees") == client.odoo.account("620000")
    assert client.chart.other("Capital") == client.odoo.account("301000")


def test_what_a_setup_lacks_is_told_point_by_point(client: Client) -> None:
    account = account_of(client.odoo, user_id=client.odoo.uid(), version=18)
    bank = client.chart.bank("bank").model_copy(update={"suspense": 0})

    def stops(*journals: Journal) -> list[str]:
        chart = client.chart.model_copy(update={"journals": journals})
        return [each.says for each in stopping(look_over(account, client.records, chart))]

    assert stops() == [
        "there is no journal for sales",
        "there is no journal for purchases",
        "there is no journal for miscellaneous operations",
        "there is no bank journal",
    ]
    others = [each for each in client.chart.journals if each.kind not in {"bank", "cash"}]
    assert stops(*others, bank) == ["the journal Bank has no suspense account"]


class Agrees:
    """An Odoo that says yes, and keeps whom it was asked about."""

    def __init__(self) -> None:
        self.asked: list[Sequence[int] | None] = []

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        kwargs: Mapping[str, JsonValue] | None = None,
    ) -> JsonValue:
        assert (model, method, [*(kwargs or {})]) == ("res.users", "has_group", ["group_ext_id"])
        self.asked.append(ids)
        return True


@pytest.mark.parametrize(("version", "whom"), [(17, None), (18, [7])])
def test_before_version_18_rights_are_asked_of_the_model(client: Client, version: int, whom: list[int] | None) -> None:
    agrees = Agrees()
    look_over(account_of(client.odoo, user_id=7, version=version), Records(agrees), client.chart)
    assert [*map(repr, agrees.asked)] == [repr(whom)] * 5
