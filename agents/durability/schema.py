"""The journal's tables. Times are ISO 8601 in UTC; structured columns are JSON text. Portable to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

METADATA = MetaData()

META = Table("meta", METADATA, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

EVENTS = Table(
    "events",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("content_sha256", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)

TASKS = Table(
    "tasks",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("created_at", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("turn", Integer, nullable=False, default=0),
    Column("sender", Text, nullable=False, index=True),
    Column("view", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("category", Text, nullable=False, default=""),
    Column("rule", Text, nullable=False, default=""),
    Column("brain", Text, nullable=False, default=""),
)

PROPOSALS = Table(
    "proposals",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("task", Text, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("move_key", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("brain", Text, nullable=False),
    Column("risk", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("decided_by", Text, nullable=False, default=""),
    Column("decided_how", Text, nullable=False, default=""),
    Column("decided_at", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("intent_at", Text, nullable=False, default=""),
    Column("resolution", Text, nullable=False, default=""),
    Column("receipt", Text, nullable=False, default=""),
    Column("undoes", Text, nullable=False, default=""),
    Column("consumed", Boolean, nullable=False, default=False),
)

PRIORITIES = Table(
    "priorities",
    METADATA,
    Column("task", Text, ForeignKey("tasks.id"), primary_key=True),
    Column("priority", Text, nullable=False),
    Column("arrival", Text, nullable=False),
)

QUESTIONS = Table(
    "questions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("task", Text, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("move_key", Text, nullable=False),
    Column("ask", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("answer", Text, nullable=False, default=""),
    Column("answered_at", Text, nullable=False, default=""),
    Column("about", Text, nullable=False, default=""),
    Column("consumed", Boolean, nullable=False, default=False),
)

REOPENINGS = Table(
    "reopenings",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("task", Text, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("consumed", Boolean, nullable=False, default=False),
)

MAIL_REPLIES = Table(
    "mail_replies",
    METADATA,
    Column("reply", Text, ForeignKey("tasks.id"), primary_key=True),
    Column("task", Text, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("told", Boolean, nullable=False, index=True),
)

INTERVENTIONS = Table(
    "interventions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("task", Text, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("move_key", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("consumed", Boolean, nullable=False, index=True),
)

HOLDS = Table(
    "holds",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("how", Text, nullable=False),
)

ABSENCES = Table(
    "absences",
    METADATA,
    Column("since", Text, primary_key=True),
    Column("until", Text, nullable=False),
)

REQUESTS = Table(
    "requests",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("result", Text, nullable=False, default=""),
)

PROOF_LISTS = Table(
    "proof_lists",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("salt", Text, nullable=False),
    Column("counts_from", Text, nullable=False),
    Column("revoked_at", Text, nullable=False, default=""),
)

PROOF_CODES = Table(
    "proof_codes",
    METADATA,
    Column("list", Integer, ForeignKey("proof_lists.number"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("used_at", Text, nullable=False, default=""),
    Column("used_for", Text, nullable=False, default="", index=True),
    Column("used_by", Text, nullable=False, default=""),
)

WAITS = Table(
    "waits",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("task", Text, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("move_key", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("until", Text, nullable=False),  # empty: for its conditions alone
    Column("conditions", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False, default=""),
    Column("value", Text, nullable=False, default=""),
    Column("consumed", Boolean, nullable=False, default=False),
    Index("waits_by_moment", "state", "until"),
)

TURNS = Table(
    "turns",
    METADATA,
    Column("task", Text, ForeignKey("tasks.id"), primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("brain", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("cost_usd", Text, nullable=False),
    Column("filed_at", Text, nullable=False),
    Column("unmet", Text, nullable=False, default=""),
    Column("consumed", Boolean, nullable=False, default=False),
)

SCHEDULE_JOBS = Table(
    "schedule_jobs",
    METADATA,
    Column("job", Text, primary_key=True),
    Column("definition", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("counted_until", Text, nullable=False),
)

SCHEDULE_RUNS = Table(
    "schedule_runs",
    METADATA,
    Column("job", Text, primary_key=True),
    Column("due_at", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("started_at", Text, nullable=False, default=""),
    Column("ended_at", Text, nullable=False),
    Column("words", Text, nullable=False, default=""),
    Column("task", Text, nullable=False, default=""),
    Column("note", Text, nullable=False),
)

LESSONS = Table(
    "lessons",
    METADATA,
    Column("task", Text, ForeignKey("tasks.id"), primary_key=True),
    Column("kind", Text, nullable=False, index=True),
    Column("how", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("made_by", Text, nullable=False, default=""),  # which embedder; empty: no vector yet
    Column("vector", Text, nullable=False, default=""),
)

READ_NOTES = Table(
    "read_notes",
    METADATA,
    Column("folder", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("mark", BigInteger, nullable=False),
)

TRANSITIONS = Table(
    "transitions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("author", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("operations", Text, nullable=False),
    Column("paths", Text, nullable=False),
    Column("applied", Boolean, nullable=False, index=True),
    Column("commit_id", Text, nullable=False, index=True),
)

CHAIN = Table(
    "chain",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file", Text, nullable=False, index=True),
    Column("logged", Boolean, nullable=False, index=True),
    Column("target", Text, nullable=False, index=True),
    Column("task", Text, nullable=False, index=True),
    Column("transition", Integer, ForeignKey("transitions.number"), nullable=False, index=True),
    UniqueConstraint("sha256"),
)

PROOF_CREDENTIALS = Table(
    "proof_credentials",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("material", Text, nullable=False),  # the list's number, the secret's name in the keyring, the public key
    Column("since", Text, nullable=False),
    Column("counts_from", Text, nullable=False),
    Column("revoked_at", Text, nullable=False, default=""),
)

PROOF_USES = Table(
    "proof_uses",
    METADATA,
    Column("credential", Integer, ForeignKey("proof_credentials.number"), primary_key=True, autoincrement=False),
    Column("mark", Integer, primary_key=True, autoincrement=False),  # the step of a TOTP, the number of a signature
    Column("used_for", Text, nullable=False, index=True),
    Column("used_by", Text, nullable=False),
    Column("used_at", Text, nullable=False),
)

PROOF_YESES = Table(
    "proof_yeses",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("proposal", Text, nullable=False, index=True),
    Column("holder", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("given_at", Text, nullable=False),
    Column("taken_back_at", Text, nullable=False, default=""),
)

CONSENTS = Table(
    "consents",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("page_sha256", Text, nullable=False),
    Column("revoked_at", Text, nullable=False, default=""),
)

# what waits is asked for at every tick, among thousands: these questions are answered from an index alone, and which
# transitions are in no commit yet without looking at all that are
LATER_INDEXES = (
    Index("ix_proposals_due", PROPOSALS.c.state, PROPOSALS.c.expires_at, PROPOSALS.c.id),
    Index("ix_proposals_intent_at", PROPOSALS.c.intent_at),
    Index("ix_proposals_queue", PROPOSALS.c.state, PROPOSALS.c.created_at, PROPOSALS.c.id),
    Index("ix_tasks_category", TASKS.c.category, TASKS.c.created_at),
    Index("ix_tasks_queue", TASKS.c.state, TASKS.c.created_at, TASKS.c.id),
    Index("ix_transitions_uncommitted", TRANSITIONS.c.commit_id, TRANSITIONS.c.applied),
)
