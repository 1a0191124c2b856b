"""Broken, huge, half-written and strangely named files in Inbox and the owner's folders: what one run makes of them."""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING

from tests.flows.attacks import alerts, nothing_ran, original_can_be_approved, quarantined
from tests.flows.employee import mail, request
from tests.flows.programs import command_line, started
from tests.flows.steps import proposed_invoice

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)
BAD_NOTES = {
    "broken.md": b"---\nid: {\ntype: [\n---\n# Broken\n",
    "dates.md": b"---\nreceived: 2026-02-30\ndue: 2026-13-45T99:99:99\n---\n# Dates\n",
    "bom.md": b"\xef\xbb\xbf---\ntype: email\n---\n# Mark\n",
    "crlf.md": b"---\r\ntype: email\r\n---\r\n# Lines\r\n",
    "cr.md": b"---\rtype: email\r---\r# Lines\r",
    "twice.md.md": b"---\ntype: email\n---\n# Twice\n",
    "bomb.md": f"---\n{BOMB}---\n# Bomb\n".encode(),
    "deep.md": b"---\ndeep: " + b"[" * 100_000 + b"\n---\n# Deep\n",
    "python.md": b"---\nx: !!python/object/apply:os.system ['touch planted']\n---\n# Object\n",
    "nul.md": b"---\nid: a\0b\n---\n\0# NUL\n",
    "latin.md": "---\nname: Müller\n---\n# Grüße\n".encode("latin-1"),
    "utf16.md": "---\nid: x\n---\n# Sixteen\n".encode("utf-16"),
    "open.md": b"---\nid: x\n# never closed\n",
    "empty.md": b"",
    "line.md": b"x" * 300_000,
    "large.md": b"---\nid: x\n---\n" + b"0123456789\n" * 950_000,
    "new\nline.md": b"# Name\n",
    "-rf.md": b"# Name\n",
    "..evil.md": b"# Name\n",
    "a\\..\\b.md": b"# Name\n",
    "CON.md": b"# Name\n",
    "\u202edm.exe.md": b"# Name\n",
    "merge.md": b"<<<<<<< HEAD\n# One\n=======\n# Two\n>>>>>>> b\n",
}
UNREADABLE = ("nul.md", "utf16.md")
OWNERS_FOLDERS = (
    "Needs_Action",
    "In_Progress/runner",
    "Plans",
    "Pending_Approval",
    "Rejected",
    "Done",
    "Contacts",
    "Schedules",
)


def outside(employee: Employee) -> set[str]:
    return {each.as_posix() for each in employee.room.rglob("*") if not each.is_relative_to(employee.vault)} - {
        each.as_posix() for each in employee.state.rglob("*")
    }


def kept_bytes(employee: Employee, folder: str) -> list[bytes]:
    return [
        each.read_bytes() for each in (employee.vault / folder).rglob("*") if each.is_file() and not each.is_symlink()
    ]


def test_every_bad_file_in_the_inbox_is_filed_or_put_aside_with_its_bytes_and_stops_nothing(employee: Employee) -> None:
    near = outside(employee)
    for name, content in BAD_NOTES.items():
        employee.drop(name, content + name.encode() if content and name != "utf16.md" else content)
    employee.drop("good.eml", mail(request()))
    said = employee.once()
    assert "Traceback" not in said
    assert len(employee.pending("invoice.create")) == 1
    kept = kept_bytes(employee, "Files") + kept_bytes(employee, "Quarantine")
    for name in BAD_NOTES.keys() - {"empty.md", "utf16.md", "..evil.md"}:
        assert BAD_NOTES[name] + name.encode() in kept, name
    assert "an empty note" in said
    assert "a hidden file" in said
    assert {each.name for each in (employee.vault / "Inbox").glob("*.md")} == {"empty.md", "..evil.md"}
    assert len(quarantined(employee)) == len(UNREADABLE)
    assert alerts(employee).count("A file from the Inbox cannot be read") == len(quarantined(employee))
    assert outside(employee) == near
    assert not list(employee.room.rglob("planted"))
    assert nothing_ran(employee)
    assert "All holds" in employee.said("verify")


def test_every_bad_note_in_the_owners_folders_stays_where_it_is_and_stops_nothing(employee: Employee) -> None:
    note = proposed_invoice(employee)
    placed: dict[Path, bytes] = {}
    for folder in OWNERS_FOLDERS:
        for name, content in BAD_NOTES.items():
            placed[employee.vault / folder / name] = content
    for path, content in placed.items():
        path.write_bytes(content)
    near = outside(employee)
    assert "Traceback" not in employee.once()
    employee.said("status", "--all")
    assert {path: path.read_bytes() for path in placed} == placed
    assert outside(employee) == near
    assert not list(employee.room.rglob("planted"))
    assert nothing_ran(employee)
    assert original_can_be_approved(employee, note)


def test_the_owners_own_files_bent_in_any_way_are_told_by_line_or_read_and_stop_nothing(employee: Employee) -> None:
    files = (
        "Company_Handbook.md",
        "Business_Goals.md",
        "Ask.md",
        "Schedules.md",
        "Accounting/Rates.md",
        "Dashboard.md",
    )
    employee.once()
    laid_out = {name: (employee.vault / name).read_bytes() for name in files}
    for number, (name, content) in enumerate(BAD_NOTES.items()):
        for file in files:
            (employee.vault / file).write_bytes(content)
        words, sender = "Thank you for the great work!", f"Acme Ltd <billing@client{number}.example>"
        employee.drop(f"{number}.eml", mail(words, number=number, sender=sender, subject="Hello"))
        assert "Traceback" not in employee.once(), name
    for file, content in laid_out.items():
        (employee.vault / file).write_bytes(content)
    employee.once()
    assert len([each for each in employee.ids("in_progress") if "-email-" in each]) == len(BAD_NOTES)
    assert nothing_ran(employee)
    assert "All holds" in employee.said("verify")


def test_links_in_inbox_and_the_owners_folders_are_followed_nowhere(employee: Employee) -> None:
    secret = employee.room / "secret.md"
    secret.write_text("private-marker\n", encoding="utf-8")
    (employee.room / "folder").mkdir()
    (employee.room / "folder/x.eml").write_text(mail(request()), encoding="utf-8")
    for folder in ("Inbox", *OWNERS_FOLDERS):
        (employee.vault / folder / "link.md").symlink_to(secret)
    (employee.vault / "Inbox/folder").symlink_to(employee.room / "folder")
    (employee.vault / "Inbox/loop").symlink_to(employee.vault / "Inbox")
    os.mkfifo(employee.vault / "Inbox/pipe.eml")
    (employee.vault / "Inbox/box.eml").mkdir()
    os.link(secret, employee.vault / "Inbox/hard.md")
    said = employee.once()
    assert "links are not followed" in said
    everything = b"".join(kept_bytes(employee, "Files") + kept_bytes(employee, "Logs") + kept_bytes(employee, "Plans"))
    assert b"private-marker" not in everything
    assert secret.read_text(encoding="utf-8") == "private-marker\n"
    assert (employee.room / "folder/x.eml").is_file()
    assert employee.ids("in_progress") == []
    told = alerts(employee)
    assert "links are not followed" in told
    assert "a pipe, socket or device, no file" in told
    assert "a folder named like a mail" in told
    assert "hard link" in told


def test_a_half_written_file_is_waited_for_and_read_whole(employee: Employee) -> None:
    whole = mail(request()).encode()
    half = employee.vault / "Inbox" / "slow.eml"
    half.write_bytes(whole[:200])
    (employee.vault / "Inbox" / "load.eml.crdownload").write_bytes(whole[:100])
    waiting = {**employee.settings, "AI_EMPLOYEE_QUIET_S": "1.5"}
    settings = " ".join(f"{name}={value}" for name, value in waiting.items())
    command = ("env", *settings.split(" "), *command_line(employee, "run", "--once"))
    with started(employee, *command) as program:
        program.until((employee.vault / "Health/runner.md").exists)
        pause = threading.Event()
        for end in range(200, len(whole), 40):
            half.write_bytes(whole[: end + 40])
            pause.wait(0.05)
        assert program.ends() == 0
    assert len(employee.ids("in_progress")) == 1
    assert whole in kept_bytes(employee, "Files")
    assert (employee.vault / "Inbox" / "load.eml.crdownload").is_file()


def test_files_that_come_and_vanish_while_we_look_stop_nothing_and_leave_nothing(employee: Employee) -> None:
    over = threading.Event()
    places = [employee.vault / folder / "ghost.md" for folder in ("Inbox", "Approved", "Needs_Action", "Rejected")]

    def haunt() -> None:
        while not over.is_set():
            for place in places:
                place.write_bytes(b"boo\n")
            for place in places:
                place.unlink(missing_ok=True)

    ghost = threading.Thread(target=haunt)
    ghost.start()
    try:
        for number in range(5):
            employee.drop(f"{number}.eml", mail(request(), number=number))
            assert "Traceback" not in employee.once()
    finally:
        over.set()
        ghost.join()
    employee.once()
    assert len(employee.pending("invoice.create")) == 5
    assert all(re.match(r"unknown-|sha-", each) for each in quarantined(employee))
    assert nothing_ran(employee)
    assert "All holds" in employee.said("verify")
