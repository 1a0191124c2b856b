"""The webhook: signed messages become tasks once; everything else leaves a count and nothing more."""

from __future__ import annotations

import http.client
import re
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from agents.connectors.webhook.reader import MAX_BODY_BYTES, signature
from tests.flows.employee import Employee
from tests.flows.programs import command_line, started
from tests.flows.steps import only
from watchers.webhook_listener import MAX_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.flows.programs import Program

ORDER = '{"order": 17, "says": "please send us the invoice for the order"}'


@dataclass
class Hook:
    """A run that watches, and its webhook."""

    employee: Employee
    program: Program
    secret: str
    port: int

    def send(self, body: str | bytes = ORDER, **changed: str) -> int:
        """A message with the right words but for those changed; the status of the answer."""
        content = body.encode() if isinstance(body, str) else body
        now = str(int(datetime.now(UTC).timestamp()))  # noqa: TID251 - the signature is checked by the real clock
        told = {"id": "msg-1", "time": now, "path": "/hooks/orders", "type": "application/json"} | changed
        signed = signature(told.get("secret", self.secret), told["id"], told["time"], content)
        headers = {"webhook-id": told["id"], "webhook-timestamp": told["time"], "Content-Type": told["type"]}
        headers["webhook-signature"] = told.get("signature", f"v1,AAAA {signed}")
        if "length" in told:
            headers["Content-Length"] = told["length"]
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(told.get("method", "POST"), told["path"], content, headers)
            answer = line.getresponse()
            assert answer.read() == b"" or answer.status == http.HTTPStatus.NOT_IMPLEMENTED
            return answer.status
        finally:
            line.close()

    def tasks(self) -> list[str]:
        found = self.employee.notes("Needs_Action") + self.employee.notes("In_Progress")
        return [each.read_text(encoding="utf-8") for each in found if "-webhook-" in each.name]


def connect(employee: Employee, address: str = "127.0.0.1") -> str:
    """Switch it on; its secret."""
    said = employee.said("connect", "webhook", answers=f"orders, shop\n0\n{address}\n")
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", said)
    assert found, said
    return found[0]


@contextmanager
def watching(employee: Employee, secret: str) -> Iterator[Hook]:
    with started(employee, *command_line(employee, "run")) as program:
        said = re.compile(r"listens on 127\.0\.0\.1:(\d+)\D")  # after `Watching`, and to its end
        program.until(lambda: said.search(program.said()))
        port = said.search(program.said())
        assert port, program.said()
        yield Hook(employee, program, secret, int(port[1]))


@pytest.fixture
def hook(employee: Employee) -> Iterator[Hook]:
    """A run whose webhook listens."""
    with watching(employee, connect(employee)) as made:
        yield made


def doctor(employee: Employee) -> str:
    return " ".join(employee.said("doctor").split())


def test_a_signed_message_becomes_one_task_however_often_it_is_sent(hook: Hook) -> None:
    assert [hook.send(), hook.send()] == [202, 202]
    hook.program.until(hook.tasks)
    assert hook.send(body='{"order": 18}') == 202
    assert hook.send(id="msg-2", path="/hooks/shop", type="text/plain; charset=utf-8", body="hello") == 202
    hook.program.until(lambda: len(hook.tasks()) == 2)
    assert hook.program.signal(signal.SIGINT) == 0
    hook.employee.once()
    first = only([each for each in hook.tasks() if "order" in each])
    assert "A message that was signed for your webhook `orders`" in first
    assert ORDER in first
    assert only([each for each in hook.tasks() if "hello" in each])
    assert [*(hook.employee.state / "webhook" / "spool").iterdir()] == []
    assert "All holds" in hook.employee.said("verify")


def test_what_was_accepted_is_not_lost_when_the_run_is_killed(employee: Employee) -> None:
    secret = connect(employee)
    with watching(employee, secret) as hook:
        hook.program.process.send_signal(signal.SIGSTOP)
        hook.program.process.send_signal(signal.SIGCONT)
        assert hook.send() == 202
        hook.program.process.kill()
        hook.program.process.wait()
        employee.once()
        assert len(hook.tasks()) == 1
        employee.once()
        assert len(hook.tasks()) == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"secret": "whsec_AAAA"}, 401),
        ({"signature": "v1,AAAA"}, 401),
        ({"signature": ""}, 401),
        ({"signature": "v1,ümlaut"}, 401),
        ({"time": "1000000000"}, 401),
        ({"time": "9999999999"}, 401),
        ({"time": "soon"}, 401),
        ({"id": "a b"}, 401),
        ({"path": "/hooks/unknown"}, 404),
        ({"path": "/hooks/../orders"}, 404),
        ({"type": "text/html"}, 415),
        ({"length": "x"}, 411),
        ({"length": str(MAX_BODY_BYTES + 1)}, 413),
        ({"length": "9" * 30}, 413),
        ({"method": "GET"}, 501),
        ({"body": "{"}, 400),
        ({"body": b"\xff\xfe", "type": "text/plain"}, 400),
    ],
    ids=str,
)
def test_what_is_not_right_is_refused_and_leaves_nothing(listener: Hook, changed: dict[str, str], status: int) -> None:
    assert listener.send(**changed) == status
    assert not (listener.employee.state / "webhook" / "spool").exists()


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hook]:
    """One run for all refusals."""
    employee = Employee(tmp_path_factory.mktemp("listener")).init()
    with watching(employee, connect(employee)) as made:
        yield made


def test_refusals_are_counted_and_their_words_are_nowhere(hook: Hook) -> None:
    assert hook.send(body='{"private": "xylophone"}', signature="v1,AAAA") == 401
    assert "refused so far: 1 (wrong signature)" in doctor(hook.employee)
    assert hook.program.signal(signal.SIGINT) == 0
    kept = [each for base in (hook.employee.vault, hook.employee.state) for each in base.rglob("*") if each.is_file()]
    assert [each.name for each in kept if b"xylophone" in each.read_bytes()] == []
    assert "xylophone" not in hook.program.said()


def test_too_many_messages_are_sent_away(hook: Hook) -> None:
    first = [hook.send(signature="v1,AAAA") for _ in range(3)]
    assert first == [401, 401, 401]
    assert any(hook.send(signature="v1,AAAA") == 429 for _ in range(50 * MAX_PER_MINUTE))


def test_it_is_off_until_it_is_connected_and_says_who_reaches_it(employee: Employee) -> None:
    assert "nothing listens" in doctor(employee)
    secret = connect(employee, "0.0.0.0")  # noqa: S104 - what is tested is that the owner is warned of it
    assert "OTHER COMPUTERS CAN REACH IT" in doctor(employee)
    assert secret != connect(employee)
    assert "OTHER COMPUTERS" not in doctor(employee)
    kept = [each for base in (employee.vault, employee.state) for each in base.rglob("*") if each.is_file()]
    assert [each.name for each in kept if secret.encode() in each.read_bytes()] == []
    assert employee.call("connect", "webhook", answers="Or ders\n0\n127.0.0.1\n").exit_code == 1
    assert employee.call("connect", "webhook", answers="orders\n0\nlocal host\n").exit_code == 1
    assert "is off" in employee.said("disconnect", "webhook")
    with started(employee, *command_line(employee, "run")) as program:
        program.until(lambda: "Watching" in program.said())
        assert "webhook" not in program.said()
