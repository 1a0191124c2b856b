"""The log in plain words, and the chain of one action: cause, rule, proposal, decision, receipt, commit."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from agents.approval.expiry import waits_until
from agents.approval.proof import proofs_given
from agents.autonomy.away_times import known_absences
from agents.clock import as_local
from agents.connectors.receipts import receipt_from_json
from agents.console.screens import title_of
from agents.durability.bounce_rows import FAILED, bounces_about
from agents.durability.journal import links, links_about
from agents.durability.proposal_rows import ProposalRow, find_proposal, proposals_of
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.durability.task_persistence import find_question, find_task, questions_of
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from agents.security.audit_logger import Link

WORDS = {
    "vault.created": "the vault was made",
    "task.filed": "filed {target}",
    "event.seen_again": "the same thing came again; it is {target} already",
    "mail.listed": "kept a mail and listed it with others in {target}",
    "mails.listed": "wrote the list of mails {target}",
    "file.quarantined": "a file could not be read and went to quarantine",
    "task.claimed": "claimed {target}",
    "task.planned": "planned {target} by the rule {rule}",
    "task.done": "finished {target}",
    "wait.begun": "{target} waits",
    "wait.ended": "{target} wakes ({by})",
    "task.closed": "you closed {target}",
    "task.recategorised": "you changed the category of {target}",
    "task.paused": "you paused {target} ({how})",
    "task.resumed": "you let {target} go on ({how})",
    "task.skipped": "you left out what {target} waited for ({how})",
    "task.retried": "you wanted another try of {target} ({how})",
    "task.cancelled": "you cancelled {target} ({how})",
    "control.answered": "answered the word in the note of {target}; nothing followed from it",
    "run.paused": "you paused everything ({how})",
    "run.resumed": "you let everything go on ({how})",
    "run.draining": "you said that nothing new is begun ({how})",
    "run.drained": "ended, since you said drain",
    "run.drain_lifted": "took in new tasks again after drain ({how})",
    "books.moved": "you moved the books from {by} to {target}, as they were at the end of {until}",
    "audit.written": "wrote {target}, with {number} things to look at",
    "finding.asked": "you had a task made of a finding in {target}",
    "finding.left": "you said that a finding in {target} is fine",
    "briefing.written": "wrote {target} about {period}, with {numbers} numbers",
    "away.changed": "you changed when you are away",
    "away.began": "you are away until {until}; nothing expires meanwhile",
    "away.ended": "you are back; what waited goes on expiring",
    "task.reprioritised": "you made {target} {priority}",
    "task.moved_domain": "you made {target} {kind}",
    "task.reckoned": "made {target} {priority}: {why}",
    "lesson.learned": "learned from you what {target} is: {kind}",
    "task.reopened": "you put {target} back",
    "task.shown_again": "wrote {target} again, since its note was gone",
    "question.filed": "asked you {target}",
    "question.answered": "you answered {target} ({how})",
    "question.closed": "filed the question {target}",
    "proposal.filed": "proposed {target} (risk {risk})",
    "proposal.approved": "you said yes to {target} ({how})",
    "proposal.half_approved": "one of two people said yes to {target} ({how})",
    "proposal.allowed": "{how} lets {target} be done without your yes",
    "proposal.taken_back": "you took your yes to {target} back",
    "proposal.rejected": "you said no to {target} ({how})",
    "proposal.edited": "you edited {target}",
    "proposal.asked_again": "did not do {target}, which needs more than your yes by now, and proposed it again as {by}",
    "proposal.refused": "proposed nothing in {target}: your handbook says never to {action}",
    "proposal.superseded": "proposed {target} again as {by}",
    "proposal.shown_again": "showed {target} again as it was sealed",
    "proposal.expired": "{target} expired; nothing was done",
    "proposal.withdrawn": "withdrew {target}",
    "effect.intended": "wrote down that {target} is about to happen",
    "effect.done": "did {target}: {provider} {provider_id}",
    "effect.refused": "did not do {target}",
    "mail.returned": "the mail {target} came back: {why}",
    "mail.delayed": "the mail {target} is late and still on its way: {why}",
    "effect.resolved": "you said what became of {target}",
    "approved.link_removed": "removed a link from Approved; nothing was run",
    "approved.quarantined": "put a note from Approved aside; nothing was run",
    "line.allowed": "you allowed {target} to be reached without encryption, at {host}",
    "privacy.accepted": "you accepted what is sent to a model, to whom and at which cost",
    "privacy.shown": "showed you the page about models in {target}",
    "privacy.revoked": "you took back that anything is sent to a model",
    "proof.enrolled": "you made a new list of codes",
    "proof.replaced": "a new list of codes was made without a code of the old one",
    "proof.revoked": "you took the list of codes back",
    "proof.added": "you added the proof {target}",
    "proof.joined": "a new person may prove with {target} a day later",
    "proof.lost": "{target} was replaced without a proof; the new one counts a day later",
    "proof.withdrawn": "you took the proof {target} back",
    "proof.wrong": "a wrong code was given for {target}",
    "proof.refused": "a code was given that nobody may look at now",
    "policy.adopted": "your rules are in force as {target} ({how})",
    "policy.waits": "your change of the rules waits for a proof: {target}",
    "policy.held": "a code was given for {target}, of which your examples do not hold",
    "policy.confirmed": "you confirmed the change of the rules {target}",
    "policy.closed": "the change of the rules {target} waits no more",
    "rule.offered": "offered you a rule in {target}, after {how}",
    "rule.suspended": "took {target} back, since you said no to {by}",
    "skill.taken": "took the skill {target} as it came with the program",
    "skill.accepted": "you accepted the skill {target} as it is now ({how})",
    "skill.forgotten": "you let go of the skill {target}, whose folder is gone ({how})",
    "alert.filed": "told you {target}",
    "alert.over": "put away {target}, which is mended",
    "owner.edited": "you edited {files} files",
    "plan.closed": "filed {target}",
    "schedule.ran": "did a scheduled job in time: {target}",
    "schedule.late": "did a scheduled job late: {target}",
    "schedule.missed": "a scheduled job was missed: {target}",
    "schedule.skipped": "passed over a scheduled job, as the table says: {target}",
    "schedule.failed": "a scheduled job failed: {target}",
    "epoch.began": "the state folder was lost or an old one, and epoch {epoch} began; nothing in Approved was run",
    "note.put_aside": "put {target} aside, from before epoch {epoch}",
    "log.put_aside": "put the log {target} of another machine aside",
    "proposal.put_back": "put {target} back to where it belongs; it is decided already",
    "key.replaced": "a new key signs the history from here on",
    "contact.added": "made a note of the contact {target}",
    "bank.format_kept": "wrote down how a bank writes its files: {target}",
    "contact.changed": "added to the contact {target}, as you said",
    "contact.merged": "made one contact of {target} and {by}, as you said",
    "contact.seen": "noted that {target} was here again",
    "promise.noted": "noted {target}, to be kept until {until}",
    "promise.kept": "you said that {target} was kept",
    "promise.broken": "you said that {target} was broken",
    "promise.withdrawn": "you took {target} back",
    "intake.paused": "begin nothing new, since {waiting} proposals wait for you",
    "intake.resumed": "begin new tasks again; {waiting} proposals wait for you",
    "task.refiled": "put the original of {target} back into the Inbox",
}
NAMED = (
    *("rule", "how", "by", "risk", "files", "epoch", "until"),
    *("provider", "provider_id", "priority", "waiting", "action", "kind", "why"),
)


def story(link: Link) -> str:
    """One event as a sentence."""
    fields = json.loads(link.line)
    values = {**dict.fromkeys(NAMED, ""), "target": fields["target"], **fields["parameters"]}
    when = as_local(datetime.fromisoformat(fields["timestamp"])).strftime("%Y-%m-%d %H:%M:%S")
    words = WORDS.get(fields["action_type"], f"{fields['action_type']} {fields['target']}").format(**values)
    return f"{when}  {link.seq:>5}  {fields['actor']:<9} {words}"


def told(sql: Connection, about: str, newest: int) -> tuple[str, ...]:
    """The story of everything, or of one id."""
    found = links_about(sql, [about]) if about else links(sql)[-newest:]
    return tuple(story(link) for link in found)


def why(sql: Connection, name: str) -> Iterator[str]:
    """The chain of one action, from cause to commit; nothing when the id is not known."""
    proposal = find_proposal(sql, name)
    if proposal is not None:
        yield from _why_proposal(sql, proposal)
        return
    question = find_question(sql, name)
    task = find_task(sql, question.task if question else name)
    if task is None:
        return
    view = json.loads(task.view)
    yield f"task      {task.id}: {view['kind']} from {view['sender_address'] or view['sender_name']}, {task.created_at}"
    yield f"state     {task.state} after {task.turn} turns; rule {task.rule or '-'} of the {task.brain or '-'}"
    for each in proposals_of(sql, task.id):
        yield f"proposal  {each.id}: {title_of(each)} - {each.state}"
    for asked in questions_of(sql, task.id):
        words = " | ".join(asked.answer.splitlines())
        yield f"question  {asked.id}: {json.loads(asked.ask)['question']} - {asked.state} {words}".rstrip()
    yield from _commits(sql, task.id)


def _why_proposal(sql: Connection, row: ProposalRow) -> Iterator[str]:
    task = find_task(sql, row.task)
    view = json.loads(task.view) if task else {}
    sender = view.get("sender_address") or view.get("sender_name", "")
    yield f"what      {title_of(row)}"
    yield f'cause     "{row.quote}" - {row.task}, {view.get("kind", "")} from {sender}'
    yield f"decided   by the rule {row.rule} of the {row.brain}; risk {row.risk} ({row.policy})"
    yield f"proposed  {_local(row.created_at)}, sealed with digest {row.digest[:16]}, until {_local(row.expires_at)}"
    until = waits_until(row.created, row.expires, known_absences(sql))
    if until > row.expires:
        yield f"waits     until {_local(until.isoformat())}: the time you are away does not count"
    if row.decided_at:
        reason = f": {row.reason}" if row.reason else ""
        yield f"answer    {row.state} by {row.decided_by} ({row.decided_how}) {_local(row.decided_at)}{reason}"
    else:
        yield "answer    none yet; it waits for you"
    for proof in proofs_given(sql, row.id):
        yield f"proof     {proof.words}, given with the {proof.by}"
    if row.receipt:
        receipt = receipt_from_json(row.receipt)
        yield f"receipt   {receipt.summary} ({receipt.provider} {receipt.provider_id}), {as_local(receipt.at)}"
    for each in bounces_about(sql, row.id):
        became = "came back" if each.outcome == FAILED else "late    "
        said = property_text(each.said) or "no word of the server"
        yield f"{became} {each.why} ({said}), {_local(each.at)}: {each.notice}"
    if row.undoes:
        yield f"undoes    {row.undoes}"
    yield from _commits(sql, row.id)


def _commits(sql: Connection, name: str) -> Iterator[str]:
    wanted = (
        select(CHAIN.c.seq, CHAIN.c.line, TRANSITIONS.c.commit_id)
        .join(TRANSITIONS)
        .where(CHAIN.c.target == name)
        .order_by(CHAIN.c.seq)
    )
    for row in sql.execute(wanted):
        kind = json.loads(row.line)["action_type"]
        yield f"commit    {row.commit_id[:10] or '(next)':<10} event {row.seq}: {kind}"


def _local(moment: str) -> str:
    return as_local(datetime.fromisoformat(moment)).strftime("%Y-%m-%d %H:%M:%S")
