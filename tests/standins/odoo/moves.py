"""Entries and invoices."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo import numbers, posting
from tests.standins.odoo.base import commercial, rate_at
from tests.standins.odoo.errors import UserError, ValidationError, broken_rule
from tests.standins.odoo.fields import Columns, Field, Row, Value, char, choice, day, flag, many, money, one
from tests.standins.odoo.lines import OWN, POSTED_LINE
from tests.standins.odoo.matching import LINE, reconcile, unmatch, unmatch_one
from tests.standins.odoo.methods import Table
from tests.standins.odoo.move_figures import (
    amount_of,
    payment_state,
    payments_of,
    residual_of,
    twins_of,
)
from tests.standins.odoo.records import api
from tests.standins.odoo.totals import check_balance, lines, sync

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPES = {
    "entry": "Journal Entry",
    "out_invoice": "Customer Invoice",
    "out_refund": "Customer Credit Note",
    "in_invoice": "Vendor Bill",
    "in_refund": "Vendor Credit Note",
    "out_receipt": "Sales Receipt",
    "in_receipt": "Purchase Receipt",
}
DRAFTS = {
    "entry": "Draft Entry",
    "out_invoice": "Draft Invoice",
    "out_refund": "Draft Credit Note",
    "in_invoice": "Draft Bill",
    "in_refund": "Draft Vendor Credit Note",
    "out_receipt": "Draft Sales Receipt",
    "in_receipt": "Draft Purchase Receipt",
}
PAYMENT_STATES = {
    "not_paid": "Not Paid",
    "in_payment": "In Payment",
    "paid": "Paid",
    "partial": "Partially Paid",
    "reversed": "Reversed",
    "blocked": "Blocked",
    "invoicing_legacy": "Invoicing App Legacy",
}
STATES = {"draft": "Draft", "posted": "Posted", "cancel": "Cancelled"}
RECKONS_TAXES = {"move_type", "currency_id", "invoice_date", "date", "invoice_line_ids", "line_ids"}
FIXED_ONCE_POSTED = [
    "invoice_date",
    "date",
    "partner_id",
    "currency_id",
    "invoice_payment_term_id",
    "journal_id",
    "invoice_line_ids",
    "line_ids",
]


class Move(Table):
    """One entry of the books: of a journal, or an invoice, bill or credit note with the lines that follow from it."""

    name = "account.move"
    label = "Journal Entry"
    order = "date desc, name desc, id desc"
    fields: ClassVar[Columns] = {
        "name": char("Number", default="/"),
        "ref": char("Reference"),
        "state": choice(STATES, "Status", default="draft"),
        "move_type": choice(TYPES, "Type", default="entry"),
        "journal_id": one("account.journal", "Journal"),
        "company_id": one("res.company", "Company"),
        "currency_id": one("res.currency", "Currency"),
        "company_currency_id": one("res.currency", related="company_id.currency_id"),
        "invoice_currency_rate": Field(kind="float", digits=12),
        "date": day("Date"),
        "invoice_date": day("Invoice/Bill Date"),
        "invoice_date_due": day("Due Date"),
        "invoice_payment_term_id": one("account.payment.term", "Payment Terms"),
        "partner_id": one("res.partner", "Partner"),
        "commercial_partner_id": one(
            "res.partner",
            compute=lambda model, id_: (
                commercial(model.env, model.value(id_, "partner_id")) if model.value(id_, "partner_id") else False
            ),
        ),
        "line_ids": many("account.move.line", "Journal Items", inverse="move_id"),
        "invoice_line_ids": many(
            "account.move.line", "Invoice lines", inverse="move_id", only=lambda row: row["display_type"] in OWN
        ),
        "amount_untaxed": money("Untaxed Amount", compute=lambda model, id_: amount_of(model.env, id_, "product")),
        "amount_tax": money("Tax", compute=lambda model, id_: amount_of(model.env, id_, "tax")),
        "amount_total": money("Total", compute=lambda model, id_: amount_of(model.env, id_)),
        "amount_residual": money("Amount Due", compute=lambda model, id_: residual_of(model.env, id_)),
        "amount_untaxed_signed": money(compute=lambda model, id_: amount_of(model.env, id_, "product", is_signed=True)),
        "amount_tax_signed": money(compute=lambda model, id_: amount_of(model.env, id_, "tax", is_signed=True)),
        "amount_total_signed": money(compute=lambda model, id_: amount_of(model.env, id_, is_signed=True)),
        "amount_residual_signed": money(compute=lambda model, id_: residual_of(model.env, id_, is_signed=True)),
        "payment_state": choice(
            PAYMENT_STATES, compute=lambda model, id_: payment_state(model.env, id_), default="not_paid"
        ),
        "status_in_payment": char(
            compute=lambda model, id_: (
                payment_state(model.env, id_) if model.value(id_, "state") == "posted" else model.value(id_, "state")
            )
        ),
        "payment_reference": char(),
        "invoice_origin": char("Origin"),
        "narration": Field(kind="html"),
        "reversed_entry_id": one("account.move", "Reversal of"),
        "reversal_move_ids": many("account.move", inverse="reversed_entry_id"),
        "origin_payment_id": one("account.payment"),
        "matched_payment_ids": many("account.payment", compute=lambda model, id_: payments_of(model.env, id_)),
        "statement_line_id": one("account.bank.statement.line"),
        "duplicated_ref_ids": many("account.move", compute=lambda model, id_: twins_of(model.env, id_)),
        "invoice_user_id": one("res.users"),
        "access_token": char(),
        "invoice_pdf_report_id": one("ir.attachment"),
        "is_move_sent": flag(),
        "posted_before": flag(),
        "checked": flag(),
        "needed_terms": Field(kind="binary_map", compute=lambda _model, _id: False),
    }

    def shown(self, id_: int) -> str:
        row = self.row(id_)
        named = row["name"] not in numbers.UNNAMED
        words = [] if row["state"] == "posted" else [DRAFTS[row["move_type"]]]
        words += [str(row["name"])] if named else [f"(* {id_})"]
        return " ".join([*words, *([f"({row['ref']})"] if row["ref"] else [])])

    def fresh(self, vals: Row) -> Row:
        kind = vals.setdefault("move_type", self.env.context.get("default_move_type", "entry")) or "entry"
        if kind not in TYPES:
            return vals  # said when it is kept
        vals["journal_id"] = vals.get("journal_id") or self._journal(kind, vals.get("company_id") or self.env.company)
        journal = self.env["account.journal"].row(vals["journal_id"])
        vals["company_id"] = journal["company_id"]
        wanted = "sale" if kind in numbers.SALES else "purchase" if kind in numbers.PURCHASES else journal["type"]
        if journal["type"] != wanted:
            raise ValidationError(
                f"Cannot create an invoice of type {kind} with a journal having {journal['type']} as type."
            )
        own = self.env.value("res.company", journal["company_id"], "currency_id")
        vals["currency_id"] = vals.get("currency_id") or journal["currency_id"] or own
        if vals.get("partner_id") and kind != "entry" and "invoice_payment_term_id" not in vals:
            term = self.env.value("res.partner", vals["partner_id"], "property_payment_term_id")
            vals["invoice_payment_term_id"] = term
        return vals

    def _journal(self, kind: str, company: int) -> int:
        wanted = "sale" if kind in numbers.SALES else "purchase" if kind in numbers.PURCHASES else "general"
        found = self.env["account.journal"].find([["type", "=", wanted], ["company_id", "=", company]])
        if not found:
            raise UserError(f"No journal could be found in company {company} for any of those types: {wanted}")
        return found[0]

    def before_write(self, ids: Sequence[int], vals: Row) -> Row:
        fixed = [each for each in FIXED_ONCE_POSTED if each in vals]
        if fixed and any(self.row(each)["state"] == "posted" for each in ids):
            raise UserError(f"You cannot modify the following readonly fields on a posted move: {', '.join(fixed)}")
        return vals

    def before_unlink(self, ids: Sequence[int]) -> None:
        if any(self.row(each)["state"] == "posted" for each in ids):
            raise UserError(POSTED_LINE)
        for each in ids:
            row = self.row(each)
            if row["posted_before"] and row["name"] not in numbers.UNNAMED:
                begins = numbers.prefix(self.env, row)
                if numbers.last_number(self.env, row) > int(str(row["name"]).removeprefix(begins)):
                    raise UserError(
                        "You cannot delete this entry, as it has already consumed a sequence number and is not the "
                        "last one in the chain. You should probably revert it instead."
                    )

    def settled(self, ids: Sequence[int], names: set[str]) -> None:
        for each in ids:
            if self.row(each)["state"] == "draft":
                self._settle_dates(each, names)
                self._settle_name(each, names)
                sync(self.env, each, keeps_taxes=names.isdisjoint(RECKONS_TAXES))
                check_balance(self.env, each)
            elif "invoice_date_due" in names:
                for line in lines(self.env, each, "payment_term"):
                    self.env[LINE].set(line["id"], date_maturity=self.row(each)["invoice_date_due"])

    def _settle_dates(self, id_: int, names: set[str]) -> None:
        row = self.row(id_)
        on = row["date"] if "date" in names else row["invoice_date"] or row["date"]
        on = on or self.env.today
        if "date" not in names and row["invoice_date"] and row["move_type"] in numbers.PURCHASES:
            on = numbers.accounting_date(self.env, row)
        due = row["invoice_date_due"]
        if row["move_type"] != "entry" and (not due or ("invoice_date" in names and "invoice_date_due" not in names)):
            due = row["invoice_date"] or on
        rate = rate_at(self.env, row["currency_id"], row["invoice_date"] or on)
        self.set(id_, date=on, invoice_date_due=due, invoice_currency_rate=rate)

    def _settle_name(self, id_: int, names: set[str]) -> None:
        row = self.row(id_)
        is_new = not row["posted_before"] and "name" not in names
        is_misplaced = row["name"] in numbers.UNNAMED or not str(row["name"]).startswith(numbers.prefix(self.env, row))
        if is_new and is_misplaced:
            self.set(id_, name=numbers.draft_name(self.env, row))

    def not_unique(self, row: Row) -> Exception:
        del row
        return broken_rule("Another entry with the same name already exists.")

    @api("write")
    def action_post(self, ids: Sequence[Value]) -> bool:
        if not all(ids):
            raise UserError("You need to add a line before posting.")
        posting.post(self.env, ids)
        return False

    @api("write")
    def button_draft(self, ids: Sequence[int]) -> None:
        for each in ids:
            if self.row(each)["state"] not in {"posted", "cancel"}:
                raise UserError("Only posted/cancelled journal entries can be reset to draft.")
            unmatch(self.env, self.value(each, "line_ids"))
            self.set(each, state="draft")

    @api("write")
    def button_cancel(self, ids: Sequence[int]) -> None:
        for each in ids:
            unmatch(self.env, self.value(each, "line_ids"))
            self.set(each, state="cancel")

    @api("write")
    def js_assign_outstanding_line(self, ids: Sequence[int], line_id: int) -> None:
        account = self.env[LINE].row(line_id)["account_id"]
        rows = (self.env[LINE].row(each) for each in self.value(ids[0], "line_ids"))
        own = [row["id"] for row in rows if row["account_id"] == account and not row["reconciled"]]
        reconcile(self.env, [line_id, *own])

    @api("write")
    def js_remove_outstanding_partial(self, ids: Sequence[int], partial_id: int) -> None:
        """Undo one matching, and leave the others of the same lines."""
        del ids
        unmatch_one(self.env, partial_id)

    @api("read")
    def get_portal_url(
        self,
        ids: Sequence[int],
        suffix: str | None = None,
        report_type: str | None = None,
        *,
        download: bool = False,
    ) -> str:
        token = self.row(ids[0])["access_token"] or str(uuid.uuid5(uuid.NAMESPACE_OID, f"invoice {ids[0]}"))
        self.set(ids[0], access_token=token)
        more = f"&report_type={report_type}" if report_type else ""
        more += "&download=true" if download else ""
        return f"/my/invoices/{ids[0]}{suffix or ''}?access_token={token}{more}"


MODELS: tuple[type[Table], ...] = (Move,)
