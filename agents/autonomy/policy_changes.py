"""The policy in force: the last one the journal knows, whatever the handbook says by now (ADR 0039).

A changed handbook that only asks for more is in force at once. One that makes anything easier waits until the owner
proves that it is them, and the rules of before stay in force meanwhile. What is looked at costs nothing while the
handbook is the same file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.approval.decisions import NO_CODE
from agents.approval.gate import code_in
from agents.approval.proof import NOTE, Outcome, by_request, proof_of, prove
from agents.autonomy.bad_rows import tell_bad_rows
from agents.autonomy.past_decisions import differences
from agents.autonomy.policy_notes import render_change
from agents.autonomy.shelving import Shelf, done_folder
from agents.clock import as_local
from agents.durability.alerts import raise_alert
from agents.durability.journal import newest_seq
from agents.durability.policy_rows import (
    PolicyChange,
    PolicyVersion,
    add_change,
    add_version,
    end_change,
    find_change,
    forget_suspensions,
    policy_in_force,
    rename_rules,
    suspensions,
    waiting_change,
)
from agents.durability.task_persistence import settle_request
from agents.durability.transitions import Transition, local_text
from agents.security.audit_logger import Fact
from agents.security.permission_manager import Policy
from agents.security.policy_comparison import loosens
from agents.security.policy_wire import digest_of, key_of, rules_from_json, rules_to_json
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, DONE, HANDBOOK_NOTE, NEEDS_ACTION, note_id
from agents.vault.note import MAX_NOTE_BYTES
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from agents.autonomy.places import Places, Signature
    from agents.connectors.contract import Action, SecretStore
    from agents.durability.task_persistence import RequestRow
    from agents.durability.transitions import Recorder, Writing
    from agents.durability.writing import Author
    from agents.security.permission_manager import Rule
    from agents.vault.outline import Problem

CONFIRM = "policy"  # the kind of request with which a command confirms
FIRST = "first"
BAD_ROWS = "bad rows of the rules"
PLACES = (NEEDS_ACTION, APPROVED)  # where a code in its note is looked at: who says yes may move it, too
FAILING = "examples fail under it; mend the examples or the rules"


@dataclass(frozen=True, slots=True)
class PolicyPorts:
    """`read`: the rules of a handbook, the built-in ones included, and what is wrong with its rows.

    `failing`: the owner's examples in a handbook that do not hold under a policy. `models`: of every action, by name.
    `secrets` are where the apps' secrets lie whose codes prove; None = codes of apps prove nothing.
    """

    read: Callable[[str], tuple[tuple[Rule, ...], tuple[Problem, ...]]]
    models: Mapping[str, type[Action]]
    failing: Callable[[str, Policy], tuple[Problem, ...]] = lambda _handbook, _policy: ()
    secrets: SecretStore | None = None


class PolicyChanges:
    """Keeps the policy in force, and takes in what the owner changes."""

    def __init__(self, recorder: Recorder, places: Places, ports: PolicyPorts) -> None:
        self._recorder = recorder
        self._places = places
        self._shelf = Shelf(places, recorder.store)
        self._ports = ports
        self._clock = recorder.clock
        self._read: Signature | None = None
        self._policy: Policy | None = None
        self._waits = ""  # the change that waits
        self._note: Signature | None = None

    def policy(self) -> Policy:
        """The policy in force, as of the last look; asked for inside transactions, which do not nest."""
        return self._policy or self.refresh()

    def refresh(self) -> Policy:
        """The policy in force, as the journal has it now; the built-in rules before there is one."""
        with self._recorder.journal.begin() as sql:
            policy = self._policy = in_force(sql) or Policy(self._ports.read("")[0])
            change = waiting_change(sql)
        self._waits = change.id if change else ""
        return policy

    def look(self) -> int:
        """Take in what the handbook and the note of a change say; how many things changed."""
        self.policy()
        return self._look_at_handbook() + self._look_at_note()

    def _look_at_handbook(self) -> int:
        entry = self._places.entry(".", HANDBOOK_NOTE)
        if entry is None or entry.signature == self._read or not self._places.settled(entry):
            return 0
        content = read_regular(self._recorder.store.path(HANDBOOK_NOTE), MAX_NOTE_BYTES)
        if not isinstance(content, bytes):
            return 0  # what nobody can read changes no rule
        with self._recorder.begin() as writing:
            moved = self._take_in(writing, content.decode(errors="replace"))
        self._read = entry.signature
        self.refresh()
        return moved

    def _take_in(self, writing: Writing, handbook: str) -> int:
        rules, problems = self._ports.read(handbook)
        new = Policy(rules)
        failing = self._ports.failing(handbook, new)
        bad = [(HANDBOOK_NOTE, each.line, each.message) for each in (*problems, *failing)]
        tell_bad_rows(writing, BAD_ROWS, bad, self._clock.now())
        before = policy_in_force(writing.sql) or self._first(writing, new)
        if before.digest == digest_of(rules):
            if before.rules != rules_to_json(rules):  # a line was put in above
                rename_rules(writing.sql, before.number, rules_to_json(rules))
            return self._close(writing, "the handbook says again what is in force")
        suspended = suspensions(writing.sql)
        old = without(Policy(rules_from_json(before.rules)), suspended)
        easier = loosens(old, without(new, suspended))
        if easier:
            return self._ask(writing, new, easier, tuple(f"line {each.line}: {each.message}" for each in failing))
        self._adopt(writing, new, "stricter")
        self._close(writing, "the handbook makes nothing easier any more")
        return 1

    def _first(self, writing: Writing, new: Policy) -> PolicyVersion:
        """A journal that begins knows no confirmation: what the handbook makes easier than our own rules waits."""
        built_in = Policy(self._ports.read("")[0])
        return self._adopt(writing, built_in if loosens(built_in, new) else new, FIRST)

    def _adopt(self, writing: Writing, new: Policy, how: str, change: str = "", proof: str = "") -> PolicyVersion:
        """The policy is in force from now on."""
        digest, at = digest_of(new.rules), self._clock.now().isoformat()
        row = PolicyVersion(0, rules_to_json(new.rules), digest, at, how, proof, change)
        row = replace(row, number=add_version(writing.sql, row))
        forget_suspensions(writing.sql, {key_of(each) for each in new.rules})
        parameters = {"digest": digest, "how": how} | ({"proof": proof} if proof else {})
        actor, by, paths = ("runner", "", ()) if how == FIRST else ("owner", "owner", (HANDBOOK_NOTE,))
        fact = Fact(actor, "policy.adopted", f"policy-{row.number}", change, parameters, approved_by=by)
        author: Author = "owner" if by else "ai-employee"
        writing.record(Transition(fact, f"Adopt policy {row.number}", author=author, paths=paths))
        return row

    def _ask(self, writing: Writing, new: Policy, easier: tuple[str, ...], failing: tuple[str, ...]) -> int:
        digest, words = digest_of(new.rules), "\n".join(failing)
        waits = waiting_change(writing.sql)
        if waits is not None and (waits.digest, waits.failing) == (digest, words):
            return 0
        self._close(writing, "you changed the handbook again")
        now = self._clock.now()
        change = note_id(as_local(now).date(), "policy-alert", digest, str(newest_seq(writing.sql)))
        old = in_force(writing.sql) or Policy(())
        past = differences(writing.sql, old, new, self._ports.models, now)
        note = render_change(change, as_local(now), easier, past, failing)
        at = now.isoformat()
        add_change(writing.sql, PolicyChange(change, rules_to_json(new.rules), digest, words, note, at))
        fact = Fact("runner", "policy.waits", change, parameters={"digest": digest}, approval_status="waiting")
        create = Operation("create", f"{NEEDS_ACTION}/{change}.md", text=note)
        writing.record(Transition(fact, f"Ask to confirm {change}", (create,)))
        return 1

    def _close(self, writing: Writing, words: str) -> int:
        """What waits for a confirmation waits no more."""
        waits = waiting_change(writing.sql)
        if waits is None:
            return 0
        end_change(writing.sql, waits.id, "closed", self._clock.now().isoformat())
        fact = Fact("runner", "policy.closed", waits.id, parameters={"digest": waits.digest})
        writing.record(Transition(fact, f"Close {waits.id}", self._filed(waits, words)))
        return 1

    def _filed(self, change: PolicyChange, words: str) -> tuple[Operation, ...]:
        name, done = f"{change.id}.md", done_folder(self._clock.now())
        edits = (NO_CODE, self._line(words))
        return self._shelf.bring(name, (*PLACES, DONE), done, *edits, text=change.note)

    def _line(self, words: str) -> EditText:
        return EditText("line", f"- {local_text(self._clock.now())} {plain(words)}", "History")

    def _look_at_note(self) -> int:
        """A code in the note of the change that waits; it is taken out of there whatever it proves."""
        folders = PLACES if self._waits else ()
        entry = next((each for folder in folders if (each := self._places.entry(folder, f"{self._waits}.md"))), None)
        if entry is None or entry.kind != "file" or entry.signature == self._note:
            return 0
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
        code = code_in(content.decode(errors="replace")) if isinstance(content, bytes) else ""
        if not code:
            self._note = entry.signature if self._places.is_quiet(entry) else None
            return 0
        if not self._places.settled(entry):
            return 0
        with self._recorder.begin() as writing:
            self._prove_in_note(writing, code, entry.path)
        self.refresh()
        return 1

    def _prove_in_note(self, writing: Writing, code: str, path: str) -> None:
        change = find_change(writing.sql, self._waits)
        if change is None:
            return
        words, what = FAILING, "policy.held"
        if not change.failing:
            attempt = prove(writing.sql, code, change.id, NOTE, self._clock.now(), self._ports.secrets)
            if attempt.outcome is Outcome.PROVED:
                self._confirm(writing, change, attempt.words)
                return
            words, what = attempt.words, "proof.wrong" if attempt.outcome is Outcome.WRONG else "proof.refused"
        operation = Operation("edit", path, edits=(NO_CODE, self._line(f"not confirmed: {words}")))
        fact = Fact("runner", what, change.id, parameters={"digest": change.digest}, result="held")
        event = writing.record(Transition(fact, f"Show {change.id} again", (operation,)))
        told = f"Your change of the rules is not confirmed: {plain(words)}."
        raise_alert(writing, change.id, told, self._clock.now(), occasion=str(event))

    def _confirm(self, writing: Writing, change: PolicyChange, proof: str) -> None:
        """What the note showed is in force, also when the handbook says something else by now."""
        self._adopt(writing, Policy(rules_from_json(change.rules)), "confirmed", change.id, proof)
        end_change(writing.sql, change.id, "confirmed", self._clock.now().isoformat())
        fact = Fact("owner", "policy.confirmed", change.id, parameters={"proof": proof}, approved_by="owner")
        filed = self._filed(change, f"confirmed ({proof})")
        writing.record(Transition(fact, f"Confirm {change.id}", filed, author="owner"))

    def by_command(self, row: RequestRow) -> str:
        """Carry out a confirmation that came with a proof; why not, or empty."""
        with self._recorder.begin() as writing:
            change = find_change(writing.sql, row.target)
            if change is None or change.state != "waiting":
                return "this change does not wait any more"
            proof = proof_of(writing.sql, change.id, by_request(row.number))
            if not proof or change.failing:
                return FAILING if proof else "no proof was given with it"
            self._confirm(writing, change, proof)
            settle_request(writing.sql, row.number, "done", "")
        self.refresh()
        return ""


def without(policy: Policy, suspended: Mapping[str, object]) -> Policy:
    """The policy without the rules that are taken back."""
    if not suspended:
        return policy
    return Policy(each for each in policy.rules if key_of(each) not in suspended)


def in_force(sql: Connection) -> Policy | None:
    """The policy in force, without the rules that are taken back; None when there never was one."""
    version = policy_in_force(sql)
    return without(Policy(rules_from_json(version.rules)), suspensions(sql)) if version else None
