"""The receipts and bills the owner dropped, and what proposals that wait for them already use. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from agents.autonomy.code_brain import place_of
from agents.autonomy.views import task_view
from agents.connectors.bank.slips import Key, Moved, Slip
from agents.connectors.bank.spending import can_be_said
from agents.connectors.book_orders import BankExplain, Spending
from agents.durability.domain_rows import domains_of
from agents.durability.proposal_rows import open_actions
from agents.durability.task_persistence import questions_of, tasks_of_category
from agents.reasoning.billing_papers import PaperKind, read_paper, read_purchase
from agents.reasoning.triage import BILL, RECEIPT
from agents.reasoning.vat_lines import vat_of
from agents.security.domain_table import BUSINESS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.connectors.book_figures import BookReports
    from agents.reasoning.brain import AttachedFile

KINDS = (RECEIPT, BILL)
DAYS, MOST = 180, 500  # how far back, and how many, papers are looked at
EXPENSE = "expense"  # the question of the skill for receipts


@dataclass(frozen=True, slots=True)
class Kept:
    """The papers that no entry and no other proposal uses; `promised`: which task explains a movement in a proposal."""

    slips: tuple[Slip, ...] = ()
    promised: Mapping[Key, str] = field(default_factory=dict)


class Slips(Protocol):
    """Where the owner's papers are."""

    def kept(self, task: str, today: date, used: Collection[str]) -> Kept:
        """What may be joined in a turn of a task; `used`: the receipts that the books name."""
        ...


class DroppedSlips:
    """The papers of one vault, whose resolved folder is `root`; `looking` opens its journal for a look."""

    def __init__(self, root: Path, looking: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._root = root
        self._looking = looking

    def kept(self, task: str, today: date, used: Collection[str]) -> Kept:
        """What may be joined in a turn of a task. Papers that are personal are left out."""
        with self._looking() as sql:
            others = [(of, BankExplain.model_validate_json(text)) for of, text in open_actions(sql, "bank.explain")]
            others = [(of, order) for of, order in others if of != task]
            spent = (each.reason for _, order in others for each in order.moves)
            taken = {*used, *(each.receipt for each in spent if isinstance(each, Spending))}
            slips = tuple(each for each in self._slips(sql, today) if each.path not in taken)
        promised = {(order.account, each.bank_id): of for of, order in others for each in order.moves}
        return Kept(slips, promised)

    def _slips(self, sql: Connection, today: date) -> Iterator[Slip]:
        since = datetime.combine(today - timedelta(days=DAYS), time(), UTC).isoformat()
        rows = tasks_of_category(sql, KINDS, since, MOST)
        domains = domains_of(sql, [each.id for each in rows])
        for row in rows:
            view = task_view(sql, row, row.category)
            if domains[row.id] != BUSINESS or view.kind != "file":
                continue
            said = [each.answer for each in questions_of(sql, row.id) if each.move_key == EXPENSE and each.answer]
            for each in view.attachments:
                if slip := slip_of(self._root, row.id, each, said[-1] if said else ""):
                    yield slip


def slip_of(root: Path, task: str, file: AttachedFile, said: str = "") -> Slip | None:
    """What a file says as a receipt or a bill; None where amount, currency or day are not plain, or it is gone."""
    text = file.text or ""
    paper = read_paper(text)
    if paper.kind is PaperKind.OTHER:
        paper = read_purchase(text)
    place = place_of(root, file.stored)
    if not (paper.total and paper.currency and paper.days and place):
        return None
    vat = vat_of(text, paper.total)
    return Slip(
        path=place.relative_to(root).as_posix(),
        task=task,
        vendor=paper.vendor,
        days=paper.days,
        total=paper.total,
        currency=paper.currency,
        costs=vat or ((paper.total, Decimal(0)),),
        is_bill=paper.kind is PaperKind.INVOICE,
        is_unclear=vat is None,
        said=said,
    )


def moves_without_receipt(reports: BookReports) -> Iterator[Moved]:
    """What went out of each account and is not explained, or was one cost without a receipt.

    Raises:
        NeedsOwner: the books have an error.
    """
    for account in reports.accounts():
        rows = [(name, row, "") for name, row in reports.unexplained_moves(account).items()]
        bare = reports.bare_costs(account).items()
        rows += [(name, each.row, each.name) for name, each in bare if can_be_said(each.name)]
        for name, row, cost in rows:
            if row.amount < 0:
                party, _, text = row.said.partition(" · ")
                yield Moved(account, name, row.day, row.amount, row.currency, party, text, cost)
