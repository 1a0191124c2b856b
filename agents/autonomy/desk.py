"""Idle work: the owner's own edits, the dashboard, the readable log, a clean `git status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agents.autonomy.dashboard import render_dashboard
from agents.autonomy.overview import look
from agents.durability.journal import last_link, links
from agents.durability.transitions import Recorder, Transition
from agents.security.audit_logger import Fact
from agents.vault.layout import LOGS
from agents.vault.store import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.connectors.contract import Capability

DASHBOARD = "Dashboard.md"
OURS = (f"{LOGS}/", DASHBOARD)


class Desk:
    """What is done when nothing else is."""

    def __init__(
        self, recorder: Recorder, capabilities: Callable[[], tuple[Capability, ...]], owner_quiet_s: float
    ) -> None:
        self._recorder = recorder
        self._capabilities = capabilities
        self._owner_quiet_s = owner_quiet_s
        self._clock = recorder.clock
        self._told = 0
        self._swept_s = float("-inf")
        self._dirty = True

    def work(self, *, last: bool, progressed: bool) -> None:
        """Do what is due. `last` ends a run: the owner's edits are not waited for."""
        self._dirty = self._dirty or progressed
        self._recorder.flush()  # first ours: what is left differing then is the owner's
        due = self._clock.monotonic_s() - self._swept_s >= self._owner_quiet_s
        if last or due:
            self._dirty = self._owner_edits(quiet_s=0.0 if last else self._owner_quiet_s) or self._dirty
            self._swept_s = self._clock.monotonic_s()
        if self._dirty:
            changed = [*self._dashboard(), *self._readable_logs()]
            self._recorder.housekeeping(changed)
            self._recorder.refresh_index()
            self._dirty = False

    def _owner_edits(self, *, quiet_s: float) -> bool:
        """Commit what the owner wrote, as the owner's; whether there was anything."""
        changed = [path for path in self._recorder.history.changed_paths() if not path.startswith(OURS)]
        quiet = [path for path in changed if self._age_s(path) >= quiet_s]
        if not quiet:
            return False
        with self._recorder.begin() as writing:
            fact = Fact("owner", "owner.edited", "vault", parameters={"files": str(len(quiet))}, approved_by="owner")
            writing.record(Transition(fact, f"Edit {len(quiet)} files", author="owner", paths=tuple(quiet)))
        return True

    def _age_s(self, path: str) -> float:
        try:
            modified_s = self._recorder.store.path(path).lstat().st_mtime
        except FileNotFoundError:
            return float("inf")
        return self._clock.now().timestamp() - modified_s

    def _dashboard(self) -> tuple[str, ...]:
        page = render_dashboard(look(self._recorder.store.root, self._recorder.journal), self._capabilities())
        path = self._recorder.store.path(DASHBOARD)
        before = path.read_bytes() if path.is_file() else b""
        self._recorder.store.apply(Operation("generate", DASHBOARD, text=page))
        return (DASHBOARD,) if path.read_bytes() != before else ()

    def _readable_logs(self) -> tuple[str, ...]:
        """The day's events in words, beside each log file that grew."""
        with self._recorder.journal.begin() as sql:
            newest = last_link(sql)
            if newest is None or newest.seq == self._told:
                return ()
            rows = links(sql, file=newest.file) if self._told else links(sql)
        self._told = newest.seq
        paths = []
        for file in sorted({link.file for link in rows}):
            page = f"{LOGS}/{file.removesuffix('.jsonl')}.md"
            text = readable_log(file, [link.line for link in rows if link.file == file])
            target = self._recorder.store.path(page)
            if not target.is_file() or target.read_text(encoding="utf-8") != text:
                self._recorder.store.apply(Operation("generate", page, text=text))
                paths.append(page)
        return tuple(paths)


def readable_log(file: str, lines: list[str]) -> str:
    """A log file as a table, without content."""
    rows = [
        f"# Events in `{file}`",
        "| event | time (UTC) | who | what | about | result |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for line in lines:
        fields = json.loads(line)
        target = str(fields["target"])
        about = f"[[{target}]]" if target.startswith("20") else f"`{target}`"
        time = str(fields["timestamp"])[11:19]
        rows.append(
            f"| {fields['seq']} | {time} | {fields['actor']} | {fields['action_type']} | {about} | {fields['result']} |"
        )
    return "\n".join(rows) + "\n"
