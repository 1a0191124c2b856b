"""Idle work: the owner's own edits, the dashboard, the readable log, a clean `git status`.

What lies there is compared with the newest commit, so whatever a crash left undone is found at the next idle moment.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.approval.gate import code_in
from agents.autonomy.dashboard import render_dashboard
from agents.autonomy.overview import SHOWN, look
from agents.autonomy.owner_moves import DECIDING
from agents.autonomy.queries import is_log_file, log_files_since
from agents.durability.alerts import raise_alert
from agents.durability.journal import last_link, links, read_meta, write_meta
from agents.durability.transitions import Recorder, Transition
from agents.errors import NotAllowed
from agents.security.audit_logger import Fact, fields_of
from agents.vault.files import read_regular
from agents.vault.layout import DASHBOARD_NOTE, FILES, INBOX, LOGS, QUARANTINE, is_note_name
from agents.vault.neutralize import code_span, visible
from agents.vault.note import MAX_NOTE_BYTES
from agents.vault.note_edit import owner_region
from agents.vault.plain import plain
from agents.vault.store import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from agents.connectors.contract import Capability
    from agents.security.audit_logger import Link

FROM_OUTSIDE = (INBOX, FILES, QUARANTINE)  # what lies there came as it is; its task's note or an alert tells of it
INDEX_AFTER_S = 2.0  # of quiet: in a large vault it takes a while, and the next event comes first
TAKE_OUT = (
    "The note stays as it is. Take the secret out - a password manager is a better place - and the note is kept in the "
    "history again. If this folder is synced or backed up, change the secret where it is used."
)
SWEEP_SHARE = 500  # between two looks at every file lies at least so much more time than one takes
SWEEP_AT_LEAST_EVERY_S = 600.0
READABLE = "readable log"  # the newest event that the pages show


class Desk:
    """What is done when nothing else is. `looked` is called when every file of the vault was looked at."""

    def __init__(
        self,
        recorder: Recorder,
        capabilities: Callable[[], tuple[Capability, ...]],
        owner_quiet_s: float,
        model: Callable[[], str] = lambda: "",
        looked: Callable[[], None] = lambda: None,
    ) -> None:
        self._recorder = recorder
        self._capabilities = capabilities
        self._owner_quiet_s = owner_quiet_s
        self._model = model
        self._looked = looked
        self._clock = recorder.clock
        self._sweep_due_s = float("-inf")
        self._dirty = True
        self._withheld: AbstractSet[str] = frozenset()  # what was told
        self._stale_since_s = float("inf")  # since when `git status` does not show what was committed; inf: it does

    def work(self, *, last: bool, progressed: bool) -> None:
        """Do what is due. `last` ends a run: the owner's edits are not waited for."""
        self._dirty = self._dirty or progressed
        self._recorder.flush()  # first ours: what is left differing then is the owner's
        lost_pages: set[str] = set()
        if last or self._clock.monotonic_s() >= self._sweep_due_s:
            lost_pages = self._sweep(quiet_s=0.0 if last else self._owner_quiet_s)
            self._looked()
        self._tell_withheld()
        if self._dirty or lost_pages:
            self._write_pages(lost_pages)
            self._dirty, self._stale_since_s = False, self._clock.monotonic_s()
        if last or self._clock.monotonic_s() - self._stale_since_s >= INDEX_AFTER_S:
            self._recorder.refresh_index()
            self._stale_since_s = float("inf")

    def _sweep(self, *, quiet_s: float) -> set[str]:
        """Commit what the owner wrote, as the owner's; the log files whose page is not as we wrote it.

        The next look is due after the quiet time, or later where a look takes long and nothing waits for it.
        """
        began_s = self._clock.monotonic_s()
        changed = self._recorder.history.changed_paths()
        pause_s = min(SWEEP_AT_LEAST_EVERY_S, SWEEP_SHARE * (self._clock.monotonic_s() - began_s))
        lost_pages = self._log_files(changed)
        ours = {f"{LOGS}/{file}" for file in lost_pages} | {_page(file) for file in lost_pages}
        if DASHBOARD_NOTE in changed:
            self._dirty = True
        theirs = [path for path in changed if path not in ours and not self._is_generated(path)]
        quiet = [path for path in theirs if self._age_s(path) >= quiet_s and not self._bears_code(path)]
        waits = len(quiet) < len(theirs)
        self._sweep_due_s = began_s + (self._owner_quiet_s if waits else max(self._owner_quiet_s, pause_s))
        if quiet:
            with self._recorder.begin() as writing:
                parameters = {"files": str(len(quiet))}
                fact = Fact("owner", "owner.edited", "vault", parameters=parameters, approved_by="owner")
                writing.record(Transition(fact, f"Edit {len(quiet)} files", author="owner", paths=tuple(quiet)))
            self._dirty = True
        return lost_pages

    def _tell_withheld(self) -> None:
        """An alert for each note of the owner's that is kept out of the history because a secret stands in it."""
        told = self._recorder.history.withheld()
        theirs = {_name(path): words for path, words in told.items() if path.split("/")[0] not in FROM_OUTSIDE}
        if theirs.keys() == self._withheld:
            return
        with self._recorder.begin() as writing:
            for name in sorted(theirs.keys() - self._withheld):
                detail = "\n".join([*(f"- {each}" for each in theirs[name]), "", TAKE_OUT])
                words = f"A secret stands in {plain(name)}; the history does not take it in"
                raise_alert(writing, name, words, self._clock.now(), detail=detail)
        self._withheld = theirs.keys()

    def _log_files(self, changed: Iterable[str]) -> set[str]:
        """The log files of the chain among these paths, or whose page is among them."""
        in_logs = (PurePosixPath(path) for path in changed if str(PurePosixPath(path).parent) == LOGS)
        names = {path.with_suffix(".jsonl").name for path in in_logs if path.suffix in {".md", ".jsonl"}}
        with self._recorder.journal.begin() as sql:
            return {name for name in names if is_log_file(sql, name)}

    def _is_generated(self, path: str) -> bool:
        """Whether this is the dashboard with nothing new in the owner's region."""
        if path != DASHBOARD_NOTE:
            return False
        found = read_regular(self._recorder.store.path(path), MAX_NOTE_BYTES)
        here = found.decode(errors="replace") if isinstance(found, bytes) else ""
        kept = self._recorder.history.blob_at(self._recorder.history.head() or "", path) or b""
        return not here or owner_region(here) == owner_region(kept.decode(errors="replace"))

    def _bears_code(self, path: str) -> bool:
        """Whether an unused code may stand in it: such a note waits until the code is used or taken out."""
        if PurePosixPath(path).parent.name not in DECIDING:
            return False
        found = read_regular(self._recorder.store.path(path), MAX_NOTE_BYTES)
        return isinstance(found, bytes) and bool(code_in(found.decode(errors="replace")))

    def _age_s(self, path: str) -> float:
        """Seconds since the file was written; one that is gone, or from the future, is not waited for."""
        try:
            modified_s = self._recorder.store.path(path).lstat().st_mtime
        except FileNotFoundError:
            return float("inf")
        age_s = self._clock.machine_now().timestamp() - modified_s
        return age_s if age_s >= 0 else float("inf")

    def _write_pages(self, lost_pages: set[str]) -> None:
        """Write the dashboard and the readable log anew, and commit what of it differs."""
        with self._recorder.journal.begin() as sql:
            newest = last_link(sql)
            files = {*lost_pages, *log_files_since(sql, int(read_meta(sql, READABLE, "0")))}
            chain = {file: links(sql, file=file) for file in files}
        root, journal = self._recorder.store.root, self._recorder.journal
        overview = look(root, journal, self._clock.now(), at_most=SHOWN)
        page = render_dashboard(overview, self._capabilities(), self._model())
        pages = {DASHBOARD_NOTE: page} | {_page(file): readable_log(file, chain[file]) for file in sorted(files)}
        for path, text in pages.items():
            self._generate(path, text)
        self._recorder.housekeeping(pages)
        with self._recorder.journal.begin() as sql:
            write_meta(sql, READABLE, str(newest.seq if newest else 0))

    def _generate(self, path: str, text: str) -> None:
        (shown,) = self._recorder.gate.masked_all([text])
        try:
            self._recorder.store.apply(Operation("generate", path, text=shown))
        except NotAllowed as err:
            with self._recorder.begin() as writing:
                raise_alert(writing, path, f"{path} cannot be written: {err}. {err.hint}", self._clock.now())


def _name(path: str) -> str:
    """How a note is named to the owner: one of ours moves, and is told once."""
    name = path.rpartition("/")[2]
    return name.removesuffix(".md") if is_note_name(name) and name[:1].isdigit() else path


def _page(file: str) -> str:
    return f"{LOGS}/{file.removesuffix('.jsonl')}.md"


def readable_log(file: str, chain: Iterable[Link]) -> str:
    """A log file as a table, without content."""
    rows = [
        f"# Events in `{file}`",
        "| event | time (UTC) | who | what | about | result |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for link in chain:
        fields = fields_of(link)
        target = str(fields["target"])
        about = f"[[{target}]]" if is_note_name(f"{target}.md") and target[:1].isdigit() else code_span(visible(target))
        time = str(fields["timestamp"])[11:19]
        cells = (fields["seq"], time, fields["actor"], fields["action_type"], about, fields["result"])
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows) + "\n"
