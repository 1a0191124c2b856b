"""A second computer, as the owner meets it: real programs, two state folders, one mail account."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.connectors.email.mail_room import answers_for
from tests.flows.employee import Employee
from tests.flows.programs import command_line, started
from tests.flows.steps import only, proposed_mail
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer
from tests.standins.sync_folder import SyncFolder
from tests.watchers.samples import snapshot

if TYPE_CHECKING:
    from pathlib import Path


def connected(employee: Employee, server: SmtpServer) -> Employee:
    employee.said("connect", "mail", answers="".join(f"{each}\n" for each in answers_for(server).values()))
    return employee


def test_the_second_refuses_take_over_works_and_the_mail_goes_out_once(tmp_path: Path) -> None:
    for name in ("studio", "laptop"):
        (tmp_path / name).mkdir()
    studio = Employee(tmp_path / "studio", node="studio").init()
    laptop = replace(studio, room=tmp_path / "laptop", node="laptop")
    with SmtpServer(make_certificate(tmp_path)) as server:
        connected(studio, server)
        sending = proposed_mail(studio)
        shutil.copytree(studio.vault, laptop.vault, symlinks=True)
        connected(laptop, server)
        sync = SyncFolder((studio.vault, laptop.vault))
        with started(studio, *command_line(studio, "run")) as program:
            program.until(lambda: "Watching. Ctrl-C ends." in program.said())
            sync.deliver_all()
            before = snapshot(laptop.vault)
            refused = laptop.call("run", "--once")
            assert refused.exit_code == 1
            assert "The machine studio runs this vault (last seen " in refused.output
            assert "`run --take-over`" in refused.output
            assert snapshot(laptop.vault) == before
            assert "The machine studio runs this vault" in laptop.said("status")
            there = laptop.status()["elsewhere"]
            assert isinstance(there, dict)
            assert there["node"] == "studio"

            assert "begins a new epoch" not in laptop.said("run", "--once", "--take-over")
            sync.deliver_all()
            assert program.ends() == 1
            assert "This run ends: the machine laptop has taken over (epoch 2)" in program.said()
        again = only(laptop.pending("invoice.create"))
        (done,) = (each.stem for each in laptop.notes("Done") if "invoice-create" in each.name)
        assert f"Just this was done before, by another machine or before the state folder was lost: see {done}" in (
            again.read_text(encoding="utf-8")
        )
        studio.approve(studio.vault / "Pending_Approval" / again.name)
        sync.deliver_all()
        assert studio.ledger().count("  key: ") == 1  # booked before; a yes to the laptop's is nothing to the studio
        laptop.once()
        sync.deliver_all()
        laptop.approve(only(laptop.pending("email.send")))
        sync.deliver_all()
        laptop.once()
        sync.deliver_all()
        assert "begins a new epoch" in studio.once()
        assert len(server.received) == 1
    assert sending.name not in {each.name for each in studio.notes("Pending_Approval")}
    assert "All holds" in studio.said("verify")
