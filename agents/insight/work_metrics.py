"""How the work goes: what is finished and how fast, what stands still, what waits for you, what it saves. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.clock import from_local
from agents.connectors.book_figures import SourceRow
from agents.connectors.books import cents
from agents.insight.measured import Metric, Value
from agents.insight.reckoning import NOTHING, last_days, middle, quantile, tenth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agents.insight.company import Company, ProposalSpan, TaskSpan, Work
    from agents.insight.reckoning import Told

    ReckonWork = Callable[[Company, Work], Told]

JOURNAL = "the journal"
SPAN_DAYS = 30
BLOCKED_DAYS = 7
NINE_OF_TEN = Decimal("0.9")
MINUTES = 60
MAIL = "email."
MODELS = "USD"
MONTH = f"within {SPAN_DAYS} days"


def completion(company: Company, work: Work) -> Told:
    """How many of the tasks that came in are over."""
    span = last_days(company.on, SPAN_DAYS)
    came = [each for each in work.tasks if span.has(each.opened.date())]
    if not came:
        return f"No task came in {MONTH}."
    open_ = [each for each in came if not _is_closed(each, company)]
    share = Decimal((len(came) - len(open_)) * 100) / len(came)
    return [Value(tenth(share))], [_task_row(each, "open", each.opened, NOTHING) for each in open_]


def cycle_time(company: Company, work: Work) -> Told:
    """How long a task takes from its coming to its end."""
    span = last_days(company.on, SPAN_DAYS)
    closed = [(each, each.closed) for each in work.tasks if each.closed and span.has(each.closed.date())]
    rows = [_task_row(each, "hours to the end", end, _hours(end - each.opened)) for each, end in closed]
    return (_spread(rows), rows) if rows else f"No task came to its end {MONTH}."


def response_time(company: Company, work: Work) -> Told:
    """How long who wrote waited until something was sent to them."""
    span = last_days(company.on, SPAN_DAYS)
    sent: dict[str, datetime] = {}
    for each in work.proposals:
        if each.done and each.action.startswith(MAIL) and each.done.date() <= company.on:
            sent[each.task] = min(each.done, sent.get(each.task, each.done))
    answered = [(each, sent[each.id]) for each in work.tasks if each.is_mail and each.id in sent]
    wanted = [(each, at) for each, at in answered if span.has(at.date())]
    rows = [_task_row(each, "hours to an answer", at, _hours(at - each.opened)) for each, at in wanted]
    return (_spread(rows), rows) if rows else f"No mail was answered {MONTH}."


def blocked(company: Company, work: Work) -> Told:
    """Tasks that are open and in which nothing moved for a week."""
    end = _end_of(company)
    open_ = [each for each in work.tasks if each.opened < end and not _is_closed(each, company)]
    still = [(each, (end - each.moved).days) for each in open_ if end - each.moved >= timedelta(days=BLOCKED_DAYS)]
    rows = [_task_row(each, "days without a move", each.moved, Decimal(days)) for each, days in still]
    return [Value(Decimal(len(rows)))], rows


def approvals_waiting(company: Company, work: Work) -> Told:
    """Proposals that wait for a yes or no."""
    end = _end_of(company)
    waiting = [each for each in work.proposals if each.made < end and not (each.decided and each.decided < end)]
    return [Value(Decimal(len(waiting)))], [_proposal_row(each, end) for each in waiting]


def time_saved(company: Company, work: Work) -> Told:
    """What the hours that finished tasks saved are worth, and what models cost for it."""
    if (words := _unknown_worth(company)) or company.goals.hour is None:
        return words
    saved, spent, rows = _saved(company, work), _spent(company, work), _models(company, work)
    currency = company.goals.hour[1]
    values = [Value(saved, currency, "time saved"), Value(spent, MODELS, "models")]
    return values, [*rows, *(_task_row(each, "finished", end, NOTHING) for each, end in _finished(company, work))]


def return_on_automation(company: Company, work: Work) -> Told:
    """How many times over the models' cost came back."""
    if (words := _unknown_worth(company)) or company.goals.hour is None:
        return words
    rate, spent = _dollar(company), _spent(company, work)
    if not spent:
        return f"No model cost anything {MONTH}, so there is nothing to divide by."
    if rate is None:
        return "Business_Goals.md does not say, under Automation, what `one US dollar` is worth to you."
    cost = spent * rate
    return [Value(tenth((_saved(company, work) - cost) / cost))], _models(company, work)


def _unknown_worth(company: Company) -> str:
    goals = company.goals
    if goals.minutes_saved is None or goals.hour is None:
        return "Business_Goals.md does not say, under Automation, what a finished task saves and an hour is worth."
    return ""


def _finished(company: Company, work: Work) -> list[tuple[TaskSpan, datetime]]:
    span = last_days(company.on, SPAN_DAYS)
    return [(each, each.closed) for each in work.tasks if each.closed and span.has(each.closed.date())]


def _saved(company: Company, work: Work) -> Decimal:
    minutes, hour = company.goals.minutes_saved or NOTHING, company.goals.hour
    return cents(len(_finished(company, work)) * minutes / MINUTES * (hour[0] if hour else NOTHING))


def _models(company: Company, work: Work) -> list[SourceRow]:
    span = last_days(company.on, SPAN_DAYS)
    days = sorted((day, usd) for day, usd in work.models_usd.items() if span.has(day))
    return [SourceRow(day, JOURNAL, "models", usd, MODELS) for day, usd in days]


def _spent(company: Company, work: Work) -> Decimal:
    return cents(sum((row.amount for row in _models(company, work)), NOTHING))


def _dollar(company: Company) -> Decimal | None:
    """What a US dollar is worth in the currency of the owner's hour."""
    hour = company.goals.hour
    return Decimal(1) if hour and hour[1] == MODELS else company.goals.dollar


def _end_of(company: Company) -> datetime:
    """Midnight after the day, by the owner's clock."""
    return from_local(datetime.combine(company.on + timedelta(days=1), time.min))


def _is_closed(task: TaskSpan, company: Company) -> bool:
    return task.closed is not None and task.closed.date() <= company.on


def _hours(span: timedelta) -> Decimal:
    return tenth(Decimal(int(span.total_seconds())) / 3600)


def _spread(rows: Iterable[SourceRow]) -> list[Value]:
    numbers = [row.amount for row in rows]
    return [
        Value(tenth(middle(numbers)), "", "half within"),
        Value(tenth(quantile(numbers, NINE_OF_TEN)), "", "nine of ten within"),
    ]


def _task_row(task: TaskSpan, said: str, at: datetime, amount: Decimal) -> SourceRow:
    return SourceRow(at.date(), task.id, f"{task.category}, {said}" if task.category else said, amount, "")


def _proposal_row(proposal: ProposalSpan, end: datetime) -> SourceRow:
    days = Decimal((end - proposal.made).days)
    return SourceRow(proposal.made.date(), proposal.id, f"{proposal.action}, days waiting", days, "")


WORK_METRICS: dict[Metric, ReckonWork] = {
    Metric(
        "work.blocked",
        "Tasks that stand still",
        "number",
        f"open tasks in which nothing moved for {BLOCKED_DAYS} days",
        JOURNAL,
        "less",
    ): blocked,
    Metric(
        "work.completion",
        "Tasks that are finished",
        "percent",
        f"tasks that came in {MONTH} and are over ÷ all that came in",
        JOURNAL,
        "more",
    ): completion,
    Metric(
        "work.cycle_time",
        "How long a task takes",
        "hours",
        f"end − coming of the tasks that ended {MONTH}",
        JOURNAL,
        "less",
    ): cycle_time,
    Metric(
        "work.response_time",
        "How long a mail waits for an answer",
        "hours",
        f"first mail sent for a task − coming of the mail, of answers {MONTH}",
        JOURNAL,
        "less",
    ): response_time,
    Metric(
        "work.approvals_waiting",
        "Proposals that wait for you",
        "number",
        "proposals without a yes or no",
        JOURNAL,
        "less",
    ): approvals_waiting,
    Metric(
        "work.time_saved",
        "What the finished tasks saved",
        "money",
        f"tasks that ended {MONTH} × minutes saved × your hour; what models cost meanwhile",
        f"{JOURNAL}; Business_Goals.md, Automation",
        "more",
    ): time_saved,
    Metric(
        "work.return",
        "Return on automation",
        "ratio",
        "(time saved − cost of models) ÷ cost of models",
        f"{JOURNAL}; Business_Goals.md, Automation",
        "more",
    ): return_on_automation,
}
