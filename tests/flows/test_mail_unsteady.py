"""Mail over a line that is cut, and a run that is killed at any step: none is lost, none becomes two tasks."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.faults.failpoints import run_until, steps_of
from tests.flows.mailbox import Mailbox, sending_server
from tests.standins.unsteady_proxy import UnsteadyProxy
from tests.watchers.samples import mail

if TYPE_CHECKING:
    from tests.flows.employee import Employee
    from tests.standins.dovecot import Dovecot

MAILS = 30


def test_killed_before_any_lasting_step_every_mail_is_one_task(employee: Employee, dovecot: Dovecot) -> None:
    with sending_server(dovecot) as server:
        mailbox = Mailbox(employee, server, dovecot).connected()
        dovecot.deliver(mail(0))
        steps = steps_of(employee)
        assert len(mailbox.tasks()) == 1
        numbers, kills = count(1), 0
        for last in range(0, len(steps), max(1, len(steps) // 10)):
            number = next(numbers)
            dovecot.deliver(mail(number))
            kills += run_until(employee, last).killed
            employee.once()
            assert len(mailbox.tasks()) == number + 1, (last, steps[last])
        assert kills >= 8
        assert set(dovecot.flags()) == {""}
        employee.said("verify")


def test_over_a_line_that_is_cut_again_and_again_every_mail_is_one_task(employee: Employee, dovecot: Dovecot) -> None:
    dovecot.deliver(*(mail(number, body="x" * 3000).replace("@client", f"@client{number}") for number in range(MAILS)))
    with sending_server(dovecot) as server, UnsteadyProxy(dovecot.tls_port) as proxy:
        mailbox = Mailbox(employee, server, dovecot).connected(imap_port=str(proxy.port))
        for more in range(0, 12_000, 1_500):  # cut while it logs in, lists and reads
            proxy.bytes_until_cut = more
            employee.once()
        assert proxy.cuts > 3
        proxy.bytes_until_cut, proxy.cut_at_once = None, 1
        employee.once()
        employee.once()
        assert len(mailbox.tasks()) == MAILS
        assert mailbox.alerts() == []
        assert set(dovecot.flags()) == {""}
