"""What another assistant gets to see of an Odoo besides the figures of the books: customers, leads, projects.

What somebody typed into Odoo stands under `from_outside`: names of leads and customers may be anybody's words. Pure.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from agents.servers.books_view import FigureName
from agents.servers.waiting_view import MAX_SHOWN, NOTICE, Shown

if TYPE_CHECKING:
    from agents.connectors.odoo.customers import Customers, InvoiceList
    from agents.connectors.odoo.expenses import Expenses
    from agents.connectors.odoo.leads import Pipeline
    from agents.connectors.odoo.projects import Projects
    from agents.servers.books_view import Words

S = TypeVar("S", bound=Shown)
T = TypeVar("T")


class Sum(Shown):
    """How many there are of something, and what they come to."""

    count: int
    amount: str
    currency: str
    from_outside: FigureName


class LeadSaid(Shown):
    """What a lead is about, whose it is, where it stands, and what was planned; the place is its number in Odoo."""

    place: str
    name: str
    party: str
    stage: str
    responsible: str
    next_step: str


class LeadShown(Shown):
    """An open lead: what may come of it, how likely (percent), until when, and the day of the next step."""

    expected: str
    probability: str
    closes: str
    next_on: str
    from_outside: LeadSaid


class LeadsAnswer(Shown):
    """All open leads by stage, and the first of them, the most first; `left_out` counts those that are not listed."""

    notice: str = NOTICE
    as_of: str
    currency: str
    stages: tuple[Sum, ...]
    leads: tuple[LeadShown, ...]
    left_out: int


class ProjectSaid(Shown):
    """A project and for whom it is."""

    name: str
    customer: str


class ProjectShown(Shown):
    """A project with all its open tasks; hours are empty where Odoo keeps none."""

    open_tasks: int
    late_tasks: int
    planned_hours: str
    spent_hours: str
    from_outside: ProjectSaid


class TaskSaid(Shown):
    """What is to be done, in which project, where it stands, and its number in Odoo."""

    place: str
    name: str
    project: str
    stage: str


class TaskShown(Shown):
    """An open task; `deadline` is empty without one, `late_days` 0 until it is late."""

    deadline: str
    late_days: int
    planned_hours: str
    spent_hours: str
    from_outside: TaskSaid


class ProjectsAnswer(Shown):
    """Projects and the first of their open tasks, due first; `left_out` counts tasks and projects not listed."""

    notice: str = NOTICE
    as_of: str
    projects: tuple[ProjectShown, ...]
    tasks: tuple[TaskShown, ...]
    left_out: int


class ExpenseSaid(Shown):
    """Who spent it, on what, and its number in Odoo."""

    place: str
    who: str
    what: str
    category: str


class ExpenseShown(Shown):
    """Something somebody spent, VAT included."""

    day: str
    amount: str
    currency: str
    state: str
    paid_by: str
    from_outside: ExpenseSaid


class ExpensesAnswer(Shown):
    """Expenses of a time: all by state, and the newest of them; `left_out` counts those that are not listed."""

    notice: str = NOTICE
    first_day: str
    last_day: str
    sums: tuple[Sum, ...]
    expenses: tuple[ExpenseShown, ...]
    left_out: int


class CustomerSaid(Shown):
    """A customer as Odoo has them."""

    place: str
    name: str
    email: str
    phone: str
    city: str
    country: str
    vat_id: str


class CustomerShown(Shown):
    """One customer; all of it was typed in by somebody."""

    from_outside: CustomerSaid


class CustomersAnswer(Shown):
    """Customers by name; `left_out` counts those that are not listed."""

    notice: str = NOTICE
    customers: tuple[CustomerShown, ...]
    left_out: int


class InvoiceSaid(Shown):
    """Whose invoice it is, and why it is not sure what is owed; empty when it is."""

    party: str
    unclear: str


class InvoiceShown(Shown):
    """A posted invoice, or a credit note; `open` is what is owed now."""

    number: str
    is_credit: bool
    day: str
    due: str
    total: str
    open: str
    currency: str
    from_outside: InvoiceSaid


class InvoicesAnswer(Shown):
    """Invoices of a time, the newest first; `left_out` counts those that are not listed."""

    notice: str = NOTICE
    first_day: str
    last_day: str
    invoices: tuple[InvoiceShown, ...]
    left_out: int


def leads_answer(told: Pipeline, words: Words, skip: int) -> LeadsAnswer:
    """The leads from the one after `skip` on."""
    leads = _page(told.leads, skip)
    stages = tuple(_sum(each.count, each.expected, told.currency, words(each.stage)) for each in told.stages)
    return LeadsAnswer(
        as_of=f"{told.as_of}",
        currency=told.currency,
        stages=stages,
        leads=tuple(_shown(LeadShown, LeadSaid, each, words) for each in leads),
        left_out=told.count - len(leads),
    )


def projects_answer(told: Projects, words: Words, skip: int) -> ProjectsAnswer:
    """The projects, and the tasks from the one after `skip` on."""
    projects, tasks = _page(told.projects, 0), _page(told.tasks, skip)
    return ProjectsAnswer(
        as_of=f"{told.as_of}",
        projects=tuple(_shown(ProjectShown, ProjectSaid, each, words) for each in projects),
        tasks=tuple(_shown(TaskShown, TaskSaid, each, words) for each in tasks),
        left_out=told.count - len(tasks) + len(told.projects) - len(projects),
    )


def expenses_answer(told: Expenses, words: Words, skip: int) -> ExpensesAnswer:
    """The expenses from the one after `skip` on."""
    expenses = _page(told.expenses, skip)
    return ExpensesAnswer(
        first_day=f"{told.start}",
        last_day=f"{told.end}",
        sums=tuple(_sum(each.count, each.amount, each.currency, words(each.state)) for each in told.sums),
        expenses=tuple(_shown(ExpenseShown, ExpenseSaid, each, words) for each in expenses),
        left_out=told.count - len(expenses),
    )


def customers_answer(told: Customers, words: Words, skip: int) -> CustomersAnswer:
    """The customers from the one after `skip` on."""
    customers = _page(told.customers, skip)
    shown = tuple(_shown(CustomerShown, CustomerSaid, each, words) for each in customers)
    return CustomersAnswer(customers=shown, left_out=told.count - len(customers))


def invoices_answer(told: InvoiceList, words: Words, skip: int) -> InvoicesAnswer:
    """The invoices from the one after `skip` on."""
    invoices = _page(told.invoices, skip)
    return InvoicesAnswer(
        first_day=f"{told.start}",
        last_day=f"{told.end}",
        invoices=tuple(_shown(InvoiceShown, InvoiceSaid, each, words) for each in invoices),
        left_out=told.count - len(invoices),
    )


def _page(items: tuple[T, ...], skip: int) -> tuple[T, ...]:
    return items[skip : skip + MAX_SHOWN]


def _shown(kind: type[S], said: type[Shown], record: object, words: Words) -> S:
    """A record by its own names: what `said` holds is quoted, all else is ours."""
    own = {name: _plain(getattr(record, name)) for name in kind.model_fields if name != "from_outside"}
    quoted = said(**{name: words(getattr(record, name)) for name in said.model_fields})
    return kind.model_validate({**own, "from_outside": quoted})


def _plain(value: object) -> object:
    """Days as ISO, amounts with two places, nothing as an empty text."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return "" if value is None else f"{value}" if isinstance(value, date) else value


def _sum(count: int, amount: Decimal, currency: str, name: str) -> Sum:
    return Sum(count=count, amount=f"{amount:.2f}", currency=currency, from_outside=FigureName(name=name))
