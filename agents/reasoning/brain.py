"""The port behind which a brain decides the next move for a task.

The brain never writes the vault and never acts: it returns typed moves. Text from outside reaches it as data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from agents.connectors.books import Standing
    from agents.connectors.calendar.agenda import Agenda
    from agents.connectors.contract import Action, Receipt
    from agents.durability.engine import Steps
    from agents.durability.urgency_table import UrgencyRow
    from agents.reasoning.lessons import Lesson


MODEL, PLAYBOOK = "claude", "playbook"  # how brains are named in the audit


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that came with the task. `stored` is its vault name (`sha-<16 hex>.<ext>`); `text` None = not text."""

    stored: str
    sent_name: str
    media_type: str
    size_bytes: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TaskView:
    """What a brain sees of a task; all text is as it came from outside.

    `kind` is 'email', 'file', 'ask', 'meeting' or 'webhook'. `reply_to`: where the mail wants its answer, when that is
    not its sender; `thread`: the mails before it, oldest first. `notice_of`: the proposal of ours whose mail this one,
    from a mail server, says did not arrive (yet).
    """

    id: str
    kind: str
    sender_name: str
    sender_address: str
    subject: str
    text: str
    received: datetime
    sender_known: bool
    message_id: str = ""
    category: str = ""  # the owner's own word in the note, if changed; else empty
    flags: tuple[str, ...] = ()  # intake's warnings, e.g. 'two From headers'
    attachments: tuple[AttachedFile, ...] = ()
    reply_to: str = ""
    thread: tuple[str, ...] = ()
    notice_of: str = ""

    @property
    def answer_address(self) -> str:
        """Where an answer goes; empty when there is no address."""
        return self.reply_to or self.sender_address


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one earlier move of this task. `key` is the move's key.

    `kind`: 'answered' (value = the answer), 'done' (receipt set), 'rejected' (reason), 'expired', 'failed' (reason),
    'reopened' (the owner dragged the finished task back), 'waited' (value = what ended it: 'time', the kind of the
    condition, or 'skipped'), 'unmet' (value = what did not hold when the task was to be finished), 'skipped' (the owner
    does without it; reason = what it was), 'retried' (the owner wants another try of what failed or expired), 'bounced'
    (a mail that was sent came back; reason = why).
    `at`: when, aware. `offered`: the answer is a choice that was offered, so its words are not the owner's own.
    """

    key: str
    kind: str
    action: Action | None = None
    value: str = ""
    reason: str = ""
    receipt: Receipt | None = None
    at: datetime | None = None
    offered: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of `Accounting/Rates.md`. `customer` empty = everybody. `tax` is a percentage."""

    customer: str
    service: str
    unit: str
    price: Decimal
    currency: str
    tax: Decimal
    line: int


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One row of the handbook's Rules: when the words occur, then do so (a category), up to a limit."""

    when: str
    then: str
    limit: str
    line: int


@dataclass(frozen=True, slots=True)
class ReminderStage:
    """What is due `days` after an unpaid invoice was (less than nothing: before): a letter, or a question to the owner.

    `letter` is 'notice', 'friendly', 'firm', 'last', 'ask me' or 'none'; an empty `customer` means all others.
    """

    days: int
    letter: str
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Handbook:
    """What the owner wrote in `Company_Handbook.md`, as far as a brain needs it. `tax` is a percentage.

    `reminders`: when to remind of an unpaid invoice, rising by days for each customer; empty = never.
    """

    company: str
    owner_name: str
    tone: str
    currency: str
    tax: Decimal
    tax_line: int
    payment_days: int
    rules: tuple[OwnerRule, ...] = ()
    reminders: tuple[ReminderStage, ...] = ()
    urgency: tuple[UrgencyRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The owner's facts at the time of a turn. `invoices`: how those of this task stand in the books.

    `asked_back`: the numbers of those over which a credit note waits for the owner. `lessons`: how the owner sorted
    earlier tasks. `agenda`: what their calendar says; None = none is connected.
    """

    handbook: Handbook
    rates: tuple[Rate, ...]
    today: date
    invoices: tuple[Standing, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    agenda: Agenda | None = None
    asked_back: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProposeAction:
    """One action for the owner to decide about.

    `provenance` says for each argument where it comes from: 'owner', 'contacts', 'books', 'computed',
    'handbook:<line>' ('handbook': no line is known), 'rates:<line>', 'receipt:<task id>'; from outside 'mail:<task id>'
    and 'note:<name>'; 'model': it stands nowhere. `quote` is the cause in the mail's own words.
    """

    key: str
    action: Action
    provenance: Mapping[str, str]
    quote: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer. `weight` 0..100 ranks it; None shows no percentage."""

    text: str
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class AskOwner:
    """One question. The choices are ranked, best first; the owner may always write something else.

    `parts` are several points asked about in one note, each with its own choices: then the question itself has none,
    and nothing counts as answered before all of them are. Each answer comes back under the key of its part.
    While another task asks what is `shared` under the same words, this task waits for that one; empty = never.
    """

    key: str
    question: str
    choices: tuple[Choice, ...]
    quote: str = ""
    parts: tuple[AskOwner, ...] = ()
    shared: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something code looks up in journal and books; nobody's word counts.

    `kind`: 'paid' (`about` is an invoice's number), 'reply' (an answer came to a mail of this task; `about` is empty),
    'done' (`about` is the key of a move whose effect has a receipt), 'task' (`about` is another task; it is closed),
    'bank' (`about` is a day, ISO: the bank's movements are in the books up to then), 'owed' (`about` is an invoice's
    number and an amount: something else is owed by now), 'credited' (`about` is an invoice's number: no credit note
    over it waits for the owner any more), 'moved' (`about` is a payout, as its task writes it: it has come, or it will
    not).
    """

    kind: Literal["paid", "reply", "done", "task", "bank", "owed", "credited", "moved"]
    about: str = ""


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Wait until the moment has come or a condition holds, whichever is first; holds nothing meanwhile.

    `until` is aware; None = no moment, only the conditions. A key is waited for once: what ended it is an outcome.
    """

    key: str
    why: str
    until: datetime | None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do; `summary` says what became of the task.

    `holds` is the done-check: code looks every condition up, and the task is closed only when all of them hold.
    """

    summary: str
    holds: tuple[Condition, ...] = ()


Move = ProposeAction | AskOwner | WaitUntil | Finish


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the plan. `move_key` links it to a move's proposal or question once there is one."""

    text: str
    done: bool = False
    move_key: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A turn's result: the plan as it stands, and the moves to make now (none = wait for those already made)."""

    rule: str  # what decided: 'invoice-request', 'newsletter', 'abstain' ...
    category: str
    objective: str
    steps: tuple[Step, ...]
    done_when: str
    moves: tuple[Move, ...]
    model_says: str = ""  # a model's own words, shown in a block of their own; never executed
    cost_usd: Decimal = Decimal(0)  # what the turn cost at the model's provider
    brain: str = ""  # who decided, where a brain hands some tasks on to another; empty = the brain that was asked
    instead: str = ""  # why a model did not decide though one is connected, in words for the owner


class Brain(Protocol):
    """Decides the next moves of a task. Pure towards the vault: same view, outcomes and facts, same decision."""

    @property
    def name(self) -> str:
        """As in the audit: 'playbook', 'claude'."""
        ...

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps) -> Decision:
        """The next moves. What it cannot decide becomes an AskOwner (abstain), never a guess.

        Every call that costs money or time is one of the `steps`: after a crash it is not made a second time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad row in an owner's file: the line (1-based) and what is wrong."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class OwnerFiles:
    """The owner's files as read, with every bad row named."""

    facts: Facts
    problems: tuple[Problem, ...] = field(default=())
